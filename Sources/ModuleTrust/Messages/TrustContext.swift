internal import Synchronization

/// What a kernel can do, as its signature gate needs to know.
package struct TrustContext: Sendable {
  package var era: TrustEra
  /// Digests that the kernel has.
  package var digests: Set<DigestAlgorithm>
  /// Whether it verifies signatures by elliptic curves.
  package var hasECDSA: Bool
  package var hasRSA = true
  /// Digests that it gets from modules when it needs them.
  package var onDemand: DigestsOnDemand?
  /// What the kernel has and this program cannot compute: a signature of these is neither good nor bad.
  package var unverifiable: Set<SignatureKind> = []
  /// Whether attributes are let pass where ML-DSA signs (`PKCS7_WAIVE_AUTHATTRS_REJECTION_FOR_MLDSA`).
  package var waivesAttributes = false
  /// Whether a file whose hash is blacklisted is refused though its signature is good (Debian's patch).
  package var refusesListedFiles = false
  /// `fips=1` on the command line: short keys are refused.
  package var isFIPS = false
  /// Size of a word of the kernel, in bytes.
  package var wordSize = 8

  package init(era: TrustEra, digests: Set<DigestAlgorithm>, hasECDSA: Bool) {
    (self.era, self.digests, self.hasECDSA) = (era, digests, hasECDSA)
  }
}

extension TrustContext {
  /// Whether the kernel has a digest, or gets it.
  func has(_ digest: DigestAlgorithm) -> Bool {
    digests.contains(digest) || onDemand?.module(of: digest) != nil
  }
}

/// The modules from which a kernel gets digests. They are searched for when a signature asks for them, and
/// once: most never do.
package final class DigestsOnDemand: Sendable {
  private let find: @Sendable (DigestAlgorithm) -> String?
  private let known = Mutex<[DigestAlgorithm: String?]>([:])

  /// Creates modules of which `find` gives the name; `nil` if there is none for a digest.
  package init(_ find: @escaping @Sendable (DigestAlgorithm) -> String?) { self.find = find }

  /// The name of the module that has a digest.
  package func module(of digest: DigestAlgorithm) -> String? {
    known.withLock { known in
      if let found = known[digest] { return found }
      let found = find(digest)
      known[digest] = .some(found)
      return found
    }
  }
}

/// What the gate logs on its way.
package struct TrustLog: Sendable {
  package private(set) var lines: [String] = []
  /// Whether a signature is refused because attributes are signed with it, whoever made it.
  private(set) var refusesAttributes = false
  private static let mostLines = 10_000

  package init() {}

  mutating func say(_ line: String) { if lines.count < TrustLog.mostLines { lines.append(line) } }

  mutating func say(_ other: TrustLog) {
    for line in other.lines { say(line) }
    if other.refusesAttributes { refusesAttributes = true }
  }

  /// Says why attributes that are signed make it refuse a signature.
  mutating func refuseAttributes(_ line: String) {
    say(line)
    refusesAttributes = true
  }
}
