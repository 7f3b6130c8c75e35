internal import KernelReleases
internal import Modpost
internal import ModuleLoading
internal import VersionConversion

extension ConversionError {
  /// Whether the file was understood, but what was asked for must not or cannot be done.
  var isRefusal: Bool {
    let troubles: [Code] = [
      .malformed, .damagedTables, .repeatedSection, .wideCRC, .badSignature, .unreadableKey,
      .unreadableCertificate, .otherCertificate, .signingFailed,
    ]
    return !troubles.contains(code)
  }

  /// The error in one line, without the path.
  var words: String {
    let (name, list) = (names.first ?? "?", names.joined(separator: ", "))
    let (number, reason) = (number ?? 0, reason ?? "?")
    let symbols = names.count == 1 ? "1 symbol is" : "\(names.count) symbols are"
    switch code {
    case .malformed: return cause.map { "\($0)" } ?? "malformed"
    case .damagedTables: return "damaged version tables: \(names.joined(separator: "; "))"
    case .repeatedSection: return "damaged version tables: more than one section \(name)"
    case .wideCRC: return "damaged version tables: __versions: CRC wider than 32 bits (\(name))"
    case .tablesDisagree: return "basic and extended tables disagree"
    case .noVersions: return "has no version table"
    case .unrepresentable: return "\(symbols) longer than \(number) bytes: \(list)"
    case .unknownHashes: return "hashed names of unknown symbols: \(list)"
    case .notExported: return "\(symbols) not exported there: \(list)"
    case .signed: return "is signed, and the signature would be invalid"
    case .badSignature: return "malformed signature trailer"
    case .differsFromOriginal:
      return "differs from the original at \(hexadecimal(UInt64(number))), its signature would be "
        + "invalid"
    case .originalUnsigned: return "the original is not signed"
    case .unreadableKey:
      return "cannot sign: the key cannot be read (private, PEM; passphrase in KBUILD_SIGN_PIN): "
        + reason
    case .unreadableCertificate:
      return "cannot sign: the certificate cannot be read (PEM or DER): \(reason)"
    case .otherCertificate: return "cannot sign: the certificate is not that of the key"
    case .signingFailed: return "cannot sign: \(reason)"
    case .deviceTable:
      let problem = DeviceTableError(rawValue: reason)?.words ?? reason
      return "MODULE_DEVICE_TABLE(\(list)): \(problem)"
    case .otherArchitecture:
      return
        "is for \(name), and the kernel with the CRCs for \(names.last ?? "?"): it can never load there"
    case .unsupportedMachine: return "objects for \(name) are not supported"
    case .moduleNameTooLong: return "the module structure has no room for the name \(name)"
    case .missingStructure: return "an object does not record the layout of struct module"
    case .missingFunction:
      return "the place of \(name) in struct module is not known: the module has none"
    default: return "\(self)"
    }
  }

  /// The option that helps, with what it does, to follow the words.
  var option: String? {
    switch code {
    case .tablesDisagree: "ksym versions shows how; --crcs determines the right ones"
    case .noVersions: "--crcs with --add-missing makes one"
    case .missingStructure, .missingFunction: "--like gives a module that has it"
    default: nil
    }
  }

  /// Options to choose from, for a line of its own.
  var remedy: String? {
    switch code {
    case .signed:
      "--drop-signature takes it off, --sign makes a new one, --signature-from puts back one that "
        + "fits"
    case .unrepresentable:
      "--drop-unrepresentable leaves them out; --to both keeps them in the extended table"
    default: nil
    }
  }
}

extension DeviceTableError {
  /// Why a device table has no aliases, in a few words.
  fileprivate var words: String {
    switch self {
    case .sizeMismatch: "size is not that of entries of this kind"
    case .notTerminated: "not terminated with an empty entry"
    case .tooLong: "an entry makes an alias of more than 255 bytes"
    case .maskedBits: "an entry has bits of an ID set that its mask leaves out"
    case .outsideSection: "does not lie in its section"
    case .ambiguousForm: "entries of the forms of two kernels fit its size"
    case .overlapping: "device tables overlap"
    }
  }
}

extension ConvertedModule.Notice {
  /// Whether users have to know it even if they did not ask for more.
  var isWarning: Bool { [.leftOut, .kept, .stillMissing, .notRequired].contains(code) }

  private var changes: String { "\(count) \(count == 1 ? "CRC" : "CRCs") changed" }

  /// A few words of the module's line; `nil` if it is not part of that.
  var summary: String? {
    switch code {
    case .retargeted: ", \(changes)"
    case .added: ", \(count) added"
    case .pruned: ", \(count) removed"
    case .leftOut: ", \(count) left out"
    case .signatureDropped: ", signature off"
    default: nil
    }
  }

  /// The notice in words.
  var words: String {
    let list = names.joined(separator: ", ")
    let extended = ReleaseTrait.readsExtendedVersions.range
    switch code {
    case .leftOut:
      let strict = LoaderBehaviour.table.range(of: .acceptsMissingVersions)?.before.words ?? ""
      return "warning: left out of __versions: \(list). Of a symbol without a version "
        + "Debian's kernels, and all \(strict), say \"no symbol version for\" it and refuse the "
        + "module; others accept it unchecked, with one warning; where extended tables are read "
        + "(\(extended.words)) and present, __versions does not matter"
    case .retargeted: return changes
    case .added: return "added: \(list)"
    case .pruned: return "removed: \(list)"
    case .kept: return "warning: not exported there, CRC kept: \(list)"
    case .stillMissing: return "warning: not exported there, no version: \(list)"
    case .notRequired: return "warning: not required here: \(list)"
    case .signatureDropped: return "the signature is off"
    case .releaseCounts:
      return
        "without __versions kernels \(extended.before.words) find no versions, and are tainted "
        + "(F) or refuse the module; later ones compare the whole vermagic, with the kernel's release"
    default: return code.rawValue
    }
  }
}
