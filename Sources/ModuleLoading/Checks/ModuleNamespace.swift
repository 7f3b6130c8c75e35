/// `verify_module_namespace` (kernel/module/main.c, 7.2): who may use an export for named modules.
enum ModuleNamespace {
  /// Whether a namespace such as `module:kvm,kvm-*` names a module.
  ///
  /// `-` and `_` are the same; a `*` at the end of an element matches any rest; nothing is
  /// trimmed, an empty element names nobody.
  static func names(_ namespace: String, module name: String) -> Bool {
    guard namespace.hasPrefix("module:") else { return false }
    let module = folded(name.utf8)
    for element in namespace.utf8.dropFirst(7).split(separator: 0x2c) {
      var pattern = folded(element)
      let isGlob = pattern.last == 0x2a
      if isGlob { pattern.removeLast() }
      if module.starts(with: pattern), isGlob || module.count == pattern.count { return true }
    }
    return false
  }

  private static func folded(_ text: some Sequence<UInt8>) -> [UInt8] {
    text.map { $0 == 0x2d ? 0x5f : $0 }
  }
}
