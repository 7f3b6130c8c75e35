internal import ByteStorage
internal import ModuleVersions

/// The Rust symbols that a kernel exports, by their names without what tells one build of a crate from another:
/// rustc makes a crate's disambiguator of its own version and of the options that it is given.
struct RustCrates {
  /// A build of a crate.
  struct Build: Hashable {
    /// `CsHASH_`, without the underscore.
    let disambiguator: String
    let crate: String
  }

  private var names: [String: String] = [:]

  init(_ exports: ExportTable?) {
    guard let exports else { return }
    for row in exports.rows {
      let name = exports.text(row.name)
      if let bare = RustCrates.bare(name) { names[bare.name] = name }
    }
  }

  /// The first crate of which a name and what the kernel exports are of different builds; `nil` if the kernel
  /// exports no such name.
  func difference(_ name: String) -> (own: Build, kernel: Build)? {
    guard let own = RustCrates.bare(name), let other = names[own.name],
      let kernel = RustCrates.bare(other)
    else { return nil }
    return zip(own.builds, kernel.builds).first { $0 != $1 }
  }

  /// A mangled name (v0) without the disambiguators of its crates, and these.
  ///
  /// - Note: The Rust reference, "v0 symbol format": `C`, `s` with a number in base 62, `_`, the crate's name
  ///   after its length.
  static func bare(_ name: String) -> (name: String, builds: [Build])? {
    let bytes = Array(name.utf8)
    guard bytes.starts(with: "_R".utf8) else { return nil }
    var (bare, builds): ([UInt8], [Build]) = ([], [])
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "C"), let end = end(ofDisambiguator: bytes, index + 1),
        let crate = identifier(bytes, end)
      {
        bare.append(bytes[index])
        builds.append(
          Build(
            disambiguator: String(decoding: bytes[index..<(end - 1)], as: UTF8.self), crate: crate))
        index = end
      } else if let end = number(bytes, index) {
        // Where a backreference leads depends on how long the disambiguators before it are.
        bare += bytes[index] == UInt8(ascii: "B") ? bytes[index...index] : bytes[index..<end]
        index = end
      } else if let end = identifierEnd(bytes, index) {
        // A name may hold anything.
        bare += bytes[index..<end]
        index = end
      } else {
        bare.append(bytes[index])
        index += 1
      }
    }
    return builds.isEmpty ? nil : (String(decoding: bare, as: UTF8.self), builds)
  }

  /// Longest number of a backreference, a constant or a disambiguator of something else than a crate.
  private static let longestNumber = 5

  /// Where a number ends that a letter begins, and an underscore ends: its digits are no length.
  private static func number(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard "BsK".utf8.contains(bytes[start]) else { return nil }
    for index in start + 1..<min(bytes.count, start + 2 + longestNumber) {
      if bytes[index] == UInt8(ascii: "_") { return index + 1 }
      if !isDigit(bytes[index]), !isLetter(bytes[index]) { return nil }
    }
    return nil
  }

  private static func end(ofDisambiguator bytes: [UInt8], _ start: Int) -> Int? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "s"),
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "_")),
      bytes[start..<end].allSatisfy({ isDigit($0) || isLetter($0) })
    else { return nil }
    return end + 1
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Where an identifier ends: its length, an underscore where needed, and as many bytes.
  private static func identifierEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var (length, index) = (0, start)
    while index < bytes.count, isDigit(bytes[index]), length < 1 << 16 {
      length = 10 * length + Int(bytes[index] - UInt8(ascii: "0"))
      index += 1
    }
    guard index > start, length > 0 else { return nil }
    if index < bytes.count, bytes[index] == UInt8(ascii: "_") { index += 1 }
    return index + length <= bytes.count ? index + length : nil
  }

  private static func identifier(_ bytes: [UInt8], _ start: Int) -> String? {
    guard let end = identifierEnd(bytes, start) else { return nil }
    return String(decoding: bytes[start..<end].drop(while: isDigit), as: UTF8.self)
  }
}
