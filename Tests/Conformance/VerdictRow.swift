import ByteStorage

/// What a real kernel said of one module.
struct VerdictRow: Sendable {
  let id: String
  let module: String
  /// `loaded`, `refused`, `init-failed` or `crashed`.
  let result: String
  let errno: String
  /// Modules that were loaded before, in order.
  let dependencies: [String]
  /// Flags of finit_module.
  let flags: Int
  /// Lines of the kernel's log, with those of the module itself.
  let log: [String]

  /// The loader took the module, whatever its init did then.
  var loads: Bool { verdict == "loads" }

  /// What `ksym check` has to say.
  var verdict: String {
    switch result {
    case "refused": "refused"
    // Forced into another kernel, with symbols beyond the table or with code in freed memory, what
    // happens depends on memory.
    case "crashed":
      flags & 3 == 3 || id.hasSuffix("-symtab-oddsize") || id.hasSuffix("-text-nonalloc")
        ? "loads" : "crashes"
    default: "loads"
    }
  }

  /// Rows of a table with a header line, plain or compressed.
  static func read(_ path: String) throws -> [VerdictRow] {
    var buffer = FileBuffer()
    try buffer.open(path)
    let text = try buffer.source.all().text
    var lines = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }[...]
    guard let header = lines.popFirst() else { return [] }
    return lines.compactMap { columns in
      func column(_ name: String) -> String {
        guard let index = header.firstIndex(of: name), index < columns.count else { return "" }
        return columns[index]
      }
      if column("module").isEmpty { return nil }
      return VerdictRow(
        id: column("id"), module: column("module"), result: column("result"),
        errno: column("errno"),
        dependencies: column("deps").split(separator: ",").map(String.init),
        flags: Int(column("flags")) ?? 0, log: KernelLog.lines(column("log")))
    }
  }
}

/// Lines of the kernel's log.
enum KernelLog {
  /// The lines of a row's `log` column, joined there by ` \n `, without notices that show once a boot.
  static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var rest = text[...]
    while let range = rest.firstRange(of: " \\n ") {
      lines.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return (lines + [String(rest)]).filter { !isTaintNotice($0) }.flatMap(shown)
  }

  /// The lines of a log without what ftrace prints, of addresses only, of a place that it cannot patch.
  static func withoutFtraceReports(_ lines: [String]) -> [String] {
    var isReport = false
    return lines.filter { line in
      if line == "------------[ ftrace bug ]------------" { isReport = true }
      defer { if line.hasPrefix("expected tramp: ") { isReport = false } }
      return !isReport
    }
  }

  static func trimmed(_ line: String) -> String {
    let body = line.drop { $0.isWhitespace }
    return String(
      body.prefix(
        body.lastIndex { !$0.isWhitespace }.map {
          body.distance(from: body.startIndex, to: $0) + 1
        } ?? 0))
  }

  /// A line about a relocation up to the addresses in it.
  static func withoutAddresses(_ line: String) -> String {
    for mark in [", loc ", " val "] where line.hasPrefix("module: ") {
      if let range = line.firstRange(of: mark) { return String(line[..<range.lowerBound]) }
    }
    return line
  }

  /// A record of /dev/kmsg, or what the command gives as one line, in the form in which they are
  /// compared: a newline ends a line, and other bytes that are not printable ASCII are `\xNN`.
  static func shown(_ line: String) -> [String] {
    bytes(line).split(separator: 0x0a).map { part in
      var text = ""
      for byte in part {
        if (0x20..<0x7f).contains(byte) {
          text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
          text += "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        }
      }
      return trimmed(text)
    }.filter { !$0.isEmpty }
  }

  /// The bytes that a text with `\xNN` stands for.
  private static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      let digits = rest.dropFirst().prefix(2)
      if first == 0x5c, rest.first == 0x78, digits.count == 2,
        let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(first)
      }
    }
    return bytes
  }

  /// Whether a line is a taint notice, or another that shows once per boot.
  static func isTaintNotice(_ line: String) -> Bool {
    [
      "taints kernel", "taint kernel", "tainting kernel", "lock debugging",
      "alternatives: patching kernel code",
    ].contains {
      line.contains($0)
    }
  }

  /// Whether a line reports that a forced load tainted the kernel: also once per boot.
  static func isForceNotice(_ line: String) -> Bool { line.contains("kernel tainted.") }

  /// Whether a line is one that the loader prints for a module that it takes; the others are the
  /// module's own.
  static func isOfLoader(_ line: String) -> Bool {
    [
      "symbol version for", "obsolete section", "kernel tainted.", "module uses symbol",
      "inheriting taint", "staging directory", "retpoline", "spectre", "disagrees",
      "Unknown symbol", "GPL-only symbols", "not signed", "obsolete parameters",
      "duplicate filename", "PKCS7:", "Unsupported pkey",
    ].contains { line.contains($0) }
  }

  /// Whether a line is about a module's types.
  static func isOfTypes(_ line: String) -> Bool {
    ["BPF: ", "BTF: ", "BTF mismatch"].contains { line.contains($0) }
  }
}
