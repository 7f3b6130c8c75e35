internal import ByteStorage

/// Where a fact comes from: a file, and which part of it.
package struct FactSource: Sendable, Hashable {
  /// What gave the fact.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// A word for it.
    package let rawValue: String

    /// A code by its word.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The file itself.
    package static let file = Code(rawValue: "file")
    /// The type information (`.BTF`) of the file.
    package static let btf = Code(rawValue: "btf")
    /// The configuration embedded in the file.
    package static let embedded = Code(rawValue: "embedded")
    /// The note `VMCOREINFO` of a dump.
    package static let vmcoreInformation = Code(rawValue: "vmcoreinfo")
    /// The symbol tables of the file.
    package static let kallsyms = Code(rawValue: "kallsyms")
    /// The name of the directory.
    package static let directoryName = Code(rawValue: "directory-name")
    /// The running system; there is no path.
    package static let uname = Code(rawValue: "uname")
    /// The user; there is no path.
    package static let assumption = Code(rawValue: "assumption")
    /// Where the image has its banner.
    package static let bannerPlace = Code(rawValue: "banner-place")
    /// The address at which every x86-64 kernel is linked.
    package static let usualAddress = Code(rawValue: "usual-address")
  }

  /// What gave the fact.
  package let code: Code
  /// Path of the file or directory; empty where there is none.
  package let path: String

  /// A file.
  package init(_ path: String) { self.init(.file, path) }

  /// A part of a file, or something else.
  package init(_ code: Code, _ path: String = "") {
    self.code = code
    self.path = path
  }
}

/// Something about a kernel's files that could not be read, or was left out.
package struct KernelNote: Sendable {
  /// What it is about.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// A word for it.
    package let rawValue: String

    /// A code by its word.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// A file that may be the kernel cannot be read.
    package static let candidate = Code(rawValue: "candidate")
    /// A file looks like the kernel, but has only a part of it: a stub in a package of headers.
    package static let stub = Code(rawValue: "stub")
    /// The embedded configuration is damaged.
    package static let embeddedConfiguration = Code(rawValue: "embedded-configuration")
    /// A configuration beside the kernel, or a directory that may have it, cannot be read.
    package static let configuration = Code(rawValue: "configuration")
    /// The kernel's own memory in a dump is not readable.
    package static let dumpedKernel = Code(rawValue: "dumped-kernel")
    /// The symbol tables cannot be read: old or small kernels have none.
    package static let symbols = Code(rawValue: "symbols")
    /// A Module.symvers file beside the kernel cannot be read.
    package static let symvers = Code(rawValue: "symvers")
    /// Something below the directory of the modules cannot be listed.
    package static let modules = Code(rawValue: "modules")
  }

  /// What it is about.
  package let code: Code
  /// Path of the file.
  package let path: String
  /// What is wrong, if anything is.
  package let error: (any Error)?

  /// Whether it is about a configuration that cannot be read, and may be the kernel's; a file that has no
  /// options is called like one only.
  package var hidesConfiguration: Bool {
    guard code == .configuration else { return code == .embeddedConfiguration }
    if case .malformed? = (error as? FileError)?.cause { return false }
    return true
  }

  init(_ code: Code, _ path: String, _ error: (any Error)? = nil) {
    self.code = code
    self.path = path
    self.error = error
  }
}
