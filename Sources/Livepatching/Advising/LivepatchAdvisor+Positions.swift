extension LivepatchAdvisor {
  /// Advises on the position of a function or symbol, and on a name that was not found.
  mutating func adviseOnPosition(_ finding: LivepatchFinding) {
    switch finding.status {
    case .found:
      if finding.count > 1 {
        var advice = finding.advice(.oneOfSeveral)
        advice.count = finding.count
        say(advice, listing: finding)
      }
      adviseOnStart(finding)
    case .ambiguous: say(LivepatchAdvice(.positionNeeded, symbol: finding.name), listing: finding)
    case .noPosition:
      var advice = LivepatchAdvice(.noSuchPosition, symbol: finding.name)
      advice.count = finding.count
      say(advice, listing: finding)
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
    say(finding.advice(.initNamesake))
  }

  /// Positions of the symbols of vmlinux with a finding's name that pass a test, from 1.
  func positions(_ finding: LivepatchFinding, where isWanted: (Int) -> Bool) -> [Int] {
    guard let kernel = resolver.kernel else { return [] }
    return kernel.candidates(finding.name).enumerated().filter { isWanted($0.element) }
      .map { $0.offset + 1 }
  }

  /// Says something of a symbol that lists names, each once, up to a number.
  mutating func say(_ code: LivepatchAdvice.Code, _ finding: LivepatchFinding, _ names: [String]) {
    var seen: Set<String> = []
    let unique = names.filter { seen.insert($0).inserted }
    var advice = LivepatchAdvice(code, object: finding.object, symbol: finding.name)
    advice.names = Array(unique.prefix(LivepatchAdvisor.mostCandidates))
    advice.omitted = unique.count - advice.names.count
    say(advice)
  }

  /// Says something with the symbols that have a finding's name, up to a number.
  private mutating func say(_ advice: LivepatchAdvice, listing finding: LivepatchFinding) {
    var advice = advice
    advice.object = finding.object
    let most = LivepatchAdvisor.mostCandidates
    if let module = resolver.objects[finding.object] {
      let all = module.symbols(named: finding.name)
      advice.omitted = max(0, all.count - most)
      advice.candidates = all.prefix(most).enumerated().map { number, entry in
        .init(position: number + 1, place: module.place(of: entry), size: entry.size)
      }
    } else if let kernel = resolver.kernel {
      let all = kernel.candidates(finding.name)
      advice.omitted = max(0, all.count - most)
      advice.candidates = all.prefix(most).enumerated().map { number, symbol in
        let name = kernel.name(of: symbol)
        return .init(
          position: number + 1, address: kernel.hidesAddresses ? nil : kernel.address(of: symbol),
          size: kernel.size(of: symbol), file: kernel.file(of: symbol),
          name: name == finding.name ? nil : name)
      }
    }
    say(advice)
  }
}

extension LivepatchFinding {
  /// Advice that depends on the position.
  func advice(_ code: LivepatchAdvice.Code) -> LivepatchAdvice {
    var advice = LivepatchAdvice(code, object: object, symbol: name)
    advice.position = position
    return advice
  }
}
