internal import ByteStorage

extension ModuleChecker {
  /// Checks modules that are in memory, each as the only one that is loaded.
  ///
  /// - Parameter images: The bytes of each module, not compressed.
  /// - Returns: What becomes of each, in order.
  package func check(images: [[UInt8]]) -> [LoadOutcome] {
    let inspector = makeInspector([])
    var gathered = Gathering.Modules()
    for (number, image) in images.enumerated() {
      gathered.add(
        inspector.inspect(ByteSource(image.rawSpan), path: "image-\(number)"),
        isOnDemand: request.loadsDependencies)
    }
    var session = LoadSession(inspector, gathered, reportsAllSymbols: request.reportsAllSymbols)
    return images.indices.map { session.outcome(of: $0) }
  }
}
