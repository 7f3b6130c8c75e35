import ByteStorage
import KernelComparison
import Kernels
import ModuleLoading
import TestSupport
import Testing

import KernelUpdates

@Suite("Modules that an update breaks")
struct BreakageTests {
  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    for folder in ["lib", "lib/modules"] { scratch.makeDirectory(folder) }
  }

  private func text(_ exports: [(String, UInt32)]) -> [UInt8] {
    let lines = exports.map { name, crc in
      "0x\(String(crc, radix: 16))\t\(name)\tvmlinux\tEXPORT_SYMBOL\t\n"
    }
    return Array(lines.joined().utf8)
  }

  private func checker(_ release: String, printk: UInt32) throws -> ModuleChecker {
    scratch.makeDirectory("lib/modules/\(release)")
    try scratch.write(
      text([("module_layout", 9), ("_printk", printk)]), to: "lib/modules/\(release)/Module.symvers"
    )
    let kernel = try OpenKernel(scratch.file("lib/modules/\(release)"), limit: 1 << 24)
    var request = LoadRequest()
    (request.reportsAllSymbols, request.loadsTargets, request.limit) = (true, true, 1 << 24)
    return ModuleChecker(try kernel.factsForLoading(), of: kernel, request: request)
  }

  private func records(_ exports: [(String, UInt32)]) throws -> ExportRecords {
    try ExportRecords(parsing: text(exports).rawSpan, as: .historic)
  }

  private func write(_ name: String, _ change: (inout ModuleBuilder) -> Void) throws -> String {
    var module = ModuleBuilder(name)
    module.basic = [RequiredVersion("module_layout", 9)]
    change(&module)
    return try scratch.write(module.build(), to: "\(name).ko")
  }

  /// What the exporter has in the versions that the others need, and what the kernels compared have: nobody
  /// but the comparison shows what becomes of these.
  private static let names = ["gone", "same", "changed", "unversioned", "different", "unknown"]

  @Test(
    "a version counts as changed where the newer kernel has one, and another",
    arguments: [(7, []), (8, ["_printk"]), (0, [])] as [(UInt32, [String])])
  func changedVersion(_ crc: UInt32, _ changed: [String]) throws {
    let module = try write("m") { $0.require("_printk", 7) }
    let comparison = ExportComparison(
      try records([("_printk", 7)]), try records([("_printk", crc)]))
    let found = ModuleBreakage(
      [module], old: try checker("7.2.0", printk: 7), new: try checker("7.3.0", printk: 7),
      comparison, progress: { _, _ in })
    #expect(found.loadingCount == 1)
    #expect(found.modules.flatMap(\.reasons).map(\.text) == changed)
  }

  @Test("a list is sound that has what modules need, if none of them exports what is kept")
  func lists() throws {
    let module = try write("m") {
      $0.require("_printk", 7)
      $0.exports = [SampleExport("mine", 1)]
    }
    let kernel = try records([("_printk", 7), ("other", 1)])
    func selection(_ names: String...) throws -> NameSelection {
      try NameSelection(filter: Array((names.joined(separator: "\n") + "\n").utf8).rawSpan)
    }
    for (names, kept, isSound) in [
      (["_printk"], nil, true), (["_printk"], "theirs", true), (["_printk"], "mine", false),
      (["other"], nil, false), (["_printk", "gone"], nil, false), (["other"], "mine", false),
    ] as [([String], String?, Bool)] {
      var list = NameSelection()
      for name in names { list.add(Array(name.utf8).rawSpan) }
      let check = SymbolListCheck(
        list, kernel: kernel, modules: [module], protected: try kept.map { try selection($0) },
        limit: 1 << 24)
      #expect(check.isSound == isSound, "\(names) \(kept ?? "")")
      #expect(check.protectedExports.map(\.name) == (kept == "mine" ? ["mine"] : []))
    }
  }
}
