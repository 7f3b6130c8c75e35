import Foundation
import TestSupport

/// One kernel's rows, and how to ask `ksym check` about them.
struct VerdictComparison {
  /// The directory to which the paths of the rows are relative.
  let directory: String
  /// `-k …` and what else describes the kernel.
  let kernel: [String]
  /// Whether forced loads taint this kernel, so that the notice shows once per boot only.
  var hidesForceNotices = false
  /// Whether addresses in lines about relocations are left out: only the kernel knows them.
  var ignoresAddresses = false
  /// Whether the kernel's own types are known, of which it logs what does not fit.
  var knowsTypes = false

  /// Asks about all rows, those with the same dependencies and flags in one run.
  ///
  /// - Returns: The differences, one description each.
  func differences(_ rows: [VerdictRow]) async throws -> [String] {
    var groups: [[String]: [VerdictRow]] = [:]
    for row in rows {
      var options = row.dependencies.flatMap { ["--with", "\(directory)/\($0)"] }
      if row.flags & 1 != 0 { options.append("--ignore-modversions") }
      if row.flags & 2 != 0 { options.append("--ignore-vermagic") }
      if row.flags & 4 != 0 { options.append("--compressed-file") }
      groups[options, default: []].append(row)
    }
    var found: [String] = []
    for (options, members) in groups.sorted(by: { $0.key.joined() < $1.key.joined() }) {
      let modules = members.map { "\(directory)/\($0.module)" }
      let run = try await Ksym.run(["check", "--json", "--no-deps"] + kernel + options + modules)
      var answers: [String: Answer] = [:]
      for line in run.lines {
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        answers[answer.module] = answer
      }
      for row in members {
        let answer = answers["\(directory)/\(row.module)"]
        if let words = difference(row, answer) {
          found.append("\(row.id): \(words) \(answer == nil ? run.errors : "")")
        }
      }
    }
    return found
  }

  /// The keys of the command's JSON that are compared.
  private struct Answer: Decodable {
    let module: String
    let verdict: String
    let errno: String?
    let log: [String]
    let assumedCodes: [String]?
    let causeCodes: [String]?
  }

  private func difference(_ row: VerdictRow, _ answer: Answer?) -> String? {
    guard let answer else { return "no answer" }
    // Whether what lies after a table kills the kernel, no file shows.
    let wild: Set = [
      "symbols-beyond-table", "places-beyond-section", "sections-beyond-table", "names-beyond-file",
    ]
    if row.result == "crashed", !wild.isDisjoint(with: answer.assumedCodes ?? []) { return nil }
    // Stubs that the file seems to have, and those that are needed, may be too many.
    if row.errno == "ENOENT", answer.assumedCodes?.contains("stubs-empty") ?? false { return nil }
    // What follows a structure that is too short decides, and is not of the module.
    let isOpen = answer.causeCodes?.contains("structure-short") ?? false
    if answer.verdict == "undecided", isOpen { return nil }
    guard answer.verdict == row.verdict else {
      return "\(answer.verdict) \(answer.errno ?? ""), the kernel: \(row.result) \(row.errno)"
    }
    // What the guest could still say is not always in the row.
    if row.result == "crashed" { return nil }
    let isHidden: (String) -> Bool = { hidesForceNotices && KernelLog.isForceNotice($0) }
    // The kernel limits how often it says so, and names the guest's init.
    let isLocked: (String) -> Bool = { $0.hasPrefix("Lockdown: ") }
    // Dumps of the stack end what counts.
    let logged = KernelLog.withoutFtraceReports(row.log)
    var wanted = logged.prefix { !$0.hasPrefix("CPU: ") }.filter {
      !isHidden($0) && !isLocked($0)
    }
    if row.loads {
      // What relocations make of types, no file shows.
      let showsTypes = knowsTypes && !(answer.assumedCodes ?? []).contains("types-written")
      wanted = wanted.filter {
        KernelLog.isOfLoader($0) || showsTypes && KernelLog.isOfTypes($0)
      }
    } else if (answer.errno ?? "") != row.errno {
      return "\(answer.errno ?? "no errno"), the kernel: \(row.errno)"
    }
    var said = answer.log.flatMap(KernelLog.shown).filter {
      !isHidden($0) && !isLocked($0)
    }
    if ignoresAddresses {
      said = said.map(KernelLog.withoutAddresses)
      wanted = wanted.map(KernelLog.withoutAddresses)
    }
    let agrees =
      said.count == wanted.count && zip(said, wanted).allSatisfy(VerdictComparison.isSame)
    return agrees ? nil : "log \(said), the kernel: \(wanted)"
  }

  /// Whether the command says what the kernel does, up to where an address is left out.
  private static func isSame(_ said: String, _ kernel: String) -> Bool {
    // "…", escaped.
    guard let gap = said.firstRange(of: "\\xe2\\x80\\xa6") else { return said == kernel }
    return kernel.hasPrefix(said[..<gap.lowerBound])
  }
}
