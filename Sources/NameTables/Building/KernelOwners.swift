/// Finds the kernels that modules belong to, where the files of each kernel come one after another.
package struct KernelOwners: Sendable {
  private var kernel: (release: String, buildID: [UInt8])?

  /// Knows no kernel yet.
  package init() {}

  /// An owner of names. A module belongs to the kernel before it if their releases agree.
  ///
  /// - Parameters:
  ///   - name: `vmlinux`, or the name of a module.
  ///   - buildID: Its build ID; empty if it has none.
  ///   - release: The release of its kernel; empty if unknown.
  ///   - isKernel: Whether it is a kernel, to which the modules that follow may belong.
  /// - Returns: The owner, with the build ID of its kernel.
  package mutating func owner(
    _ name: String, buildID: [UInt8], release: String, isKernel: Bool
  ) -> NameTable.Owner {
    if isKernel { kernel = (release, buildID) }
    let kernelBuildID = kernel.map { $0.release == release ? $0.buildID : [] } ?? []
    return NameTable.Owner(
      name, buildID: buildID, release: release, kernelBuildID: kernelBuildID)
  }
}
