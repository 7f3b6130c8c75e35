internal import ByteStorage
internal import Kernels

/// Which modules differ from those of the same names elsewhere.
struct SameAsReport {
  private let directory: String
  private let results: [Result<ModuleTwins.Twin, FileError>]
  private let twins: [String: ModuleTwins.Twin]

  init(_ directory: String, _ results: [Result<ModuleTwins.Twin, FileError>]) {
    self.directory = directory
    self.results = results
    let found = results.compactMap { try? $0.get() }
    twins = Dictionary(found.map { ($0.path, $0) }) { first, _ in first }
  }

  /// Yes if all are the same.
  var status: ExitStatus {
    if twins.count < results.count, results.contains(where: { (try? $0.get()) == nil }) {
      return .trouble
    }
    return twins.values.allSatisfy { $0.verdict == "same" } ? .yes : .no
  }

  func isSame(_ path: String) -> Bool { twins[path].map { $0.verdict == "same" } ?? true }

  /// Writes a line for each module that is not the same, and a summary.
  func write(to output: inout OutputBuffer, _ terminal: Terminal, onlyDifferent: Bool) {
    var counts: [String: Int] = [:]
    for result in results {
      switch result {
      case .failure(let error): Terminal.complain(error.explained)
      case .success(let twin):
        counts[twin.verdict, default: 0] += 1
        if twin.verdict == "same" { continue }
        let words =
          twin.other.map { "\(plain($0)): \(twin.words)" } ?? "not in \(plain(directory))"
        output.append("\(padded(terminal.bad(twin.verdict), to: 11))\(plain(twin.path))\n")
        output.append("  \(terminal.doubtful("=>")) \(words)\n")
      }
    }
    if onlyDifferent, status == .yes { return }
    let parts = [("same", "the same"), ("differs", "differ"), ("missing", "not there")]
      .compactMap { verdict, words in counts[verdict].map { "\($0) \(words)" } }
    output.append(
      "\(results.count) modules compared with \(plain(directory)): "
        + "\(parts.joined(separator: ", "))\n")
  }

  /// Writes what is known of a module.
  func writeJSON(_ path: String, _ json: inout OutputBuffer) {
    guard let twin = twins[path] else { return }
    json.member("sameAs", object: twin) { twin, json in
      json.member("verdict", twin.verdict)
      json.member("path", optional: twin.other)
      json.member("differences", objects: twin.differences) { difference, json in
        json.member("code", difference.code.rawValue)
        json.member("here", optional: difference.here)
        json.member("there", optional: difference.there)
      }
    }
  }
}

extension ModuleTwins.Twin {
  /// What the two differ in.
  fileprivate var words: String {
    differences.map { difference in
      switch difference.code {
      case .signature: return "the same except for the signature"
      case .content: return "other bytes, of the same version and build"
      default:
        let words = [difference.here, difference.there].map { plain($0 ?? "none") }
        return "\(difference.code.rawValue) \(words[0]), there \(words[1])"
      }
    }.joined(separator: "; ")
  }
}
