internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleTrust

/// Shows signatures.
struct SignatureReport {
  let isJSON: Bool
  /// Whether there are keys to verify with.
  let hasKeys: Bool
  let terminal: Terminal

  func describe(
    _ answer: SignatureGate.Answer, _ path: String, _ output: inout OutputBuffer
  ) -> ExitStatus {
    let isSigned = answer.error != .noData
    let isVerified: Bool? =
      answer.error != .unverifiable && (hasKeys || !isJudged(answer)) ? answer.error == nil : nil
    if isJSON {
      write(answer, path, isSigned, isVerified, &output)
    } else {
      output.append("\(plain(path))\n")
      for line in lines(answer, isSigned) { output.append("    \(plain(line))\n") }
    }
    return isSigned && isVerified ?? true ? .yes : .no
  }

  /// Whether the answer hangs on the keys.
  private func isJudged(_ answer: SignatureGate.Answer) -> Bool {
    answer.error == nil || answer.error == .noKey || answer.error == .rejected
  }

  private func lines(_ answer: SignatureGate.Answer, _ isSigned: Bool) -> [String] {
    guard isSigned else { return ["not signed"] }
    var lines: [String] = []
    for signer in answer.message?.signers ?? [] {
      var who: [String] = []
      if let issuer = signer.issuerText { who.append("a certificate issued by \(issuer)") }
      if let serial = signer.serial { who.append("serial number \(serial.hexadecimal)") }
      if let key = signer.keyID { who.append("the key \(key.hexadecimal)") }
      lines.append(
        "signed by   \(who.isEmpty ? "nobody who is named" : who.joined(separator: ", "))")
      lines.append("with        \(signer.algorithm), \(signer.digest?.rawValue ?? "?")")
    }
    lines += answer.log.lines.map { "log         \($0)" }
    lines.append("verified    \(verdict(answer))")
    return lines
  }

  private func verdict(_ answer: SignatureGate.Answer) -> String {
    switch answer.error {
    case nil: "yes"
    case .noKey?:
      hasKeys
        ? "no: none of the given certificates made it (-k gives those of a kernel, --keys others)"
        : "unknown: no certificates given (-k gives those of a kernel, --keys others)"
    case .unverifiable?: "unknown: ksym cannot compute signatures of this algorithm"
    case .rejected? where answer.isRefusedForAttributes:
      "no: it has signed attributes, with which no module's signature counts: sign without them "
        + "(sign-file, ksym convert --sign, openssl cms -noattr)"
    case .rejected?:
      "no: the signature does not match: the module was changed after signing, or another key signed it"
    case let error?:
      if let type = answer.otherType {
        "no: the trailer has type \(type); the kernel reads type 2 only, PKCS#7 (\(error.name))"
      } else {
        "no: \(error.words)"
      }
    }
  }

  private func write(
    _ answer: SignatureGate.Answer, _ path: String, _ isSigned: Bool, _ isVerified: Bool?,
    _ json: inout OutputBuffer
  ) {
    json.beginObject()
    json.member("module", path)
    json.member("signed", isSigned)
    json.key("signers")
    json.beginArray()
    for signer in answer.message?.signers ?? [] {
      json.beginObject()
      json.member("issuer", optional: signer.issuerText)
      json.member("serial", optional: signer.serial.map(\.hexadecimal))
      json.member("keyID", optional: signer.keyID.map(\.hexadecimal))
      json.member("digest", optional: signer.digest?.rawValue)
      json.member("algorithm", signer.algorithm)
      json.endObject()
    }
    json.endArray()
    json.key("verified")
    json.value(optional: isVerified)
    json.member("error", optional: answer.error == .unverifiable ? nil : answer.error?.name)
    json.member("log", answer.log.lines)
    json.endLine()
  }
}

extension TrustError {
  /// The error's name.
  var name: String { LoadErrno(rawValue: rawValue).name }

  /// The error in a few words.
  var words: String {
    switch self {
    case .noPackage: "made with what the kernel does not have (\(name))"
    case .badMessage: "malformed (\(name))"
    default: name
    }
  }
}
