internal import ByteStorage

/// Names in certificates, for people.
package enum DistinguishedName {
  private static let types = [
    "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O",
    "2.5.4.11": "OU", "1.2.840.113549.1.9.1": "emailAddress",
  ]

  /// The content of a name as text: `O=Debian, CN=kernel key`. What cannot be read is left out.
  package static func text(_ content: [UInt8]) -> String {
    // The head of a name lies before its content.
    var bytes: [UInt8] = [
      0x30, 0x82, UInt8(content.count >> 8 & 0xff), UInt8(content.count & 0xff),
    ]
    bytes += content
    var parts: [String] = []
    let identifiers = ObjectIdentifiers.of(.of7_2)
    let span = bytes.rawSpan
    var walker = BERWalker(span)
    _ = try? walker.name { type, value in
      guard type.start != value.start, let key = span.slice(type.range),
        let text = span.slice(value.range)
      else { return }
      let dotted = identifiers.look(up: key).dotted
      parts.append("\(types[dotted] ?? dotted)=\(text.text)")
    }
    return parts.joined(separator: ", ")
  }
}

extension Certificate {
  /// The names of the holder and of the issuer.
  package var subjectText: String { DistinguishedName.text(subject) }
  package var issuerText: String { DistinguishedName.text(issuer) }
}

extension SignedMessage.Signer {
  /// The name of the issuer of the signer's certificate; `nil` if the message names its key.
  package var issuerText: String? { issuer.map(DistinguishedName.text) }
  /// What signs: `RSA`, `ECDSA` …
  package var algorithm: String {
    switch signature.kind {
    case .rsa: "RSA"
    case .ecdsa: "ECDSA"
    case .gost: "GOST"
    case .sm2: "SM2"
    case .mldsa: "ML-DSA"
    }
  }
}
