import TestSupport
import Testing

/// Symbol files of the kernels of Debian, as the tools of binutils and elfutils read them.
@Suite("Symbol files of Debian's kernels", .serialized)
struct SymbolFileToolTests {
  @Test(
    "nm lists what ksym lists", .needsKernels(), .needs("nm"), arguments: RealKernel.all)
  func names(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let scratch = try ScratchDirectory()
    let path = scratch.file("symbols")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", path, image])
    try need(!run.errors.contains("symbols only"), "an image that shows where it starts")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let own = try await Ksym.run(["symbols", "--format", "nm", image])
    let nm = try await Ksym.run(["--special-syms", path], program: "nm")
    #expect(own.lines.count > 20_000)
    #expect(places(nm.lines) == places(own.lines))
  }

  @Test(
    "readelf warns of nothing", .needsKernels(), .needs("readelf"), arguments: RealKernel.all)
  func headers(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let scratch = try ScratchDirectory()
    let path = scratch.file("symbols")
    let run = try await Ksym.run(["symbols", "--format", "elf", "-o", path, image])
    try need(!run.errors.contains("symbols only"), "an image that shows where it starts")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let headers = try await Ksym.run(["-aW", path], program: "readelf")
    #expect(headers.status == 0 && !headers.errors.contains("arning"), "\(headers.errors)")
  }

  /// Kernels that are plain images; others are ELF files inside, with what their linker scripts made.
  private static let plain = RealKernel.all.filter {
    ["arm64", "armhf", "riscv64", "s390x"].contains($0.architecture)
  }

  @Test(
    "the layout made for a plain image is a sound one", .needsKernels(), .needs("eu-elflint"),
    arguments: plain)
  func layout(_ kernel: RealKernel) async throws {
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
