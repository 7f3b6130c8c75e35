import ByteStorage
import Glibc
import TestSupport
import Testing

@Suite("Hostile trees and names")
struct HostileTreeTests {
  @Test("FIFOs with a wanted name are found, and opening them reports what they are")
  func fifo() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "a.ko")
    let fifo = scratch.makeFIFO("b.ko")
    scratch.makeDirectory("c.ko")
    scratch.link("d.ko", to: scratch.file("a.ko"))
    var buffer = FileBuffer()
    var answers: [String] = []
    for entry in DirectoryTree.files(below: scratch.path, where: { $0.hasSuffix(".ko") }) {
      guard case .file(let path) = entry else { continue }
      do throws(FileError) {
        try buffer.open(path)
        answers.append("opened")
      } catch { answers.append("\(error)") }
    }
    #expect(answers == ["opened", "\(fifo): is a FIFO, not a regular file"])
  }

  @Test("a name that is not UTF-8 is reported, the others are found")
  func notText() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "a.ko")
    guard scratch.writeRaw(name: [0x62, 0xff, 0x2e, 0x6b, 0x6f]) else { return }
    var words: [String] = []
    for entry in DirectoryTree.files(below: scratch.path, where: { $0.hasSuffix(".ko") }) {
      switch entry {
      case .file(let path): words.append(String(path.dropFirst(scratch.path.count + 1)))
      case .unreadable(let error): words.append("\(error)")
      }
    }
    #expect(
      words.sorted() == ["\(scratch.path)/b\u{fffd}.ko: has a name that is not UTF-8", "a.ko"])
    #expect(DirectoryTree.names(in: scratch.path) == ["a.ko"])
  }

  @Test(
    "a link whose name is not UTF-8 is passed over where nobody wants it, and the rest is found")
  func linksThatAreNotText() throws {
    let scratch = try ScratchDirectory()
    for number in 10..<60 { try scratch.write([1], to: "\(number).ko") }
    for byte in UInt8(0xf0)...0xff {
      let name = (Array(scratch.path.utf8) + [0x2f, byte, 0]).map { CChar(bitPattern: $0) }
      guard unsafe symlink("10.ko", name) == 0 else { return }
    }
    for number in 60..<99 { try scratch.write([1], to: "\(number).ko") }
    let found = DirectoryTree.files(below: scratch.path) { $0.hasSuffix(".ko") }
    #expect(found.count == 89)
  }

  @Test("a loop of links ends the walk", arguments: ["loop", "self/loop"])
  func loops(_ name: String) throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("self")
    try scratch.write([1], to: "a.ko")
    scratch.link(name, to: scratch.path)
    let count = DirectoryTree.files(below: scratch.path) { $0.hasSuffix(".ko") }.count
    #expect(count == 1)
  }

  @Test("a string is read up to its limit", arguments: [1, 3, 4, 100])
  func limitedString(_ limit: Int) {
    let bytes = Array("abc\0rest".utf8)
    let found = bytes.rawSpan.cString(at: 0, limit: limit)?.text
    #expect(found == (limit < 4 ? nil : "abc"))
    for offset in [9, -1, 4] {
      let isFound = bytes.rawSpan.cString(at: offset, limit: limit) != nil
      #expect(!isFound)
    }
  }
}
