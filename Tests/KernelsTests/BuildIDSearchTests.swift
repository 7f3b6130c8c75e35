import ByteStorage
import KernelImages
import TestSupport
import Testing

import Kernels

@Suite("Build IDs")
struct BuildIDSearchTests {
  private let scratch: ScratchDirectory
  private static let image = Fixture.path("kernels/rust-ext/bzImage")

  init() throws {
    scratch = try ScratchDirectory()
    for folder in ["boot", "cache", "lib", "lib/modules"] { scratch.makeDirectory(folder) }
  }

  private func search() -> BuildIDSearch {
    var search = BuildIDSearch()
    search.root = scratch.path
    search.cache = scratch.file("cache")
    search.fetched = scratch.file("fetched")
    search.asksServers = false
    return search
  }

  private func identifier() throws -> String {
    let facts = try OpenKernel(Self.image).facts(isThorough: true)
    return try #require(facts.buildID?.value.hexadecimal)
  }

  private func prefix(_ digits: some StringProtocol) throws -> BuildIDPrefix {
    try #require(try BuildIDPrefix("build-id:\(digits)"))
  }

  @Test("an installed kernel is found by its ID, or the first eight digits, and read once")
  func installed() throws {
    scratch.link("boot/vmlinuz-test", to: Self.image)
    let identifier = try identifier()
    var first = search()
    #expect(try first.path(of: prefix(identifier)) == scratch.file("boot/vmlinuz-test"))
    #expect(first.readCount == 1)
    var second = search()
    #expect(
      try second.path(of: prefix(identifier.prefix(8).uppercased()))
        == scratch.file("boot/vmlinuz-test"))
    #expect(second.readCount == 0)
  }

  @Test("what is not a kernel, or another one, does not hide the one that is searched for")
  func amongOthers() throws {
    try scratch.write([0], to: "boot/vmlinuz-a")
    try scratch.write(KernelBuilder().build(), to: "boot/vmlinuz-b")
    scratch.link("boot/vmlinuz-c", to: Self.image)
    var search = search()
    #expect(try search.path(of: prefix(identifier())) == scratch.file("boot/vmlinuz-c"))
  }

  @Test("an empty file of debuginfod is a note that there is none")
  func emptyFile() throws {
    let identifier = String(repeating: "cd", count: 20)
    for folder in ["fetched", "fetched/\(identifier)"] { scratch.makeDirectory(folder) }
    try scratch.write([], to: "fetched/\(identifier)/executable")
    var search = search()
    #expect(throws: KernelError.self) { try search.path(of: prefix(identifier)) }
    let fetched = try scratch.write([1], to: "fetched/\(identifier)/debuginfo")
    #expect(try search.path(of: prefix(identifier)) == fetched)
  }

  @Test("an index that makes no sense is made again")
  func damagedIndex() throws {
    scratch.link("boot/vmlinuz-test", to: Self.image)
    scratch.makeDirectory("cache/ksym")
    try scratch.write(
      Array("x y\n- 1 2 \(scratch.file("boot/vmlinuz-test"))\n".utf8), to: "cache/ksym/build-ids")
    var search = search()
    #expect(try search.path(of: prefix(identifier())) == scratch.file("boot/vmlinuz-test"))
    #expect(search.readCount == 1)
    // Other lines are kept.
    let index = scratch.file("cache/ksym/build-ids")
    try scratch.write(
      Array("x y\nx y z a\n".utf8) + contents(of: index), to: "cache/ksym/build-ids")
    var again = self.search()
    #expect(try again.path(of: prefix(identifier())) == scratch.file("boot/vmlinuz-test"))
    #expect(again.readCount == 0)
  }

  @Test("files of debuggers are found by their names")
  func debugFiles() throws {
    let identifier = String(repeating: "ab", count: 20)
    for folder in [
      "usr", "usr/lib", "usr/lib/debug", "usr/lib/debug/.build-id", "usr/lib/debug/.build-id/ab",
      "fetched",
      "fetched/cd\(identifier.dropFirst(2))",
    ] { scratch.makeDirectory(folder) }
    let debug = try scratch.write(
      [1], to: "usr/lib/debug/.build-id/ab/\(identifier.dropFirst(2)).debug")
    for other in ["\(identifier.dropFirst(2)).txt", "cdef.debug"] {
      try scratch.write([1], to: "usr/lib/debug/.build-id/ab/\(other)")
    }
    let fetched = try scratch.write([1], to: "fetched/cd\(identifier.dropFirst(2))/debuginfo")
    var search = search()
    #expect(try search.path(of: prefix("abababab")) == debug)
    #expect(try search.path(of: prefix("cdababab")) == fetched)
  }

  @Test("what does not begin one ID, or several, is an error that says so")
  func failures() throws {
    for folder in [
      "usr", "usr/lib", "usr/lib/debug", "usr/lib/debug/.build-id", "usr/lib/debug/.build-id/ab",
    ] { scratch.makeDirectory(folder) }
    for end in ["00", "01"] {
      try scratch.write([1], to: "usr/lib/debug/.build-id/ab/cdef01\(end).debug")
    }
    var search = search()
    #expect(throws: KernelError.self) { try search.path(of: prefix("00000000")) }
    do {
      _ = try search.path(of: prefix("abcdef01"))
      Issue.record("two IDs begin so")
    } catch { #expect("\(error)".contains("several kernels")) }
    for text in ["build-id:abc", "build-id:", "build-id:0123456g"] {
      #expect(throws: KernelError.self) { _ = try BuildIDPrefix(text) }
    }
    #expect(try BuildIDPrefix("6.12.0") == nil)
  }
}
