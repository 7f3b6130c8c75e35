import ByteStorage
import NameTranslation
import SymbolTables

/// Translates whole texts, in pieces of a size.
func translated(
  _ text: [UInt8], _ options: TranslationOptions = TranslationOptions(),
  sources: [NameSource] = [], pieceSize: Int = .max
) -> [UInt8] {
  var translator = TextTranslator(options, sources: sources)
  return translated(text, by: &translator, pieceSize: pieceSize)
}

/// Modules by their names, and which were asked for.
final class RecordingModules: ModuleNames {
  private let sources: [String: NameSource]
  private(set) var asked: [String] = []

  init(_ sources: [String: NameSource] = [:]) { self.sources = sources }

  func names(ofModule module: String) -> NameSource? {
    asked.append(module)
    return sources[module]
  }
}

/// Translates whole texts, in pieces of a size.
func translated(
  _ text: [UInt8], by translator: inout TextTranslator, pieceSize: Int = .max
) -> [UInt8] {
  var output: [UInt8] = []
  var start = 0
  while start < text.count {
    let end = start + min(pieceSize, text.count - start)
    let piece = Array(text[start..<end])
    translator.translate(piece.rawSpan) { output += $0.array }
    start = end
  }
  translator.finish { output += $0.array }
  return output
}

/// Translates one line of text.
func translated(
  _ text: String, _ options: TranslationOptions = TranslationOptions(), sources: [NameSource] = []
) -> String {
  String(decoding: translated(Array(text.utf8), options, sources: sources), as: UTF8.self)
}

/// The names of a list of symbols, as in /proc/kallsyms.
func source(_ list: String) throws -> NameSource {
  let bytes = Array(list.utf8)
  return NameSource(SymbolIndex(try SymbolText(parsing: bytes.rawSpan).table))
}

extension TranslationOptions {
  static let linkage = TranslationOptions(form: .linkage)
}
