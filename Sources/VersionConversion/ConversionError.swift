package import ByteStorage

/// Why a module is not converted: a code, and what it is about.
package struct ConversionError: Error, Sendable, Hashable {
  /// What went wrong.
  package struct Code: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let malformed = Code(rawValue: "malformed")
    /// A version table that cannot be read without loss; with the defects.
    package static let damagedTables = Code(rawValue: "damaged-tables")
    package static let repeatedSection = Code(rawValue: "repeated-section")
    package static let wideCRC = Code(rawValue: "wide-crc")
    package static let tablesDisagree = Code(rawValue: "tables-disagree")
    package static let noVersions = Code(rawValue: "no-versions")
    /// Names that do not fit the layout; with its limit in bytes.
    package static let unrepresentable = Code(rawValue: "unrepresentable")
    /// Hashed names whose symbols are unknown.
    package static let unknownHashes = Code(rawValue: "unknown-hashes")
    /// Symbols that the kernel to match does not export.
    package static let notExported = Code(rawValue: "not-exported")
    package static let signed = Code(rawValue: "signed")
    package static let badSignature = Code(rawValue: "bad-signature")
    /// The module is not what the original's signature signs; with the first byte that differs.
    package static let differsFromOriginal = Code(rawValue: "differs-from-original")
    package static let originalUnsigned = Code(rawValue: "original-unsigned")
    /// The private key cannot be read; with OpenSSL's reason.
    package static let unreadableKey = Code(rawValue: "unreadable-key")
    /// The certificate cannot be read; with OpenSSL's reason.
    package static let unreadableCertificate = Code(rawValue: "unreadable-certificate")
    package static let otherCertificate = Code(rawValue: "other-certificate")
    /// The module cannot be signed; with OpenSSL's reason.
    package static let signingFailed = Code(rawValue: "signing-failed")
    /// A device table that has no aliases: its bus and name; with the code of the reason.
    package static let deviceTable = Code(rawValue: "device-table")
    /// The kernel to match is of another architecture: the module's, the kernel's.
    package static let otherArchitecture = Code(rawValue: "other-architecture")
    package static let unsupportedMachine = Code(rawValue: "unsupported-machine")
    /// `struct module` has no room for the module's name.
    package static let moduleNameTooLong = Code(rawValue: "module-name-too-long")
    package static let missingStructure = Code(rawValue: "missing-structure")
    /// The module that shows it does not have a function that this one has, by its symbol.
    package static let missingFunction = Code(rawValue: "missing-function")
  }

  package let code: Code
  /// The symbols, sections, digests or defects concerned.
  package let names: [String]
  /// The limit, or the offset in the file, in bytes; `nil` if the code has neither.
  package let number: Int?
  /// The reason in OpenSSL's words, or as a code.
  package let reason: String?
  /// Why the file is malformed; `nil` for other codes.
  package let cause: ParseError?

  package init(
    _ code: Code, _ names: [String] = [], number: Int? = nil, reason: String? = nil,
    cause: ParseError? = nil
  ) {
    (self.code, self.names, self.number) = (code, names, number)
    (self.reason, self.cause) = (reason, cause)
  }
}

extension ConversionError {
  package static let tablesDisagree = Self(.tablesDisagree)
  package static let noVersions = Self(.noVersions)
  package static let signed = Self(.signed)
  package static let badSignature = Self(.badSignature)
  package static let missingStructure = Self(.missingStructure)

  package static func malformed(_ cause: ParseError) -> Self { Self(.malformed, cause: cause) }

  /// Names that do not fit a layout whose names have up to `longest` bytes.
  package static func unrepresentable(names: [String], longest: Int) -> Self {
    Self(.unrepresentable, names, number: longest)
  }
}

extension ConversionError: CustomStringConvertible {
  package var description: String {
    let details = (names + [reason, cause?.description].compactMap { $0 }).joined(separator: ", ")
    return details.isEmpty ? code.rawValue : "\(code.rawValue): \(details)"
  }
}
