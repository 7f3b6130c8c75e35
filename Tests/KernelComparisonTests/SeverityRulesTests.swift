import ByteStorage
import KernelComparison
import Testing

@Suite("Severity rules")
struct SeverityRulesTests {
  /// The verdict on an export; `nil` if no rule matches.
  private static func verdict(
    _ text: String, _ name: String, module: String = "vmlinux", namespace: String = ""
  ) throws -> Bool? {
    let rules = try SeverityRules(reading: Array(text.utf8).rawSpan)
    let number = rules.first(
      name: Array(name.utf8).rawSpan, module: Array(module.utf8).rawSpan,
      namespace: Array(namespace.utf8).rawSpan)
    return number.map { rules.rules[$0].excuses }
  }

  @Test("what a pattern is compared with follows from its spelling, unless the rule states it")
  func subjects() throws {
    #expect(try Self.verdict("* PASS", "a") == nil)
    #expect(try Self.verdict("* PASS", "a", namespace: "NS") == true)
    #expect(try Self.verdict("SYMBOL * PASS", "a") == true)
    #expect(try Self.verdict("vmlinux PASS", "a") == true)
    #expect(try Self.verdict("vmlinux* PASS", "a") == nil)
    #expect(try Self.verdict("fs/* PASS", "a", module: "fs/bar/bar") == true)
    #expect(try Self.verdict("123 PASS", "123") == nil)
    #expect(try Self.verdict("UP PASS", "UP") == nil)
    #expect(try Self.verdict("SYMBOL UP PASS", "UP") == true)
    #expect(try Self.verdict("NAMESPACE low PASS", "a", namespace: "low") == true)
    #expect(try Self.verdict("MODULE PASS", "a", namespace: "MODULE") == true)
  }

  @Test("the first rule that matches decides, whether it is a name or a pattern")
  func order() throws {
    #expect(try Self.verdict("a* FAIL\nabc PASS\n", "abc") == false)
    #expect(try Self.verdict("abc PASS\na* FAIL\n", "abc") == true)
    #expect(try Self.verdict("SYMBOL a\\*c FAIL\na* PASS\n", "a*c") == false)
    #expect(try Self.verdict("  # nothing\n\n abc PASS# so\r\n", "abc") == true)
  }

  @Test(
    "a line that is not a rule is an error with its number",
    arguments: [
      ("SYMBOL a PASS\nal#pha PASS", 2, TextFailure.Reason.incompleteRule),
      ("SYMBOL a PA#SS", 1, .badVerdict("PA")), ("alpha PASS FAIL", 1, .badRuleType("alpha")),
      ("SYMBOL a PASS FAIL", 1, .excessAfterVerdict), ("a[b PASS", 1, .openBracket("a[b")),
    ])
  func errors(_ text: String, _ line: Int, _ reason: TextFailure.Reason) {
    let failure = #expect(throws: TextFailure.self) {
      try SeverityRules(reading: Array(text.utf8).rawSpan, as: .severities)
    }
    #expect(failure?.line == line && failure?.reason == reason)
  }

  @Test("a bracket that nothing closes is an error, unless that tool's way is asked for")
  func lenient() throws {
    let text = Array("a[ PASS\n".utf8)
    #expect(throws: TextFailure.self) { try SeverityRules(parsing: text.rawSpan) }
    #expect(try SeverityRules(parsing: text.rawSpan, isLenient: true).rules.count == 1)
  }

  @Test("older severities are half regular expressions, and * is every symbol")
  func older() throws {
    #expect(try Self.verdict("a.c Pass", "abc") == true)
    #expect(try Self.verdict("a[b-b]c Pass", "abc") == true)
    #expect(try Self.verdict("* pass", "abc") == true)
    #expect(try Self.verdict("NS* pass", "abc", namespace: "NS_A") == true)
    #expect(try Self.verdict("vmlinux pass", "abc") == nil)
    #expect(try Self.verdict("a\\.c pass", "abc") == nil)
    #expect(try Self.verdict("x fail\n\n# c\na.c pass", "abc") == true)
    let failure = #expect(throws: TextFailure.self) { try Self.verdict("x fail\na(b|c) PASS", "a") }
    #expect(failure?.reason == .unsupportedPattern("a(b|c)") && failure?.line == 2)
  }

  @Test("what Debian and Ubuntu ignore, and only the wanted part of a file of definitions")
  func ignored() throws {
    let text = "[abi]\nabiname: 7\nignore-changes:\n a_*\n module:drivers/net/*\n[image]\nb: c\n"
    #expect(try Self.verdict(text, "a_1") == true)
    #expect(try Self.verdict(text, "b", module: "drivers/net/x") == true)
    #expect(try Self.verdict(text, "b", module: "drivers/net/x/y") == nil)
    #expect(try Self.verdict(text, "7") == nil)
    #expect(try Self.verdict("module:drivers/**\n", "b", module: "drivers/net/x/y") == true)
    #expect(try Self.verdict("M: snd\nfoo\n", "b", module: "snd") == true)
    // Names alone are what is ignored, where rules are asked for.
    #expect(try Self.verdict("a_1\n", "a_1") == true)
    #expect(try Self.verdict("name:a_1 # b_2\n", "b_2") == nil)
    #expect(try Self.verdict("name:a_1\n\nb_2\n", "b_2") == true)
    #expect(try Self.verdict("[abi]\n seven\nignore-changes:\n a_*\n", "seven") == nil)
    #expect(try Self.verdict("name:a?c\n", "abc") == true)
    #expect(try Self.verdict("name:a?c\n", "abbc") == nil)
    #expect(try Self.verdict("name:abc\n", "abd") == nil)
    #expect(try Self.verdict("name:a*?\n", "a") == nil)
    #expect(try Self.verdict("name:a*?\n", "ab") == true)
    #expect(try Self.verdict("name:bc*\n", "abc") == nil)
    #expect(try Self.verdict("name:*c\n", "abc") == true)
    #expect(try Self.verdict("name:*c\n", "abcd") == nil)
  }

  @Test("a list excuses everything that is not in it")
  func lists() throws {
    for text in [
      "[rhel9_x86_64_stablelist]\n\ta\n", "[abi_symbol_list]\n# used\n  a\n",
      "0x00000001\ta\tvmlinux\tEXPORT_SYMBOL\n",
    ] {
      #expect(try Self.verdict(text, "a") == false)
      #expect(try Self.verdict(text, "b") == true)
    }
  }

  @Test("a pattern in a list keeps what it matches from being excused")
  func patternsInLists() throws {
    let rules = try SeverityRules(reading: Array("a*\nb\n".utf8).rawSpan, as: .names)
    func excuses(_ name: String) -> Bool? {
      rules.first(name: Array(name.utf8).rawSpan, module: RawSpan(), namespace: RawSpan())
        .map { rules.rules[$0].excuses }
    }
    #expect(excuses("abc") == false && excuses("b") == false && excuses("c") == true)
  }

  @Test(
    "the form of a text is that of its first lines that show one",
    arguments: [
      ("", .severities, .names), ("# c\n\n", .severities, .names), ("a\n", .debianIgnores, .names),
      (" a\n\tb\n", .stableList, .stableList), ("a\n b\n", .debianIgnores, .names),
      (" a\nb\n", .debianIgnores, .names), ("\n# c\n[abi_symbol_list]\n a\n", .androidList, nil),
      ("[abi_whitelist]\n a\n", .androidList, nil), ("[my_symbol_list]\n a\n", .androidList, nil),
      ("[rhel9_stablelist]\n\ta\n", .stableList, nil), ("[abi]\n", .debianIgnores, nil),
      ("[base]\n", .debianIgnores, nil), ("\n0x1\ta\n", .records, nil),
      ("EXPORT_SYMBOL a\n", .records, nil), ("a\nM: b\n", .ubuntuIgnores, nil),
      ("a\nmodule:b\n", .debianIgnores, nil), ("a\nname:b\n", .debianIgnores, nil),
      ("a\nignore-changes:\n", .debianIgnores, nil), ("a PASS\n", .severities, nil),
      ("MODULE a FAIL\n", .severities, nil), ("a pass\n", .oldSeverities, nil),
      ("a b\n", .severities, nil), ("a PASS\nb Fail\n", .oldSeverities, nil),
    ] as [(String, RuleForm, RuleForm?)])
  func recognized(_ text: String, _ asRules: RuleForm, _ asList: RuleForm?) {
    let bytes = Array(text.utf8)
    #expect(RuleForm.recognize(bytes.rawSpan, asRules: true) == asRules)
    #expect(RuleForm.recognize(bytes.rawSpan, asRules: false) == asList ?? asRules)
  }

  @Test("comments are no names of a list", arguments: [RuleForm.names, .stableList, .androidList])
  func comments(_ form: RuleForm) throws {
    let text = Array("# c\n\n  a # d\n#e\nb#f\n".utf8)
    let list = try SymbolList(text.rawSpan, as: form)
    #expect((0..<list.selection.count).map { list.selection.name($0).text } == ["a", "b"])
  }

  @Test("rules that are the first for no export of any kernel are unused")
  func unused() throws {
    let text = Array("SYMBOL a PASS\nSYMBOL a* PASS\nSYMBOL b PASS\nSYMBOL c PASS\n".utf8)
    var use = RuleUse(try SeverityRules(reading: text.rawSpan))
    #expect(use.unused.map(\.line) == [1, 2, 3, 4])
    for name in ["a", "c"] {
      let line = Array("0x1\t\(name)\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
      use.add(try ExportRecords(parsing: line.rawSpan, as: .historic))
    }
    #expect(use.unused.map(\.line) == [2, 3])
  }

  @Test("forms are lists of symbols or rules about changes")
  func forms() {
    #expect(
      RuleForm.allCases.filter(\.isList) == [.stableList, .records, .androidList, .names])
  }

  @Test("a pattern with a character of regular expressions alone shows older severities")
  func regular() {
    for character in "(|)+{}^$" {
      let text = Array("a PASS\nb\(character)c FAIL\n".utf8)
      #expect(RuleForm.recognize(text.rawSpan, asRules: true) == .oldSeverities, "\(character)")
    }
    let plain = Array("a PASS\nb[c-d]?*.e FAIL\n".utf8)
    #expect(RuleForm.recognize(plain.rawSpan, asRules: true) == .severities)
  }

  @Test("sets of characters are converted as they are written")
  func convertedSets() throws {
    let text = Array("a[bx-z]c pass\na[^]0-9]c fail\n".utf8)
    let rules = try SeverityRules(reading: text.rawSpan)
    #expect(rules.rules.map(\.words) == ["a[bx-z]c PASS", "a[^]0-9]c FAIL"])
    // What is a hyphen of its own there stays one.
    for (set, written) in [
      ("[a-c-e]", "[-a-ce]"), ("[^a-c-e]", "[^-a-ce]"), ("[]a-c-e]", "[]a-ce-]"),
      ("[+--^]", "[+--^]"), ("[x-z--0]", "[--0x-z]"),
    ] {
      let hyphens = Array("x\(set) pass\n".utf8)
      let words = try SeverityRules(reading: hyphens.rawSpan).rules.map(\.words)
      #expect(words == ["x\(written) PASS"])
      let pattern = try #require(Wildcard("x\(written)"))
      let (hyphen, letter) = (Array("x-".utf8), Array("xd".utf8))
      #expect(pattern.matches(hyphen.rawSpan) != set.hasPrefix("[^"))
      #expect(pattern.matches(letter.rawSpan) == set.hasPrefix("[^"))
    }
    // Perl refuses such a range.
    let failure = #expect(throws: TextFailure.self) { try Self.verdict("a[z-b]c pass", "a") }
    #expect(failure?.reason == .unsupportedPattern("a[z-b]c"))
  }

  @Test("converted rules are read as the same rules")
  func converted() throws {
    for text in ["* pass\nfs/* FAIL\nNS pass\nup.* PASS\n", "a_*\nname:UP\nmodule:snd\n"] {
      let rules = try SeverityRules(reading: Array(text.utf8).rawSpan)
      let words = rules.rules.map { $0.words + "\n" }.joined()
      let again = try SeverityRules(parsing: Array(words.utf8).rawSpan)
      #expect(again.rules.map(\.words) == rules.rules.map(\.words))
      #expect(again.rules.map(\.subject) == rules.rules.map(\.subject))
    }
  }

  @Test("of many patterns the first that matches decides, wherever its literal part is")
  func manyPatterns() throws {
    var text = (0..<200).map { "*_part\($0)_* FAIL\n" }.joined()
    text += "*_part7_[ab] PASS\nSYMBOL ?z* PASS\n*199_x PASS\n"
    #expect(try Self.verdict(text, "a_part7_b") == false)
    #expect(try Self.verdict(text, "a_part777_b") == nil)
    #expect(try Self.verdict(text, "az") == true)
    #expect(try Self.verdict(text, "q199_x") == true)
    // The name is the literal part; a character that takes two bytes is not one of it.
    #expect(try Self.verdict(text + "*q* PASS\n", "q") == true)
    #expect(try Self.verdict(text + "*q\u{80}* PASS\n", "q\u{80}") == true)
  }

  @Test("once patterns took more time than there is, none matches, and the first such is named")
  func exhausted() throws {
    let slow = String(repeating: "*a", count: 2000)
    let text = Array("\(slow) PASS\n?b PASS\n".utf8)
    let rules = try SeverityRules(reading: text.rawSpan)
    func first(_ name: [UInt8]) -> Int? {
      rules.first(name: name.rawSpan, module: RawSpan(), namespace: RawSpan())
    }
    #expect(first(Array("ab".utf8)) == 1 && rules.exhaustedBy == nil)
    #expect(first([UInt8](repeating: 0x61, count: 1 << 20)) == nil)
    #expect(rules.exhaustedBy?.line == 1)
    #expect(first(Array("ab".utf8)) == nil && rules.exhaustedBy?.line == 1)
  }

  @Test("a pattern that is longer than any name is an error with its line")
  func longPattern() {
    let text = Array(("a PASS\n*" + String(repeating: "x?", count: 5000) + " PASS\n").utf8)
    #expect {
      try SeverityRules(reading: text.rawSpan)
    } throws: { error in
      (error as? TextFailure)?.line == 2 && (error as? TextFailure)?.reason == .patternTooLong
    }
    for (count, isTaken) in [(4095, true), (4096, false)] {
      let rule = Array(("*" + String(repeating: "x", count: count) + " PASS\n").utf8)
      #expect(((try? SeverityRules(reading: rule.rawSpan)) != nil) == isTaken)
    }
  }

  @Test("a rule that is about namespaces only by its spelling can be warned of")
  func mistakable() throws {
    let rules = try SeverityRules(parsing: Array("* PASS\nNAMESPACE * PASS\n".utf8).rawSpan)
    #expect(rules.rules.map(\.isMistakable) == [true, false])
    let pattern = try #require(Wildcard("*"))
    #expect(!SeverityRule(.namespace, pattern, excuses: true, line: 1).isMistakable)
  }
}
