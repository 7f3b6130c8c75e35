import ByteStorage
import Testing

@Suite("Names in tables")
struct NameSlotsTests {
  @Test("Every name has one number, in the order of their appearance, however many there are")
  func interning() {
    var names = NameInterner()
    for round in 0..<2 {
      for number in 0..<5000 {
        let name = Array("name \(number % 2500)".utf8)
        #expect(names.insert(name.rawSpan) == (round == 0 && number < 2500))
        #expect(names.intern(name.rawSpan) == number % 2500)
      }
    }
    #expect(names.count == 2500)
    let (known, unknown) = (names.name(1234).text, names.name(2500).text)
    #expect(known == "name 1234" && unknown.isEmpty)
    let (other, none) = (Array("name 2500".utf8), [UInt8]())
    #expect(names.find(other.rawSpan) == nil)
    #expect(names.intern(none.rawSpan) == 2500)
    #expect(names.find(none.rawSpan) == 2500)
  }

  @Test("A number replaces that of the same name; names with equal hashes are told apart")
  func collisions() {
    var slots = NameSlots()
    let names = ["a", "b", "c", "a"]
    var replaced: [Int?] = []
    for number in names.indices {
      replaced.append(slots.set(number, 7) { names[$0] == names[number] })
    }
    #expect(replaced == [nil, nil, nil, 0])
    #expect(slots.find(7) { names[$0] == "a" } == 3)
    #expect(slots.find(7) { names[$0] == "c" } == 2)
    #expect(slots.find(7) { names[$0] == "d" } == nil)
    slots.grow(names.count) { $0 == 0 ? nil : 7 }
    #expect(slots.find(7) { names[$0] == "a" } == 3)
    #expect(slots.find(7) { names[$0] == "b" } == 1)
  }
}
