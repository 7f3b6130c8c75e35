/// Signs outside of ASCII in text for people, and what stands for them where the locale has no UTF-8.
enum Sign {
  static var ellipsis: String { isUTF8 ? "…" : "..." }
  static var arrow: String { isUTF8 ? "→" : "->" }
  static var inside: String { isUTF8 ? "›" : ">" }
  static var block: String { isUTF8 ? "▪" : "#" }
  static var to: String { isUTF8 ? "–" : "-" }

  /// Whether the locale's characters are UTF-8; so they are where no variable names a locale.
  private static let isUTF8: Bool = {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    guard let locale = names.lazy.compactMap(Terminal.variable).first else { return true }
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }()
}
