package import ByteStorage
internal import NameTables
package import SymbolNames
internal import SymbolTables

/// Names to translate with where no kernel has them: a name table, or a list of names.
package protocol NameDirectory: Sendable {
  /// The linkage names that a digest stands for: none, one, or two that differ by a leading dot.
  ///
  /// - Throws: ``ParseError`` if what holds the names is damaged.
  func linkageNames(of digest: HashedName) throws(ParseError) -> [[UInt8]]

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
  func linkageNames(for form: RawSpan, owner: String?) throws(ParseError) -> [[UInt8]]
}

/// Names without addresses and owners, as a text lists them.
package struct NameList: NameDirectory {
  private let names: NamesByForm
  /// Symbols by the keys of their hashed names.
  private let digests: [(key: UInt64, symbol: Int)]

  /// Takes names.
  ///
  /// - Parameter list: The linkage names; empty ones and those the kernel could not have are left out.
  /// - Complexity: O(n log n), with SHA-256 of every name.
  package init(_ list: some Sequence<[UInt8]>) {
    let names = NamesByForm(list)
    self.names = names
    digests = (0..<names.names.count)
      .map { (HashedName(of: names.names.name(at: $0)).key, $0) }
      .sorted { $0.key < $1.key }
  }

  /// As ``NameDirectory/linkageNames(of:)``.
  package func linkageNames(of digest: HashedName) -> [[UInt8]] {
    var position = digests.partitionIndex { $0.key < digest.key }
    var found: [[UInt8]] = []
    while position < digests.count, digests[position].key == digest.key {
      let name = names.names.name(at: digests[position].symbol)
      if HashedName(of: name) == digest { found.append(name.array) }
      position += 1
    }
    return found
  }

  /// As ``NameDirectory/linkageNames(for:owner:)``; owners are not known.
  package func linkageNames(for form: RawSpan, owner: String?) -> [[UInt8]] {
    names.linkageNames(for: form)
  }
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
    guard form.byteCount <= DirectorySearch.longestKept else {
      return ask(form, owner)
    }
    let question = Question(form: form.array, owner: owner)
    if let answer = answers[question] { return answer }
    let answer = ask(form, owner)
    if answers.count >= DirectorySearch.mostAnswers { answers.removeAll(keepingCapacity: true) }
    answers[question] = answer
    return answer
  }

  private mutating func ask(_ form: RawSpan, _ owner: String?) -> [[UInt8]] {
    for number in directories.indices {
      do throws(ParseError) {
        let names: [[UInt8]]
        if let table = directories[number] as? NameTable {
          names = try table.linkageNames(
            for: form, owner: owner, among: kin(of: form, table, number))
        } else {
          names = try directories[number].linkageNames(for: form, owner: owner)
        }
        if !names.isEmpty { return names }
      } catch { note(error, number) }
    }
    return []
  }

  /// The names of a table that share the key of a text.
  private mutating func kin(of form: RawSpan, _ table: NameTable, _ number: Int) -> NamesByForm {
    guard let key = KinKey(form) else { return NamesByForm([]) }
    let shared = SharedKey(directory: number, key: key)
    if let known = kin[shared] { return known }
    var found = NamesByForm([])
    do throws(ParseError) { found = try table.kin(key) } catch { note(error, number) }
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
