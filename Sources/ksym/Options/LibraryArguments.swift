internal import ArgumentParser
internal import NameTranslation
internal import SymbolFiles
internal import VersionConversion

// Values of the library that options take by their raw values.

extension NameForm: ExpressibleByArgument {}
extension TranslationOptions.Ambiguity: ExpressibleByArgument {}
extension SymbolFile.Naming: ExpressibleByArgument {}
extension ModuleSigner.Hash: ExpressibleByArgument {}
