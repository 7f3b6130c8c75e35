/// What a file that belongs to a kernel is.
package struct KernelForm: RawRepresentable, Sendable, Hashable {
  /// A word for it.
  package let rawValue: String

  /// A form by its word.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// A linked ELF file (vmlinux), after unpacking.
  package static let linkedImage = KernelForm(rawValue: "vmlinux")
  /// The plain memory image of a kernel, after unpacking.
  package static let rawImage = KernelForm(rawValue: "image")
  /// A memory dump.
  package static let dump = KernelForm(rawValue: "dump")
  /// A list of symbols as text: System.map, output of nm, /proc/kallsyms.
  package static let list = KernelForm(rawValue: "list")
  /// Module.symvers text.
  package static let symvers = KernelForm(rawValue: "symvers")
  /// A configuration.
  package static let configuration = KernelForm(rawValue: "configuration")
  /// A module, or another relocatable ELF file.
  package static let module = KernelForm(rawValue: "module")

  /// Whether it is the image of a kernel.
  package var isImage: Bool { self == .linkedImage || self == .rawImage }
}

/// What a kernel can be asked.
package struct KernelQuestion: RawRepresentable, Sendable, Hashable {
  /// A word for it.
  package let rawValue: String

  /// A question by its word.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// Release, configuration and what else decides whether a module loads.
  package static let facts = KernelQuestion(rawValue: "facts")
  /// What it exports.
  package static let exports = KernelQuestion(rawValue: "exports")
  /// Its unwind tables.
  package static let unwinding = KernelQuestion(rawValue: "unwinding")
  /// Its symbols.
  package static let symbols = KernelQuestion(rawValue: "symbols")
}
