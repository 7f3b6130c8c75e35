internal import ByteStorage
internal import Modpost
internal import ModuleVersions
internal import VersionConversion

/// What one thread keeps between modules.
struct ConvertWorker: ~Copyable {
  var buffer: FileBuffer
  var compressor = Compressor()
  /// The last result, whose memory serves the next.
  var result: [UInt8] = []

  init(limit: Int) { buffer = FileBuffer(limit: limit) }

  /// The memory of the last result.
  mutating func takeMemory() -> [UInt8] {
    defer { result = [] }
    return result
  }
}

/// Converts one module after the other, from file to file.
struct ConvertJob: Sendable {
  /// What became of a module.
  struct Result: Sendable {
    let module: String
    var output: String?
    var compression: CompressionFormat?
    /// The converted module; its bytes are written already.
    var converted: ConvertedModule?
    var failure: FileFailure?

    /// Why the module is not converted; `nil` if it is, or a file cannot be read or written.
    var refusal: ConversionError? { failure?.cause as? ConversionError }

    var status: ExitStatus {
      failure == nil ? .yes : refusal?.isRefusal ?? false ? .no : .trouble
    }
  }

  let request: ConversionRequest
  let modpost: ModpostJob?
  let destination: ConvertDestination

  func run(_ path: String, _ worker: inout ConvertWorker) -> Result {
    var result = Result(module: path)
    do { try convert(path, &worker, &result) } catch {
      result.failure = FileFailure(path, error)
    }
    return result
  }

  private func convert(
    _ path: String, _ worker: inout ConvertWorker, _ result: inout Result
  ) throws {
    try worker.buffer.open(path)
    let input = worker.buffer.compression
    if let modpost {
      let bytes = try modpost.make(try worker.buffer.source.all(), of: path)
      try write(bytes, of: path, nil, &worker, &result)
      return
    }
    let memory = worker.takeMemory()
    var module = try ModuleConverter.convert(
      try worker.buffer.source.all(), request, reusing: consume memory)
    let bytes = module.takeBytes()
    defer { worker.result = bytes }
    result.converted = module
    if destination == .inPlace && !module.isChanged { return }
    try write(bytes, of: path, input, &worker, &result)
  }

  private func write(
    _ bytes: [UInt8], of path: String, _ input: CompressionFormat?,
    _ worker: inout ConvertWorker, _ result: inout Result
  ) throws {
    let target = destination.target(of: path)
    let format = destination.format(of: target, like: input)
    result.compression = format
    var output = bytes
    if let format {
      guard let packed = worker.compressor.compress(bytes.rawSpan, format) else {
        throw FileError(
          path: path, cause: .notSuitable("cannot be packed as \(format.rawValue) again"))
      }
      output = packed
    }
    if destination == .standardOutput {
      var buffer = OutputBuffer()
      buffer.append(output)
      Terminal.write(&buffer)
      return
    }
    result.output = target
    try AtomicFile.write(output, to: target)
  }
}
