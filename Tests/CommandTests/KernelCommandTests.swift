import TestSupport
import Testing

@Suite("ksym kernel")
struct KernelCommandTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("an image is described, with the source of each fact")
  func image() async throws {
    let run = try await Ksym.run(["kernel", sandbox.kernel])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let config = sandbox.scratch.file("config")
    for line in [
      sandbox.kernel, "  container      ELF", "  architecture   x86_64, 64 bits, little-endian",
      "  release        7.2.0", "  banner         Linux version 7.2.0 (a@b) (gcc) #1 SMP now",
      "  build ID       not found", "  vermagic       '7.2.0 SMP mod_unload modversions '",
      "  exports        3 symbols, 1 GPL-only",
      "  export entries 12 bytes, place-relative, with namespace, licences in __kflagstab",
      "  export CRCs    32-bit numbers", "  config         beside it, 3 options set  (\(config))",
      "  modversions    genksyms; modules get none; the loader reads basic and extended",
      "  options        MODULES=y  MODVERSIONS=y  LIVEPATCH=y",
    ] { #expect(run.lines.contains(line), "\(line)\n\(run.output)") }
  }

  @Test("JSON has the keys that are promised")
  func json() async throws {
    let missing = sandbox.scratch.file("missing")
    let run = try await Ksym.run(["kernel", "--json", sandbox.kernel, missing])
    #expect(run.status == 2)
    #expect(run.errors.contains("\(missing): cannot open: No such file or directory"))
    let object = try #require(try objects(run).first)
    #expect(
      Set(object.keys) == [
        "kernel", "layers", "architecture", "wordSize", "byteOrder", "release", "banner",
        "buildId", "vermagic", "symbols", "exports", "config", "modversions", "options",
        "certificates", "signatures",
        "structModuleSize", "modules", "dump", "sources", "notes",
      ])
    #expect(object["layers"] as? [String] == ["ELF"])
    #expect(object["wordSize"] as? Int == 8)
    #expect(object["release"] as? String == "7.2.0")
    let exports = try #require(object["exports"] as? [String: Any])
    #expect(exports["count"] as? Int == 3 && exports["withCrc"] as? Int == 3)
    let form = try #require(exports["form"] as? [String: Any])
    #expect(form["entrySize"] as? Int == 12 && form["crcs"] as? String == "word32")
    #expect(form["placeRelative"] as? Bool == true && form["flagTable"] as? Bool == true)
    let versions = try #require(object["modversions"] as? [String: Any])
    #expect(versions["generator"] as? String == "genksyms")
    #expect(versions["reads"] as? [String] == ["basic", "extended"])
    let options = try #require(object["options"] as? [String: String])
    #expect(options["MODVERSIONS"] == "y" && options["RUST"] == nil)
    let sources = try #require(object["sources"] as? [String: Any])
    #expect(sources["config"] as? String == sandbox.scratch.file("config"))
  }

  @Test("debuginfod is asked for a build ID that nothing here has, if its servers are named")
  func debuginfod() async throws {
    let scratch = sandbox.scratch
    for folder in ["programs", "cache"] { scratch.makeDirectory(folder) }
    let identifier = String(repeating: "ab", count: 20)
    // It has the debug information, and of the executable a path that leads to nothing.
    let script = """
      #!/bin/sh
      [ "$2" = \(identifier) ] || exit 1
      if [ "$1" = debuginfo ]; then echo '\(sandbox.kernel)'; else echo '\(scratch.path)/none'; fi

      """
    let program = try scratch.write(Array(script.utf8), to: "programs/debuginfod-find")
    #expect(try await Ksym.run(["755", program], program: "chmod").status == 0)
    var environment = [
      "PATH": "\(scratch.file("programs")):/usr/bin:/bin", "XDG_CACHE_HOME": scratch.file("cache"),
      "DEBUGINFOD_CACHE_PATH": scratch.file("cache"), "DEBUGINFOD_URLS": "http://localhost:1",
    ]
    let run = try await Ksym.run(
      ["kernel", "build-id:\(identifier)"], environment: environment)
    #expect(run.status == 0 && run.lines.first == sandbox.kernel, "\(run.errors)")
    let other = String(repeating: "cd", count: 20)
    let none = try await Ksym.run(["kernel", "build-id:\(other)"], environment: environment)
    #expect(none.status == 2 && none.errors.contains("no kernel with this build ID"))
    environment["PATH"] = "/usr/bin:/bin"
    let missing = try await Ksym.run(
      ["kernel", "build-id:\(identifier)"], environment: environment)
    #expect(missing.status == 2)
  }

  @Test("lists of symbols are counted, and give the offset by which KASLR moved the kernel")
  func list() async throws {
    let list = try sandbox.scratch.write(
      Array(
        """
        ffffffff86c00000 T _text
        ffffffff86c00010 R __ksymtab_a
        ffffffffc0100000 t b\t[m]

        """.utf8), to: "list")
    let run = try await Ksym.run(["kernel", list])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.contains("  symbols        2 of the kernel, 1 of modules, 1 exported"))
    #expect(run.output.contains("  KASLR offset   0x5c00000  ("), "\(run.output)")
    let json = try await Ksym.run(["kernel", "--json", list])
    let object = try #require(try objects(json).first)
    let symbols = try #require(object["symbols"] as? [String: Any])
    #expect(symbols["count"] as? Int == 2 && symbols["ofModules"] as? Int == 1)
    #expect(symbols["kernelOffset"] as? String == "0x5c00000")
  }

  @Test("the layout of a real kernel's tables is shown")
  func tables() async throws {
    let path = Fixture.path("kernels/rust-ext/bzImage")
    let run = try await Ksym.run(["kernel", "--json", path])
    let object = try #require(try objects(run).first)
    let symbols = try #require(object["symbols"] as? [String: Any])
    #expect(symbols["count"] as? Int == 44_754)
    let tables = try #require(symbols["kallsyms"] as? [String: Any])
    #expect(tables["encoding"] as? String == "place-relative")
    #expect(tables["releases"] as? String == "7.0 and later")
    #expect(tables["sequenceSize"] as? Int == 3 && tables["byteOrder"] as? String == "little")
    #expect(
      tables["order"] as? [String] == [
        "num_syms", "names", "markers", "token_table", "token_index", "offsets", "seqs_of_names",
      ])
  }

  @Test("files beside the modules are not called modules")
  func besideModules() async throws {
    let tree = "lib/modules/7.2.0"
    for folder in ["lib", "lib/modules", tree, "\(tree)/kernel"] {
      sandbox.scratch.makeDirectory(folder)
    }
    let directory = sandbox.scratch.file(tree)
    try sandbox.scratch.write(KernelBuilder(release: "7.2.0").build(), to: "\(tree)/vmlinuz")
    try sandbox.scratch.write(Array("CONFIG_MODULES=y\n".utf8), to: "\(tree)/config")
    try sandbox.write("\(tree)/kernel/own.ko")
    let run = try await Ksym.run(["kernel", directory])
    #expect(
      run.output.contains("  release        7.2.0  (\(directory)/vmlinuz)\n"), "\(run.output)")
    #expect(run.output.contains("  (\(directory)/config)\n"))
    #expect(run.output.contains("bytes  (module kernel/own.ko)\n"))
    #expect(!run.output.contains("(module vmlinuz)") && !run.output.contains("(module config)"))
  }

  @Test("--show-config prints the configuration to the byte, status 1 where there is none")
  func config() async throws {
    let run = try await Ksym.run(["kernel", "--show-config", sandbox.kernel])
    #expect(run.status == 0)
    #expect(run.output == "CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\nCONFIG_LIVEPATCH=y\n")
    let fixture = Fixture.path("kernels/rust-ext/bzImage")
    let embedded = try await Ksym.run(["kernel", "--show-config", "--verbose", fixture])
    #expect(embedded.status == 0)
    #expect(embedded.bytes == (try Fixture.bytes("kernels/rust-ext/config")))
    #expect(embedded.errors.contains("configuration from \(fixture) (embedded)"))
    sandbox.scratch.makeDirectory("alone")
    let alone = try sandbox.scratch.write(KernelBuilder().build(), to: "alone/vmlinux")
    let none = try await Ksym.run(["kernel", "--config", alone])
    #expect(none.status == 1 && none.bytes.isEmpty)
    #expect(none.errors.contains("no configuration"))
  }

  @Test("--show-config of an embedded configuration that cannot be unpacked is status 2")
  func damagedConfig() async throws {
    sandbox.scratch.makeDirectory("odd")
    var kernel = KernelBuilder()
    kernel.banner += " IKCFG_STxxxxIKCFG_ED"
    let bytes = kernel.build().replacing(Array("STxx".utf8), with: [0x53, 0x54, 0x1f, 0x8b])
    let path = try sandbox.scratch.write(bytes, to: "odd/damaged")
    let run = try await Ksym.run(["kernel", "--show-config", path])
    #expect(run.status == 2 && run.bytes.isEmpty)
    #expect(run.errors.contains("embedded configuration: "), "\(run.errors)")
  }

  @Test("a real bzImage, down to its payload")
  func bzImage() async throws {
    let path = Fixture.path("kernels/rust-ext/bzImage")
    let run = try await Ksym.run(["kernel", "--json", path])
    let object = try #require(try objects(run).first)
    #expect(object["layers"] as? [String] == ["bzImage (boot protocol 2.15)", "xz", "ELF"])
    #expect(object["release"] as? String == "7.3.4-corpus-a")
    #expect(object["buildId"] as? String == "4ed5d0e8d9c3e3ef84dc951c2d0fead8293b2d91")
    let versions = try #require(object["modversions"] as? [String: Any])
    #expect(versions["generator"] as? String == "gendwarfksyms")
    #expect(versions["writes"] as? [String] == ["basic", "extended"])
    let config = try #require(object["config"] as? [String: Any])
    #expect(config["embedded"] as? Bool == true)
  }

  @Test("memory dumps give release and KASLR offset, whatever their form")
  func dumps() async throws {
    let kernel = Array("\0Linux version 7.3.4 (a@b) (gcc) #1 SMP now\n\0".utf8)
    let builder = DumpBuilder(information: DumpBuilder.information(release: "7.3.4"))
    var page = kernel
    page += [UInt8](repeating: 0, count: DumpBuilder.pageSize - page.count)
    let kdump = builder.kdump([.init(0x4800, flags: 0, page)])
    for (name, bytes, layers) in [
      ("core", builder.core([.init(0x480_0000, kernel)]), ["ELF core dump"]),
      ("kdump", kdump, ["kdump-compressed dump"]),
      ("flat", DumpBuilder.flattened(kdump), ["flattened dump", "kdump-compressed dump"]),
    ] {
      let path = try sandbox.scratch.write(bytes, to: name)
      let run = try await Ksym.run(["kernel", "--json", path])
      #expect(run.status == 0, "\(run.errors)")
      let object = try #require(try objects(run).first)
      #expect(object["layers"] as? [String] == layers)
      #expect(object["release"] as? String == "7.3.4")
      #expect(object["banner"] as? String == "Linux version 7.3.4 (a@b) (gcc) #1 SMP now")
      #expect(object["buildId"] as? String == "000102030405060708090a0b0c0d0e0f10111213")
      let dump = try #require(object["dump"] as? [String: Any])
      #expect(dump["kernelOffset"] as? String == "0x5c00000")
      #expect(dump["physicalTextAddress"] as? String == "0x4800000")
      #expect(dump["pageSize"] as? Int == 4096)
      let text = try await Ksym.run(["kernel", path])
      #expect(text.lines.contains("  KASLR offset   0x5c00000  (VMCOREINFO)"), "\(text.output)")
    }
  }

  @Test("a dump without the kernel's own memory gives what its note says, and why no more")
  func noteOnly() async throws {
    let builder = DumpBuilder(information: DumpBuilder.information(release: "7.3.4"))
    let path = try sandbox.scratch.write(builder.core([.init(0, [1])]), to: "core")
    let run = try await Ksym.run(["kernel", path])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.contains("  release        7.3.4  (VMCOREINFO)"), "\(run.output)")
    #expect(run.output.contains("the kernel's own memory: address that the dump lacks"))
    let silent = try sandbox.scratch.write(DumpBuilder().core([.init(0, [1])]), to: "silent")
    let none = try await Ksym.run(["kernel", silent])
    #expect(none.status == 2)
    #expect(none.errors.contains("memory dump: note VMCOREINFO, or a banner"), "\(none.errors)")
  }

  @Test("control characters are not shown")
  func controls() async throws {
    var kernel = KernelBuilder(release: "7.2.0")
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc\u{9b}31m) #1 SMP now"
    let path = try sandbox.scratch.write(kernel.build(), to: "coloured")
    let run = try await Ksym.run(["kernel", path])
    #expect(run.output.contains("(gcc\u{fffd}31m)"))
  }

  @Test(
    "every real kernel is described: release, build ID, word size, byte order, modules",
    .needsKernels(), arguments: RealKernel.all)
  func real(_ kernel: RealKernel) async throws {
    let image = try #require(kernel.image)
    let run = try await Ksym.run(["kernel", "--json", image])
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try objects(run).first)
    let release = kernel.modules?.split(separator: "/").last.map(String.init)
    #expect(object["release"] as? String == release)
    #expect((object["buildId"] as? String)?.utf8.count == 40)
    #expect(
      object["wordSize"] as? Int == (["armhf", "i386"].contains(kernel.architecture) ? 4 : 8))
    #expect(object["byteOrder"] as? String == (kernel.architecture == "s390x" ? "big" : "little"))
    let versions = try #require(object["modversions"] as? [String: Any])
    #expect(versions["enabled"] as? Bool == (kernel.label != "amd64-7"))
    let modules = try #require(object["modules"] as? [String: Any])
    #expect((modules["count"] as? Int ?? 0) > 1000)
    #expect((object["structModuleSize"] as? Int ?? 0) > 500)
  }

  @Test(
    "dumps of real kernels give the offset of their boot",
    .needsCorpus(with: "vmcore/kallsyms.modules"),
    arguments: RealCorpus.folders(with: "vmcore/kallsyms.modules"))
  func realDumps(_ folder: String) async throws {
    let vmlinux = try await Ksym.run(["kernel", "--json", "\(folder)/vmlinux"])
    let kernel = try #require(try objects(vmlinux).first)
    for name in ["vmcore.elf.zst", "vmcore.kdump-zlib"] {
      let run = try await Ksym.run(["kernel", "--json", "\(folder)/vmcore/\(name)"])
      #expect(run.status == 0, "\(run.errors)")
      let object = try #require(try objects(run).first)
      for key in ["release", "banner", "buildId", "vermagic"] {
        #expect(object[key] as? String == kernel[key] as? String, "\(key)")
      }
      let dump = try #require(object["dump"] as? [String: Any])
      #expect(dump["kernelOffset"] as? String == "0x5c00000")
      let config = try await Ksym.run(["kernel", "--show-config", "\(folder)/vmcore/\(name)"])
      #expect(config.bytes == (try contents(of: "\(folder)/config")))
    }
  }

  @Test("certificates in the image and the policy of the configuration are shown")
  func certificates() async throws {
    let scratch = try ScratchDirectory()
    var list = try Fixture.bytes("trust/rsa.der")
    let size = UInt64(list.count)
    list += [UInt8](repeating: 0, count: (8 - list.count % 8) % 8)
    for index in 0..<8 { list.append(UInt8(size >> UInt64(8 * index) & 0xff)) }
    var kernel = KernelBuilder(release: "6.12.0")
    kernel.sections = [(".init.data", list, 0xffff_ffff_9000_0000)]
    let path = try scratch.write(kernel.build(), to: "vmlinux")
    let options = [
      "MODULE_SIG", "IMA_ARCH_POLICY", "IMA_SECURE_AND_OR_TRUSTED_BOOT",
      "SECONDARY_TRUSTED_KEYRING",
    ]
    try scratch.write(Array(options.map { "CONFIG_\($0)=y\n" }.joined().utf8), to: ".config")
    let run = try await Ksym.run(["kernel", path])
    #expect(run.output.contains("certificates   O=ksym, CN=rsa, serial number 7a0983"))
    #expect(
      run.output.contains(
        "enforced with Secure Boot; keyrings .builtin_trusted_keys, .secondary_trusted_keys"))
    let text = try await Ksym.run(["kernel", "--show-certificates", path])
    #expect(try text.bytes == Fixture.bytes("trust/rsa.pem"))
    let none = try await Ksym.run(["kernel", "--show-certificates", sandbox.kernel])
    #expect(none.status == 1 && none.bytes.isEmpty)
  }
}
