internal import ByteStorage
internal import Glibc
internal import KernelComparison

/// Reads the files of a tool, with its words for what goes wrong.
struct DropInFiles {
  /// Reads a file and makes something of its text.
  ///
  /// - Parameters:
  ///   - path: The file, also if it is called `-`.
  ///   - purpose: What the file is for, in a message.
  ///   - opening: What is done first, in a message.
  ///   - content: What it holds, in a message.
  ///   - parse: Makes something of it.
  /// - Returns: What was made.
  /// - Throws: ``DropInError`` if the file cannot be read, or a line of it is wrong.
  static func read<Value>(
    _ path: String, for purpose: String, opening: String = "open the file", content: String,
    _ parse: (RawSpan) throws(TextFailure) -> Value
  ) throws(DropInError) -> Value {
    let purpose = "Failed to read \(purpose) from '\(path)'"
    var buffer = FileBuffer(limit: 4 << 30)
    let text: RawSpan
    do {
      if PathKind(path) == .directory { throw Unreadable(code: EISDIR) }
      try buffer.open(path == "-" ? "./-" : path)
      text = try buffer.source.all()
    } catch let error as Unreadable {
      throw DropInError("\(purpose): Failed to read \(content): \(DropInError.words(error.code))")
    } catch let error as FileError {
      guard case .system(_, let code) = error.cause else {
        throw DropInError("\(purpose): \(error)")
      }
      throw DropInError(purpose, opening, path, code)
    } catch { throw DropInError("\(purpose): \(error)") }
    do throws(TextFailure) { return try parse(text) } catch {
      throw DropInError("\(purpose): \(error.words(in: path, content: content))")
    }
  }

  private struct Unreadable: Error { let code: Int32 }
}

/// Where the answers of a tool go: standard output, and files. Each file is made anew.
struct DropInSinks: ~Copyable {
  private var buffers = [OutputBuffer(reserving: 1 << 16)]
  private var descriptors: [Int32] = [1]

  /// Makes a file and returns its number; `-` is standard output, whose number is 0.
  mutating func create(_ path: String, _ purpose: String) throws(DropInError) -> Int {
    if path == "-" { return 0 }
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw DropInError(purpose, "create file", path, errno) }
    descriptors.append(file)
    buffers.append(OutputBuffer())
    return buffers.count - 1
  }

  mutating func write(to number: Int, _ body: (inout OutputBuffer) -> Void) {
    body(&buffers[number])
    if number == 0, buffers[0].bytes.count > 1 << 18 { Terminal.writeMachineLines(&buffers[0]) }
  }

  mutating func finish(_ purpose: String) throws(DropInError) {
    Terminal.writeMachineLines(&buffers[0])
    for number in 1..<max(1, buffers.count) where !buffers[number].write(to: descriptors[number]) {
      throw DropInError("\(purpose): \(DropInError.words(errno))")
    }
  }

  deinit { for descriptor in descriptors where descriptor > 2 { close(descriptor) } }
}
