import ByteStorage
import ELFFormat
import Kallsyms
import KernelReleases
import SymbolTables
import TestSupport
import Testing

/// A kind of kernel: what its image does not record, and the tables have to show.
struct OldKernel: Sendable, CustomStringConvertible {
  let machine: String
  let wordSize: Int
  let order: ByteOrder
  let start: UInt64

  var description: String { machine }

  static let all = [
    OldKernel(machine: "arm", wordSize: 4, order: .little, start: 0xc000_8000),
    OldKernel(machine: "arm at 2 GiB", wordSize: 4, order: .little, start: 0x8000_8000),
    OldKernel(machine: "arm without MMU", wordSize: 4, order: .little, start: 0x8000),
    OldKernel(machine: "armeb", wordSize: 4, order: .big, start: 0xc030_0000),
    OldKernel(machine: "mipsel", wordSize: 4, order: .little, start: 0x8010_0000),
    OldKernel(machine: "mips", wordSize: 4, order: .big, start: 0x8010_0000),
    OldKernel(machine: "powerpc", wordSize: 4, order: .big, start: 0xc000_0000),
    OldKernel(machine: "m68k", wordSize: 4, order: .big, start: 0x1000),
    OldKernel(machine: "sparc", wordSize: 4, order: .big, start: 0xf000_4000),
    OldKernel(machine: "arm64", wordSize: 8, order: .little, start: 0xffff_ff80_0808_0000),
    OldKernel(machine: "x86_64", wordSize: 8, order: .little, start: 0xffff_ffff_8100_0000),
    OldKernel(machine: "ppc64le", wordSize: 8, order: .little, start: 0xc000_0000_0000_0000),
    OldKernel(machine: "ppc64", wordSize: 8, order: .big, start: 0xc000_0000_0000_0000),
    OldKernel(machine: "mips64", wordSize: 8, order: .big, start: 0xffff_ffff_8010_0000),
    OldKernel(machine: "mips64el", wordSize: 8, order: .little, start: 0xffff_ffff_8010_0000),
    OldKernel(machine: "s390x", wordSize: 8, order: .big, start: 0x10_0000),
    OldKernel(machine: "sparc64", wordSize: 8, order: .big, start: 0x40_0000),
  ]
}

/// How a release wrote its tables.
struct OldRelease: Sendable, CustomStringConvertible {
  let release: String
  let hasBase: Bool
  /// Whether the number of names and the markers are words (up to 4.19).
  let hasWideCounts: Bool
  /// Whether `.align` counts in powers of two, as on arm, mips and powerpc.
  var hasPowers = false
  var sequenceSize = 0

  var description: String { release }

  static let all = [
    OldRelease(release: "2.6.30", hasBase: false, hasWideCounts: true, hasPowers: true),
    OldRelease(release: "3.10", hasBase: false, hasWideCounts: true, hasPowers: true),
    OldRelease(release: "3.18", hasBase: false, hasWideCounts: true),
    OldRelease(release: "4.4", hasBase: false, hasWideCounts: true),
    OldRelease(release: "4.9", hasBase: true, hasWideCounts: true),
    OldRelease(release: "4.14, addresses", hasBase: false, hasWideCounts: true),
    OldRelease(release: "4.14", hasBase: true, hasWideCounts: true, hasPowers: true),
    OldRelease(release: "4.19", hasBase: true, hasWideCounts: true),
    OldRelease(release: "5.4", hasBase: true, hasWideCounts: false),
    OldRelease(release: "5.4, addresses", hasBase: false, hasWideCounts: false),
    OldRelease(release: "6.1", hasBase: true, hasWideCounts: false, sequenceSize: 4),
  ]

  /// What shows the release: numbers by name, then the size of markers and of words.
  func trace(_ kernel: OldKernel) -> KallsymsTables.Trace {
    if sequenceSize > 0 { return .sequences }
    if kernel.wordSize == 4 { return .narrowWords }
    return hasWideCounts ? .wideMarkers : .narrowMarkers
  }

  func form(_ kernel: OldKernel) -> TableForm {
    let isWide = kernel.wordSize == 8
    return TableForm(
      name: release, hasAddressesLast: false, encoding: hasBase ? .baseRelative : .absolute,
      alignment: hasPowers ? isWide ? 256 : 16 : kernel.wordSize,
      countSize: hasWideCounts ? kernel.wordSize : 4, sequenceSize: sequenceSize)
  }
}

@Suite("Tables of old kernels")
struct OldTableTests {
  /// What lies before the tables.
  private static let fronts: [(name: String, words: @Sendable (OldKernel) -> [UInt32])] = [
    ("other bytes", { _ in [0x1234_5601, 0x89ab_cdef] }),
    ("a zero", { _ in [0x1234_5601, 0] }),
    ("zeros", { _ in [UInt32](repeating: 0, count: 2400) }),
    (
      "pointers",
      { kernel in
        let low = UInt32(truncatingIfNeeded: kernel.start &+ 0x40)
        let high = UInt32(truncatingIfNeeded: kernel.start >> 32)
        if kernel.wordSize == 4 { return [UInt32](repeating: low, count: 1200) }
        let pair = kernel.order == .little ? [low, high] : [high, low]
        return (0..<600).flatMap { _ in pair }
      }
    ),
  ]

  private func encoded(_ count: Int) throws -> EncodedTables {
    try EncodedLists.tables(symbolList(count: count, base: 0))
  }

  @Test("each table decodes to what went in, whatever lies before it", arguments: OldKernel.all)
  func everyRelease(_ kernel: OldKernel) throws {
    for release in OldRelease.all {
      for count in [600, 601] {
        let tables = try encoded(count).moved(by: kernel.start)
        // Zeros are what misleads.
        let turn = (release.release.utf8.count + kernel.machine.utf8.count) % 4
        for (number, front) in OldTableTests.fronts.enumerated()
        where number == 1 || count == 600 && number == turn {
          var builder = TableBuilder(
            release.form(kernel), wordSize: kernel.wordSize, order: kernel.order,
            loadAddress: kernel.start, front: front.words(kernel))
          builder.put(tables)
          let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan)
          let what = "\(release), \(count) symbols after \(front.name)"
          let found = try KallsymsTables(locating: image)
          let table = try SymbolTable(found, in: image)
          #expect(found.wordSize == kernel.wordSize && found.count == count, "\(what)")
          #expect(table.addresses == tables.addresses, "\(what)")
          #expect(found.otherReading == nil, "\(what)")
          #expect(found.trace == release.trace(kernel), "\(what)")
        }
      }
    }
  }

  @Test("lengths of two bytes without sequence numbers are those of 6.1")
  func twoByteLengths() throws {
    let kernel = OldKernel(
      machine: "x86_64", wordSize: 8, order: .little, start: 0xffff_ffff_8100_0000)
    for (count, trace) in [(600, .twoByteLengths), (190, .narrowMarkers)]
      as [(Int, KallsymsTables.Trace)]
    {
      // A name of many letters, which no tokens make short.
      let form = OldRelease(release: "6.1", hasBase: true, hasWideCounts: false).form(kernel)
      var builder = TableBuilder(
        form, wordSize: 8, order: .little, loadAddress: kernel.start, front: [0x1234_5601])
      var state: UInt32 = 1
      let long = (0..<400).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return String(UnicodeScalar(UInt8(0x41 + (state >> 16) % 26)))
      }.joined()
      let list =
        symbolList(count: count, base: kernel.start)
        + "ffffffff8f000000 t \(count > 200 ? long : "x")\n"
      builder.put(try EncodedLists.tables(list))
      let found = try KallsymsTables(locating: KallsymsImage(raw: builder.bytes.bytes.rawSpan))
      #expect(found.trace == trace)
      #expect(KallsymsTables.Trace.table.range(of: trace)?.through == KernelRelease(6, 1))
    }
  }

  @Test("a few symbols are read rightly, or said to be uncertain", arguments: OldKernel.all)
  func few(_ kernel: OldKernel) throws {
    for release in OldRelease.all {
      for count in [1, 2, 3, 40, 256] {
        let tables = try encoded(count).moved(by: kernel.start)
        for front in OldTableTests.fronts.prefix(2) {
          var builder = TableBuilder(
            release.form(kernel), wordSize: kernel.wordSize, order: kernel.order,
            loadAddress: kernel.start, front: front.words(kernel))
          builder.put(tables)
          let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan)
          guard let found = try? KallsymsTables(locating: image), found.count == count else {
            continue
          }
          let table = try SymbolTable(found, in: image)
          #expect(
            table.addresses == tables.addresses || found.otherReading != nil,
            "\(release), \(count) symbols after \(front.name)")
        }
      }
    }
  }

  /// Releases that write offsets of 32-bit kernels.
  private static let offsetForms = OldRelease.all.filter(\.hasBase)

  @Test("32-bit offsets from zero are addresses", arguments: [ByteOrder.little, .big])
  func zeroBase(_ order: ByteOrder) throws {
    let kernel = OldKernel(machine: "arm", wordSize: 4, order: order, start: 0xc000_8000)
    for vectors in [[0], [0, 0x1000], [0, 0x1000, 0x1004, 0x1020]] {
      let low = vectors.map { "\(String($0, radix: 16)) t vector_\($0)\n" }.joined()
      for count in [300, 301, 600] {
        let list = low + symbolList(count: count, base: kernel.start)
        let tables = try EncodedLists.tables(list)
        for release in Self.offsetForms {
          for zeros in 0...3 {
            var builder = TableBuilder(
              release.form(kernel), wordSize: 4, order: order, loadAddress: kernel.start,
              front: [0x1234_5601] + [UInt32](repeating: 0, count: zeros))
            builder.put(tables)
            for wordSize in [4, nil] {
              let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan, wordSize: wordSize)
              let found = try KallsymsTables(locating: image)
              let what = "\(release), \(vectors.count) + \(count) symbols after \(zeros) zeros"
              #expect(found.wordSize == 4 && found.otherReading == nil, "\(what)")
              let table = try SymbolTable(found, in: image)
              #expect(table.addresses == tables.addresses && !table.isRelative, "\(what)")
            }
          }
        }
      }
    }
  }

  @Test("a 32-bit base of zero where only a relocation has the base is refused")
  func hiddenBase() throws {
    for order in [ByteOrder.little, .big] {
      let kernel = OldKernel(machine: "powerpc", wordSize: 4, order: order, start: 0xc000_0000)
      for count in [300, 301, 600] {
        // Offsets as from any base, and a base of zero.
        let tables = try EncodedLists.tables(symbolList(count: count, base: 0))
        for release in Self.offsetForms {
          var builder = TableBuilder(
            release.form(kernel), wordSize: 4, order: order, loadAddress: kernel.start,
            front: [0x1234_5601, 0, 0])
          builder.put(tables)
          let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan)
          #expect(throws: KallsymsError.self, "\(release), \(order), \(count) symbols") {
            try KallsymsTables(locating: image)
          }
        }
      }
    }
  }

  @Test("a word size that the container gives is kept", arguments: OldKernel.all)
  func knownWordSize(_ kernel: OldKernel) throws {
    let tables = try encoded(40).moved(by: kernel.start)
    for release in OldRelease.all {
      var builder = TableBuilder(
        release.form(kernel), wordSize: kernel.wordSize, order: kernel.order,
        loadAddress: kernel.start, front: [0, 0])
      builder.put(tables)
      let image = KallsymsImage(raw: builder.bytes.bytes.rawSpan, wordSize: kernel.wordSize)
      let table = try SymbolTable(KallsymsTables(locating: image), in: image)
      #expect(table.addresses == tables.addresses, "\(release)")
    }
  }

  @Test("an ELF file with other bytes around the tables decodes to what went in")
  func inELF() throws {
    for kernel in OldKernel.all {
      let tables = try encoded(40).moved(by: kernel.start)
      for release in OldRelease.all {
        var builder = TableBuilder(
          release.form(kernel), wordSize: kernel.wordSize, order: kernel.order,
          loadAddress: kernel.start, front: [1, 0, 0])
        builder.put(tables)
        var elf = ELFBuilder(
          layout: ELFLayout(is64Bit: kernel.wordSize == 8, order: kernel.order))
        elf.addSection(
          ".rodata", flags: [.alloc], bytes: builder.bytes.bytes, address: kernel.start)
        let file = elf.build()
        let image = try KallsymsImage(ELFFile(ByteSource(file.rawSpan)))
        let table = try SymbolTable(KallsymsTables(locating: image), in: image)
        #expect(table.addresses == tables.addresses, "\(kernel), \(release)")
      }
    }
  }
}
