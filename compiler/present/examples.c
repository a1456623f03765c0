/* SPDX-License-Identifier: MIT */
/* See examples.h. */
#include "compiler/present/examples.h"

const PlCodeExample *pl_code_example(const char *code)
{
    for (const PlCodeExample *e = pl_code_examples; e->code; e++)
        if (strcmp(e->code, code) == 0) return e;
    return NULL;
}

static PlStr next_line(PlStr *rest)
{
    size_t end = pl_str_find_char(*rest, '\n', 0);
    PlStr line = end == PL_STR_NONE ? *rest : pl_str_slice(*rest, 0, end);
    *rest = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(*rest, end + 1, rest->len);
    return line;
}

static void put_indented(PlBuf *out, PlStr line)
{
    if (line.len) pl_buf_put_z(out, "    ");
    pl_buf_put(out, line);
    pl_buf_put_char(out, '\n');
}

void pl_code_example_print(PlBuf *out, const PlCodeExample *example)
{
    PlStr files = pl_str_z(example->files), command = pl_str_z(example->command), mend = pl_str_z(example->mend);
    if (files.len || command.len) pl_buf_put_z(out, "For example:\n\n");
    bool first = true;
    while (files.len) {
        PlStr line = next_line(&files);
        if (!pl_str_starts(line, PL_STR("--- "))) {
            put_indented(out, line);
            continue;
        }
        if (!first) pl_buf_put_char(out, '\n');
        first = false;
        if (!pl_str_eq_z(line, "--- plan.pilot")) pl_buf_printf(out, "  " PL_FMT ":\n\n", PL_ARG(pl_str_slice(line, 4, line.len)));
    }
    if (command.len && example->files[0]) pl_buf_put_char(out, '\n');
    while (command.len) {
        PlStr line = next_line(&command);
        pl_buf_printf(out, "    $ " PL_FMT "\n", PL_ARG(line));
    }
    if (mend.len && !first) pl_buf_put_char(out, '\n');
    pl_buf_put(out, mend);
}
