internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

/// Prints an audit of names in human-readable form.
struct NamesReport {
  let audit: NameAudit
  let sources: [String]
  /// Most names of a kind to list.
  let top: Int
  let showsReadable: Bool
  let terminal: Terminal

  func write(to output: inout OutputBuffer) {
    let summary = [
      counted(audit.all.names, "name"),
      counted(audit.all.symbols, "symbol"), counted(audit.owners, "owner"),
      counted(audit.rust.names, "mangled Rust name"),
    ]
    output.append(terminal.strong(summary.joined(separator: ", ")) + "\n")
    writeLengths(&output)
    writeLimits(&output)
    writeVersions(&output)
    writeSuffixes(&output)
    writeMerged(&output)
    writeDuplicates(&output)
  }

  private func writeLengths(_ output: inout OutputBuffer) {
    title("Length in bytes", &output)
    let percents = [50, 90, 99].map { "\($0) % up to \(audit.length(ofPercent: $0))" }
    output.append("  " + percents.joined(separator: ", ") + ", longest \(audit.longest)\n")
    let ranges = lengthRanges()
    let most = max(1, ranges.map(\.names).max() ?? 1)
    for range in ranges {
      let share = Int((Double(range.names) * 40 / Double(most)).rounded(.up))
      row(
        "\(range.first)\(Sign.to)\(range.last)", range.names,
        String(repeating: Sign.block, count: share), &output)
    }
    for name in audit.longNames.prefix(min(top, 3)) { list(name, "", &output) }
  }

  private func writeLimits(_ output: inout OutputBuffer) {
    title("Limits of the interfaces that take names: names that are longer", &output)
    for entry in audit.limits {
      let count = grouped(entry.longer.names)
      let words = "\(entry.limit.interface.words)\(entry.conditions)"
      let line =
        "  \(rightAligned(String(entry.limit.maximum), to: 6))  \(rightAligned(count, to: 9))  \(words)"
        + (entry.longer.names > 0 ? ": \(entry.limit.excess.rawValue)" : "")
      output.append((entry.longer.names > 0 ? terminal.doubtful(line) : line) + "\n")
    }
  }

  private func writeVersions(_ output: inout OutputBuffer) {
    let versioned = audit.versioned
    guard versioned.exported + versioned.required > 0 else { return }
    title("Names in version tables", &output)
    row("exported", versioned.exported, "", &output)
    row("required", versioned.required, "", &output)
    row("over 55 bytes", versioned.tooLong64, "no place in the basic table, 64-bit", &output)
    row("over 59 bytes", versioned.tooLong32, "no place in the basic table, 32-bit", &output)
    for name in versioned.longNames.prefix(top) { list(name, "", &output) }
    more(versioned.longNames.count, &output)
  }

  private func writeSuffixes(_ output: inout OutputBuffer) {
    title(
      "Suffixes of compilers and linkers: \(grouped(audit.suffixed.names)) names, "
        + "\(grouped(audit.suffixed.symbols)) symbols", &output)
    for entry in audit.suffixes {
      row(entry.kind.words, entry.count.names, "\(grouped(entry.count.symbols)) symbols", &output)
    }
  }

  private func writeMerged(_ output: inout OutputBuffer) {
    for merged in audit.merged where merged.stems > 0 || merged.stripping == .all {
      title(
        "Without \(merged.stripping.words): \(grouped(merged.names)) names become "
          + "\(grouped(merged.stems))", &output)
      for group in merged.groups.prefix(min(top, 5)) { list(group.name, "\(group.count)", &output) }
    }
  }

  private func writeDuplicates(_ output: inout OutputBuffer) {
    let found = audit.duplicates
    title(
      "Names that several symbols bear: \(grouped(found.all.names)), "
        + "\(grouped(found.all.symbols)) symbols", &output)
    row(
      "of one owner", found.withinOwner.names, "\(grouped(found.withinOwner.symbols)) symbols",
      &output)
    row(
      "one address", found.sameAddress.names, "\(grouped(found.sameAddress.symbols)) symbols",
      &output)
    for group in found.groups.prefix(top) {
      let owners = group.owners.map { $0 > 1 ? " in \($0) owners" : "" } ?? ""
      list(group.name, "\(group.count)\(owners)", &output)
    }
    guard !found.sameAddressGroups.isEmpty else { return }
    title("Several symbols of one name at one address", &output)
    for group in found.sameAddressGroups.prefix(min(top, 5)) {
      list(group.name, "\(group.count)", &output)
    }
  }

  private func title(_ words: String, _ output: inout OutputBuffer) {
    output.append("\n" + terminal.strong(words) + "\n")
  }

  private func row(_ words: String, _ number: Int, _ rest: String, _ output: inout OutputBuffer) {
    output.append("  \(padded(words, to: 28))\(rightAligned(grouped(number), to: 9))")
    output.append((rest.isEmpty ? "" : "  " + rest) + "\n")
  }

  private func list(_ name: [UInt8], _ note: String, _ output: inout OutputBuffer) {
    let text = String(decoding: name, as: UTF8.self)
    output.append("    " + (note.isEmpty ? "" : "\(rightAligned(note, to: 6))  ") + plain(text))
    if showsReadable, let readable = readableName(text) {
      output.append(terminal.faint("  \(plain(readable))"))
    }
    output.append("\n")
  }

  private func more(_ count: Int, _ output: inout OutputBuffer) {
    if count > top {
      output.append("    \(Sign.ellipsis) \(grouped(count - top)) more (--top \(count))\n")
    }
  }
}

extension NamesReport {
  /// Names by ranges of lengths, eight bytes each up to 64, then doubling.
  func lengthRanges() -> [(first: Int, last: Int, names: Int)] {
    var ranges: [(first: Int, last: Int, names: Int)] = []
    var first = 1
    let lengths = audit.lengths.sorted
    while first <= audit.longest {
      let last = first < 64 ? first + 7 : (first - 1) * 2
      let names = lengths.reduce(0) {
        (first...last).contains($1.length) ? $0 + $1.count.all.names : $0
      }
      ranges.append((first, last, names))
      first = last + 1
    }
    return ranges
  }
}
