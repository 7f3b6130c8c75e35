import TestSupport
import Testing

@Suite("ksym types")
struct TypesCommandTests {
  /// The command under the name of the kernel's program.
  private func dropIn(_ scratch: borrowing ScratchDirectory) async throws -> String {
    let path = scratch.file("ksym-gendwarfksyms")
    #expect(try await Ksym.run(["-s", Ksym.path, path], program: "ln").status == 0)
    return path
  }

  @Test("under the name of gendwarfksyms it writes what that writes")
  func dropIn() async throws {
    let scratch = try ScratchDirectory()
    let program = try await dropIn(scratch)
    let symtypes = scratch.file("symtypes")
    for golden in try TypeGoldens(unpackingInto: scratch).runs {
      let list = try contents(of: golden.list)
      let mode = golden.isStable ? ["--sta"] : []
      let run = try await Ksym.run(
        mode + [golden.object, "-T\(symtypes)"], input: list, program: program)
      #expect(run.status == 0)
      #expect(run.bytes == golden.output("symver"), "\(golden.name)")
      #expect(Array(run.errors.utf8) == golden.output("warn") ?? [], "\(golden.name)")
      #expect(try contents(of: symtypes) == golden.output("symtypes"), "\(golden.name)")
      guard let dies = golden.output("dies") else { continue }
      let dump = try await Ksym.run(
        mode + ["--dump-dies", golden.object], input: list, program: program)
      #expect(Array(dump.errors.utf8) == dies, "\(golden.name)")
    }
  }

  @Test("its usage and errors have the statuses of gendwarfksyms")
  func dropInFailures() async throws {
    let scratch = try ScratchDirectory()
    let program = try await dropIn(scratch)
    let list = Array("a\n".utf8)
    #expect(try await Ksym.run(["-h"], program: program).status == 0)
    for arguments in [[], ["--dump-d", "x"], ["--none", "x"], ["-T"], ["/none"], [Ksym.path]] {
      let run = try await Ksym.run(arguments, input: list, program: program)
      #expect(run.status == 1 && run.bytes.isEmpty && !run.errors.isEmpty, "\(arguments)")
    }
    #expect(try await Ksym.run(["/none"], program: program).status == 0)
    #expect(try await Ksym.run(["/none"], input: [0x0a], program: program).status == 1)
  }

  @Test("versions of objects are those of gendwarfksyms, whichever object describes a symbol")
  func versions() async throws {
    let scratch = try ScratchDirectory()
    let goldens = try TypeGoldens(unpackingInto: scratch)
    let objects = ["c02_struct.gcc12-dw4", "c08_sym.gcc12-dw5"]
    var list: [UInt8] = []
    var expected: Set<String> = []
    for golden in goldens.runs where objects.contains(where: golden.name.hasPrefix) {
      list += try contents(of: golden.list)
      let lines = String(decoding: golden.output("symver") ?? [], as: UTF8.self)
      expected.formUnion(lines.split(separator: "\n").map(String.init))
    }
    let run = try await Ksym.run(
      ["types", "versions", "--format", "symver"]
        + objects.map { "\(goldens.root)/obj/\($0).o" }, input: list)
    #expect(Set(run.lines) == expected)
  }

  @Test("a change is explained by the field and the way to it")
  func explain() async throws {
    let scratch = try ScratchDirectory()
    let old = Fixture.path("types/genksyms/t.symtypes")
    let text = String(decoding: try contents(of: old), as: UTF8.self)
    let changed = text.split(separator: "\n").map { line in
      line.hasPrefix("u#uu ") ? "u#uu union uu { int a ; double f ; } " : String(line)
    }
    let new = try scratch.write(Array(changed.joined(separator: "\n").utf8), to: "new.symtypes")
    let run = try await Ksym.run(["types", "explain", "--old", old, "--new", new, "foo", "table"])
    #expect(run.status == 1)
    #expect(run.lines.first == "foo → struct deep → union uu")
    #expect(run.lines.contains("- \tfloat f;") && run.lines.contains("+ \tdouble f;"))
    #expect(run.lines.suffix(2) == ["table → struct deep → union uu", "\tas for foo"])
    let same = try await Ksym.run(["types", "explain", "--old", old, "--new", old, "foo"])
    #expect(same.status == 0 && same.lines == ["no type differs"])
    let missing = try await Ksym.run(["types", "explain", "--old", old, "--new", old, "none"])
    #expect(missing.status == 2)
  }

  @Test("types are shown, with those that they name and the way to one")
  func show() async throws {
    let scratch = try ScratchDirectory()
    let goldens = try TypeGoldens(unpackingInto: scratch)
    let object = "\(goldens.root)/obj/c02_struct.gcc12-dw4.o"
    let run = try await Ksym.run(["types", "show", "-k", object, "--depth", "1", "c02_holder"])
    #expect(run.status == 0)
    #expect(run.lines.contains("\tstruct c02_anon arr[2]; /* 16 */"))
    #expect(run.lines.contains("struct c02_anon {"))
    let path = try await Ksym.run(
      ["types", "show", "-k", object, "--path", "struct c02_inner", "c02_holder"])
    #expect(path.lines == ["struct c02_holder → struct c02_anon → struct c02_inner"])
    let none = try await Ksym.run(["types", "show", "-k", object, "nothing"])
    #expect(none.status == 1)
  }

  @Test("versions recorded in Module.symvers are compared with those of the types")
  func verify() async throws {
    let scratch = try ScratchDirectory()
    let types = Fixture.path("types/genksyms/t.symtypes")
    let symvers = try scratch.write(
      Array("0x451daba5\tfoo\tvmlinux\tEXPORT_SYMBOL\t\n0x1\tbar\tvmlinux\tEXPORT_SYMBOL\t\n".utf8),
      to: "Module.symvers")
    let run = try await Ksym.run(["types", "crc", "--verify", symvers, types])
    #expect(run.status == 1)
    #expect(
      run.lines == [
        "bar: 0x00000001 is recorded, the types give 0x11796912 (\(types))",
        "1 of 2 versions follow from the types",
      ])
  }

  @Test("a function with more parameters has its dots, and a type that is nowhere is not found")
  func dots() async throws {
    let scratch = try ScratchDirectory()
    let object =
      "\(try TypeGoldens(unpackingInto: scratch).root)/obj/c04_func.clang21_riscv64-dw5.o"
    let run = try await Ksym.run(["types", "show", "-k", object, "f_variadic"])
    #expect(run.output.contains(", ...);"), "\(run.output)")
    let path = try await Ksym.run(
      ["types", "show", "-k", object, "f_variadic", "--path", "struct nowhere"])
    #expect(path.status == 1 && path.errors == "ksym: struct nowhere: not found\n")
  }
}
