# SPDX-License-Identifier: MIT
# Pilot: one Makefile, not recursive. `make help` lists what it can do.
MODE  ?= release
ifeq ($(origin CC),default)
CC    := $(if $(filter fuzz,$(MODE)),clang,gcc)
endif
B     := build/$(MODE)
COMMA := ,
BIN   := build/bin
SHELL := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY: # generated C is kept: nothing is printed behind the tests' last line

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
PKGS := libcurl jansson sqlite3 libffi yaml-0.1 libpcre2-8 libutf8proc libcrypto libmicrohttpd libcmark
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# libcurl is loaded when a plan first calls a server (vm/io/http_curl.h); only the peers of the benchmarks link it.
# What each start of a program would load and relocate is linked from the archives that Debian's -dev packages bring, where they are; of libcrypto only
# SHA-256 is used, 20 KB of 5 MB. libmicrohttpd is the server's alone.
ARCHIVED   := jansson sqlite3 ffi yaml pcre2-8 utf8proc crypto cmark
archive     = $(if $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l:lib$(1).a,-l$(1))
LINK_LIBS  := $(filter-out -lcurl,$(shell pkg-config --libs $(filter-out libcurl,$(PKGS)) 2>/dev/null))
PKG_LIBS   := -Wl,--as-needed $(foreach l,$(LINK_LIBS),$(if $(filter $(l:-l%=%),$(ARCHIVED)),$(call archive,$(l:-l%=%)),$(l)))
BASE_CFLAGS := -std=c17 -D_GNU_SOURCE -I. -I$(B)/gen $(PKG_CFLAGS) -MMD -MP -fno-strict-aliasing -ffp-contract=off -fPIC -fvisibility=hidden

MODE_release := -O2 -g -DNDEBUG
MODE_debug   := -Og -g3
MODE_asan    := -O1 -g -fsanitize=address -fno-omit-frame-pointer
MODE_ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
MODE_cov     := -O0 -g --coverage -w
CFLAGS  += $(MODE_$(MODE))
LDFLAGS += $(filter -fsanitize% --coverage,$(MODE_$(MODE)))
# What goes behind walls writes down what it took all the same (tests/cover/walls.c).
COVER_OBJ := $(if $(filter cov,$(MODE)),$(B)/tests/cover/walls.o)
LDFLAGS += $(if $(COVER_OBJ),$(addprefix -Wl$(COMMA)--wrap=,open unshare close_range setrlimit _exit) $(COVER_OBJ))

# Sanitizers see each value as a block of its own; the others take the slab heap.
HEAP := $(if $(filter asan ubsan fuzz,$(MODE)),debug,slab)

VERSION := $(shell sed -n 's/^\#define PILOT_VERSION_TEXT "\(.*\)"/\1/p' vm/pilot.h)
SONAME  := $(word 1,$(subst ., ,$(VERSION)))
EMBED_PKGS := $(filter-out libcurl libmicrohttpd,$(PKGS))
EMBED_LIBS := -Wl,--as-needed $(shell pkg-config --libs $(EMBED_PKGS) 2>/dev/null)

# ---- sources: every .c of a floor, less the mains --------------------------------------------------------------
SKIP := vm/base/heap_$(if $(filter debug,$(HEAP)),slab,debug).c
LIB_DIRS := vm vm/base vm/code vm/value vm/port vm/run vm/io stdlib stdlib/* compiler compiler/syntax compiler/catalog \
            compiler/bind compiler/check compiler/ask compiler/prose compiler/emit compiler/present compiler/trade compiler/doors compiler/lsp vm/service
LIB_SRC  := $(filter-out $(SKIP),$(sort $(wildcard $(addsuffix /*.c,$(LIB_DIRS)))))
GEN_SRC  := $(if $(wildcard grammar/pilot.y),$(B)/gen/pilot.c) $(patsubst compiler/syntax/%.re,$(B)/gen/%.c,$(wildcard compiler/syntax/*.re)) $(B)/gen/code_examples.c $(B)/gen/door_tools.c $(B)/gen/ai_prompts.c
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o) $(GEN_SRC:$(B)/gen/%.c=$(B)/gen/%.o)
LIB      := $(B)/libpilot.a
pilotc_SRC  := $(wildcard compiler/cli/*.c)
pilotvm_SRC := $(wildcard vm/cli/pilotvm*.c vm/cli/vm_*.c)
pilotd_SRC  := $(wildcard vm/cli/pilotd*.c vm/cli/d_*.c)
CLI_SHARED  := $(wildcard vm/cli/cli_*.c)
PROGRAMS := $(foreach p,pilotc pilotvm pilotd,$(if $($(p)_SRC),$(p)))

.PHONY: all FORCE
FORCE:
all: $(PROGRAMS:%=$(if $(filter release,$(MODE)),$(BIN)/%,$(B)/bin/%)) $(LIB) ## build the programs (release: into build/bin)

# What objects were compiled with: they are made again when it changes.
FLAGS := $(BASE_CFLAGS) $(CFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(@D) && { cmp -s <(echo '$(FLAGS)') $@ || echo '$(FLAGS)' > $@; }
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(WARN) $(CFLAGS) -c $< -o $@

$(B)/gen/%.o: $(B)/gen/%.c $(B)/flags
	$(CC) $(BASE_CFLAGS) -I$(B)/gen -Wall -Wno-unused-parameter -Wno-unused-variable $(CFLAGS) -c $< -o $@

$(B)/tests/cover/walls.o: CFLAGS := -O1 -Wno-reserved-identifier -DCOVER_BUILD='"$(abspath $(B))"'

# Texts that a program carries: each line as a C string.
$(B)/gen/%.inc: compiler/trade/%.txt
	@mkdir -p $(@D)
	sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n",/' $< > $@
$(B)/compiler/trade/prompt.o: $(B)/gen/prompt_language.inc $(B)/gen/prompt_examples.inc

# The image of an empty store: printed by the file that has its tables.
$(B)/gen/store_blank.inc: vm/io/store_sqlite_schema.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -DPL_STORE_PRINT_BLANK $< $(PKG_LIBS) -lm -o $(@D)/store_blank && $(@D)/store_blank > $@
$(B)/vm/io/store_sqlite_schema.o: $(B)/gen/store_blank.inc

$(B)/gen/%.c: compiler/syntax/%.re
	@mkdir -p $(@D)
	re2c -W -Werror --start-conditions -i --no-generation-date $< -o $@

$(B)/gen/code_examples.c: compiler/present/codes.awk $(wildcard compiler/present/codes/*.txt)
	@mkdir -p $(@D)
	awk -f $^ > $@

$(B)/gen/ai_prompts.c: stdlib/ai/prompts.awk $(sort $(wildcard stdlib/ai/prompts/*.txt))
	@mkdir -p $(@D)
	awk -f $^ > $@

$(B)/gen/door_tools.c: compiler/doors/tools.awk $(wildcard stdlib/plugins/*.yaml)
	@mkdir -p $(@D)
	awk -f $^ > $@

$(B)/gen/pilot.c $(B)/gen/pilot.h &: grammar/pilot.y
	@mkdir -p $(@D)
	lemon -q -T/usr/share/lemon/lempar.c -d$(@D) $< && touch $(B)/gen/pilot.h

$(LIB): $(LIB_OBJ) | $(COVER_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(if $(wildcard grammar/pilot.y),$(patsubst %.c,$(B)/%.o,$(wildcard compiler/syntax/*.c compiler/prose/*.c)) $(GEN_SRC:%.c=%.o): | $(B)/gen/pilot.h)

define PROGRAM
$(1)_OBJ := $$($(1)_SRC:%.c=$$(B)/%.o) $$(CLI_SHARED:%.c=$$(B)/%.o)
$$(B)/bin/$(1): $$($(1)_OBJ) $$(LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) $$($(1)_OBJ) $$(LIB) $$(PKG_LIBS) -lm -o $$@
$$(BIN)/$(1): build/release/bin/$(1)
	@mkdir -p $$(@D) && cp -f $$< $$@
endef
$(foreach p,pilotc pilotvm pilotd,$(eval $(call PROGRAM,$(p))))

# ---- tests: tests/run.sh runs each tests/NAME/run and adds up their "suite NAME: N passed, N failed" lines ------------
UNIT   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
REPLAY := $(patsubst tests/fuzz/fuzz_%.c,$(B)/fuzz/replay_%,$(wildcard tests/fuzz/fuzz_*.c))
REAL   := $(patsubst tests/real/%.c,$(B)/real/%,$(wildcard tests/real/*.c))
TOOLS  := $(REAL) $(patsubst tests/lint/%.c,$(B)/lint/%,$(wildcard tests/lint/*.c)) $(foreach d,net audit golden sim,$(patsubst tests/%.c,$(B)/%,$(wildcard tests/$(d)/*.c)))
BENCH  := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/bench_*.c))
PEERS  := $(patsubst tests/bench/%.c,$(B)/bench/%,$(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c)))
TEST_BIN := $(if $(filter release,$(MODE)),$(BIN),$(B)/bin)
TEST_ENV := PILOT_BUILD=$(abspath $(B)) PILOT_BIN=$(abspath $(TEST_BIN)) PILOT_MODE=$(MODE)
TEST_CC  = @mkdir -p $(@D) && $(CC) $(BASE_CFLAGS) $(WARN) -Wno-missing-prototypes -Wno-string-conversion $(CFLAGS) $(LDFLAGS)
AGAIN    = +@$(MAKE) --no-print-directory

$(B)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/lint/%: tests/lint/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/audit/%: tests/audit/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/golden/%: tests/golden/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/sim/%: tests/sim/%.c tests/sim/plan.h $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/net/%: tests/net/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/real/%: tests/real/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/bench/%: tests/bench/%.c $(LIB)
	$(TEST_CC) $< $(LIB) $(PKG_LIBS) -lcurl -lm -o $@
# What stands in front of libc. It is no code of a program, so it has no sanitizer; where one is, memory is the sanitizer's.
$(B)/fault/shim.so: tests/fault/shim.c
	@mkdir -p $(@D)
	gcc -std=gnu17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror $(if $(filter debug,$(HEAP)),-DSHIM_NO_MALLOC) -shared -fPIC $< -o $@
$(B)/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(LIB)
	$(TEST_CC) $< tests/fuzz/replay.c $(LIB) $(PKG_LIBS) -lm -o $@
$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(LIB)
	$(TEST_CC) -fsanitize=fuzzer $< $(LIB) $(PKG_LIBS) -lm -o $@

.PHONY: unit check test tested check-asan check-ubsan check-valgrind check-fault check-crash check-real accept
unit: $(UNIT) ## build and run the unit tests
	@$(TEST_ENV) tests/unit/run
tested: all $(UNIT) $(REPLAY) $(TOOLS) $(B)/fault/shim.so
check: tested ## build and run every suite
	@$(TEST_ENV) tests/run.sh
test: ## the same as check, after installing what is missing (see deps)
	@.ci/deps
	$(AGAIN) check
check-asan: ## every suite under AddressSanitizer
	$(AGAIN) check MODE=asan
check-ubsan: ## every suite under UndefinedBehaviorSanitizer
	$(AGAIN) check MODE=ubsan
check-valgrind: ## unit tests and the suites regress and demo under valgrind
	$(AGAIN) tested MODE=debug
	@tests/valgrind.sh
check-fault: tested ## the nth allocation, read, write, sync, send ... fails, until none does (an hour; MODE=asan looks for leaks too)
	@$(TEST_ENV) FAULT_FULL=1 FAULT_TABLE=1 SUITE_SECONDS=14400 tests/run.sh fault
check-crash: tested ## killed at every call of the system, and at random; 100,000 simulated runs with kills and power cuts
	@$(TEST_ENV) SIM_SEEDS=$${SIM_SEEDS:-100000} KILL_FULL=1 POWER_FULL=1 SUITE_SECONDS=14400 tests/run.sh crash kill power sim
check-real: tested ## real documents and servers; skipped where ../shared/data is absent
	@$(TEST_ENV) tests/run.sh real
accept: tested ## write what the golden tests print into their files; then review the diff
	@$(TEST_ENV) tests/golden/run --accept

.PHONY: fuzz bench cover
T ?= json
SECONDS ?= 60
fuzz: ## fuzz one target: make fuzz T=json SECONDS=60
	$(AGAIN) build/fuzz/fuzz/fuzz_$(T) MODE=fuzz CC=clang
	@mkdir -p build/fuzz/corpus/$(T) tests/fuzz/corpus/$(T)
	build/fuzz/fuzz/fuzz_$(T) -max_total_time=$(SECONDS) -entropic=0 -max_len=65536 -timeout=10 -artifact_prefix=build/fuzz/ \
	  $(addprefix -dict=,$(wildcard tests/fuzz/$(T).dict)) build/fuzz/corpus/$(T) tests/fuzz/corpus/$(T)
bench: all $(BENCH) $(PEERS) ## measure against peers, in ratios of one run
	@for b in $(BENCH) $(wildcard tests/bench/*.sh) tests/bench/peers.py tests/bench/durable.py tests/bench/replay.py; do $(TEST_ENV) $$b || exit 1; done
cover: ## coverage of the suites by file and room, lines and branches
	-$(AGAIN) check MODE=cov
	@tests/lint/cover.py build/cov

# ---- the house: lint, layout, generated documents -----------------------------------------------------------------
.PHONY: lint format docs docs-check
DOCS := $(if $(wildcard stdlib/builtins.def),builtins) diagnostics exit-codes limits opcodes spellings
lint: ## floors, sizes, headers, words: the rules of docs/architecture.md that a machine can check
	@CC="$(CC)" tests/lint/lint.sh
format: ## lay out all C by .clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')
docs: $(B)/lint/gen_docs ## write docs/ref from the tables
	@mkdir -p docs/ref && for d in $(DOCS); do $< $$d > docs/ref/$$d.md; done
docs-check: $(B)/lint/gen_docs ## docs/ref is what the tables say (also a suite of make test)
	@$(TEST_ENV) tests/docs/run

# ---- around it ----------------------------------------------------------------------------------------------------
.PHONY: demo deps clean help
PREFIX ?= /usr/local
demo: ## install what is missing, build, and show it at work
	@.ci/deps
	$(AGAIN) all
	@PILOT_BIN=$(BIN) examples/demo.sh
deps: ## install the libraries and tools with apt-get; asks nothing
	@.ci/deps
# What an embedder gets: the compiler and the virtual machine, less the server and the editor's; of its names only pilot_* are seen (compiler/pilot.map).
EMBED_OBJ := $(filter-out $(B)/vm/service/% $(B)/compiler/lsp/%,$(LIB_OBJ))
EMBED     := $(B)/embed/libpilot.a $(B)/embed/libpilot.so.$(VERSION) $(B)/embed/pilot.pc
LIBDIR    ?= $(PREFIX)/lib
HEADERS   := $(B)/embed/pilot.h $(B)/embed/pilotc.h
DOCDIR    := $(PREFIX)/share/doc/pilot
.PHONY: embed install uninstall
embed: $(EMBED) $(HEADERS) ## build what `make install` adds to the programs: libpilot.a, libpilot.so, pilot.pc, headers
$(B)/embed/libpilot.a: $(EMBED_OBJ) compiler/pilot.map
	@mkdir -p $(@D) && rm -f $@
	ld -r $(EMBED_OBJ) -o $(@D)/pilot.o
	objcopy -w --strip-debug --keep-global-symbol='pilot_*' $(@D)/pilot.o
	ar rcs $@ $(@D)/pilot.o && rm -f $(@D)/pilot.o
$(B)/embed/libpilot.so.$(VERSION): $(EMBED_OBJ) compiler/pilot.map
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -Wl,-soname,libpilot.so.$(SONAME) -Wl,--version-script=compiler/pilot.map -Wl,-z,defs -Wl,--strip-debug $(EMBED_OBJ) $(EMBED_LIBS) -lm -o $@
$(B)/embed/pilot.pc: compiler/pilot.pc.in FORCE # the prefix may be another one each time
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|; s|@REQUIRES@|$(EMBED_PKGS)|' $< > $@
$(B)/embed/%.h: vm/%.h
	@mkdir -p $(@D) && cp $< $@
$(B)/embed/%.h: compiler/%.h
	@mkdir -p $(@D) && sed 's|"vm/pilot.h"|"pilot.h"|' $< > $@

install: all embed ## programs, libraries, headers, pilot.pc and documents into $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include/pilot $(DESTDIR)$(DOCDIR)/docs/ref $(DESTDIR)$(DOCDIR)/spec
	install $(PROGRAMS:%=$(TEST_BIN)/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(B)/embed/libpilot.a $(B)/embed/libpilot.so.$(VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libpilot.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libpilot.so.$(SONAME)
	ln -sf libpilot.so.$(SONAME) $(DESTDIR)$(LIBDIR)/libpilot.so
	install -m 644 $(B)/embed/pilot.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/pilot
	install -m 644 README.md CHANGELOG.md LICENSE $(DESTDIR)$(DOCDIR)
	install -m 644 docs/*.md $(DESTDIR)$(DOCDIR)/docs
	install -m 644 docs/ref/*.md $(DESTDIR)$(DOCDIR)/docs/ref
	install -m 644 spec/* $(DESTDIR)$(DOCDIR)/spec
uninstall: ## what install put there
	rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%) $(addprefix $(DESTDIR)$(LIBDIR)/,libpilot.a libpilot.so libpilot.so.$(SONAME) libpilot.so.$(VERSION) pkgconfig/pilot.pc)
	rm -rf $(DESTDIR)$(PREFIX)/include/pilot $(DESTDIR)$(DOCDIR)
clean: ## remove build/
	rm -rf build
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

-include $(shell find build/$(MODE) -name '*.d' 2>/dev/null)
