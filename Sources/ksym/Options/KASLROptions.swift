internal import ArgumentParser

/// Options that say which addresses are meant where a kernel was moved when it started.
struct KASLROptions: ParsableArguments {
  enum Choice: Equatable, ExpressibleByArgument {
    /// Give addresses as the file has them: those of the running kernel in dumps and its own lists.
    case keep
    /// Give those that the kernel was linked to; the file shows how far it was moved.
    case undo
    /// The same for a kernel that was moved so many bytes. Where the file's addresses were not moved, those
    /// asked for were.
    case undoing(UInt64)

    init?(argument: String) {
      switch argument {
      case "keep": self = .keep
      case "undo": self = .undo
      default:
        guard argument.hasPrefix("0x"), let offset = hexadecimalNumber(argument) else { return nil }
        self = .undoing(offset)
      }
    }

    var defaultValueDescription: String { "keep" }
  }

  @Option(
    help: ArgumentHelp(
      "Addresses of a kernel that KASLR moved: keep those of the running kernel, or undo the move; "
        + "the offset is read from the dump or list, or given here (0x…). Addresses of an image were not "
        + "moved: 0x… is then that of the addresses to look up.",
      valueName: "keep|undo|0x…"), completion: .list(["keep", "undo"]))
  var kaslr: Choice = .keep
}
