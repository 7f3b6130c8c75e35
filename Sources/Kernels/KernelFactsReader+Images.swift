internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import ModuleFiles

extension KernelFactsReader {
  /// Most of the kernel's image in a dump to search for its banner and configuration, in bytes.
  private static let mostSearched = 96 << 20

  /// What wraps a kernel, in words: layers, and between them how payloads are compressed.
  static func words(for kernel: UnpackedKernel) -> [String] {
    var words: [String] = []
    for (layer, format) in zip(kernel.layers, kernel.payloadFormats) {
      words.append(layer.kind.description)
      if let format { words.append(format.rawValue) }
    }
    return words
  }

  /// Reads the open file if it is a memory dump.
  ///
  /// - Returns: Whether it is one.
  /// - Throws: ``FileError`` if it is one and damaged.
  mutating func readDump(
    _ path: String, into facts: inout KernelFacts
  ) throws(FileError) -> Bool {
    var layers: [String] = []
    guard let place = try DumpOpening.open(&file, &scratch, path: path, layers: &layers) else {
      return false
    }
    facts.layers = facts.layers ?? KernelFacts.Fact(layers, from: path)
    do throws(ParseError) {
      if place == .scratch {
        try readDump(scratch.source, path, into: &facts)
      } else {
        try readDump(file.source, path, into: &facts)
      }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    return true
  }

  private func readDump(
    _ source: ByteSource, _ path: String, into facts: inout KernelFacts
  ) throws(ParseError) {
    var dump = try MemoryDump(source)
    facts.dump = KernelFacts.Fact(KernelFacts.DumpFacts(dump), from: path)
    facts.layout = facts.layout ?? KernelFacts.Fact(dump.layout, from: path)
    facts.machine = facts.machine ?? dump.machine.map { KernelFacts.Fact($0, from: path) }
    let note = "\(path) (VMCOREINFO)"
    if facts.buildID == nil, let identity = dump.information?.buildID {
      facts.buildID = KernelFacts.Fact(identity, from: note)
    }
    do throws(ParseError) {
      if let kernel = try dump.readKernel(limit: KernelFactsReader.mostSearched) {
        let bytes = kernel.bytes.rawSpan
        KernelFactsReader.readRaw(bytes, path, into: &facts)
        KernelFactsReader.readEmbeddedConfig(bytes, path, into: &facts)
      } else if dump.form == .elf {
        // Nobody tells where the kernel is: any banner in memory.
        KernelFactsReader.readRaw(try source.all(), path, into: &facts)
      }
    } catch { facts.notes.append("\(path): the kernel's own memory: \(error)") }
    if isThorough {
      do {
        let symbols = try KernelSymbolReader.dump(source)
        facts.symbols = KernelFacts.Fact(SymbolFacts(symbols), from: path)
      } catch { facts.notes.append("\(path): \(error)") }
    }
    if facts.release == nil, let release = dump.information?.release {
      facts.release = KernelFacts.Fact(release, from: note)
    }
    if facts.release == nil {
      throw ParseError(.missing, in: "memory dump: note VMCOREINFO, or a banner", at: 0)
    }
  }

  /// Reads the configuration that some bytes embed; what is wrong with it becomes a note.
  static func readEmbeddedConfig(
    _ bytes: RawSpan, _ path: String, into facts: inout KernelFacts
  ) {
    guard facts.config == nil else { return }
    var text = FileBuffer(limit: 16 << 20)
    do throws(FileError) {
      if let config = try EmbeddedConfig.read(from: bytes, using: &text, path: path) {
        facts.config = KernelFacts.Fact(config, from: "\(path) (embedded)")
      }
    } catch { facts.notes.append("embedded configuration: \(error)") }
  }

  /// Counts the modules of the kernel's tree; one tells the size of `struct module`, and the word size
  /// and byte order of a raw image.
  mutating func readModules(into facts: inout KernelFacts) {
    guard let tree = facts.moduleTree else { return }
    var count = 0
    for case .file(let path) in DirectoryTree.files(below: tree, where: ModulePaths.isModuleName) {
      count += 1
      guard count <= 4, facts.moduleStructureSize == nil || facts.layout == nil else { continue }
      readModule(path, into: &facts)
    }
    facts.moduleCount = count
  }

  private mutating func readModule(_ path: String, into facts: inout KernelFacts) {
    guard (try? file.open(path)) != nil, let elf = try? ELFFile(file.source),
      let index = elf.sectionIndex(named: ".gnu.linkonce.this_module")
    else { return }
    facts.layout = facts.layout ?? KernelFacts.Fact(elf.layout, from: path)
    facts.machine = facts.machine ?? KernelFacts.Fact(elf.header.machine, from: path)
    if facts.moduleStructureSize == nil, let size = Int(exactly: elf.sections[index].size) {
      facts.moduleStructureSize = KernelFacts.Fact(size, from: path)
    }
  }
}
