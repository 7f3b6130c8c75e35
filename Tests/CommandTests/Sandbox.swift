import Foundation
import TestSupport
import Testing

/// A scratch directory with a kernel and modules, to run the command on.
struct Sandbox {
  let scratch: ScratchDirectory
  let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    var kernel = KernelBuilder(
      exports: [
        SampleExport("_printk", 0x9aec_1234), SampleExport("gpl_thing", 0x22, isGPLOnly: true),
        SampleExport("module_layout", 0x0bad_cafe),
      ])
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc) #1 SMP now"
    self.kernel = try scratch.write(kernel.build(), to: "vmlinux")
    try scratch.write(
      Array("CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\nCONFIG_LIVEPATCH=y\n".utf8), to: "config")
  }

  /// Options that name the kernel.
  var kernelOptions: [String] {
    ["-k", kernel, "--config", scratch.file("config"), "--assume", "struct-module-size=1280"]
  }

  /// A module that the kernel loads.
  static func module(_ name: String = "sample") -> ModuleBuilder {
    var module = ModuleBuilder(name)
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    module.require("_printk", 0x9aec_1234)
    return module
  }

  /// Writes a module that the kernel loads, changed; returns its path.
  @discardableResult
  func write(
    _ path: String, _ change: (inout ModuleBuilder) -> Void = { _ in }
  ) throws -> String {
    var module = Self.module()
    change(&module)
    return try scratch.write(module.build(), to: path)
  }

  /// Runs `ksym check` with the kernel.
  func check(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ksym.Run {
    try await Ksym.run(["check"] + kernelOptions + arguments, environment: environment)
  }
}

/// Lines of JSON as a real parser reads them.
func objects(_ run: Ksym.Run) throws -> [[String: Any]] {
  try run.bytes.split(separator: 0x0a).map { line in
    let value = try JSONSerialization.jsonObject(with: Data(line))
    return try #require(value as? [String: Any])
  }
}
