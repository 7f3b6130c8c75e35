# make help lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
TARGET ?= all
SECONDS_EACH ?= 600
ARCH ?= amd64
SECONDS ?= 300
MAPS ?= 10000
SEED ?= 1
COUNT ?= 60
VERSION := $(shell sed -n 's/^    version: "\(.*\)",$$/\1/p' Sources/ksym/Ksym.swift)

# The command, the C library and the tests are linked from the same objects. Functions have sections of their own,
# so that the linker leaves out those that nothing calls.
RELEASE_FLAGS := -c release --scratch-path .build-release -debug-info-format none \
  -Xswiftc -cross-module-optimization \
  -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections \
  -Xswiftc -use-ld=lld -Xlinker --icf=all
# Testable imports would need other objects than those of the command.
RUN_TESTS := $(SWIFT) test $(RELEASE_FLAGS) --disable-xctest --disable-testable-imports --skip-build
# Whole modules without debug information build in half the time; make test-debug has the lines.
SWIFT_TEST_FLAGS := -debug-info-format none \
  -Xswiftc -whole-module-optimization -Xswiftc -num-threads -Xswiftc 2
KSYM := .build-release/release/ksym
MANUALS := packaging/man
COMPLETIONS := packaging/completions

.DEFAULT_GOAL := help
.PHONY: help build run build-tests test test-debug bench fuzz check-fuzz answers oracle oracle-fuzz differential round-trips faults mutants kernels \
  lint house library check-library wheel install-library uninstall-library deb-library \
  install uninstall deb check-deb check-hooks manuals releases check-manuals check-rpm dependencies clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

dependencies: ## Install the Debian packages a build needs, where they are missing
	@sh Scripts/install-dependencies.sh

build: dependencies ## Build the static, optimised command
	$(SWIFT) build $(RELEASE_FLAGS) --product ksym

run: build ## Build, and check the modules shipped with the project
	@KSYM=$(KSYM) sh Scripts/demo.sh

# In one go: the command takes one processor while the last tests take the other.
build-tests: dependencies ## Build the tests and the programs they run, without warnings
	@KSYM_BENCHMARKS=1 $(SWIFT) build $(RELEASE_FLAGS) --disable-xctest \
	  --explicit-target-dependency-import-check error --build-tests

test: build-tests ## Run all tests, count what was skipped
	@KSYM_BENCHMARKS=1 sh Scripts/run-tests.sh $(RUN_TESTS)

test-debug: dependencies ## Run all tests with debug information
	$(SWIFT) test --disable-xctest --scratch-path .build-debug

bench: build ## Measure ksym beside its peers
	@KSYM=$(KSYM) SWIFT_FLAGS="$(RELEASE_FLAGS)" Benchmarks/run.sh $(PARTS)

fuzz: dependencies ## Fuzz the parsers (TARGET=all, SECONDS_EACH=600)
	Fuzz/run.sh $(TARGET) $(SECONDS_EACH)

check-fuzz: dependencies ## Compile the fuzz targets
	KSYM_FUZZ=1 $(SWIFT) build $(RELEASE_FLAGS) --target ksym-fuzz

oracle: dependencies ## Compare ksym check with real kernels, booted under qemu (ARCH=amd64)
	@ARCH=$(ARCH) SWIFT_FLAGS="$(SWIFT_TEST_FLAGS)" Tests/Oracle/oracle.sh

oracle-fuzz: dependencies ## Mutate modules, load them in real kernels, compare (SECONDS=300, SEED=1)
	@SWIFT_FLAGS="$(SWIFT_TEST_FLAGS)" FUZZ_SECONDS=$(SECONDS) FUZZ_SEED=$(SEED) Tests/Oracle/fuzz.sh

differential: build ## Compare kallsyms encode with the kernel's own program (MAPS=10000, SEED=1)
	@KSYM=$(KSYM) sh Tests/Differential/kallsyms.sh $(MAPS) $(SEED)

round-trips: build ## Convert all modules of a kernel there and back; read them with others
	@KSYM=$(KSYM) Tests/Differential/convert.sh
	@KSYM=$(KSYM) Tests/Differential/convert-readers.sh

faults: build ## Kill ksym at many moments as it writes, fill its disk, deny it permission
	@Tests/Faults/convert.sh $(KSYM)

mutants: dependencies ## Change the libraries at places, list what no test notices (COUNT=60; 0 lists what none sees; SEED=1, TARGET=)
	@sh Scripts/mutants.sh $(COUNT) $(SEED) $(filter-out all,$(TARGET))

kernels: ## Fetch Debian kernels into the cache that tests and benchmarks use
	sh Scripts/fetch-kernels.sh

lint: ## Check the format of all Swift sources
	$(SWIFT) format lint --strict -r -p Sources Tests Benchmarks Fuzz Library packaging Package.swift

house: ## Check the floors of the architecture and the rules of the house
	@sh Scripts/check-architecture.sh
	@sh Scripts/check-house.sh

manuals: build ## Write the manual pages and completions again
	sh packaging/generate.sh $(KSYM) $(MANUALS) $(COMPLETIONS)

releases: build-tests ## Write Documentation/Releases.md from the tables of what differs by release
	KSYM_WRITE_RELEASES=1 $(RUN_TESTS) --filter ReleaseTablesTests

answers: build-tests ## Record anew what parsers make of damaged inputs, where a change was meant
	KSYM_WRITE_ANSWERS=1 $(RUN_TESTS) --filter AnswerTests

check-manuals: build ## Check that manual pages and completions are current
	@sh packaging/check-generated.sh $(KSYM) $(MANUALS) $(COMPLETIONS)

check-rpm: build ## Build a tiny rpm package, compare its provides and requires (where rpmbuild is)
	@sh packaging/check-rpm.sh $(KSYM)

install: ## Install the command, manual pages and completions (PREFIX, DESTDIR)
	@test -x $(KSYM) || $(MAKE) build
	@KSYM=$(KSYM) sh packaging/install.sh "$(DESTDIR)$(PREFIX)"

uninstall: ## Remove what install put there (PREFIX, DESTDIR)
	@sh packaging/install.sh --remove "$(DESTDIR)$(PREFIX)"

deb: build ## Build a Debian package of the static command
	@KSYM=$(KSYM) VERSION=$(VERSION) sh packaging/make-deb.sh

check-deb: deb ## Install the package into a clean Debian 12 and run it there (root, debootstrap)
	sh packaging/check-deb.sh .build-deb/ksym_$(VERSION)_$(shell dpkg --print-architecture).deb

check-hooks: deb ## Install the package beside dkms and a kernel into a clean Debian 12 (root, debootstrap)
	sh packaging/check-hooks.sh .build-deb/ksym_$(VERSION)_$(shell dpkg --print-architecture).deb

library: dependencies ## Build the C library, libksym-names
	@sh Library/Names/build.sh & names=$$!; SWIFT_FLAGS="$(RELEASE_FLAGS)" sh Library/build.sh && wait $$names

check-library: library build ## Test them with hostile arguments, threads and examples in C, Rust and Python
	@KSYM=$(KSYM) sh Library/check.sh

wheel: library ## Build a wheel of the Python package with the library in it
	@python3 Library/Python/make-wheel.py $(VERSION) .build-library/lib/libksym.so.1

install-library: ## Install the C library and its header (PREFIX, DESTDIR)
	@test -e .build-library/lib/libksym.so.1 || $(MAKE) library
	@sh packaging/install-library.sh "$(DESTDIR)" "$(PREFIX)"

uninstall-library: ## Remove what install-library put there (PREFIX, DESTDIR)
	@sh packaging/install-library.sh --remove "$(DESTDIR)" "$(PREFIX)"

deb-library: library ## Build Debian packages libksym1, libksym-dev and python3-ksym
	@VERSION=$(VERSION) sh packaging/make-library-debs.sh

clean: ## Remove everything that was built
	rm -rf .build .build-release .build-debug .build-deb .build-fuzz .build-library
