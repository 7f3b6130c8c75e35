internal import ArgumentParser

struct TypesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types",
    abstract: "Show where the version of a symbol comes from: its types.",
    discussion: """
      A version (CRC) is a hash of a type. Other commands read versions; this one computes them, from \
      debug information or from the text of types, shows types, and explains why versions differ.

      Examples:
        ksym types crc --verify Module.symvers build/
        ksym types versions --exported fs/inode.o
        ksym types show -k vmlinux 'struct inode'
        ksym types explain --old old/vmlinux --new new/vmlinux kmalloc_caches

      Exit status: 0 the answer is yes; 1 it is no; 2 a file cannot be read.
      """,
    subcommands: [
      TypesVersionsCommand.self, TypesShowCommand.self, TypesExplainCommand.self,
      TypesCRCCommand.self,
    ])
}
