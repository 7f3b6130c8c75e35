/// An error number of the kernel, as loading a module returns it: from the loader, or from the
/// module's init.
///
/// - Note: include/uapi/asm-generic/errno-base.h and errno.h, 7.2.
package struct LoadErrno: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The number, above 0.
  package let rawValue: Int32

  /// The error with a number.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let EPERM = LoadErrno(rawValue: 1)
  package static let ENOENT = LoadErrno(rawValue: 2)
  package static let ENOEXEC = LoadErrno(rawValue: 8)
  package static let EBUSY = LoadErrno(rawValue: 16)
  package static let EEXIST = LoadErrno(rawValue: 17)
  package static let EINVAL = LoadErrno(rawValue: 22)
  package static let EBADMSG = LoadErrno(rawValue: 74)
  package static let EKEYREJECTED = LoadErrno(rawValue: 129)

  private static let names: [LoadErrno: String] = [
    .EPERM: "EPERM", .ENOENT: "ENOENT", .ENOEXEC: "ENOEXEC", .EBUSY: "EBUSY", .EEXIST: "EEXIST",
    .EINVAL: "EINVAL", .EBADMSG: "EBADMSG", .EKEYREJECTED: "EKEYREJECTED",
  ]

  /// The name, such as `ENOEXEC`; the number if it has none here.
  package var name: String { LoadErrno.names[self] ?? "\(rawValue)" }

  package var description: String { name }
}
