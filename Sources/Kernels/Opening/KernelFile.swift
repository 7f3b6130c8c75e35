internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import ModuleVersions
internal import SymbolTables

/// One file that may be a kernel or a part of one: opened and unpacked, and what it is.
///
/// The only place that decides what a file is. It serves one file after the other.
struct KernelFile: ~Copyable {
  private var file: FileBuffer
  private var scratch: FileBuffer
  /// The path of the open file; `nil` if none is open.
  private(set) var path: String?
  /// What the file is; `nil` if none is open.
  private(set) var form: KernelForm?
  /// What wraps it, outermost first, in words; the last is the kernel itself.
  private(set) var layers: [String] = []
  /// Where the unpacked kernel lies, if the file is an image.
  private var unpacked: UnpackedKernel?
  /// Where the dump lies, if the file is one.
  private var dumpPlace = UnpackedKernel.Place.file
  /// The banner, once it was looked for.
  private var knownBanner: KernelBanner??

  /// Bytes at the start of a file that show a list of symbols.
  private static let headSize = 1024

  /// - Parameter limit: Largest file after unpacking, in bytes.
  init(limit: Int) {
    file = FileBuffer(limit: limit)
    scratch = FileBuffer(limit: limit)
  }

  /// Opens a file and unpacks it.
  ///
  /// - Throws: ``FileError`` if it cannot be read, is damaged, or is nothing that belongs to a kernel.
  mutating func open(_ path: String) throws(FileError) {
    release()
    // A device tree or padding may follow a compressed kernel.
    try file.open(path, trailing: .afterMembers)
    let found = try identify(path)
    (self.path, form) = (path, found)
    if let (tree, _) = MountedTree.find(path) { layers = tree.layers + layers }
  }

  /// Closes the file and gives the memory back.
  mutating func release() {
    file.release()
    scratch.release()
    (path, form, unpacked, layers, dumpPlace, knownBanner) = (nil, nil, nil, [], .file, nil)
  }

  /// What the open file is: text by its first line, then dumps, modules and images by their headers.
  private mutating func identify(_ path: String) throws(FileError) -> KernelForm {
    do throws(ParseError) {
      if let form = try textForm() { return form }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    if try openDump(path) { return .dump }
    if isRelocatable() { return .module }
    let other = otherKind()
    let kernel: UnpackedKernel
    do { kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path) } catch {
      guard case .notSuitable = error.cause, let other else { throw error }
      throw FileError(path: path, cause: .notSuitable(other))
    }
    unpacked = kernel
    layers = KernelFile.words(for: kernel)
    return kernel.isELF ? .linkedImage : .rawImage
  }

  /// What a file is that is not read here, and what to take in its place; `nil` for others.
  private borrowing func otherKind() -> String? {
    guard let head = try? file.source.bytes(0..<min(file.count, 256), in: "file") else {
      return nil
    }
    // Debian since 5.10, /boot/System.map-RELEASE.
    if head.starts(with: "ffffffffffffffff B The real System.map") {
      return
        "only a note: the real System.map is in the package linux-image-RELEASE-dbg, and the vmlinuz of the "
        + "same release has its symbols, too"
    }
    if head.starts(with: "VNDRBOOT") {
      return
        "a vendor_boot image of Android, which has modules and no kernel: take its ramdisk (unpack_bootimg)"
    }
    if head.isUTF16 { return FileError.wordsForUTF16 }
    if head.starts(with: "\u{feff}") {
      return "a text with a byte order mark before it: remove that (sed '1s/^\\xef\\xbb\\xbf//')"
    }
    if let line = KernelFile.lineBeforeReturn(head),
      Symvers.isRecognized(line) || SymbolText.isRecognized(line)
    {
      return "a text whose lines end with carriage returns alone: convert it (tr '\\r' '\\n')"
    }
    if head.starts(with: "!<arch>\n") {
      return "an archive of ar that is not a Debian package: unpack it with ar x"
    }
    return head.starts(with: "PK\u{3}\u{4}")
      ? "a zip archive: unpack it, and name the directory" : nil
  }

  /// What precedes the first carriage return of a text that has more of its first line behind it; `nil` for
  /// others.
  @_lifetime(copy head)
  private static func lineBeforeReturn(_ head: RawSpan) -> RawSpan? {
    let line = head.firstIndex(of: UInt8(ascii: "\n")) ?? head.byteCount
    guard let end = head.firstIndex(of: UInt8(ascii: "\r")), end < line - 1 else { return nil }
    return head.slice(0..<end)
  }

  private mutating func textForm() throws(ParseError) -> KernelForm? {
    let head = try file.source.bytes(0..<min(file.count, KernelFile.headSize), in: "file")
    if KernelFile.lineBeforeReturn(head) != nil { return nil }
    if Symvers.isRecognized(head) { return .symvers }
    if SymbolText.isRecognized(head) {
      layers = ["list of symbols"]
      return .list
    }
    guard head.starts(with: "#") || head.starts(with: "CONFIG_") else { return nil }
    return (try? KernelConfig(parsing: file.source.all())) == nil ? nil : .configuration
  }

  /// Prepares the open file if it is a memory dump: flattened ones are put in order.
  private mutating func openDump(_ path: String) throws(FileError) -> Bool {
    var found = file.compression.map { [$0.rawValue] } ?? []
    var kind = try KernelFile.kind(of: file.source, path)
    if kind == .kdumpFlattened {
      found.append(kind.description)
      try MemoryDump.reassemble(file.source, into: &scratch, path: path)
      kind = try KernelFile.kind(of: scratch.source, path)
      dumpPlace = .scratch
    }
    guard kind == .elfCore || kind == .kdumpCompressed else {
      if dumpPlace == .file { return false }
      throw FileError(path: path, cause: .notSuitable("a flattened stream of something unknown"))
    }
    layers = found + [kind.description]
    return true
  }

  private static func kind(
    of source: ByteSource, _ path: String
  ) throws(FileError) -> KernelContainer.Kind {
    do { return try KernelContainer(identifying: source).kind } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }

  /// Whether the open file is a relocatable ELF file, as modules are.
  private borrowing func isRelocatable() -> Bool {
    guard let head = try? file.source.bytes(0..<min(file.count, 64), in: "ELF header"),
      let layout = try? ELFLayout(identifying: head),
      let header = try? ELFHeader(parsing: head, layout: layout)
    else { return false }
    return header.type == .relocatable
  }

  /// What wraps a kernel, in words: layers, and between them how payloads are compressed.
  private static func words(for kernel: UnpackedKernel) -> [String] {
    var words: [String] = []
    for (layer, format) in zip(kernel.layers, kernel.payloadFormats) {
      words.append(layer.kind.description)
      if let format { words.append(format.rawValue) }
    }
    return words
  }
}

extension KernelFile {
  /// The bytes of the file: of an image and a dump, what was unpacked.
  ///
  /// - Throws: ``ParseError`` if the file has shrunk.
  @_lifetime(borrow self)
  borrowing func source() throws(ParseError) -> ByteSource {
    if let unpacked { return try unpacked.source(file: file, scratch: scratch) }
    return dumpPlace == .file ? file.source : scratch.source
  }

  /// A part of the bytes of the file that stays when the next is opened; `nil` if it has to be copied.
  borrowing func keeping(_ part: RawSpan) -> KeptBytes? {
    file.keeping(part) ?? scratch.keeping(part)
  }

  /// The architecture that the layers of an image give, if any does.
  var layerMachine: ELFMachine? { unpacked?.layers.compactMap(\.machine).last }

  /// Size of an address in bytes, if the architecture has kernels of one size only.
  var layerWordSize: Int? {
    switch layerMachine {
    case ELFMachine.arm?: 4
    case ELFMachine.aarch64?, ELFMachine.s390?, ELFMachine.x86_64?, ELFMachine.loongArch?: 8
    default: nil
    }
  }

  /// The banner of an image; the bytes are searched once.
  mutating func banner() -> KernelBanner? {
    if let knownBanner { return knownBanner }
    var found: KernelBanner?
    if form == .linkedImage || form == .rawImage, let bytes = try? source().all() {
      found = KernelBanner(searching: bytes)
    }
    knownBanner = .some(found)
    return found
  }

  /// Whether the file is a whole kernel, not a part of one.
  ///
  /// Packages of headers have a `vmlinux` with type information (`.BTF`), a few hundred symbols of
  /// data, and nothing else: no banner, no exports, no function. Whatever has one of these counts.
  mutating func isWholeKernel() -> Bool {
    switch form {
    case .list, .dump: return true
    case .linkedImage, .rawImage: return banner() != nil || hasExportsOrFunctions()
    default: return false
    }
  }

  private borrowing func hasExportsOrFunctions() -> Bool {
    guard form == .linkedImage, let source = try? source(), let elf = try? ELFFile(source) else {
      return false
    }
    return elf.sectionIndex(named: "__ksymtab") != nil || elf.hasFunctionSymbols
  }
}

extension ELFFile {
  /// Whether the linker's symbol table has a function (`STT_FUNC`). That of a stub `vmlinux`, as
  /// packages of headers have it, holds data only.
  var hasFunctionSymbols: Bool {
    guard let symbols = try? symbolTable() else { return false }
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index) else { return false }
      if symbol.type == .function, symbol.sectionIndex != ELFSectionIndex.undefined { return true }
    }
    return false
  }
}
