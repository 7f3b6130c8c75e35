package import DWARFFormat

/// Finds the source lines of code, in the debug information of kernels and modules.
package protocol SourceFinder: AnyObject {
  /// The places of an address of a kernel.
  ///
  /// - Parameters:
  ///   - source: The number of the kernel among the sources of the translation.
  ///   - address: As the kernel was linked.
  /// - Returns: The line of the address, and then those of the calls through which its code was inlined;
  ///   empty if that is not known.
  func places(inSource source: Int, address: UInt64) -> [SourcePlace]

  /// The places of an offset in a function of a module.
  ///
  /// - Parameters:
  ///   - module: As the kernel prints it.
  ///   - symbol: The linkage name of the function.
  ///   - offset: From the start of the function, in bytes.
  /// - Returns: As of ``places(inSource:address:)``.
  func places(inModule module: String, symbol: [UInt8], offset: UInt64) -> [SourcePlace]
}
