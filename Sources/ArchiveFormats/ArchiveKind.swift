// ArchiveFormats reads what holds files: packages of Debian and RPM, tar files and initramfs images.
// It takes bytes in order and gives members; what kernels and modules are, it does not know.

internal import ByteStorage

/// An archive, recognised by its first bytes.
enum ArchiveKind {
  /// A package of Debian (deb(5)).
  case debian
  /// A package of RPM.
  case rpm
  /// Archives of cpio one after the other, as the kernel unpacks them at boot.
  case initramfs
  /// A tar file.
  case tar

  /// What is looked at of the content of a compressed file.
  static let headSize = 512

  /// Recognises the bytes at the start of a file or of its unpacked content.
  init?(head: RawSpan) {
    if head.starts(with: "!<arch>\ndebian-binary") {
      self = .debian
    } else if head.integer(UInt32.self, at: 0, .big) == 0xedab_eedb {
      self = .rpm
    } else if head.starts(with: "070701") || head.starts(with: "070702") {
      self = .initramfs
    } else if head.suffix(from: 257)?.starts(with: "ustar") ?? false {
      self = .tar
    } else {
      return nil
    }
  }

  /// What the kind is called.
  var name: String {
    switch self {
    case .debian: "Debian package"
    case .rpm: "RPM package"
    case .initramfs: "initramfs"
    case .tar: "tar"
    }
  }
}
