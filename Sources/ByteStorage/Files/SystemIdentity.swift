internal import Glibc

package enum SystemIdentity {
  /// Release of the running kernel (`uname -r`).
  package static var kernelRelease: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "" }
    // SAFETY: the field is NUL-terminated.
    return unsafe withUnsafePointer(to: &name.release) { pointer in
      unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
    }
  }
}
