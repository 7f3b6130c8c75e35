import ByteStorage
import ELFFormat
import TestSupport
import Testing

/// ELF files of the symbols of a kernel, as the tools of others read them.
@Suite("ksym symbols --format elf")
struct SymbolFileTests {
  private static let kernel = Fixture.path("kernels/rust-ext/bzImage")
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// Writes a file of some symbols; returns its path.
  private func write(_ arguments: String..., to name: String = "symbols") async throws -> String {
    let path = scratch.file(name)
    let run = try await Ksym.run(
      ["symbols", "--format", "elf", "-o", path] + arguments + [Self.kernel])
    #expect(run.status == 0 && run.bytes.isEmpty && run.errors.isEmpty, "\(run.errors)")
    return path
  }

  /// Runs a tool; `nil`, with a note, where it is absent.
  private func lines(_ program: String, _ arguments: String...) async throws -> [String]? {
    guard await Ksym.hasProgram(program) else {
      report("\(program) is missing: what it makes of symbol files is left out")
      return nil
    }
    let run = try await Ksym.run(arguments, environment: ["LC_ALL": "C"], program: program)
    #expect(run.status == 0, "\(program): \(run.errors)")
    #expect(!run.errors.lowercased().contains("warning"), "\(program): \(run.errors)")
    return run.lines
  }

  /// Addresses and names, without the letters between.
  private func places(_ lines: [String]) -> [String] {
    lines.map { line in
      let parts = line.split(separator: " ", maxSplits: 2)
      return parts.count == 3 ? "\(parts[0]) \(parts[2])" : line
    }.sorted()
  }

  @Test("nm lists the addresses and names that ksym lists, with contents and without")
  func names() async throws {
    let own = try await Ksym.run(["symbols", "--format", "nm", Self.kernel])
    #expect(own.lines.count > 20_000)
    let (whole, bare) = try await (write(), write("--no-contents", to: "bare"))
    for path in [whole, bare] {
      guard let listed = try await lines("nm", "--special-syms", path) else { return }
      #expect(places(listed) == places(own.lines))
    }
    #expect(try contents(of: bare).count < contents(of: whole).count / 2)
  }

  @Test("readelf has nothing to warn of, and finds the note of the image")
  func headers() async throws {
    for arguments in [["--name", "vfs_*"], ["--name", "vfs_*", "--no-contents"]] {
      let path = scratch.file("headers")
      _ = try await Ksym.run(
        ["symbols", "--format", "elf", "-o", path] + arguments + [Self.kernel])
      guard let listed = try await lines("readelf", "-aW", path) else { return }
      #expect(listed.contains { $0.contains("GNU_BUILD_ID") || $0.contains("Build ID") })
    }
  }

  @Test("debuggers name an address and show its instructions")
  func debuggers() async throws {
    let path = try await write("--name", "vfs_*")
    let own = try await Ksym.run(
      ["symbols", "--format", "nm", "--name", "vfs_read", Self.kernel])
    let address = "0x" + (own.lines.first?.prefix { $0 != " " } ?? "")
    if let gdb = try await lines(
      "gdb", "-nx", "-batch", "-ex", "info symbol \(address)", "-ex", "x/2i \(address)", path)
    {
      #expect(gdb.first == "vfs_read in section .text")
      #expect(gdb.dropFirst().first?.hasPrefix("   \(address) <vfs_read>:\t") ?? false, "\(gdb)")
      #expect(gdb.count == 3)
    }
    if let found = try await lines("addr2line", "-f", "-e", path, address) {
      #expect(found.first == "vfs_read")
    }
    if let code = try await lines("objdump", "-d", "--disassemble=vfs_read", path),
      // An objdump of another machine says so instead.
      !code.contains(where: { $0.contains("UNKNOWN") })
    {
      #expect(code.contains("\(address.dropFirst(2)) <vfs_read>:"))
      #expect(code.filter { $0.contains("<vfs_read+") || $0.contains(":\t") }.count > 20)
    }
  }

  @Test("names are the linker's, the source's or readable ones")
  func naming() async throws {
    for (kind, pattern) in [("linkage", "_RNv"), ("source", ".cold"), ("readable", "::")] {
      let path = try await write("--names", kind, to: kind)
      let bytes = try contents(of: path)
      let elf = try ELFFile(ByteSource(bytes.rawSpan))
      let place = try #require(elf.sections.firstIndex { $0.type == .symtab })
      let table = try elf.symbolTable(at: place)
      var count = 0
      for index in 0..<table.count {
        guard let symbol = table.symbol(at: index) else { continue }
        let name = table.name(of: symbol).text
        if kind == "source" ? name.hasSuffix(pattern) : name.contains(pattern) { count += 1 }
      }
      #expect(kind == "source" ? count == 0 : count > 100, "\(kind): \(count)")
    }
  }

  @Test("a pipe gets the same file, a terminal none")
  func standardOutput() async throws {
    let path = try await write("--name", "vfs_*")
    let arguments = ["symbols", "--format", "elf", "-o", "-", "--name", "vfs_*", Self.kernel]
    #expect(try await Ksym.run(arguments).bytes == contents(of: path))
    #expect(try await Ksym.run(["symbols", "--format", "elf", Self.kernel]).status == 64)
    guard await Ksym.hasProgram("script") else {
      report("no script program: symbol files for terminals are left out")
      return
    }
    let command = ([Ksym.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let run = try await Ksym.run(["-qec", command, "/dev/null"], program: "script")
    #expect(run.status == 64)
    #expect(run.output.contains("a terminal cannot show an ELF file"))
    #expect(!run.output.contains("\u{7f}ELF"))
  }

  @Test("a file is replaced as a whole, or stays as it is")
  func replacing() async throws {
    let path = try scratch.write(Array("old\n".utf8), to: "target")
    let missing = scratch.file("missing")
    let failed = try await Ksym.run(["symbols", "--format", "elf", "-o", path, missing])
    #expect(failed.status == 2)
    #expect(try contents(of: path) == Array("old\n".utf8))
    let command = "exec 3<'\(path)'; '\(Ksym.path)' symbols --format elf -o '\(path)'"
    let run = try await Ksym.run(
      ["-c", "\(command) --name 'vfs_*' '\(Self.kernel)' && cat <&3"], program: "sh")
    #expect(run.output == "old\n", "who has the old file open keeps it: \(run.errors)")
    #expect(try contents(of: path).prefix(4) == [0x7f, 0x45, 0x4c, 0x46])
    #expect(DirectoryTree.names(in: scratch.path) == ["target"])
    let nowhere = try await Ksym.run(
      ["symbols", "--format", "elf", "-o", "\(missing)/symbols", Self.kernel])
    #expect(nowhere.status == 2 && nowhere.errors.contains("missing/symbols"))
  }

  @Test("a list of symbols alone makes a file of sections without contents")
  func list() async throws {
    let map = try await Ksym.run(["symbols", "--format", "kallsyms", Self.kernel])
    let source = try scratch.write(map.bytes, to: "kallsyms")
    let path = scratch.file("symbols")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", path, source])
    #expect(run.status == 0 && run.errors.contains("symbols only"), "\(run.errors)")
    guard let listed = try await lines("nm", "--special-syms", path) else { return }
    #expect(places(listed) == places(map.lines))
    _ = try await lines("eu-elflint", "--gnu-ld", "--debuginfo", path)
  }
}
