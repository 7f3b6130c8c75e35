import ByteStorage
import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Parameters of a module")
struct ParameterTests {
  /// What becomes of a module with parameters: names and permissions.
  private func outcome(_ bench: Bench, _ parameters: [(String, UInt16)]) throws -> String {
    var elf = bench.module().elf()
    var strings = ByteBuilder()
    var table = ByteBuilder(bench.layout.order)
    let word = bench.layout.wordSize
    var places: [Int] = []
    for (name, permissions) in parameters {
      // 32-bit targets keep the addend in the place itself.
      places.append(strings.count)
      let start = table.count
      if word == 4 { table.put(UInt32(strings.count)) }
      table.pad(to: start + 3 * word)
      table.put(permissions)
      table.pad(to: start + 5 * word)
      strings.put(cString: name)
    }
    let data = elf.addSection(".rodata", bytes: strings.bytes)
    let symbol = elf.addSymbol("names", section: data)
    let section = elf.addSection("__param", bytes: table.bytes)
    elf.addRelocations(
      places.enumerated().map { number, place in
        ELFBuilder.Relocation(
          offset: UInt64(number * 5 * word), symbol: symbol, type: bench.layout.is64Bit ? 1 : 2,
          addend: word == 4 ? 0 : Int64(place))
      }, forSection: section, hasAddends: word == 8)
    return try summary(bench.outcome(elf.build()))
  }

  private let refused =
    "EEXIST | sysfs: cannot create duplicate filename '/module/sample/parameters/debug'"

  @Test("with the same name cannot both have a file in sysfs, which ends the load")
  func repeated() throws {
    for release in ["5.10.0", "6.1.0", "6.12.0", "7.2.0"] {
      let bench = Bench(release)
      #expect(try outcome(bench, [("debug", 0o444), ("debug", 0o644)]) == refused)
      #expect(try outcome(bench, [("debug", 0o444), ("debug2", 0o444)]) == "loads")
    }
    var bench = Bench("6.1.0")
    bench.layout = ELFLayout(is64Bit: false, order: .little)
    bench.machine = .arm
    #expect(try outcome(bench, [("other", 0o444), ("debug", 1), ("debug", 2)]) == refused)
    #expect(try outcome(bench, [("other", 0o444), ("debug", 1), ("debug3", 2)]) == "loads")
  }

  @Test("without permissions have no file, nor has any without sysfs")
  func invisible() throws {
    var bench = Bench()
    #expect(try outcome(bench, [("debug", 0), ("debug", 0o444)]) == "loads")
    bench.given = ["SYSFS=n"]
    #expect(try outcome(bench, [("debug", 0o444), ("debug", 0o444)]) == "loads")
  }
}
