/// The build of a kernel, the third part of its banner (`uname -v`), such as
/// `#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-11)`: it names the distribution.
package struct KernelBuild: Sendable, Hashable {
  /// The text, from `#` on.
  package let text: String

  /// Creates a build from its text.
  package init(_ text: String) { self.text = text }

  /// The version of the Debian package, such as `6.1.176-1`; `nil` for other kernels.
  package var debianVersion: String? {
    var words = text.split(separator: " ")[...]
    while let word = words.popFirst() {
      if word == "Debian", let version = words.first, version.first?.isNumber == true {
        return String(version)
      }
    }
    return nil
  }

  /// Whether it is a kernel of Ubuntu: `#49-Ubuntu SMP …`.
  package var isUbuntu: Bool {
    text.utf8.indices.contains { text.utf8[$0...].starts(with: "-Ubuntu ".utf8) }
  }
}

extension KernelRelease {
  /// The release of a kernel by its release string (`uname -r`), or a vermagic, and its build
  /// (`uname -v`); `nil` if neither gives one.
  ///
  /// Debian's release strings up to 12 hide the patch level (`6.1.0-51-amd64`); the package version in the
  /// build gives it (`6.1.176-1`), and counts first.
  package init?(release: String?, build: String?) {
    let texts = [build.flatMap { KernelBuild($0).debianVersion }, release]
    guard let found = texts.lazy.compactMap({ $0.flatMap { KernelRelease($0) } }).first else {
      return nil
    }
    self = found
  }
}

/// The release by whose rules a question is answered, and whether it had to be assumed.
package struct ReleaseBasis: Sendable, Hashable {
  /// The release.
  package let release: KernelRelease
  /// Whether no release was found, so that a likely one is taken. Answers list this.
  package let isAssumed: Bool

  /// Takes the release that was found, or a likely one, or the newest.
  package init(_ found: KernelRelease?, likely: KernelRelease? = nil) {
    release = found ?? likely ?? .newest
    isAssumed = found == nil
  }
}
