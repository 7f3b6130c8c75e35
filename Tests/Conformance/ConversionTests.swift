import ByteStorage
import Modpost
import ModuleFiles
import TestSupport
import Testing
import VersionConversion

/// `ksym convert` on real modules.
@Suite("Conversion of real modules", .serialized)
struct ConversionTests {
  @Test(
    "modules of recorded kernels come back byte for byte from every layout",
    .needsCorpus(), arguments: RealCorpus.folders)
  func corpus(_ folder: String) async throws {
    let scratch = try ScratchDirectory()
    let tree = scratch.makeDirectory("modules")
    let names = DirectoryTree.names(in: "\(folder)/modules").filter { $0.hasSuffix(".ko") }
    for name in names {
      try scratch.write(contents(of: "\(folder)/modules/\(name)"), to: "modules/\(name)")
    }
    let own =
      folder.hasSuffix("thinlto") ? "extended" : folder.hasSuffix("rust-ext") ? "both" : "basic"
    let steps = ["both", "packed", "extended", "hashed", "both", own]
    for step in steps {
      let run = try await Ksym.run(["convert", "--in-place", "--to", step, tree])
      #expect(run.status == 0, "\(step): \(run.errors.prefix(300))")
    }
    for name in names {
      let same = try contents(of: "\(tree)/\(name)") == contents(of: "\(folder)/modules/\(name)")
      #expect(same, "\(name)")
    }
  }

  @Test(
    "the .mod.c text of recorded modules is modpost's, byte for byte",
    .needsCorpus(with: "mod.c"), arguments: RealCorpus.folders(with: "mod.c"))
  func modpost(_ folder: String) async throws {
    let scratch = try ScratchDirectory()
    let exports = try await Ksym.run(
      ["exports", "--format", "symvers", "\(folder)/modules/corpus_exp.ko"])
    let own = try scratch.write(exports.bytes, to: "own.symvers")
    var count = 0
    for name in DirectoryTree.names(in: "\(folder)/mod.c") {
      let module = "\(folder)/modules/\(name.dropLast(6)).ko"
      guard name.hasSuffix(".mod.c"), PathKind(module) == .file else { continue }
      let run = try await Ksym.run([
        "convert", "--to", "mod.c", "-o", "-", "--symvers", "\(folder)/Module.symvers", own, module,
      ])
      let wanted = try contents(of: "\(folder)/mod.c/\(name)")
      #expect(run.bytes == wanted, "\(name): \(run.errors.prefix(200))")
      count += 1
    }
    #expect(count > 7)
  }

  @Test(
    "device tables of Debian's modules give the aliases that modpost made of them",
    .needsKernels(),
    arguments: RealKernel.all.filter { $0.label.hasSuffix("-7") || $0.label.hasSuffix("6.12") })
  func deviceTables(_ kernel: RealKernel) throws {
    let modules = try #require(kernel.modules)
    var buffer = FileBuffer()
    var aliases = 0
    for case .file(let path) in DirectoryTree.files(
      below: "\(modules)/kernel", where: { $0.contains(".ko") })
    {
      try buffer.open(path)
      let bytes = try buffer.source.all()
      let made = try DeviceTables.aliases(of: bytes).map { String(decoding: $0, as: UTF8.self) }
      guard let first = made.first else { continue }
      var listed = try ModuleFile(ByteSource(bytes)).info()?.values("alias") ?? []
      aliases += made.count
      if kernel.label.hasSuffix("-7") {
        // Compilers lay strings out from the last to the first, or the other way.
        if made != [first], listed.last == first { listed.reverse() }
        let isThere = listed.indices.contains { listed[$0...].starts(with: made) }
        #expect(isThere, "\(path)")
      } else {
        // Up to 6.13 the tables' symbols were global, and a module's order is not its object's; aliases
        // of Type-C modes had the mode in them, and GUIDs of WMI kept their case.
        let others = made.filter { !$0.hasPrefix("typec:") }.map { $0.lowercased() }
        #expect(Set(others).isSubset(of: listed.map { $0.lowercased() }), "\(path)")
      }
    }
    #expect(aliases > 10_000)
  }

  @Test(
    "modules of Debian come back byte for byte before their signature, and with it",
    .needsKernels(), arguments: RealKernel.all)
  func debian(_ kernel: RealKernel) async throws {
    let modules = try #require(kernel.modules)
    var files: [String] = []
    for case .file(let path) in DirectoryTree.files(
      below: "\(modules)/kernel", where: { $0.contains(".ko") })
    {
      files.append(path)
    }
    // A sample; the benchmark's tree of 6.12 was converted whole.
    let scratch = try ScratchDirectory()
    for index in stride(from: 0, to: files.count, by: max(1, files.count / 30)) {
      let path = files[index]
      var buffer = FileBuffer()
      try buffer.open(path)
      let original = try buffer.source.all().array
      let plain = try scratch.write(original, to: "a.ko")
      let other = scratch.file("b.ko")
      let first = try await Ksym.run(
        ["convert", "--drop-signature", "--to", "both", "-o", other, plain])
      if first.errors.contains("no version table") { continue }
      #expect(first.status == 0, "\(path): \(first.errors)")
      for step in ["extended", "packed", "both"] {
        let run = try await Ksym.run(["convert", "--to", step, "--in-place", other])
        #expect(run.status == 0, "\(path): \(run.errors)")
      }
      let isSigned = original.suffix(28).elementsEqual("~Module signature appended~\n".utf8)
      let back = try await Ksym.run(
        ["convert", "--to", "basic", "--in-place", other]
          + (isSigned ? ["--signature-from", plain] : []))
      #expect(back.status == 0, "\(path): \(back.errors)")
      #expect(try contents(of: other) == original, "\(path)")
    }
  }
}
