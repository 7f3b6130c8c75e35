package import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// What a file is that the loader refuses as no module: what people give by mistake.
package enum GivenFile {
  /// Whether a file looks like a module: one that is damaged or stripped does, too.
  package static func isModule(_ source: ByteSource) -> Bool {
    cause(source)?.code != .notAModule
  }

  /// The cause that a file's own bytes show; `nil` for what looks like a module.
  static func cause(_ source: ByteSource) -> LoadCause? {
    guard source.count > 0 else { return LoadCause(.notAModule, kind: "nothing") }
    guard let head = try? source.bytes(0..<min(4096, source.count), in: "file") else { return nil }
    guard head.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 else {
      return LoadCause(.notAModule, kind: kind(head))
    }
    guard let layout = try? ELFLayout(identifying: head),
      let header = try? ELFHeader(parsing: head, layout: layout)
    else { return LoadCause(.cutShort) }
    if header.type != .relocatable { return LoadCause(.notAModule, kind: "linked-elf") }
    guard let elf = try? ELFFile(source) else { return cut(source, header, layout) }
    let end = elf.sections.filter { $0.type != .nobits }.map { $0.offset &+ $0.size }.max() ?? 0
    if end > UInt64(source.count) { return cause(of: source, needing: end) }
    if elf.sectionIndex(named: ".gnu.linkonce.this_module") == nil {
      return LoadCause(.notAModule, kind: "object")
    }
    if elf.isDebugInformation { return LoadCause(.notAModule, kind: "debug-file") }
    return elf.sectionIndex(ofType: .symtab) == nil ? LoadCause(.stripped) : nil
  }

  private static func cut(
    _ source: ByteSource, _ header: ELFHeader, _ layout: ELFLayout
  ) -> LoadCause? {
    let size = UInt64(header.sectionHeaderCount) * UInt64(layout.sectionHeaderSize)
    let (end, overflow) = header.sectionHeaderOffset.addingReportingOverflow(size)
    return overflow || end <= UInt64(source.count) ? nil : cause(of: source, needing: end)
  }

  private static func cause(of source: ByteSource, needing end: UInt64) -> LoadCause {
    var cause = LoadCause(.cutShort)
    (cause.count, cause.total) = (source.count, Int(clamping: end))
    return cause
  }

  /// What begins with some bytes, as a word for programs.
  private static func kind(_ head: RawSpan) -> String {
    let magics: [(Int, StaticString, String)] = [
      (0, "!<arch>\ndebian-binary", "debian-package"), (0, "!<arch>\n", "archive"),
      (0, "PK\u{3}\u{4}", "zip"), (257, "ustar", "tar"), (0, "07070", "initramfs"),
      (0x202, "HdrS", "kernel-image"), (0, "hsqs", "squashfs"), (0, "ANDROID!", "kernel-image"),
      (0, "VNDRBOOT", "vendor-boot"),
      (0, "MZ", "kernel-image"), (0, "#!", "script"),
    ]
    for (offset, magic, kind) in magics {
      if head.suffix(from: offset)?.starts(with: magic) ?? false { return kind }
    }
    switch head.integer(UInt32.self, at: 0, .big) {
    case 0xedab_eedb: return "rpm-package"
    case 0x4243_c0de: return "bitcode"
    default: break
    }
    guard isText(head) else { return "unknown" }
    let text = head.text
    let isSource = ["#include", "MODULE_LICENSE", "/*", "//", "module_init", "SPDX"].contains {
      text.hasPart($0)
    }
    return isSource ? "source" : "text"
  }

  private static func isText(_ head: RawSpan) -> Bool {
    for index in 0..<head.byteCount {
      guard let byte = head.byte(at: index), byte >= 0x20 || (9...13).contains(byte) else {
        return false
      }
    }
    return true
  }

  /// Why a module's structure has another size than the kernel's.
  static func sizeCauses(_ source: ByteSource, _ kernel: LoaderKernel, path: String) -> [LoadCause]
  {
    guard let expected = kernel.structureSize.expected(for: path),
      let module = try? ModuleFile(source),
      let index = module.elf.sectionIndex(named: ".gnu.linkonce.this_module"),
      module.elf.sections[index].size != UInt64(expected)
    else { return [] }
    var found = [
      LoadCause(
        .otherStructureSize, module: "\(module.elf.sections[index].size)", kernel: "\(expected)")
    ]
    guard let running = kernel.release else { return found }
    if let info = try? module.info(), let magic = info.value("vermagic") {
      let built = String(magic.prefix { $0 != " " })
      found.append(
        kernel.isOtherRelease(built)
          ? LoadCause(.otherRelease, module: built, kernel: running)
          : LoadCause(.otherConfiguration))
    }
    var rebuild = LoadCause(.rebuild)
    rebuild.kernel = running
    return found + [rebuild]
  }
}
