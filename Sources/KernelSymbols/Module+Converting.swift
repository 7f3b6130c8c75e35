internal import ByteStorage
internal import VersionConversion

/// The version tables that a converted module has.
public struct ConversionTarget: Sendable, Hashable {
  let layout: ConversionRequest.Target

  /// `__versions` with 64-byte records.
  public static let basic = ConversionTarget(layout: .basic)
  /// `__version_ext_crcs` and `__version_ext_names`.
  public static let extended = ConversionTarget(layout: .extended)
  /// Both, as modpost writes them: the basic table without names that do not fit.
  public static let both = ConversionTarget(layout: .both)
  /// `__versions` in Ubuntu's packed records.
  public static let packed = ConversionTarget(layout: .packed)
  /// `__versions` with digests for names that do not fit.
  public static let hashed = ConversionTarget(layout: .hashed)
  /// No table at all.
  public static let none = ConversionTarget(layout: .none)
}

/// What happens to the signature of a module that is changed.
public enum SignatureHandling: Sendable, Hashable {
  /// A signed module is not converted.
  case refused
  /// The signature is removed.
  case dropped
}

extension Module {
  /// The module with other version tables. Everything else stays as it is, byte for byte.
  ///
  /// - Parameters:
  ///   - target: The tables to have.
  ///   - signature: What happens to a signature.
  /// - Returns: The converted module.
  /// - Throws: ``KernelSymbolsError`` `.notConvertible` if the tables cannot hold all names, disagree, or
  ///   the module is signed and `signature` is `.refused`.
  public func converting(
    to target: ConversionTarget, signature: SignatureHandling = .refused
  ) throws(KernelSymbolsError) -> Module {
    var request = ConversionRequest(target.layout)
    request.signature = signature == .dropped ? .dropped : .refused
    let converted: ConvertedModule
    do throws(ConversionError) {
      converted = try ModuleConverter.convert(bytes.rawSpan, request)
    } catch {
      throw KernelSymbolsError(
        .notConvertible, path: path, "\(path): cannot be converted: \(error)")
    }
    return try Module(bytes: converted.bytes, path: path)
  }
}
