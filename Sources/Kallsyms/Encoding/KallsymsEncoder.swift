internal import ByteStorage
package import KernelReleases

/// Writes kallsyms tables from a list of symbols, as `scripts/kallsyms` of a release does, byte for
/// byte.
///
/// - Note: scripts/kallsyms.c of 6.12, 7.2 and 7.3.
package enum KallsymsEncoder {
  /// The forms of the text, each by its first release.
  package enum Form: Sendable, Hashable, CaseIterable {
    /// Offsets from a relative base, and lines for the preprocessor.
    case v6_12
    /// Place-relative offsets.
    case v7_0
    /// Sizes of the tables.
    case v7_3

    package static let table = ReleaseTable<Form>(
      named: "Text of scripts/kallsyms",
      [
        .init(
          .v6_12, since: KernelRelease(6, 12), until: KernelRelease(7, 0),
          "scripts/kallsyms.c, 6.12"),
        .init(
          .v7_0, since: KernelRelease(7, 0), until: KernelRelease(7, 3), "scripts/kallsyms.c, 7.2"),
        .init(.v7_3, since: KernelRelease(7, 3), "scripts/kallsyms.c, 7.3"),
      ])

    /// The form that a release writes; `nil` for those before 6.12, which were not read.
    package init?(_ release: KernelRelease) {
      guard let row = Form.table.row(for: release) else { return nil }
      self = row.behaviour
    }
  }

  package struct Options: Sendable, Hashable {
    package var form: Form
    /// `--all-symbols`: not only functions.
    package var includesAllSymbols: Bool
    /// `--pc-relative` (7.0 and later): distances from `_text` instead of addresses.
    package var isPlaceRelative: Bool
    /// `--absolute-percpu` (up to 6.14): per-CPU symbols are absolute.
    package var makesPerCPUAbsolute: Bool

    /// Creates options; place-relative and absolute per-CPU count for releases that know them.
    package init(
      form: Form = .v7_3, includesAllSymbols: Bool, isPlaceRelative: Bool = false,
      makesPerCPUAbsolute: Bool = false
    ) {
      self.form = form
      self.includesAllSymbols = includesAllSymbols
      self.isPlaceRelative = isPlaceRelative && form != .v6_12
      self.makesPerCPUAbsolute = makesPerCPUAbsolute && form == .v6_12
    }
  }

  /// What the tool leaves behind, its standard output aside.
  package struct Outcome: Sendable, Hashable {
    package let messages: [UInt8]
    /// Its exit status: 0, or 1 if a line or an address cannot be used.
    package let exitStatus: Int32
  }

  /// Does what the tool does with lines of an address, a type letter and a name, as `nm -n` prints
  /// them. `write` takes the text, piece by piece; it ends before an address that is out of range.
  package static func assemble(
    _ map: RawSpan, _ options: Options, write: @escaping ([UInt8]) -> Void
  ) -> Outcome {
    var (symbols, isComplete) = EncoderMap.read(map, options)
    guard isComplete else { return Outcome(messages: symbols.messages.bytes, exitStatus: 1) }
    var assembly = AssemblyText(EncodedTables(symbols), symbols, options, write)
    let complaint = assembly.write()
    if let complaint { symbols.complain(complaint) }
    return Outcome(messages: symbols.messages.bytes, exitStatus: complaint == nil ? 0 : 1)
  }
}

extension EncoderMap {
  @_lifetime(borrow self) func name(_ entry: Entry) -> RawSpan {
    guard let name = record(entry).suffix(from: 1) else { return RawSpan() }
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  mutating func complain(_ line: String) { messages.append(line) }
}
