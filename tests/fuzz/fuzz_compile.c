/* SPDX-License-Identifier: MIT */
/* Any bytes as a plan, all the way: scanner, parser, binder, checker, elaboration, formatter, emitter. It ends; and where the plan compiles, its exact
 * form compiles too, to the same code, and is its own exact form. The catalog is that of the examples in spec/. */
#include "compiler/compile.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/plan_mutator.h"
#include "vm/code/module.h"

#include <stdio.h>
#include <stdlib.h>

static const PlPluginArg plugins[] = {{.document = PL_STR_INIT("tests/spec/plugins/desk.yaml")},
                                      {.document = PL_STR_INIT("tests/spec/plugins/gmail.yaml")}};

static void compile(PlArena *arena, PlStr text, PlCompiled *out)
{
    PlCompileOptions options = {.plan_path = PL_STR("plan.pilot"), .plugins = plugins, .plugin_count = 2};
    PlStatus status = pl_compile(arena, text, &options, out);
    if (status != PL_OK && status != PL_LIMIT) abort();
}

/* Everything but the hash, which is of the source too: the first line. */
static PlStr code_of(PlArena *arena, PlBuf *buf, const PlModule *module)
{
    pl_buf_clear(buf);
    pl_module_dump(buf, module);
    PlStr all = pl_buf_str(buf);
    size_t line = pl_str_find_char(all, '\n', 0);
    return pl_arena_str(arena, pl_str_slice(all, line == PL_STR_NONE ? 0 : line, all.len));
}

static _Noreturn void differ(const char *what, PlStr a, PlStr b)
{
    fprintf(stderr, "%s\n--- first\n" PL_FMT "\n--- second\n" PL_FMT "\n", what, PL_ARG(a), PL_ARG(b));
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlBuf buf;
    pl_buf_init(&buf, 0);
    PlArena *arena = pl_arena_new(&escape, (size_t)1 << 30);
    if (!arena) return 0;
    if (setjmp(escape.at)) abort(); /* 16 KiB of plan need no gigabyte */
    PlCompiled first = {0}, second = {0};
    compile(arena, pl_str((const char *)data, size), &first);
    if (first.ok) {
        good_plan(data, size);
        compile(arena, first.exact, &second);
        if (!second.ok) {
            pl_diags_print(&buf, &second.diags, false);
            differ("the exact form does not compile", first.exact, pl_buf_str(&buf));
        }
        if (!pl_str_eq(first.exact, second.exact)) differ("the exact form has another", first.exact, second.exact);
        PlStr code = code_of(arena, &buf, &first.module), code2 = code_of(arena, &buf, &second.module);
        if (!pl_str_eq(code, code2)) differ("the exact form has other code", code, code2);
    }
    pl_buf_deinit(&buf);
    pl_arena_free(arena);
    return 0;
}
