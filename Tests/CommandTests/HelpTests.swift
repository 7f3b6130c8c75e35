import TestSupport
import Testing

@Suite("Help")
struct HelpTests {
  @Test("every command has an abstract, examples and exit statuses")
  func sections() async throws {
    let commands = try await CommandTree.read().all()
    #expect(commands.count >= 19)
    for (words, command) in commands {
      #expect(command.abstract?.hasSuffix(".") ?? false, "\(words)")
      let discussion = command.discussion ?? ""
      #expect(discussion.contains("Exit status: "), "\(words)")
      if !words.isEmpty { #expect(discussion.contains("Examples:\n"), "\(words)") }
    }
  }

  @Test("every option says what it is for; defaults and values are given once")
  func options() async throws {
    for (words, command) in try await CommandTree.read().all() {
      for option in command.arguments ?? [] where option.shouldDisplay {
        let place = "\(words) \(option.spelling)"
        let abstract = option.abstract ?? ""
        #expect(abstract.hasSuffix("."), "\(place)")
        #expect(option.defaultValue == nil || !abstract.contains("(default"), "\(place)")
        let values = option.allValues ?? []
        #expect(values.isEmpty || !values.allSatisfy(abstract.contains), "\(place)")
      }
    }
  }

  @Test("the same option has the same short form everywhere")
  func shortForms() async throws {
    var long: [String: Set<String>] = [:]
    for (_, command) in try await CommandTree.read().all() {
      for option in command.arguments ?? [] {
        for name in option.names ?? [] where name.kind == "short" {
          long[name.name, default: []].insert(option.names?.first { $0.kind == "long" }?.name ?? "")
        }
      }
    }
    for (short, names) in long { #expect(names.count == 1, "-\(short): \(names)") }
    #expect(long["k"] == ["kernel"] && long["j"] == ["jobs"] && long["o"] == ["output"])
  }

  @Test("help fits 80 columns, and examples survive copying")
  func width() async throws {
    for (words, command) in try await CommandTree.read().all() {
      let run = try await Ksym.run(words + ["--help"], environment: ["COLUMNS": "80"])
      #expect(run.status == 0 && run.errors.isEmpty)
      for line in run.lines { #expect(line.count <= 80, "\(words): \(line)") }
      let discussion = (command.discussion ?? "").split(separator: "\n")
      for line in discussion where line.hasPrefix("  ") {
        #expect(run.lines.contains(String(line)), "\(words): \(line)")
      }
    }
  }

  @Test("every command has a manual page and completions for all its options")
  func generated() async throws {
    let packaging = Fixture.path("../../packaging")
    let completions = try ["ksym.bash", "_ksym", "ksym.fish"].map {
      String(decoding: try contents(of: "\(packaging)/completions/\($0)"), as: UTF8.self)
    }
    for (words, command) in try await CommandTree.read().all() {
      let title = (["ksym"] + words).joined(separator: "-")
      let page = String(decoding: try contents(of: "\(packaging)/man/\(title).1"), as: UTF8.self)
        .replacing("\\-", with: "-")
      for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"] {
        #expect(page.contains(".SH \(section)\n"), "\(title): \(section)")
      }
      for option in command.arguments ?? []
      where option.shouldDisplay && option.kind != "positional" {
        #expect(page.contains("\\fB\(option.spelling)\\fR"), "\(title): \(option.spelling)")
        for completion in completions {
          #expect(completion.contains(option.spelling.drop { $0 == "-" }))
        }
      }
      for completion in completions {
        #expect(completion.contains(words.last ?? "ksym"), "\(title)")
      }
    }
  }
}
