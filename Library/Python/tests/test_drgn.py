"""Tests of the plugin with drgn over a dump: KSYM_VMCORE, and KSYM_KERNEL, the image of its kernel."""

import os
import unittest

try:
    import drgn
except ImportError:
    raise unittest.SkipTest("drgn is not installed")

import ksym
import ksym.drgn

DUMP = os.environ.get("KSYM_VMCORE")


@unittest.skipUnless(DUMP, "KSYM_VMCORE is not set")
class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = drgn.Program()
        cls.program.set_core_dump(DUMP)
        if "ksym" not in cls.program.registered_symbol_finders():
            ksym.drgn.drgn_prog_set(cls.program)
        with ksym.Kernel(DUMP) as kernel:
            cls.symbols = {(symbol.name, symbol.address) for symbol in kernel.symbols()}

    def test_a_readable_name_finds_the_function(self):
        (symbol,) = self.program.symbols("print::call_printk")
        self.assertIn((symbol.name, symbol.address), self.symbols)
        self.assertEqual(self.program.symbol(symbol.address + 5), symbol)

    def test_addresses_are_those_of_the_dump(self):
        found = {(symbol.name, symbol.address) for symbol in self.program.symbols()}
        self.assertEqual(self.symbols - found, set())

    def test_symbols_of_modules_are_found_by_address_and_name(self):
        found = {(symbol.name, symbol.address) for symbol in self.program.symbols()}
        modules = sorted(found - self.symbols, key=lambda pair: pair[1])
        self.assertGreater(len(modules), 100)
        for name, address in modules[::50]:
            self.assertIn(address, [symbol.address for symbol in self.program.symbols(name)])
            self.assertEqual(self.program.symbol(address).address, address)

    def test_an_unknown_name_is_a_lookup_error(self):
        with self.assertRaises(LookupError):
            self.program.symbol("no_such_name_anywhere")


if __name__ == "__main__":
    unittest.main()
