# SPDX-License-Identifier: MIT
# Pilot: one Makefile, not recursive. `make help` lists what it can do.
MODE  ?= release
CC    ?= gcc
B     := build/$(MODE)
BIN   := build/bin
SHELL := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
PKGS := libcurl jansson sqlite3 libffi yaml-0.1 libpcre2-8 libutf8proc libcrypto libmicrohttpd libcmark
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
BASE_CFLAGS := -std=c17 -D_GNU_SOURCE -I. -I$(B)/gen $(PKG_CFLAGS) -MMD -MP -fno-strict-aliasing -ffp-contract=off

MODE_release := -O2 -g -DNDEBUG
MODE_debug   := -O0 -g3
MODE_asan    := -O1 -g -fsanitize=address -fno-omit-frame-pointer
MODE_ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
MODE_cov     := -O0 -g --coverage
CFLAGS  += $(MODE_$(MODE))
LDFLAGS += $(filter -fsanitize% --coverage,$(MODE_$(MODE)))

# Sanitizers see each value as a block of its own; the others take the slab heap.
HEAP := $(if $(filter asan ubsan fuzz,$(MODE)),debug,slab)

# ---- sources: every .c of a floor, less the mains --------------------------------------------------------------
SKIP := vm/base/heap_$(if $(filter debug,$(HEAP)),slab,debug).c
LIB_DIRS := vm/base vm/code vm/value vm/port vm/run vm/io stdlib stdlib/* compiler compiler/syntax compiler/catalog \
            compiler/bind compiler/check compiler/emit compiler/present compiler/lsp vm/service
LIB_SRC  := $(filter-out $(SKIP),$(sort $(wildcard $(addsuffix /*.c,$(LIB_DIRS)))))
GEN_SRC  := $(if $(wildcard grammar/pilot.y),$(B)/gen/pilot.c) $(patsubst compiler/syntax/%.re,$(B)/gen/%.c,$(wildcard compiler/syntax/*.re))
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o) $(GEN_SRC:$(B)/gen/%.c=$(B)/gen/%.o)
LIB      := $(B)/libpilot.a
pilotc_SRC  := $(wildcard compiler/cli/*.c)
pilotvm_SRC := $(wildcard vm/cli/pilotvm*.c vm/cli/vm_*.c)
pilotd_SRC  := $(wildcard vm/cli/pilotd*.c vm/cli/d_*.c)
CLI_SHARED  := $(wildcard vm/cli/cli_*.c)
PROGRAMS := $(foreach p,pilotc pilotvm pilotd,$(if $($(p)_SRC),$(p)))

.PHONY: all
all: $(PROGRAMS:%=$(if $(filter release,$(MODE)),$(BIN)/%,$(B)/bin/%)) $(LIB) ## build the programs (release: into build/bin)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(WARN) $(CFLAGS) -c $< -o $@

$(B)/gen/%.o: $(B)/gen/%.c
	$(CC) $(BASE_CFLAGS) -I$(B)/gen -Wall -Wno-unused-parameter $(CFLAGS) -c $< -o $@

$(B)/gen/%.c: compiler/syntax/%.re
	@mkdir -p $(@D)
	re2c -W -Werror --start-conditions -i --no-generation-date $< -o $@

$(B)/gen/pilot.c $(B)/gen/pilot.h &: grammar/pilot.y
	@mkdir -p $(@D)
	lemon -q -T/usr/share/lemon/lempar.c -d$(@D) $< && touch $(B)/gen/pilot.h

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(if $(wildcard grammar/pilot.y),$(patsubst %.c,$(B)/%.o,$(wildcard compiler/syntax/*.c)) $(GEN_SRC:%.c=%.o): | $(B)/gen/pilot.h)

define PROGRAM
$(1)_OBJ := $$($(1)_SRC:%.c=$$(B)/%.o) $$(CLI_SHARED:%.c=$$(B)/%.o)
$$(B)/bin/$(1): $$($(1)_OBJ) $$(LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) $$($(1)_OBJ) $$(LIB) $$(PKG_LIBS) -lm -o $$@
$$(BIN)/$(1): build/release/bin/$(1)
	@mkdir -p $$(@D) && cp $$< $$@
endef
$(foreach p,pilotc pilotvm pilotd,$(eval $(call PROGRAM,$(p))))

# ---- unit tests: tests/unit/test_X.c is a program on tests/unit/unit.h ----------------------------------------
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
$(B)/unit/%: tests/unit/%.c tests/unit/unit.h $(LIB)
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(WARN) -Wno-missing-prototypes $(CFLAGS) $(LDFLAGS) $< $(LIB) $(PKG_LIBS) -lm -o $@
.PHONY: unit
unit: $(UNIT) ## build and run the unit tests
	@for t in $(UNIT); do $$t || exit 1; done

.PHONY: clean help
clean: ## remove build/
	rm -rf build
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

-include $(shell find build/$(MODE) -name '*.d' 2>/dev/null)
