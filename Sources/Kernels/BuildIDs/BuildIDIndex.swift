internal import ByteStorage
internal import KernelImages

/// The build IDs of the kernels that are installed, remembered in a file: to find one, a kernel has to be
/// unpacked.
///
/// ```
/// HEX SIZE MODIFIED PATH      a line a kernel; HEX is - for one without an ID
/// ```
struct BuildIDIndex {
  private struct Entry {
    let stamp: FileStamp
    /// Empty if the file has none.
    let identifier: String
  }

  private var entries: [String: Entry] = [:]
  private var isChanged = false
  /// The file; `nil` if nothing can be remembered.
  private let path: String?
  /// Number of kernels that were read.
  private(set) var readCount = 0

  /// Reads what is remembered in a directory. Lines that make no sense are dropped.
  init(in directory: String?) {
    path = directory.map { "\($0)/ksym/build-ids" }
    var file = FileBuffer(limit: 1 << 20)
    guard let path, PathKind(path) == .file, (try? file.open(path)) != nil,
      let text = try? file.source.all()
    else { return }
    var lines = Lines(text)
    while let line = lines.next()?.text {
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, let size = Int64(words[1]), let modified = Int64(words[2]) else {
        continue
      }
      entries[String(words[3])] = Entry(
        stamp: FileStamp(size: size, modified: modified),
        identifier: words[0] == "-" ? "" : String(words[0]))
    }
  }

  /// The build ID of a kernel's file; `nil` if it is not a kernel, or has none.
  mutating func identifier(of path: String, limit: Int) -> String? {
    guard let stamp = FileStamp(path) else { return nil }
    if let known = entries[path], known.stamp == stamp {
      return known.identifier.isEmpty ? nil : known.identifier
    }
    guard PathKind.isReadable(path) else { return nil }
    readCount += 1
    let found = BuildIDIndex.read(path, limit: limit)
    entries[path] = Entry(stamp: stamp, identifier: found ?? "")
    isChanged = true
    return found
  }

  private static func read(_ path: String, limit: Int) -> String? {
    var file = KernelFile(limit: limit)
    guard (try? file.open(path)) != nil else { return nil }
    var facts = KernelFacts(path: path)
    try? file.addImageFacts(to: &facts)
    file.addBuildID(to: &facts)
    return facts.buildID?.value.hexadecimal
  }

  /// Remembers what was read, as far as that is possible.
  func save() {
    guard isChanged, let path, let directory = KernelPaths.ancestors(of: path, count: 2).first
    else { return }
    var output = OutputBuffer()
    for (path, entry) in entries.sorted(by: { $0.key < $1.key }) where !path.contains("\n") {
      let identifier = entry.identifier.isEmpty ? "-" : entry.identifier
      output.append("\(identifier) \(entry.stamp.size) \(entry.stamp.modified) \(path)\n")
    }
    for folder in KernelPaths.ancestors(of: directory, count: 1) + [directory] {
      ProcessEnvironment.makeDirectory(folder)
    }
    try? AtomicFile.write(output.bytes, to: path)
  }
}
