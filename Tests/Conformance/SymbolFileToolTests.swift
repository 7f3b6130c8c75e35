import TestSupport
import Testing

/// Symbol files of the kernels of Debian, as the tools of binutils and elfutils read them.
@Suite("Symbol files of Debian's kernels", .serialized)
struct SymbolFileToolTests {
  @Test("nm lists what ksym lists and readelf warns of nothing", arguments: RealKernel.all)
  func tools(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let scratch = try ScratchDirectory()
    let path = scratch.file("symbols")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", path, image])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    if await Ksym.hasProgram("nm") {
      let own = try await Ksym.run(["symbols", "--format", "nm", image])
      let nm = try await Ksym.run(["--special-syms", path], program: "nm")
      #expect(own.lines.count > 20_000)
      #expect(places(nm.lines) == places(own.lines))
    } else {
      report("nm is missing: the names of symbol files are left out")
    }
    if await Ksym.hasProgram("readelf") {
      let headers = try await Ksym.run(["-aW", path], program: "readelf")
      #expect(headers.status == 0 && !headers.errors.contains("arning"), "\(headers.errors)")
    } else {
      report("readelf is missing: the headers of symbol files are left out")
    }
  }

  @Test("the layout made for a plain image is a sound one", arguments: RealKernel.all)
  func layout(_ kernel: RealKernel) async throws {
    // Others are ELF files inside, with what their linker scripts made.
    guard ["arm64", "armhf", "riscv64", "s390x"].contains(kernel.architecture) else { return }
    guard await Ksym.hasProgram("eu-elflint") else {
      report("eu-elflint is missing: the layout of symbol files is left out")
      return
    }
    let scratch = try ScratchDirectory()
    for (name, arguments) in [("whole", []), ("bare", ["--no-contents"])] {
      let path = scratch.file(name)
      let run = try await Ksym.run(
        ["symbols", "--format", "elf", "-o", path] + arguments + [try #require(kernel.image)])
      #expect(run.status == 0, "\(run.errors)")
      let kind = name == "bare" ? ["--debuginfo"] : []
      let lint = try await Ksym.run(["--gnu-ld"] + kind + [path], program: "eu-elflint")
      // Types of notes are the kernel's own, as is a table among the data of s390.
      let faults = lint.lines.filter {
        !$0.contains("note type") && !$0.contains("_GLOBAL_OFFSET_TABLE_") && $0 != "No errors"
      }
      #expect(faults.isEmpty, "\(name): \(faults.joined(separator: "\n"))")
    }
  }

  /// Addresses and names, without the letters between.
  private func places(_ lines: [String]) -> [String] {
    lines.map { line in
      let parts = line.split(separator: " ", maxSplits: 2)
      return parts.count == 3 ? "\(parts[0]) \(parts[2])" : line
    }.sorted()
  }
}
