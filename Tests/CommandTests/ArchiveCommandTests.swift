import ByteStorage
import TestSupport
import Testing

/// Packages and initramfs images in place of kernels and modules.
@Suite("Packages and initramfs images")
struct ArchiveCommandTests {
  private typealias Member = ArchiveBuilder.Member

  private let sandbox: Sandbox
  private let tree = "lib/modules/7.2.0"

  init() throws { sandbox = try Sandbox() }

  private func module(
    _ name: String = "sample", _ change: (inout ModuleBuilder) -> Void = { _ in }
  ) -> [UInt8] {
    var module = Sandbox.module(name)
    change(&module)
    return module.build()
  }

  private func kernelFiles() throws -> [Member] {
    [
      Member("./boot/vmlinuz-7.2.0", try contents(of: sandbox.kernel)),
      Member("./boot/config-7.2.0", try contents(of: sandbox.scratch.file("config"))),
      Member(
        "./\(tree)/kernel/helper.ko", module("helper") { $0.exports = [SampleExport("helper", 7)] }),
    ]
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try sandbox.scratch.write(bytes, to: name)
  }

  private let assumed = ["--assume", "struct-module-size=1280"]

  @Test("a package is a kernel, with its modules and its configuration")
  func kernel() async throws {
    let files = try kernelFiles()
    let user = try sandbox.write("user.ko") { $0.require("helper", 7) }
    for (name, bytes) in [
      ("linux.deb", ArchiveBuilder.debian(ArchiveBuilder.tar(files))),
      ("linux.rpm", ArchiveBuilder.rpm(ArchiveBuilder.cpio(files))),
      ("linux.tar", ArchiveBuilder.tar(files)),
    ] {
      let package = try write(bytes, name)
      let run = try await Ksym.run(["check", "-k", package] + assumed + [user])
      #expect(
        run.status == 0 && run.output.hasPrefix("loads      \(user)\n"),
        "\(run.output)\(run.errors)")
      let facts = try await Ksym.run(["kernel", package])
      #expect(facts.status == 0)
      #expect(facts.output.contains("beside it, 3 options set  (\(package)!boot/config-7.2.0)"))
      #expect(facts.output.contains("1 modules in \(package)!\(tree)"))
      let member = try await Ksym.run(["kernel", "\(package)!boot/vmlinuz-7.2.0"])
      #expect(member.status == 0 && member.output.contains("release        7.2.0"))
    }
  }

  @Test("modules are those of the archive, and members are named FILE!path")
  func modules() async throws {
    let package = try write(ArchiveBuilder.debian(ArchiveBuilder.tar(kernelFiles())), "a.deb")
    let path = "\(package)!\(tree)/kernel/helper.ko"
    for command in ["versions", "exports", "signature"] {
      let all = try await Ksym.run([command, package])
      #expect(all.output.contains("helper"), "\(command): \(all.errors)")
      let one = try await Ksym.run([command, path])
      #expect(one.status == all.status && one.errors.isEmpty, "\(one.errors)")
    }
    let gone = try await Ksym.run(["versions", "\(package)!\(tree)/none.ko"])
    #expect(gone.status == 2 && gone.errors.contains("cannot open"))
    let convert = try await Ksym.run(["convert", "--to", "extended", "--in-place", path])
    #expect(convert.status == 2 && convert.errors.contains("lies in an archive"))
    let output = sandbox.scratch.file("out.ko")
    let copied = try await Ksym.run(["convert", "--to", "extended", "-o", output, path])
    #expect(copied.status == 0, "\(copied.errors)")
  }

  @Test("texts and lists of names are read from archives, whole and unpacked")
  func texts() async throws {
    let name = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
    // More than is read at once.
    let lines = (0..<20_000).map { " [<\($0)>] \(name)+0x1/0x2\n" }.joined()
    let list = "0x1\t\(name)\tvmlinux\tEXPORT_SYMBOL\t\n"
    let archive = try write(
      ArchiveBuilder.tar([
        Member("a/before", [1, 2, 3]), Member("a/dmesg", Array(lines.utf8)),
        Member("a/after", Array("after\n".utf8)), Member("a/empty"),
        Member("a/text.gz", try Fixture.bytes("Streams/text.gz")),
        Member("a/Module.symvers", Array(list.utf8)),
      ]), "report.tar")
    let run = try await Ksym.run(["translate", "\(archive)!a/dmesg"])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(run.output == lines.replacing(name, with: "kernel::print::call_printk"))
    let packed = try await Ksym.run(["translate", "\(archive)!a/text.gz"])
    #expect(packed.output.hasPrefix("1\n2\n"), "\(packed.errors)")
    #expect(try await Ksym.run(["translate", "\(archive)!a/empty"]).status == 0)
    let names = ["--names", "\(archive)!a/Module.symvers", "--to", "linkage"]
    let back = try await Ksym.run(["translate"] + names + ["kernel::print::call_printk"])
    #expect(back.output == "\(name)\n", "\(back.errors)")
    let missing = try await Ksym.run(["translate", "\(archive)!a/none"])
    #expect(missing.status == 2 && missing.errors.contains("\(archive)!a/none: cannot open"))
  }

  @Test("an archive without a kernel or without modules is said to be so")
  func empty() async throws {
    let package = try write(ArchiveBuilder.debian(ArchiveBuilder.tar([Member("a")])), "a.deb")
    let kernel = try await Ksym.run(["kernel", package])
    #expect(kernel.status == 2)
    #expect(
      kernel.errors
        == "ksym: \(package): no kernel image, vmlinux or Module.symvers in this archive\n")
    let modules = try await sandbox.check(package)
    #expect(modules.status == 2 && modules.errors.contains("in this archive"))
    let cut = try write(Array(ArchiveBuilder.cpio([Member("a")]).prefix(40)), "cut.img")
    let run = try await sandbox.check(cut)
    #expect(run.status == 2 && run.errors.hasPrefix("ksym: \(cut): cpio header at 0x"))
  }

  @Test("types are those of the symtypes in packages, and a package without types is said to be so")
  func types() async throws {
    func package(_ type: String) throws -> String {
      let text = "s#s struct s { \(type) a ; }\nf void f ( s#s * )\n"
      let tar = ArchiveBuilder.tar([.directory("./t"), Member("./t/a.symtypes", Array(text.utf8))])
      return try write(ArchiveBuilder.debian(tar), "\(type).deb")
    }
    let (old, new) = (try package("int"), try package("long"))
    let run = try await Ksym.run(["types", "explain", "--old", old, "--new", new, "f"])
    #expect(run.output.contains("- \tint a;\n+ \tlong a;"), "\(run.output)\(run.errors)")
    #expect(run.output.contains("f → struct s"))
    let empty = try write(ArchiveBuilder.debian(ArchiveBuilder.tar([Member("a")])), "none.deb")
    let none = try await Ksym.run(["types", "show", "-k", empty, "f"])
    #expect(none.status == 2 && none.errors.contains("no BTF and no symtypes in \(empty)"))
  }

  @Test("the modules of an initramfs have each other only")
  func initramfs() async throws {
    let user = module("user") { $0.require("helper", 7) }
    let helper = module("helper") { $0.exports = [SampleExport("helper", 7)] }
    for folder in [tree, "usr/\(tree)"] {
      let image = try write(
        ArchiveBuilder.cpio([
          Member("\(folder)/kernel/user.ko", user), Member("\(folder)/kernel/helper.ko", helper),
        ]), "initrd.img")
      let run = try await sandbox.check(image)
      #expect(run.status == 0 && run.output.contains("2 modules on 7.2.0: 2 load"), "\(run.output)")
    }
    let image = try write(
      ArchiveBuilder.cpio([Member("\(tree)/kernel/user.ko", user)]), "small.img")
    let run = try await sandbox.check(image)
    #expect(run.status == 1 && run.output.contains("Unknown symbol helper (err -2)"))
  }

  @Test("--same-as shows which modules differ from others of their names, and in what")
  func sameAs() async throws {
    let folder = "\(tree)/kernel"
    for name in ["lib", "lib/modules", tree, folder] { sandbox.scratch.makeDirectory(name) }
    func version(_ text: String) -> [UInt8] { module("old") { $0.info?.append("version=\(text)") } }
    try sandbox.scratch.write(module("same"), to: "\(folder)/same.ko")
    try sandbox.scratch.write(version("2"), to: "\(folder)/old.ko")
    let image = try write(
      ArchiveBuilder.cpio([
        Member("\(folder)/same.ko", module("same")), Member("\(folder)/old.ko", version("1")),
        Member("\(folder)/new.ko", module("new")),
      ]), "initrd.img")
    let root = sandbox.scratch.file(tree)
    let run = try await sandbox.check("--same-as", root, image)
    #expect(run.status == 1)
    #expect(
      run.output.contains(
        "differs    \(image)!\(folder)/old.ko\n  => \(root)/kernel/old.ko: version 1, there 2\n"))
    #expect(run.output.contains("missing    \(image)!\(folder)/new.ko\n  => not in \(root)\n"))
    #expect(
      run.output.hasSuffix("3 modules compared with \(root): 1 the same, 1 differ, 1 not there\n"))
    let json = try objects(await sandbox.check("--json", "--same-as", root, image))
    let found = json.compactMap { ($0["sameAs"] as? [String: Any])?["verdict"] as? String }
    #expect(found == ["missing", "differs", "same"])
    let same = try await sandbox.check("--only-refused", "--same-as", image, image)
    #expect(same.status == 0 && same.bytes.isEmpty, "\(same.output)")
    let wrong = try await sandbox.check("--same-as", sandbox.kernel, image)
    #expect(wrong.status == 2 && wrong.errors.contains("neither a directory nor an archive"))
    let missing = try await sandbox.check("--same-as", "/nowhere", image)
    #expect(missing.status == 2 && missing.errors.contains("/nowhere: no such file or directory"))
  }

  @Test("modules of an archive or a directory are loaded before, as they need each other")
  func loadedBefore() async throws {
    // The first by name needs the second.
    let needing = module("a") { module in
      module.require("helper", 7)
      module.exports = [SampleExport("a", 9)]
    }
    let helper = module("helper") { $0.exports = [SampleExport("helper", 7)] }
    let folder = sandbox.scratch.makeDirectory("folder")
    for (name, bytes) in [("a.ko", needing), ("helper.ko", helper)] {
      _ = try write(bytes, "folder/\(name)")
    }
    let package = try write(
      ArchiveBuilder.debian(
        ArchiveBuilder.tar([Member("./x/a.ko", needing), Member("./x/helper.ko", helper)])),
      "extra.deb")
    let user = try sandbox.write("user.ko") { $0.require("a", 9) }
    for place in [folder, package] {
      let run = try await sandbox.check("--with", place, "--no-deps", user)
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      #expect(run.output.contains("loads      \(user)\n"))
    }
    // What is asked about does not count as loaded because it lies in the directory, too.
    let itself = try await sandbox.check("--with", folder, "--no-deps", "\(folder)/a.ko")
    #expect(itself.status == 0 && itself.errors.isEmpty, "\(itself.output)\(itself.errors)")
    let twice = try await sandbox.check(
      "--with", "\(folder)/helper.ko", "--no-deps", "\(folder)/helper.ko")
    #expect(twice.status == 1 && twice.output.contains("EEXIST"))
    #expect(
      twice.output.contains("=> a module with its name is loaded already: \(folder)/helper.ko"))
    let alone = try await sandbox.check("--with", "\(package)!x/a.ko", "--no-deps", user)
    #expect(alone.status == 1 && alone.output.contains("Unknown symbol a"))
    let cut = try write(Array(contents(of: package).prefix(200)), "cut.deb")
    let damaged = try await sandbox.check("--with", cut, "--no-deps", user)
    #expect(damaged.status == 2 && damaged.errors.contains("cut.deb"))
  }

  @Test(
    "archives that real tools made are read",
    arguments: [
      "package.xz.deb", "package.zst.deb", "package.gz.deb", "package.none.deb",
      "package.zst.rpm", "package.xz.rpm", "package.gz.rpm", "package.bz2.rpm", "package.none.rpm",
      "initramfs.gz.img", "initramfs.zst.img", "initramfs.xz.img", "initramfs.lz4.img",
      "initramfs.lzma.img", "initramfs.bz2.img", "initramfs.lzo.img", "initramfs.none.img",
      "package.tar.xz",
    ])
  func real(_ name: String) async throws {
    let path = Fixture.path("archives/\(name)")
    let json = try objects(
      await Ksym.run(["check", "--json", "-k", "\(Fixture.path("kernels/rust-ext"))", path]))
    let names = Set(json.compactMap { $0["name"] as? String })
    #expect(names == ["crc16", "corpus_min"], "\(names)")
    #expect(json.allSatisfy { $0["verdict"] as? String == "loads" })
    let modules = json.compactMap { $0["module"] as? String }
    #expect(modules.allSatisfy { $0.hasPrefix("\(path)!usr/lib/modules/7.3.4-corpus-a/kernel/") })
  }
}
