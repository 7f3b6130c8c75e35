import TestSupport

/// Everything that a path of a kernel may be, made of a small real one.
struct KernelTrees {
  let scratch: ScratchDirectory
  /// Module.symvers of the kernel.
  let symvers: [UInt8]
  /// System.map of the kernel.
  let map: [UInt8]

  static let release = "7.3.4-corpus-a"
  static let folder = Fixture.path("kernels/rust-ext")
  static let module = "\(folder)/modules/crc16.ko"

  init() async throws {
    scratch = try ScratchDirectory()
    symvers = try await Ksym.run(["exports", "--format", "symvers", "\(Self.folder)/bzImage"]).bytes
    map = try await Ksym.run(["symbols", "\(Self.folder)/bzImage"]).bytes
    let (release, stub) = (Self.release, StubKernelBuilder.build(structureSize: 1216))
    for path in ["vmlinuz", "stub/vmlinuz", "build/arch/x86/boot/bzImage"] { image(path) }
    try write(stub, "headers/linux-headers-\(release)/vmlinux")
    try write(stub, "stub/vmlinux")
    try write(stub, "alone/vmlinux")
    for folder in ["headers/linux-headers-\(release)", "old/linux-headers-\(release)"] {
      try write(symvers, "\(folder)/Module.symvers")
      config("\(folder)/.config")
    }
    config("build/.config")
    for root in ["whole", "package"] {
      let place = root == "whole" ? "whole/lib/modules/\(release)" : "package/boot"
      image(root == "whole" ? "\(place)/vmlinuz" : "\(place)/vmlinuz-\(release)")
      config(root == "whole" ? "\(place)/config" : "\(place)/config-\(release)")
      module("\(root)/lib/modules/\(release)/kernel/lib/crc16.ko")
    }
    module("partial/lib/modules/\(release)/kernel/lib/crc16.ko")
    image("several/boot/vmlinuz-\(release)")
    for other in ["6.9.0-test", "6.12.107"] {
      try write(KernelBuilder(release: other).build(), "several/boot/vmlinuz-\(other)")
    }
    try write(symvers, "Module.symvers")
    try write(map, "map/System.map")
    makeDirectory("empty")
  }

  private func makeDirectory(_ path: String) {
    var folder = ""
    for part in path.split(separator: "/") {
      folder += folder.isEmpty ? String(part) : "/\(part)"
      scratch.makeDirectory(folder)
    }
  }

  private func make(_ path: String) -> String {
    makeDirectory(path.split(separator: "/").dropLast().joined(separator: "/"))
    return path
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    try scratch.write(bytes, to: make(path))
  }

  private func image(_ path: String) { scratch.link(make(path), to: "\(Self.folder)/bzImage") }
  private func config(_ path: String) { scratch.link(make(path), to: "\(Self.folder)/config") }

  /// A copy: a module of the tree is not the same file as one outside.
  private func module(_ path: String) {
    if let bytes = try? contents(of: Self.module) { try? write(bytes, path) }
  }
}
