import ByteStorage
import Foundation
import TestSupport
import Testing

/// Symbols of real kernels, as images and as memory.
@Suite("Symbols of real kernels", .serialized)
struct KernelSymbolsTests {
  /// SHA-256 of what `ksym symbols --format kallsyms` prints, by label and Debian version.
  ///
  /// Each list was compared line by line with that of kallsyms-finder (vmlinux-to-elf 1.4.0 from PyPI)
  /// on 2026-11-23: `kallsyms-finder IMAGE`; for riscv64, whose architecture it does not guess, with
  /// `--bit-size 64 --base-address 0xffffffff80000000`; for ppc64el its addresses lack the base,
  /// 0xc000000000000000, at which the ELF file has its first segment.
  private static let digests = [
    "riscv64-6.12 6.12.107-1": "9faa5f8f91f6f6a938c072d8f5679f1d0cf28b27fd4a3530ab2a1d37da4b7ca8",
    "ppc64el-6.12 6.12.107-1": "598dfab12a2849f93700323b4f1f4c1e06e666ca9ff5358d315705e16ba9d974",
    "i386-6.1 6.1.176-1": "b13198be77c85f1580f50d5859faafacd9fbb69a0f9befa74b9958e713b72762",
    "arm64-16k-6.12 6.12.107-1": "e2ca2cb76abddf6a3952a31655727374a08562a7b0f99ba8acf7add2566310b6",
    "arm64-6.12 6.12.107-1": "497428904da3aa15bcc0e3deae81c57563f5b9909eae2d53be376aa254f89e22",
  ]

  private static let labels = Set(digests.keys.compactMap { $0.split(separator: " ").first })

  @Test(
    "images of every architecture decode to the list of an independent decoder", .needsKernels(),
    arguments: RealKernel.all.filter { labels.contains(Substring($0.label)) })
  func images(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let facts = try await Ksym.run(["kernel", "--json", image])
    let object = try JSONSerialization.jsonObject(with: Data(facts.bytes)) as? [String: Any]
    let banner = try #require(object?["banner"] as? String)
    let words = banner.split(separator: " ")
    let place = words.firstIndex(of: "Debian").map { words.index(after: $0) }
    let key = "\(kernel.label) \(place.map { String(words[$0]) } ?? "")"
    try need(Self.digests[key] != nil, "a known list of \(key)")
    let run = try await Ksym.run(["symbols", "--format", "kallsyms", image])
    #expect(run.status == 0, "\(run.errors)")
    #expect(SHA256Digest(of: run.bytes.rawSpan).hexadecimal == Self.digests[key], "\(kernel)")
  }

  @Test(
    "memory dumps give what the same boot's /proc/kallsyms says, and undone the image's list",
    .needsCorpus(with: "vmcore/kallsyms.modules"),
    arguments: RealCorpus.folders(with: "vmcore/kallsyms.modules"))
  func dumps(_ folder: String) async throws {
    let text = String(
      decoding: try contents(of: "\(folder)/vmcore/kallsyms.modules"), as: UTF8.self)
    let own = text.split(separator: "\n").filter { !$0.hasSuffix("]") }.map(String.init)
    let linked = try await Ksym.run(["symbols", "--format", "kallsyms", "\(folder)/bzImage"])
    for name in ["vmcore.elf.zst", "vmcore.kdump-zlib"] {
      let path = "\(folder)/vmcore/\(name)"
      let running = try await Ksym.run(["symbols", "--format", "kallsyms", "--verbose", path])
      #expect(running.status == 0 && running.lines == own, "\(name)")
      #expect(running.errors.contains("moved by 0x5c00000 bytes (VMCOREINFO)"))
      let undone = try await Ksym.run(
        ["symbols", "--format", "kallsyms", "--kaslr", "undo", path])
      #expect(undone.status == 0 && undone.bytes == linked.bytes, "\(name)")
    }
    let list = try await Ksym.run(
      [
        "symbols", "--format", "kallsyms", "--kaslr", "undo", "--module", "vmlinux",
        "\(folder)/vmcore/kallsyms.modules",
      ])
    #expect(list.bytes == linked.bytes)
  }
}
