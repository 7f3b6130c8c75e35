internal import SymbolTables

/// What a person should know about the names that a livepatch uses in a kernel.
package struct LivepatchAdvice {
  private let resolver: LivepatchResolver
  private let patch: Livepatch
  private let variants: NameVariants?
  /// Addresses of functions of vmlinux that are patched and cannot be mistaken.
  private let anchors: [UInt64]
  /// Source files of the functions of vmlinux that are patched.
  private let patchedFiles: Set<String>
  private var lines: [String] = []
  private var seen: Set<String> = []

  /// Most lines about one livepatch.
  private static let mostLines = 1000
  /// Most equal names to list.
  private static let mostCandidates = 12

  /// Advice on a livepatch, most important first within each name.
  ///
  /// - Parameters:
  ///   - patch: The livepatch.
  ///   - resolver: What its names are resolved in.
  ///   - functions: What ``LivepatchJudge/functions()`` found.
  ///   - symbols: What ``LivepatchJudge/symbols()`` found.
  /// - Returns: Lines for people.
  package static func advice(
    on patch: Livepatch, _ resolver: LivepatchResolver, functions: [LivepatchFinding],
    symbols: [LivepatchFinding]
  ) -> [String] {
    var advice = LivepatchAdvice(patch, resolver, functions, symbols)
    advice.adviseOnModule()
    for finding in functions { advice.adviseOnFunction(finding) }
    for finding in symbols { advice.adviseOnSymbol(finding) }
    return advice.lines
  }

  private init(
    _ patch: Livepatch, _ resolver: LivepatchResolver, _ functions: [LivepatchFinding],
    _ symbols: [LivepatchFinding]
  ) {
    self.patch = patch
    self.resolver = resolver
    let patched = functions.filter { $0.object == "vmlinux" }
    anchors = Array(patched.lazy.filter { $0.count == 1 }.compactMap(\.address).prefix(256))
    patchedFiles = Set(
      patched.compactMap { function in
        function.symbol.flatMap { resolver.kernel?.file(of: $0) }
      })
    variants = resolver.kernel.map { kernel in
      NameVariants(
        kernel, of: (functions + symbols).lazy.filter { $0.object == "vmlinux" }.map(\.name))
    }
  }

  private mutating func say(_ line: String) {
    guard lines.count < LivepatchAdvice.mostLines, seen.insert(line).inserted else { return }
    lines.append(line)
  }

  // MARK: The module

  private mutating func adviseOnModule() {
    if !patch.isLivepatch {
      say("this is no livepatch: no livepatch= in modinfo, and nothing that it would patch")
    } else if patch.carrier == .none {
      say("what it patches is not in the file: it is put together when the module runs")
    }
    if patch.isLivepatch, !patch.isMarked { say("modinfo lacks livepatch=Y") }
    for object in patch.objects {
      guard let name = object.name else { continue }
      if name == "vmlinux" {
        say("object 'vmlinux' is taken for a module of that name: vmlinux has no name (NULL)")
      } else if name.contains("-") {
        say("object '\(name)': modules are loaded with _ for -, so this one never is")
      } else if resolver.objects[name] == nil {
        say(
          "module \(name) is not loaded: what is patched in it is looked for when it is (--with says "
            + "that it is)")
      }
    }
    for omission in patch.omissions { say("left out: \(omission)") }
  }

  // MARK: Functions

  private mutating func adviseOnFunction(_ finding: LivepatchFinding) {
    adviseOnPosition(finding)
    if finding.status == .found, finding.isTraceable == false { adviseOnSite(finding) }
    if finding.object == "vmlinux" {
      adviseOnSize(finding)
      adviseOnClones(finding)
    }
  }

  private mutating func adviseOnSite(_ finding: LivepatchFinding) {
    var line = "\(finding.name): has no fentry site, so ftrace cannot patch it"
    if finding.object == "vmlinux", let kernel = resolver.kernel {
      if let symbol = finding.symbol,
        kernel.index.bounds.initial?.contains(kernel.address(of: symbol)) ?? false
      {
        line = "\(finding.name): is init code, which is gone once the kernel has started"
      } else {
        line += " (notrace, or its directory is built without function tracing)"
      }
      let others = kernel.candidates(finding.name).enumerated()
        .filter { kernel.isTraceable($0.element) ?? false }.map { "\($0.offset + 1)" }
      if !others.isEmpty { line += "; position \(others.joined(separator: ", ")) has one" }
    }
    say(line)
  }

  /// The new function is about as long as another of the candidates, and far from the chosen one.
  private mutating func adviseOnSize(_ finding: LivepatchFinding) {
    guard finding.status == .found, finding.count > 1, let kernel = resolver.kernel,
      let new = finding.newSize, new > 0, let old = finding.size,
      !LivepatchAdvice.isClose(new, old, percent: 50)
    else { return }
    let better = kernel.candidates(finding.name).enumerated().filter { _, symbol in
      symbol != finding.symbol
        && kernel.size(of: symbol).map { LivepatchAdvice.isClose(new, $0, percent: 15) } ?? false
    }
    guard !better.isEmpty else { return }
    let words = better.map { "\($0.offset + 1)" }.joined(separator: ", ")
    say(
      "\(finding.title): the new function has \(new) bytes, this one \(old); position \(words) is "
        + "closer: is the position right?")
  }

  private static func isClose(_ left: UInt64, _ right: UInt64, percent: UInt64) -> Bool {
    let (small, large) = (min(left, right), max(left, right))
    // Functions are padded to 16 bytes.
    return large - small <= max(16, large / 100 &* percent)
  }

  private mutating func adviseOnClones(_ finding: LivepatchFinding) {
    guard let kernel = resolver.kernel, let variants, finding.status == .found else { return }
    let names = variants.symbols(extending: finding.name).map { kernel.name(of: $0) }
    let clones = names.filter { name in
      [".isra.", ".constprop.", ".part.", ".specialized."].contains {
        name.dropFirst(finding.name.count).hasPrefix($0)
      }
    }
    if !clones.isEmpty {
      say(
        "\(finding.name): \(LivepatchAdvice.list(clones)) stay as they are: the compiler made them "
          + "from it, and their callers do not come through it")
    }
    if let cold = names.first(where: { $0.dropFirst(finding.name.count).hasPrefix(".cold") }) {
      say("\(finding.name): \(cold) is part of it, and is replaced with it")
    }
  }

  // MARK: Symbols

  private mutating func adviseOnSymbol(_ finding: LivepatchFinding) {
    adviseOnPosition(finding)
    if !adviseOnFile(finding) { adviseOnDistance(finding) }
  }

  /// The symbol is of a source file in which nothing is patched, another of its name of one in which
  /// something is.
  ///
  /// - Returns: Whether the files settle the question.
  private mutating func adviseOnFile(_ finding: LivepatchFinding) -> Bool {
    guard finding.status == .found, finding.object == "vmlinux", finding.count > 1,
      let kernel = resolver.kernel, let chosen = finding.symbol, let file = kernel.file(of: chosen)
    else { return false }
    if patchedFiles.isEmpty { return false }
    if patchedFiles.contains(file) { return true }
    let better = kernel.candidates(finding.name).enumerated().filter { _, symbol in
      kernel.file(of: symbol).map { patchedFiles.contains($0) } ?? false
    }
    guard !better.isEmpty else { return false }
    let words = better.prefix(LivepatchAdvice.mostCandidates).map { "\($0.offset + 1)" }
    say(
      "\(finding.title): is of \(file), where nothing is patched; position "
        + "\(words.joined(separator: ", ")) is of a file that is: is the position right?")
    return true
  }

  /// Functions and data of one source file lie together, unless the linker sorts them by name: where
  /// the equal names are neighbours of each other, distances tell nothing.
  private mutating func adviseOnDistance(_ finding: LivepatchFinding) {
    guard finding.status == .found, finding.object == "vmlinux", finding.count > 1,
      finding.position > 0, let kernel = resolver.kernel, let chosen = finding.symbol,
      kernel.isCode(chosen), !anchors.isEmpty
    else { return }
    let all = kernel.candidates(finding.name)
    func distance(_ symbol: Int) -> UInt64 {
      let address = kernel.address(of: symbol)
      return anchors.map { $0 > address ? $0 - address : address - $0 }.min() ?? .max
    }
    guard let nearest = all.prefix(4096).min(by: { distance($0) < distance($1) }),
      nearest != chosen, distance(nearest) < 32 << 10, distance(chosen) / 16 > distance(nearest),
      let number = all.firstIndex(of: nearest)
    else { return }
    say(
      "\(finding.title): position \(number + 1) lies next to what is patched, this one far from it: "
        + "is the position right?")
  }

  // MARK: Positions and names

  private mutating func adviseOnPosition(_ finding: LivepatchFinding) {
    switch finding.status {
    case .found:
      if finding.count > 1 {
        say(
          "\(finding.title): one of \(finding.count); a wrong position applies without a word: "
            + candidates(finding))
      }
      adviseOnStart(finding)
    case .ambiguous:
      say("\(finding.name): give a position: \(candidates(finding))")
    case .noPosition:
      say(
        finding.count == 1
          ? "\(finding.name): there is one, so the position is 0: \(candidates(finding))"
          : "\(finding.name): there are \(finding.count): \(candidates(finding))")
    case .missing: adviseOnMissing(finding)
    case .waiting, .malformed, .unmarked, .forbidden, .unknown: break
    }
  }

  /// Positions in a module that count its init symbols differ while it is being loaded.
  private mutating func adviseOnStart(_ finding: LivepatchFinding) {
    guard let module = resolver.objects[finding.object] else { return }
    let all = module.symbols(named: finding.name, isStarting: true)
    let kept = module.symbols(named: finding.name)
    guard all.count != kept.count else { return }
    say(
      "\(finding.title): \(module.moduleName) has another \(finding.name) that its init leaves "
        + "behind: the position means another symbol if the livepatch is there before the module")
  }

  private func candidates(_ finding: LivepatchFinding) -> String {
    var words: [String]
    let total: Int
    if let module = resolver.objects[finding.object] {
      let all = module.symbols(named: finding.name)
      total = all.count
      words = all.prefix(LivepatchAdvice.mostCandidates).enumerated().map {
        "\($0.offset + 1) is \(module.place(of: $0.element)), \($0.element.size) bytes"
      }
    } else if let kernel = resolver.kernel {
      let all = kernel.candidates(finding.name)
      total = all.count
      words = all.prefix(LivepatchAdvice.mostCandidates).enumerated().map { number, symbol in
        var word = "\(number + 1) is "
        word += kernel.hidesAddresses ? "?" : "0x" + String(kernel.address(of: symbol), radix: 16)
        if let size = kernel.size(of: symbol) { word += ", \(size) bytes" }
        if let file = kernel.file(of: symbol) { word += ", \(file)" }
        if kernel.name(of: symbol) != finding.name { word += ", \(kernel.name(of: symbol))" }
        return word
      }
    } else {
      return ""
    }
    if total > words.count { words.append("\(total - words.count) more") }
    return words.joined(separator: "; ")
  }

  private mutating func adviseOnMissing(_ finding: LivepatchFinding) {
    if let module = resolver.objects[finding.object] {
      let names = module.variants(of: finding.name)
      say(
        names.isEmpty
          ? "\(finding.name): \(module.path) has no such symbol"
          : "\(finding.name): not in \(module.moduleName); there are \(LivepatchAdvice.list(names))"
      )
      return
    }
    guard finding.object == "vmlinux", let kernel = resolver.kernel else {
      say("\(finding.name): module \(finding.object) is not loaded, so nothing is found in it")
      return
    }
    let stem = LivepatchAdvice.withoutHash(finding.name)
    let others = (variants?.symbols(extending: stem) ?? []).map { kernel.name(of: $0) }
    let hashed = others.filter { $0.dropFirst(stem.count).hasPrefix(".llvm.") }
    if stem != finding.name, !kernel.candidates(stem).isEmpty {
      say(
        kernel.era.isExact
          ? "\(finding.name): the kernel has \(stem), without a hash"
          : "\(finding.name): this release never finds a name with .llvm.; give \(stem)")
    } else if !hashed.isEmpty {
      say(
        stem == finding.name
          ? "\(finding.name): this release compares whole names; the kernel has "
            + LivepatchAdvice.list(hashed)
          : "\(finding.name): only the hash changed, and maybe the function with it; the kernel has "
            + LivepatchAdvice.list(hashed))
    } else if !others.isEmpty {
      say(
        "\(finding.name): the compiler left only \(LivepatchAdvice.list(others)), with other "
          + "arguments or a part of it")
    } else {
      say("\(finding.name): not in this kernel: inlined, renamed or not configured")
    }
  }

  /// A name up to `.llvm.`.
  private static func withoutHash(_ name: String) -> String {
    guard let range = name.firstRange(of: ".llvm.") else { return name }
    return String(name[..<range.lowerBound])
  }

  private static func list(_ names: [String]) -> String {
    var seen: Set<String> = []
    let unique = names.filter { seen.insert($0).inserted }
    let shown = unique.prefix(mostCandidates)
    let more = unique.count - shown.count
    return more > 0
      ? "\(shown.joined(separator: ", ")) and \(more) more" : shown.joined(separator: ", ")
  }
}
