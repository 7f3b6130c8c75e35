internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleLoading

/// Verdicts of one kernel as JSON objects. The C library gives the same.
struct VerdictJSON {
  let kernelPath: String
  let release: String?

  /// Appends the object of a verdict, with members that only the caller has.
  func write(
    _ outcome: LoadOutcome, showsReadable: Bool, to json: inout OutputBuffer,
    adding more: (inout OutputBuffer) -> Void = { _ in }
  ) {
    writeHead(outcome, &json)
    json.member("verdict", outcome.verdict.rawValue)
    json.member("errno", optional: outcome.errno?.name)
    json.member("log", outcome.log)
    json.member("taints", outcome.taintLog)
    json.member("symbols", objects: outcome.symbols) { problem, json in
      json.member("name", problem.name)
      if showsReadable, let readable = readableName(problem.name) {
        json.member("readable", readable)
      }
      json.member("required", optional: problem.required.map { checksum($0) })
      json.member("provided", optional: problem.provided.map { checksum($0) })
      json.member("provider", optional: problem.provider)
      json.member("problem", optional: problem.problem?.rawValue)
    }
    json.member("depmodErrs", outcome.depmodErrs)
    more(&json)
    writeTail(outcome, outcome.assumed, &json)
  }

  /// Writes the members that all verdicts begin with.
  func writeHead(_ load: LoadOutcome, _ json: inout OutputBuffer, era: String?? = nil) {
    json.beginObject()
    json.member("module", load.path)
    json.member("name", load.name)
    json.member("kernel", object: kernelPath) { path, json in
      json.member("path", path)
      json.member("release", optional: release)
      if let era { json.member("era", optional: era) }
    }
  }

  /// Writes the members that all verdicts end with, in words and as codes.
  func writeTail(_ load: LoadOutcome, _ assumed: [LoadAssumption], _ json: inout OutputBuffer) {
    json.member("causes", load.causes.map(\.words))
    json.member("causeCodes", load.causes.map(\.code.rawValue))
    json.member("assumed", assumed.map(\.words))
    json.member("assumedCodes", assumed.map(\.code.rawValue))
    json.endObject()
  }
}
