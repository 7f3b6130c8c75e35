internal import ByteStorage
package import ELFFormat
package import KernelImages
package import KernelReleases
package import ModuleVersions

/// What is known about a kernel.
package struct KernelFacts: Sendable {
  /// A fact and the file (or part of one) that it comes from.
  package struct Fact<Value: Sendable>: Sendable {
    /// The fact.
    package let value: Value
    /// Where it was found.
    package let source: FactSource

    /// Creates a fact.
    package init(_ value: Value, from source: FactSource) {
      self.value = value
      self.source = source
    }

    /// A fact that a whole file gives.
    package init(_ value: Value, from path: String) { self.init(value, from: FactSource(path)) }
  }

  /// The path by which the kernel was named.
  package var path: String
  /// `uname -r`.
  package var release: Fact<String>?
  /// `Linux version …`.
  package var banner: Fact<KernelBanner>?
  /// Word size and byte order of its modules.
  package var layout: Fact<ELFLayout>?
  /// Architecture of its modules.
  package var machine: Fact<ELFMachine>?
  /// Its configuration.
  package var config: Fact<KernelConfig>?
  /// What its functions show of its configuration, where that is not known; `nil` if nobody asked.
  package var shownOptions: ShownOptions?
  /// Its version magic string, with the trailing blank.
  package var vermagic: Fact<String>?
  /// What vmlinux exports.
  package var exports: Fact<ExportTable>?
  /// `sizeof(struct module)`, in bytes.
  package var moduleStructureSize: Fact<Int>?
  /// The directory of its modules.
  package var moduleTree: String?
  /// What wraps it, outermost first, with the compression of payloads; the last is the kernel itself.
  /// Empty if no image was read.
  package var layers: Fact<[String]>?
  /// The build ID that the linker gave it.
  package var buildID: Fact<BuildID>?
  /// Its own symbol table. Read only where someone asks for all, or exports are found through it.
  package var symbols: Fact<SymbolFacts>?
  /// Additional facts from a memory dump; `nil` for anything else.
  package var dump: Fact<DumpFacts>?
  /// Number of modules in ``moduleTree``, if they were counted.
  package var moduleCount: Int?
  /// What could not be read, or was left out.
  package var notes: [KernelNote] = []
  /// The release of what is asked about, which counts where that of the kernel is unknown.
  package var likelyRelease: KernelRelease?

  /// What a memory dump says of the machine, besides the kernel.
  package struct DumpFacts: Sendable {
    /// How the memory is kept.
    package let form: MemoryDump.Form
    /// Whether whoever wrote it ran out of space.
    package let isIncomplete: Bool
    /// How far KASLR moved the kernel, in bytes.
    package let kernelOffset: UInt64?
    /// Where the kernel's text begins: the virtual address in the running kernel.
    package let textAddress: UInt64?
    /// The same as a physical address.
    package let physicalTextAddress: UInt64?
    /// What the kernel says of itself; `nil` if the dump has no such note.
    package let information: VMCoreInformation?

    init(_ dump: borrowing MemoryDump) {
      form = dump.form
      isIncomplete = dump.isIncomplete
      kernelOffset = dump.kernelOffset
      textAddress = dump.information?.symbol("_text") ?? dump.information?.symbol("_stext")
      physicalTextAddress = textAddress.flatMap { dump.physicalAddress(ofVirtual: $0) }
      information = dump.information
    }
  }

  /// Creates a kernel of which nothing is known.
  package init(path: String) { self.path = path }

  /// Whether Debian built it, with its patches: by the package version in the banner, or `+deb13` in the
  /// release.
  package var isOfDebian: Bool {
    build?.debianVersion != nil || release?.value.hasPart("+deb") ?? false
  }

  /// What the banner says about who built it.
  package var build: KernelBuild? { banner.map { KernelBuild($0.value.build) } }

  /// The release by whose rules it is judged: that of its build, of its release string, of its vermagic
  /// or of its configuration; otherwise a likely one or the newest, which is an assumption.
  package var basis: ReleaseBasis {
    ReleaseBasis(
      KernelRelease(
        release: release?.value ?? vermagic?.value ?? config?.value.statedRelease,
        build: banner?.value.build), likely: likelyRelease)
  }
}
