/// Finds the kernels that modules belong to, where the files of each kernel come one after another.
package struct KernelOwners: Sendable {
  private var kernel: (release: String, buildID: [UInt8])?

  package init() {}

  /// An owner of names, with the build ID of its kernel: a module belongs to the kernel before it
  /// if their releases agree. Unknown releases and build IDs are empty.
  package mutating func owner(
    _ name: String, buildID: [UInt8], release: String, isKernel: Bool
  ) -> NameTable.Owner {
    if isKernel { kernel = (release, buildID) }
    let kernelBuildID = kernel.map { $0.release == release ? $0.buildID : [] } ?? []
    return NameTable.Owner(name, buildID: buildID, release: release, kernelBuildID: kernelBuildID)
  }
}
