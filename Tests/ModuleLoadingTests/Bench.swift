import ByteStorage
import ELFFormat
import KernelImages
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import ModuleVersions
import TestSupport
import Testing

/// A kernel to ask, and modules to ask about.
struct Bench {
  var release = "7.2.0"
  /// The build tag of a Debian kernel, for its patched loader.
  var isDebian = false
  /// Options that are set, or with their value.
  var config = ["MODULES", "MODVERSIONS", "LIVEPATCH", "STRICT_MODULE_RWX"]
  var exports = [
    SampleExport("module_layout", 0x0bad_cafe), SampleExport("_printk", 0x9aec_1234),
    SampleExport("gpl_thing", 0x22, isGPLOnly: true),
    SampleExport("spaced", 0x33, namespace: "SPACE", isGPLOnly: true),
  ]
  /// Whether the configuration is known.
  var hasConfig = true
  var hasCRCs = true
  var structureSize: Int? = 1280
  var machine: ELFMachine? = .x86_64
  var layout = ELFLayout(is64Bit: true, order: .little)
  /// Whether the kernel's vermagic is known, not only its release.
  var knowsVermagic = true
  var given: [String] = []
  /// The directory of the kernel's modules.
  var tree: String?
  var loadsDependencies = false
  /// The kernel's file, for what is not among its facts.
  var image: [UInt8]?
  var adjust: @Sendable (inout LoadRequest) -> Void = { _ in }

  /// A kernel of a release.
  init(_ release: String = "7.2.0") { self.release = release }

  var vermagic: String { "\(release) SMP mod_unload modversions " }

  /// A module that this kernel loads.
  func module(_ name: String = "sample") -> ModuleBuilder {
    var module = ModuleBuilder(name, vermagic: vermagic)
    module.machine = machine ?? .x86_64
    module.layout = layout
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    module.hasFlagTable = LoaderRules(KernelRelease(release) ?? .newest)
      .has(.hasFlagTable)
    return module
  }

  /// What is known of the kernel.
  func facts() throws -> KernelFacts {
    var facts = KernelFacts(path: "bench")
    facts.release = KernelFacts.Fact(release, from: "bench")
    let build = isDebian ? "#1 SMP Debian \(release)-1 (2026-01-01)" : "#1 SMP now"
    let text = Array("Linux version \(release) (a@b) (gcc) \(build)\n".utf8)
    facts.banner = KernelBanner(parsing: text.rawSpan).map { KernelFacts.Fact($0, from: "bench") }
    facts.layout = KernelFacts.Fact(layout, from: "bench")
    facts.machine = machine.map { KernelFacts.Fact($0, from: "bench") }
    let lines = Array(config.map { "CONFIG_\($0)\($0.contains("=") ? "" : "=y")\n" }.joined().utf8)
    let parsed = try KernelConfig(parsing: lines.rawSpan)
    facts.config = hasConfig ? KernelFacts.Fact(parsed, from: "bench") : nil
    facts.moduleTree = tree
    facts.vermagic = knowsVermagic ? KernelFacts.Fact(vermagic, from: "bench") : nil
    facts.moduleStructureSize = structureSize.map { KernelFacts.Fact($0, from: "bench") }
    var table = ExportTable()
    let owner = table.addOwner("vmlinux")
    for export in exports {
      let (name, space) = (Array(export.name.utf8), Array(export.namespace.utf8))
      table.add(
        name: name.rawSpan, namespace: space.rawSpan, crc: hasCRCs ? export.crc : nil,
        licence: export.isGPLOnly ? .gplOnly : .any, owner: owner)
    }
    facts.exports = KernelFacts.Fact(table, from: "bench")
    return facts
  }

  /// What becomes of some files, after others were loaded.
  func outcomes(_ files: [[UInt8]], with others: [[UInt8]] = []) throws -> [LoadOutcome] {
    let scratch = try ScratchDirectory()
    var request = LoadRequest()
    request.loadsDependencies = loadsDependencies
    var paths: [String] = []
    for (index, bytes) in (others + files).enumerated() {
      paths.append(try scratch.write(bytes, to: "\(index).ko"))
    }
    request.with = Array(paths.prefix(others.count))
    adjust(&request)
    let kernel = try image.map { try OpenKernel(scratch.write($0, to: "vmlinux")) }
    let checker = ModuleChecker(
      try facts(), of: kernel, given: given.compactMap { GivenFact($0) }, request: request)
    return try checker.check(Array(paths.dropFirst(others.count))).map { try $0.result.get() }
  }

  /// What becomes of a module, after others were loaded.
  func outcome(_ module: ModuleBuilder, with others: [ModuleBuilder] = []) throws -> LoadOutcome {
    try #require(try outcomes([module.build()], with: others.map { $0.build() }).first)
  }

  /// What becomes of a file.
  func outcome(_ file: [UInt8]) throws -> LoadOutcome {
    try #require(try outcomes([file]).first)
  }
}

/// An outcome in one line: `loads`, or the error, and the log.
func summary(_ outcome: LoadOutcome) -> String {
  ([outcome.errno?.name ?? outcome.verdict.rawValue] + outcome.log).joined(separator: " | ")
}
