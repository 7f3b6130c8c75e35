internal import ByteStorage
internal import ELFFormat

/// A field of a device ID, as `include/linux/device-id/*.h` of 7.2 declare it.
struct DeviceField: Sendable {
  let name: String
  /// Size of one element in bytes; 0 for a pointer or `kernel_ulong_t`.
  let elementSize: Int
  let count: Int

  static func u8(_ name: String, _ count: Int = 1) -> DeviceField { .init(name, 1, count) }
  static func u16(_ name: String) -> DeviceField { .init(name, 2, 1) }
  static func u32(_ name: String, _ count: Int = 1) -> DeviceField { .init(name, 4, count) }
  static func word(_ name: String, _ count: Int = 1) -> DeviceField { .init(name, 0, count) }
  /// As many words as hold the bits 0 to `last`; their number depends on the size of a word.
  static func bits(_ name: String, through last: Int) -> DeviceField { .init(name, 0, -last) }

  /// Where fields end up that were not said to be anywhere else: data that only the driver reads.
  static let driverData = DeviceField.word("driver_data")

  private init(_ name: String, _ elementSize: Int, _ count: Int) {
    self.name = name
    self.elementSize = elementSize
    self.count = count
  }

  /// Size of an element, which is its alignment.
  func alignment(_ wordSize: Int) -> Int { elementSize == 0 ? wordSize : elementSize }

  func size(_ wordSize: Int) -> Int {
    let elements = count < 0 ? -count / (8 * wordSize) + 1 : count
    return alignment(wordSize) * elements
  }
}

/// Where the fields of a device ID are: in declared order, each aligned to its size.
struct DeviceIDLayout: Sendable {
  private let places: [(name: String, offset: Int, size: Int)]
  /// Size of an ID in bytes.
  let size: Int

  init(_ fields: [DeviceField], wordSize: Int) {
    var (places, end, alignment) = ([(name: String, offset: Int, size: Int)](), 0, 1)
    for field in fields {
      let step = field.alignment(wordSize)
      alignment = max(alignment, step)
      end = (end + step - 1) / step * step
      places.append((field.name, end, step))
      end += field.size(wordSize)
    }
    self.places = places
    size = (end + alignment - 1) / alignment * alignment
  }

  /// Offset and size of an element of a field.
  func place(_ field: String) -> (offset: Int, size: Int) {
    places.first { $0.name == field }.map { ($0.offset, $0.size) } ?? (size, 0)
  }
}

/// One entry of a device table.
struct DeviceID: ~Escapable {
  /// The table from this entry on.
  private let bytes: RawSpan
  private let layout: DeviceIDLayout
  private let order: ByteOrder

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ layout: DeviceIDLayout, _ order: ByteOrder) {
    self.bytes = bytes
    self.layout = layout
    self.order = order
  }

  /// A number, zero-extended; of an array the element at `index`.
  func number(_ field: String, at index: Int = 0) -> UInt64 {
    let (offset, size) = layout.place(field)
    let place = offset &+ index &* size
    return switch size {
    case 1: UInt64(bytes.byte(at: place) ?? 0)
    case 2: UInt64(bytes.integer(UInt16.self, at: place, order) ?? 0)
    case 4: UInt64(bytes.integer(UInt32.self, at: place, order) ?? 0)
    default: bytes.integer(UInt64.self, at: place, order) ?? 0
    }
  }

  /// How many hexadecimal digits a number of the field has.
  func digits(_ field: String) -> Int { 2 * layout.place(field).size }

  /// A string. One that fills its field goes on in the next one, as for modpost.
  func text(_ field: String, at offset: Int = 0) -> [UInt8] {
    bytes.cStringOrEmpty(at: layout.place(field).offset &+ offset).array
  }

  /// The bytes of a field.
  func raw(_ field: String, _ count: Int) -> [UInt8] {
    let start = layout.place(field).offset
    return bytes.slice(start..<(start &+ count))?.array ?? []
  }

  /// Whether a bit of an array of words is set.
  func bit(_ field: String, _ bit: Int) -> Bool {
    let width = 8 * layout.place(field).size
    guard width > 0 else { return false }
    return number(field, at: bit / width) >> UInt64(bit % width) & 1 == 1
  }
}
