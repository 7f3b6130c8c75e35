// ksym-fuzz feeds libFuzzer's inputs to one of ksym's parsers, chosen by the environment variable
// KSYM_FUZZ_TARGET. It is built by Fuzz/run.sh only.

import ByteStorage
import FuzzTargets
import Glibc

/// libFuzzer's own loop: mutates inputs and calls the target.
@_extern(c, "LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The target of this run, by name.
private let target: @Sendable (RawSpan) -> Void = {
  guard let text = getenv("KSYM_FUZZ_TARGET"), let found = FuzzTargets.all[String(cString: text)]
  else {
    print("KSYM_FUZZ_TARGET: one of \(FuzzTargets.all.keys.sorted().joined(separator: " "))")
    exit(64)
  }
  return found
}()

@main
enum Main {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(
      runDriver(&count, &arguments) { bytes, count in
        // SAFETY: libFuzzer keeps the bytes while the target runs.
        guard let bytes else { return 0 }
        target(RawSpan(_unsafeStart: UnsafeRawPointer(bytes), byteCount: count))
        return 0
      })
  }
}
