internal import ByteStorage
internal import ModuleTrust

/// A module followed by its signature.
package struct SignedBytes: ~Escapable {
  package let module: RawSpan
  /// The signature with its trailer; empty if there is none.
  package let signature: RawSpan
  package var isSigned: Bool { signature.byteCount > 0 }

  /// Finds where a module ends and its signature begins.
  ///
  /// Up to 4.2 the name of the signer and the identifier of the key precede the signature, and the trailer
  /// has their lengths: kernel/module_signing.c, 3.10.
  ///
  /// - Throws: ``ConversionError`` `.badSignature` if the trailer says that it is longer than the
  ///   file.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) throws(ConversionError) {
    guard let trailer = SignatureTrailer(ByteSource(bytes)) else {
      module = bytes
      signature = RawSpan()
      return
    }
    let end = trailer.lengthBeforeMarker - SignatureTrailer.structureSize
    let size = Int(trailer.signatureLength) + trailer.lengthBeforeSignature
    guard end > 0, size < end,
      trailer.idType == 1 || trailer.idType == 2 && trailer.hasZeroParameters,
      let module = bytes.slice(0..<(end - size)),
      let signature = bytes.suffix(from: module.byteCount)
    else { throw .badSignature }
    self.module = module
    self.signature = signature
  }
}

/// A signed module whose signature is to be put back.
package struct SignedOriginal: Sendable {
  private let bytes: [UInt8]
  private let moduleSize: Int

  /// - Parameter bytes: The whole file, unpacked.
  /// - Throws: ``ConversionError`` if it is not signed.
  package init(_ bytes: RawSpan) throws(ConversionError) {
    let parts = try SignedBytes(bytes)
    guard parts.isSigned else { throw .init(.originalUnsigned) }
    self.bytes = bytes.array
    moduleSize = parts.module.byteCount
  }

  /// What to append to a module that is what was signed.
  func trailer(for module: RawSpan) throws(ConversionError) -> ArraySlice<UInt8> {
    let original = bytes.rawSpan
    let common = min(module.byteCount, moduleSize)
    guard let left = module.slice(0..<common), let right = original.slice(0..<common) else {
      return []
    }
    guard module.byteCount == moduleSize, left.equals(right) else {
      let place = (0..<common).first { left.byte(at: $0) != right.byte(at: $0) } ?? common
      throw .init(.differsFromOriginal, number: place)
    }
    return bytes[moduleSize...]
  }
}
