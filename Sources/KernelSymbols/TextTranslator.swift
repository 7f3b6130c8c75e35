internal import ByteStorage
internal import NameTranslation
internal import SymbolTables

/// Rewrites the symbol names in logs, traces and the output of tools, and nothing else of them.
///
/// ```swift
/// print(TextTranslator(kernel).translate(log))
/// ```
///
/// Text of any length is translated in pieces with ``translate(_:to:)`` and ``finish(to:)``; these
/// take and give borrowed bytes.
public final class TextTranslator {
  /// A form of names. More may come.
  public struct Form: Sendable, Hashable {
    let form: NameForm

    /// As a programmer writes them; needs no kernel.
    public static let readable = Form(form: .readable)
    /// Without what compilers append; Rust names stay mangled; needs no kernel.
    public static let source = Form(form: .source)
    /// As the linker wrote them; needs a kernel or a name table.
    public static let linkage = Form(form: .linkage)
    /// Digests; needs a kernel or a name table.
    public static let hashed = Form(form: .hashed)
  }

  /// Why the kernel's names are not used; `nil` if they are.
  public let problem: KernelSymbolsError?
  private let options: TranslationOptions
  private let sources: [NameSource]
  private let tables: [NameTable]
  private var stream: NameTranslation.TextTranslator

  /// Creates a translator.
  ///
  /// - Parameters:
  ///   - kernel: The kernel that the text is about; see ``problem`` if it has no symbols.
  ///   - tables: Name tables for names that the kernel does not have.
  ///   - form: The form to write.
  public init(_ kernel: Kernel? = nil, tables: [NameTable] = [], to form: Form = .readable) {
    var (sources, problem): ([NameSource], KernelSymbolsError?) = ([], nil)
    if let kernel {
      do throws(KernelSymbolsError) {
        let index = try kernel.symbols.index
        sources = [NameSource(index, release: kernel.release, buildID: kernel.buildID)]
      } catch { problem = error }
    }
    self.problem = problem
    self.sources = sources
    self.tables = tables
    options = TranslationOptions(form: form.form)
    stream = NameTranslation.TextTranslator(
      options, sources: sources, directories: tables.map(\.table))
  }

  /// Translates a whole text.
  public func translate(_ text: String) -> String {
    var once = NameTranslation.TextTranslator(
      options, sources: sources, directories: tables.map(\.table))
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    once.translate(bytes.rawSpan) { output += $0.array }
    once.finish { output += $0.array }
    return String(decoding: output, as: UTF8.self)
  }

  /// Takes the next piece of a text, of any size.
  ///
  /// - Parameters:
  ///   - text: The piece; it need not end where a line does.
  ///   - output: Takes pieces of the translated text, in order, each valid during the call.
  public func translate(_ text: RawSpan, to output: (RawSpan) -> Void) {
    stream.translate(text, to: output)
  }

  /// Ends a text given in pieces; the translator can then be used for another.
  ///
  /// - Parameter output: As in ``translate(_:to:)``.
  public func finish(to output: (RawSpan) -> Void) { stream.finish(to: output) }
}
