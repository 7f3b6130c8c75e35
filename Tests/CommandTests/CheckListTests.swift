import TestSupport
import Testing

/// A kernel of which there is a list of exports.
@Suite("ksym check with Module.symvers")
struct CheckListTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("with --no-deps what modules export is not there, unless they are loaded with --with")
  func noDependencies() async throws {
    let list = """
      0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
      0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t
      0x00000007\thelp\tlib/helper\tEXPORT_SYMBOL\t

      """
    let symvers = try sandbox.scratch.write(Array(list.utf8), to: "Module.symvers")
    let helper = try sandbox.write("helper.ko") {
      $0 = Sandbox.module("helper")
      $0.exports = [SampleExport("help", 7)]
    }
    let user = try sandbox.write("user.ko") { $0.require("help", 7) }
    func check(_ arguments: String...) async throws -> Ksym.Run {
      try await Ksym.run(
        [
          "check", "-k", symvers, "--config", sandbox.scratch.file("config"), "--assume",
          "release=7.2.0", "--assume", "struct-module-size=1280",
        ] + arguments)
    }
    #expect(try await check(user).status == 0)
    let refused = try await check("--no-deps", user)
    #expect(refused.status == 1)
    #expect(refused.output.contains("sample: Unknown symbol help (err -2)"))
    #expect(try await check("--no-deps", "--with", helper, user).status == 0)
  }
  @Test("a module that needs another external one is undecided, and the one needed is named")
  func external() async throws {
    let list = """
      0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
      0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t
      0x00000007\thelp\tlib/helper\tEXPORT_SYMBOL\t

      """
    let symvers = try sandbox.scratch.write(Array(list.utf8), to: "Module.symvers")
    let base = try sandbox.write("base.ko") {
      $0 = Sandbox.module("base")
      $0.exports = [SampleExport("base_thing", 9)]
    }
    let user = try sandbox.write("user.ko") {
      $0.require("base_thing", 9)
      $0.setInfo("depends", "base")
    }
    let options = [
      "check", "-k", symvers, "--config", sandbox.scratch.file("config"), "--assume",
      "release=7.2.0", "--assume", "struct-module-size=1280",
    ]
    let open = try await Ksym.run(options + [user])
    #expect(open.status == 2 && open.output.hasPrefix("undecided"))
    #expect(open.output.contains("=> some modules were not found; needed: base (--with,"))
    #expect(try await Ksym.run(options + ["--with", base, user]).status == 0)
    let own = try sandbox.write("own.ko") { $0.require("nowhere", 9) }
    let refused = try await Ksym.run(options + [own])
    #expect(refused.status == 1)
    #expect(
      refused.output.contains(
        "=> 1 of its symbols are exported neither by this kernel nor by one of its 1 modules"))
  }
}
