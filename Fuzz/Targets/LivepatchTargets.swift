import KernelReleases
import ByteStorage
import ELFFormat
import Kallsyms
import Livepatching
import SymbolTables

extension FuzzTargets {
  private static let kernels: [LivepatchKernel] = {
    let list = """
      ffffffff81000000 T _stext
      ffffffff81000010 t show
      ffffffff81000100 T cmdline_proc_show
      ffffffff81000200 t show
      ffffffff81000300 t only.llvm.77
      ffffffff81050000 T _end

      """
    guard let text = try? SymbolText(parsing: Array(list.utf8).rawSpan) else { return [] }
    return [KernelRelease(5, 4), KernelRelease(6, 6), KernelRelease(7, 3)].map { version in
      LivepatchKernel(
        SymbolIndex(text.table), rules: LivepatchRules(version),
        configuration: .init(hasClangLTO: true), sites: [0xffff_ffff_8100_0104])
    }
  }()

  /// Names of `.klp.*` symbols and sections, and whole livepatches through both stages.
  static func livepatch(_ bytes: RawSpan) {
    for longest in [127, 511] {
      guard let name = LivepatchSymbolName(parsing: bytes, longestName: longest) else { continue }
      // What was read is written so that the same is read again.
      let text = Array(name.text.utf8)
      let again = LivepatchSymbolName(parsing: text.rawSpan, longestName: 4096)
      // Bytes that are no text become longer.
      if let again, again.position != name.position {
        fatalError("\(name.text) is read as another")
      }
    }
    use(LivepatchSectionName(parsing: bytes)?.rest ?? "-")
    guard let elf = try? ELFFile(ByteSource(bytes)) else { return }
    let object = try? ObjectSymbols(elf, moduleName: "livepatch_shadow_mod", path: "object")
    for entry in object?.symbols(named: "show", isStarting: true) ?? [] {
      use(object?.isTraceable(entry) ?? false ? 1 : 0)
    }
    for kernel in kernels {
      guard let patch = try? Livepatch(elf, rules: kernel.rules) else { continue }
      let resolver = LivepatchResolver(
        kernel: kernel, objects: object.map { [$0] } ?? [], rules: kernel.rules)
      let judge = LivepatchJudge(patch, resolver)
      use("\(patch.objects) \(patch.sections) \(patch.omissions)")
      use("\(judge.load())")
      use("\(judge.enable())")
      use("\(judge.advice())")
    }
  }
}
