import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// Android's `CONFIG_MODULE_SIG_PROTECT`: kernel/module/main.c and gki_module.c of its common kernels, 6.1
/// and 6.6.
@Suite("Symbols that Android protects")
struct ProtectedSymbolTests {
  /// Names in order, each with zeros to the length of the longest and one.
  private static func list(_ names: [String]) -> [UInt8] {
    let width = (names.map(\.utf8.count).max() ?? 0) + 1
    return names.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: width - $0.utf8.count) }
  }

  private static let address: UInt64 = 0xffff_ffff_9000_0000

  private static func bench(
    unprotected: [String]?, exports: [String] = ["own_export", "rfkill_alloc"],
    hasCode: Bool = true
  ) -> Bench {
    var bench = Bench("6.6.0")
    bench.config += ["MODULE_SIG", "MODULE_SIG_PROTECT", "CRYPTO_SHA256"]
    var kernel = KernelBuilder(release: "6.6.0")
    kernel.hasFlagTable = false
    let code = hasCode ? "gki_is_module_unprotected_symbol" : "something_else"
    kernel.symbols = [("_text", 0xffff_ffff_8100_0000, true), (code, 0xffff_ffff_8100_0008, true)]
    if let unprotected {
      let lists = list(unprotected)
      kernel.sections = [(".lists", lists + list(exports) + [0], address)]
      let next = address + UInt64(lists.count)
      kernel.symbols += [
        ("gki_unprotected_symbols", address, false),
        ("gki_protected_exports_symbols", next, false),
        ("after", next + UInt64(list(exports).count), false),
      ]
    }
    bench.image = kernel.build()
    return bench
  }

  private static func module(_ bench: Bench) -> ModuleBuilder {
    var module = bench.module()
    module.require("_printk", 0x9aec_1234)
    return module
  }

  @Test("an unsigned module may use what is listed, and neither taints nor is refused")
  func listed() throws {
    let bench = Self.bench(unprotected: ["_printk", "module_layout"])
    let outcome = try bench.outcome(Self.module(bench))
    #expect(summary(outcome) == "loads")
    #expect(outcome.taintLog.isEmpty && outcome.assumed.allSatisfy { $0.code != .machineUnknown })
  }

  @Test("it may use no other export, and export no name that is protected")
  func refused() throws {
    var bench = Self.bench(unprotected: ["module_layout"])
    let outcome = try bench.outcome(Self.module(bench))
    #expect(summary(outcome) == "EACCES | sample: Protected symbol: _printk (err -13)")
    #expect(outcome.symbols.first?.problem == .protected)
    bench = Self.bench(unprotected: ["_printk"])
    var module = Self.module(bench)
    module.exports = [SampleExport("free", 1), SampleExport("rfkill_alloc", 1)]
    #expect(
      summary(try bench.outcome(module)) == "EACCES | sample: exports protected symbol rfkill_alloc"
    )
  }

  @Test("what another unsigned module exports is free")
  func others() throws {
    let bench = Self.bench(unprotected: ["_printk"])
    var owner = bench.module("owner")
    owner.exports = [SampleExport("theirs", 7)]
    var module = Self.module(bench)
    module.require("theirs", 7)
    #expect(summary(try bench.outcome(module, with: [owner])) == "loads")
  }

  @Test("a build without lists protects nothing; without the code the answer is open")
  func unknown() throws {
    let plain = Self.bench(unprotected: nil)
    #expect(summary(try plain.outcome(Self.module(plain))) == "loads")
    let open = Self.bench(unprotected: nil, hasCode: false)
    let outcome = try open.outcome(Self.module(open))
    #expect(outcome.verdict == .undecided)
    #expect(outcome.causes.map(\.code) == [.protectedUnknown])
  }
}
