internal import ByteStorage

/// Certificates that a kernel trusts.
package struct KeyRing: Sendable {
  package private(set) var certificates: [Certificate] = []
  /// What each does in a look-up: by identity, and by the key's identifier.
  private var places: [[UInt8]: Int] = [:]

  package init() {}

  package mutating func add(_ certificate: Certificate) {
    let place = certificates.count
    var kept = certificate
    kept.key.prepare()
    certificates.append(kept)
    for id in [certificate.id, certificate.subjectKeyID ?? []]
    where !id.isEmpty && places[id] == nil {
      places[id] = place
    }
  }

  /// Adds a certificate as a keyring takes it; throws what the kernel's loading throws.
  package mutating func add(
    parsing bytes: [UInt8], _ context: TrustContext, blacklist: Blacklist, _ log: inout TrustLog
  ) throws(TrustError) {
    add(try KeyRing.loaded(bytes, context, blacklist, &log))
  }

  private static func loaded(
    _ bytes: [UInt8], _ context: TrustContext, _ blacklist: Blacklist, _ log: inout TrustLog
  ) throws(TrustError) -> Certificate {
    let certificate = try Certificate(
      parsing: bytes.rawSpan, context, blacklist: blacklist, &log)
    if certificate.isBlacklisted { throw .rejected }
    return certificate
  }

  /// Adds what of some certificates the kernel loads. In one keyring, one with the subject of an earlier one
  /// and the identifier of its key takes its place: a renewed certificate.
  ///
  /// - Note: x509_key_preparse (crypto/asymmetric_keys/x509_public_key.c) makes the name of a key,
  ///   __key_create_or_update (security/keys/key.c) links keys by name, 6.12.
  /// - Returns: The errors of the others.
  @discardableResult
  package mutating func add(
    _ certificates: [[UInt8]], _ context: TrustContext, blacklist: Blacklist = Blacklist(),
    areInOneKeyring: Bool = true
  ) -> [TrustError] {
    var (errors, log): ([TrustError], TrustLog) = ([], TrustLog())
    var kept: [Certificate] = []
    var names: [[UInt8]: Int] = [:]
    for bytes in certificates {
      do throws(TrustError) {
        let certificate = try KeyRing.loaded(bytes, context, blacklist, &log)
        let name = certificate.subject + (certificate.subjectKeyID ?? certificate.serial)
        if areInOneKeyring, let place = names[name] {
          kept[place] = certificate
        } else {
          names[name] = kept.count
          kept.append(certificate)
        }
      } catch { errors.append(error) }
    }
    for certificate in kept { add(certificate) }
    return errors
  }

  /// `find_asymmetric_key`: by an identity, or a key's identifier if there is none; if both are given,
  /// both must be the key's.
  func find(_ id: [UInt8]?, _ keyID: [UInt8]? = nil) throws(TrustError) -> Certificate {
    guard let sought = id ?? keyID, !sought.isEmpty else { throw .invalid }
    guard let place = places[sought] else { throw .noKey }
    let certificate = certificates[place]
    if id != nil, let keyID, certificate.subjectKeyID != keyID { throw .rejected }
    return certificate
  }
}
