# The tasks of the project; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
# Targets run one after the other; cargo uses every core by itself.
.NOTPARALLEL:

# Pinned tools are installed outside the clone, so that several clones share them. The version of
# wasm-bindgen is also in Trunk.toml and Cargo.lock; all three must agree.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mailguide
TRUNK_VERSION := 0.21.14
BINDGEN_VERSION := 0.2.130
FUZZ_VERSION := 0.13.1
DENY_VERSION := 0.20.2
TRUNK := $(CACHE)/trunk-$(TRUNK_VERSION)
BINDGEN := $(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)
FUZZ := $(CACHE)/cargo-fuzz-$(FUZZ_VERSION)
DENY := $(CACHE)/cargo-deny-$(DENY_VERSION)
# A tool with a lock file is installed in a folder named by the checksum of that file, so that a changed
# lock file gets a new folder.
lock_sum = $(firstword $(shell cksum < $(1)))
SSLYZE_LOCK := end2end/bench/requirements.txt
SSLYZE := $(CACHE)/sslyze-$(call lock_sum,$(SSLYZE_LOCK))
NPM_TOOLS := $(CACHE)/npm-tools-$(call lock_sum,app/package-lock.json)
# Where the system's Node.js is too old for Playwright, this version from the npm registry is used.
NODE_VERSION := 24.21.0
MIN_NODE_MAJOR := 20
NODE_PACKAGE := node-linux-$(if $(filter aarch64,$(shell uname -m)),arm64,x64)
NODE := $(CACHE)/node-$(NODE_VERSION)

# Daemons and rustup's programs are not on the PATH of every shell.
export PATH := $(TRUNK)/bin:$(BINDGEN)/bin:$(NPM_TOOLS)/node_modules/.bin:$(NODE)/node_modules/$(NODE_PACKAGE)/bin:$(PATH):$(HOME)/.cargo/bin:/usr/sbin:/sbin
# One target directory for all builds, whatever the user's configuration says.
export CARGO_TARGET_DIR := $(CURDIR)/target
export TRUNK_SKIP_VERSION_CHECK := true
# Leptos would read it at compile time and then look for the bundle under another name.
unexport LEPTOS_OUTPUT_NAME
# The program would store its history in the database of something else.
unexport DATABASE_URL
# Where `make run` keeps the history, as the XDG Base Directory Specification has it.
STATE := $(or $(XDG_STATE_HOME),$(HOME)/.local/state)/mailguide

PROGRAM := $(CARGO_TARGET_DIR)/release/mailguide
# The sources of the browser bundle. Folders are listed too: their modification time changes when a file
# is deleted.
BUNDLE_SOURCES := $(shell find app probe/src probe/Cargo.toml style Cargo.toml Cargo.lock Trunk.toml rust-toolchain.toml)
# The last file that a release bundle gets; a debug bundle has none.
BUNDLE := dist/pkg/worker_bg.wasm.br

# The packages of Cyrus conflict with those of Dovecot, so they are unpacked in a folder, one for each release
# of the distribution, because the programs use libraries of the system.
CYRUS := $(CACHE)/cyrus-$(shell . /etc/os-release 2> /dev/null; echo "$${VERSION_CODENAME-}")

# The programs of PostgreSQL are in a folder of its version.
POSTGRES_NEEDS := $(or $(firstword $(wildcard /usr/lib/postgresql/*/bin/initdb)),initdb)=postgresql

# Required programs, as PROGRAM=DEBIAN-PACKAGE+PACKAGE. PROGRAM may also be a path.
# clang and llvm-ar compile the C of ring, the cryptography of the worker, for WebAssembly.
BUILD_NEEDS := node=nodejs npm=npm cc=gcc+libc6-dev clang=clang llvm-ar=llvm
LAB_NEEDS := openssl=openssl postfix=postfix dovecot=dovecot-core \
  /usr/lib/dovecot/imap-login=dovecot-imapd /usr/lib/dovecot/pop3-login=dovecot-pop3d \
  /usr/lib/dovecot/lmtp=dovecot-lmtpd /usr/lib/dovecot/submission-login=dovecot-submissiond
TEST_NEEDS := $(LAB_NEEDS) $(or $(CHROMIUM),/usr/bin/chromium)=chromium \
  $(or $(FIREFOX),/usr/bin/firefox-esr)=firefox-esr WebKitWebDriver=webkit2gtk-driver Xvfb=xvfb \
  nsd=nsd unbound=unbound ldns-signzone=ldnsutils \
  $(POSTGRES_NEEDS) \
  python3=python3 xmllint=libxml2-utils zbarimg=zbar-tools \
  thunderbird=thunderbird geary=geary /usr/lib/python3/dist-packages/gi=python3-gi+gir1.2-glib-2.0
FUZZ_NEEDS := c++=g++ cc=gcc+libc6-dev
BENCH_NEEDS := $(LAB_NEEDS) $(POSTGRES_NEEDS) nginx=nginx-light wrk=wrk curl=curl swaks=swaks /usr/share/doc/libnet-ssleay-perl=libnet-ssleay-perl testssl=testssl.sh \
  python3=python3+python3-pip taskset=util-linux

# The whole workspace for this machine, with sockets. (In the browser `app` has the feature `hydrate`
# instead of `ssr`; the two exclude each other.)
HOST := --workspace --features "app/ssr probe/net" --locked
WASM := --no-default-features --target wasm32-unknown-unknown --locked

# $(call phase,title,command) prints the title, runs the command and prints its duration.
phase = @printf '\n==> %s\n' '$(1)'; $(2); printf '    %s s\n' "$$SECONDS"

.PHONY: help run test build lab dev bench fuzz clean cyrus \
  check-rust fuzz-packages build-packages new-node lab-packages test-packages bench-packages node-modules tools root program

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.* ## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: build ## Install what is missing, build, and serve http://127.0.0.1:3000
	@exec '$(PROGRAM)' --data '$(STATE)'

test: root test-packages cyrus tools node-modules ## Install what tests need, and run every check and test
	$(call phase,Formatting,cargo fmt --all --check)
	$(call phase,Structure of the sources,node .ci/structure.mjs)
	$(call phase,Clippy for this machine,cargo clippy $(HOST) --all-targets -- -D warnings)
	$(call phase,Clippy for the browser: app,cargo clippy -p app --lib --bins $(WASM) --features hydrate -- -D warnings)
	$(call phase,Clippy for the browser: probe,cargo clippy -p probe --lib $(WASM) -- -D warnings)
	$(call phase,Clippy for the browser: probe with TLS,cargo clippy -p probe --lib $(WASM) --features tls -- -D warnings)
	$(call phase,Clippy for the browser: worker,cargo clippy -p probe --lib --bins $(WASM) --features web -- -D warnings)
	$(call tool,$(DENY),about 4 minutes,$(cargo_install) cargo-deny --version $(DENY_VERSION) --locked)
	$(call phase,Licences and sources of what is used,'$(DENY)/bin/cargo-deny' --log-level error check bans licenses sources)
	$(call phase,Known holes and withdrawn versions,.ci/advisories '$(DENY)/bin/cargo-deny')
	@$(MAKE) $(BUNDLE)
	$(call phase,Unit and integration tests,cargo test $(HOST))
	@$(MAKE) program
	$(call phase,What the release program keeps of a password,MAILGUIDE='$(PROGRAM)' cargo test $(HOST) --test lab secrets)
	$(call phase,Odd requests,MAILGUIDE='$(PROGRAM)' ODD_REQUESTS=30000 cargo test $(HOST) --test service odd_requests)
	$(call phase,Browser tests,cd end2end && MAILGUIDE='$(PROGRAM)' npx --no-install playwright test)

build: program ## Build the browser bundle and target/release/mailguide

lab: lab-packages build ## Serve the site on real mail servers on this machine, offline
	@exec $(AS_ROOT) node end2end/lab/main.mjs --serve '$(PROGRAM)'

dev: tools ## Serve a debug build, and rebuild it when a file changes
	@server=; trap '[ -z "$$server" ] || kill $$server 2> /dev/null || true' EXIT; \
	stamp=$$(mktemp); \
	while true; do \
	  touch "$$stamp"; \
	  if env -u NO_COLOR trunk --quiet build && cargo build -p server; then \
	    if [ -n "$$server" ]; then kill $$server 2> /dev/null || true; wait $$server || true; fi; \
	    target/debug/mailguide & server=$$!; \
	  fi; \
	  until [ -n "$$(find app probe server public style Cargo.toml -newer "$$stamp" -print -quit)" ]; do sleep 1; done; \
	done

bench: bench-packages build ## Measure sizes, requests per second, the time and the rounds of a test, and the databases
	$(call tool,$(SSLYZE),seconds,python3 -m pip install --quiet --require-hashes --target "$$part" -r $(SSLYZE_LOCK))
	$(call phase,What the bench needs,cargo build --release --locked -p probe --features net --examples)
	$(call phase,What fills databases for the bench,cargo build --release --locked -p server --example history --example decisions)
	@$(AS_ROOT) env SSLYZE='$(SSLYZE)' node end2end/bench/bench.mjs
	@cargo bench --quiet --locked -p probe --features net --bench readers -- --quiet

FUZZ_TARGETS := imap pop3 smtp tls certificate
# How long each reader is fuzzed.
SECONDS_EACH := 60

fuzz: check-rust fuzz-packages ## Throw random bytes at every reader, for SECONDS_EACH=60 seconds each
	$(call tool,$(FUZZ),about a minute,$(cargo_install) cargo-fuzz --version $(FUZZ_VERSION) --locked)
	@cargo test --quiet -p probe --features net --locked --lib --test catalogue -- seed_of_fuzzing
	@# Instrumentation is a matter of the nightly compiler; the switch lets the stable one do it.
	@cd probe; for target in $(FUZZ_TARGETS); do \
	  printf '\n==> %s\n' "$$target"; mkdir -p "fuzz/corpus/$$target"; \
	  words=; case "$$target" in imap | pop3 | smtp) words=-dict=fuzz/words.dict ;; esac; \
	  RUSTC_BOOTSTRAP=1 '$(FUZZ)/bin/cargo-fuzz' fuzz run --sanitizer none "$$target" "fuzz/corpus/$$target" "fuzz/seeds/$$target" -- \
	    -max_total_time=$(SECONDS_EACH) -max_len=8192 -print_final_stats=1 -verbosity=0 $$words; \
	done

clean: ## Remove everything that was built; the tools in the user's cache stay
	rm -rf target dist probe/fuzz/target end2end/node_modules end2end/test-results end2end/playwright-report

# Rebuilt only when a source has changed, because every new bundle is a new program.
$(BUNDLE): $(BUNDLE_SOURCES) | tools
	$(call phase,Browser bundle,env -u NO_COLOR trunk --quiet build --release)

program: $(BUNDLE)
	$(call phase,Program,cargo build --release --locked -p server)

# --- required programs ---

# Lab, tests and bench start Postfix, which only starts as root.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo env PATH="$$PATH")

root:
	@[ "$$(id -u)" = 0 ] || { echo 'make test must run as root, because the Postfix of its lab only starts as root.' >&2; exit 1; }

check-rust:
	@command -v rustup > /dev/null || { echo 'rustup is missing: see https://rustup.rs' >&2; exit 1; }
	@# The first call of cargo fetches the toolchain that rust-toolchain.toml names.
	@cargo --version > /dev/null
	@rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

# $(call install,PROGRAM=PACKAGE…) installs the Debian packages of missing programs. No mail server
# of the system is started, neither now nor at the next boot.
# On Ubuntu apt would take for `chromium` a package that only installs the snap, and has no `firefox-esr`.
define install
@absent() { for need in $(1); do [ -e "$${need%%=*}" ] || command -v "$${need%%=*}" > /dev/null || tr + '\n' <<< "$${need#*=}"; done; }; \
packages=$$(absent); \
if [ -n "$$packages" ]; then \
  printf '\n==> Debian packages: %s\n' "$${packages//$$'\n'/ }"; \
  command -v apt-get > /dev/null || { echo 'apt-get is missing: install these packages, or what they hold, by hand' >&2; exit 1; }; \
  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
  policy=/usr/sbin/policy-rc.d; \
  if [ ! -e $$policy ]; then \
    trap "$$sudo rm -f $$policy" EXIT; \
    printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$policy > /dev/null; $$sudo chmod 755 $$policy; \
  fi; \
  $$sudo apt-get update -qq; \
  for browser in chromium firefox-esr; do \
    if [[ $$packages == *$$browser* && -z "$$(apt-cache show $$browser 2> /dev/null)" ]]; then \
      name=$${browser%-esr}; \
      printf '%s\n' "apt has no package $$browser here (on Ubuntu $$name is only a snap)." \
        "Install it by hand, and name its program: make test $${name^^}=/path/to/$$name" >&2; exit 1; \
    fi; \
  done; \
  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$packages; \
  if [ -d /run/systemd/system ]; then \
    for service in postfix dovecot nginx nsd unbound postgresql; do \
      if [[ $$packages == *$$service* ]]; then $$sudo systemctl disable --quiet $$service; fi; \
    done; \
  fi; \
  packages=$$(absent); \
  [ -z "$$packages" ] || { printf 'still missing, install by hand: %s\n' "$${packages//$$'\n'/ }" >&2; exit 1; }; \
  printf '    %s s\n' "$$SECONDS"; \
fi
endef

build-packages:
	$(call install,$(BUILD_NEEDS))
	@node -e 'process.exit(+(parseInt(process.versions.node) < $(MIN_NODE_MAJOR)))' || $(MAKE) new-node

new-node:
	$(call tool,$(NODE),seconds,npm install --loglevel error --no-audit --no-fund --prefix "$$part" $(NODE_PACKAGE)@$(NODE_VERSION))

lab-packages:
	$(call install,$(LAB_NEEDS))

test-packages: build-packages
	$(call install,$(TEST_NEEDS))

# apt selects what is missing, checks and downloads it, and installs nothing. The archive's list is fetched
# only where apt knows none of these packages, or only versions that the archive no longer has. What only
# administrators need is removed, with Perl and the virus scanner, because every lab copies the rest.
cyrus:
	$(call tool,$(CYRUS),seconds,\
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  rm -rf "$$part"; mkdir -p "$$part/build/partial"; \
	  download() { $$sudo apt-get install -qq -y --download-only --no-install-recommends \
	    -o Dir::Cache::archives="$$part/build" cyrus-imapd cyrus-pop3d sasl2-bin > /dev/null "$$@"; }; \
	  download 2> /dev/null || { $$sudo apt-get update -qq; download; }; \
	  for package in "$$part"/build/*.deb; do dpkg-deb -x "$$package" "$$part"; done; \
	  rm -rf "$$part"/etc "$$part"/var "$$part"/usr/bin "$$part"/usr/share "$$part"/usr/lib/*/lib*clam* "$$part"/usr/lib/*/perl*)

fuzz-packages:
	$(call install,$(FUZZ_NEEDS))

bench-packages:
	$(call install,$(BENCH_NEEDS))

node-modules: test-packages
	@cd end2end; [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund

# $(call tool,folder,how long,command) installs a tool in a folder of the cache, once. The command writes
# to `$$part`, which is renamed when it is complete. A lock keeps two clones from doing this at the same time.
define tool
@if [ ! -d '$(1)' ]; then \
  mkdir -p '$(CACHE)'; exec 9> '$(CACHE)/lock'; flock 9; \
  if [ ! -d '$(1)' ]; then \
    part='$(1).part'; \
    printf '\n==> %s (only once, %s)\n' '$(notdir $(1))' '$(2)'; \
    $(3); \
    rm -rf "$$part/build"; mv "$$part" '$(1)'; \
    printf '    %s s\n' "$$SECONDS"; \
  fi; \
fi
endef

# The dev profile without debug information: the tools run for seconds, and optimising them would take minutes.
cargo_install = CARGO_TARGET_DIR="$$part/build" CARGO_PROFILE_DEV_DEBUG=none cargo install --quiet --root "$$part" --profile dev

# A mirror of the registry may not have every version in the lock file of this tool yet. Then the newest
# compatible versions are installed, and a message says so.
define install_bindgen
$(cargo_install) wasm-bindgen-cli --version $(BINDGEN_VERSION) --locked || { \
  echo '    the registry lacks a version of the lock file: taking the newest ones that fit'; \
  $(cargo_install) wasm-bindgen-cli --version $(BINDGEN_VERSION); }
endef

tools: check-rust build-packages
	$(call tool,$(BINDGEN),about 3 minutes,$(install_bindgen))
	$(call tool,$(TRUNK),about 3 minutes,$(cargo_install) trunk --version $(TRUNK_VERSION) --locked --no-default-features)
	$(call tool,$(NPM_TOOLS),seconds,mkdir -p "$$part"; cp app/package.json app/package-lock.json "$$part"; npm ci --loglevel error --no-audit --no-fund --prefix "$$part")
