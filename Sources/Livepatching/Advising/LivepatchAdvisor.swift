internal import SymbolTables

/// Looks at the names that a livepatch uses in a kernel, and at what they mean there.
struct LivepatchAdvisor {
  let resolver: LivepatchResolver
  let patch: Livepatch
  let variants: NameVariants?
  /// Addresses of functions of vmlinux that are patched and cannot be mistaken.
  let anchors: [UInt64]
  /// Source files of the functions of vmlinux that are patched.
  let patchedFiles: Set<String>
  private var found: [LivepatchAdvice] = []
  private var seen: Set<LivepatchAdvice> = []

  /// Most pieces of advice on one livepatch.
  private static let mostPieces = 1000
  /// Most equal names to list.
  static let mostCandidates = 12

  init(
    _ patch: Livepatch, _ resolver: LivepatchResolver, _ functions: [LivepatchFinding],
    _ symbols: [LivepatchFinding]
  ) {
    self.patch = patch
    self.resolver = resolver
    let patched = functions.filter { $0.object == "vmlinux" }
    anchors = Array(patched.lazy.filter { $0.count == 1 }.compactMap(\.address).prefix(256))
    patchedFiles = Set(
      patched.compactMap { function in function.symbol.flatMap { resolver.kernel?.file(of: $0) } })
    variants = resolver.kernel.map { kernel in
      NameVariants(
        kernel, of: (functions + symbols).lazy.filter { $0.object == "vmlinux" }.map(\.name))
    }
  }

  mutating func say(_ advice: LivepatchAdvice) {
    guard found.count < LivepatchAdvisor.mostPieces, seen.insert(advice).inserted else { return }
    found.append(advice)
  }

  mutating func say(_ code: LivepatchAdvice.Code, object: String? = nil, symbol: String? = nil) {
    say(LivepatchAdvice(code, object: object, symbol: symbol))
  }

  private mutating func adviseOnModule() {
    if !patch.isLivepatch {
      say(.notALivepatch)
    } else if patch.carrier == .none {
      say(.assembledAtRuntime)
    }
    if patch.isLivepatch, !patch.isMarked { say(.notMarked) }
    for object in patch.objects {
      guard let name = object.name else { continue }
      if name == "vmlinux" {
        say(.objectNamedVmlinux, object: name)
      } else if name.contains("-") {
        say(.objectNamedWithDash, object: name)
      } else if resolver.objects[name] == nil {
        say(.objectNotLoaded, object: name)
      }
    }
    for omission in patch.omissions {
      var advice = LivepatchAdvice(.notRead)
      advice.omission = omission
      say(advice)
    }
  }
}

extension LivepatchJudge {
  /// Advice on the livepatch, most important first within each name.
  package func advice() -> [LivepatchAdvice] {
    let (functions, symbols) = (functions(), symbols())
    var advisor = LivepatchAdvisor(patch, resolver, functions, symbols)
    return advisor.advice(on: functions, symbols)
  }
}

extension LivepatchAdvisor {
  fileprivate mutating func advice(
    on functions: [LivepatchFinding], _ symbols: [LivepatchFinding]
  ) -> [LivepatchAdvice] {
    adviseOnModule()
    if resolver.kernel == nil, (functions + symbols).contains(where: { $0.status == .unknown }) {
      say(.kernelSymbolsNeeded)
    }
    for finding in functions { adviseOnFunction(finding) }
    for finding in symbols { adviseOnSymbol(finding) }
    return found
  }
}
