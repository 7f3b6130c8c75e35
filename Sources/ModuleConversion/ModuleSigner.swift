/// A private key and its certificate, to sign modules with.
public struct ModuleSigner: Sendable {
  func sign(_ module: inout [UInt8]) throws(ConversionError) {
    throw .cannotSign("not built")
  }
}
