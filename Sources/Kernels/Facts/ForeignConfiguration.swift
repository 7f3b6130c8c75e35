package import ELFFormat
internal import KernelImages
package import KernelReleases

/// What shows that a configuration is not that of the kernel: it is for another architecture, or of another series
/// of releases.
package struct ForeignConfiguration: Sendable, Hashable {
  /// What differs.
  package struct Difference<Value: Sendable & Hashable>: Sendable, Hashable {
    package let configuration: Value
    package let kernel: Value

    /// `nil` if both are the same, or one is not known.
    init?(_ configuration: Value?, _ kernel: Value?, _ agree: (Value, Value) -> Bool) {
      guard let configuration, let kernel, !agree(configuration, kernel) else { return nil }
      (self.configuration, self.kernel) = (configuration, kernel)
    }
  }

  /// The architectures, if they differ.
  package let machine: Difference<ELFMachine>?
  /// The releases, if they are of different series. Releases of one series are not told apart: packages name them by
  /// numbers of their own (6.1.0-50-amd64 of Debian is 6.1.176).
  package let release: Difference<KernelRelease>?
}

extension KernelFacts {
  /// What shows that the configuration is that of another kernel; `nil` if nothing does.
  ///
  /// - Note: The option of the architecture, and the first lines, `# Linux/arm64 6.12.117 Kernel Configuration`
  ///   (scripts/kconfig/confdata.c, `conf_write`; Kconfig, `mainmenu`; 4.2 to 7.2).
  package var foreignConfiguration: ForeignConfiguration? {
    guard let config else { return nil }
    let own = KernelRelease(
      release: release?.value ?? vermagic?.value, build: banner?.value.build)
    let found = ForeignConfiguration(
      machine: ForeignConfiguration.Difference(
        ConfiguredArchitecture(config.value)?.machine, machine?.value, ==),
      release: ForeignConfiguration.Difference(
        config.value.statedRelease.flatMap { KernelRelease($0) }, own,
        { $0.isOfSeries(of: $1) }))
    return found.machine == nil && found.release == nil ? nil : found
  }
}
