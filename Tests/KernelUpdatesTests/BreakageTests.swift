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

  @Test("of symbols that two kernels export those count that the module has from the old one")
  func reasons() throws {
    let exporter = try write("exporter") {
      $0.exports = Self.names.map { SampleExport($0, 1) } + [SampleExport("zero", 0)]
    }
    func needing(_ name: String, printk: UInt64?) throws -> String {
      try write(name) {
        for name in Self.names { $0.require(name, 1) }
        $0.require("zero", 0)
        if let printk { $0.require("_printk", printk) }
      }
    }
    let (loading, refused) = (
      try needing("loading", printk: nil), try needing("refused", printk: 7)
    )
    let comparison = ExportComparison(
      try records([
        ("gone", 1), ("same", 1), ("changed", 1), ("unversioned", 1), ("different", 2), ("zero", 0),
      ]),
      try records([("same", 1), ("changed", 2), ("unversioned", 0), ("different", 3)]))
    let found = ModuleBreakage(
      [exporter, loading, refused], old: try checker("7.2.0", printk: 7),
      new: try checker("7.3.0", printk: 8), comparison, progress: { _, _ in })
    #expect(found.count == 3 && found.loadingCount == 3 && found.errors.isEmpty)
    #expect(found.modules.map(\.outcome.name) == ["loading", "refused"])
    let reasons = found.modules.map { $0.reasons.map { "\($0.kind) \($0.text)" } }
    #expect(
      reasons == [
        ["gone gone", "version changed"],
        ["version _printk", "gone gone", "version changed", "version different", "gone zero"],
      ])
    #expect(found.summary.byGone == 2 && found.summary.byLayout == 0)
    #expect(
      found.ranked.map { "\($0.reason.text) \($0.modules)" } == [
        "changed [0, 1]", "gone [0, 1]", "_printk [1]", "different [1]", "zero [1]",
      ])
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
