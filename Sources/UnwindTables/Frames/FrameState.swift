/// The rules that hold at an address, and the instructions from those of one to those of another.
///
/// - Note: What an entry means is in `unwind_next_frame` of arch/x86/kernel/unwind_orc.c, 5.10 to 7.2;
///   offsets in `pt_regs` in arch/x86/include/asm/ptrace.h.
struct FrameState {
  private typealias Register = FrameInstructions.Register

  /// The rule for the CFA, which is the SP of the frame above.
  private enum CFA: Equatable {
    case register(FrameInstructions.Register, Int)
    case expression(FrameExpression)
  }

  /// Where a register is stored.
  private enum Place: Equatable {
    /// As the CIE says: kept, or of the return address, below the CFA.
    case initial
    case atCFA(Int)
    case at(FrameExpression)
    case lost
  }

  private var cfa: CFA = .register(.sp, 8)
  private var returnAddress = Place.initial
  private var frame = Place.initial
  /// Where a whole `pt_regs` is.
  private var registers: FrameExpression?

  /// Registers beside BP that functions preserve, and their offsets in `pt_regs`, in bytes.
  private static let preserved: [(FrameInstructions.Register, Int)] = [
    (.bx, 40), (.r12, 24), (.r13, 16), (.r14, 8), (.r15, 0),
  ]

  /// What the CIE says.
  init() {}

  /// What an entry says, under ``ORCRule/offsetsIndirectWord`` or not.
  init(_ entry: ORCEntry, offsetsWord: Bool) {
    let offset = Int(entry.baseOffset)
    if entry.kind == .undefined || entry.kind == .end {
      returnAddress = .lost
      return
    }
    if entry.kind == .call, let simple = FrameState.simple(entry.base, offset) {
      cfa = simple
      switch entry.frame {
      case .previousSP: frame = .atCFA(Int(entry.frameOffset))
      case .bp: frame = .at(FrameExpression(.bp, Int(entry.frameOffset)))
      default: break
      }
      return
    }
    guard let base = FrameState.base(entry.base, offset, offsetsWord) else {
      returnAddress = .lost
      return
    }
    switch entry.kind {
    case .undefined, .end: break
    case .call: cfa = .expression(base)
    case .registers:
      cfa = .expression(base.plus(152).loaded())
      returnAddress = .at(base.plus(128))
      frame = .at(base.plus(32))
      registers = base
    case .interruptFrame:
      cfa = .expression(base.plus(24).loaded())
      returnAddress = .at(base)
    }
    switch entry.frame {
    case .previousSP:
      let offset = Int(entry.frameOffset)
      frame = entry.kind == .call ? .atCFA(offset) : .at(base.plus(offset))
    case .bp: frame = .at(FrameExpression(.bp, Int(entry.frameOffset)))
    default: break
    }
  }

  private static func simple(_ base: ORCRegister, _ offset: Int) -> CFA? {
    switch base {
    case .sp: .register(.sp, offset)
    case .bp: .register(.bp, offset)
    case .ax: .register(.ax, 0)
    case .dx: .register(.dx, 0)
    case .di: .register(.di, 0)
    case .r10: .register(.r10, 0)
    case .r13: .register(.r13, 0)
    default: nil
    }
  }

  private static func base(
    _ base: ORCRegister, _ offset: Int, _ offsetsWord: Bool
  ) -> FrameExpression? {
    switch base {
    case .spIndirect:
      offsetsWord
        ? FrameExpression(.sp, 0).loaded().plus(offset) : FrameExpression(.sp, offset).loaded()
    case .bpIndirect: FrameExpression(.bp, offset).loaded()
    default:
      switch simple(base, offset) {
      case .register(let register, let offset)?: FrameExpression(register, offset)
      default: nil
      }
    }
  }

  /// Whether there is no frame above.
  var isLast: Bool { returnAddress == .lost }

  /// The same state, with no frame above.
  func ending() -> FrameState {
    var state = self
    state.returnAddress = .lost
    return state
  }

  /// Writes what changes from a state to this one.
  func write(after last: FrameState, to instructions: inout FrameInstructions) {
    if cfa != last.cfa {
      switch cfa {
      case .register(let register, let offset):
        var before: (FrameInstructions.Register, Int)?
        if case .register(let register, let offset) = last.cfa { before = (register, offset) }
        instructions.defineCFA(register, offset, after: before)
      case .expression(let expression): instructions.defineCFA(expression)
      }
    }
    if returnAddress != last.returnAddress {
      FrameState.write(returnAddress, of: .returnAddress, to: &instructions)
    }
    if frame != last.frame { FrameState.write(frame, of: .bp, to: &instructions) }
    guard registers != last.registers else { return }
    for (register, offset) in FrameState.preserved {
      let place = registers.map { Place.at($0.plus(offset)) } ?? .initial
      FrameState.write(place, of: register, to: &instructions)
    }
  }

  private static func write(
    _ place: Place, of register: FrameInstructions.Register,
    to instructions: inout FrameInstructions
  ) {
    switch place {
    case .initial: instructions.restore(register)
    case .atCFA(let offset): instructions.store(register, atCFA: offset)
    case .at(let expression): instructions.store(register, expression)
    case .lost: instructions.lose(register)
    }
  }
}
