internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

extension KernelFacts {
  /// Most modules of a tree to read for what they show of their kernel.
  private static let mostRead = 16

  /// Takes the vermagic from the modules of the kernel's own build where no image gave it, as Ubuntu's may not
  /// be read, and with it the architecture, word size and byte order.
  ///
  /// Every module of a build has the vermagic of its kernel (scripts/mod/modpost.c, `add_header`, and
  /// kernel/module/main.c, `vermagic`, 7.2: both are VERMAGIC_STRING of include/linux/vermagic.h). Two
  /// different files must agree, so that no module is judged by itself.
  ///
  /// - Parameters:
  ///   - tree: The kernel's modules.
  ///   - limit: Largest module after unpacking, in bytes.
  mutating func addVermagic(of tree: ModuleTree, limit: Int) {
    guard vermagic == nil, let release = release?.value else { return }
    let own = "\(tree.directory)/kernel/"
    var file = FileBuffer(limit: limit)
    var known: [String: FileIdentity] = [:]
    for path in tree.paths.lazy.filter({ $0.hasPrefix(own) }).prefix(KernelFacts.mostRead) {
      guard let identity = FileIdentity(path), (try? file.open(path)) != nil,
        let module = try? ModuleFile(file.source),
        let magic = (try? module.info())?.value("vermagic"), magic.hasPrefix("\(release) ")
      else { continue }
      guard let other = known[magic], other != identity else {
        known[magic] = identity
        continue
      }
      vermagic = Fact(magic, from: path)
      layout = layout ?? Fact(module.elf.layout, from: path)
      machine = machine ?? Fact(module.elf.header.machine, from: path)
      return
    }
  }
}
