internal import CBzip2

/// Unpacks bzip2 through libbz2, stream by stream.
func decodeBzip2(
  _ input: RawSpan, to sink: inout OutputSink, trailing: TrailingBytes
) throws(DecompressionError) {
  var offset = 0
  repeat {
    guard let rest = input.suffix(from: offset) else { return }
    offset &+= try decodeBzip2Stream(rest, to: &sink)
  } while trailing.goesOn(input, at: offset, .bzip2)
}

/// Decodes one stream; returns its compressed size in bytes.
private func decodeBzip2Stream(
  _ input: RawSpan, to sink: inout OutputSink
) throws(DecompressionError) -> Int {
  var stream = unsafe bz_stream()
  guard unsafe BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .outOfMemory }
  defer { unsafe BZ2_bzDecompressEnd(&stream) }
  let source = unsafe input.withUnsafeBytes { unsafe $0 }
  var offset = 0
  while true {
    let count = min(input.byteCount &- offset, 1 << 30)
    // SAFETY: libbz2 reads [next_in, next_in + avail_in) of the input (it never writes there,
    // though its interface is not const) and writes only the free bytes.
    unsafe stream.next_in = source.baseAddress.map {
      unsafe UnsafeMutablePointer(mutating: ($0 + offset).assumingMemoryBound(to: CChar.self))
    }
    unsafe stream.avail_in = UInt32(count)
    try sink.reserve()
    let free = min(sink.free, 1 << 30)
    unsafe stream.next_out = sink.next.assumingMemoryBound(to: CChar.self)
    unsafe stream.avail_out = UInt32(free)
    let result = unsafe BZ2_bzDecompress(&stream)
    let produced = free &- Int(unsafe stream.avail_out)
    let consumed = count &- Int(unsafe stream.avail_in)
    sink.advance(by: produced)
    offset &+= consumed
    if result == BZ_STREAM_END { break }
    guard result == BZ_OK else {
      throw .damaged(result == BZ_MEM_ERROR ? "out of memory" : "data error")
    }
    if consumed == 0 && produced == 0 { throw .damaged("ends before the end of the stream") }
  }
  extendLifetime(input)
  return offset
}
