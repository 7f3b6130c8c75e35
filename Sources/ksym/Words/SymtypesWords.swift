internal import ByteStorage
internal import SymtypesFormat

extension SymtypesError {
  var words: String {
    switch reason {
    case .noKey: "a line without a name"
    case .duplicateKey(let key): "\(key.rawSpan.text) is defined twice"
    case .unknownType(let key): "type \(key.rawSpan.text) is not known"
    case .wordsAfterDeclaration: "words follow a type that is only declared"
    case .invalidHeader: "a section must begin with its path"
    case .consolidated: "consolidated symtypes inside a directory of plain ones"
    case .duplicatePath(let path): "the path \(path.rawSpan.text) occurs twice"
    case .object: "an object, not symtypes: use ksym types versions"
    case .notText(let byte): "not symtypes: the byte \(hexadecimal(byte)) is not text"
    case .notSymtypes: "not a line of symtypes"
    case .tooManyRecords: "the sections up to here stand for too many records"
    case .tooLarge: "more than 4 GiB of distinct text"
    }
  }
}
