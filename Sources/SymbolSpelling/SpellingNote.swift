/// Why an interface cannot take a symbol, or what to know about a spelling: a code, and what it is
/// about. Words for it are the reader's.
package struct SpellingNote: Sendable, Hashable {
  /// What there is to say. New codes may come.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// The code as text, in lower case with hyphens.
    package let rawValue: String

    /// Takes a code.
    package init(rawValue: String) { self.rawValue = rawValue }
  }

  /// What there is to say.
  package let code: Code
  /// The name that it is about: of a module, a symbol, a release or a digest; see the codes.
  package let subject: String?
  /// The numbers that it is about; see the codes.
  package let numbers: [Int]

  init(_ code: Code, _ subject: String? = nil, _ numbers: Int...) {
    self.code = code
    self.subject = subject
    self.numbers = numbers
  }
}

// Problems: an interface cannot take the symbol.
extension SpellingNote.Code {
  /// The name is not unique, so the address is needed, and that is not known; `subject` is the module.
  package static let needsAddress = Self(rawValue: "needs-address")
  /// The line is longer than the kernel reads; `numbers` has the limit in bytes.
  package static let lineTooLong = Self(rawValue: "line-too-long")
  /// The name is longer than the interface takes; `numbers` has the limit in bytes.
  package static let nameTooLong = Self(rawValue: "name-too-long")
  /// The name has characters that the interface reads as something else.
  package static let specialCharacters = Self(rawValue: "special-characters")
  /// The symbol is not a function.
  package static let notFunction = Self(rawValue: "not-function")
  /// The symbol marks bytes before a function.
  package static let beforeFunction = Self(rawValue: "before-function")
  /// The symbol is not in the kernel's text.
  package static let outsideText = Self(rawValue: "outside-text")
  /// The kernel is built without livepatching.
  package static let noLivepatches = Self(rawValue: "no-livepatches")
  /// The kernel made the code while it ran; `subject` is what /proc/kallsyms has for its module.
  package static let generated = Self(rawValue: "generated")
  /// The kernel frees the code after booting.
  package static let freed = Self(rawValue: "freed")
  /// ftrace cannot trace the function.
  package static let untraceable = Self(rawValue: "untraceable")
  /// The function lies in a part of the text that kprobes refuse; `subject` is its first symbol.
  package static let refusedArea = Self(rawValue: "refused-area")
  /// The kernel's list of functions that kprobes refuse has it (`NOKPROBE_SYMBOL`).
  package static let refused = Self(rawValue: "refused")
  /// The interface takes whole symbols, and no place in one.
  package static let takesNoOffset = Self(rawValue: "takes-no-offset")
  /// The place is not within the function; `numbers` has its size in bytes.
  package static let outsideFunction = Self(rawValue: "outside-function")
  /// A lookup by name never finds the symbol. Where another spelling does, this is a remark.
  package static let neverFound = Self(rawValue: "never-found")
}

// Remarks: the interface takes the symbol.
extension SpellingNote.Code {
  /// The address is a distance from `_text`: the image does not say where it lies.
  package static let relativeAddress = Self(rawValue: "relative-address")
  /// The address is the one linked to, which KASLR moves.
  package static let linkedAddress = Self(rawValue: "linked-address")
  /// The place must be where an instruction begins, which the symbols do not show.
  package static let instructionStart = Self(rawValue: "instruction-start")
  /// The symbol is one of several of its name; `numbers` has its number and how many there are.
  package static let position = Self(rawValue: "position")
  /// The spelling selects all functions of this name; `numbers` has how many.
  package static let selectsAll = Self(rawValue: "selects-all")
  /// The spelling is another name of the same address.
  package static let alias = Self(rawValue: "alias")
  /// The spelling is a pattern, since a leading digit would be taken for a position.
  package static let pattern = Self(rawValue: "pattern")
  /// bpftrace takes addresses only in its unsafe mode, from 0.25 on.
  package static let unsafeMode = Self(rawValue: "unsafe-mode")
  /// Whether the kernel refuses to probe this function is not known.
  package static let sitesUnknown = Self(rawValue: "sites-unknown")
  /// crash calls several symbols by the name `subject`.
  package static let sharedName = Self(rawValue: "shared-name")
  /// crash cuts the name unless it was started not to; `subject` is the whole name.
  package static let strippedName = Self(rawValue: "stripped-name")
  /// The position counts in the order of the module's symbol table, as it is in the file.
  package static let fileOrder = Self(rawValue: "file-order")
  /// This release cuts names at the suffix.
  package static let cutName = Self(rawValue: "cut-name")
  /// The basic layout does not hold the name; `numbers` has its room and the length, in bytes.
  package static let basicTooSmall = Self(rawValue: "basic-too-small")
  /// The kernel does not read extended tables; `subject` is its release.
  package static let extendedUnread = Self(rawValue: "extended-unread")
  /// The hashed name is `subject`, 64 hexadecimal digits.
  package static let hashed = Self(rawValue: "hashed")
}
