import TestSupport
import Testing

@Suite("ksym translate --source")
struct TranslateSourceTests {
  private let scratch: ScratchDirectory
  private let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("sources/sources.tar.xz"), into: scratch)
    kernel = scratch.file("gcc-dw5.elf")
  }

  private static let frame = "kernel_init+0x1d/0x70"
  private static let places =
    "init/../lib/steps.h:6 init/../lib/steps.h:12 init/main.c:8"

  private func translate(_ text: String, _ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["translate", "--source"] + arguments, input: Array(text.utf8))
  }

  @Test("file and line follow each name with an offset, with the calls that were inlined")
  func places() async throws {
    let run = try await translate("a \(Self.frame) b\nplain\n", "-k", kernel)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output == "a \(Self.frame) (\(Self.places)) b\nplain\n")
  }

  @Test("JSON lists the places")
  func json() async throws {
    let run = try await translate("a \(Self.frame) b\n", "-k", kernel, "--json")
    #expect(run.output.contains("\"places\":[\"init/../lib/steps.h:6\",\"init/../lib/steps.h:12\""))
  }

  @Test("a stripped kernel's places are in the file that it links to", .needs("objcopy"))
  func linkedFile() async throws {
    let stripped = scratch.file("stripped.elf")
    for arguments in [
      ["--only-keep-debug", kernel, scratch.file("vm.debug")],
      ["--strip-debug", "--add-gnu-debuglink=\(scratch.file("vm.debug"))", kernel, stripped],
    ] { _ = try await Ksym.run(arguments, program: "objcopy") }
    let run = try await translate("\(Self.frame)\n", "-k", stripped)
    #expect(run.output == "\(Self.frame) (\(Self.places))\n")
  }

  @Test("a kernel without debug information is trouble, and is named")
  func nothing() async throws {
    let list = try scratch.write(
      Array("41000000 T _text\n41000010 T kernel_init\n41000080 T _end\n".utf8), to: "System.map")
    let run = try await translate("\(Self.frame)\n", "-k", list)
    #expect(run.status == 2)
    #expect(run.output == "\(Self.frame)\n")
    #expect(run.errors.contains("no debug information of \(list)"))
  }

  @Test("without a kernel it is a usage error")
  func usage() async throws {
    #expect(try await translate("x\n").status == 64)
  }
}
