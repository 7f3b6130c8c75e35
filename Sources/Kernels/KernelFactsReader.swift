internal import BTFFormat
package import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import ModuleFiles
package import ModuleVersions

/// Gathers the facts of a kernel from the files that belong to it.
package struct KernelFactsReader: ~Copyable {
  var file: FileBuffer
  var scratch: FileBuffer
  /// Whether to look also for what only people ask for: the build ID of raw images, the number of
  /// modules, and the size of `struct module` as modules have it.
  package var isThorough = false

  /// - Parameter limit: Largest file after unpacking, in bytes.
  package init(limit: Int = FileBuffer.defaultLimit) {
    file = FileBuffer(limit: limit)
    scratch = FileBuffer(limit: limit)
  }

  /// Reads everything there is to know about a kernel.
  ///
  /// - Parameters:
  ///   - path: An image (vmlinux, vmlinuz, bzImage, …), a Module.symvers, a directory
  ///     (`/lib/modules/RELEASE`, a build tree, an unpacked package), or `running`.
  ///   - config: A configuration to use whatever lies beside the kernel.
  /// - Returns: The facts, each with its source.
  /// - Throws: ``FileError`` if nothing at the path is a kernel.
  package mutating func read(_ path: String, config: String? = nil) throws(FileError) -> KernelFacts
  {
    var facts = KernelFacts(path: path)
    let paths = KernelPaths(path)
    try readImage(paths, into: &facts)
    if let config {
      facts.config = KernelFacts.Fact(try readConfig(config), from: config)
    } else if facts.config == nil {
      readConfigBeside(paths, into: &facts)
    }
    facts.moduleTree = paths.moduleTree(release: facts.release?.value)
    if facts.exports == nil { readSymversBeside(paths, into: &facts) }
    if isThorough { readModules(into: &facts) }
    file.release()
    scratch.release()
    return facts
  }

  /// The best candidate for a kernel image in a directory, or `nil`.
  package static func image(in directory: String) -> String? {
    KernelPaths(directory).images.first
  }

  /// What one file exports: a kernel image, Module.symvers text, or a module by another name.
  ///
  /// - Returns: `nil` if it has no export tables that can be read.
  /// - Throws: ``FileError`` if it is none of these, or damaged.
  package mutating func readExports(_ path: String) throws(FileError) -> ExportTable? {
    var facts = KernelFacts(path: path)
    try file.open(path)
    do throws(ParseError) {
      if let module = try? ModuleFile(file.source), module.elf.header.type == 1 {
        return try module.exports(ofFile: path)
      }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    try readOpened(path, into: &facts)
    return facts.exports?.value
  }

  private mutating func readImage(
    _ paths: KernelPaths, into facts: inout KernelFacts
  ) throws(FileError) {
    var failure: FileError?
    for image in paths.images {
      do throws(FileError) {
        try readImage(image, into: &facts)
        if KernelFactsReader.isKernel(facts) { return }
      } catch {
        facts.notes.append("\(error)")
        failure = failure ?? error
      }
    }
    if KernelFactsReader.isKernel(facts) { return }
    if facts.path == "running" {
      facts.release = KernelFacts.Fact(KernelPaths.runningRelease(), from: "uname")
      return
    }
    throw failure
      ?? FileError(
        path: facts.path,
        cause: .notSuitable("no kernel image, vmlinux or Module.symvers in this directory"))
  }

  /// Whether what was found is of a kernel.
  private static func isKernel(_ facts: KernelFacts) -> Bool {
    facts.exports != nil || facts.banner != nil || (facts.dump != nil && facts.release != nil)
      || facts.symbols != nil
  }

  private mutating func readImage(
    _ path: String, into facts: inout KernelFacts
  ) throws(FileError) {
    try file.open(path)
    try readOpened(path, into: &facts)
  }

  /// Reads the file that is open.
  private mutating func readOpened(
    _ path: String, into facts: inout KernelFacts
  ) throws(FileError) {
    do throws(ParseError) {
      let bytes = try file.source.bytes(0..<min(file.count, 64), in: "file")
      if Symvers.isRecognized(bytes) {
        facts.exports = KernelFacts.Fact(try Symvers.parse(file.source.all()), from: path)
        return
      }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    if isThorough, try readList(path, into: &facts) { return }
    if try readDump(path, into: &facts) { return }
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    if facts.layers == nil {
      facts.layers = KernelFacts.Fact(KernelFactsReader.words(for: kernel), from: path)
    }
    do throws(ParseError) {
      let source = try kernel.source(file: file, scratch: scratch)
      if kernel.isELF {
        try KernelFactsReader.readELF(ELFFile(source), path, into: &facts)
      }
      KernelFactsReader.readRaw(try source.all(), path, into: &facts)
      if facts.machine == nil, let machine = kernel.layers.compactMap(\.machine).last {
        facts.machine = KernelFacts.Fact(machine, from: path)
      }
      if isThorough, facts.buildID == nil, !kernel.isELF {
        let order: ByteOrder = facts.machine?.value == .s390 ? .big : .little
        facts.buildID = BuildID(searching: try source.all(), order).map {
          KernelFacts.Fact($0, from: path)
        }
      }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    let bytes: RawSpan
    do {
      let source = try kernel.source(file: file, scratch: scratch)
      bytes = try source.all()
      if isThorough || !kernel.isELF {
        readSymbols(source, isELF: kernel.isELF, path, into: &facts)
      }
    } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
    KernelFactsReader.readEmbeddedConfig(bytes, path, into: &facts)
  }

  /// Facts that need the ELF's sections. An ELF without a kernel's exports (Debian's headers carry a
  /// `vmlinux` of BTF only) gives the facts that it has.
  private static func readELF(
    _ elf: ELFFile, _ path: String, into facts: inout KernelFacts
  ) throws(ParseError) {
    facts.layout = facts.layout ?? KernelFacts.Fact(elf.layout, from: path)
    facts.machine = facts.machine ?? KernelFacts.Fact(elf.header.machine, from: path)
    facts.buildID = facts.buildID ?? BuildID(in: elf).map { KernelFacts.Fact($0, from: path) }
    if facts.exports == nil, let table = try KernelExports(elf).read() {
      facts.exports = KernelFacts.Fact(table, from: path)
    }
    if facts.moduleStructureSize == nil, let index = elf.sectionIndex(named: ".BTF"),
      let bytes = try? elf.bytes(of: elf.sections[index], in: ".BTF"),
      let size = try? BTFTypes(parsing: bytes).size(ofStruct: "module")
    {
      facts.moduleStructureSize = KernelFacts.Fact(size, from: "\(path) (BTF)")
    }
  }

  /// Facts that are strings in the kernel's read-only data.
  static func readRaw(
    _ bytes: RawSpan, _ path: String, into facts: inout KernelFacts
  ) {
    guard facts.banner == nil, let banner = KernelBanner(searching: bytes) else { return }
    facts.banner = KernelFacts.Fact(banner, from: path)
    facts.release = KernelFacts.Fact(banner.release, from: path)
    if let vermagic = Vermagic.find(in: bytes, release: banner.release) {
      facts.vermagic = KernelFacts.Fact(vermagic, from: path)
    }
  }

  private mutating func readConfig(_ path: String) throws(FileError) -> KernelConfig {
    try scratch.open(path)
    do { return try KernelConfig(parsing: scratch.source.all()) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }

  private mutating func readConfigBeside(_ paths: KernelPaths, into facts: inout KernelFacts) {
    var candidates = paths.configs(release: facts.release?.value)
    if facts.path == "running" { candidates.insert("/proc/config.gz", at: 0) }
    for candidate in candidates {
      if let config = try? readConfig(candidate) {
        facts.config = KernelFacts.Fact(config, from: candidate)
        return
      }
    }
  }

  private mutating func readSymversBeside(_ paths: KernelPaths, into facts: inout KernelFacts) {
    for candidate in paths.symvers(release: facts.release?.value) {
      do {
        try file.open(candidate)
        facts.exports = KernelFacts.Fact(try Symvers.parse(file.source.all()), from: candidate)
        return
      } catch {
        facts.notes.append("\(candidate): \(error)")
      }
    }
  }
}
