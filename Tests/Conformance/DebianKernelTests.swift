import ByteStorage
import Foundation
import TestSupport
import Testing

/// Kernels of Debian from the cache that `make kernels` fills.
@Suite("Kernels of Debian", .serialized)
struct DebianKernelTests {
  private static let amd64 = RealKernel.all.filter { $0.architecture == "amd64" }

  private static let packaged = RealKernel.all.filter { $0.symvers != nil }

  /// Whether whole trees of all kernels are worth the time: an unoptimised command needs minutes.
  private static let isThorough = environment("KSYM_BINARY") != nil

  @Test(
    "every module of a tree loads on its kernel, without Module.symvers", .needsKernels(),
    arguments: amd64)
  func ownTree(_ kernel: RealKernel) async throws {
    var modules = try #require(kernel.modules)
    if kernel.label != "amd64-6.12", !Self.isThorough {
      modules += "/kernel/fs"
      report("\(kernel.label): only its kernel/fs is checked (KSYM_BINARY set: all of it)")
    }
    let run = try await Ksym.run(["check", "-k", kernel.root, modules])
    #expect(run.status == 0, "\(run.output.prefix(2000))\(run.errors.prefix(2000))")
    let count = DirectoryTree.files(below: modules) { $0.contains(".ko") }.count
    #expect(run.output.contains("\(count) modules on "))
    #expect(run.output.contains(": \(count) load\n"))
    let verbose = try await Ksym.run(
      ["check", "--verbose", "-k", kernel.root, try #require(kernel.module)])
    #expect(!verbose.errors.contains("Module.symvers"))
  }

  @Test(
    "an image without its configuration refuses unsigned modules as with it", .needsKernels(),
    arguments: amd64)
  func imageAlone(_ kernel: RealKernel) async throws {
    let scratch = try ScratchDirectory()
    let (image, plain) = (scratch.file("vmlinuz"), scratch.file("plain.ko"))
    let (whole, module) = (try #require(kernel.image), try #require(kernel.module))
    try AtomicFile.write(contents(of: whole), to: image)
    let dropped = try await Ksym.run(["convert", "--drop-signature", "-o", plain, module])
    #expect(dropped.status == 0, "\(dropped.errors)")
    for options in [["--sig-enforce"], ["--lockdown", "integrity"], ["--secure-boot", "on"]] {
      let run = try await Ksym.run(["check", "--no-deps", "-k", image] + options + [plain])
      #expect(run.status == 1 && run.output.contains("is not signed"), "\(options)")
    }
    let signed = try await Ksym.run(["check", "--no-deps", "-k", image, "--sig-enforce", module])
    #expect(!signed.output.contains("EKEYREJECTED"), "\(signed.output)")
  }

  @Test(
    "modules of 6.12 are refused on 6.1 as that kernel refuses them",
    .needsKernels("amd64-6.12"), .needsKernels("amd64-6.1"))
  func foreignTree() async throws {
    let modules = try #require(Self.amd64.first { $0.label == "amd64-6.12" }?.modules)
    let kernel = try #require(Self.amd64.first { $0.label == "amd64-6.1" })
    let run = try await Ksym.run(
      ["check", "--json", "-k", kernel.root, "\(modules)/kernel/fs", "\(modules)/kernel/lib"])
    #expect(run.status == 1)
    #expect(run.lines.count > 100)
    for line in run.lines {
      let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
      #expect(answer.verdict == "refused" && answer.errno == "ENOEXEC")
      #expect(
        answer.log == ["\(answer.name): disagrees about version of symbol module_layout"])
    }
  }

  private struct Answer: Decodable {
    let name, verdict: String
    let errno: String?
    let log: [String]
  }

  @Test(
    "exports of every image are the kernel's lines of the packaged Module.symvers",
    .needsKernels(), arguments: packaged)
  func imageExports(_ kernel: RealKernel) async throws {
    let path = try #require(kernel.symvers)
    let image = try #require(kernel.image)
    let run = try await Ksym.run(["exports", "--format", "symvers", image])
    #expect(run.status == 0, "\(run.errors.prefix(1000))")
    let lines = String(decoding: try contents(of: path), as: UTF8.self).split(separator: "\n")
    let wanted = lines.filter { $0.split(separator: "\t").dropFirst(2).first == "vmlinux" }
    #expect(wanted.count > 5000)
    #expect(run.lines.sorted() == wanted.map(String.init).sorted())
  }

  /// Where `_stext` of each architecture is linked.
  private static let textStarts = [
    "amd64": "ffffffff8", "arm64": "ffff", "armhf": "c0", "i386": "c1",
    "riscv64": "ffffffff8", "s390x": "00000000001", "ppc64el": "c00000000",
  ]

  @Test(
    "symbols of every image have addresses where its architecture links kernels",
    .needsKernels(), arguments: packaged)
  func imageSymbols(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let run = try await Ksym.run(["symbols", "--format", "kallsyms", image])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors.prefix(1000))")
    #expect(run.lines.count > 30_000)
    let text = try #require(run.lines.first { $0.hasSuffix(" T _stext") })
    let start = try #require(Self.textStarts[kernel.architecture])
    #expect(text.hasPrefix(start), "\(text)")
    let addresses = run.lines.map { $0.prefix { $0 != " " } }
    #expect(addresses == addresses.sorted())
  }

  @Test(
    "exports of image and modules are the lines of the packaged Module.symvers", .needsKernels(),
    arguments: packaged.filter { $0.architecture == "amd64" })
  func symvers(_ kernel: RealKernel) async throws {
    try need(
      ["amd64-6.12", "amd64-7"].contains(kernel.label) || Self.isThorough,
      "an optimised command in KSYM_BINARY")
    let (image, modules) = try (#require(kernel.image), #require(kernel.modules))
    let path = try #require(kernel.symvers)
    let run = try await Ksym.run(["exports", "--format", "symvers", "--no-kernel", image, modules])
    #expect(run.status == 0, "\(run.errors.prefix(1000))")
    let found = Set(run.lines)
    let wanted = Set(
      String(decoding: try contents(of: path), as: UTF8.self).split(separator: "\n").map(
        String.init))
    #expect(wanted.count > 10_000 && found.count == run.lines.count)
    let (missing, surplus) = (
      wanted.subtracting(found).sorted(), found.subtracting(wanted).sorted()
    )
    #expect(missing.isEmpty, "\(missing.count): \(missing.prefix(10))")
    #expect(surplus.isEmpty, "\(surplus.count): \(surplus.prefix(10))")
  }

  @Test(
    "versions are read on every architecture", .needsKernels(), arguments: RealKernel.all)
  func architectures(_ kernel: RealKernel) async throws {
    let modules = try #require(kernel.modules)
    let run = try await Ksym.run(["versions", "--format", "modprobe", "\(modules)/kernel/fs"])
    if kernel.label == "amd64-7" {
      #expect(run.status == 1 && run.bytes.isEmpty, "built without MODVERSIONS")
      return
    }
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors.prefix(1000))")
    let count = DirectoryTree.files(below: "\(modules)/kernel/fs") { $0.contains(".ko") }.count
    let layouts = run.lines.filter { $0.hasSuffix("\tmodule_layout") }
    #expect(layouts.count == count)
    #expect(Set(layouts).count == 1, "one kernel, one layout")
  }

  @Test(
    "modprobe's format is what modprobe prints, byte for byte", .needsKernels(),
    .needs("modprobe"), arguments: RealKernel.all)
  func modprobe(_ kernel: RealKernel) async throws {
    let modules = try #require(kernel.modules)
    let files = DirectoryTree.files(below: "\(modules)/kernel") { $0.contains(".ko") }
    for index in stride(from: 0, to: files.count, by: max(1, files.count / 24)) {
      guard case .file(let path) = files[index] else { continue }
      let theirs = try await Ksym.run(["--dump-modversions", path], program: "modprobe")
      let ours = try await Ksym.run(["versions", "--format", "modprobe", path])
      #expect(ours.bytes == theirs.bytes, "\(path)")
      #expect((ours.status == 0) == (theirs.status == 0), "\(path)")
    }
  }
}
