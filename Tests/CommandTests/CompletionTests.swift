import TestSupport
import Testing

@Suite("Completions and manual pages")
struct CompletionTests {
  private static let packaging = Fixture.path("../../packaging")

  /// What bash offers for the last of some words.
  private func offers(_ words: String...) async throws -> [String] {
    let script = """
      source "\(Self.packaging)/completions/ksym.bash"
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      _ksym ksym "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let run = try await Ksym.run(["-c", script, "bash"] + words, program: "bash")
    return run.lines
  }

  @Test("bash offers commands, values, the running kernel, and both spellings of options")
  func bash() async throws {
    #expect(try await offers("ksym", "che") == ["check"])
    #expect(try await offers("ksym", "help", "c") == ["check", "compare", "convert"])
    #expect(try await offers("ksym", "check", "-k", "runn") == ["running"])
    #expect(try await offers("ksym", "symbols", "-k", "runn") == ["running"])
    #expect(try await offers("ksym", "lookup", "--for", "kp") == ["kprobe"])
    #expect(try await offers("ksym", "lookup", "--kaslr", "") == ["keep", "undo"])
    #expect(try await offers("ksym", "check", "--assume", "rel") == ["release="])
    // --format=s is three words to bash.
    #expect(try await offers("ksym", "symbols", "--format", "=", "s") == ["system-map"])
    #expect(try await offers("ksym", "versions", "--format", "=").count == 4)
  }

  @Test("scripts parse, and offer the same in other shells", .needs("zsh", "fish"))
  func others() async throws {
    for (shell, name) in [("zsh", "_ksym"), ("fish", "ksym.fish"), ("bash", "ksym.bash")] {
      let path = "\(Self.packaging)/completions/\(name)"
      #expect(try await Ksym.run(["-n", path], program: shell).status == 0)
      let text = String(decoding: try contents(of: path), as: UTF8.self)
      #expect(text.contains("running") && text.contains("/lib/modules") && text.contains("kprobe"))
    }
    let script = "source '\(Self.packaging)/completions/ksym.fish'; complete -C 'ksym help c'"
    let run = try await Ksym.run(["-c", script], program: "fish")
    #expect(
      Set(run.lines.map { $0.split(separator: "\t")[0] }).isSuperset(of: ["check", "convert"]))
  }

  @Test("every page says what the environment does, and that 64 is a wrong command line")
  func pages() async throws {
    for (words, _) in try await CommandTree.read().all() {
      let title = (["ksym"] + words).joined(separator: "-")
      let path = "\(Self.packaging)/man/\(title).1"
      let page = String(decoding: try contents(of: path), as: UTF8.self)
      #expect(page.contains(".SH ENVIRONMENT\n") && page.contains("TERM"), "\(title)")
      let status = page.split(separator: ".SH EXIT STATUS\n").last?.split(separator: ".SH").first
      #expect(status?.contains("64") ?? false, "\(title)")
    }
  }
}
