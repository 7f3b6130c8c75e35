import ELFFormat
import TestSupport
import Testing

@Suite("ksym compare")
struct CompareCommandTests {
  private let scratch: ScratchDirectory
  private let old: String
  private let new: String

  init() throws {
    scratch = try ScratchDirectory()
    old = try scratch.write(
      Array(
        """
        0x11111111\talpha\tvmlinux\tEXPORT_SYMBOL\t
        0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL_GPL\t
        0x33333333\tgamma\tdrivers/net/foo\tEXPORT_SYMBOL_GPL\tFOO
        0x44444444\tdelta\tfs/bar/bar\tEXPORT_SYMBOL\t

        """.utf8), to: "old")
    new = try scratch.write(
      Array(
        """
        0x99999999\talpha\tvmlinux\tEXPORT_SYMBOL_GPL\t
        0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL\t
        0x66666666\tzeta\tvmlinux\tEXPORT_SYMBOL\t
        0x44444444\tdelta\tfs/other/bar\tEXPORT_SYMBOL\tBAR

        """.utf8), to: "new")
  }

  private func write(_ text: String, to name: String) throws -> String {
    try scratch.write(Array(text.utf8), to: name)
  }

  @Test("the summary comes first, then what breaks modules")
  func text() async throws {
    let run = try await Ksym.run(["compare", old, new])
    #expect(run.status == 1)
    #expect(
      run.lines.first
        == "1 of 3 versions changed; 1 added, 1 removed, 2 of another type, 1 in another namespace, "
        + "1 moved")
    #expect(run.output.contains("removed (1)\n  gamma  EXPORT_SYMBOL_GPL  drivers/net/foo"))
    #expect(try await Ksym.run(["compare", old, old]).status == 0)
    let missing = try await Ksym.run(["compare", old, scratch.file("none")])
    #expect(missing.status == 2 && missing.errors.contains(scratch.file("none")))
  }

  @Test("rules excuse, lists select, and both are converted")
  func rules() async throws {
    let rules = try write("SYMBOL * PASS\nnever PASS\n", to: "rules")
    let run = try await Ksym.run(["compare", "-r", rules, "--unused-rules", old, new])
    #expect(run.status == 0)
    #expect(run.output.contains("\(rules):2: rule is unused: never PASS"))
    let list = try write("0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL_GPL\n", to: "Module.kabi")
    #expect(try await Ksym.run(["compare", "--list", list, new]).status == 0)
    let converted = try await Ksym.run(["compare", "-r", list, "--convert-rules"])
    #expect(converted.lines == ["beta FAIL", "SYMBOL * PASS"])
    let bad = try await Ksym.run(["compare", "-r", try write("a[b PASS", to: "bad"), old, new])
    #expect(bad.status == 2 && bad.errors.contains("bad:1: "))
  }

  @Test("the formats of ksymvers, with and without its name")
  func ksymvers() async throws {
    let run = try await Ksym.run(["compare", "--format", "ksymvers", old, new])
    #expect(run.status == 1)
    #expect(
      run.output == """
        Export 'zeta' has been added (implicitly tolerated)
        Export 'gamma' has been removed
        Export 'alpha' changed CRC from '0x11111111' to '0x99999999'
        Export 'alpha' changed type from 'EXPORT_SYMBOL' to 'EXPORT_SYMBOL_GPL'
        Export 'beta' changed type from 'EXPORT_SYMBOL_GPL' to 'EXPORT_SYMBOL' (implicitly tolerated)

        """)
    let output = scratch.file("output")
    let tool = [
      "ksymvers", "compare", "-f", "mod-symbols", "-f", "short:\(output)", old, "--", new,
    ]
    let other = try await Ksym.run(tool)
    #expect(other.status == 1 && other.output == "alpha\n" && other.errors.isEmpty)
    let written = try await Ksym.run(["-c", "cat \(output)"], program: "sh")
    #expect(
      written.lines.last
        == "Changes tolerated by rules: '0' additions, '0' removals, '0' modifications")
    let unused = try await Ksym.run([
      "ksymvers", "unused-rules", "-r", try write("a PASS", to: "r"), old,
    ])
    #expect(
      unused.output == "\(scratch.file("r")):1: WARNING: Severity rule 'SYMBOL a PASS' is unused\n")
  }

  @Test(
    "errors of ksymvers have its words and status 2",
    arguments: [
      ([], "No command specified\n"), (["--what"], "Unrecognized global option '--what'\n"),
      (["merge"], "Unrecognized command 'merge'\n"),
      (["compare", "a"], "The second compare source is missing\n"),
      (["compare", "a", "b", "c"], "Excess compare argument 'c' specified\n"),
      (["compare", "--form=null", "a", "b"], "Unrecognized compare option '--form=null'\n"),
      (["compare", "-f"], "Missing argument for '-f'\n"),
      (["compare", "-f=null", "a", "b"], "Unrecognized format '=null'\n"),
      (["unused-rules", "-r", "r"], "No symvers file is specified\n"),
      (
        ["compare", "/nowhere", "b"],
        "Failed to read symvers from '/nowhere': Failed to open the file '/nowhere': "
          + "No such file or directory (os error 2)\n"
      ),
    ])
  func errors(_ arguments: [String], _ message: String) async throws {
    let run = try await Ksym.run(["ksymvers"] + arguments)
    #expect(run.status == 2 && run.errors == message && run.output.isEmpty)
  }

  @Test("a broken line is shown with its file and number")
  func brokenLine() async throws {
    let file = try write("0x1 a v EXPORT_SYMBOL\n\t \n", to: "broken")
    let run = try await Ksym.run(["ksymvers", "compare", file, old])
    #expect(
      run.errors
        == "Failed to read symvers from '\(file)': The export does not specify a CRC\n \(file):2\n | \t \n"
    )
  }

  @Test(
    "modules that load on the old kernel and not on the new one, with the changes that break them")
  func modules() async throws {
    let sandbox = try Sandbox()
    let other = try write(
      """
      0x9aec1235\t_printk\tvmlinux\tEXPORT_SYMBOL\t
      0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t

      """, to: "other")
    let first = try sandbox.write("first.ko")
    let second = try sandbox.write("second.ko") {
      $0.require("gpl_thing", 0x22)
    }
    let run = try await Ksym.run(["compare", sandbox.kernel, other, first, second])
    #expect(run.status == 1)
    #expect(
      run.lines.first
        == "1 of 2 versions changed; 0 added, 1 removed; 2 of 2 modules break: 1 by what is gone, "
        + "1 by what they use")
    #expect(run.output.contains("  _printk: another version  2 modules  sample, sample"))
    let same = try await Ksym.run(["compare", sandbox.kernel, sandbox.kernel, first, second])
    #expect(same.lines.first == "0 of 3 versions changed; 0 added, 0 removed; 0 of 2 modules break")
  }

  @Test("what is not a module, or not there, is named, with status 2")
  func notModules() async throws {
    let sandbox = try Sandbox()
    let text = try write("text\n", to: "text.ko")
    let none = scratch.file("nothere.ko")
    let run = try await Ksym.run(["compare", sandbox.kernel, sandbox.kernel, none, text])
    #expect(run.status == 2)
    #expect(run.errors.contains("ksym: \(none): cannot open"))
    #expect(run.errors.contains("ksym: \(text): this is a text, not a module\n"))
    let json = try await Ksym.run(["compare", "--json", sandbox.kernel, sandbox.kernel, text])
    let modules = try #require(try objects(json).first?["modules"] as? [String: Any])
    #expect(modules["unreadable"] as? [String] == ["\(text): this is a text, not a module"])
  }

  @Test("modules that the old kernel refuses are counted, and listed with --verbose")
  func refusedBefore() async throws {
    let sandbox = try Sandbox()
    let good = try sandbox.write("good.ko")
    let bad = try sandbox.write("bad.ko") { $0.require("gone", 1) }
    let arguments = ["compare", sandbox.kernel, sandbox.kernel, good, bad]
    let run = try await Ksym.run(arguments)
    #expect(run.status == 0)
    #expect(
      run.lines == [
        "0 of 3 versions changed; 0 added, 0 removed; 0 of 1 module breaks; "
          + "1 of 2 does not load on the old kernel either"
      ])
    let verbose = try await Ksym.run(arguments + ["--verbose"])
    #expect(verbose.output.contains("modules that do not load on the old kernel (1)\n  sample  "))
    #expect(verbose.output.contains("gone"))
  }

  @Test("of changes that break as many modules, that of the kernel's own structures comes first")
  func ranking() async throws {
    func list(_ crc: Int, _ name: String) throws -> String {
      let lines = ["_alpha", "module_layout", "zeta"].map { symbol in
        "0x\(crc)\t\(symbol)\tvmlinux\tEXPORT_SYMBOL\t\n"
      }
      return try write(lines.joined(), to: name)
    }
    var module = ModuleBuilder("m")
    for name in ["_alpha", "zeta"] { module.require(name, 1) }
    module.basic?.append(RequiredVersion("module_layout", 1))
    let path = try scratch.write(module.build(), to: "m.ko")
    let run = try await Ksym.run(["compare", list(1, "one"), list(2, "two"), path])
    let start = try #require(run.lines.firstIndex { $0.hasPrefix("changes that break most") })
    let symbols = run.lines.dropFirst(start + 1).prefix(3).map {
      $0.split(separator: ":")[0].trimmingPrefix("  ")
    }
    #expect(symbols == ["module_layout", "_alpha", "zeta"])
  }

  @Test("modules that break give status 1, though rules excuse every change")
  func excusedBreakage() async throws {
    let sandbox = try Sandbox()
    let other = try write("0x1\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n", to: "other")
    let module = try sandbox.write("first.ko")
    let rules = try write("vmlinux PASS\n", to: "rules")
    let arguments = ["compare", "--rules", rules, sandbox.kernel, other]
    let alone = try await Ksym.run(arguments)
    #expect(alone.status == 0)
    let run = try await Ksym.run(arguments + [module])
    #expect(run.status == 1 && run.output.contains("1 of 1 module breaks: "), "\(run.output)")
  }

  @Test("kernels of different architectures are said to be")
  func architectures() async throws {
    let sandbox = try Sandbox()
    var kernel = KernelBuilder(exports: [SampleExport("_printk", 1)])
    kernel.machine = .aarch64
    let arm = try scratch.write(kernel.build(), to: "arm")
    let run = try await Ksym.run(["compare", sandbox.kernel, arm])
    #expect(
      run.lines.dropFirst().first?.hasPrefix("the kernels are of different architectures: ") == true
    )
    let same = try await Ksym.run(["compare", sandbox.kernel, sandbox.kernel])
    #expect(!same.output.contains("architectures"))
  }

  @Test("types: each change with its exports and chain, in the text of ksymtypes if asked")
  func types() async throws {
    let old = try write("s#a struct a { int x ; }\nf int f ( s#a )\n", to: "old.symtypes")
    let new = try write("s#a struct a { long x ; }\nf int f ( s#a )\n", to: "new.symtypes")
    let run = try await Ksym.run(["compare", old, new])
    #expect(
      run.status == 1
        && run.output.hasSuffix(
          """
          struct a changes 1 export: f
            shortest chain: f → struct a
              struct a {
            -     int x;
            +     long x;
              }

          """),
      "\(run.output)")
    let exact = try await Ksym.run(["compare", "--format", "ksymvers", old, new])
    let tool = try await Ksym.run(["ksymtypes", "compare", old, new])
    #expect(exact.bytes == tool.bytes && exact.status == 1 && tool.status == 1)
    #expect(
      tool.output == """
        The following '1' exports are different:
         f

        because of a changed 's#a':
        @@ -1,3 +1,3 @@
         struct a {
        -\tint x;
        +\tlong x;
         }

        """)
  }

  @Test("types: an export that came breaks nothing, except for ksymtypes")
  func addedTypes() async throws {
    let old = try write("f int f ( void )\n", to: "old.symtypes")
    let new = try write("f int f ( void )\ng int g ( void )\n", to: "new.symtypes")
    let added = try await Ksym.run(["compare", old, new])
    #expect(added.status == 0 && added.output.contains("1 added, 0 removed"))
    #expect(try await Ksym.run(["compare", new, old]).status == 1)
    #expect(try await Ksym.run(["compare", "--format", "ksymvers", old, new]).status == 1)
  }

  @Test("types: an option without effect is refused, and a list or a side without an export")
  func refusedTypes() async throws {
    let types = try write("f int f ( void )\n", to: "old.symtypes")
    for option in ["--rules", "--html", "--explain"] {
      let file = try write("f PASS\n", to: "file")
      let given = option == "--explain" ? [option, file, option, file] : [option, file]
      let run = try await Ksym.run(["compare"] + given + [types, types])
      #expect(run.status == 64 && run.errors.contains(option), "\(run.errors)")
    }
    let list = try write("nothing\n", to: "list")
    let unmatched = try await Ksym.run(["compare", "--list", list, types, types])
    #expect(unmatched.status == 2 && unmatched.errors.contains("no entry matches"))
    let empty = try write("s#a struct a { }\n", to: "empty.symtypes")
    let run = try await Ksym.run(["compare", types, empty])
    #expect(run.status == 2 && run.errors.contains("holds the types of no export"))
  }

  @Test("ksymtypes consolidates and splits, never outside of its directory")
  func symtypesTool() async throws {
    scratch.makeDirectory("d")
    _ = try write("s#a struct a { UNKNOWN }\nf int f ( s#a )\n", to: "d/f.symtypes")
    let whole = try await Ksym.run([
      "ksymtypes", "consolidate", "-j2", "-o", "-", scratch.file("d"),
    ])
    #expect(whole.output == "/* f.symtypes */\ns##a\nf int f ( s#a )\n")
    let file = try write(whole.output, to: "whole")
    let split = try await Ksym.run(["ksymtypes", "split", "-o", scratch.file("o"), file])
    #expect(split.status == 0)
    let again = try await Ksym.run(["ksymtypes", "consolidate", "-o", "-", scratch.file("o")])
    #expect(again.bytes == whole.bytes)
    let hostile = try write("/* ../x */\nf int f ( )\n", to: "hostile")
    let refused = try await Ksym.run(["ksymtypes", "split", "-o", scratch.file("p"), hostile])
    #expect(refused.status == 2 && refused.errors.contains("'../x' leads out of it"))
    let short = try write("/* */\nf int f ( )\n", to: "short")
    #expect(try await Ksym.run(["ksymtypes", "split", "-o", scratch.file("p"), short]).status == 2)
    let jobs = try await Ksym.run(["ksymtypes", "consolidate", "-j", "0", "-o", "-", file])
    #expect(jobs.errors == "Invalid value for '-j': must be positive\n" && jobs.status == 2)
  }

  @Test("a list is checked against a kernel and its vendor modules")
  func checkList() async throws {
    let list = try write("[abi_symbol_list]\n  alpha\n  none\n", to: "list")
    var module = Sandbox.module("vendor")
    module.undefined = ["alpha", "beta"]
    module.exports = [SampleExport("delta", 1)]
    let path = try scratch.write(module.build(), to: "vendor.ko")
    let arguments = ["compare", "--list", list, "--check-list", old]
    let run = try await Ksym.run(arguments + ["--protected", try write("delta\n", to: "p"), path])
    #expect(run.status == 1)
    #expect(
      run.lines.first
        == "1 of 2 listed symbols are exported; modules need 2 symbols: 1 not listed, "
        + "0 not exported")
    #expect(run.output.contains("not exported (1)\n  none  listed"))
    #expect(run.output.contains("exported, and not listed (1)\n  beta"))
    #expect(run.output.contains("protected, and exported (1)\n  delta"))
    let sound = try write("[abi_symbol_list]\n  alpha\n  beta\n", to: "sound")
    let fine = ["compare", "--list", sound, "--check-list", old, path]
    #expect(try await Ksym.run(fine).status == 0)
    let converted = try await Ksym.run(["compare", "--list", list, "--convert-list", "raw"])
    #expect(converted.lines == ["__put_task_struct", "alpha", "module_layout", "none"])
    #expect(try await Ksym.run(["compare", "--check-list", old]).status == 64)
  }

  @Test("a page of HTML has the comparison, and nothing of it unescaped")
  func page() async throws {
    let hostile = try write("0x1\t<b>&\tvmlinux\tEXPORT_SYMBOL\n", to: "hostile")
    let run = try await Ksym.run(["compare", "--html", scratch.file("page.html"), hostile, new])
    #expect(run.status == 1)
    let page = String(decoding: try contents(of: scratch.file("page.html")), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>"))
  }

  @Test("a rule for everything that is about namespaces only is warned of")
  func mistakenRule() async throws {
    let rules = try write("* PASS\n", to: "all")
    let run = try await Ksym.run(["compare", "-r", rules, old, new])
    #expect(
      run.errors
        == "ksym: \(rules):1: '* PASS' is about exports in a namespace only: SYMBOL * is about all\n"
    )
  }

  @Test("a file without exports is no kernel, and rules or a list without entries excuse nothing")
  func emptyFiles() async throws {
    let empty = try scratch.write([], to: "empty")
    let side = try await Ksym.run(["compare", empty, new])
    #expect(side.status == 2 && side.errors == "ksym: \(empty): holds no export\n")
    let rules = try await Ksym.run(["compare", "--rules", empty, old, new])
    #expect(rules.status == 1 && rules.output.contains("0 changes excused"))
    #expect(rules.errors.contains("no rule: nothing is excused"))
    let list = try await Ksym.run(["compare", "--list", empty, old, new])
    #expect(list.status == 2 && list.errors.contains("no entry matches"))
  }

  @Test("a page does not overwrite what is compared, and repeated names are reported")
  func pageOverInput() async throws {
    let before = try contents(of: old)
    let run = try await Ksym.run(["compare", "--html", old, old, new])
    #expect(run.status == 64 && run.errors.contains("would overwrite \(old)"))
    #expect(try contents(of: old) == before)
    let twice = try scratch.write(before + before, to: "twice")
    let repeated = try await Ksym.run(["compare", twice, old])
    #expect(repeated.errors.contains("with a name of an earlier line: the first counts"))
  }
}
