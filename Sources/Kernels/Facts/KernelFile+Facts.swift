internal import BTFFormat
internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
internal import KernelReleases
internal import ModuleVersions
internal import SymbolTables

extension KernelFile {
  /// Adds what the headers, sections and strings of the open image give. Facts that are there stay.
  ///
  /// - Throws: ``ParseError`` if the image is damaged.
  mutating func addImageFacts(to facts: inout KernelFacts) throws(ParseError) {
    guard let path else { return }
    let banner = facts.banner == nil ? banner() : nil
    let source = try source()
    let bytes = try source.all()
    if facts.layers == nil { facts.layers = KernelFacts.Fact(layers, from: path) }
    // The linker puts the configuration into this section in every release (kernel/configs.c).
    var configuration = bytes
    if form == .linkedImage {
      let elf = try ELFFile(source)
      try facts.add(elf, path)
      if !lacksSections, let index = elf.sectionIndex(named: ".rodata"),
        elf.sections[index].size > 0,
        let data = try? elf.bytes(of: elf.sections[index], in: ".rodata")
      {
        configuration = data
      }
    }
    if let banner { facts.add(banner, bytes, path) }
    if facts.machine == nil, let machine = layerMachine {
      facts.machine = KernelFacts.Fact(machine, from: path)
    }
    facts.addEmbeddedConfiguration(configuration, path)
  }

  /// Adds what takes a search of an image without sections.
  borrowing func addBuildID(to facts: inout KernelFacts) {
    guard let path, lacksSections, facts.buildID == nil, let bytes = try? source().all() else {
      return
    }
    let order =
      facts.layout?.value.order ?? (facts.machine?.value == .s390 ? ByteOrder.big : .little)
    facts.buildID = BuildID(searching: bytes, order).map { KernelFacts.Fact($0, from: path) }
  }

  /// Sections of which every linked kernel has one at least, and the stubs in packages of headers have one.
  ///
  /// - Note: include/asm-generic/vmlinux.lds.h, `RO_DATA` and `EXCEPTION_TABLE`, 4.2 to 7.2.
  private static let linkedSections: [StaticString] = [
    "__param", "__ksymtab", "__ksymtab_gpl", "__ex_table", ".BTF",
  ]

  /// Whether the open image does not have the sections that the kernel's linker made: it is a raw image, or an ELF
  /// file that has lost them, or was made from a raw image, with others. Symbols and forms show where things are.
  var lacksSections: Bool {
    if form == .rawImage { return true }
    guard form == .linkedImage, let source = try? source(), let elf = try? ELFFile(source) else {
      return false
    }
    return KernelFile.linkedSections.allSatisfy { elf.sectionIndex(named: $0) == nil }
  }

  /// Adds the exports of an image without the linker's sections, and its layout, as its symbols show them.
  ///
  /// - Throws: ``ParseError`` if a table cannot be decoded.
  borrowing func addExports(
    of symbols: KernelSymbolSource, to facts: inout KernelFacts
  ) throws(ParseError) {
    guard let path, lacksSections, let tables = symbols.tables else { return }
    if facts.layout == nil, let size = tables.wordSize {
      facts.layout = KernelFacts.Fact(
        ELFLayout(is64Bit: size == 8, order: tables.order), from: FactSource(.kallsyms, path))
    }
    guard facts.exports == nil else { return }
    let source = try source()
    let image =
      form == .rawImage ? KallsymsImage(raw: try source.all()) : try KallsymsImage(ELFFile(source))
    let reader = RawImageExports(image, symbols.table, tables, facts.machine?.value)
    if let exports = try reader.read() {
      facts.exports = KernelFacts.Fact(exports, from: path)
    }
  }

  /// The configuration that the open file is, and the release in its head.
  ///
  /// - Throws: ``ParseError`` if it is none.
  borrowing func configurationFacts(_ path: String) throws(ParseError) -> KernelFacts {
    var facts = KernelFacts(path: path)
    let text = try source().all()
    facts.config = KernelFacts.Fact(try KernelConfig(parsing: text), from: path)
    if let release = facts.config?.value.statedRelease {
      facts.release = KernelFacts.Fact(release, from: path)
    }
    return facts
  }
}

extension KernelFacts {
  /// Adds facts that need an ELF file's sections. One without a kernel's exports (the stub of headers
  /// has type information only) gives the facts that it has.
  mutating func add(_ elf: ELFFile, _ path: String) throws(ParseError) {
    layout = layout ?? Fact(elf.layout, from: path)
    machine = machine ?? Fact(elf.header.machine, from: path)
    buildID = buildID ?? BuildID(in: elf).map { Fact($0, from: path) }
    let list = elf.sectionIndex(named: "__ksymtab").map { elf.sections[$0].type }
    if exports == nil, list != .nobits, let table = try KernelExports(elf).read() {
      exports = Fact(table, from: path)
    }
    if moduleStructureSize == nil, let index = elf.sectionIndex(named: ".BTF"),
      let bytes = try? elf.bytes(of: elf.sections[index], in: ".BTF"),
      let size = try? BTFTypes(parsing: bytes).size(ofStruct: "module")
    {
      moduleStructureSize = Fact(size, from: FactSource(.btf, path))
    }
  }

  /// Adds facts that are strings in the kernel's read-only data.
  mutating func add(_ banner: KernelBanner, _ bytes: RawSpan, _ path: String) {
    self.banner = Fact(banner, from: path)
    release = Fact(banner.release, from: path)
    if let vermagic = Vermagic.find(in: bytes, release: banner.release) {
      self.vermagic = Fact(vermagic, from: path)
    }
  }

  /// Adds the configuration that some bytes embed; what is wrong with it becomes a note.
  mutating func addEmbeddedConfiguration(_ bytes: RawSpan, _ path: String) {
    guard config == nil else { return }
    var text = FileBuffer(limit: 16 << 20)
    do throws(FileError) {
      if let found = try EmbeddedConfig.read(from: bytes, using: &text, path: path) {
        config = Fact(found, from: FactSource(.embedded, path))
      }
    } catch { notes.append(KernelNote(.embeddedConfiguration, path, error)) }
  }

  /// Counts the modules of the kernel's tree; one gives the size of `struct module`, and the word size
  /// and byte order of a raw image.
  mutating func add(_ modules: ModuleTree) {
    var file = FileBuffer()
    for (number, path) in modules.paths.enumerated() {
      guard number < 4, moduleStructureSize == nil || layout == nil else { break }
      guard (try? file.open(path)) != nil, let elf = try? ELFFile(file.source),
        let index = elf.sectionIndex(named: ".gnu.linkonce.this_module")
      else { continue }
      layout = layout ?? Fact(elf.layout, from: path)
      machine = machine ?? Fact(elf.header.machine, from: path)
      if moduleStructureSize == nil, let size = Int(exactly: elf.sections[index].size) {
        moduleStructureSize = Fact(size, from: path)
      }
    }
    moduleCount = modules.paths.count
    for case .unreadable(let error) in modules.entries {
      notes.append(KernelNote(.modules, error.path, error))
      if error.path == modules.directory { moduleCount = nil }
    }
  }
}

extension KernelFile {
  /// Adds what a file gives that is only a part of a kernel.
  borrowing func addStubFacts(to facts: inout KernelFacts) {
    guard form == .linkedImage, let path, let source = try? source(), let elf = try? ELFFile(source)
    else { return }
    facts.notes.append(KernelNote(.stub, path))
    var found = KernelFacts(path: path)
    try? found.add(elf, path)
    facts.layout = facts.layout ?? found.layout
    facts.machine = facts.machine ?? found.machine
    facts.moduleStructureSize = facts.moduleStructureSize ?? found.moduleStructureSize
  }
}
