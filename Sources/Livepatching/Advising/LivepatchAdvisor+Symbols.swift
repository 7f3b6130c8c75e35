internal import ByteStorage
internal import SymbolTables

extension LivepatchAdvisor {
  /// Advises on a symbol that relocations name.
  mutating func adviseOnSymbol(_ finding: LivepatchFinding) {
    adviseOnPosition(finding)
    if !adviseOnFile(finding) { adviseOnDistance(finding) }
  }

  /// Nothing is patched in the symbol's source file, but in that of another symbol with its name.
  ///
  /// - Returns: Whether the files settle the question.
  private mutating func adviseOnFile(_ finding: LivepatchFinding) -> Bool {
    guard finding.status == .found, finding.object == "vmlinux", finding.count > 1,
      let kernel = resolver.kernel, let chosen = finding.symbol, let file = kernel.file(of: chosen)
    else { return false }
    if patchedFiles.isEmpty { return false }
    if patchedFiles.contains(file) { return true }
    let better = positions(finding) { symbol in
      kernel.file(of: symbol).map { patchedFiles.contains($0) } ?? false
    }
    guard !better.isEmpty else { return false }
    var advice = finding.advice(.fileNotPatched)
    advice.file = file
    advice.positions = Array(better.prefix(LivepatchAdvisor.mostCandidates))
    say(advice)
    return true
  }

  /// Functions and data of one source file lie together, unless the linker sorts them by name: where
  /// the equal names are neighbours of each other, distances say nothing.
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
    var advice = finding.advice(.farFromPatched)
    advice.positions = [number + 1]
    say(advice)
  }

  /// Advises on a name that was not found.
  mutating func adviseOnMissing(_ finding: LivepatchFinding) {
    if let module = resolver.objects[finding.object] {
      let names = module.variants(of: finding.name)
      if names.isEmpty {
        var advice = LivepatchAdvice(.notInModule, object: finding.object, symbol: finding.name)
        advice.file = module.path
        say(advice)
      } else {
        say(.variantsInModule, finding, names)
      }
      return
    }
    guard finding.object == "vmlinux", let kernel = resolver.kernel else {
      say(.ownerNotLoaded, object: finding.object, symbol: finding.name)
      return
    }
    let stem = LivepatchAdvisor.withoutHash(finding.name)
    let others = (variants?.symbols(extending: stem) ?? []).map { kernel.name(of: $0) }
    let hashed = others.filter { $0.dropFirst(stem.count).hasPrefix(".llvm.") }
    if stem != finding.name, !kernel.candidates(stem).isEmpty {
      say(kernel.era.isExact ? .hashNotUsed : .hashNeverFound, finding, [stem])
    } else if !hashed.isEmpty {
      say(stem == finding.name ? .hashNeeded : .hashChanged, finding, hashed)
    } else if !others.isEmpty {
      say(.onlyVariants, finding, others)
    } else {
      say(.notInKernel, object: finding.object, symbol: finding.name)
    }
  }

  /// A name up to `.llvm.`.
  private static func withoutHash(_ name: String) -> String {
    let bytes = Array(name.utf8)
    guard let end = bytes.rawSpan.firstRange(of: ".llvm.") else { return name }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}
