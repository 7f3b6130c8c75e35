/// One way to damage a module, and the flags to load it with.
struct Damage {
  /// What is damaged; becomes part of the file's name.
  let name: String
  /// finit_module's flags for the row; 64 asks for init_module.
  var flags = 0
  /// Changes the module, or says that it has nothing to change.
  let apply: (inout Module) -> Bool

  init(_ name: String, flags: Int = 0, _ apply: @escaping (inout Module) -> Bool) {
    self.name = name
    self.flags = flags
    self.apply = apply
  }

  /// A damage to the section named `section`.
  static func of(
    _ section: String, _ name: String, _ change: @escaping (inout Module, Int) -> Void
  ) -> Damage {
    Damage(name) { module in
      guard let index = module.section(section) else { return false }
      change(&module, index)
      return true
    }
  }

  /// A damage to `.modinfo`: all values of `tag` replaced.
  static func info(_ name: String, _ tag: String, _ values: [String]) -> Damage {
    Damage(name) { module in
      guard module.section(".modinfo") != nil else { return false }
      let before = module.info
      module.setInfo(tag, values)
      return module.info != before
    }
  }

  static var all: [Damage] {
    header + sections + versions + info + symbols + exports + trailers + flagsOnly + livepatches
  }

  /// The module as it is, loaded with flags.
  static var flagsOnly: [Damage] {
    [
      ("ignoremodversions", 1), ("ignorevermagic", 2), ("ignoreboth", 3), ("unknown", 8),
      ("initmodule", 64),
    ]
    .map { Damage("flag-\($0.0)", flags: $0.1) { _ in true } } + [
      Damage("flag-compressed-plain", flags: 4) { _ in true }
    ]
  }
}
