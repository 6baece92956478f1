# AccrueDB. `make demo` and `make test` do everything, set-up included.
#
# One profile for everything: RocksDB takes many minutes to compile for each. The build lies outside the checkout, so
# that a fresh clone finds it again.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/accruedb/target
CARGO ?= cargo
ACCRUEDB := $(CARGO_TARGET_DIR)/release/accruedb

.PHONY: help setup build demo serve test lint schedules browser clients contract killed speed packages soak bench fuzz sanitize mutants doc

help:
	@echo 'make demo    the main job on real purchases: import, redeem, expire, cancel, report, audit'
	@echo 'make serve   the same purchases on a port, with a console: prints the address and a link into it'
	@echo 'make test    every check and test (about 10 minutes, and 15 more where RocksDB is not compiled yet)'
	@echo 'make browser  a browser walks the console; needs chromium, node and npm, says SKIPPED without them'
	@echo 'make clients  the Python and the TypeScript client: built, installed, 69 cases each against a running server'
	@echo 'make contract  calls made up from the OpenAPI document against a running server (CALLS=2000)'
	@echo 'make killed   kill -9 of the server and of a reader of its feed (ROUNDS=200)'
	@echo 'make speed    how fast the server is, beside what is wanted; needs wrk (ROWS="batch singles")'
	@echo 'make packages  a .deb, wheels and an npm package, installed and used in a clean root (PACKAGES=FOLDER)'
	@echo 'make schedules  the orders in which threads may run (ACCRUEDB_SIZE=4000)'
	@echo 'make soak    the long tests, about 2 hours, and a table of what they proved (ROWS="kill power", PERCENT=10)'
	@echo 'make bench   accruals against their baselines, about 25 minutes; redemptions from deep accounts'
	@echo 'make fuzz    the fuzzer, each of its 7 targets for 90 seconds (FUZZ_SECONDS=90); needs a nightly compiler'
	@echo 'make sanitize  the fuzzer with the address sanitizer, threads with the thread sanitizer, the core with Miri'
	@echo 'make mutants  do the tests notice a changed rule? Hours; needs cargo-mutants'
	@echo 'make doc     the documentation, as pages'

# What RocksDB's bindings need: a C++ compiler and libclang. Installed where that can be done, else clearly asked for.
setup:
	@command -v $(CARGO) >/dev/null || { echo 'Rust is missing: see https://rustup.rs'; exit 1; }
	@libclang=$$(ls /usr/lib/llvm*/lib/libclang.so* /usr/lib/llvm*/lib/libclang-[0-9]*.so* \
	  /usr/lib/*/libclang.so* /usr/lib/*/libclang-[0-9]*.so* 2>/dev/null); \
	if command -v c++ >/dev/null && [ -n "$$libclang$$LIBCLANG_PATH" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'Installing a C++ compiler and libclang ...'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq g++ libclang-dev >/dev/null; \
	else \
	  echo 'RocksDB needs a C++ compiler and libclang. On Debian or Ubuntu: sudo apt-get install g++ libclang-dev'; \
	  exit 1; \
	fi

# Half an hour of one core's work, over the cores of this machine.
COMPILING = cores=$$(nproc 2>/dev/null || echo 2); \
  echo "Compiling, for about $$(( (28 + cores - 1) / cores + 2 )) minutes on $$cores cores, nearly all of it RocksDB, once."

# The tests are built along, so that everything resolves to one set of features and RocksDB compiles once.
build: setup
	@[ -e $(ACCRUEDB) ] || { $(COMPILING); }
	$(CARGO) build --release --locked --bins --tests

# The program alone. It ends with commands that can be pasted: they name the program by its path.
demo: setup
	@[ -e $(ACCRUEDB) ] || { $(COMPILING); }
	$(CARGO) build --release --locked --bins
	@$(ACCRUEDB) demo

serve: build
	@$(ACCRUEDB) serve --demo

lint: setup
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	$(CARGO) clippy --release --locked --no-default-features --lib -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --locked --no-deps --document-private-items

# Shuttle in place of the locks: a build of its own, so that the other one stays as it is.
schedules: export CARGO_TARGET_DIR := $(CARGO_TARGET_DIR)/schedules
schedules: export RUSTFLAGS := --cfg shuttle
schedules: setup
	$(CARGO) test --release --locked --no-default-features --lib schedules -- --nocapture

test: build lint
	$(CARGO) build --release --locked --no-default-features
	$(CARGO) test --release --locked
	$(MAKE) schedules
	$(ACCRUEDB) check tests/scenarios
	$(CARGO) bench --locked --bench accrual -- --small
	$(CARGO) bench --locked --bench redeem -- --small
	./fuzz/run.sh all 3
	$(MAKE) killed ROUNDS=20

browser: build
	./tests/browser/run.sh $(ACCRUEDB)

clients: build
	./tests/clients/run.sh $(ACCRUEDB)

CALLS ?= 2000
contract: build
	./tests/contract/run.sh $(ACCRUEDB) $(CALLS)

ROUNDS ?= 200
killed: build
	@command -v python3 >/dev/null || { echo 'SKIPPED killed: there is no python3'; exit 0; }; \
	PYTHONPATH=src/clients/python python3 tests/clients/killed.py $(ACCRUEDB) $(ROUNDS)

# The generator is on the same machine: figures count where nothing else runs.
speed: build
	python3 tests/service_speed.py $(ACCRUEDB) 10 $(ROWS)

PACKAGES ?= $(CARGO_TARGET_DIR)/packages
packages: build
	rm -rf $(PACKAGES)
	@command -v dpkg-deb >/dev/null && command -v python3 >/dev/null || { \
	  echo 'SKIPPED packages: they are made on Debian, with dpkg-deb and python3'; exit 0; }; \
	set -e; \
	./src/packages/deb.sh $(ACCRUEDB) $(PACKAGES); \
	python3 src/packages/wheel.py $(ACCRUEDB) $(PACKAGES); \
	ACCRUEDB_PACKAGES=$(PACKAGES) ./tests/clients/run.sh $(ACCRUEDB); \
	./src/packages/check.sh $(PACKAGES)

ROWS ?=
soak: build
	./tests/soak.sh $(ROWS)

bench: build
	$(CARGO) bench --locked --bench accrual
	$(CARGO) bench --locked --bench redeem

FUZZ_SECONDS ?= 90
fuzz:
	./fuzz/run.sh all $(FUZZ_SECONDS)

sanitize:
	./fuzz/sanitize.sh $(FUZZ_SECONDS)

mutants:
	@command -v cargo-mutants >/dev/null || { echo 'SKIPPED mutants: cargo install --locked cargo-mutants'; exit 1; }
	$(CARGO) mutants --test-tool cargo -o $(CARGO_TARGET_DIR)

doc: setup
	$(CARGO) doc --release --locked --no-deps
	@echo $(CARGO_TARGET_DIR)/doc/accruedb/index.html
