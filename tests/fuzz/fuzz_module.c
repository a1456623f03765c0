/* SPDX-License-Identifier: MIT */
/* Bytecode: any bytes are refused with one diagnostic, or are a module that is written as the same bytes and can be dumped. The
 * hash at the end is put right first, so that mutations reach the sections. */
#include "tests/fuzz/fuzz.h"
#include "vm/code/hash.h"
#include "vm/code/layout.h"

#include <stdio.h>
#include <stdlib.h>

static _Noreturn void wrong(const char *what)
{
    fprintf(stderr, "bytecode: %s\n", what);
    abort();
}

static void check_accepted(PlModule *module, PlStr bytes)
{
    PlBuf again;
    pl_buf_init(&again, 0);
    if (pl_module_write(module, &again) != PL_OK) wrong("cannot be written again");
    if (!pl_str_eq(pl_buf_str(&again), bytes)) wrong("other bytes when written again");
    pl_buf_clear(&again);
    pl_module_dump(&again, module);
    if (again.status != PL_OK) wrong("cannot be dumped");
    pl_buf_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!bytes || !arena) abort();
    if (size) memcpy(bytes, data, size);
    if (size >= PL_LAYOUT_LEAST)
        pl_hash_bytes(pl_str(bytes, size - PL_LAYOUT_HASH), (uint8_t *)bytes + size - PL_LAYOUT_HASH);
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlModule *module;
    PlStatus status = pl_module_read(pl_str(bytes, size), &diags, &module);
    if ((status == PL_OK) != (module != NULL) || diags.all.len != (status == PL_OK ? 0 : 1))
        wrong("status, module and diagnostics disagree");
    if (module) check_accepted(module, pl_str(bytes, size));
    pl_module_free(module);
    pl_arena_free(arena);
    free(bytes);
    return 0;
}
