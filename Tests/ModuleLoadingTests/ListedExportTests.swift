import Glibc
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// A symbol that no module exports: lists of exports spare reading them all.
@Suite("Lists of what modules export")
struct ListedExportTests {
  private let scratch: ScratchDirectory
  private let tree: String
  private let module: String

  init() throws {
    scratch = try ScratchDirectory()
    for folder in [
      "boot", "lib", "lib/modules", "lib/modules/7.2.0", "lib/modules/7.2.0/kernel",
      "lib/modules/7.2.0/updates", "usr", "usr/src", "usr/src/linux-headers-7.2.0",
    ] { scratch.makeDirectory(folder) }
    tree = scratch.file("lib/modules/7.2.0")
    var kernel = KernelBuilder(exports: Bench().exports)
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc) #1 SMP now"
    try scratch.write(kernel.build(), to: "boot/vmlinuz-7.2.0")
    let config = "CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n"
    try scratch.write(Array(config.utf8), to: "boot/config-7.2.0")
    var module = Bench().module()
    module.require("wanted", 1)
    self.module = try scratch.write(module.build(), to: "sample.ko")
    for name in ["plain", "hidden", "third", "fourth"] { try write(name, "kernel/\(name)") }
  }

  /// Writes a module that exports what has its name, and something else.
  private func write(_ name: String, _ path: String, exports: [String] = []) throws {
    var module = Bench().module(name)
    module.exports = ([name] + exports).sorted().map { SampleExport($0, 1) }
    try scratch.write(module.build(), to: "lib/modules/7.2.0/\(path).ko")
  }

  /// The verdict, and how many modules are said not to export the symbol.
  private func verdict() throws -> String {
    let kernel = try OpenKernel(scratch.path)
    let checker = ModuleChecker(try kernel.factsForLoading(), of: kernel)
    let outcome = try #require(checker.check([module]).first).result.get()
    let count = outcome.causes.first { $0.code == .notExported }?.total
    return ([outcome.verdict.rawValue] + (count.map { ["\($0)"] } ?? [])).joined(separator: " ")
  }

  private func writeLists() throws {
    let names = ["plain", "hidden", "third", "fourth"]
    let paths = names.map { "kernel/\($0).ko:\n" }.joined()
    try scratch.write(Array(paths.utf8), to: "lib/modules/7.2.0/modules.dep")
    try scratch.write(
      Array("# Aliases\nalias symbol:plain plain\n".utf8), to: "lib/modules/7.2.0/modules.symbols")
  }

  private func pass() async throws { try await Task.sleep(for: .milliseconds(20)) }

  @Test("of depmod count for modules that were there before them, and for no others")
  func depmod() async throws {
    #expect(try verdict() == "refused 4")
    try write("hidden", "kernel/hidden", exports: ["wanted"])
    #expect(try verdict() == "loads")
    try await pass()
    // What a real depmod never leaves out shows that the list was asked.
    try writeLists()
    #expect(try verdict() == "refused 4")
    try await pass()
    try write("hidden", "kernel/hidden", exports: ["wanted"])
    #expect(try verdict() == "loads", "a list older than a module")
    try await pass()
    try writeLists()
    try write("added", "updates/added", exports: ["wanted"])
    #expect(try verdict() == "loads", "a module that is not in the list")
    try scratch.write([], to: "lib/modules/7.2.0/modules.dep")
    #expect(try verdict() == "loads", "half of the lists")
  }

  @Test("what shows why a symbol is unknown comes before how many modules do not export it")
  func order() throws {
    var other = Bench().module("other")
    other.require("__udivdi3", 1)
    let path = try scratch.write(other.build(), to: "other.ko")
    let kernel = try OpenKernel(scratch.path)
    let checker = ModuleChecker(try kernel.factsForLoading(), of: kernel)
    let outcome = try #require(checker.check([path]).first).result.get()
    #expect(outcome.causes.map(\.code).suffix(2) == [.notOfKernel, .notExported])
  }

  @Test("of depmod do not count for a module that is newer than one of the two")
  func between() async throws {
    let (dep, symbols) = ("lib/modules/7.2.0/modules.dep", "lib/modules/7.2.0/modules.symbols")
    for isFirst in [true, false] {
      try write("hidden", "kernel/hidden")
      try await pass()
      try writeLists()
      let later = isFirst ? symbols : dep
      let text = try contents(of: scratch.file(later))
      try await pass()
      try write("hidden", "kernel/hidden", exports: ["wanted"])
      try await pass()
      try scratch.write(text, to: later)
      #expect(try verdict() == "loads", "\(later)")
    }
  }

  @Test("of depmod do not count for modules in a compression of which they have no exports")
  func unreadable() async throws {
    try write("hidden", "kernel/hidden", exports: ["wanted"])
    try await pass()
    try writeLists()
    try scratch.write(Array("alias symbol:x x\n".utf8), to: "lib/modules/7.2.0/modules.symbols")
    #expect(try verdict() == "loads")
  }

  private func setTimes(_ path: String, _ seconds: Int) {
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    _ = unsafe utimensat(AT_FDCWD, path, [time, time], 0)
  }

  @Test(
    "of the kernel's build are those with what this kernel exports, and with exports of modules")
  func ofThisBuild() throws {
    try self.write("hidden", "kernel/hidden", exports: ["wanted"])
    for name in ["plain", "hidden", "third", "fourth"] {
      setTimes("\(tree)/kernel/\(name).ko", 1_700_000_000)
    }
    scratch.makeDirectory("lib/modules/7.2.0/build")
    let names = Bench().exports.map { ($0.name, $0.crc, "vmlinux") }
    let whole = names + [("plain", 1, "kernel/plain")]
    func write(_ rows: [(String, UInt32, String)], to list: String) throws {
      let lines = rows.map { "0x\(String($0.1, radix: 16))\t\($0.0)\t\($0.2)\tEXPORT_SYMBOL\t\n" }
      try scratch.write(Array(lines.joined().utf8), to: list)
      setTimes(scratch.file(list), 1_700_000_000)
    }
    let (first, second) = (
      "usr/src/linux-headers-7.2.0/Module.symvers", "lib/modules/7.2.0/build/Module.symvers"
    )
    for (rows, said) in [
      (names, "loads"), (whole + [("more", 1, "vmlinux")], "loads"),
      (Array(whole.dropFirst()), "loads"), (whole, "refused 4"),
    ] {
      try write(rows, to: first)
      #expect(try verdict() == said, "\(rows.count)")
    }
    // Another list may be that of this build.
    for rows in [names, whole + [("more", 1, "vmlinux")]] {
      try write(rows, to: first)
      try write(whole, to: second)
      #expect(try verdict() == "refused 4")
    }
  }

  @Test("are asked for symbols that may be missing, too")
  func weak() throws {
    let list = "usr/src/linux-headers-7.2.0/Module.symvers"
    let rows = Bench().exports.map { ($0.name, $0.crc, "vmlinux") } + [("plain", 1, "kernel/plain")]
    let lines = rows.map { "0x\(String($0.1, radix: 16))\t\($0.0)\t\($0.2)\tEXPORT_SYMBOL\t\n" }
    try scratch.write(Array(lines.joined().utf8), to: list)
    for path in [scratch.file(list)]
      + ["plain", "hidden", "third", "fourth"].map({ "\(tree)/kernel/\($0).ko" })
    {
      setTimes(path, 1_700_000_000)
    }
    var module = Bench().module()
    module.require("wanted", 1)
    module.weak = ["plain"]
    module.basic?.append(RequiredVersion("plain", 9))
    let path = try scratch.write(module.build(), to: "weak.ko")
    let kernel = try OpenKernel(scratch.path)
    let checker = ModuleChecker(try kernel.factsForLoading(), of: kernel)
    let outcome = try #require(checker.check([path]).first).result.get()
    #expect(outcome.log.contains("sample: disagrees about version of symbol plain"))
  }

  @Test("of the kernel's build count for the modules that were packed with them")
  func build() throws {
    try write("hidden", "kernel/hidden", exports: ["wanted"])
    let list = "usr/src/linux-headers-7.2.0/Module.symvers"
    func writeList(_ printk: String) throws {
      let rows = Bench().exports.map { export in
        let crc = export.name == "_printk" ? printk : "0x" + String(export.crc, radix: 16)
        return "\(crc)\t\(export.name)\tvmlinux\tEXPORT_SYMBOL\t\n"
      }
      let text = rows.joined() + "0x1\tplain\tkernel/plain\tEXPORT_SYMBOL\t\n"
      try scratch.write(Array(text.utf8), to: list)
      setTimes(scratch.file(list), 1_700_000_000)
    }
    try writeList("0x9aec1234")
    #expect(try verdict() == "loads", "other times")
    for name in ["plain", "hidden", "third", "fourth"] {
      setTimes("\(tree)/kernel/\(name).ko", 1_700_000_000)
    }
    #expect(try verdict() == "refused 4")
    try writeList("0x9aec1235")
    #expect(try verdict() == "loads", "the list of another build")
    try writeList("0x9aec1234")
    try write("added", "updates/added", exports: ["wanted"])
    #expect(try verdict() == "loads", "modules of others are read")
    var needing = Bench().module("added")
    needing.exports = [SampleExport("wanted", 1)]
    needing.require("plain", 1)
    try scratch.write(needing.build(), to: "lib/modules/7.2.0/updates/added.ko")
    #expect(try verdict() == "loads", "and what they need")
  }
}
