package import ByteStorage
package import SymbolNames

/// Names to translate with where no kernel has them: a name table, or a list of names.
package protocol NameDirectory: Sendable {
  /// The linkage names that a hashed name stands for: none, one, or two that differ by a leading dot.
  ///
  /// - Throws: ``ParseError`` if what holds the names is damaged.
  func linkageNames(of hashed: HashedName) throws(ParseError) -> [[UInt8]]

  /// All names that share a key, for many questions about them; `nil` where one question costs no more
  /// than many.
  ///
  /// - Throws: ``ParseError`` if what holds the names is damaged.
  func names(sharing key: KinKey) throws(ParseError) -> NamesByForm?

  /// As ``linkageNames(for:owner:)``, with what ``names(sharing:)`` gives for the key of the text;
  /// `nil` if it has no key.
  func linkageNames(
    for form: RawSpan, owner: String?, among kin: NamesByForm?
  ) throws(ParseError) -> [[UInt8]]
}

extension NameDirectory {
  /// The linkage names of which a text is a form, each once, in bytewise order.
  ///
  /// Names of which it is a complete form (linkage, readable or source name) are all that counts; only
  /// where there are none do those count of which it leaves out what a compiler did.
  ///
  /// - Parameters:
  ///   - form: The text.
  ///   - owner: What the symbol belongs to, a module or `vmlinux`, if that is known. It chooses among
  ///     several names, and rules out none that is the only one.
  /// - Returns: The names.
  /// - Throws: ``ParseError`` if what holds the names is damaged.
  /// - Complexity: For a table O(log n), and O(1) for each name that shares the source name, or the
  ///   readable path except for generic arguments.
  package func linkageNames(for form: RawSpan, owner: String?) throws(ParseError) -> [[UInt8]] {
    var kin: NamesByForm?
    if let key = KinKey(form) { kin = try names(sharing: key) }
    return try linkageNames(for: form, owner: owner, among: kin)
  }
}

/// Names without addresses and owners, as a text lists them.
package struct NameList: NameDirectory {
  private let names: NamesByForm
  private let digests: HashedNames

  /// Takes names.
  ///
  /// - Parameter list: The linkage names; empty ones are left out.
  /// - Complexity: O(n log n), with SHA-256 of every name.
  package init(_ list: some Sequence<[UInt8]>) {
    names = NamesByForm(list)
    digests = HashedNames(names.names)
  }

  /// The linkage names that a hashed name stands for: none, one, or two that differ by a leading dot.
  package func linkageNames(of hashed: HashedName) -> [[UInt8]] {
    digests.numbers(of: hashed, in: names.names).map { names.names.name($0).array }
  }

  /// Nothing: all names are at hand.
  package func names(sharing key: KinKey) -> NamesByForm? { nil }

  /// As ``NameDirectory/linkageNames(for:owner:)``; owners are not known.
  package func linkageNames(for form: RawSpan, owner: String?, among kin: NamesByForm?) -> [[UInt8]]
  { names.linkageNames(for: form) }
}

/// What directories answer, each question asked once.
struct DirectorySearch {
  private struct Question: Hashable {
    let form: [UInt8]
    let owner: String?
  }

  /// What names of one table share.
  private struct SharedKey: Hashable {
    let directory: Int
    let key: KinKey
  }

  private let directories: [any NameDirectory]
  private var answers: [Question: [[UInt8]]] = [:]
  /// Names of tables by what they share: a text may have any number of forms with one key.
  private var kin: [SharedKey: NamesByForm] = [:]
  private var kinCount = 0
  /// The first thing wrong with each directory that is damaged, until it is taken.
  private(set) var damages: [(directory: Int, error: ParseError)] = []

  /// Answers kept, and the longest name of which one is kept: a text may hold any number.
  private static let mostAnswers = 1 << 15
  private static let longestKept = 1024
  /// Names kept by what they share.
  private static let mostKin = 1 << 17

  init(_ directories: [any NameDirectory]) { self.directories = directories }

  var isEmpty: Bool { directories.isEmpty }

  /// The linkage names of the first directory that knows a digest.
  mutating func linkageNames(of digest: HashedName) -> [[UInt8]] {
    ask { directory throws(ParseError) in try directory.linkageNames(of: digest) }
  }

  /// The linkage names of the first directory that has one of which a text is a form.
  mutating func linkageNames(for form: RawSpan, owner: String?) -> [[UInt8]] {
    guard form.byteCount <= DirectorySearch.longestKept else { return ask(form, owner) }
    let question = Question(form: form.array, owner: owner)
    if let answer = answers[question] { return answer }
    let answer = ask(form, owner)
    if answers.count >= DirectorySearch.mostAnswers { answers.removeAll(keepingCapacity: true) }
    answers[question] = answer
    return answer
  }

  private mutating func ask(_ form: RawSpan, _ owner: String?) -> [[UInt8]] {
    let key = KinKey(form)
    for number in directories.indices {
      do throws(ParseError) {
        let kin = key.flatMap { self.kin($0, number) }
        let names = try directories[number].linkageNames(for: form, owner: owner, among: kin)
        if !names.isEmpty { return names }
      } catch { note(error, number) }
    }
    return []
  }

  /// The names of a directory that share a key.
  private mutating func kin(_ key: KinKey, _ number: Int) -> NamesByForm? {
    let shared = SharedKey(directory: number, key: key)
    if let known = kin[shared] { return known }
    var found: NamesByForm?
    do throws(ParseError) { found = try directories[number].names(sharing: key) } catch {
      note(error, number)
      found = NamesByForm([])
    }
    guard let found else { return nil }
    kinCount += found.names.count + 1
    if kinCount > DirectorySearch.mostKin {
      kin.removeAll(keepingCapacity: true)
      kinCount = found.names.count + 1
    }
    kin[shared] = found
    return found
  }

  private mutating func ask(
    _ question: (any NameDirectory) throws(ParseError) -> [[UInt8]]
  ) -> [[UInt8]] {
    for number in directories.indices {
      do throws(ParseError) {
        let names = try question(directories[number])
        if !names.isEmpty { return names }
      } catch { note(error, number) }
    }
    return []
  }

  private mutating func note(_ error: ParseError, _ directory: Int) {
    guard !damages.contains(where: { $0.directory == directory }) else { return }
    damages.append((directory, error))
  }
}
