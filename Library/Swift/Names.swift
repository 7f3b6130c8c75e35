public import CKsym
internal import NameTranslation
internal import SymbolNames

/// See ksym.h.
@c @implementation public func ksym_demangle(
  _ name: UnsafePointer<CChar>!, _ length: Int, _ flags: UInt32,
  _ buffer: UnsafeMutablePointer<CChar>!,
  _ size: Int
) -> Int {
  nameAnswer { () throws(Failure) in
    let name = unsafe try Given.bytes(name, length, "the name")
    guard flags <= KSYM_SHOW_HASHES else { throw .argument("no such flag") }
    var output = NameBuffer()
    let isMangled = unsafe RustDemangler.appendReadableName(
      of: name.span, style: flags == 0 ? .plain : .showingHashes, to: &output)
    return isMangled ? unsafe try give(output.bytes, to: buffer, size) : -1
  }
}

/// See ksym.h.
@c @implementation public func ksym_form(
  _ name: UnsafePointer<CChar>!, _ length: Int, _ form: ksym_name_form,
  _ buffer: UnsafeMutablePointer<CChar>!, _ size: Int
) -> Int {
  nameAnswer { () throws(Failure) in
    let bytes = unsafe try Given.bytes(name, length, "the name")
    let name = unsafe bytes.span
    if form == KSYM_SOURCE {
      return unsafe try give(SymbolNameView(name).source, to: buffer, size)
    }
    var output = NameBuffer()
    switch form {
    case KSYM_READABLE: _ = NameForm.readable.append(linkageName: name, isBare: false, to: &output)
    case KSYM_BARE: _ = NameForm.readable.append(linkageName: name, isBare: true, to: &output)
    case KSYM_HASHED:
      let digits = Array(SymbolNameView(name).hashed.hexadecimal.utf8)
      return unsafe try give(digits.span, to: buffer, size)
    default: throw .argument("no such form")
    }
    return unsafe try give(output.bytes, to: buffer, size)
  }
}

/// The length of an answer, or the status of a failure, which is negative.
func nameAnswer(_ body: () throws(Failure) -> Int) -> Int {
  do throws(Failure) { return try body() } catch {
    error.keep()
    return Int(error.status)
  }
}
