public import ByteStorage
public import NameTables
internal import SymbolNames

extension NameTable: NameDirectory {
  /// As ``NameDirectory/linkageNames(of:)``.
  public func linkageNames(of digest: SHA256Digest) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    try forEachRecord(for: digest) { names.append($0.name.array) }
    return names
  }

  /// As ``NameDirectory/linkageNames(for:owner:)``.
  ///
  /// - Complexity: O(log n), and O(1) for each name that shares the source name, or the readable path
  ///   but for generic arguments.
  public func linkageNames(for form: RawSpan, owner: String?) throws(ParseError) -> [[UInt8]] {
    var kin = FormKin(form)
    if let record = try record(linkage: form) { kin.add(record.name) }
    if form.firstRange(of: "::") == nil {
      try addSourceKin(of: form, to: &kin)
    } else {
      try addReadableKin(of: form, to: &kin)
    }
    let names = kin.names
    guard names.count > 1, let owner else { return names }
    var owned: [[UInt8]] = []
    for name in names where try isOwned(name, by: owner) { owned.append(name) }
    return owned.isEmpty ? names : owned
  }

  /// Names looked at for one text at most: tables may be made to have any number that look alike.
  private static let mostKin = 1 << 16

  /// Adds names that begin as the text does, up to its first suffix.
  private func addSourceKin(of form: RawSpan, to kin: inout FormKin) throws(ParseError) {
    guard let base = form.slice(0..<FormKin.baseEnd(of: form)) else { return }
    for separator in [UInt8(ascii: "."), UInt8(ascii: "$")] {
      let key = base.array + [separator]
      var seen = 0
      try forEachRecord(beginningWith: key.span.raw) { record in
        kin.add(record.name)
        seen += 1
        return seen < NameTable.mostKin
      }
    }
  }

  /// Adds names whose readable path is the text's, but for generic arguments and suffixes.
  private func addReadableKin(of form: RawSpan, to kin: inout FormKin) throws(ParseError) {
    let start = LinkageName(form.bytes).sourceRange.lowerBound
    let end = FormKin.baseEnd(of: form)
    guard start < end, let prefix = form.slice(0..<start), let path = form.slice(start..<end) else {
      return
    }
    var prefixed: [[UInt8]] = []
    var seen = 0
    try forEachRecord(readable: path) { record in
      if start == 0 {
        kin.add(record.name)
      } else {
        prefixed.append(prefix.array + record.name.array)
      }
      seen += 1
      return seen < NameTable.mostKin
    }
    for name in prefixed {
      if let record = try record(linkage: name.span.raw) { kin.add(record.name) }
    }
  }

  private func isOwned(_ name: [UInt8], by owner: String) throws(ParseError) -> Bool {
    guard let record = try record(linkage: name.span.raw) else { return false }
    for index in try owners(of: record) where try self.owner(at: index).name == owner {
      return true
    }
    return false
  }
}

/// The linkage names of which a text is a form.
struct FormKin: ~Copyable {
  private let form: [UInt8]
  private var complete: Set<[UInt8]> = []
  private var bare: Set<[UInt8]> = []
  private var output = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)

  init(_ form: RawSpan) { self.form = form.array }

  /// Takes a linkage name, if the text is a form of it.
  mutating func add(_ name: RawSpan) {
    if name.equals(form.span.raw) {
      complete.insert(form)
    } else if isForm(of: name, isBare: false) {
      complete.insert(name.array)
    } else if complete.isEmpty, isForm(of: name, isBare: true),
      !LinkageName(name.bytes).suffixes.contains(where: \.isPart)
    {
      // A piece of a function is not found by the name of the function.
      bare.insert(name.array)
    }
  }

  /// The names that count, in bytewise order.
  var names: [[UInt8]] {
    (complete.isEmpty ? bare : complete).sorted { $0.lexicographicallyPrecedes($1) }
  }

  private mutating func isForm(of name: RawSpan, isBare: Bool) -> Bool {
    for form in [NameForm.readable, .source] {
      output.removeAll()
      _ = form.append(linkageName: name.bytes, isBare: isBare, to: &output)
      if output.bytes.raw.equals(self.form.span.raw) { return true }
    }
    return false
  }

  /// Where what compilers append begins in a form: the first dot behind the last part of the path.
  static func baseEnd(of form: RawSpan) -> Int {
    var start = form.byteCount
    while start > 0, form.byte(at: start &- 1) != 0x3a, form.byte(at: start &- 1) != 0x3e {
      start &-= 1
    }
    var end = max(start, 1)
    while end < form.byteCount, form.byte(at: end) != 0x2e { end &+= 1 }
    return min(end, form.byteCount)
  }
}
