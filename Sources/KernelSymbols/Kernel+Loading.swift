internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleLoading

/// How modules are loaded.
public struct LoadOptions: Sendable, Hashable {
  /// Modules that are loaded before, in order.
  public var with: [String] = []
  /// Whether modules of the kernel's own tree count as loaded when they export what is needed.
  public var loadsDependencies = true
  /// What the kernel's files do not say, as `KEY=VALUE`: `missing-version=refuse`, `release=6.12`,
  /// `MODULE_SIG_FORCE=y` … A text of another form is ignored.
  public var assuming: [String] = []
  /// Flag `MODULE_INIT_IGNORE_MODVERSIONS` of `finit_module`.
  public var ignoresModversions = false
  /// Flag `MODULE_INIT_IGNORE_VERMAGIC` of `finit_module`.
  public var ignoresVermagic = false
  /// Names of the boot option `module_blacklist=`.
  public var blacklist: [String] = []

  /// The defaults.
  public init() {}

  var request: LoadRequest {
    var request = LoadRequest()
    request.with = with
    request.loadsDependencies = loadsDependencies
    request.ignoresModversions = ignoresModversions
    request.ignoresVermagic = ignoresVermagic
    request.blacklist = blacklist
    return request
  }

  var given: [GivenFact] { assuming.compactMap { GivenFact($0) }.filter { $0.problem == nil } }
}

extension Kernel {
  /// Decides whether this kernel would load modules, as its own loader does. Nothing is loaded.
  ///
  /// - Parameters:
  ///   - paths: Modules, or directories of modules.
  ///   - options: How they are loaded.
  /// - Returns: An answer for each module, in order; also for those that cannot be read.
  public func check(_ paths: String..., options: LoadOptions = LoadOptions()) -> [LoadAnswer] {
    let request = options.request
    var facts = loadingFacts
    facts.supposeRelease(ofModules: paths, limit: request.limit)
    return ModuleChecker(facts, of: opened, given: options.given, request: request)
      .check(paths).map { answer in
        LoadAnswer(answer) { $0.add($1) }
      }
  }

  /// Decides whether this kernel would take livepatches, and resolves every name in them.
  ///
  /// - Parameters:
  ///   - paths: Livepatches, or directories of them.
  ///   - options: How they are loaded.
  /// - Returns: An answer for each livepatch, in order; also for those that cannot be read.
  public func checkLivepatches(
    _ paths: String..., options: LoadOptions = LoadOptions()
  ) -> [LoadAnswer] {
    LivepatchChecker(loadingFacts, of: opened, given: options.given, request: options.request)
      .check(paths).map { answer in
        LoadAnswer(answer) { result, outcome in
          result.add(outcome.load)
          result.verdict = LoadAnswer.Verdict(rawValue: outcome.verdict.rawValue)
          result.errno = outcome.errno.map { LoadAnswer.Errno(rawValue: $0.rawValue) }
          result.log = outcome.log
          result.assumed = outcome.assumed.map { LoadAnswer.Reason($0) }
          result.advice = outcome.advice.map { LoadAnswer.Reason($0) }
        }
      }
  }
}

extension LoadAnswer {
  fileprivate init<Outcome>(
    _ answer: ModuleLoading.LoadAnswer<Outcome>, _ add: (inout LoadAnswer, Outcome) -> Void
  ) {
    self.init(path: answer.path)
    switch answer.result {
    case .success(let outcome): add(&self, outcome)
    case .failure(let failure): error = KernelSymbolsError(failure)
    }
  }

  fileprivate mutating func add(_ outcome: LoadOutcome) {
    name = outcome.name
    verdict = Verdict(rawValue: outcome.verdict.rawValue)
    errno = outcome.errno.map { Errno(rawValue: $0.rawValue) }
    log = outcome.log
    problems = outcome.symbols.compactMap { symbol in
      symbol.problem.map {
        Problem(
          name: SymbolName(symbol.name), kind: $0.rawValue, required: symbol.required,
          provided: symbol.provided, owner: symbol.provider)
      }
    }
    causes = outcome.causes.map { Reason($0) }
    assumed = outcome.assumed.map { Reason($0) }
  }
}

extension LoadAnswer.Errno {
  var name: String { LoadErrno(rawValue: rawValue).name }
}

extension LoadAnswer.Reason {
  private init(_ code: String, _ details: KeyValuePairs<String, Any?>) {
    self.code = code
    self.details = Dictionary(
      details.compactMap { key, value in value.map { (key, "\($0)") } },
      uniquingKeysWith: { first, _ in first })
  }

  fileprivate init(_ cause: LoadCause) {
    self.init(
      cause.code.rawValue,
      [
        "symbol": cause.symbol, "owner": cause.owner, "module": cause.module,
        "kernel": cause.kernel, "count": cause.count, "total": cause.total, "limit": cause.limit,
        "options": cause.options.isEmpty ? nil : cause.options.joined(separator: " "),
      ])
  }

  fileprivate init(_ assumption: LoadAssumption) {
    self.init(
      assumption.code.rawValue,
      ["key": assumption.key, "value": assumption.value, "object": assumption.object])
  }

  fileprivate init(_ advice: LivepatchAdvice) {
    self.init(
      advice.code.rawValue,
      [
        "object": advice.object, "symbol": advice.symbol, "position": advice.position,
        "count": advice.count, "size": advice.size, "file": advice.file,
      ])
  }
}
