internal import ByteStorage
public import CKsym
internal import NameTables
internal import NameTranslation
internal import Synchronization

/// A text that is being translated, by one thread at a time.
final class OpenTranslator: Handled, Sendable {
  static let kind = KSYM_HANDLE_TRANSLATOR

  private let stream: Mutex<TextTranslator>

  init(_ options: TranslationOptions, _ sources: [NameSource], _ tables: [NameTable]) {
    stream = Mutex(TextTranslator(options, sources: sources, directories: tables))
  }

  /// Gives the stream to a function.
  func use(_ body: (inout TextTranslator) -> Void) throws(Failure) -> ksym_status {
    let isDone: Void? = stream.withLockIfAvailable { body(&$0) }
    guard isDone != nil else { throw Failure(-16, "another thread uses the translator") }
    return KSYM_OK
  }
}

/// Hands pieces of text to a callback until it returns `false`.
@safe private struct Writer {
  private let write: ksym_write_callback
  private let context: UnsafeMutableRawPointer?
  private var goesOn = true

  init(_ write: ksym_write_callback, _ context: UnsafeMutableRawPointer?) {
    unsafe self.write = write
    unsafe self.context = context
  }

  mutating func put(_ piece: RawSpan) {
    guard goesOn else { return }
    goesOn = unsafe piece.withUnsafeBytes { bytes in
      unsafe write(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, context)
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_translator_new(
  _ options: UnsafePointer<ksym_translator_options>!,
  _ translator: UnsafeMutablePointer<OpaquePointer?>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let translator = unsafe translator else {
      throw .argument("there is no place for the handle")
    }
    unsafe translator.pointee = nil
    let options = unsafe try checked(options)
    let forms: [NameForm] = [.readable, .source, .linkage, .hashed]
    guard let form = forms.dropFirst(Int(unsafe options.form)).first,
      unsafe options.flags <= KSYM_KEEP_LINKAGE, unsafe options.reserved == (0, 0, 0, 0)
    else { throw .argument("the options have what this version does not know") }
    var wanted = TranslationOptions(form: form)
    wanted.keepsLinkage = unsafe options.flags & KSYM_KEEP_LINKAGE != 0
    var (sources, tables): ([NameSource], [NameTable]) = ([], [])
    if unsafe options.kernel != nil {
      sources = unsafe try Handles.use(options.kernel) { (kernel: SymbolKernel) in
        [NameSource(kernel.index, release: kernel.releaseText, buildID: kernel.buildIDText)]
      }
    }
    if unsafe options.table != nil {
      tables = unsafe try Handles.use(options.table) { (table: OpenTable) in [table.table] }
    }
    unsafe translator.pointee = try Handles.make(OpenTranslator(wanted, sources, tables))
    return KSYM_OK
  }
}

private func checked(
  _ options: UnsafePointer<ksym_translator_options>?
) throws(Failure) -> ksym_translator_options {
  guard let options = unsafe options else { return unsafe ksym_translator_options() }
  guard unsafe options.pointee.size >= MemoryLayout<ksym_translator_options>.size else {
    throw .argument("the size of the options is not set")
  }
  return unsafe options.pointee
}

/// See ksym.h.
@c @implementation public func ksym_translator_feed(
  _ translator: OpaquePointer!, _ data: UnsafeRawPointer!, _ length: Int,
  _ write: ksym_write_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let write = unsafe write else { throw .argument("the callback is null") }
    guard length >= 0, unsafe data != nil || length == 0 else {
      throw .argument("the text is null")
    }
    // SAFETY: the caller says that there are so many bytes.
    let text = unsafe UnsafeRawBufferPointer(start: length > 0 ? data : nil, count: length)
    return unsafe try Handles.use(translator) { (translator: OpenTranslator) throws(Failure) in
      try translator.use { stream in
        var writer = unsafe Writer(write, context)
        stream.translate(unsafe text.bytes) { writer.put($0) }
      }
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_translator_finish(
  _ translator: OpaquePointer!, _ write: ksym_write_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let write = unsafe write else { throw .argument("the callback is null") }
    return unsafe try Handles.use(translator) { (translator: OpenTranslator) throws(Failure) in
      try translator.use { stream in
        var writer = unsafe Writer(write, context)
        stream.finish { writer.put($0) }
      }
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_translator_free(_ translator: OpaquePointer!) {
  unsafe Handles.close(translator, KSYM_HANDLE_TRANSLATOR)
}
