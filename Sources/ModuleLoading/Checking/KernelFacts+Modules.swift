internal import ByteStorage
internal import KernelReleases
package import Kernels
internal import ModuleFiles

extension KernelFacts {
  /// Takes the release that the first of some modules was built for, if that of the kernel is unknown: a
  /// Module.symvers by itself does not have it, and the rules of another release would refuse them all.
  ///
  /// - Parameters:
  ///   - paths: Modules, and directories of them.
  ///   - limit: Largest module after unpacking, in bytes.
  package mutating func supposeRelease(ofModules paths: [String], limit: Int) {
    guard basis.isAssumed else { return }
    var buffer = FileBuffer(limit: limit)
    for case .file(let path) in ModulePaths.expand(paths, limit: limit) where path != "-" {
      guard (try? buffer.open(path)) != nil, let module = try? ModuleFile(buffer.source),
        let vermagic = (try? module.info())?.value("vermagic"),
        let release = KernelRelease(vermagic)
      else { continue }
      likelyRelease = release
      return
    }
  }
}
