internal import ModuleLoading
internal import ModuleTrust

extension LoadCause {
  /// Why a signature does not count, and what to do about it.
  var trust: String {
    switch code {
    case .unsigned:
      return
        "the module is not signed: sign it with a key that this machine trusts (ksym convert --sign, "
        + "kmodsign, sign-file)"
    case .signatureIgnored:
      return
        "the module is signed, and the kernel ignores the signatures of modules that it is to load by "
        + "force: leave out --ignore-vermagic and --ignore-modversions (modprobe --force)"
    case .cryptoUnsupported:
      let digests = options.isEmpty ? "" : " (\(options.joined(separator: ", ")))"
      return
        "the module is signed with an algorithm that this kernel does not have\(digests): sign it again, "
        + "with sha256"
    case .notAppraised:
      return
        "IMA's policy demands a signature in the file's attribute security.ima, whatever the module's own: "
        + "sign the file (evmctl ima_sign), and load it uncompressed, by its path"
    case .signatureMalformed:
      return
        "the signature is malformed, or the file is cut: sign the module again (ksym convert --sign, "
        + "kmodsign, sign-file)"
    case .signatureUnverifiable:
      return
        "the module is signed with \(options.joined(separator: ", ")), which ksym cannot compute; "
        + "--no-signatures leaves signatures out"
    case .signerOpen:
      return
        "the module is signed with \(signer): its signature counts if that is enrolled on the machine "
        + "(--efivars or --keys give the keys), else the kernel logs \"\(kernel ?? "")\""
    case .signerUnknown:
      return
        "the module is signed with \(signer), which is in none of the keyrings that this kernel "
        + "searches: \(options.joined(separator: ", ")); \(enrolling)"
    case .signerNotLoaded:
      return
        "the module is signed with \(signer), which is given as enrolled: this kernel does not load that "
        + "certificate, as it lacks an algorithm that the certificate needs: sign with an RSA key and sha256"
    case .signedAttributes:
      return
        "the signature has signed attributes, with which none counts for modules: sign the module again "
        + "without them (ksym convert --sign, sign-file, openssl cms -noattr)"
    default:
      return "the signature does not match the module, which was changed after signing (stripped, "
        + "converted), or signed with another key of that name: sign it again (ksym convert --sign, "
        + "kmodsign, sign-file)"
    }
  }

  private var signer: String {
    let who = owner.map { "a certificate issued by \($0)" } ?? "a key that no certificate names"
    return who + (symbol.map { " (\($0))" } ?? "")
  }

  /// How the owner of a machine makes its kernel trust a key.
  private var enrolling: String {
    let command =
      "enrol it (for DKMS: mokutil --import /var/lib/dkms/mok.pub, then restart and confirm)"
    if options.contains(".platform") { return command }
    if options.contains(".machine") {
      return "\(command), and let the kernel trust such keys: mokutil --trust-mok"
    }
    return
      "this kernel does not ask the keys of the machine's owner: build it with the certificate, or sign "
      + "with one of its own"
  }

  /// Why the types of a module are not taken.
  var typesDiffer: String {
    var words = "the module's types (BTF) continue those of another build of this kernel"
    if let count, let total, let what = options.first {
      let unit = what == "types" ? "types" : "bytes of names"
      words += ", with \(grouped(count)) \(unit) (this one has \(grouped(total)))"
    }
    if let symbol { words += "; the first that does not fit is \(symbol)" }
    return words + ": rebuild it against this kernel's vmlinux, or without BTF"
  }
}

extension MachineKeys {
  /// What the variables have, in one line.
  var words: String {
    let secure = isSecureBoot.map { $0 ? "Secure Boot is on" : "Secure Boot is off" }
    let lists = [
      ("db", db), ("dbx", dbx), ("MokListRT", ownerKeys), ("MokListXRT", ownerBlacklist),
    ]
    let found = lists.compactMap { name, lists in
      lists.map {
        "\(name): \(counted($0.list.certificates.count, "certificate")), "
          + counted($0.list.files.count, "hashed file")
      }
    }
    return ([secure ?? "Secure Boot is not known"] + found).joined(separator: "; ")
  }
}
