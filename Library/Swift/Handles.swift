internal import CKsym

/// What a caller has a handle of.
protocol Handled: AnyObject, Sendable {
  static var kind: UInt32 { get }
}

/// Handles are numbers of objects, in pointers; `handles.c` knows which are open.
enum Handles {
  /// A handle that owns an object.
  static func make<Object: Handled>(_ object: Object) throws(Failure) -> OpaquePointer {
    let owned = unsafe Unmanaged.passRetained(object).toOpaque()
    guard
      let handle = unsafe ksym_handle_new(
        Object.kind, owned,
        { if let owned = unsafe $0 { unsafe Unmanaged<AnyObject>.fromOpaque(owned).release() } })
    else {
      unsafe Unmanaged<Object>.fromOpaque(owned).release()
      throw Failure(-24, "too many handles are open")
    }
    return OpaquePointer(handle)
  }

  /// Gives the object of a handle to a function, which keeps it open until it returns.
  static func use<Object: Handled, Answer>(
    _ handle: OpaquePointer?, _ body: (Object) throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    guard let handle = unsafe handle else { throw .argument("the handle is null") }
    let address = unsafe UnsafeRawPointer(handle)
    guard let object = unsafe ksym_handle_hold(Object.kind, address) else {
      throw .argument("the handle is closed, or of another kind")
    }
    defer { unsafe ksym_handle_drop(address) }
    // SAFETY: the kind says what it is, and it is held.
    return try unsafe Unmanaged<Object>.fromOpaque(object)._withUnsafeGuaranteedRef {
      (object) -> Result<Answer, Failure> in
      do throws(Failure) { return .success(try body(object)) } catch { return .failure(error) }
    }.get()
  }

  /// Closes a handle; nothing if there is none.
  static func close(_ handle: OpaquePointer?, _ kind: UInt32) {
    if let handle = unsafe handle { unsafe ksym_handle_close(kind, UnsafeRawPointer(handle)) }
  }
}
