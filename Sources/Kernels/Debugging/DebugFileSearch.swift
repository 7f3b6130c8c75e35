package import ByteStorage
internal import ELFFormat
internal import KernelImages

/// Finds the file with the debug information of a kernel or module: the file itself, or the one that it
/// was stripped into.
///
/// Those are where gdb looks (`.build-id/xx/rest.debug` and what `.gnu_debuglink` names), and where
/// Debian's and Fedora's packages put kernels and modules, of this machine and of the unpacked packages
/// that a file lies in.
package struct DebugFileSearch {
  package struct Found {
    package let path: String
    package let file: MappedFile
  }

  /// Largest file after unpacking, in bytes.
  private let limit: Int
  /// The root file system, without a slash at the end.
  let root: String

  package init(limit: Int, below root: String = "") {
    self.limit = limit
    self.root = root
  }

  private var folder: String { DebugFileSearch.folder(below: root) }

  static func folder(below root: String) -> String { "\(root)/usr/lib/debug" }

  /// Other root file systems: that which a path is, or lies in.
  func roots(around path: String) -> [String] {
    if PathKind(path) == .directory { return [path] }
    for part in ["/usr/lib/debug/", "/boot/", "/usr/lib/modules/", "/lib/modules/"] {
      if let start = path.range(of: part), start > path.startIndex {
        return [String(path[..<start])]
      }
    }
    for part in ["usr/lib/debug/", "boot/", "usr/lib/modules/", "lib/modules/"]
    where path.hasPrefix(part) {
      return ["."]
    }
    return []
  }

  /// The file with the debug information of a file.
  ///
  /// - Parameters:
  ///   - path: A file of any kind, packed or not; of a directory only release and build ID count.
  ///   - release: The release of the kernel that it is the image of.
  ///   - buildID: Its build ID as hexadecimal digits, where that is not in an ELF file.
  /// - Returns: `nil` if there is none.
  /// - Throws: ``FileError`` if the file cannot be read.
  package func file(
    for path: String, release: String? = nil, buildID: String? = nil
  ) throws(FileError) -> Found? {
    var (identifier, candidates) = (buildID, [String]())
    if PathKind(path) == .file {
      let own = try open(path)
      if DebugFileSearch.hasInformation(own) { return Found(path: path, file: own) }
      identifier = identity(own) ?? identifier
      candidates = linked(from: path, own) + twins(of: path)
    }
    let roots = [root] + roots(around: path)
    if let identifier, identifier.utf8.count > 2 {
      let name = "\(identifier.prefix(2))/\(identifier.dropFirst(2)).debug"
      candidates.insert(
        contentsOf: roots.map { "\(DebugFileSearch.folder(below: $0))/.build-id/\(name)" }, at: 0)
    }
    if let release {
      candidates += roots.flatMap { KernelPaths.otherImages(of: release, below: $0) }
    }
    for candidate in candidates where PathKind(candidate) == .file {
      guard let file = try? open(candidate), DebugFileSearch.hasInformation(file),
        fits(file, identifier)
      else { continue }
      return Found(path: candidate, file: file)
    }
    return nil
  }

  /// Opens a file; a packed one is unpacked into memory.
  package func open(_ path: String) throws(FileError) -> MappedFile {
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    guard buffer.compression != nil else { return try MappedFile(path) }
    do throws(ParseError) { return MappedFile(copying: try buffer.source.all()) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }

  /// Whether a file is ELF and has entries of debug information.
  package static func hasInformation(_ file: MappedFile) -> Bool {
    guard let elf = try? ELFFile(ByteSource(file.bytes), readsEscapes: true) else { return false }
    for name in [".debug_info", ".zdebug_info"] as [StaticString] {
      if let index = elf.sectionIndex(named: name) { return elf.sections[index].type != .nobits }
    }
    return false
  }

  /// Whether a file is of the same build, as far as build IDs say.
  func fits(_ file: MappedFile, _ identifier: String?) -> Bool {
    guard let identifier, let own = identity(file) else { return true }
    return own == identifier
  }

  /// Where debuggers look for the file that `.gnu_debuglink` names: its name, padding to four bytes, and
  /// the CRC-32 of the file.
  private func linked(from path: String, _ file: MappedFile) -> [String] {
    guard let (name, sum) = link(of: file) else { return [] }
    let own = DebugFileSearch.directory(of: path)
    let places = ["\(own)/\(name)", "\(own)/.debug/\(name)", "\(folder)\(own)/\(name)"]
    return places.filter { PathKind($0) == .file && self.sum($0) == sum }
  }

  private func sum(_ path: String) -> UInt32? {
    guard let file = try? open(path) else { return nil }
    return file.bytes.crc32
  }

  private func link(of file: MappedFile) -> (name: String, sum: UInt32)? {
    guard let elf = try? ELFFile(ByteSource(file.bytes), readsEscapes: true),
      let index = elf.sectionIndex(named: ".gnu_debuglink")
    else { return nil }
    guard let bytes = try? elf.bytes(of: elf.sections[index]),
      let name = bytes.cString(at: 0, limit: 256)?.text
    else { return nil }
    let place = (name.utf8.count &+ 4) & ~3
    guard !name.contains("/"), !name.isEmpty,
      let sum = bytes.integer(UInt32.self, at: place, elf.layout.order)
    else { return nil }
    return (name, sum)
  }

  /// The build ID as hexadecimal digits.
  private func identity(_ file: MappedFile) -> String? {
    guard let elf = try? ELFFile(ByteSource(file.bytes), readsEscapes: true) else { return nil }
    return BuildID(in: elf)?.hexadecimal
  }

  /// Where Debian (`…/NAME.ko`) and Fedora (`…/NAME.ko.debug`) keep what modules were stripped of.
  private func twins(of path: String) -> [String] {
    var name = path.hasPrefix("/") ? path : "/\(path)"
    for suffix in [".xz", ".zst", ".gz"] where name.hasSuffix(suffix) {
      name = String(name.dropLast(suffix.utf8.count))
    }
    guard let start = name.range(of: "/lib/modules/") else { return [] }
    let tail = name[start...]
    return ([root] + roots(around: path)).flatMap { root in
      let folder = DebugFileSearch.folder(below: root)
      return ["", "/usr"].flatMap { ["\(folder)\($0)\(tail)", "\(folder)\($0)\(tail).debug"] }
    }
  }

  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "" : String(path[..<slash])
  }
}

extension String {
  /// Where a text begins in this one.
  fileprivate func range(of text: String) -> Index? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(text) { return index }
      index = self.index(after: index)
    }
    return nil
  }
}
