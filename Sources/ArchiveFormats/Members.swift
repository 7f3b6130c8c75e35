package import ByteStorage

/// The members of an archive, put together while it is read; later ones replace earlier ones of the
/// same name, as where archives follow one another.
///
/// Names become paths below a root that nothing leads out of: slashes at the start, `.` and `..`
/// count as they do in the root directory of a file system.
package struct Members {
  /// What wraps the members, in words, outermost first.
  package internal(set) var layers: [String] = []
  /// By path, without a slash at either end.
  package private(set) var nodes: [String: MountedTree.Node] = [:]
  private var content: SpoolFile
  private var numbers = 0
  private var textSize = 0
  private let path: String

  /// Most members, and most bytes of all their names: a kernel's packages have some ten thousand.
  private static let mostMembers = 1 << 20
  private static let mostText = 1 << 27
  /// Longest path, as of the kernel (`PATH_MAX`).
  static let longestName = 4096
  /// Members begin at multiples of a page, so that they can be mapped.
  private static let alignment = 4096

  init(path: String) throws(FileError) {
    self.path = path
    content = try SpoolFile(in: SpoolFile.largeDirectory)
  }

  /// The bytes of a member, from a stream.
  ///
  /// - Parameters:
  ///   - size: Their number.
  ///   - stream: Where they come from.
  ///   - isSummed: Whether the sum of the bytes is wanted.
  ///   - region: The part of the format, for errors.
  /// - Returns: Where they are, and their sum.
  /// - Throws: ``FileError`` if there are fewer, or they cannot be written.
  func store(
    _ size: Int, of stream: PackedStream, isSummed: Bool = false, in region: StaticString
  ) throws(FileError) -> (kind: MountedTree.Kind, sum: UInt32) {
    try content.align(to: size > 0 ? Members.alignment : 1)
    let offset = content.count
    let sum = try stream.copy(size, to: content, summing: isSummed, in: region)
    return (.file(offset: offset, size: size), sum)
  }

  /// A number for a file that has one name or several.
  mutating func makeNumber() -> Int {
    numbers += 1
    return numbers
  }

  /// Adds a member, or replaces the one of its name.
  mutating func add(
    _ name: String, _ kind: MountedTree.Kind, number: Int, at offset: Int
  ) throws(FileError) {
    let parts = Members.parts(of: name)
    guard !parts.isEmpty else { return }
    textSize += name.utf8.count
    guard nodes.count < Members.mostMembers, textSize < Members.mostText else {
      throw FileError(
        path: path,
        cause: .malformed(ParseError(.unsupported(UInt64(nodes.count)), in: "members", at: offset)))
    }
    let place = parts.joined(separator: "/")
    if case .directory? = nodes[place]?.kind { if case .directory = kind { return } }
    nodes[place] = MountedTree.Node(kind, number: number)
  }

  /// The member with a name, for another name of the same file; `nil` if there is none.
  func node(of name: String) -> MountedTree.Node? {
    nodes[Members.parts(of: name).joined(separator: "/")]
  }

  private static func parts(of name: String) -> [Substring] {
    var parts: [Substring] = []
    for part in name.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts
  }

  /// Makes the members known below a root, with the directories that lead to them.
  package consuming func mount(_ root: String) throws(FileError) -> MountedTree {
    try content.flush()
    var names: [String: Set<String>] = ["": []]
    for (place, node) in nodes {
      if case .directory = node.kind { names[place, default: []] = names[place] ?? [] }
      var child = place[...]
      while !child.isEmpty {
        let slash = child.lastIndex(of: "/")
        let parent = slash.map { child[..<$0] } ?? ""
        let name = slash.map { child[child.index(after: $0)...] } ?? child
        let isNew = names[String(parent), default: []].insert(String(name)).inserted
        if !isNew { break }
        child = parent
      }
    }
    for (place, children) in names {
      numbers += 1
      // A link or a file in the way hides what lies below it.
      if let node = nodes[place], case .directory = node.kind {
      } else if nodes[place] != nil {
        continue
      }
      nodes[place] = MountedTree.Node(.directory(children.sorted()), number: numbers)
    }
    return MountedTree(root, layers: layers, nodes: nodes, content: content)
  }
}
