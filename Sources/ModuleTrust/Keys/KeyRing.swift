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
    let certificate = try Certificate(
      parsing: bytes.rawSpan, context, blacklist: blacklist, &log)
    if certificate.isBlacklisted { throw .rejected }
    add(certificate)
  }

  /// Adds what of some certificates the kernel loads.
  ///
  /// - Returns: The errors of the others.
  @discardableResult
  package mutating func add(
    _ certificates: [[UInt8]], _ context: TrustContext, blacklist: Blacklist = Blacklist()
  ) -> [TrustError] {
    var (errors, log): ([TrustError], TrustLog) = ([], TrustLog())
    for certificate in certificates {
      do throws(TrustError) {
        try add(parsing: certificate, context, blacklist: blacklist, &log)
      } catch { errors.append(error) }
    }
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
