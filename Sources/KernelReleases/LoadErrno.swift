/// An error number of the kernel, as loading a module returns it: from the loader, or from the
/// module's init.
///
/// - Note: include/uapi/asm-generic/errno-base.h and errno.h, 7.2.
package struct LoadErrno: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The number, above 0.
  package let rawValue: Int32

  /// The error with a number.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Not permitted: blacklisted, or a namespace that may not be imported.
  package static let EPERM = LoadErrno(rawValue: 1)
  /// A symbol is unknown.
  package static let ENOENT = LoadErrno(rawValue: 2)
  /// Something is longer than the kernel knows.
  package static let E2BIG = LoadErrno(rawValue: 7)
  /// The module is malformed, or not for this kernel.
  package static let ENOEXEC = LoadErrno(rawValue: 8)
  /// There is not the memory that the module needs.
  package static let ENOMEM = LoadErrno(rawValue: 12)
  /// The symbol is protected from modules without a signature that counts (Android).
  package static let EACCES = LoadErrno(rawValue: 13)
  /// The module with this name is being loaded or unloaded.
  package static let EBUSY = LoadErrno(rawValue: 16)
  /// A module or file in sysfs with this name exists.
  package static let EEXIST = LoadErrno(rawValue: 17)
  /// A version, namespace, position or name is wrong.
  package static let EINVAL = LoadErrno(rawValue: 22)
  /// The kernel has no such system call.
  package static let ENOSYS = LoadErrno(rawValue: 38)
  /// A chain of types is too long, or does not end.
  package static let ELOOP = LoadErrno(rawValue: 40)
  /// There is no signature.
  package static let ENODATA = LoadErrno(rawValue: 61)
  /// No key that is trusted made the signature.
  package static let ENOKEY = LoadErrno(rawValue: 126)
  /// The signature is made with what the kernel lacks.
  package static let ENOPKG = LoadErrno(rawValue: 65)
  /// The signature is longer than the kernel reads.
  package static let EMSGSIZE = LoadErrno(rawValue: 90)
  /// The signature is malformed.
  package static let EBADMSG = LoadErrno(rawValue: 74)
  /// The kernel does not unpack modules.
  package static let EOPNOTSUPP = LoadErrno(rawValue: 95)
  /// A signature that counts is missing.
  package static let EKEYREJECTED = LoadErrno(rawValue: 129)

  /// The kernel's own `ENOTSUPP`, for which user space has no name.
  package static let ENOTSUPP = LoadErrno(rawValue: 524)

  private static let names: [LoadErrno: String] = [
    .EPERM: "EPERM", .ENOENT: "ENOENT", .ENOEXEC: "ENOEXEC", .EBUSY: "EBUSY", .EEXIST: "EEXIST",
    .E2BIG: "E2BIG", .ENOPKG: "ENOPKG", .ENODATA: "ENODATA", .ENOKEY: "ENOKEY",
    .ENOMEM: "ENOMEM", .EACCES: "EACCES", .EOPNOTSUPP: "EOPNOTSUPP", .EMSGSIZE: "EMSGSIZE",
    .ELOOP: "ELOOP", .ENOTSUPP: "ENOTSUPP", .ENOSYS: "ENOSYS", .EINVAL: "EINVAL",
    .EBADMSG: "EBADMSG",
    .EKEYREJECTED: "EKEYREJECTED",
  ]

  /// The name, such as `ENOEXEC`; the number if it has none here.
  package var name: String { LoadErrno.names[self] ?? "\(rawValue)" }

  package var description: String { name }
}
