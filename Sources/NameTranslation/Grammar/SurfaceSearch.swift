internal import ByteStorage

/// The grammar of one surface alone.
package enum SurfaceSearch {
  /// Where one surface's grammar finds names in a line, in the order of its rows.
  /// The line is without its end.
  package static func names(
    in line: RawSpan, of surface: Surface
  ) -> [(name: Range<Int>, tokenEnd: Int)] {
    var masked: [UInt8] = []
    let text = TextLine(line)
    return text.maskSigns(to: &masked)
      ? names(inMasked: TextLine(masked.span.raw), of: surface) : names(inMasked: text, of: surface)
  }

  private static func names(
    inMasked text: borrowing TextLine, of surface: Surface
  ) -> [(name: Range<Int>, tokenEnd: Int)] {
    let present = ByteSet(text)
    var fields: [NameField] = []
    switch surface {
    case .kernelLog:
      OffsetTokens.find(in: text, &fields)
      ArmCallers.find(in: text, &fields)
      WorkLists.find(in: text, &fields)
      DecodedPlaces.find(in: text, &fields)
    case .objdump: AngleReferences.find(in: text, &fields)
    case .ftrace: FunctionCalls.find(in: text, &fields)
    case .foldedStacks: FoldedStacks.find(in: text, &fields)
    case .anywhere: AnywhereNames.find(in: text, &fields)
    case .pair: Pairs.find(in: text, &fields)
    case .digest: FieldSearch.digests(in: text, &fields)
    default: break
    }
    if let grammar = grammars[surface] {
      grammar.findFromStart(of: text, present, &fields) { _ in false }
      grammar.findBehindKeys(in: text, present, &fields)
    }
    return fields.map { ($0.range, $0.tokenEnd) }
  }

  private static let grammars = Dictionary(grouping: Surface.patterns, by: \.surface)
    .mapValues { Grammar($0) }
}
