/* SPDX-License-Identifier: MIT */
/* pilotvm runs, show, audit: what only reads the store. */
#include "vm/cli/vm.h"

#include "vm/base/utf8.h"
#include "vm/code/hash.h"

#include <stdio.h>
#include <time.h>

static const char *state_words(PlStoredState state)
{
    static const char *const words[] = {"running", "done", "failed", "parked", "forked"};
    return words[state];
}

static void put_time(PlBuf *out, int64_t us, bool with_date)
{
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    char text[40];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, with_date ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
    pl_buf_printf(out, "%s.%03dZ", text, (int)(us / 1000 % 1000));
}

typedef struct Listing {
    PlArena *arena;
    PlBuf *out;
    bool json;
    uint32_t count;
} Listing;

static PlStatus list_run(void *user, const PlStoredRun *run)
{
    Listing *l = user;
    PlBuf *out = l->out;
    l->count++;
    if (l->json) {
        char hex[65];
        pl_hash_hex(run->module_hash, 32, hex);
        pl_buf_put_z(out, "{\"type\":\"run\",\"id\":");
        pl_buf_put_json(out, run->id);
        pl_buf_put_z(out, ",\"title\":");
        pl_buf_put_json(out, run->title);
        pl_buf_printf(out, ",\"state\":\"%s\",\"rows\":%llu,\"module_hash\":\"%s\",\"started\":\"", state_words(run->state),
                      (unsigned long long)run->rows, hex);
        put_time(out, run->started_us, true);
        pl_buf_put_z(out, "\",\"changed\":\"");
        put_time(out, run->changed_us, true);
        pl_buf_put_z(out, "\",\"reason\":");
        pl_buf_put_json(out, run->reason);
        pl_buf_put_z(out, "}\n");
        return PL_OK;
    }
    pl_buf_printf(out, PL_FMT "  ", PL_ARG(run->id));
    put_time(out, run->started_us, true);
    pl_buf_printf(out, "  %-7s  %5llu rows  ", state_words(run->state), (unsigned long long)run->rows);
    pl_utf8_put_line(out, run->title);
    pl_buf_put_z(out, run->reason.len ? "  (" : "");
    pl_utf8_put_line(out, run->reason);
    pl_buf_put_z(out, run->reason.len ? ")\n" : "\n");
    return PL_OK;
}

int plv_cmd_runs(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {PLV_READ_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm runs [options]", "Lists the runs of the store, newest first.", options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlStr place, *files;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = plv_place(arena, &o, &place);
    if (code >= 0) return code;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (o.json) pl_cli_json_begin(&out, "runs");
    Listing listing = {arena, &out, o.json, 0};
    uint32_t count = plv_store_files(arena, place, &files);
    int worst = 0;
    for (uint32_t i = count; i-- > 0;) {
        PlStore *store = plv_open_to_read(arena, files[i], &worst);
        if (!store) continue;
        PlStatus status = pl_store_each_run(store, list_run, &listing);
        if (status != PL_OK) worst = pl_cli_fail(status, PL_FMT ": %s", PL_ARG(files[i]), pl_status_words(status));
        plv_close_store(arena, store);
    }
    if (!o.json && !worst && listing.count == 0) pl_buf_printf(&out, "no runs in " PL_FMT "\n", PL_ARG(place));
    int put = pl_cli_put(&out);
    return worst ? worst : put;
}

static PlStatus show_row(void *user, const PlRow *row)
{
    Listing *l = user;
    PlBuf *out = l->out;
    l->count++;
    if (l->json) {
        pl_buf_printf(out, "{\"type\":\"row\",\"seq\":%llu,\"kind\":\"%s\",\"path\":", (unsigned long long)row->seq, pl_row_kind_name(row->kind));
        pl_buf_put_json(out, row->path);
        pl_buf_printf(out, ",\"attempt\":%u,\"at\":\"", row->attempt);
        put_time(out, row->wall_us, true);
        pl_buf_put_z(out, "\",\"body\":");
        pl_buf_put(out, row->body.len ? row->body : PL_STR("null"));
        pl_buf_printf(out, ",\"blob_bytes\":%zu}\n", row->blob.len);
        return PL_OK;
    }
    enum { BODY = 110 };
    pl_buf_printf(out, "%5llu  ", (unsigned long long)row->seq);
    put_time(out, row->wall_us, false);
    pl_buf_printf(out, "  %-8s  %-12.*s  ", pl_row_kind_name(row->kind), PL_ARG(row->path));
    pl_buf_put(out, pl_str_slice(row->body, 0, BODY));
    pl_buf_put_z(out, row->body.len > BODY ? "...\n" : "\n");
    return PL_OK;
}

static int show_run(PlArena *arena, PlStore *store, PlStr id, bool json)
{
    PlStoredRun run;
    PlJournalPort journal;
    int found = plv_find_run(store, id, &run, &journal);
    if (found >= 0) return found;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (json) pl_cli_json_begin(&out, "show");
    Listing listing = {arena, &out, json, 0};
    PlStatus status = list_run(&listing, &run);
    if (status == PL_OK) status = journal.each(journal.self, show_row, &listing);
    int put = pl_cli_put(&out);
    return status == PL_OK ? put : pl_cli_fail(status, "%s", pl_status_words(status));
}

int plv_cmd_show(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {PLV_READ_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm show RUN [options]", "Prints the rows of a run's journal.", options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]);
    PlStore *store = plv_open_run(arena, &o, id, PL_STORE_READ, &code);
    if (!store) return code;
    code = show_run(arena, store, id, o.json);
    plv_close_store(arena, store);
    return code;
}
