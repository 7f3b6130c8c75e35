import ByteStorage
import ModuleVersions
import TestSupport
import Testing

@Suite("Hostile symbol lists")
struct HostileTextTests {
  @Test("text larger than any Module.symvers is refused before it is read")
  func tooLarge() {
    let bytes = [UInt8](repeating: 0x30, count: Symvers.largestText + 1)
    #expect(throws: ParseError.self) { try Symvers.parse(bytes.rawSpan) }
  }

  @Test("an index finds every name whatever the process' hash seed")
  func index() throws {
    let text = (0..<1000).map { "0x\($0)\tname\($0 % 700)\tvmlinux\tEXPORT_SYMBOL\t\n" }.joined()
    let bytes = Array(text.utf8)
    let table = try Symvers.parse(bytes.rawSpan)
    let lookup = ExportLookup(table)
    for row in table.rows.indices {
      let first = lookup.first(table.bytes(table.rows[row].name))
      #expect(first == (row < 700 ? row : row - 700))
    }
  }
}
