"""Tests of the Python package over the library that KSYM_LIBRARY_PATH names, with the fixtures of ksym."""

import os
import threading
import unittest

import ksym

TOP = os.path.join(os.path.dirname(__file__), "..", "..", "..")
KERNELS = os.path.join(TOP, "Tests", "Fixtures", "kernels", "rust-ext")
IMAGE = os.path.join(KERNELS, "bzImage")
PRINTK = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"


class Names(unittest.TestCase):
    def test_a_mangled_name_is_made_readable(self):
        self.assertEqual(ksym.demangle(PRINTK), "kernel::print::call_printk")
        self.assertIn("[", ksym.demangle(PRINTK, hashes=True))
        self.assertIsNone(ksym.demangle("vfs_read"))
        self.assertEqual(ksym.demangle(PRINTK.encode()), "kernel::print::call_printk")

    def test_a_name_has_forms(self):
        self.assertEqual(ksym.source("do_one.isra.0.llvm.12"), "do_one")
        self.assertEqual(ksym.readable("do_one.isra.0"), "do_one.isra")
        self.assertEqual(ksym.bare("do_one.isra.0"), "do_one")
        self.assertEqual(len(ksym.hashed("a")), 64)
        self.assertEqual(ksym.source("a" * 5000), "a" * 5000)

    def test_bytes_that_are_not_utf8_stay(self):
        self.assertEqual(ksym.source(b"a\xff"), "a\udcff")
        self.assertEqual(ksym.source("a\udcff"), "a\udcff")

    def test_a_name_too_long_is_an_error(self):
        with self.assertRaises(ksym.Error) as raised:
            ksym.source("a" * 100000)
        self.assertEqual(raised.exception.status, -260)


class Kernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kernel = ksym.Kernel(IMAGE)

    @classmethod
    def tearDownClass(cls):
        cls.kernel.close()

    def test_a_kernel_knows_what_it_is(self):
        self.assertEqual(self.kernel.release, "7.3.4-corpus-a")
        self.assertEqual(len(self.kernel.build_id), 40)
        self.assertEqual(len(self.kernel), len(self.kernel.symbols()))
        self.assertEqual(self.kernel[-1], self.kernel.symbols()[-1])
        self.assertEqual(list(self.kernel)[5], self.kernel[5])
        with self.assertRaises(IndexError):
            self.kernel[len(self.kernel)]

    def test_symbols_are_found_by_name_path_and_address(self):
        (symbol,) = self.kernel.find("print::call_printk")
        self.assertEqual(symbol.name, PRINTK)
        self.assertEqual(self.kernel.at(symbol.address + 3)._replace(offset=0), symbol)
        self.assertEqual(self.kernel.at(symbol.address + 3).offset, 3)
        self.assertEqual(self.kernel.find("no_such_name"), [])
        self.assertIsNone(self.kernel.at(-1))

    def test_a_symbol_is_spelt_for_an_interface(self):
        symbol = self.kernel.find("vfs_read")[0]
        self.assertIn("vfs_read", self.kernel.spell(symbol, "kprobe"))
        with self.assertRaises(ksym.Error):
            self.kernel.spell(symbol, "no such interface")

    def test_a_moved_kernel_has_other_addresses(self):
        with ksym.Kernel(IMAGE, slide=0x5C00000) as moved:
            self.assertEqual(moved.slide, 0x5C00000)
            here, there = self.kernel.find("vfs_read")[0], moved.find("vfs_read")[0]
            self.assertEqual(there.address - here.address, 0x5C00000)

    def test_a_closed_kernel_is_an_error(self):
        kernel = ksym.Kernel(IMAGE)
        kernel.close()
        kernel.close()
        for ask in (
            lambda: kernel.find("vfs_read"),
            lambda: len(kernel),
            lambda: kernel.release,
            kernel.symbols,
            lambda: ksym.translate(b"a\n", kernel, to="linkage"),
        ):
            with self.assertRaisesRegex(ksym.Error, "this Kernel is closed"):
                ask()

    def test_wrong_arguments_are_named(self):
        for ask, kind in (
            (lambda: ksym.translate(b"a", to="bogus"), ValueError),
            (lambda: ksym.Kernel(IMAGE, view="x"), ValueError),
            (lambda: ksym.translate(b"a", kernel=5), TypeError),
            (lambda: ksym.translate("text"), TypeError),
            (lambda: ksym.demangle(5), TypeError),
            (lambda: self.kernel.at(1.5), TypeError),
        ):
            with self.assertRaises(kind) as raised:
                ask()
            self.assertNotIn("argument 2", str(raised.exception))
        self.assertEqual(self.kernel[2:4], self.kernel.symbols()[2:4])
        self.assertEqual(ksym.translate(bytearray(b"a.isra.0+0x1/0x2\n")), b"a.isra+0x1/0x2\n")

    def test_modules_that_are_missing_are_an_error(self):
        with self.assertRaisesRegex(ksym.Error, "/nowhere") as raised:
            ksym.Kernel(IMAGE, modules="/nowhere")
        self.assertEqual(raised.exception.status, -2)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(ksym.Error, "/nowhere"):
            ksym.Kernel("/nowhere")

    def test_threads_have_errors_of_their_own(self):
        found = []

        def ask(number):
            try:
                ksym.Kernel(f"/nowhere/{number}")
            except ksym.Error as error:
                found.append(str(error).startswith(f"/nowhere/{number}:"))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [True] * 16)


class Modules(unittest.TestCase):
    def module(self, name):
        return os.path.join(KERNELS, "modules", name)

    def test_versions_come_in_order_of_the_tables(self):
        versions = ksym.versions(self.module("rnull_mod.ko"))
        self.assertEqual(versions[1], ksym.Version("device_add_disk", 0x23AD4CAA, "basic"))
        self.assertEqual({version.layout for version in versions}, {"basic", "extended"})

    def test_exports_have_owner_and_licence(self):
        exports = {export.name: export for export in ksym.exports(self.module("corpus_exp.ko"))}
        self.assertTrue(exports["corpus_data_var"].is_gpl_only)
        self.assertEqual(exports["corpus_ns"].namespace, "CORPUS_NS")
        self.assertTrue(all(export.owner == "vmlinux" for export in ksym.exports(IMAGE)))

    def test_a_checker_gives_verdicts(self):
        config = os.path.join(KERNELS, "config")
        wrong = os.path.join(KERNELS, "variants", "min-ext-crcwrong.ko")
        with ksym.Checker(IMAGE, config=config) as checker:
            good, bad, none = checker.check([self.module("corpus_min.ko"), wrong, "/nowhere"])
        self.assertEqual(good["verdict"], "loads")
        self.assertEqual((bad["verdict"], bad["errno"]), ("refused", "EINVAL"))
        self.assertEqual(none["verdict"], "unreadable")

    def test_what_is_assumed_must_have_a_meaning(self):
        for given in ["nonsense"], "nonsense":
            with self.assertRaisesRegex(ksym.Error, "nonsense"):
                ksym.Checker(IMAGE, assume=given)


class Translations(unittest.TestCase):
    READABLE = b" core::panicking::panic_fmt+0x2f/0x30\n"
    LINKAGE = b" _RNvNtCsbZfwWpAStWS_4core9panicking9panic_fmt+0x2f/0x30\n"

    def test_a_text_goes_there_and_back(self):
        self.assertEqual(ksym.translate(self.LINKAGE), self.READABLE)
        with ksym.Kernel(IMAGE) as kernel:
            self.assertEqual(ksym.translate(self.READABLE, kernel, to="linkage"), self.LINKAGE)

    def test_a_text_comes_in_pieces(self):
        with ksym.Translator() as translator:
            pieces = [translator.feed(self.LINKAGE[at : at + 7]) for at in range(0, len(self.LINKAGE), 7)]
            self.assertEqual(b"".join(pieces) + translator.finish(), self.READABLE)


if __name__ == "__main__":
    unittest.main()
