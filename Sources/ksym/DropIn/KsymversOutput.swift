internal import ByteStorage
internal import KernelComparison
internal import ModuleVersions

/// The output formats of suse-kabi-tools.
enum KsymversFormat: String, CaseIterable {
  case null, pretty, short, symbols
  case modifiedSymbols = "mod-symbols"
}

/// A comparison of exports in those formats.
struct KsymversOutput {
  private let comparison: ExportComparison

  init(_ comparison: ExportComparison) { self.comparison = comparison }

  /// Writes the lines of a format. Several formats at once go line by line, so that those to one place
  /// are mixed as the tool mixes them.
  func write(_ formats: [(format: KsymversFormat, sink: Int)], to sinks: inout DropInSinks) {
    for change in comparison.changes {
      for (format, sink) in formats where format == .pretty || format == .short {
        if format == .short, case .excused = change.verdict { continue }
        sinks.write(to: sink) { line(change, to: &$0) }
      }
    }
    for (format, sink) in formats {
      switch format {
      case .short: sinks.write(to: sink, counts)
      case .symbols: sinks.write(to: sink) { names(onlyModified: false, to: &$0) }
      case .modifiedSymbols: sinks.write(to: sink) { names(onlyModified: true, to: &$0) }
      case .null, .pretty: break
      }
    }
  }

  /// The line of a change.
  private func line(_ change: ExportChange, to output: inout OutputBuffer) {
    output.append("Export '")
    output.append(comparison.name(of: change))
    switch change.kind {
    case .added: output.append("' has been added")
    case .removed: output.append("' has been removed")
    case .version:
      output.append("' changed CRC from '0x")
      output.append(hexadecimal: UInt64(comparison.old.rows[change.old].crc), width: 8)
      output.append("' to '0x")
      output.append(hexadecimal: UInt64(comparison.new.rows[change.new].crc), width: 8)
      output.append("'")
    case .type:
      output.append("' changed type from '")
      output.append(comparison.old.rows[change.old].licence.symversName)
      output.append("' to '")
      output.append(comparison.new.rows[change.new].licence.symversName)
      output.append("'")
    case .namespace:
      output.append("' changed namespace from '")
      output.append(comparison.old.bytes(comparison.old.rows[change.old].namespace))
      output.append("' to '")
      output.append(comparison.new.bytes(comparison.new.rows[change.new].namespace))
      output.append("'")
    case .owner:
      output.append("' changed module from '")
      output.append(comparison.old.bytes(comparison.old.rows[change.old].module))
      output.append("' to '")
      output.append(comparison.new.bytes(comparison.new.rows[change.new].module))
      output.append("'")
    }
    switch change.verdict {
    case .breaking: break
    case .harmless: output.append(" (implicitly tolerated)")
    case .excused: output.append(" (tolerated by rules)")
    }
    output.append(0x0a)
  }

  private func names(onlyModified: Bool, to output: inout OutputBuffer) {
    var removed: [ExportChange] = []
    var modified: [ExportChange] = []
    for change in comparison.changes where change.isBreaking {
      if change.kind == .removed {
        if !onlyModified { removed.append(change) }
      } else if modified.last?.old != change.old {
        modified.append(change)
      }
    }
    // Both are sorted; additions never break.
    var (left, right) = (removed[...], modified[...])
    while true {
      let takesLeft: Bool
      switch (left.first, right.first) {
      case (nil, nil): return
      case (_?, nil): takesLeft = true
      case (nil, _?): takesLeft = false
      case (let first?, let second?):
        takesLeft = comparison.name(of: first).compare(comparison.name(of: second)) < 0
      }
      guard let next = takesLeft ? left.popFirst() : right.popFirst() else { return }
      output.append(comparison.name(of: next))
      output.append(0x0a)
    }
  }

  private func counts(_ output: inout OutputBuffer) {
    var (added, removed, modified) = (0, 0, 0)
    var index = 0
    let changes = comparison.changes
    while index < changes.count {
      let first = changes[index]
      var isExcused = true
      // The changes of one name follow each other.
      repeat {
        if case .excused = changes[index].verdict {} else { isExcused = false }
        index += 1
      } while index < changes.count && first.old >= 0 && changes[index].old == first.old
        && changes[index].kind != .removed
      guard isExcused else { continue }
      switch first.kind {
      case .added: added += 1
      case .removed: removed += 1
      default: modified += 1
      }
    }
    output.append(
      "Changes tolerated by rules: '\(added)' additions, '\(removed)' removals, "
        + "'\(modified)' modifications\n")
  }
}
