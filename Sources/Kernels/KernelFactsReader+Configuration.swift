package import ByteStorage
internal import KernelImages

extension KernelFactsReader {
  /// The facts that a configuration alone tells.
  ///
  /// - Returns: `nil` if the file is no configuration: text whose first line is a comment or sets an
  ///   option.
  /// - Throws: ``FileError`` if the file cannot be read.
  package mutating func readConfiguration(_ path: String) throws(FileError) -> KernelFacts? {
    guard PathKind(path) == .file else { return nil }
    try file.open(path)
    guard let start = try? file.source.bytes(0..<min(file.count, 7), in: "file"),
      start.starts(with: "#") || start.starts(with: "CONFIG_"),
      let text = try? file.source.all(), let config = try? KernelConfig(parsing: text)
    else { return nil }
    var facts = KernelFacts(path: path)
    facts.config = KernelFacts.Fact(config, from: path)
    // # Linux/x86 6.12.107 Kernel Configuration
    let head = text.slice(0..<min(text.byteCount, 200))?.text ?? ""
    for line in head.split(separator: "\n") where line.hasSuffix(" Kernel Configuration") {
      let words = line.split(separator: " ")
      if words.count >= 3, KernelFacts.number(of: String(words[2])) != nil {
        facts.release = KernelFacts.Fact(String(words[2]), from: path)
      }
    }
    return facts
  }
}
