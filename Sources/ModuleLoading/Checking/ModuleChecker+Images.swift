internal import ByteStorage

extension ModuleChecker {
  /// Checks modules that are in memory, each as the only one that is loaded.
  ///
  /// - Parameter images: The bytes of each module, not compressed.
  /// - Returns: What becomes of each, in order.
  package func check(images: [[UInt8]]) -> [LoadOutcome] {
    let inspector = makeInspector([])
    var session = LoadSession(
      rules: rules, settings: settings, kernel: inspector.kernel,
      reportsAllSymbols: request.reportsAllSymbols)
    let numbers = images.enumerated().map { number, image in
      let source = ByteSource(image.rawSpan)
      return session.add(
        inspector.inspect(source, path: "image-\(number)"), isOnDemand: request.loadsDependencies)
    }
    session.finishAdding()
    return numbers.map { session.outcome(of: $0) }
  }
}
