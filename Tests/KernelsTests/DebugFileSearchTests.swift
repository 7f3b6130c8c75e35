import ByteStorage
import ELFFormat
import Kernels
import TestSupport
import Testing

@Suite("Files with debug information")
struct DebugFileSearchTests {
  private let scratch: ScratchDirectory
  private let debug = "tree/usr/lib/debug/boot/vmlinux-6.12.0"

  init() throws { scratch = try ScratchDirectory() }

  private func makeTree() throws {
    for folder in [
      "tree", "tree/boot", "tree/usr", "tree/usr/lib", "tree/usr/lib/debug",
      "tree/usr/lib/debug/boot", "tree/usr/lib/modules", "tree/usr/lib/modules/6.12.0",
      "tree/usr/lib/debug/usr", "tree/usr/lib/debug/usr/lib", "tree/usr/lib/debug/usr/lib/modules",
      "tree/usr/lib/debug/usr/lib/modules/6.12.0",
    ] {
      scratch.makeDirectory(folder)
    }
    var elf = ELFBuilder()
    elf.addSection(".debug_info", bytes: [0])
    for path in [debug, "tree/usr/lib/debug/usr/lib/modules/6.12.0/a.ko"] {
      _ = try scratch.write(elf.build(), to: path)
    }
    for path in ["tree/boot/vmlinuz-6.12.0", "tree/usr/lib/modules/6.12.0/a.ko"] {
      _ = try scratch.write(ELFBuilder().build(), to: path)
    }
  }

  @Test("are those of the unpacked packages that a kernel lies in, or that are given as one")
  func unpackedPackages() throws {
    try makeTree()
    let search = DebugFileSearch(limit: 1 << 20, below: scratch.file("none"))
    for path in ["tree", "tree/boot/vmlinuz-6.12.0"] {
      let found = try search.file(for: scratch.file(path), release: "6.12.0")
      #expect(found?.path == scratch.file(debug))
    }
    #expect(try search.file(for: scratch.file("tree"), release: "6.12.1") == nil)
    let module = scratch.file("tree/usr/lib/modules/6.12.0/a.ko")
    #expect(
      try search.file(for: module)?.path
        == scratch.file("tree/usr/lib/debug/usr/lib/modules/6.12.0/a.ko"))
  }

  @Test("are not those without it, of whatever name")
  func withoutInformation() throws {
    try makeTree()
    for folder in ["tree/usr/lib/debug/.build-id", "tree/usr/lib/debug/.build-id/ab"] {
      scratch.makeDirectory(folder)
    }
    try scratch.write(ELFBuilder().build(), to: "tree/usr/lib/debug/.build-id/ab/cdef.debug")
    let search = DebugFileSearch(limit: 1 << 20, below: scratch.file("none"))
    let found = try search.file(for: scratch.file("tree"), release: "6.12.0", buildID: "abcdef")
    #expect(found?.path == scratch.file(debug))
  }

  @Test("share what is found by a build ID of two bytes or more, if they name a path at all")
  func supplementByIdentifier() throws {
    try makeTree()
    for folder in ["tree/usr/lib/debug/.build-id", "tree/usr/lib/debug/.build-id/ab"] {
      scratch.makeDirectory(folder)
    }
    var shared = ELFBuilder()
    shared.addSection(".debug_info", bytes: [0])
    for name in ["cd", ""] {
      try scratch.write(shared.build(), to: "tree/usr/lib/debug/.build-id/ab/\(name).debug")
    }
    let search = DebugFileSearch(limit: 1 << 20, below: scratch.file("none"))
    for (link, isFound) in [("/none\0", nil), ("\0", false)] as [(String, Bool?)] {
      for (identifier, hasFile) in [([0xab], false), ([0xab, 0xcd], true)] as [([UInt8], Bool)] {
        var elf = ELFBuilder()
        elf.addSection(".gnu_debugaltlink", bytes: Array(link.utf8) + identifier)
        let path = try scratch.write(elf.build(), to: debug)
        if isFound == false {
          #expect(try search.supplement(of: search.open(path), at: path) == nil)
        } else if hasFile {
          #expect(try search.supplement(of: search.open(path), at: path) != nil)
        } else {
          #expect(throws: FileError.self) {
            try search.supplement(of: search.open(path), at: path)
          }
        }
      }
    }
  }

  @Test("are ELF, and have bytes of debug information")
  func information() {
    for (type, isThere) in [(.progbits, true), (.nobits, false)] as [(ELFSectionType, Bool)] {
      var elf = ELFBuilder()
      elf.addSection(".debug_info", type: type, bytes: [0])
      let file = MappedFile(copying: elf.build().rawSpan)
      #expect(DebugFileSearch.hasInformation(file) == isThere)
    }
    let text = MappedFile(copying: Array("a text of no kind".utf8).rawSpan)
    #expect(!DebugFileSearch.hasInformation(text))
  }

  // gdb, "Debugging Information in Separate Files".
  @Test("are those that a link names, if they have its sum")
  func linked() throws {
    var debug = ELFBuilder()
    debug.addSection(".debug_info", bytes: [0])
    let bytes = debug.build()
    let path = try scratch.write(bytes, to: "a.debug")
    let sum = bytes.rawSpan.crc32
    let search = DebugFileSearch(limit: 1 << 20, below: scratch.file("none"))
    for (wanted, isFound) in [(sum, true), (sum ^ 1, false)] {
      var link = ByteBuilder(.little)
      link.put(cString: "a.debug")
      link.put(wanted)
      var elf = ELFBuilder()
      elf.addSection(".gnu_debuglink", bytes: link.bytes)
      let own = try scratch.write(elf.build(), to: "a")
      #expect(try search.file(for: own)?.path == (isFound ? path : nil))
    }
  }

  @Test("are the files themselves, if they have it")
  func own() throws {
    try makeTree()
    let search = DebugFileSearch(limit: 1 << 20)
    #expect(try search.file(for: scratch.file(debug))?.path == scratch.file(debug))
  }

  @Test("share what lies in the same unpacked packages")
  func supplement() throws {
    try makeTree()
    scratch.makeDirectory("tree/usr/lib/debug/.dwz")
    var shared = ELFBuilder()
    shared.addSection(".debug_info", bytes: [0])
    _ = try scratch.write(shared.build(), to: "tree/usr/lib/debug/.dwz/all")
    var elf = ELFBuilder()
    elf.addSection(
      ".gnu_debugaltlink", bytes: Array("/usr/lib/debug/.dwz/all".utf8) + [0])
    let path = try scratch.write(elf.build(), to: debug)
    let search = DebugFileSearch(limit: 1 << 20, below: scratch.file("none"))
    #expect(try search.supplement(of: search.open(path), at: path) != nil)
    let elsewhere = try scratch.write(elf.build(), to: "alone")
    #expect(throws: FileError.self) {
      try search.supplement(of: search.open(elsewhere), at: elsewhere)
    }
  }
}
