import KernelReleases
import Testing

@Suite("Tables of what differs by release")
struct ReleaseTableTests {
  /// A change of the mainline, backported to two stable series; one that ended; one of all releases.
  private let table = ReleaseTable<String>(
    named: "test",
    [
      .init("mended", since: KernelRelease(7, 0), "mainline"),
      .init("mended", since: KernelRelease(6, 12, 107), until: KernelRelease(6, 13), "6.12"),
      .init(
        "mended", since: KernelRelease(6, 1, 176), until: KernelRelease(6, 2), "6.1",
        isCertain: false),
      .init("old", until: KernelRelease(6, 4), "removed"), .init("ever", "always"),
    ])

  @Test(
    "a release has what its row or the row of its stable series gives",
    arguments: [
      ("4.19.300", ["ever", "old"]), ("6.1.175", ["ever", "old"]),
      ("6.1.176", ["ever", "mended", "old"]), ("6.2", ["ever", "old"]), ("6.4", ["ever"]),
      ("6.12.106", ["ever"]), ("6.12.107", ["ever", "mended"]), ("6.13.2", ["ever"]),
      ("7.0-rc1", ["ever", "mended"]), ("8.1", ["ever", "mended"]),
    ])
  func behaviours(_ text: String, _ expected: [String]) throws {
    let release = try #require(KernelRelease(text))
    #expect(table.behaviours(of: release).sorted() == expected)
    for behaviour in ["ever", "mended", "old"] {
      #expect(table.has(behaviour, in: release) == expected.contains(behaviour))
    }
  }

  @Test("a behaviour gives its sources, and the releases of the mainline")
  func sources() {
    #expect(table.sources(of: "mended") == ["mainline", "6.12", "6.1"])
    #expect(table.range(of: "mended")?.since == KernelRelease(7, 0))
    #expect(table.range(of: "old")?.through == KernelRelease(6, 3))
    #expect(table.sources(of: "none").isEmpty && table.range(of: "none") == nil)
  }

  @Test("ranges overlap where one release is in both")
  func overlap() {
    func range(_ since: Int?, _ until: Int?) -> ReleaseRange {
      ReleaseRange(
        since: since.map { KernelRelease(6, $0) }, until: until.map { KernelRelease(6, $0) })
    }
    #expect(range(1, 4).overlaps(range(3, 5)) && range(nil, nil).overlaps(range(1, 2)))
    #expect(!range(1, 4).overlaps(range(4, 5)) && !range(nil, 1).overlaps(range(1, nil)))
    #expect(range(1, nil).before == range(nil, 1))
  }

  @Test("KSYM_NAME_LEN and extended tables have one home")
  func shared() {
    #expect(KernelRelease(6, 0, 19).symbolNameLength == 128)
    #expect(KernelRelease(6, 1).symbolNameLength == 512)
    #expect(!KernelRelease(6, 13, 12).has(.readsExtendedVersions))
    #expect(KernelRelease(6, 14).has(.readsExtendedVersions))
    #expect(KernelRelease(6, 11, 11).has(.packsVersionsInUbuntu))
    #expect(!KernelRelease(6, 12).has(.packsVersionsInUbuntu))
    for trait in ReleaseTrait.allCases { #expect(!ReleaseTrait.table.sources(of: trait).isEmpty) }
  }
}
