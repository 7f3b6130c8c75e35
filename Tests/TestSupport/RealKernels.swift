internal import ByteStorage
internal import Glibc

/// Unpacked packages of real kernels, kept outside of the repository.
///
/// They lie in the directories of `$KSYM_KERNELS`, or `~/.cache/ksym/kernels`, one for each
/// architecture and release (`amd64-6.12`, …), as `dpkg -x` leaves Debian's packages.
package struct RealKernel: Sendable, CustomStringConvertible {
  /// Name of the directory.
  package let label: String
  /// Path of the directory.
  package let root: String

  /// The architecture, as Debian names it.
  package var architecture: String { String(label.prefix { $0 != "-" }) }

  /// The name of the directory.
  package var description: String { label }

  /// All that have an image; what a broken `make kernels` left (`*.partial`) does not count.
  package static let all: [RealKernel] = {
    let home = environment("HOME") ?? ""
    let directory = environment("KSYM_KERNELS") ?? "\(home)/.cache/ksym/kernels"
    return DirectoryTree.names(in: directory)
      .filter { !$0.hasPrefix(".") && !$0.hasSuffix(".partial") }
      .map { RealKernel(label: $0, root: "\(directory)/\($0)") }.filter { $0.image != nil }
  }()

  /// Path of the kernel image, or `nil`.
  package var image: String? {
    for folder in ["boot", "usr/lib/modules", "lib/modules"] {
      for case .file(let path) in DirectoryTree.files(
        below: "\(root)/\(folder)", where: { $0.hasPrefix("vmlinuz") || $0.hasPrefix("vmlinux") })
      {
        return path
      }
    }
    return nil
  }

  /// Path of the kernel's configuration, or `nil`.
  package var config: String? {
    for folder in ["boot", "usr/lib/modules", "usr/src"] {
      for case .file(let path) in DirectoryTree.files(
        below: "\(root)/\(folder)", where: { $0.hasPrefix("config-") || $0 == ".config" })
      {
        return path
      }
    }
    return nil
  }

  /// Directory of the modules (`…/lib/modules/RELEASE`), or `nil`.
  package var modules: String? {
    for folder in ["usr/lib/modules", "lib/modules"] {
      for release in DirectoryTree.names(in: "\(root)/\(folder)") {
        let path = "\(root)/\(folder)/\(release)"
        if PathKind("\(path)/kernel") == .directory { return path }
      }
    }
    return nil
  }

  /// Path of the packaged Module.symvers, or `nil`.
  package var symvers: String? {
    for case .file(let path) in DirectoryTree.files(
      below: "\(root)/usr/src", where: { $0 == "Module.symvers" })
    {
      return path
    }
    return nil
  }

  /// Path of a small module, or `nil`.
  package var module: String? {
    guard let modules else { return nil }
    for case .file(let path) in DirectoryTree.files(
      below: "\(modules)/kernel/lib", where: { $0.contains(".ko") })
    {
      return path
    }
    return nil
  }
}

/// Says on standard error what a test leaves out.
package func report(_ words: String) {
  var line = OutputBuffer()
  line.append("ksym tests: \(words)\n")
  _ = line.write(to: 2)
}
