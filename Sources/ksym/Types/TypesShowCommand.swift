internal import ArgumentParser
internal import ByteStorage
internal import SymtypesFormat
internal import TypeVersions

struct TypesShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show types as they are written in C or Rust, with offsets and sizes.",
    usage: "ksym types show -k <file> [<options>] <names> ...",
    discussion: """
      A name is that of a symbol, or of a type, with or without struct, union or enum. Types are read \
      from debug information (an object, module or vmlinux, or the separate file that belongs to it), from \
      the BTF of a kernel, or from symtypes: a file, a directory, a consolidated file. With --path, the way from each name to a type that it reaches is shown.

      Examples:
        ksym types show -k fs/inode.o 'struct inode'
        ksym types show -k vmlinux --depth 1 kmalloc_caches
        ksym types show -k /sys/kernel/btf/vmlinux 'struct file'
        ksym types show -k build/ --path 'struct cgroup' vfs_read

      JSON, one object a type: name, key, lines, path (with --path).

      Exit status: 0 every name was found, and with --path reaches the type; 1 one was not, or does \
      not; 2 a file cannot be read.
      """)

  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp("Debug information, BTF or symtypes (one only).", valueName: "file"),
    completion: .file())
  var files: [String]

  @Option(
    name: .customLong("path"),
    help: ArgumentHelp("Show the shortest way to a type.", valueName: "type"))
  var target: String?

  @Option(help: ArgumentHelp("Show also types that are so many references away.", valueName: "n"))
  var depth = 0

  @OptionGroup var json: JSONOption
  @OptionGroup var size: SizeOption

  @Argument(help: "Symbols and types.") var names: [String]

  func validate() throws {
    if files.count > 1 {
      throw ValidationError("types are shown of one file: -k is given \(files.count) times")
    }
    if depth < 0 { throw ValidationError("--depth must not be negative") }
  }

  func run() throws {
    do {
      var source = TypesSource(limit: size.limit, separatesUnits: false)
      guard let file = files.first else { throw ValidationError("-k names the file") }
      let tree = try source.read(file, names: names, showsSources: true)
      source.noteMissingVersions()
      var output = OutputBuffer()
      var status = ExitStatus.yes
      for name in names { status = max(status, show(name, tree, source, &output)) }
      Terminal.write(&output)
      throw ExitCode(status.rawValue)
    } catch let code as ExitCode { throw code } catch { throw Terminal.trouble(error.explained) }
  }

  private func show(
    _ name: String, _ tree: SymtypesTree, _ source: TypesSource, _ output: inout OutputBuffer
  ) -> ExitStatus {
    for key in source.keys(of: name) {
      let file =
        tree.file(ofExport: key) ?? tree.files.firstIndex { $0.text(ofKey: key) != nil }
      guard let file else { continue }
      if let target { return showPath(name, key, to: target, tree.files[file], source, &output) }
      showTypes(key, tree.files[file], source, &output)
      return .yes
    }
    Terminal.write(&output)
    Terminal.complain("\(name): not found")
    return .no
  }

  private func showPath(
    _ name: String, _ key: Int, to target: String, _ file: SymtypesTree.File,
    _ source: TypesSource, _ output: inout OutputBuffer
  ) -> ExitStatus {
    let paths = source.keys(of: target).compactMap {
      TypeChanges.path(from: key, to: $0, in: file, source.store)
    }
    guard let path = paths.min(by: { $0.count < $1.count }) else {
      Terminal.write(&output)
      let isKnown = !source.keys(of: target).isEmpty
      Terminal.complain(isKnown ? "\(name) does not reach \(target)" : "\(target): not found")
      return .no
    }
    let words = path.map(source.name)
    if json.isWanted {
      write(key, [], words, source, &output)
    } else {
      output.append(words.map { plain($0) }.joined(separator: " → ") + "\n")
    }
    return .yes
  }

  private func showTypes(
    _ start: Int, _ file: SymtypesTree.File, _ source: TypesSource, _ output: inout OutputBuffer
  ) {
    var (queue, seen) = ([(start, 0)], Set([start]))
    var next = 0
    while next < queue.count {
      let (key, distance) = queue[next]
      next += 1
      guard let text = file.text(ofKey: key) else { continue }
      let lines = source.lines(text, ofKey: key).map(\.whole)
      if json.isWanted {
        write(key, lines, nil, source, &output)
      } else {
        output.append(lines.map { plainLine($0) + "\n" }.joined())
      }
      guard distance < depth else { continue }
      let tokens = source.store.tokens(text)
      for index in tokens.indices where tokens[index].isReference {
        if seen.insert(tokens[index].number).inserted {
          queue.append((tokens[index].number, distance + 1))
        }
      }
    }
  }

  private func write(
    _ key: Int, _ lines: [String], _ path: [String]?, _ source: TypesSource,
    _ output: inout OutputBuffer
  ) {
    output.beginObject()
    output.member("name", source.name(key))
    output.member("key", source.store.keys.name(key).text)
    output.member("lines", lines)
    if let path { output.member("path", path) }
    output.endLine()
  }
}
