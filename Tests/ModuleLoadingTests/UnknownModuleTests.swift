import ByteStorage
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import ModuleVersions
import TestSupport
import Testing

@Suite("Modules that were not looked at")
struct UnknownModuleTests {
  private func bench() -> Bench {
    var bench = Bench()
    bench.loadsDependencies = true
    return bench
  }

  @Test("what unread modules may export leaves the answer open, and says what is needed")
  func open() throws {
    let bench = bench()
    var module = bench.module()
    module.undefined = ["usb_thing"]
    module.setInfo("depends", "usbcore,usb-storage")
    let outcome = try bench.outcome(module)
    #expect(outcome.verdict == .undecided && outcome.errno == nil && outcome.log.isEmpty)
    let cause = try #require(outcome.causes.first { $0.code == .modulesNotFound })
    #expect(cause.options == ["usbcore", "usb-storage"] && cause.total == 0)
    #expect(outcome.symbols.map(\.problem) == [.unknown])
    #expect(outcome.assumed.contains { $0.code == .modulesNotFound })
  }

  @Test("of a tree whose exports are listed all modules of the list were looked at")
  func listed() throws {
    for (list, total) in [
      ("alias symbol:one usbcore\nalias symbol:two other\nalias symbol:three other\n", 2),
      ("alias symbol:one usbcore\n", 1),
    ] {
      let scratch = try ScratchDirectory()
      scratch.makeDirectory("tree")
      _ = try scratch.write(Array(list.utf8), to: "tree/modules.symbols")
      var bench = bench()
      bench.tree = scratch.file("tree")
      bench.adjust = { $0.readsWholeTree = false }
      var module = bench.module()
      module.undefined = ["usb_thing"]
      module.setInfo("depends", "usb-gadget")
      let outcome = try bench.outcome(module)
      #expect(outcome.verdict == .undecided)
      #expect(outcome.causes.first { $0.code == .modulesNotFound }?.total == total)
    }
  }

  @Test("of a tree no module is read that exports only what a module can do without")
  func weakOnly() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    var bench = bench()
    var exporter = bench.module("usbcore")
    exporter.exports = [SampleExport("usb_thing", 0x77)]
    _ = try scratch.write(exporter.build(), to: "tree/usbcore.ko")
    let list = Array("alias symbol:usb_thing usbcore\n".utf8)
    _ = try scratch.write(list, to: "tree/modules.symbols")
    bench.tree = scratch.file("tree")
    bench.adjust = { $0.readsWholeTree = false }
    var module = bench.module()
    module.basic?.append(RequiredVersion("usb_thing", 0x78))
    module.weak = ["usb_thing"]
    #expect(try bench.outcome(module).verdict == .loads)
    (module.weak, module.undefined) = ([], ["usb_thing"])
    #expect(try bench.outcome(module).verdict == .refused)
  }

  @Test("it is refused if its build found no module, or all that it found are there")
  func firm() throws {
    let bench = bench()
    var module = bench.module()
    module.undefined = ["usb_thing"]
    for depends in [nil, ""] as [String?] {
      module.setInfo("depends", depends)
      #expect(try bench.outcome(module).errno == .ENOENT)
    }
    module.setInfo("depends", "usb-core")
    #expect(try bench.outcome(module, with: [bench.module("usb_core")]).errno == .ENOENT)
    var alone = bench
    alone.loadsDependencies = false
    #expect(try alone.outcome(module).errno == .ENOENT)
  }

  /// What becomes of a module on a kernel with a list of exports, a module's among them.
  private func outcome(_ module: ModuleBuilder, _ request: LoadRequest) throws -> LoadOutcome {
    let scratch = try ScratchDirectory()
    var facts = try bench().facts()
    var table = try #require(facts.exports?.value)
    let owner = table.addOwner("drivers/usb/core/usb-core")
    let (name, space) = (Array("usb_thing".utf8), [UInt8]())
    table.add(
      name: name.rawSpan, namespace: space.rawSpan, crc: 0x77, licence: .any, owner: owner)
    facts.exports = KernelFacts.Fact(table, from: "Module.symvers")
    let path = try scratch.write(module.build(), to: "sample.ko")
    return try #require(ModuleChecker(facts, request: request).check([path]).first).result.get()
  }

  @Test("a list with the modules of a kernel's build does not have external ones")
  func external() throws {
    var module = bench().module()
    module.require("usb_thing", 0x77)
    module.setInfo("depends", "usb-core,vendor-base")
    #expect(try outcome(module, LoadRequest()).verdict == .loads)
    module.require("vendor_thing", 0x78)
    let open = try outcome(module, LoadRequest())
    #expect(open.verdict == .undecided && open.errno == nil)
    let cause = try #require(open.causes.first { $0.code == .modulesNotFound })
    #expect(cause.options == ["vendor-base"] && cause.total == 1)
    #expect(open.symbols.map(\.name) == ["vendor_thing"])
    for depends in [nil, "", "usb-core", "usb_core"] as [String?] {
      module.setInfo("depends", depends)
      let firm = try outcome(module, LoadRequest())
      #expect(firm.errno == .ENOENT)
      let cause = try #require(firm.causes.first { $0.code == .notExported })
      #expect(cause.count == 1 && cause.total == 1)
    }
  }

  @Test("of a list nothing is open where other modules are not there")
  func listedAlone() throws {
    var module = bench().module()
    module.require("vendor_thing", 0x78)
    module.setInfo("depends", "vendor-base")
    var request = LoadRequest()
    request.loadsDependencies = false
    #expect(try outcome(module, request).errno == .ENOENT)
    request.loadsDependencies = true
    request.hasWholeTree = true
    #expect(try outcome(module, request).errno == .ENOENT)
  }

  @Test("what is wrong whatever they export is refused")
  func refused() throws {
    let bench = bench()
    var module = bench.module()
    module.require("_printk", 1)
    module.undefined.append("usb_thing")
    module.setInfo("depends", "usbcore")
    #expect(try bench.outcome(module).verdict == .refused)
  }

  @Test("a prepared checker reads a module that others need again when its file is another")
  func dependencies() throws {
    let bench = bench()
    let scratch = try ScratchDirectory()
    let tree = scratch.makeDirectory("tree")
    var exporter = bench.module("usbcore")
    exporter.exports = [SampleExport("usb_thing", 0x77)]
    var module = bench.module()
    module.require("usb_thing", 0x77)
    module.setInfo("depends", "usbcore")
    let path = try scratch.write(module.build(), to: "sample.ko")
    _ = try scratch.write(exporter.build(), to: "tree/usbcore.ko")
    var facts = try bench.facts()
    facts.moduleTree = tree
    var request = LoadRequest()
    request.loadsDependencies = true
    var checker = ModuleChecker(facts, request: request)
    checker.prepare()
    func verdict() throws -> LoadOutcome {
      try #require(checker.check([path]).first).result.get()
    }
    for _ in 0..<3 { #expect(try verdict().verdict == .loads) }
    exporter.exports = [SampleExport("usb_more", 0x79), SampleExport("usb_thing", 0x78)]
    _ = try scratch.write(exporter.build(), to: "tree/usbcore.ko")
    for _ in 0..<2 {
      let log = try verdict().log
      #expect(log.first == "sample: disagrees about version of symbol usb_thing")
    }
  }
}
