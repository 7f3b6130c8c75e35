package import ByteStorage

/// What a kernel says of itself for tools that read its memory: the text of the note `VMCOREINFO`.
/// Lines `KEY=VALUE`, at most a page in all; later keys may be missing (`kernel/vmcore_info.c`,
/// 7.3). Addresses of symbols are those of the running kernel, with KASLR applied.
package struct VMCoreInformation: Sendable, Hashable {
  /// The lines, in their order, without empty ones.
  package let lines: [String]
  private let values: [String: String]

  /// Longest text to take for one, in bytes: a page of 64 KiB.
  private static let longest = 64 << 10
  /// Notes in memory to look at before giving up: hostile memory may hold millions.
  private static let mostCandidates = 256

  /// Reads the text; it ends at a NUL, or with the bytes. `nil` unless it begins with `OSRELEASE=`,
  /// as every kernel writes it (2.6.24 to 7.3).
  package init?(parsing bytes: RawSpan) {
    guard bytes.starts(with: "OSRELEASE="),
      let part = bytes.slice(0..<min(bytes.byteCount, VMCoreInformation.longest)),
      let text = part.slice(0..<(part.firstIndex(of: 0) ?? part.byteCount))
    else { return nil }
    lines = text.text.split(separator: "\n").map(String.init)
    var values: [String: String] = [:]
    for line in lines {
      guard let sign = line.firstIndex(of: "=") else { continue }
      let key = String(line[..<sign])
      // Of equal keys the first counts.
      if values[key] == nil { values[key] = String(line[line.index(after: sign)...]) }
    }
    self.values = values
  }

  /// Searches memory for the note itself; for dumps that do not record where it is.
  package init?(searching memory: RawSpan, _ order: ByteOrder) {
    var position = 0
    for _ in 0..<VMCoreInformation.mostCandidates {
      guard let name = memory.firstRange(of: "VMCOREINFO\0", from: position) else { return nil }
      position = name &+ 11
      guard memory.integer(UInt32.self, at: name &- 12, order) == 11,
        let size = memory.integer(UInt32.self, at: name &- 8, order),
        memory.integer(UInt32.self, at: name &- 4, order) == 0,
        let text = memory.slice((name &+ 12)..<(name &+ 12 &+ Int(size))),
        let found = VMCoreInformation(parsing: text)
      else { continue }
      self = found
      return
    }
    return nil
  }

  /// The value of a key as written, such as that of `OSRELEASE`.
  package subscript(key: String) -> String? { values[key] }

  /// `OSRELEASE`: the release, as `uname -r` prints it.
  package var release: String? { values["OSRELEASE"] }

  /// `BUILD-ID` (5.9 and later), unless it is not one: some releases wrote garbage there.
  package var buildID: BuildID? {
    guard let text = values["BUILD-ID"], text.utf8.count == 40 else { return nil }
    var bytes: [UInt8] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes.allSatisfy { $0 == 0 } ? nil : BuildID(bytes)
  }

  /// `PAGESIZE`, in bytes.
  package var pageSize: Int? { values["PAGESIZE"].flatMap { Int($0) } }

  /// `KERNELOFFSET`: how far KASLR moved the kernel, in bytes; hexadecimal without a prefix. On
  /// s390 (6.10 and later) it is where the kernel begins, not how far it moved.
  package var kernelOffset: UInt64? { hexadecimal("KERNELOFFSET") }

  /// `SYMBOL(name)`: the address of a symbol in the running kernel.
  package func symbol(_ name: String) -> UInt64? { hexadecimal("SYMBOL(\(name))") }

  /// `NUMBER(name)`: decimal, possibly negative, or hexadecimal with a prefix; its 64 bits.
  package func number(_ name: String) -> UInt64? {
    guard let text = values["NUMBER(\(name))"] else { return nil }
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    return UInt64(text) ?? Int64(text).map { UInt64(bitPattern: $0) }
  }

  /// `OFFSET(structure.member)`, in bytes.
  package func offset(_ member: String) -> Int? { decimal("OFFSET(\(member))") }

  /// `SIZE(structure)`, in bytes.
  package func size(_ structure: String) -> Int? { decimal("SIZE(\(structure))") }

  /// `LENGTH(array)`, in elements.
  package func length(_ array: String) -> Int? { decimal("LENGTH(\(array))") }

  func hexadecimal(_ key: String) -> UInt64? { values[key].flatMap { UInt64($0, radix: 16) } }

  private func decimal(_ key: String) -> Int? { values[key].flatMap { Int($0) } }
}
