/* SPDX-License-Identifier: MIT */
/* What a run says on stderr while it goes on: the texts of Note steps, and with --trace each step as it begins and ends. A hook like any other,
 * which never refuses. Texts may come from anywhere, so control and direction characters are not printed. */
#include "vm/cli/vm.h"

#include "vm/base/utf8.h"

#include <stdio.h>

enum { SHOWN = 400 }; /* code points of one text */

static void put_safe(PlBuf *out, PlStr text)
{
    size_t pos = 0;
    int32_t c;
    for (unsigned n = 0; (c = pl_utf8_next(text, &pos)) >= 0; n++) {
        if (n == SHOWN) {
            pl_buf_put_z(out, "...");
            return;
        }
        pl_utf8_put(out, pl_utf8_is_shown(c) ? c : ' ');
    }
}

static void put_field(PlBuf *out, const char *lead, PlStr text)
{
    if (text.len == 0) return;
    pl_buf_put_z(out, lead);
    put_safe(out, text);
}

static int depth_of(PlStr path)
{
    int depth = 0;
    for (size_t i = 0; i < path.len; i++) depth += path.ptr[i] == '.';
    return depth;
}

static void put_event(PlBuf *line, const PlHookEvent *e, bool trace)
{
    pl_buf_printf(line, "%*s%c ", trace ? 2 * depth_of(e->path) : 0, "", e->when == PL_HOOK_NOTE ? '-' : e->when == PL_HOOK_BEFORE ? '>' : '<');
    put_safe(line, e->path);
    switch (e->when) {
    case PL_HOOK_NOTE: put_field(line, "  ", e->text); break;
    case PL_HOOK_BEFORE:
        put_field(line, "  ", e->text);
        put_field(line, "  ", e->action);
        put_field(line, " ", e->method);
        put_field(line, " ", e->url);
        break;
    default:
        put_field(line, "  ", e->outcome);
        put_field(line, ": ", e->error);
        if (e->elapsed_us > 1000) pl_buf_printf(line, "  %lld ms", (long long)(e->elapsed_us / 1000));
    }
    pl_buf_put_z(line, e->replayed ? "  (from the journal)\n" : "\n");
}

static bool tell(void *self, const PlHookEvent *e, PlStr *reason)
{
    const PlvOptions *o = self;
    PlBuf line;
    (void)reason;
    bool shown = e->when == PL_HOOK_NOTE ? o->trace || !e->replayed : o->trace && (e->when == PL_HOOK_BEFORE || e->when == PL_HOOK_AFTER);
    if (!shown) return true;
    pl_buf_init(&line, 65536);
    put_event(&line, e, o->trace);
    pl_cli_say(&line);
    return true;
}

static bool has_notes(const PlModule *module)
{
    for (uint32_t f = 0; f < module->function_count; f++)
        for (uint32_t i = 0; i < module->functions[f].code_count; i++)
            if (module->functions[f].code[i].op == PL_OP_NOTE) return true;
    return false;
}

void plv_tell(PlArena *arena, const PlvOptions *options, const PlModule *module, PlPorts *ports)
{
    if (options->quiet || options->json || (!options->trace && !has_notes(module))) return;
    PlHookPort *hooks = PL_NEW_N(arena, PlHookPort, ports->hook_count + 1);
    for (uint32_t i = 0; i < ports->hook_count; i++) hooks[i + 1] = ports->hooks[i];
    hooks[0] = (PlHookPort){.self = (void *)(uintptr_t)options, .event = tell};
    ports->hooks = hooks;
    ports->hook_count++;
}
