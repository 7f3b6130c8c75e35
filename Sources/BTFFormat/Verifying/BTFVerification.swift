package import ByteStorage

/// What a kernel makes of a module's `.BTF` and `.BTF.base`: `btf_parse_module` of kernel/bpf/btf.c.
package struct BTFVerification: Sendable {
  /// Why the kernel does not take it; `nil` if it does.
  package private(set) var error: BTFError?
  /// Number of the module's types that passed before the one that is refused.
  package private(set) var passed = 0
  /// What the kernel logs, without the line of the loader that follows.
  package private(set) var log = BTFLog()

  /// Verifies the types of a module.
  ///
  /// - Parameters:
  ///   - section: The bytes of `.BTF`.
  ///   - distilled: The bytes of `.BTF.base`; `nil` if the module has none. Empty, they count.
  ///   - kernel: The kernel's types.
  ///   - order: The kernel's byte order.
  ///   - rules: The rules of its release.
  package init(
    _ section: RawSpan, distilled: RawSpan?, kernel: borrowing BTFBase, _ order: ByteOrder,
    _ rules: BTFRules
  ) {
    do throws(BTFError) {
      if rules.readsDistilledBase, let distilled {
        try verify(section, distilled, kernel, order, rules)
      } else {
        log.isQuiet = rules.isQuiet
        let blob = try BTFBlob(section, order, hasBase: true, rules, &log)
        var verifier = BTFVerifier(blob, base: kernel.view, rules, log)
        defer { (log, passed) = (verifier.log, verifier.offsets.count) }
        try verifier.verify()
      }
    } catch { self.error = error }
  }

  private mutating func verify(
    _ section: RawSpan, _ distilled: RawSpan, _ kernel: borrowing BTFBase, _ order: ByteOrder,
    _ rules: BTFRules
  ) throws(BTFError) {
    let baseBlob = try BTFBlob(distilled, order, hasBase: false, rules, &log)
    let nothing = BTFView(types: RawSpan(), strings: RawSpan(), order, BTFPlaces([]))
    var base = BTFVerifier(baseBlob, base: nothing, rules, log)
    defer { log = base.log }
    try base.verify()
    base.log.isQuiet = rules.isQuiet
    let blob = try BTFBlob(section, order, hasBase: true, rules, &base.log)
    let view = BTFView(
      types: base.blob.types, strings: base.blob.strings, order, BTFPlaces(base.offsets))
    var module = BTFVerifier(blob, base: view, rules, base.log)
    defer { base.log = module.log }
    try module.verify()
    let target = BTFView(
      types: base.blob.types, strings: base.blob.strings, order, BTFPlaces(base.offsets))
    var relocation = BTFRelocation(from: target, to: kernel.view)
    var log = module.log
    defer { module.log = log }
    try relocation.relocate(module, &log)
  }
}
