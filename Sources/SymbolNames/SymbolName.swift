/// A symbol's name as the linker sees it, and the other names the symbol has.
package struct SymbolName: Sendable, Hashable {
  /// The linkage name, without a NUL; not necessarily UTF-8.
  package let linkage: [UInt8]

  package init(_ linkage: [UInt8]) { self.linkage = linkage }

  package init(_ linkage: String) { self.linkage = Array(linkage.utf8) }

  /// The same name, for code that works on borrowed bytes.
  package var view: SymbolNameView {
    @_lifetime(borrow self) borrowing get { SymbolNameView(linkage.span) }
  }

  /// The linkage name as text; invalid UTF-8 is replaced.
  package var text: String { String(decoding: linkage, as: UTF8.self) }

  /// The source name: without the prefixes and suffixes of the toolchain; for Rust, the mangled name.
  package var source: SymbolName {
    SymbolName(Array(linkage[LinkageName(linkage.span).sourceRange]))
  }

  /// What the suffixes show that compilers did to the function.
  package var change: LinkageName.Change { LinkageName(linkage.span).change }

  /// The readable name; `nil` if the name is not mangled.
  package var readable: String? { view.readable }
}

/// A symbol's name in bytes of its owner, such as a table: what ``SymbolName`` offers, without a copy.
package struct SymbolNameView: ~Escapable {
  /// The linkage name, without a NUL.
  package let linkage: Span<UInt8>

  @_lifetime(copy linkage) package init(_ linkage: Span<UInt8>) { self.linkage = linkage }

  /// As ``SymbolName/source``; allocates only if there is a prefix or suffix.
  package var source: Span<UInt8> {
    @_lifetime(copy self) get { linkage.extracting(LinkageName(linkage).sourceRange) }
  }

  package var readable: String? {
    guard linkage.starts(with: "_R") || linkage.starts(with: "_ZN") else { return nil }
    return RustDemangler.readableName(of: linkage)
  }

  /// The readable path without what compilers appended to the name.
  package var path: String? {
    guard linkage.starts(with: "_R") || linkage.starts(with: "_ZN") else { return nil }
    let source = source
    let end = RustDemangler.mangledLength(of: source)
    return RustDemangler.readableName(of: source.extracting(0..<end))
  }
}
