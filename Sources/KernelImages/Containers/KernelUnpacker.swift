package import ByteStorage

/// A kernel image reduced to the kernel itself: an ELF file or a raw image.
package struct UnpackedKernel: Sendable, Hashable {
  package enum Place: Sendable, Hashable {
    case file
    case scratch
  }

  /// The layers, outermost first; the last is the kernel itself.
  package let layers: [KernelContainer]
  /// How the payload of each layer was compressed; `nil` where it was not.
  package let payloadFormats: [CompressionFormat?]
  package let place: Place
  /// Where in that buffer it lies, in bytes.
  package let range: Range<Int>

  package var isELF: Bool { layers.last?.kind == .elf }

  /// The kernel's bytes in the two buffers that were unpacked into.
  @_lifetime(borrow file, borrow scratch) package func source(
    file: borrowing FileBuffer, scratch: borrowing FileBuffer
  ) throws(ParseError) -> ByteSource {
    let whole = place == .file ? file.source : scratch.source
    if range == 0..<whole.count { return whole }
    return ByteSource(try whole.bytes(range, in: "kernel"))
  }
}

/// Unpacks kernel images, layer by layer.
package enum KernelUnpacker {
  /// Layers to unpack before giving up.
  private static let deepest = 6

  private enum Step {
    case done
    /// Its payload lies in the same buffer.
    case inside(Range<Int>)
    /// Its payload was unpacked into the other buffer.
    case unpacked
  }

  /// Unpacks what wraps a kernel until an ELF file or a raw image is reached. An inner payload may
  /// replace what `file` holds. Throws ``FileError`` if it is not a kernel image, is a memory dump,
  /// or is damaged.
  package static func unpack(
    _ file: inout FileBuffer, scratch: inout FileBuffer, path: String
  ) throws(FileError) -> UnpackedKernel {
    var place = UnpackedKernel.Place.file
    var range = 0..<file.count
    var layers: [KernelContainer] = []
    var formats: [CompressionFormat?] = []
    if let outer = file.compression {
      layers.append(KernelContainer(.compressed(outer)))
      formats.append(nil)
    }
    for _ in 0..<deepest {
      let step: Step
      switch place {
      case .file: step = try advance(file, range, into: &scratch, &layers, path)
      case .scratch: step = try advance(scratch, range, into: &file, &layers, path)
      }
      switch step {
      case .done:
        formats.append(nil)
        return UnpackedKernel(layers: layers, payloadFormats: formats, place: place, range: range)
      case .inside(let inner):
        formats.append(nil)
        range = (range.lowerBound + inner.lowerBound)..<(range.lowerBound + inner.upperBound)
      case .unpacked:
        place = place == .file ? .scratch : .file
        range = 0..<(place == .file ? file.count : scratch.count)
        let format = place == .file ? file.compression : scratch.compression
        if case .compressed = layers.last?.kind {
          formats.append(nil)
        } else {
          formats.append(format)
        }
      }
    }
    throw FileError(path: path, cause: .notSuitable("wraps a kernel in too many layers"))
  }

  private static func advance(
    _ source: borrowing FileBuffer, _ range: Range<Int>, into target: inout FileBuffer,
    _ layers: inout [KernelContainer], _ path: String
  ) throws(FileError) -> Step {
    let layer = try part(of: source.source, range, path)
    let container: KernelContainer
    do { container = try KernelContainer(identifying: layer) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
    layers.append(container)
    switch container.kind {
    case .elf, .arm64Image, .riscvImage: return .done
    case .elfCore, .kdumpCompressed, .kdumpFlattened:
      throw FileError(path: path, cause: .notSuitable("is a memory dump, not a kernel image"))
    case .raw, .s390Image, .flattenedImageTree:
      let bytes = try read(layer, 0..<layer.count, path)
      if KernelBanner(searching: bytes) != nil { return .done }
      try search(bytes, size: nil, into: &target, path)
      return .unpacked
    default: break
    }
    guard let payload = container.payload else { return .done }
    let bytes = try read(layer, payload.range, path)
    if payload.isSearched {
      try search(bytes, size: payload.unpackedSize, into: &target, path)
    } else if let format = payload.format {
      try target.unpack(bytes, format, path: path, expecting: payload.unpackedSize)
    } else {
      return .inside(payload.range)
    }
    return .unpacked
  }

  /// Least room for a stream that is searched for, and how many times larger than the bytes from its
  /// start on its content may be: kernels are packed to a tenth at best.
  private static let (leastRoom, largestRatio) = (64 << 20, 32)
  /// Processor time that streams which are no kernels may take in one image, in nanoseconds.
  private static let mostWasted: UInt64 = 4_000_000_000

  /// Tries every place that begins like a compressed stream, until one unpacks to a kernel.
  /// Decompressors hold the magic numbers they look for, so the first place may be none.
  private static func search(
    _ bytes: RawSpan, size: Int?, into target: inout FileBuffer, _ path: String
  ) throws(FileError) {
    var unpacked = 0
    let start = ProcessorTime.ofThread
    for candidate in PayloadSearch.candidates(in: bytes) {
      // An image full of streams that are no kernels must not cost the limit many times.
      guard unpacked <= target.limit, let packed = bytes.suffix(from: candidate.offset) else {
        continue
      }
      if ProcessorTime.ofThread &- start > mostWasted { break }
      let room = max(leastRoom, packed.byteCount.multipliedReportingOverflow(by: largestRatio).0)
      do {
        try target.unpack(
          packed, candidate.format, path: path, expecting: size, most: room)
      } catch {
        if case .tooLarge(let limit) = error.cause, limit == target.limit { throw error }
        continue
      }
      unpacked &+= target.count
      if let size { if target.count == size { return } } else if isKernel(target) { return }
    }
    throw FileError(path: path, cause: .notSuitable("holds no kernel in a format known here"))
  }

  private static func isKernel(_ buffer: borrowing FileBuffer) -> Bool {
    guard let bytes = try? buffer.source.all() else { return false }
    return bytes.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46
      || KernelBanner(searching: bytes) != nil
  }

  @_lifetime(copy source) private static func part(
    of source: ByteSource, _ range: Range<Int>, _ path: String
  ) throws(FileError) -> ByteSource {
    if range == 0..<source.count { return source }
    return ByteSource(try read(source, range, path))
  }

  @_lifetime(copy source) private static func read(
    _ source: ByteSource, _ range: Range<Int>, _ path: String
  ) throws(FileError) -> RawSpan {
    do { return try source.bytes(range, in: "kernel image") } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }
}
