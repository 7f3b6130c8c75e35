#!/usr/bin/env python3
"""Compares versions, symtypes and dumps of random C types with those of gendwarfksyms.

usage: random-types.py GENDWARFKSYMS [COUNT [SEED]]

GENDWARFKSYMS is scripts/gendwarfksyms/gendwarfksyms of a kernel tree; COUNT programs (default 200) are
made from SEED (default 1): structures, unions, bit-fields and function types that refer to each other,
members and rules that keep the kABI, compiled by gcc and clang, each run plain and with --stable. KSYM
is the command (default .build-release/release/ksym). What differs is kept in a directory, which is
printed. Exit status: 0 nothing differs, 1 something does.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

BASE = ["int", "long", "char", "unsigned long", "void *", "const char *", "u_t", "enum en"]


class Program:
    """A header with types, and a source with symbols of them."""

    def __init__(self, rng):
        self.rng = rng
        self.names = ["s%d" % number for number in range(rng.randint(2, 7))]
        self.words = [rng.choice(["struct", "struct", "struct", "union"]) for _ in self.names]
        self.functions = []
        self.header = ["%s;" % self.type(number) for number in range(len(self.names))]
        self.header.append("typedef unsigned int u_t;")
        self.header.append("enum en { EA = %d, EB, EC = -3 };" % rng.randint(0, 9))
        for number in range(rng.randint(1, 5)):
            self.add_function("f%d_t" % number)
        for number in range(len(self.names)):
            members = [self.member(number, "m%d" % m) for m in range(rng.randint(0, 6))]
            self.header.append("%s { %s };" % (self.type(number), " ".join(members)))
        self.exports = ["e%d" % number for number in range(rng.randint(1, 6))]
        self.source = ['#include "types.h"'] + [self.symbol(name) for name in self.exports]
        for number in range(rng.randint(0, 3)):
            self.add_rule("rule%d" % number)
        rng.shuffle(self.exports)

    def type(self, number):
        return "%s %s" % (self.words[number], self.names[number])

    def pointer(self):
        rng = self.rng
        qualifier = rng.choice(["", "const ", "", "volatile "])
        stars = rng.choice(["*", "*", "**"])
        return "%s%s %s" % (qualifier, self.type(rng.randrange(len(self.names))), stars)

    def add_function(self, name):
        rng = self.rng
        kinds = [self.pointer, self.pointer, lambda: rng.choice(BASE)]
        parameters = [rng.choice(kinds)() for _ in range(rng.randint(0, 4))]
        if self.functions and rng.random() < 0.4:
            other = rng.choice(self.functions)[0]
            parameters.insert(rng.randrange(len(parameters) + 1), other)
        result = rng.choice(["void", "int", self.pointer()])
        self.header.append("typedef %s (*%s)(%s);" % (result, name, ", ".join(parameters) or "void"))
        self.functions.append((name, result, parameters))

    def declare(self, name):
        """A pointer to a function, by the name of its type or written out."""
        typedef, result, parameters = self.rng.choice(self.functions)
        written = "%s (*%s)(%s);" % (result, name, ", ".join(parameters) or "void")
        return self.rng.choice(["%s %s;" % (typedef, name), written])

    def add_rule(self, name):
        rng = self.rng
        type = rng.choice(self.names)
        other = "structure_type %s { member s#%s x , member t#u_t y }" % (type, rng.choice(self.names))
        enumerator = "en " + rng.choice(["EA", "EB", "EC"])
        words = rng.choice([
            ("declonly", type, ""),
            ("enumerator_ignore", enumerator, ""),
            ("enumerator_value", enumerator, str(rng.randint(0, 20))),
            ("byte_size", type, str(rng.randint(0, 99))),
            ("type_string", "s#" + type, other),
        ])
        section = 'section(".discard.gendwarfksyms.kabi_rules")'
        text = ' "\\0" '.join('"%s"' % word for word in ("1",) + words)
        self.source.append(
            "static const char __attribute__((used, aligned(1), %s)) %s[] = %s;" % (section, name, text))

    def stable_member(self, name):
        """A member as the macros for a stable kABI make it."""
        function = self.declare("n" + name)
        return self.rng.choice([
            "unsigned long __kabi_reserved%s;" % name,
            "union { %s n%s; struct { unsigned long __kabi_reserved%s; }; };" % (
                self.pointer(), name, name),
            "union { %s unsigned char __kabi_ignored%s; };" % (function, name),
            "union { %s struct { %s __kabi_renamedold%s; }; };" % (
                function, self.rng.choice(["long", self.pointer()]), name),
            "union { int x%s; union { %s unsigned char __kabi_ignored%s; } y%s; } z%s;" % (
                name, function, name, name, name),
        ])

    def member(self, owner, name):
        rng = self.rng
        chance = rng.random()
        if chance < 0.35:
            return self.declare(name)
        if chance < 0.65:
            return "%s %s;" % (self.pointer(), name)
        if chance < 0.75 and owner:
            return "%s %s;" % (self.type(rng.randrange(owner)), name)
        if chance < 0.78:
            return "int %s:%d;" % (name, rng.randint(1, 9))
        if chance < 0.86:
            return self.stable_member(name)
        if chance < 0.92:
            return "struct { %s %s b%s; } %s;" % (self.declare("q"), self.pointer(), name, name)
        return "%s %s[%d];" % (rng.choice(BASE), name, rng.randint(1, 5))

    def symbol(self, name):
        rng = self.rng
        chance = rng.random()
        if chance < 0.3:
            return "%s %s;" % (self.type(rng.randrange(len(self.names))), name)
        if chance < 0.5:
            return self.declare(name)
        types = list(rng.choice(self.functions)[2])
        if rng.random() < 0.5:
            types.append(rng.choice(self.functions)[0])
        parameters = ["%s p%d" % (type, number) for number, type in enumerate(types)]
        return "void %s(%s) {}" % (name, ", ".join(parameters) or "void")


def outputs(program, work, mode):
    """What a program writes: versions, symtypes, the dump of entries; its status, if that is not 0."""
    with open(os.path.join(work, "list"), "rb") as file:
        names = file.read()
    symtypes = os.path.join(work, "symtypes")
    versions = subprocess.run(
        [program] + mode + ["--symtypes", symtypes, "types.o"], cwd=work, input=names, capture_output=True)
    if versions.returncode:
        return versions.returncode
    with open(symtypes, "rb") as file:
        text = file.read()
    dump = subprocess.run(
        [program] + mode + ["--dump-dies", "types.o"], cwd=work, input=names, capture_output=True)
    return versions.stdout, text, dump.stderr


def write(path, lines):
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    original = os.path.realpath(sys.argv[1])
    count, seed = [int(word) for word in (sys.argv[2:4] + ["200", "1"][len(sys.argv[2:4]):])]
    work = tempfile.mkdtemp(prefix="random-types-")
    ours = os.path.join(work, "ksym-gendwarfksyms")
    os.symlink(os.path.realpath(os.environ.get("KSYM", ".build-release/release/ksym")), ours)
    differing = 0
    for case in range(count):
        rng = random.Random(seed * 1000003 + case)
        program = Program(rng)
        write(os.path.join(work, "types.h"), program.header)
        write(os.path.join(work, "types.c"), program.source)
        write(os.path.join(work, "list"), program.exports)
        compiler = [rng.choice(["gcc", "clang"]), "-gdwarf-" + rng.choice(["4", "5"])]
        subprocess.run(
            compiler + ["-w", "-O2", "-c", "types.c", "-o", "types.o"], cwd=work, check=True)
        modes = [[], ["--stable"]]
        if any(outputs(original, work, mode) != outputs(ours, work, mode) for mode in modes):
            differing += 1
            kept = os.path.join(work, "case-%d" % case)
            os.mkdir(kept)
            for name in ["types.h", "types.c", "types.o", "list"]:
                shutil.copy(os.path.join(work, name), kept)
            print("differs: %s" % kept)
    print("%d programs, %d differ" % (count, differing))
    if not differing:
        shutil.rmtree(work)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
