/// `same_magic` (kernel/module/version.c, 7.2).
enum Vermagics {
  /// Whether two vermagic strings are the same, from the first blank on if the release is ignored.
  static func areSame(_ module: String, _ kernel: String, ignoresRelease: Bool) -> Bool {
    guard ignoresRelease else { return module == kernel }
    func rest(_ text: String) -> Substring { text.firstIndex(of: " ").map { text[$0...] } ?? "" }
    return rest(module) == rest(kernel)
  }

  /// How two vermagic strings differ.
  static func differences(_ module: String, _ kernel: String) -> [LoadCause] {
    let own = module.split(separator: " ").map(String.init)
    let wanted = kernel.split(separator: " ").map(String.init)
    var found: [LoadCause] = []
    if let built = own.first, let running = wanted.first, built != running {
      found.append(LoadCause(.otherRelease, module: built, kernel: running))
    }
    func add(_ code: LoadCause.Code, _ words: some Sequence<String>) {
      var cause = LoadCause(code)
      cause.options = Array(words)
      if !cause.options.isEmpty { found.append(cause) }
    }
    add(.moduleVermagic, own.dropFirst().filter { !wanted.contains($0) })
    add(.kernelVermagic, wanted.dropFirst().filter { !own.contains($0) })
    return found
  }
}
