internal import ByteStorage
public import CKsym
internal import Glibc
internal import KernelReleases
internal import Kernels
internal import ModuleLoading
internal import Synchronization

/// A kernel that is asked for verdicts, by one thread after the other.
final class KernelChecker: Handled, @unchecked Sendable {
  static let kind = KSYM_HANDLE_CHECKER

  private let lock = Mutex<Void>(())
  private let kernel: OpenKernel
  private let facts: KernelFacts
  private let given: [GivenFact]
  /// Made for the questions that were asked; a lock keeps them.
  private var checkers: [Question: ModuleChecker] = [:]

  /// What a checker is made for.
  private struct Question: Hashable {
    let flags: UInt32
    /// The release whose rules hold: that of the modules, where the kernel's is unknown.
    let release: KernelRelease
  }

  init(_ path: String, config: String?, assuming texts: [String]) throws(Failure) {
    var given: [GivenFact] = []
    for text in texts {
      guard let fact = GivenFact(text), fact.problem == nil else {
        throw .argument("cannot be assumed: \(text)")
      }
      given.append(fact)
    }
    self.given = given
    do throws(KernelError) {
      kernel = try OpenKernel(path)
      facts = try kernel.factsForLoading(config: config)
    } catch { throw Failure(error) }
  }

  /// The verdicts as an array in JSON.
  func check(_ modules: [String], flags: UInt32) -> [UInt8] {
    lock.withLock { _ in
      var output = OutputBuffer()
      let json = VerdictJSON(kernelPath: facts.path, release: facts.release?.value)
      output.beginArray()
      checker(flags, modules).check(modules) { answer in
        switch answer.result {
        case .success(let outcome): json.write(outcome, showsReadable: true, to: &output)
        case .failure(let error):
          output.beginObject()
          output.member("module", answer.path)
          output.member("verdict", "unreadable")
          output.member("error", "\(error)")
          output.endObject()
        }
      }
      output.endArray()
      return output.bytes
    }
  }

  private func checker(_ flags: UInt32, _ modules: [String]) -> ModuleChecker {
    var facts = facts
    facts.supposeRelease(ofModules: modules, limit: FileBuffer.defaultLimit)
    let question = Question(flags: flags, release: facts.basis.release)
    if let known = checkers[question] { return known }
    var request = LoadRequest()
    request.ignoresModversions = flags & KSYM_IGNORE_MODVERSIONS != 0
    request.ignoresVermagic = flags & KSYM_IGNORE_VERMAGIC != 0
    request.loadsDependencies = flags & KSYM_NO_DEPENDENCIES == 0
    request.reportsAllSymbols = flags & KSYM_ALL_SYMBOLS != 0
    var checker = ModuleChecker(facts, of: kernel, given: given, request: request)
    checker.prepare()
    checkers[question] = checker
    return checker
  }
}

/// See ksym.h.
@c @implementation public func ksym_checker_open(
  _ kernel: UnsafePointer<CChar>!, _ config: UnsafePointer<CChar>!,
  _ assume: UnsafePointer<UnsafePointer<CChar>?>!, _ count: Int,
  _ checker: UnsafeMutablePointer<OpaquePointer?>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let checker = unsafe checker else { throw .argument("there is no place for the handle") }
    unsafe checker.pointee = nil
    let path = unsafe try Given.text(kernel, "the path of the kernel")
    let config = unsafe try Given.optional(config, "the path of the configuration")
    let assumed = unsafe try Given.texts(assume, count, "what is assumed")
    unsafe checker.pointee = try Handles.make(
      KernelChecker(path, config: config, assuming: assumed))
    return KSYM_OK
  }
}

/// See ksym.h.
@c @implementation public func ksym_checker_close(_ checker: OpaquePointer!) {
  unsafe Handles.close(checker, KSYM_HANDLE_CHECKER)
}

/// See ksym.h.
@c @implementation public func ksym_checker_check(
  _ checker: OpaquePointer!, _ modules: UnsafePointer<UnsafePointer<CChar>?>!, _ count: Int,
  _ flags: UInt32, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let json = unsafe json else { throw .argument("there is no place for the answer") }
    unsafe json.pointee = nil
    let modules = unsafe try Given.texts(modules, count, "the path of a module")
    guard flags < KSYM_ALL_SYMBOLS << 1 else { throw .argument("no such flag") }
    let text = unsafe try Handles.use(checker) { (checker: KernelChecker) in
      checker.check(modules, flags: flags)
    }
    guard let copy = unsafe malloc(text.count + 1) else { throw Failure(-12, "out of memory") }
    unsafe text.withUnsafeBytes { bytes in
      // SAFETY: one more byte than the text has was allocated.
      if let start = bytes.baseAddress {
        unsafe copy.copyMemory(from: start, byteCount: bytes.count)
      }
      unsafe copy.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    }
    unsafe json.pointee = copy.assumingMemoryBound(to: CChar.self)
    return KSYM_OK
  }
}
