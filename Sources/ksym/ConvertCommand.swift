internal import ArgumentParser
internal import ByteStorage
internal import ModuleConversion
internal import ModuleFiles
internal import ModuleVersions
internal import OrderedWork

enum T: String, ExpressibleByArgument { case basic, extended, both, packed, hashed, none }

/// `ksym convert`: version tables in other layouts.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Rewrite the version tables of modules, between layouts and for other kernels.")

  @Option var to: T?
  @Option(name: .shortAndLong) var output: String
  @Flag var dropSignature = false
  @OptionGroup var common: CommonOptions
  @Argument var modules: [String]

  func run() throws {
    var buffer = FileBuffer(limit: common.maximumSize.bytes)
    for path in modules {
      do {
        try buffer.open(path)
        var request = ConversionRequest(to.flatMap { .init(rawValue: $0.rawValue) })
        if dropSignature { request.signature = .dropped }
        let result = try ModuleConverter.convert(try buffer.source.all(), request)
        try AtomicFile.write(result.bytes, to: output)
      } catch {
        Terminal.complain("\(path): \(error)")
        throw ExitCode(2)
      }
    }
  }
}
