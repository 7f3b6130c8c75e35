import ByteStorage
import ModuleFiles
import TestSupport
import Testing

import KernelUpdates

/// Links in `weak-updates` of one kernel to modules of another.
@Suite("Links to modules of another kernel")
struct GateLinkTests {
  private let scratch: ScratchDirectory
  private let gate: TreeGate

  init() throws {
    scratch = try ScratchDirectory()
    for folder in [
      "lib", "lib/modules", "lib/modules/7.2.0", "lib/modules/7.2.0/extra", "lib/modules/7.3.0",
    ] { scratch.makeDirectory(folder) }
    let list =
      "0x9\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n0x7\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
    for release in ["7.2.0", "7.3.0"] {
      try scratch.write(Array(list.utf8), to: "lib/modules/\(release)/Module.symvers")
    }
    gate = TreeGate(root: scratch.path, limit: 1 << 24, workers: 1)
  }

  private var links: LinkDirectory {
    LinkDirectory(scratch.file("lib/modules/7.3.0/weak-updates"))
  }

  private func written() -> [String: String] {
    links.links(where: ModulePaths.isModuleName)
  }

  private func link(_ names: String...) throws {
    let targets = names.map { ("\($0).ko", scratch.file("lib/modules/7.2.0/extra/\($0).ko")) }
    try links.replace([:], by: Dictionary(uniqueKeysWithValues: targets))
  }

  @discardableResult
  private func write(
    _ name: String, _ change: (inout ModuleBuilder) -> Void = { _ in }
  ) throws -> String {
    var module = ModuleBuilder(name)
    module.basic = [RequiredVersion("module_layout", 9)]
    change(&module)
    return try scratch.write(module.build(), to: "lib/modules/7.2.0/extra/\(name).ko")
  }

  private func ask(_ paths: [String]) throws -> TreeGate.Answer {
    let candidates = try paths.map { try gate.candidate(.file($0)) }
    return try #require(gate.ask("7.3.0", about: candidates))
  }

  @Test("a link is removed to what the kernel takes and is not to be linked, or does not take")
  func decided() throws {
    let paths = try [
      write("apart"), write("bad") { $0.require("gone", 1) }, write("good"), write("kept"),
      write("new"),
    ]
    // What is linked as the root itself sees it.
    try links.replace(
      [:],
      by: [
        "bad.ko": "/lib/modules/7.2.0/extra/bad.ko", "good.ko": "/lib/modules/7.2.0/extra/good.ko",
        "kept.ko": "/lib/modules/7.2.0/extra/kept.ko",
      ])
    let answer = try ask(paths)
    #expect(answer.decisions.map(\.fits) == [true, false, true, true, true])
    let linked = answer.decisions.filter { ["kept.ko", "new.ko"].contains($0.candidate.link) }
    let plan = try GateLinks(to: linked, of: answer, below: scratch.path)
    #expect(plan.changed == 1 && plan.removed == 2 && plan.outside == [])
    try plan.make()
    #expect(
      written() == [
        "kept.ko": "/lib/modules/7.2.0/extra/kept.ko", "new.ko": "/lib/modules/7.2.0/extra/new.ko",
      ])
  }

  @Test("where nothing is to be linked no directory is made")
  func nothing() throws {
    let answer = try ask([write("bad") { $0.require("gone", 1) }])
    let plan = try GateLinks(to: [], of: answer, below: scratch.path)
    #expect(plan.changed == 0 && plan.removed == 0)
    try plan.make()
    #expect(PathKind(answer.directory) == .missing)
  }

  @Test("kernels are listed by release, the newest first")
  func releases() {
    for folder in ["5.9.0", "5.10.0", "7.10.0", "7.2.0-b", "7.2.0-a"] {
      scratch.makeDirectory("lib/modules/\(folder)")
    }
    #expect(
      gate.releases.filter { !$0.contains("-") } == ["7.10.0", "7.3.0", "7.2.0", "5.10.0", "5.9.0"])
    let named = gate.releases.filter { $0.hasPrefix("7.2.0-") }
    #expect(named == ["7.2.0-b", "7.2.0-a"])
  }

  // MARK: weak-modules

  @Test("a kernel is installed that has what it exports and its list of symbols")
  func installed() throws {
    let updates = WeakUpdates(gate, isDryRun: true) { _ in }
    #expect(!updates.isInstalled("7.3.0") && !updates.isInstalled("7.4.0"))
    for folder in ["boot", "lib/modules/7.4.0"] { scratch.makeDirectory(folder) }
    try scratch.write([], to: "boot/System.map-7.4.0")
    #expect(!updates.isInstalled("7.4.0"))
    try scratch.write([], to: "lib/modules/7.3.0/System.map")
    #expect(updates.isInstalled("7.3.0") && !updates.isInstalled("7.2.0"))
  }

  @Test("links to what is gone are removed one by one, and with them those that do not load")
  func removing() throws {
    try scratch.write([], to: "lib/modules/7.3.0/System.map")
    try link("b", "bad", "c")
    try write("bad") { $0.require("gone", 1) }
    try write("c")
    var events: [String] = []
    var updates = WeakUpdates(gate, isDryRun: false) { event in
      switch event {
      case .skips(let link): events.append("skips \(link.split(separator: "/").last ?? "")")
      case .removes(let module, _): events.append("removes \(module)")
      case .incompatible(let module, _, _, let symbols, _):
        events.append("incompatible \(module) \(symbols)")
      default: events.append("\(event)")
      }
    }
    try updates.remove(["a", "b"].map { scratch.file("lib/modules/7.2.0/extra/\($0).ko") })
    #expect(
      events == [
        "skips a.ko", #"incompatible bad.ko ["gone"]"#, "removes b.ko", "removes bad.ko",
      ])
    #expect(Set(written().keys) == ["c.ko"])
    #expect(updates.changed.contains("7.3.0"))
  }
}
