internal import ByteStorage
internal import KernelComparison
internal import SymtypesFormat

/// A comparison of types in the formats of suse-kabi-tools.
struct KsymtypesOutput {
  private let comparison: TypeComparison
  private let store: SymtypesStore
  private let style: TypeText.Style

  /// Exports that the short form lists for each cause.
  private static let mostListed = 10

  init(
    _ comparison: TypeComparison, _ store: SymtypesStore, style: TypeText.Style = .genksyms
  ) {
    self.comparison = comparison
    self.store = store
    self.style = style
  }

  func write(_ formats: [(format: KsymversFormat, sink: Int)], to sinks: inout DropInSinks) {
    let texts = formats.filter { $0.format == .pretty || $0.format == .short }
    func writeNames(_ keys: [UInt32], _ words: StaticString, _ sinks: inout DropInSinks) {
      for key in keys {
        for (_, sink) in texts {
          sinks.write(to: sink) { output in
            output.append("Export '")
            output.append(store.keys.name(Int(key)))
            output.append(words)
          }
        }
      }
    }
    writeNames(comparison.added, "' has been added\n", &sinks)
    writeNames(comparison.removed, "' has been removed\n", &sinks)
    for (number, found) in comparison.causes.enumerated() where !texts.isEmpty {
      var change = OutputBuffer()
      write(found.cause, to: &change)
      for (format, sink) in texts {
        sinks.write(to: sink) { output in
          if number > 0 { output.append(0x0a) }
          write(found.exports, isShort: format == .short, to: &output)
          output.append(change.bytes)
        }
      }
    }
    for (format, sink) in formats where format == .symbols || format == .modifiedSymbols {
      let names = comparison.names(onlyModified: format == .modifiedSymbols, store)
      sinks.write(to: sink) { output in
        for name in names {
          output.append(store.keys.name(Int(name)))
          output.append(0x0a)
        }
      }
    }
  }

  private func write(_ exports: [UInt32], isShort: Bool, to output: inout OutputBuffer) {
    output.append("The following '\(exports.count)' exports are different:\n")
    for export in isShort ? exports.prefix(KsymtypesOutput.mostListed) : exports[...] {
      output.append(0x20)
      output.append(store.keys.name(Int(export)))
      output.append(0x0a)
    }
    if isShort, exports.count > KsymtypesOutput.mostListed { output.append(" <...>\n") }
    output.append(0x0a)
  }

  /// What changed in a type.
  func write(_ cause: TypeComparison.Cause, to output: inout OutputBuffer) {
    let name = store.keys.name(Int(cause.key))
    let wasDeclared = store.isDeclaration(Int(cause.old), ofKey: Int(cause.key))
    let isDeclared = store.isDeclaration(Int(cause.new), ofKey: Int(cause.key))
    if wasDeclared != isDeclared {
      output.append("because '")
      output.append(name)
      output.append(
        wasDeclared
          ? "' changed from a forward declaration to a definition\n"
          : "' changed from a definition to a forward declaration\n")
      return
    }
    output.append("because of a changed '")
    output.append(name)
    output.append("':\n")
    let old = TypeText.lines(of: Int(cause.old), in: store, style: style)
    let new = TypeText.lines(of: Int(cause.new), in: store, style: style)
    var numbers: [[UInt8]: Int] = [:]
    func number(_ line: [UInt8]) -> Int {
      let next = numbers.count
      let known = numbers[line]
      if known == nil { numbers[line] = next }
      return known ?? next
    }
    let difference = LineDiff(old.map(number), new.map(number))
    for hunk in difference.hunks { write(hunk, old, new, to: &output) }
  }

  private func write(
    _ hunk: LineDiff.Hunk, _ old: [[UInt8]], _ new: [[UInt8]], to output: inout OutputBuffer
  ) {
    let removed = hunk.steps.count { $0 != .add }
    let added = hunk.steps.count { $0 != .remove }
    output.append(
      "@@ -\(hunk.oldStart + 1),\(removed) +\(hunk.newStart + 1),\(added) @@\n")
    var (left, right) = (hunk.oldStart, hunk.newStart)
    for step in hunk.steps {
      switch step {
      case .keep:
        output.append(0x20)
        output.append(old[left])
        (left, right) = (left + 1, right + 1)
      case .remove:
        output.append(UInt8(ascii: "-"))
        output.append(old[left])
        left += 1
      case .add:
        output.append(UInt8(ascii: "+"))
        output.append(new[right])
        right += 1
      }
      output.append(0x0a)
    }
  }
}
