import TestSupport
import Testing

@Suite("ksym types of files without types")
struct TypesRefusalTests {
  private let symtypes = Fixture.path("types/genksyms/t.symtypes")

  @Test("without versions, the file for types stays as it is")
  func keepsSymtypes() async throws {
    let scratch = try ScratchDirectory()
    let old = Array("old\n".utf8)
    let target = try scratch.write(old, to: "y.symtypes")
    let run = try await Ksym.run(
      ["types", "versions", "-T", target, symtypes], input: [0x61, 0x0a])
    #expect(run.status == 2)
    #expect(try contents(of: target) == old)
  }

  @Test("objects, tables and logs are not symtypes")
  func notSymtypes() async throws {
    let scratch = try ScratchDirectory()
    let object = "\(try TypeGoldens(unpackingInto: scratch).root)/obj/c02_struct.gcc12-dw4.o"
    let table = try scratch.write(Array("0x1\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "symvers")
    let run = try await Ksym.run(["types", "crc", object])
    #expect(run.status == 2)
    #expect(
      run.errors == "ksym: \(object): an object, not symtypes: use ksym types versions\n")
    let other = try await Ksym.run(["types", "crc", table])
    #expect(other.status == 2 && other.errors.hasPrefix("ksym: \(table):1: not a line of symtypes"))
  }

  @Test("a path that is not there is reported as such, not as one without types")
  func missing() async throws {
    let scratch = try ScratchDirectory()
    let run = try await Ksym.run(["types", "show", "-k", scratch.file("none"), "f"])
    #expect(run.status == 2 && run.errors.contains("none: cannot open"), "\(run.errors)")
  }

  @Test("a file with neither debug information nor symtypes is named once")
  func noTypes() async throws {
    let scratch = try ScratchDirectory()
    let image = try scratch.write([0x4d, 0x5a, 0, 0, 0x0a], to: "vmlinuz")
    let run = try await Ksym.run(["types", "show", "-k", image, "struct inode"])
    #expect(run.status == 2)
    #expect(
      run.errors == "ksym: no debug information, no BTF and no symtypes in \(image): "
        + "use the vmlinux of the -dbg package or an object built with -g\n")
    let stripped = try scratch.write(ELFBuilder().build(), to: "stripped.ko")
    for arguments in [["types", "versions"], ["types", "show", "a", "-k"]] {
      let run = try await Ksym.run(arguments + [stripped], input: [0x61, 0x0a])
      #expect(run.status == 2)
      #expect(run.errors.ranges(of: stripped).count == 1)
    }
  }

  @Test("a module whose BTF continues that of its kernel is no file without BTF")
  func splitTypes() async throws {
    let scratch = try ScratchDirectory()
    var elf = ELFBuilder()
    elf.addSection(".modinfo", bytes: Array("license=GPL\0".utf8))
    elf.addSection(".gnu.linkonce.this_module", bytes: [UInt8](repeating: 0, count: 64))
    elf.addSection(".BTF", bytes: [0x9f, 0xeb, 1, 0, 24, 0, 0, 0])
    let module = try scratch.write(elf.build(), to: "split.ko")
    let run = try await Ksym.run(["types", "show", "-k", module, "struct inode"])
    #expect(run.status == 2 && run.errors.contains("continues that of its kernel"), "\(run.errors)")
  }

  @Test("where nothing can be compared, the side without exports is named")
  func nothingToCompare() async throws {
    let scratch = try ScratchDirectory()
    let empty = try scratch.write([], to: "empty")
    let other = try scratch.write(Array("z int z ( )\n".utf8), to: "other")
    for (new, words) in [(empty, "no exports in \(empty)"), (other, "no export in common")] {
      let run = try await Ksym.run(["types", "explain", "--old", symtypes, "--new", new])
      #expect(run.status == 2 && run.bytes.isEmpty && run.errors.contains(words))
    }
    let run = try await Ksym.run(["types", "explain", "--old", symtypes, "--new", other, "z"])
    #expect(run.status == 2 && run.errors == "ksym: z: not on the old side\n")
  }

  @Test("an empty list, and objects that export nothing, are trouble")
  func nothingAsked() async throws {
    let scratch = try ScratchDirectory()
    let object = "\(try TypeGoldens(unpackingInto: scratch).root)/obj/c02_struct.gcc12-dw4.o"
    let list = try await Ksym.run(["types", "versions", object])
    #expect(list.status == 2 && list.errors == "ksym: the list of symbols is empty\n")
    let exported = try await Ksym.run(["types", "versions", "--exported", object])
    #expect(exported.status == 2 && exported.errors == "ksym: \(object): nothing is exported\n")
  }

  @Test("enumerators have the sign that the debug information gives them")
  func enumerators() async throws {
    let scratch = try ScratchDirectory()
    let goldens = try TypeGoldens(unpackingInto: scratch)
    let object = try #require(goldens.runs.first { $0.name.hasPrefix("c03_enum") }?.object)
    let run = try await Ksym.run([
      "types", "show", "-k", object, "c03_neg", "c03_negbig", "c03_big",
    ])
    #expect(run.lines.contains("\tC03_N1 = -1,"))
    #expect(run.lines.contains("\tC03_NB = -9223372036854775808,"))
    #expect(run.lines.contains("\tC03_HUGE = 18446744073709551615,"))
  }

  @Test(
    "nothing that was verified is trouble, and one file that cannot be read does not stop others")
  func nothingVerified() async throws {
    let scratch = try ScratchDirectory()
    let other = try scratch.write(
      Array("0x1\tnone\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    let run = try await Ksym.run(["types", "crc", "--verify", other, symtypes])
    #expect(run.status == 2 && run.errors.contains("nothing to verify"))
    let two = try await Ksym.run(["types", "crc", scratch.file("none"), symtypes])
    #expect(two.status == 2 && two.lines.count > 1)
    let alone = try await Ksym.run(["types", "crc", symtypes])
    #expect(two.output == alone.output)
  }

  @Test("a symbol that two files of a directory describe is reported")
  func twice() async throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("d")
    _ = try scratch.write(Array("f int f ( )\n".utf8), to: "d/a.symtypes")
    _ = try scratch.write(Array("f long f ( )\n".utf8), to: "d/b.symtypes")
    let directory = scratch.file("d")
    let run = try await Ksym.run(["types", "explain", "--old", directory, "--new", directory, "f"])
    #expect(
      run.errors.contains("\(directory): f is in a.symtypes and b.symtypes: the first counts"))
  }

  @Test("options of versions that exclude each other are refused, and no object is overwritten")
  func contradictions() async throws {
    let scratch = try ScratchDirectory()
    let object = "\(try TypeGoldens(unpackingInto: scratch).root)/obj/c02_struct.gcc12-dw4.o"
    let before = try contents(of: object)
    for options in [
      ["--exported", "--list", object], ["--json", "--format", "symver"], ["-"],
      ["--symtypes", object],
    ] {
      let run = try await Ksym.run(["types", "versions", object] + options)
      #expect(run.status == 64, "\(options)")
    }
    #expect(try contents(of: object) == before)
  }

  @Test("BTF that is cut short is not another kind of file")
  func cutBTF() async throws {
    let scratch = try ScratchDirectory()
    let header: [UInt8] = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0]
    let path = try scratch.write(header, to: "btf")
    let run = try await Ksym.run(["types", "show", "-k", path, "f"])
    #expect(run.status == 2 && run.errors.hasPrefix("ksym: \(path): BTF"), "\(run.errors)")
  }
}
