internal import ByteStorage

/// Symbols to write, with their names: locals apart from the others, as a symbol table has them.
package struct ELFSymbolList: Sendable {
  package let layout: ELFLayout
  /// Entries of local symbols, without the null symbol.
  var locals: [UInt8] = []
  /// Entries of all others.
  var globals: [UInt8] = []
  /// Names, each with its NUL; the first is empty.
  var strings: [UInt8] = [0]

  package init(layout: ELFLayout, reserving count: Int = 0) {
    self.layout = layout
    locals.reserveCapacity(count &* layout.symbolSize)
    globals.reserveCapacity(count &* layout.symbolSize / 2)
    strings.reserveCapacity(count &* 24)
  }

  /// Number of symbols, without the null symbol.
  package var count: Int { (locals.count &+ globals.count) / layout.symbolSize }

  /// Adds a symbol, after those of its kind of binding; `symbol.nameOffset` does not count. `false`
  /// if the names fill 4 GiB.
  @discardableResult package mutating func append(_ name: RawSpan, _ symbol: ELFSymbol) -> Bool {
    guard let offset = UInt32(exactly: strings.count) else { return false }
    unsafe name.withUnsafeBytes { unsafe strings.append(contentsOf: $0) }
    strings.append(0)
    if symbol.binding == .local {
      symbol.append(to: &locals, layout, nameOffset: offset)
    } else {
      symbol.append(to: &globals, layout, nameOffset: offset)
    }
    return true
  }
}

extension ELFSymbol {
  @inline(__always)
  fileprivate func append(to out: inout [UInt8], _ layout: ELFLayout, nameOffset: UInt32) {
    layout.put(nameOffset, to: &out)
    if layout.is64Bit {
      out.append(info)
      out.append(0)
      layout.put(sectionIndex, to: &out)
      layout.put(value, to: &out)
      layout.put(size, to: &out)
    } else {
      layout.putWord(value, to: &out)
      layout.putWord(size, to: &out)
      out.append(info)
      out.append(0)
      layout.put(sectionIndex, to: &out)
    }
  }
}
