internal import ByteStorage
internal import ELFFormat

/// A call of a function, as machine code has it.
struct CodeCall {
  /// The number given for the function.
  let callee: Int
  /// Addresses that the third and the fourth argument have, by the number of the argument.
  let arguments: [Int: UInt64]
  /// Whether no branch leads around it.
  let isCertain: Bool
}

/// Finds calls of functions in machine code of x86-64 and arm64, with arguments that are addresses of constants.
struct CallReader {
  private enum Form { case x86, arm64 }

  private let form: Form
  /// The functions that are looked for, with numbers.
  private let callees: [UInt64: Int]
  /// Where functions begin, in order.
  private let starts: [UInt64]

  /// Fails for other architectures.
  ///
  /// - Parameters:
  ///   - machine: The architecture.
  ///   - callees: Addresses of the functions that are looked for, with numbers.
  ///   - starts: Where the functions begin whose code is read, in order.
  init?(_ machine: ELFMachine, _ callees: [UInt64: Int], startingAt starts: [UInt64]) {
    switch machine {
    case .x86_64: form = .x86
    case .aarch64: form = .arm64
    default: return nil
    }
    self.callees = callees
    self.starts = starts
  }

  /// The calls in a range of addresses.
  func calls(in range: Range<UInt64>, of image: borrowing BuiltinModules) -> [CodeCall] {
    guard let offset = image.offset(of: range.lowerBound),
      let size = Int(exactly: range.upperBound - range.lowerBound),
      let code = image.bytes.slice(offset..<min(offset &+ size, image.bytes.byteCount))
    else { return [] }
    switch form {
    case .x86: return x86Calls(code, range.lowerBound)
    case .arm64: return arm64Calls(code, range.lowerBound)
    }
  }

  /// Where the function begins that has an address, from the start of the code.
  private func functionStart(_ place: Int, _ address: UInt64) -> Int {
    let next = starts.partitionIndex { $0 <= address &+ UInt64(place) }
    guard next > 0, starts[next - 1] >= address else { return 0 }
    return Int(clamping: starts[next - 1] - address)
  }

  private func x86Calls(_ code: RawSpan, _ address: UInt64) -> [CodeCall] {
    var calls: [CodeCall] = []
    for place in 0..<max(0, code.byteCount - 4) {
      // CALL and JMP with a distance of 32 bits.
      guard let opcode = code.byte(at: place), opcode == 0xe8 || opcode == 0xe9,
        let distance = code.integer(Int32.self, at: place &+ 1, .little),
        let callee = callees[address &+ UInt64(place &+ 5) &+ UInt64(bitPattern: Int64(distance))]
      else { continue }
      let start = functionStart(place, address)
      var run = X86Run(code, address)
      let isStraight = run.reach(place, from: start)
      if !isStraight { run.lookBack(from: place, to: start) }
      calls.append(CodeCall(callee: callee, arguments: run.arguments, isCertain: isStraight))
    }
    return calls
  }

  private func arm64Calls(_ code: RawSpan, _ address: UInt64) -> [CodeCall] {
    var calls: [CodeCall] = []
    var run = ARM64Run()
    var next = starts.partitionIndex { $0 < address }
    var place = 0
    while let word = code.integer(UInt32.self, at: place, .little) {
      let here = address &+ UInt64(place)
      place &+= 4
      if next < starts.count, starts[next] <= here {
        next = starts.partitionIndex { $0 <= here }
        run = ARM64Run(isStraight: true)
      }
      let (arguments, isCertain) = (run.arguments, run.isStraight)
      if let target = run.step(word, at: here), let callee = callees[target] {
        calls.append(CodeCall(callee: callee, arguments: arguments, isCertain: isCertain))
      }
    }
    return calls
  }
}
