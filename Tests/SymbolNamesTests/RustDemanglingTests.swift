import SymbolNames
import Testing

@Suite("Rust demangling")
struct RustDemanglingTests {
}
