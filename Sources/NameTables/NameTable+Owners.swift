package import ByteStorage

extension NameTable {
  /// What a name belongs to: a module or a kernel itself.
  package struct Owner: Sendable, Hashable {
    /// `vmlinux`, or the name of a module.
    package var name: String
    /// Its own build ID; empty if it has none.
    package var buildID: [UInt8]
    /// Release of its kernel; empty if unknown.
    package var release: String
    /// Build ID of its kernel; empty if unknown.
    package var kernelBuildID: [UInt8]

    package init(
      _ name: String, buildID: [UInt8] = [], release: String = "", kernelBuildID: [UInt8] = []
    ) {
      self.name = name
      self.buildID = buildID
      self.release = release
      self.kernelBuildID = kernelBuildID
    }

    var fields: [[UInt8]] { [Array(release.utf8), kernelBuildID, Array(name.utf8), buildID] }
  }

  /// Longest field of an owner, in bytes.
  static let longestField = 4096

  /// An owner by its index.
  package func owner(at index: Int) throws(ParseError) -> Owner {
    let section = header[.owners]
    guard index >= 0, index < ownerCount else {
      throw ParseError(.badValue(UInt64(clamping: index)), in: "owner", at: section.lowerBound)
    }
    let records = section.lowerBound &+ ownerCount &* 4
    let start = records &+ (try number(.owners, at: index, size: 4))
    guard start < section.upperBound else {
      throw ParseError(.badValue(UInt64(start)), in: "owner", at: start)
    }
    let end = min(section.upperBound, start &+ 4 &* (NameTable.longestField &+ 2))
    let record = try file.bytes(start..<end, in: "owner")
    var position = 0
    var fields: [[UInt8]] = []
    for _ in 0..<4 {
      guard let length = record.variable(at: &position), length <= NameTable.longestField,
        let field = record.slice(position..<(position &+ length))
      else { throw ParseError(.badValue(0), in: "owner", at: start) }
      fields.append(field.array)
      position &+= length
    }
    return Owner(
      String(decoding: fields[2], as: UTF8.self), buildID: fields[3],
      release: String(decoding: fields[0], as: UTF8.self), kernelBuildID: fields[1])
  }

  /// Indexes of the owners of a name, ascending.
  package func owners(of record: borrowing Record) throws(ParseError) -> [Int] {
    var owners: [Int] = []
    _ = try readSet(at: record.set) { owners.append($0) }
    return owners
  }

  /// Calls `body` for every owner of the set at an offset of the sets; returns the offset after it.
  func readSet(at offset: Int, _ body: (Int) -> Void) throws(ParseError) -> Int {
    var position = offset
    var remaining = try setNumber(at: &position)
    var next = 0
    while remaining > 0 {
      let owner = next &+ (try setNumber(at: &position))
      guard owner < ownerCount else {
        throw ParseError(
          .badValue(UInt64(owner)), in: "set of owners", at: header[.sets].lowerBound &+ position)
      }
      body(owner)
      next = owner &+ 1
      remaining &-= 1
    }
    return position
  }

  private func setNumber(at offset: inout Int) throws(ParseError) -> Int {
    let section = header[.sets]
    let start = min(section.lowerBound &+ offset, section.upperBound)
    let bytes = try file.bytes(start..<min(start &+ 5, section.upperBound), in: "set of owners")
    var used = 0
    guard let value = bytes.variable(at: &used) else {
      throw ParseError(.badValue(0), in: "set of owners", at: start)
    }
    offset &+= used
    return value
  }
}
