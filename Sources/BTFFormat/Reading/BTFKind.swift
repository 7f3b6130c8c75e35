/// `BTF_KIND_*` of include/uapi/linux/btf.h, from `BTF_KIND_INT (1)` to `BTF_KIND_ENUM64 (19)`.
package enum BTFKind: UInt32, Sendable {
  case integer = 1
  case pointer, array, structure, union, enumeration, forward, typedef, volatile, const, restrict
  case function, functionPrototype, variable, dataSection, float, declarationTag, typeTag
  case enumeration64

  /// The name in the kernel's log: `btf_kind_str` of kernel/bpf/btf.c.
  var name: StaticString {
    switch self {
    case .integer: "INT"
    case .pointer: "PTR"
    case .array: "ARRAY"
    case .structure: "STRUCT"
    case .union: "UNION"
    case .enumeration: "ENUM"
    case .forward: "FWD"
    case .typedef: "TYPEDEF"
    case .volatile: "VOLATILE"
    case .const: "CONST"
    case .restrict: "RESTRICT"
    case .function: "FUNC"
    case .functionPrototype: "FUNC_PROTO"
    case .variable: "VAR"
    case .dataSection: "DATASEC"
    case .float: "FLOAT"
    case .declarationTag: "DECL_TAG"
    case .typeTag: "TYPE_TAG"
    case .enumeration64: "ENUM64"
    }
  }

  /// Size of each element after the three words of a type, in bytes; 0 if there are none.
  var elementSize: Int {
    switch self {
    case .structure, .union, .dataSection, .enumeration64: 12
    case .enumeration, .functionPrototype: 8
    default: 0
    }
  }

  /// Size of what follows the three words of a type with `count` elements, in bytes.
  func addedBytes(_ count: Int) -> Int {
    switch self {
    case .integer, .variable, .declarationTag: 4
    case .array: 12
    default: elementSize &* count
    }
  }

  /// Whether the type only qualifies another: `btf_type_is_modifier`.
  var isModifier: Bool {
    switch self {
    case .typedef, .volatile, .const, .restrict, .typeTag: true
    default: false
    }
  }

  var isComposite: Bool { self == .structure || self == .union }
}
