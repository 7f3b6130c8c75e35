package import KernelReleases

extension KallsymsTables {
  /// What the layout of the tables shows about the release that wrote them.
  package enum Trace: Sendable, Hashable, CaseIterable {
    /// Addresses are 32-bit distances from their own place, or from `_text`.
    case placeRelativeAddresses
    /// Addresses come after the names.
    case addressesLast
    /// Sequence numbers by name, and addresses before the names.
    case sequences
    /// Lengths of two bytes, and no sequence numbers.
    case twoByteLengths
    /// Markers of eight bytes.
    case wideMarkers
    /// Markers of four bytes where addresses have eight, and none of the above.
    case narrowMarkers
    /// Markers and addresses of four bytes, and none of the above.
    case narrowWords

    package static let table = ReleaseTable<Trace>(
      named: "Layout of kallsyms tables",
      [
        .init(.placeRelativeAddresses, since: KernelRelease(7, 0), "scripts/kallsyms.c, 7.2"),
        .init(
          .addressesLast, since: KernelRelease(6, 4), until: KernelRelease(7, 0),
          "scripts/kallsyms.c: order of tables, 6.4 and 7.0"),
        .init(
          .sequences, since: KernelRelease(6, 1, 42), until: KernelRelease(6, 4),
          "scripts/kallsyms.c: kallsyms_seqs_of_names, 6.2; 60443c88f3a8 in 6.1.42"),
        .init(
          .twoByteLengths, since: KernelRelease(6, 1), until: KernelRelease(6, 2),
          "scripts/kallsyms.c: lengths in ULEB128, 6.1"),
        .init(.wideMarkers, until: KernelRelease(4, 20), "scripts/kallsyms.c: markers, 4.19"),
        .init(
          .narrowMarkers, since: KernelRelease(4, 20), until: KernelRelease(6, 2),
          "scripts/kallsyms.c: markers, 4.20"),
        .init(.narrowWords, until: KernelRelease(6, 2), "scripts/kallsyms.c: markers, 4.19"),
      ])
  }

  /// Drops the other reading if the release did not write tables that are read so.
  package mutating func settle(for release: String?) {
    guard otherReading?.encoding == .placeRelative,
      let release = release.flatMap({ KernelRelease($0) }),
      !Trace.table.has(.placeRelativeAddresses, in: release)
    else { return }
    otherReading = nil
  }

  package var trace: Trace {
    switch encoding {
    case .placeRelative, .absolute32: return .placeRelativeAddresses
    default: break
    }
    if hasAddressesLast { return .addressesLast }
    if sequences != nil { return .sequences }
    if hasTwoByteLengths == true { return .twoByteLengths }
    if markerSize == 8 { return .wideMarkers }
    return wordSize == 4 ? .narrowWords : .narrowMarkers
  }
}
