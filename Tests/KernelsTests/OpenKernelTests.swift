import ByteStorage
import ELFFormat
import Glibc
import KernelImages
import KernelReleases
import Kernels
import ModuleFiles
import ModuleVersions
import TestSupport
import Testing

@Suite("An open kernel")
struct OpenKernelTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private static let image = Fixture.path("kernels/rust-ext/bzImage")

  @Test("is opened once, whatever is asked")
  func once() throws {
    let kernel = try OpenKernel(Self.image)
    let facts = try kernel.facts(isThorough: true)
    _ = try kernel.exports()
    for view in [SymbolView.listed, .systemMap, .kernel] {
      let symbols = try kernel.symbols(as: view, withProbeSites: true)
      #expect(symbols.release == facts.release?.value && symbols.probeSites != nil)
    }
    #expect(try kernel.withContents { $0.count } ?? 0 > 1 << 20)
    #expect(kernel.openingCount == 1 && kernel.form == .linkedImage)
  }

  @Test("that is a stub has parts, and a whole one beside it is taken")
  func stub() throws {
    try scratch.write(StubKernelBuilder.build(structureSize: 1344), to: "vmlinux")
    let stub = try OpenKernel(scratch.path)
    #expect(stub.form == nil && stub.openingCount == 1)
    #expect(try stub.facts().moduleStructureSize?.value == 1344)
    #expect(try stub.facts().moduleStructureSize?.source.code == .btf)
    #expect(stub.types() != nil && stub.types(few: true) != nil)
    let error = #expect(throws: KernelError.self) { try stub.symbols() }
    #expect(error?.code == .cannotAnswer && error?.question == .symbols)
    scratch.link("vmlinuz", to: Self.image)
    let whole = try OpenKernel(scratch.path)
    #expect(whole.filePath == scratch.file("vmlinuz") && whole.openingCount == 2)
    // What the image itself gives counts first.
    let release = try #require(try whole.facts().release)
    #expect(release.source.path == scratch.file("vmlinuz"))
  }

  @Test("that a package of debug information has is found there, if nothing else is a kernel")
  func debugPackage() throws {
    for folder in ["usr", "usr/lib", "usr/lib/debug", "usr/lib/debug/boot", "boot"] {
      scratch.makeDirectory(folder)
    }
    let debug = "usr/lib/debug/boot/vmlinux-6.12.0"
    try scratch.write(KernelBuilder(release: "6.12.0").build(), to: debug)
    #expect(try OpenKernel(scratch.path).filePath == scratch.file(debug))
    try scratch.write(KernelBuilder(release: "6.1.0").build(), to: "boot/vmlinuz-6.1.0")
    #expect(try OpenKernel(scratch.path).filePath == scratch.file("boot/vmlinuz-6.1.0"))
  }

  @Test(
    "that several files may be is the newest release",
    arguments: [
      (["6.9.0-test", "6.12.107", "6.1.0-50"], "6.12.107"), (["7.0-rc1", "7.0"], "7.0"),
      (["7.0-rc2", "7.0-rc10"], "7.0-rc10"),
      (["6.1.0-9-amd64", "6.1.0-10-amd64"], "6.1.0-10-amd64"),
      (["0-rescue-f00", "5.10.3"], "5.10.3"), (["7.0", "7.0.1"], "7.0.1"),
      (["7.0-rc1-amd64", "7.0-1-amd64"], "7.0-1-amd64"), (["7.0.0-rc2+", "7.0.0+"], "7.0.0+"),
    ])
  func newest(_ releases: [String], _ wanted: String) throws {
    for release in releases {
      try scratch.write(
        KernelBuilder(release: release).build(), to: "vmlinuz-\(release)")
    }
    let kernel = try OpenKernel(scratch.path)
    #expect(kernel.choice?.taken == wanted)
    #expect(Set(kernel.choice?.releases ?? []) == Set(releases))
    #expect(try kernel.facts().release?.value == wanted)
  }

  @Test(
    "of headers has the release that its build noted, in the directory or behind its link",
    arguments: [
      ("include/config/kernel.release", "6.1.0-56-amd64\r\n"),
      ("include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-56-amd64\"\n"),
    ], ["", "build/"])
  func noted(_ note: (path: String, text: String), _ folder: String) throws {
    var path = ""
    for part in (folder + note.path).split(separator: "/").dropLast() {
      path += path.isEmpty ? String(part) : "/\(part)"
      scratch.makeDirectory(path)
    }
    try scratch.write(Array(note.text.utf8), to: folder + note.path)
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\r\n".utf8)
    try scratch.write(symvers, to: "\(folder)Module.symvers")
    let config = Array("# Linux/x86 6.1.200 Kernel Configuration\r\nCONFIG_MODULES=y\r\n".utf8)
    try scratch.write(config, to: "\(folder).config")
    for kernel in [scratch.path, scratch.file("\(folder)Module.symvers")] {
      let facts = try OpenKernel(kernel).facts()
      #expect(facts.release?.value == "6.1.0-56-amd64")
      #expect(facts.exports?.value.rows.count == 1)
      #expect(facts.exports?.value.rows.first?.namespace.isEmpty ?? false)
      #expect(facts.config?.value["MODULES"] == .yes && !facts.basis.isAssumed)
    }
  }

  @Test("of an unpacked package of headers is that of the newest headers in it")
  func unpackedHeaders() throws {
    for folder in ["usr", "usr/src", "usr/src/linux-headers-6.1.0-9-amd64-common"] {
      scratch.makeDirectory(folder)
    }
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    for release in ["6.1.0-9-amd64", "6.1.0-10-amd64"] {
      scratch.makeDirectory("usr/src/linux-headers-\(release)")
      try scratch.write(symvers, to: "usr/src/linux-headers-\(release)/Module.symvers")
      let kernel = try OpenKernel(scratch.path)
      #expect(try kernel.facts().release?.value == release)
      #expect(try kernel.facts().exports?.value.rows.count == 1)
      #expect(kernel.choice?.taken == (release == "6.1.0-9-amd64" ? nil : release))
    }
    // A kernel of its own counts first.
    try scratch.write(KernelBuilder(release: "6.9.1").build(), to: "vmlinux")
    #expect(try OpenKernel(scratch.path).facts().release?.value == "6.9.1")
  }

  @Test("whose release is in the configuration only is judged by that one's rules")
  func configuredRelease() throws {
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try scratch.write(symvers, to: "Module.symvers")
    let config = Array("#\r\n# Linux/x86 6.1.200 Kernel Configuration\r\nCONFIG_X=y\r\n".utf8)
    try scratch.write(config, to: ".config")
    let facts = try OpenKernel(scratch.path).facts()
    #expect(facts.release == nil && facts.basis.release.description.hasPrefix("6.1"))
  }

  @Test("may be a list of exports by another of its names, the newest of several")
  func lists() throws {
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    for (folder, names, release) in [
      ("build", ["vmlinux.symvers"], nil),
      ("boot", ["symvers-6.4.0-9-default.gz", "symvers-6.4.0-10-default.gz"], "6.4.0-10-default"),
      ("other", ["symvers-6.4.0.zst", "symvers-none.gz", "symvers-6.5.0.txt"], "6.4.0"),
    ] as [(String, [String], String?)] {
      scratch.makeDirectory(folder)
      for name in names { try scratch.write(symvers, to: "\(folder)/\(name)") }
      let kernel = try OpenKernel(scratch.file(folder))
      let facts = try kernel.facts()
      #expect(facts.exports?.value.rows.count == 1 && facts.release?.value == release)
      let list = release.map { "\(folder)/symvers-\($0)" } ?? "\(folder)/vmlinux.symvers"
      #expect(facts.exports?.source.path.hasPrefix(scratch.file(list)) ?? false)
      #expect(kernel.choice?.taken == (folder == "boot" ? release : nil))
    }
    // The list of all counts before that of vmlinux.
    try scratch.write(symvers + symvers, to: "build/Module.symvers")
    let path = try OpenKernel(scratch.file("build")).facts().exports?.source.path
    #expect(path == scratch.file("build/Module.symvers"))
  }

  @Test("of a build tree without a note has the release of the directory of modules that it is in")
  func calledBy() throws {
    let tree = "lib/modules/6.1.0-9-amd64"
    for folder in ["lib", "lib/modules", tree, "\(tree)/build"] { scratch.makeDirectory(folder) }
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try scratch.write(symvers, to: "\(tree)/build/Module.symvers")
    let facts = try OpenKernel(scratch.file("\(tree)/build")).facts()
    #expect(facts.release?.value == "6.1.0-9-amd64")
  }

  @Test("that cannot be read is replaced by what else there is of its release")
  func replaced() throws {
    for folder in ["boot", "lib", "lib/modules", "lib/modules/6.1.0-56-amd64", "headers"] {
      scratch.makeDirectory(folder)
    }
    try scratch.write([0x1f, 0x8b, 8, 0], to: "boot/vmlinuz-6.1.0-56-amd64")
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try scratch.write(symvers, to: "headers/Module.symvers")
    scratch.link("lib/modules/6.1.0-56-amd64/build", to: scratch.file("headers"))
    let tree = scratch.file("lib/modules/6.1.0-56-amd64")
    let headers = try OpenKernel(tree)
    #expect(headers.leftOut.map(\.path) == [scratch.file("boot/vmlinuz-6.1.0-56-amd64")])
    #expect(try headers.facts().exports?.source.path == "\(tree)/build/Module.symvers")
    for folder in ["usr", "usr/lib", "usr/lib/debug", "usr/lib/debug/boot"] {
      scratch.makeDirectory(folder)
    }
    let debug = "usr/lib/debug/boot/vmlinux-6.1.0-56-amd64"
    try scratch.write(KernelBuilder(release: "6.1.0-56-amd64").build(), to: debug)
    #expect(try OpenKernel(tree).filePath == scratch.file(debug))
  }

  @Test("that may not be read is replaced, too, when it is named itself", .needs("setpriv"))
  func unreadable() async throws {
    for folder in ["boot", "lib", "lib/modules", "lib/modules/6.1.0-56-amd64"] {
      scratch.makeDirectory(folder)
    }
    let release = "6.1.0-56-amd64"
    let image = try scratch.write(
      KernelBuilder(release: release).build(), to: "boot/vmlinuz-\(release)")
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    scratch.makeDirectory("lib/modules/\(release)/build")
    try scratch.write(symvers, to: "lib/modules/\(release)/build/Module.symvers")
    try need(unsafe chmod(image, 0) == 0 && chmod(scratch.path, 0o755) == 0, "a file of its own")
    let user = ["--reuid", "12345", "--clear-groups", Ksym.path]
    try need(
      try await Ksym.run(user + ["--version"], program: "setpriv").status == 0, "another user")
    for path in [image, scratch.file("boot"), scratch.file("lib/modules/\(release)")] {
      let run = try await Ksym.run(user + ["exports", path], program: "setpriv")
      #expect(run.status == 0 && run.output.contains("  f  vmlinux"), "\(path): \(run.errors)")
      #expect(run.errors.contains("Permission denied; other files of this kernel are used"))
    }
  }

  @Test("may be named by its release; a word that can be nothing else is an error")
  func release() throws {
    let error = #expect(throws: KernelError.self) { try OpenKernel("1.2.3-none") }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("1.2.3-none: no such file, and no kernel"))
    #expect(throws: KernelError.self) { try OpenKernel("none") }
  }

  @Test("that is none is an error with a code")
  func none() throws {
    let module = Fixture.path("kernels/rust-ext/modules/crc16.ko")
    let config = Fixture.path("kernels/rust-ext/config")
    #expect(throws: KernelError.self) { try OpenKernel(scratch.path) }
    let noKernel = #expect(throws: KernelError.self) { try OpenKernel(module).facts() }
    #expect(noKernel?.code == .noKernel && noKernel?.form == .module)
    let unanswered = #expect(throws: KernelError.self) {
      try OpenKernel(config).factsForLoading()
    }
    #expect(unanswered?.question == .exports && unanswered?.form == .configuration)
    let unreadable = #expect(throws: KernelError.self) { try OpenKernel(scratch.file("missing")) }
    #expect(unreadable?.code == .unreadable)
  }

  @Test(
    "has certificates at multiples of eight bytes on x86 and s390, of 256 elsewhere",
    arguments: [
      (ELFMachine.x86_64, true), (.i386, true), (.s390, true), (.aarch64, false), (.arm, false),
    ])
  func certificates(_ machine: ELFMachine, _ isFound: Bool) throws {
    let certificate = try Fixture.bytes("trust/rsa.der")
    // One of the two is at no multiple of 256 of the file, wherever the section is in it.
    let found = try [8, 16].map { place in
      var list = ByteBuilder(.little)
      list.pad(to: place)
      list.put(certificate)
      list.align(to: 8)
      list.put(UInt64(certificate.count))
      var image = KernelBuilder()
      image.sections = [(".init.data", list.bytes, 0xffff_ffff_8300_0000)]
      try scratch.write(image.build(), to: "vmlinux")
      let kernel = try OpenKernel(scratch.file("vmlinux"))
      let layout = ELFLayout(is64Bit: true, order: .little)
      return kernel.builtInKeys(machine, layout).certificates != nil
    }
    #expect(found.allSatisfy { $0 } == isFound)
  }

  @Test("has modules that are found by name, in the list of depmod or the build, or by looking")
  func modules() throws {
    for folder in ["kernel", "kernel/lib"] { scratch.makeDirectory(folder) }
    for file in ["kernel/lib/a-b.ko.xz", "kernel/c.ko"] { try scratch.write([0], to: file) }
    for list in [
      nil, ("modules.order", "kernel/lib/a-b.ko\nkernel/gone.ko\n"),
      ("modules.dep", "kernel/lib/a-b.ko.xz: kernel/c.ko\n"),
    ] as [(name: String, text: String)?] {
      if let list { try scratch.write(Array(list.text.utf8), to: list.name) }
      let tree = ModuleTree(scratch.path)
      for name in ["a_b", "a-b"] {
        #expect(tree.path(named: name) == scratch.file("kernel/lib/a-b.ko.xz"))
      }
      #expect(tree.path(named: "c") == scratch.file("kernel/c.ko"))
      #expect(tree.path(named: "gone") == nil)
      #expect(tree.paths == [scratch.file("kernel/c.ko"), scratch.file("kernel/lib/a-b.ko.xz")])
      #expect(tree.contains(scratch.file("kernel/c.ko")) && !tree.contains("/kernel/c.ko"))
    }
  }
}
