internal import ByteStorage
public import CKsym
internal import NameTables
internal import NameTranslation
internal import SymbolNames

/// An open name table.
final class OpenTable: Handled {
  static let kind = KSYM_HANDLE_TABLE

  let table: NameTable
  private let path: String

  init(_ path: String) throws(Failure) {
    self.path = path
    do throws(FileError) { table = try NameTable(path) } catch { throw Failure(error) }
  }

  /// Gives names to a callback until it returns `false`.
  func give(
    _ each: ksym_name_callback, _ context: UnsafeMutableRawPointer?,
    _ names: (NameTable) throws(ParseError) -> [[UInt8]]
  ) throws(Failure) -> ksym_status {
    let found = try ask(names)
    var scratch = Scratch()
    for name in found {
      let (text, length) = unsafe scratch.keep(name.rawSpan)
      guard unsafe each(text, length, context) else { break }
    }
    return found.isEmpty ? KSYM_NOT_FOUND : KSYM_OK
  }

  /// Asks the table, which may turn out to be damaged.
  func ask<Answer>(
    _ body: (NameTable) throws(ParseError) -> Answer
  ) throws(Failure) -> Answer {
    do throws(ParseError) { return try body(table) } catch { throw Failure(error, in: path) }
  }
}

/// See ksym.h.
@c @implementation public func ksym_table_open(
  _ path: UnsafePointer<CChar>!, _ table: UnsafeMutablePointer<OpaquePointer?>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let table = unsafe table else { throw .argument("there is no place for the handle") }
    unsafe table.pointee = nil
    let path = unsafe try Given.text(path, "the path")
    unsafe table.pointee = try Handles.make(OpenTable(path))
    return KSYM_OK
  }
}

/// See ksym.h.
@c @implementation public func ksym_table_close(_ table: OpaquePointer!) {
  unsafe Handles.close(table, KSYM_HANDLE_TABLE)
}

/// See ksym.h.
@c @implementation public func ksym_table_count(_ table: OpaquePointer!) -> Int {
  attempt(or: 0) { () throws(Failure) in
    unsafe try Handles.use(table) { (table: OpenTable) in table.table.count }
  }
}

/// See ksym.h.
@c @implementation public func ksym_table_digest(
  _ table: OpaquePointer!, _ digest: UnsafePointer<UInt8>!, _ each: ksym_name_callback!,
  _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let digest = unsafe digest else { throw .argument("the digest is null") }
    guard let each = unsafe each else { throw .argument("the callback is null") }
    // SAFETY: the caller says that there are 32 bytes.
    let bytes = unsafe Array(UnsafeBufferPointer(start: digest, count: 32))
    guard let hashed = HashedName(bytes.span) else { throw .argument("the digest is none") }
    return unsafe try Handles.use(table) { (table: OpenTable) throws(Failure) in
      unsafe try table.give(each, context) { (table) throws(ParseError) in
        try table.linkageNames(of: hashed)
      }
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_table_find(
  _ table: OpaquePointer!, _ form: UnsafePointer<CChar>!, _ length: Int,
  _ each: ksym_name_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    let form = unsafe Array(try Given.bytes(form, length, "the name"))
    guard let each = unsafe each else { throw .argument("the callback is null") }
    return unsafe try Handles.use(table) { (table: OpenTable) throws(Failure) in
      unsafe try table.give(each, context) { (table) throws(ParseError) in
        try table.linkageNames(for: form.rawSpan, owner: nil)
      }
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_table_owners(
  _ table: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ length: Int,
  _ each: ksym_owner_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    let name = unsafe Array(try Given.bytes(name, length, "the name"))
    guard let each = unsafe each else { throw .argument("the callback is null") }
    return unsafe try Handles.use(table) { (table: OpenTable) throws(Failure) in
      let owners = try table.ask { (table) throws(ParseError) -> [NameTable.Owner] in
        guard let record = try table.record(linkage: name.rawSpan) else { return [] }
        var owners: [NameTable.Owner] = []
        for index in try table.owners(of: record) { owners.append(try table.owner(at: index)) }
        return owners
      }
      for owner in owners {
        let (module, release) = (CText(owner.name), CText(owner.release))
        guard unsafe each(module.pointer, release.pointer, context) else { break }
      }
      return owners.isEmpty ? KSYM_NOT_FOUND : KSYM_OK
    }
  }
}
