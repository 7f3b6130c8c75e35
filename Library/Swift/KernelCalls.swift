public import CKsym
internal import SymbolTables

/// See ksym.h.
@c @implementation public func ksym_kernel_open(
  _ path: UnsafePointer<CChar>!, _ options: UnsafePointer<ksym_kernel_options>!,
  _ kernel: UnsafeMutablePointer<OpaquePointer?>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let kernel = unsafe kernel else { throw .argument("there is no place for the handle") }
    unsafe kernel.pointee = nil
    let path = unsafe try Given.text(path, "the path")
    let options = unsafe options
    if let options = unsafe options,
      unsafe options.pointee.size < MemoryLayout<ksym_kernel_options>.size
    {
      throw .argument("the size of the options is not set")
    }
    unsafe kernel.pointee = try Handles.make(SymbolKernel(path, options?.pointee))
    return KSYM_OK
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_close(_ kernel: OpaquePointer!) {
  unsafe Handles.close(kernel, KSYM_HANDLE_KERNEL)
}

/// See ksym.h.
@c @implementation public func ksym_kernel_release(
  _ kernel: OpaquePointer!
) -> UnsafePointer<CChar>! {
  unsafe attempt(or: nil) { () throws(Failure) in
    unsafe try Handles.use(kernel) { (kernel: SymbolKernel) in unsafe kernel.release?.pointer }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_build_id(
  _ kernel: OpaquePointer!
) -> UnsafePointer<CChar>! {
  unsafe attempt(or: nil) { () throws(Failure) in
    unsafe try Handles.use(kernel) { (kernel: SymbolKernel) in unsafe kernel.buildID?.pointer }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_slide(
  _ kernel: OpaquePointer!, _ slide: UnsafeMutablePointer<UInt64>!
) -> ksym_status {
  attempt { () throws(Failure) in
    guard let slide = unsafe slide else { throw .argument("there is no place for the slide") }
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) in
      guard let known = kernel.slide else { return KSYM_NOT_FOUND }
      unsafe slide.pointee = known
      return KSYM_OK
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_count(_ kernel: OpaquePointer!) -> Int {
  attempt(or: 0) { () throws(Failure) in
    unsafe try Handles.use(kernel) { (kernel: SymbolKernel) in kernel.index.table.count }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_symbol(
  _ kernel: OpaquePointer!, _ index: Int, _ symbol: UnsafeMutablePointer<ksym_symbol>!
) -> ksym_status {
  attempt { () throws(Failure) in
    let symbol = unsafe try place(symbol)
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) throws(Failure) in
      guard index >= 0, index < kernel.index.table.count else { return KSYM_NOT_FOUND }
      unsafe give(kernel.describe(index, size: kernel.index.size(of: index)), to: symbol)
      return KSYM_OK
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_symbols(
  _ kernel: OpaquePointer!, _ first: Int, _ symbols: UnsafeMutableRawPointer!, _ stride: Int,
  _ count: Int
) -> Int {
  attempt(or: 0) { () throws(Failure) in
    guard let symbols = unsafe symbols, unsafe stride >= MemoryLayout<ksym_symbol>.size, count >= 0
    else {
      throw .argument("there is no place for the symbols, or it is too small")
    }
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) in
      let all = kernel.index.table.count
      guard first >= 0, first < all else { return 0 }
      let last = first &+ min(count, all &- first)
      for place in first..<last {
        let symbol = unsafe kernel.describe(place, size: kernel.index.size(of: place))
        // SAFETY: the caller says that `count` structures fit.
        unsafe (symbols + (place &- first) &* stride).storeBytes(of: symbol, as: ksym_symbol.self)
      }
      return last &- first
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_at(
  _ kernel: OpaquePointer!, _ address: UInt64, _ symbol: UnsafeMutablePointer<ksym_symbol>!
) -> ksym_status {
  attempt { () throws(Failure) in
    let symbol = unsafe try place(symbol)
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) throws(Failure) in
      guard let match = kernel.match(at: address) else { return KSYM_NOT_FOUND }
      let found = unsafe kernel.describe(match.index, offset: match.offset, size: match.size)
      unsafe give(found, to: symbol)
      return KSYM_OK
    }
  }
}

/// Where a symbol is put; the caller's structure must be as long as that of the first version.
private func place(
  _ symbol: UnsafeMutablePointer<ksym_symbol>?
) throws(Failure) -> UnsafeMutablePointer<ksym_symbol> {
  guard let symbol = unsafe symbol else { throw .argument("there is no place for the symbol") }
  guard unsafe symbol.pointee.size >= MemoryLayout<ksym_symbol>.size else {
    throw .argument("the size of the symbol is not set")
  }
  return unsafe symbol
}

/// Fills a caller's structure; its size stays.
private func give(_ found: ksym_symbol, to symbol: UnsafeMutablePointer<ksym_symbol>) {
  let size = unsafe symbol.pointee.size
  unsafe symbol.pointee = found
  unsafe symbol.pointee.size = size
}
