/* SPDX-License-Identifier: MIT */
/* --fetch: what documents refer to on the network. Each address is read once per compile. */
#include "compiler/cli/pilotc.h"
#include "vm/io/http_fetch.h"

#include <stdio.h>

/* The arena may escape: the buffers must be gone then. */
static bool keep(PlArena *arena, PlBuf *buf, PlStr *text)
{
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0) *text = pl_arena_str(arena, pl_buf_str(buf));
    pl_arena_set_escape(arena, outer);
    PlStatus status = escape.status;
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return true;
}

bool plc_fetch(void *context, PlArena *arena, PlStr url, PlStr *text)
{
    (void)context;
    bool secure = pl_str_starts(url, PL_STR("https://")), plain = pl_str_starts(url, PL_STR("http://"));
    if (!secure && !plain) return false;
    const char *address = pl_arena_str(arena, url).ptr;
    PlBuf body, error;
    pl_buf_init(&body, PL_LIMIT_DOCUMENT_BYTES);
    pl_buf_init(&error, 4096);
    bool good = pl_http_fetch(address, &body, &error);
    if (!good) fprintf(stderr, "warning: %s cannot be fetched: " PL_FMT "\n", address, PL_ARG(pl_buf_str(&error)));
    pl_buf_deinit(&error);
    if (good) return keep(arena, &body, text);
    pl_buf_deinit(&body);
    return false;
}
