internal import ByteStorage
internal import ELFFormat
internal import SymbolTables

/// Names under which drivers that are built into a kernel are in /sys/module: since registering one makes a
/// directory there, it has the name that the driver gives with its registration (`KBUILD_MODNAME`).
///
/// - Note: module_add_driver (drivers/base/module.c) of 6.16, and of the stable releases that took it over
///   (6.12.117 has it, 6.1.180 does not); of platform drivers as 7.2 of Debian has it.
struct BuiltinDrivers {
  /// Functions that register a driver and take its name as an argument, counted from zero.
  private static let registrations: [(name: StaticString, argument: Int)] = [
    ("__pci_register_driver", 2), ("usb_register_driver", 2), ("__hid_register_driver", 2),
    ("__serio_register_driver", 2), ("__gameport_register_driver", 2),
    ("__platform_driver_register", 2), ("__platform_driver_probe", 3),
    ("__platform_register_drivers", 3), ("__auxiliary_driver_register", 2),
    ("__cxl_driver_register", 2), ("__nd_driver_register", 2), ("__dax_driver_register", 2),
    ("scmi_driver_register", 2), ("ffa_driver_register", 2), ("__parport_register_driver", 2),
    ("__ntb_register_client", 2), ("__mcb_register_driver", 2), ("__peci_driver_register", 2),
    ("greybus_register_driver", 2),
    ("__rmi_register_function_handler", 2), ("usb_gadget_register_driver_owner", 2),
    ("__vio_register_driver", 2), ("__vmbus_driver_register", 2),
    ("__xenbus_register_frontend", 2), ("__xenbus_register_backend", 2),
  ]
  /// Of these, those that register nothing on machines that are no guests of Xen or Hyper-V.
  private static let forGuests: Set<String> = [
    "__vmbus_driver_register", "__xenbus_register_frontend", "__xenbus_register_backend",
  ]
  /// Most bytes of functions that are looked at.
  private static let mostBytes: UInt64 = 16 << 20

  /// Names of drivers that are registered on every machine.
  private(set) var certain: Set<String> = []
  /// Names of those whose code decides whether to register them.
  private(set) var possible: Set<String> = []
  /// Names of those that are registered on guests of Xen or Hyper-V only.
  private(set) var guestOnly: Set<String> = []

  /// Looks for the registrations in the code that runs at boot; finds none where registering a driver makes
  /// no directory, and on architectures whose calls are not read.
  ///
  /// - Parameters:
  ///   - image: The bytes of the kernel, by address.
  ///   - table: Its symbols.
  ///   - machine: Its architecture.
  init(_ image: borrowing BuiltinModules, _ table: SymbolTable, _ machine: ELFMachine) {
    let names: [StaticString] = [
      "module_add_driver", "lookup_or_create_module_kobject", "_sinittext", "_einittext",
    ]
    let known = table.indexes(named: names + BuiltinDrivers.registrations.map(\.name))
      .map { $0.map { table.addresses[$0] } }
    guard let adding = known[0], let making = known[1], let start = known[2], let end = known[3],
      start < end, end - start <= BuiltinDrivers.mostBytes,
      let next = table.addresses.filter({ $0 > adding }).min(),
      let body = CallReader(machine, [making: 0], startingAt: [adding]),
      !body.calls(in: adding..<min(next, adding &+ 4096), of: image).isEmpty
    else { return }
    var sought: [UInt64: Int] = [:]
    for (number, address) in known.dropFirst(names.count).enumerated() {
      if let address { sought[address] = number }
    }
    let starts = table.addresses.filter { $0 >= start && $0 < end }.sorted()
    guard let code = CallReader(machine, sought, startingAt: starts) else { return }
    for call in code.calls(in: start..<end, of: image) {
      let (function, argument) = BuiltinDrivers.registrations[call.callee]
      guard let name = call.arguments[argument].flatMap({ image.string(at: $0) }) else { continue }
      if BuiltinDrivers.forGuests.contains("\(function)") {
        guestOnly.insert(name)
      } else if call.isCertain {
        certain.insert(name)
      } else {
        possible.insert(name)
      }
    }
    possible.subtract(certain)
  }
}
