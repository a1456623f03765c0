/* SPDX-License-Identifier: MIT */
/* pilotvm replay: a stored run again from its rows, on its own plan or on another (spec/replay.md). */
#include "stdlib/builtin.h"
#include "vm/base/utf8.h"
#include "vm/cli/vm.h"
#include "vm/run/offline.h"

#include <stdio.h>

enum { BODY_SHOWN = 200 }; /* bytes of a row's body in text output; --json has all */

static void put_json(PlBuf *out, const PlOfflineResult *r, PlStr id)
{
    static const char *const verdicts[] = {"same", "so_far", "differs"};
    pl_cli_json_begin(out, "replay");
    pl_buf_put_z(out, "{\"type\":\"replay\",\"id\":");
    pl_buf_put_json(out, id);
    pl_buf_printf(out, ",\"verdict\":\"%s\",\"rows\":%llu,\"calls\":%llu,\"next\":", verdicts[r->verdict], (unsigned long long)r->rows,
                  (unsigned long long)r->calls);
    pl_buf_put_json(out, r->next);
    pl_buf_printf(out, ",\"differences\":%u,\"cut\":%s}\n", r->difference_count, r->cut ? "true" : "false");
    for (uint32_t i = 0; i < r->difference_count; i++) {
        const PlDifference *d = &r->differences[i];
        pl_buf_printf(out, "{\"type\":\"difference\",\"what\":\"%s\",\"row\":\"%s\",\"path\":", pl_difference_name(d->kind), pl_row_kind_name(d->row));
        pl_buf_put_json(out, d->path);
        pl_buf_printf(out, ",\"attempt\":%u,\"seq\":%llu,\"body\":", d->attempt, (unsigned long long)d->seq);
        pl_buf_put(out, d->body.len ? d->body : PL_STR("null"));
        pl_buf_put_z(out, ",\"before\":");
        pl_buf_put(out, d->before.len ? d->before : PL_STR("null"));
        pl_buf_put_z(out, "}\n");
    }
}

static void put_body(PlBuf *out, const char *lead, PlStr body)
{
    if (!body.len) return;
    pl_buf_printf(out, "         %s" PL_FMT "%s\n", lead, PL_ARG(pl_str_slice(body, 0, BODY_SHOWN)), body.len > BODY_SHOWN ? "..." : "");
}

/* "the journal contradicts the plan at 8: it has A, the plan now gives B": where A and B first differ, with what is around. False: it is no such text. */
static bool put_contradiction(PlBuf *out, PlStr message)
{
    enum { BEFORE = 40, AFTER = 80 };
    static const PlStr has = PL_STR_INIT(": it has "), now = PL_STR_INIT(", the plan now gives ");
    size_t a = pl_str_find(message, has, 0), b = a == PL_STR_NONE ? a : pl_str_find(message, now, a);
    if (b == PL_STR_NONE) return false;
    PlStr sides[2] = {pl_str_slice(message, a + has.len, b), pl_str_slice(message, b + now.len, message.len)};
    size_t at = 0;
    while (at < sides[0].len && at < sides[1].len && sides[0].ptr[at] == sides[1].ptr[at]) at++;
    size_t from = at > BEFORE ? at - BEFORE : 0;
    while (from > 0 && (sides[0].ptr[from] & 0xc0) == 0x80) from--;
    pl_buf_printf(out, "         " PL_FMT "\n", PL_ARG(pl_str_slice(message, 0, a)));
    for (int i = 0; i < 2; i++) {
        size_t to = at + AFTER < sides[i].len ? at + AFTER : sides[i].len;
        while (to < sides[i].len && (sides[i].ptr[to] & 0xc0) == 0x80) to++;
        pl_buf_printf(out, "         %s: %s", i ? "now" : "was", from ? "..." : "");
        pl_utf8_put_line(out, pl_str_slice(sides[i], from, to));
        pl_buf_put_z(out, to < sides[i].len ? "...\n" : "\n");
    }
    return true;
}

static void put_difference(PlArena *arena, PlBuf *out, const PlDifference *d)
{
    PlStr message;
    pl_buf_printf(out, "  %-5s  %s", pl_difference_name(d->kind), pl_row_kind_name(d->row));
    if (d->path.len) pl_buf_printf(out, " at " PL_FMT, PL_ARG(d->path));
    if (d->attempt > 1) pl_buf_printf(out, ", attempt %u", d->attempt);
    if (d->seq) pl_buf_printf(out, " (row %llu)", (unsigned long long)d->seq);
    pl_buf_put_char(out, '\n');
    if (d->kind == PL_DIFFERS_OTHER && plv_json_text(arena, d->body, "message", &message)) {
        if (!put_contradiction(out, message)) pl_buf_printf(out, "         " PL_FMT "\n", PL_ARG(message));
        return;
    }
    put_body(out, d->kind == PL_DIFFERS_END ? "was: " : "", d->before);
    put_body(out, d->kind == PL_DIFFERS_END ? "now: " : "", d->body);
}

static void put_text(PlArena *arena, PlBuf *out, const PlOfflineResult *r, PlStr id)
{
    pl_buf_printf(out, PL_FMT "  ", PL_ARG(id));
    if (r->verdict == PL_OFFLINE_DIFFERS) pl_buf_put_z(out, "differs");
    else if (r->verdict == PL_OFFLINE_SAME) pl_buf_put_z(out, "same");
    else pl_buf_put_z(out, "same so far");
    pl_buf_printf(out, ": %llu rows, %llu calls taken from the journal\n", (unsigned long long)r->rows, (unsigned long long)r->calls);
    if (r->next.len) pl_buf_printf(out, "  next is " PL_FMT "\n", PL_ARG(r->next));
    for (uint32_t i = 0; i < r->difference_count; i++) put_difference(arena, out, &r->differences[i]);
    if (r->cut) pl_buf_printf(out, "  and more than these %u\n", r->difference_count);
}

static int replay(PlArena *arena, PlStore *store, PlStr id, const char *plan, bool json)
{
    PlStoredRun run;
    PlJournalPort journal;
    int code = plv_find_run(store, id, &run, &journal);
    if (code >= 0) return code;
    if (run.rows == 0) return pl_cli_fail(PL_USAGE, "run " PL_FMT " never began: there is nothing to replay", PL_ARG(run.id));
    id = pl_arena_str(arena, run.id);
    PlStr bytes;
    if (plan && !pl_cli_read(arena, plan, PL_LIMIT_MODULE_BYTES, &bytes)) return 2;
    PlModule *module = plan ? plv_read_module(arena, bytes, plan, &code) : plv_read_module_of(arena, store, run.module_hash, &code);
    if (!module) return code;
    PlSources sources;
    PlDiags diags;
    PlOfflineResult result;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_offline_replay(arena, module, id, journal, pl_files_port(pl_store_files(store)), pl_builtin_ref, &diags, &result);
    pl_module_free(module);
    if (status != PL_OK) {
        plv_print_diags(&diags);
        return diags.errors ? pl_status_exit_code(status) : pl_cli_fail(status, "%s", pl_status_words(status));
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    if (json) put_json(&out, &result, id);
    else put_text(arena, &out, &result, id);
    int put = pl_cli_put(&out);
    return result.verdict == PL_OFFLINE_DIFFERS ? 1 : put;
}

int plv_cmd_replay(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *plan = NULL;
    const PlCliOption options[] = {{"plan", 'p', PL_CLI_TEXT, &plan, "FILE.pbc", "replay the rows on this plan, and say where it would differ"},
                                   PLV_READ_OPTIONS(o)};
    const PlCliCommand command = {
        "pilotvm replay RUN [options]",
        "Runs a plan again from the rows of its journal. Nothing is sent, asked or written. Exit code 1 when something else comes out.", options,
        sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]);
    PlStore *store = plv_open_run(arena, &o, id, PL_STORE_READ, &code);
    if (!store) return code;
    code = replay(arena, store, id, plan, o.json);
    plv_close_store(arena, store);
    return code;
}
