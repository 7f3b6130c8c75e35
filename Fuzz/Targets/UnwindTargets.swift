import ByteStorage
import ELFFormat
import KernelReleases
import SymbolFiles
import UnwindTables

extension FuzzTargets {
  /// Unwind tables: a byte that chooses the header, then the places of all entries (4 bytes each), then
  /// their contents (6 bytes each).
  static func unwind(_ bytes: RawSpan) {
    let headers: [[UInt8]] = [
      [],
      [
        0xdb, 0x84, 0xae, 0xd4, 0x10, 0x3b, 0x31, 0xdd, 0x51, 0xe0, 0x17, 0xf8, 0xf7, 0x97, 0x83,
        0xca,
        0x98, 0x5c, 0x2c, 0x51,
      ],
      [
        0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9, 0xa5, 0xc6, 0x5b, 0xa5, 0xa6,
        0x25,
        0xea, 0xb3, 0xfe, 0x24,
      ],
      [
        0x13, 0x7c, 0x36, 0xad, 0x76, 0x27, 0xc4, 0xdd, 0x55, 0x93, 0x21, 0x76, 0xbb, 0x0e, 0xcd,
        0xbd,
        0x50, 0x41, 0xfc, 0x82,
      ],
    ]
    guard let choice = bytes.byte(at: 0) else { return }
    let count = (bytes.byteCount - 1) / 10
    guard let places = bytes.slice(1..<(1 + count * 4)),
      let contents = bytes.slice((1 + count * 4)..<bytes.byteCount)
    else { return }
    let header = headers[Int(choice & 3)]
    let start: UInt64 = choice & 4 == 0 ? 0xffff_ffff_8200_0000 : 0
    guard
      let table = try? ORCTable(
        places: ORCTable.Section(places, address: start, offset: 0),
        contents: ORCTable.Section(contents, address: 0, offset: 0), header: header.rawSpan)
    else { return }
    let code: [Range<UInt64>] =
      choice & 8 == 0 ? [0..<UInt64.max] : [start..<(start + 64), (start + 128)..<(start + 4096)]
    let functions = stride(from: UInt64(0), to: 32, by: 1).map { start &+ $0 &* 16 }
    let frames = FrameTable(
      table, functions: functions, code: code,
      release: choice & 16 == 0 ? nil : KernelRelease(5, 10))
    precondition(frames.bytes.count.isMultiple(of: 8))
    use(frames.bytes)
  }

  /// A module that was loaded where all of its symbols say.
  private static func unwindModule(_ bytes: RawSpan) {
    guard let elf = try? ELFFile(ByteSource(bytes)), let symbols = try? elf.symbolTable() else {
      return
    }
    var addresses: [[UInt8]: UInt64] = [:]
    for index in 0..<min(symbols.count, 1000) {
      guard let symbol = symbols.symbol(at: index) else { continue }
      let base = 0xffff_ffff_c000_0000 &+ UInt64(symbol.sectionIndex) << 16
      addresses[symbols.name(of: symbol).array] = base &+ symbol.value
    }
    guard
      case .frames(let module)? = try? LoadedModule.read(elf, at: addresses, kernel: .three)
    else { return }
    let code = module.code.sorted { $0.lowerBound < $1.lowerBound }
    use(
      FrameTable(module.table, functions: addresses.values.sorted(), code: code, release: nil).count
    )
  }
}
