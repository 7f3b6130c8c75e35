internal import ArgumentParser
internal import ByteStorage
internal import Glibc
internal import Kallsyms
internal import Kernels
internal import NameAudits
internal import NameTables
internal import SymbolTables

struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Build, merge and query name tables: hash to name and back, for many kernels.",
    discussion: """
      A name table holds the names of kernels and modules with their owners, and finds them by \
      digest, linkage, source or readable name. Other commands take it as --names.

      Examples:
        ksym table build -o 6.12.names ./linux-image-6.12/
        ksym table show -t 6.12.names vfs_read
        ksym versions --names 6.12.names hashed.ko

      Exit status: 0 the answer is yes; 1 a key was not found; 2 a file cannot be read or written.
      """,
    subcommands: [
      TableBuildCommand.self, TableMergeCommand.self, TableShowCommand.self, TableCheckCommand.self,
    ])
}

struct TableOutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp(
      "The table to make or replace; - for standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Memory for sorting, in bytes, or with K, M or G.", valueName: "size"))
  var memory: ByteSize = ByteSize(bytes: NameTableBuilder.defaultMemory)

  /// Where to write.
  var path: String { output == "-" ? "/dev/stdout" : output }

  /// Throws `ValidationError` if a terminal would be written to.
  func validate() throws {
    guard output != "-" || isatty(1) == 0 else {
      throw ValidationError("a terminal cannot show a name table: give -o FILE, or redirect")
    }
  }

  func report(_ summary: NameTableBuilder.Summary, isVerbose: Bool) {
    if summary.skipped > 0 {
      Terminal.complain("\(summary.skipped) names were left out: empty, or over 65,535 bytes")
    }
    if isVerbose {
      Terminal.complain(
        "\(output): \(summary.names) names, \(summary.owners) owners, \(summary.fileSize) bytes")
    }
  }
}

struct TableBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Make a name table of kernels, modules and Module.symvers.",
    usage: "ksym table build -o <file> [<options>] <files> ...",
    discussion: """
      Takes every name with what owns it: vmlinux or a module, its build ID, and the release and \
      build ID of the kernel. A directory counts with the kernel image and the modules in it. Memory \
      is bounded, whatever the number of names; what does not fit is kept beside the output. Equal \
      input gives equal bytes.

      Examples:
        ksym table build -o 6.12.names ./linux-image-6.12/
        ksym table build -o mine.names running /lib/modules/$(uname -r)
        ksym versions --names 6.12.names hashed.ko

      Exit status: 0 the table was made; 2 a file cannot be read (the table is not made), or the \
      table cannot be written.
      """)

  @OptionGroup var table: TableOutputOptions
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernels: KernelPathOption

  @Argument(
    help: ArgumentHelp(
      "Kernels, modules, directories, Module.symvers files, lists of symbols, or running.",
      valueName: "files"), completion: .file())
  var paths: [String] = []

  func validate() throws { _ = try kernels.paths(and: paths) }

  func run() throws {
    var builder = NameTableBuilder(table.path, memory: table.memory.bytes)
    do {
      for path in try kernels.paths(and: paths) { try add(path, to: &builder) }
      table.report(try builder.finish(), isVerbose: input.isVerbose)
    } catch {
      throw Terminal.trouble((error as? FileFailure)?.words ?? error.explained)
    }
  }

  private func add(_ path: String, to builder: inout NameTableBuilder) throws {
    let limit = input.limit
    let files = NameReader.files(of: path, limit: limit)
    files.choice?.report(path)
    let entries = files.entries
    var kernels = KernelOwners()
    var failure: (any Error)?
    FileRun(workers: jobs.workers, counted: "files").run(
      entries, makeState: { NameReader(limit: limit) },
      work: { reader, path in try reader.read(path) },
      consume: { result, _ in
        do {
          try TableBuildCommand.add(result.get(), &kernels, to: &builder)
          return true
        } catch {
          failure = error
          return false
        }
      })
    if let failure { throw failure }
  }

  private static func add(
    _ names: NameCollection, _ kernels: inout KernelOwners, to builder: inout NameTableBuilder
  ) throws {
    let owners = names.owners.map { owner in
      builder.addOwner(
        kernels.owner(
          owner.name, buildID: owner.buildID, release: owner.release,
          isKernel: owner.name == SymbolTable.kernelName))
    }
    try names.forEachPair { name, owner in try builder.add(name, owner: owner.map { owners[$0] }) }
  }
}

struct TableMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Make one name table of several.",
    usage: "ksym table merge -o <file> [<options>] <tables> ...",
    discussion: """
      The result is what building from all the kernels at once would give, byte for byte.

      Examples:
        ksym table merge -o all.names 6.1.names 6.12.names 7.2.names

      Exit status: 0 the table was made; 2 a table cannot be read, or the result not written.
      """)

  @OptionGroup var table: TableOutputOptions
  @OptionGroup var verbosity: VerboseOption

  @Argument(help: "Name tables.", completion: .file()) var tables: [String]

  func run() throws {
    do {
      var builder = NameTableBuilder(table.path, memory: table.memory.bytes)
      for path in tables { try builder.add(try NameTable(path), path: path) }
      table.report(try builder.finish(), isVerbose: verbosity.isWanted)
    } catch {
      throw Terminal.trouble(error.explained)
    }
  }
}

struct TableCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check name tables: every checksum, order, reference and digest.",
    usage: "ksym table check [<options>] <tables> ...",
    discussion: """
      Other commands check only what they touch.

      Examples:
        ksym table check all.names

      Exit status: 0 every table is whole; 2 one is not, or cannot be read.
      """)

  @OptionGroup var json: JSONOption

  @Argument(help: "Name tables.", completion: .file()) var tables: [String]

  func run() throws {
    var status = ExitStatus.yes
    var output = OutputBuffer()
    for path in tables {
      do {
        let table = try NameTable(path)
        do throws(ParseError) { try table.check() } catch {
          throw FileError(path: path, cause: .malformed(error))
        }
        if json.isWanted {
          writeJSON(path, table, to: &output)
        } else {
          output.append(
            "\(path): whole: \(counted(table.count, "name")), "
              + "\(counted(table.ownerCount, "owner")), \(table.fileSize) bytes\n")
        }
      } catch {
        Terminal.complain(error.explained)
        status = .trouble
      }
    }
    Terminal.write(&output)
    throw ExitCode(status.rawValue)
  }

  private func writeJSON(_ path: String, _ table: NameTable, to output: inout OutputBuffer) {
    output.beginObject()
    output.member("table", path)
    output.member("names", optional: table.count)
    output.member("owners", optional: table.ownerCount)
    output.member("readableForms", optional: table.readableCount)
    output.member("bytes", optional: table.fileSize)
    output.endLine()
  }
}
