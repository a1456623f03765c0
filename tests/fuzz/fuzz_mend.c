/* SPDX-License-Identifier: MIT */
/* JSON that a model wrote: what is mended is strict JSON, and mending it again gives the same value. Strict JSON (an object or list) means what it meant. */
#include "tests/fuzz/fuzz.h"

#include "stdlib/ai/mend.h"
#include "vm/value/json.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(bool holds, const char *what, PlStr text)
{
    if (holds) return;
    fprintf(stderr, "mend: %s: " PL_FMT "\n", what, PL_ARG(text));
    abort();
}

static void use(PlValues *values, PlStr text, PlBuf *once, PlBuf *twice)
{
    PlValue strict, mended, again;
    size_t at;
    const char *error;
    bool cut, was_cut, good = pl_json_read(values, text, &strict, &at, &error) == PL_OK;
    bool fixed = pl_ai_mend(text, once, &was_cut);
    bool compound = good && (strict.tag == PL_RECORD || strict.tag == PL_LIST);
    if (!fixed) return;
    expect(pl_json_read(values, pl_buf_str(once), &mended, &at, &error) == PL_OK, "not strict", pl_buf_str(once));
    if (compound && pl_str_trim(text).ptr[0] == '{') expect(pl_equal(strict, mended) && !was_cut, "another value", pl_buf_str(once));
    expect(pl_ai_mend(pl_buf_str(once), twice, &cut) && !cut, "cannot be mended again", pl_buf_str(once));
    expect(pl_json_read(values, pl_buf_str(twice), &again, &at, &error) == PL_OK && pl_equal(mended, again), "not steady", pl_buf_str(twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlHeap *heap = pl_heap_new(&escape, 64 << 20);
    PlValues *values = pl_values_new(heap);
    PlBuf once, twice;
    pl_buf_init(&once, 1 << 20);
    pl_buf_init(&twice, 1 << 21);
    if (setjmp(escape.at) == 0) use(values, pl_str(size ? (const char *)data : "", size), &once, &twice);
    pl_buf_deinit(&once);
    pl_buf_deinit(&twice);
    pl_values_free(values);
    pl_heap_free(heap);
    return 0;
}
