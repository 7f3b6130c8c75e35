// KernelSymbols is the public face of the library: one import for what users need.

@_exported public import BTFFormat
@_exported public import ByteStorage
@_exported public import ELFFormat
@_exported public import Kallsyms
@_exported public import KernelFacts
@_exported public import KernelImages
@_exported public import Livepatching
@_exported public import ModuleConversion
@_exported public import ModuleFiles
@_exported public import ModuleLoading
@_exported public import ModuleVersions
@_exported public import NameTables
@_exported public import NameTranslation
@_exported public import SymbolNames
