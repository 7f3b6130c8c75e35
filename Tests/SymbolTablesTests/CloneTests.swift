import ByteStorage
import SymbolTables
import TestSupport
import Testing

@Suite("Finding functions of which compilers made clones")
struct CloneTests {
  private let finder: SymbolFinder

  init() throws {
    let list = """
      ffffffff81000000 T _stext
      ffffffff81000010 t __pfx_only.constprop.0.isra.0
      ffffffff81000020 t only.constprop.0.isra.0
      ffffffff81000080 t only.constprop.0.isra.0.cold
      ffffffff81000090 t __cfi_promoted.llvm.42
      ffffffff810000a0 t promoted.llvm.42
      ffffffff81000100 t __pfx_both.constprop.0
      ffffffff81000110 t both.constprop.0
      ffffffff810001a0 t __pfx_both
      ffffffff810001b0 t both
      ffffffff81000220 t __pi_early
      ffffffff81000230 t __pi___pfx_early
      ffffffff81000240 t __pi_also
      ffffffff81000250 t also.isra.0
      ffffffff81001000 T _end

      """
    finder = SymbolFinder(SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table))
  }

  /// Names with offsets; a clone beside its function in brackets.
  private func find(_ key: String) -> [String] {
    finder.find(key).map { found in
      let offset = found.offset.map { "+\($0)" } ?? ""
      let name = finder.index.table.name(at: found.index).text + offset
      return found.isClone ? "(\(name))" : name
    }
  }

  @Test("what lies before a clone is not found for the function")
  func function() {
    #expect(find("only") == ["only.constprop.0.isra.0", "(only.constprop.0.isra.0.cold)"])
    #expect(find("promoted") == ["promoted.llvm.42"])
    #expect(find("both") == ["both", "(both.constprop.0)"])
    #expect(find("promoted+0x1") == ["promoted.llvm.42+1"])
    #expect(find("promoted+0x1/0x10") == [])
    #expect(find("promoted+0x1/0x60") == ["promoted.llvm.42+1"])
  }

  @Test("a size is that of the function, or else of a clone")
  func sizes() {
    #expect(find("both+0x10") == ["both+16"])
    #expect(find("both+0x10/0x70") == ["both+16"])
    #expect(find("both+0x10/0x90") == ["(both.constprop.0+16)"])
    #expect(find("both@vmlinux+0x10/0x90") == ["(both.constprop.0+16)"])
    #expect(find("both,1+0x10/0x90") == [])
    #expect(find("both+0x10/0x80") == [])
    #expect(find("only+0x8/0x60") == ["only.constprop.0.isra.0+8"])
    #expect(find("only+0x8/0x10") == ["(only.constprop.0.isra.0.cold+8)"])
  }

  @Test("a place past the end of a function is none, and the end itself is one")
  func ends() {
    #expect(find("promoted+0x60") == ["promoted.llvm.42+96"])
    #expect(find("promoted+0x60/0x60") == ["promoted.llvm.42+96"])
    #expect(find("promoted+0x61") == [])
    #expect(find("promoted+0x61/0x60") == [])
    #expect(find("both+0x70") == ["both+112"])
    // That is past the function, and inside of its clone.
    #expect(find("both+0x71") == ["(both.constprop.0+113)"])
    #expect(find("both+0x91") == [])
    // Nothing shows where the last symbol ends.
    #expect(find("_end+0x10000000") == ["_end+268435456"])
  }

  @Test("what lies before a clone is found by the name of the function with its prefix")
  func prefixes() {
    #expect(find("__pfx_only") == ["__pfx_only.constprop.0.isra.0"])
    #expect(find("__cfi_promoted") == ["__cfi_promoted.llvm.42"])
    #expect(find("__pfx_both") == ["__pfx_both", "(__pfx_both.constprop.0)"])
    #expect(find("__cfi_only") == [])
    #expect(find("__pfx_promoted") == [])
  }

  @Test("a copy that runs early stands for its function where there is no other")
  func earlyCopies() {
    #expect(find("early") == ["__pi_early"])
    #expect(find("__pfx_early") == ["__pi___pfx_early"])
    #expect(find("also") == ["also.isra.0"])
  }

  @Test("what compilers append may be written without its number")
  func wordsOfSuffixes() {
    #expect(find("both.constprop") == ["both.constprop.0"])
    #expect(find("both.constprop+0x10/0x90") == ["both.constprop.0+16"])
    #expect(find("only.constprop.isra") == ["only.constprop.0.isra.0"])
    #expect(find("only.constprop.0.isra") == ["only.constprop.0.isra.0"])
    #expect(find("only.constprop.isra.cold") == ["only.constprop.0.isra.0.cold"])
    #expect(find("__pfx_both.constprop") == ["__pfx_both.constprop.0"])
    for key in ["only.constprop", "only.isra", "both.constprop.1", "both.constpro", "both."] {
      #expect(find(key) == [], "\(key)")
    }
  }
}

@Suite("Finding Rust functions by their paths")
struct PathTests {
  private static let module = "_RNvNtCsdJ13ReMSUMg_6kernel5print"

  private func find(_ key: String) throws -> [String] {
    let names = [
      "11call_printk", "11call_printk.cold", "5three.llvm.42", "4only$got", "4only$got.llvm.7",
    ].map { PathTests.module + $0 }
    let list =
      (names + ["__cfi_\(PathTests.module)5three.llvm.42", "_RNvNtCsdJ13ReMSUMg_6kernel5other1f"])
      .enumerated().map { "ffffffff8100\($0 + 10)00 t \($1)\n" }.joined()
    let index = SymbolIndex(try SymbolText(parsing: Array(list.utf8).rawSpan).table)
    return SymbolFinder(index).find(key).map { found in
      let name = index.table.name(at: found.index).text
        .replacing(PathTests.module, with: "")
      return found.isClone ? "(\(name))" : name
    }
  }

  @Test(
    "a path finds its function with what compilers append, and with its marks where it has them",
    arguments: [
      ("print::call_printk", ["11call_printk", "(11call_printk.cold)"]),
      ("call_printk", ["11call_printk", "(11call_printk.cold)"]),
      ("print::call_printk.cold", ["11call_printk.cold"]),
      ("kernel::print::call_printk (.cold)", ["11call_printk.cold"]),
      ("print::three", ["5three.llvm.42"]), ("print::three.llvm", ["5three.llvm.42"]),
      ("__cfi_kernel::print::three", ["__cfi_5three.llvm.42"]),
      ("print::only$got", ["4only$got", "4only$got.llvm.7"]), ("print::only", []),
      ("print::only$go", []), ("print::call_printk$got", []), ("print::call_printk.", []),
      ("rint::call_printk", []),
    ])
  func paths(_ key: String, _ names: [String]) throws { #expect(try find(key) == names) }

  @Test("a pattern is one of whole readable names, or else of ends of paths")
  func patterns() throws {
    let all = [
      "11call_printk", "11call_printk.cold", "5three.llvm.42", "4only$got", "4only$got.llvm.7",
    ]
    #expect(try find("print::*") == all)
    #expect(try find("kernel::print::*") == all)
    #expect(try find("print::call_*") == ["11call_printk", "11call_printk.cold"])
    #expect(try find("rint::*") == [])
    #expect(try find("print::*print*") == ["11call_printk", "11call_printk.cold"])
    #expect(try find("o*er::?") == ["_RNvNtCsdJ13ReMSUMg_6kernel5other1f"])
    #expect(try find("print::call_print") == [])
  }
}
