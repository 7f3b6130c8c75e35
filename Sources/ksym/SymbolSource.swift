internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelFacts

extension KernelSymbolSource {
  /// Reads a kernel, or ends the command with the reason.
  static func read(
    _ path: String, _ common: CommonOptions, probeSites: Bool = false
  ) throws -> KernelSymbolSource {
    var reader = KernelSymbolReader(limit: common.maximumSize.bytes)
    reader.readsProbeSites = probeSites
    return try read(path, common, with: &reader)
  }

  /// As ``read(_:_:probeSites:)``, with a reader whose image is of use afterwards.
  static func read(
    _ path: String, _ common: CommonOptions, with reader: inout KernelSymbolReader
  ) throws -> KernelSymbolSource {
    do {
      let source = try reader.read(path)
      source.complain(path, common)
      return source
    } catch let error as FileError {
      Terminal.complain("\(error)")
    } catch {
      Terminal.complain("\(path): \(error)")
    }
    throw ExitCode(ExitStatus.trouble.rawValue)
  }

  /// Says what one should know of the addresses.
  private func complain(_ path: String, _ common: CommonOptions) {
    if hidesAddresses {
      Terminal.complain(
        "\(path): addresses are hidden; reading them needs root or kernel.kptr_restrict=0")
    }
    if hasRelativeAddresses {
      Terminal.complain("\(path): addresses are distances from _text; the image does not tell more")
    }
    if common.verbose, let tables {
      Terminal.complain("\(path): \(tables.count) symbols, \(tables.encoding.rawValue) addresses")
    }
  }
}
