import ByteStorage
import KernelReleases
import SymbolNames
import SymbolTables
import Testing

@Suite("Identities of symbols")
struct IdentityTests {
  private static let list = """
    ffffffff81000300 t show
    ffffffff81000100 t show
    ffffffff81000200 T other
    ffffffffc0000200 t show	[alpha]
    ffffffffc0000100 t show	[alpha]
    ffffffffc0000300 t only	[alpha]

    """

  private func index() throws -> SymbolIndex {
    SymbolIndex(try SymbolText(parsing: Array(Self.list.utf8).rawSpan).table)
  }

  @Test("equal names count by address in the kernel, and in table order in a module")
  func positions() throws {
    let index = try index()
    let positions = (0..<6).map { "\(index.position(of: $0))" }
    #expect(positions == ["2 of 2", "1 of 2", "1 of 1", "1 of 2", "2 of 2", "1 of 1"])
    var all = SymbolPositions(index)
    #expect((0..<6).map { "\(all.position(of: $0))" } == positions)
  }

  @Test("an identity has the name, the owner, the position and the address")
  func identity() throws {
    let index = try index()
    let identity = index.identity(of: 4)
    #expect(identity.name.text == "show")
    #expect(identity.owner == "alpha")
    #expect(identity.hasPlace)
    #expect(identity.position == SymbolPosition(2, of: 2))
    #expect(identity.address == 0xffff_ffff_c000_0100)
    #expect(identity.file == nil)
    #expect(Set((0..<6).map { index.identity(of: $0) }).count == 6)
  }

  @Test("a release that cuts suffixes finds a symbol by the name it is cut to")
  func references() throws {
    let list = "1000 t f.llvm.1\n2000 t f\n3000 t g.llvm.2\n"
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    let configuration = LookupEra.Configuration(hasClangLTO: true)
    let old = EraLookup(index, LookupEra.of(KernelRelease(6, 6), configuration))
    #expect(old.reference(to: 0).name == "f")
    #expect(old.reference(to: 0).position.number == 1)
    #expect(old.reference(to: 1).position == SymbolPosition(2, of: 2))
    let new = EraLookup(index, LookupEra.of(KernelRelease(6, 12), configuration))
    #expect(new.reference(to: 0).name == "f.llvm.1")
    #expect(new.reference(to: 0).position.isUnique)
  }
}
