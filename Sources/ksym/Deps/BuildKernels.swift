internal import ByteStorage
internal import KernelComparison

/// What the kernels export that modules were built for, each read once.
struct BuildKernels {
  private let given: String?
  private let limit: Int
  private var known: [String: ExportRecords?] = [:]
  /// Whether there is no Module.symvers for a module.
  private(set) var isMissing = false

  init(given: String?, limit: Int) {
    self.given = given
    self.limit = limit
  }

  mutating func kernel(_ release: String) throws -> ExportRecords? {
    let path = given ?? "/usr/src/kernels/\(release)/Module.symvers"
    if let found = known[path] { return found }
    guard given != nil || PathKind(path) == .file else {
      Terminal.complain("\(path): no such file: all symbols are taken for those of modules")
      isMissing = true
      known[path] = .some(nil)
      return nil
    }
    let records = try read(path)
    known[path] = records
    return records
  }

  func read(_ path: String) throws -> ExportRecords {
    try CompareSources(limit: limit).side(path).records
  }
}
