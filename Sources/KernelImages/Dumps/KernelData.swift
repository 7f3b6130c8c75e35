package import ByteStorage
package import ELFFormat

extension ELFFile {
  /// The read-only data of a kernel: where its banner, vermagic and embedded configuration are.
  ///
  /// - Returns: The bytes of `.rodata`; of the whole file if there is no such section.
  /// - Throws: ``ParseError`` if the section lies outside of the file.
  @_lifetime(copy self)
  package func kernelReadOnlyData() throws(ParseError) -> RawSpan {
    if let index = sectionIndex(named: ".rodata") {
      let bytes = try bytes(of: sections[index], in: ".rodata")
      if bytes.byteCount > 0 { return bytes }
    }
    return try source.all()
  }
}
