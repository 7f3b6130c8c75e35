internal import ByteStorage
internal import KernelImages
internal import Kernels
internal import SymbolTables

/// A kernel: opened once, and asked any number of questions.
///
/// ```swift
/// let kernel = try Kernel(at: "/boot/vmlinuz-6.12.107")
/// print(kernel.release ?? "unknown release")
/// for answer in kernel.check("driver.ko") { print(answer.verdict) }
/// ```
///
/// Nothing is loaded or booted: all answers come from files. What they do not hold is `nil`, or an error
/// with the code ``KernelSymbolsError/Code/notKnown``.
public final class Kernel {
  let opened: OpenKernel
  let facts: KernelFacts
  private let configuration: String?
  /// The facts that decide whether modules load, some of which take a search; found when first asked for.
  private(set) lazy var loadingFacts =
    (try? opened.factsForLoading(config: configuration)) ?? facts
  private var knownSymbols: SymbolCollection?

  /// Opens a kernel.
  ///
  /// - Parameters:
  ///   - path: An image (vmlinux, vmlinuz, bzImage, …), a memory dump, System.map or other list of
  ///     symbols, a Module.symvers, a directory (`/lib/modules/RELEASE`, a build tree, an unpacked
  ///     package, `/boot`), or `running`.
  ///   - configuration: Path of a configuration to use instead of the one that belongs to the kernel.
  /// - Throws: ``KernelSymbolsError`` if nothing at the path belongs to a kernel, or a file is damaged.
  public init(at path: String = "running", configuration: String? = nil) throws(KernelSymbolsError)
  {
    self.configuration = configuration
    do throws(KernelError) {
      opened = try OpenKernel(path)
      facts = try opened.facts(config: configuration)
    } catch { throw KernelSymbolsError(error) }
  }

  /// The path by which the kernel was named.
  public var path: String { opened.path }
  /// The release, as `uname -r` prints it.
  public var release: String? { facts.release?.value }
  /// The version magic string that modules must have, with its trailing blank.
  public var vermagic: String? { facts.vermagic?.value }
  /// The build ID as hexadecimal digits.
  public var buildID: String? { facts.buildID?.value.hexadecimal }
  /// The directory of the kernel's modules.
  public var moduleDirectory: String? { facts.moduleTree }

  /// The value of a configuration option: `y`, `m`, a number, a string without its quotes; `nil` if it
  /// is not set, or the configuration is unknown.
  ///
  /// - Parameter name: The option with or without `CONFIG_`.
  /// - Returns: The value.
  public func option(_ name: String) -> String? {
    let prefix = "CONFIG_"
    let name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    switch facts.config?.value[name] {
    case .yes: return "y"
    case .module: return "m"
    case .text(let text): return text
    case .no, nil: return nil
    }
  }

  /// The symbols that the kernel exports, in the order of its tables.
  ///
  /// - Throws: ``KernelSymbolsError`` `.notKnown` if its files do not hold them.
  public var exports: [Export] {
    get throws(KernelSymbolsError) {
      do throws(KernelError) { return Export.all(in: try opened.exports().value) } catch {
        throw KernelSymbolsError(error)
      }
    }
  }

  /// The symbols of the kernel; read when they are first asked for.
  ///
  /// - Throws: ``KernelSymbolsError`` `.notKnown` if no file has them.
  public var symbols: SymbolCollection {
    get throws(KernelSymbolsError) {
      if let knownSymbols { return knownSymbols }
      do throws(KernelError) {
        let source = try opened.symbols(as: .kernel, withProbeSites: true)
        let symbols = SymbolCollection(source, release: release ?? source.release)
        knownSymbols = symbols
        return symbols
      } catch { throw KernelSymbolsError(error) }
    }
  }
}
