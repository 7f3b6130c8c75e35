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

  /// Runs a tool, which must have nothing to warn of.
  private func lines(_ program: String, _ arguments: String...) async throws -> [String] {
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

  @Test(
    "nm lists the addresses and names that ksym lists, with contents and without", .needs("nm"))
  func names() async throws {
    let own = try await Ksym.run(["symbols", "--format", "nm", Self.kernel])
    #expect(own.lines.count > 20_000)
    let (whole, bare) = try await (write(), write("--no-contents", to: "bare"))
    for path in [whole, bare] {
      let listed = try await lines("nm", "--special-syms", path)
      #expect(places(listed) == places(own.lines))
    }
    #expect(try contents(of: bare).count < contents(of: whole).count / 2)
  }

  @Test(
    "readelf has nothing to warn of, and finds the note of the image", .needs("readelf"))
  func headers() async throws {
    for arguments in [["--name", "vfs_*"], ["--name", "vfs_*", "--no-contents"]] {
      let path = scratch.file("headers")
      _ = try await Ksym.run(
        ["symbols", "--format", "elf", "-o", path] + arguments + [Self.kernel])
      let listed = try await lines("readelf", "-aW", path)
      #expect(listed.contains { $0.contains("GNU_BUILD_ID") || $0.contains("Build ID") })
    }
  }

  /// Address of `vfs_read`, as `0x…`.
  private func vfsRead() async throws -> String {
    let own = try await Ksym.run(
      ["symbols", "--format", "nm", "--name", "vfs_read", Self.kernel])
    return "0x" + (own.lines.first?.prefix { $0 != " " } ?? "")
  }

  @Test("gdb names an address and shows its instructions", .needs("gdb"))
  func gdb() async throws {
    let (path, address) = try await (write("--name", "vfs_*"), vfsRead())
    let gdb = try await lines(
      "gdb", "-nx", "-batch", "-ex", "info symbol \(address)", "-ex", "x/2i \(address)", path)
    #expect(gdb.first == "vfs_read in section .text")
    #expect(gdb.dropFirst().first?.hasPrefix("   \(address) <vfs_read>:\t") ?? false, "\(gdb)")
    #expect(gdb.count == 3)
  }

  @Test("addr2line names an address", .needs("addr2line"))
  func addr2line() async throws {
    let (path, address) = try await (write("--name", "vfs_*"), vfsRead())
    #expect(try await lines("addr2line", "-f", "-e", path, address).first == "vfs_read")
  }

  @Test("objdump shows the instructions of a function", .needs("objdump"))
  func objdump() async throws {
    let (path, address) = try await (write("--name", "vfs_*"), vfsRead())
    let code = try await lines("objdump", "-d", "--disassemble=vfs_read", path)
    try need(!code.contains { $0.contains("UNKNOWN") }, "an objdump for the kernel's machine")
    #expect(code.contains("\(address.dropFirst(2)) <vfs_read>:"))
    #expect(code.filter { $0.contains("<vfs_read+") || $0.contains(":\t") }.count > 20)
  }

  @Test("names are the linker's, the source's or readable ones")
  func naming() async throws {
    for (kind, pattern) in [("linkage", "_RNv"), ("source", ".cold"), ("readable", "::")] {
      let path = try await write("--to", kind, to: kind)
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

  @Test("with both names, each Rust function has its readable name beside the linker's")
  func bothNames() async throws {
    let path = try await write("--to", "both", "--name", "*call_printk*")
    let names = try await lines("nm", "--special-syms", path).map {
      $0.split(separator: " ", maxSplits: 2)[2]
    }
    #expect(names.contains("kernel::print::call_printk"))
    #expect(names.contains { $0.hasPrefix("_RNv") && $0.hasSuffix("call_printk") })
    let gdb = try await lines(
      "gdb", "-nx", "-batch", "-ex", "info line kernel::print::call_printk", path)
    #expect(gdb.contains { $0.contains("kernel::print::call_printk") })
  }

  @Test("call frame information is such that readelf has nothing to warn of", .needs("readelf"))
  func unwinding() async throws {
    let path = try await write("--unwind", "--no-contents")
    let frames = try await lines("readelf", "--debug-dump=frames", path)
    #expect(frames.filter { $0.contains(" FDE ") }.count > 5_000)
    #expect(frames.filter { $0.contains(" CIE") }.count == 2)
  }

  @Test("--install puts the file where debuggers look for the build ID", .needs("readelf"))
  func install() async throws {
    let folder = scratch.file("debug")
    let run = try await Ksym.run(
      ["symbols", "--format", "elf", "--no-contents", "--install=\(folder)", Self.kernel])
    let path = try #require(run.lines.first)
    #expect(run.status == 0 && path.hasPrefix("\(folder)/.build-id/"), "\(run.errors)")
    let digits = path.dropFirst("\(folder)/.build-id/".count).dropLast(".debug".count)
      .replacing("/", with: "")
    let notes = try await lines("readelf", "-n", path)
    #expect(notes.contains { $0.contains("Build ID: \(digits)") })
    let both = ["symbols", "--format", "elf", "--install=\(folder)", "-o", "x", Self.kernel]
    #expect(try await Ksym.run(both).status == 64)
  }

  @Test("the symbols of loaded modules end with their module")
  func modules() async throws {
    let list = """
      ffffffff81000000 T _text
      ffffffff81000000 T _stext
      ffffffff81000100 T vfs_read
      ffffffff81002000 T _etext
      ffffffffc0001000 t first\t[one]
      ffffffffc0001030 w weak\t[one]
      ffffffffc0001040 d datum\t[one]
      ffffffffc0009010 t second\t[two]

      """
    let path = try scratch.write(Array(list.utf8), to: "kallsyms")
    let alone = try await moduleSizes(path)
    #expect(
      alone["first"] == 0x30 && alone["weak"] == 0x10 && alone["datum"] == 0xfc0
        && alone["second"] == 0xff0)
    // The first lies in one place, the second in several.
    let modules = """
      one 12288 0 - Live 0xffffffffc0001000
      two 8192 1 one, Live 0xffffffffc0004000 (O)
      three 4096 0 - Live 0x0000000000000000

      """
    _ = try scratch.write(Array(modules.utf8), to: "modules")
    let listed = try await moduleSizes(path)
    #expect(listed["first"] == 0x30 && listed["datum"] == 0x2fc0 && listed["second"] == 0xff0)
  }

  /// The sizes of symbols by their names.
  private func moduleSizes(_ list: String) async throws -> [String: UInt64] {
    let target = scratch.file("made")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", target, list])
    #expect(run.status == 0 && !run.errors.contains("left out"), "\(run.errors)")
    let bytes = try contents(of: target)
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    let place = try #require(elf.sections.firstIndex { $0.type == .symtab })
    let table = try elf.symbolTable(at: place)
    var (sizes, functions): ([String: UInt64], Set<String>) = ([:], [])
    for index in 0..<table.count {
      guard let symbol = table.symbol(at: index) else { continue }
      sizes[table.name(of: symbol).text] = symbol.size
      if symbol.type == .function { functions.insert(table.name(of: symbol).text) }
    }
    // Where code and data of a module lie in one place, their letters tell them apart.
    #expect(functions.isSuperset(of: ["first", "weak", "second"]) && !functions.contains("datum"))
    return sizes
  }

  /// A list of the kernel's symbols, moved, with those of a loaded module at an address; its path.
  private func loadedList(
    _ module: String, text: UInt64, movedBy offset: UInt64
  ) async throws -> String {
    let own = try await Ksym.run(["symbols", "--format", "kallsyms", Self.kernel])
    var lines = own.lines.map { line in
      let address = UInt64(line.prefix(16), radix: 16) ?? 0
      return String(address < 1 << 63 ? address : address + offset, radix: 16) + line.dropFirst(16)
    }
    let bytes = try contents(of: module)
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    let place = try #require(elf.sections.firstIndex { $0.type == .symtab })
    let table = try elf.symbolTable(at: place)
    for index in 0..<table.count {
      guard let symbol = table.symbol(at: index),
        elf.sections.indices.contains(Int(symbol.sectionIndex)),
        elf.name(of: elf.sections[Int(symbol.sectionIndex)]).equals(".text")
      else { continue }
      let address = String(text + symbol.value, radix: 16)
      lines.append("\(address) t \(table.name(of: symbol).text)\t[corpus_exp]")
    }
    return try scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "kallsyms")
  }

  @Test(
    "loaded modules have their symbols and frames where the kernel of the image would have them",
    .needs("readelf"))
  func loadedModules() async throws {
    let module = Fixture.path("kernels/rust-ext/modules/corpus_exp.ko")
    let list = try await loadedList(module, text: 0xffff_ffff_c0c0_1000, movedBy: 0xc00000)
    let path = try await write(
      "--unwind", "--no-contents", "--loaded", list, "--modules", module)
    let symbols = try await lines("readelf", "-sW", path)
    #expect(
      symbols.contains { $0.contains("ffffffffc0001020") && $0.hasSuffix(" corpus_gpl") },
      "\(symbols.filter { $0.hasSuffix(" corpus_gpl") })")
    let frames = try await lines("readelf", "--debug-dump=frames", path)
    #expect(frames.contains { $0.contains("pc=ffffffffc0001020..") })
  }

  @Test("a loaded module without its file has symbols, and is named")
  func loadedModuleWithoutFile() async throws {
    let module = Fixture.path("kernels/rust-ext/modules/corpus_exp.ko")
    let list = try await loadedList(module, text: 0xffff_ffff_c0c0_1000, movedBy: 0xc00000)
    let more = try contents(of: list) + Array("ffffffffc0f00000 t lonely\t[zone]\n".utf8)
    _ = try scratch.write(more, to: "kallsyms")
    let other = Fixture.path("kernels/rust-ext/modules/corpus_min.ko")
    let target = scratch.file("made")
    let arguments = ["symbols", "--format", "elf", "--unwind", "-o", target, Self.kernel]
    let run = try await Ksym.run(arguments + ["--loaded", list, "--modules", other])
    #expect(
      run.status == 0 && run.errors.contains("corpus_exp: the file of this module was not found"))
    #expect(run.errors.contains("zone: the file of this module was not found"))
    // A file of the same name whose symbols lie elsewhere.
    let moved = try contents(of: list).map { $0 }
    let text = String(decoding: moved, as: UTF8.self).replacing("c0c01020 t", with: "c0c01024 t")
    _ = try scratch.write(Array(text.utf8), to: "kallsyms")
    let mismatch = try await Ksym.run(arguments + ["--loaded", list, "--modules", module])
    #expect(mismatch.status == 0 && mismatch.errors.contains("not the module that is loaded"))
  }

  @Test("options that --loaded would not heed are refused")
  func loadedWithOthers() async throws {
    for other in [["--with-modules"], ["--modules", "x.ko"]] {
      let run = try await Ksym.run(["symbols", "--loaded", "kallsyms", Self.kernel] + other)
      #expect(run.status == 64 && run.errors.contains("loaded"), "\(run.errors)")
    }
  }

  @Test("a list of another kernel, or without modules, is trouble with its reason")
  func loadedModulesOfAnother() async throws {
    for (text, reason) in [
      ("ffffffff81000000 T _text\nffffffff81000100 T _etext\n", "a list from another kernel"),
      ("ffffffff81000000 T vfs_read\nffffffffc0000000 t x\t[one]\n", "neither _stext nor"),
      ("0000000000000000 T _text\n0000000000000000 t x\t[one]\n", "addresses are hidden"),
      ("ffffffff81000000 T _text\n", "no symbols of loaded modules"),
    ] {
      let list = try scratch.write(Array(text.utf8), to: "kallsyms")
      let run = try await Ksym.run(["symbols", "--loaded", list, Self.kernel])
      #expect(run.status == 2 && run.errors.contains(reason), "\(run.errors)")
    }
  }

  @Test("a kernel without unwind tables is trouble, and no file is written")
  func noUnwinding() async throws {
    let list = try scratch.write(Array("ffffffff81000000 T _text\n".utf8), to: "System.map")
    let target = scratch.file("none")
    let run = try await Ksym.run(["symbols", "--format", "elf", "--unwind", "-o", target, list])
    #expect(run.status == 2 && run.errors.contains("no unwind tables (ORC)"))
    #expect(run.errors.contains("and this with --loaded"))
    #expect(try await Ksym.run(["symbols", "--unwind", list]).status == 64)
    #expect(!DirectoryTree.names(in: scratch.path).contains("none"))
  }

  @Test("a pipe gets the same file, a terminal none", .needs("script"))
  func standardOutput() async throws {
    let path = try await write("--name", "vfs_*")
    let arguments = ["symbols", "--format", "elf", "-o", "-", "--name", "vfs_*", Self.kernel]
    #expect(try await Ksym.run(arguments).bytes == contents(of: path))
    #expect(try await Ksym.run(["symbols", "--format", "elf", Self.kernel]).status == 64)
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

  @Test(
    "a list of symbols alone makes a file of sections without contents",
    .needs("nm", "eu-elflint"))
  func list() async throws {
    let map = try await Ksym.run(["symbols", "--format", "kallsyms", Self.kernel])
    let source = try scratch.write(map.bytes, to: "kallsyms")
    let path = scratch.file("symbols")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", path, source])
    #expect(run.status == 0 && run.errors.contains("symbols only"), "\(run.errors)")
    let listed = try await lines("nm", "--special-syms", path)
    #expect(places(listed) == places(map.lines))
    _ = try await lines("eu-elflint", "--gnu-ld", "--debuginfo", path)
  }
}
