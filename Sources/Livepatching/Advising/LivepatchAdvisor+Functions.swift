internal import SymbolTables

extension LivepatchAdvisor {
  /// Advises on a function that is patched.
  mutating func adviseOnFunction(_ finding: LivepatchFinding) {
    adviseOnPosition(finding)
    if finding.status == .found, finding.isTraceable == false { adviseOnSite(finding) }
    if finding.object == "vmlinux" {
      adviseOnSize(finding)
      adviseOnClones(finding)
    }
  }

  private mutating func adviseOnSite(_ finding: LivepatchFinding) {
    var advice = LivepatchAdvice(.noFentrySite, object: finding.object, symbol: finding.name)
    if finding.object == "vmlinux", let kernel = resolver.kernel {
      if let symbol = finding.symbol,
        kernel.index.bounds.initial?.contains(kernel.address(of: symbol)) ?? false
      {
        advice = LivepatchAdvice(.initCode, object: finding.object, symbol: finding.name)
      }
      advice.positions = positions(finding) { kernel.isTraceable($0) ?? false }
    }
    say(advice)
  }

  /// The new function is about as long as another of the candidates, and far from the chosen one.
  private mutating func adviseOnSize(_ finding: LivepatchFinding) {
    guard finding.status == .found, finding.count > 1, let kernel = resolver.kernel,
      let new = finding.newSize, new > 0, let old = finding.size,
      !LivepatchAdvisor.isClose(new, old, percent: 50)
    else { return }
    let better = positions(finding) { symbol in
      symbol != finding.symbol
        && kernel.size(of: symbol).map { LivepatchAdvisor.isClose(new, $0, percent: 15) } ?? false
    }
    guard !better.isEmpty else { return }
    var advice = finding.advice(.sizeDiffers)
    (advice.size, advice.newSize, advice.positions) = (old, new, better)
    say(advice)
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
    if !clones.isEmpty { say(.clonesRemain, finding, clones) }
    if let cold = names.first(where: { $0.dropFirst(finding.name.count).hasPrefix(".cold") }) {
      say(.coldPartReplaced, finding, [cold])
    }
  }
}
