/* SPDX-License-Identifier: MIT */
/* pilotvm audit: prove that a journal is whole, and hand it to other tools. Only reads. */
#include "vm/cli/cli_main.h"
#include "vm/cli/vm.h"
#include "vm/cli/vm_heads.h"
#include "vm/io/export.h"

#include <stdio.h>

typedef struct Audit {
    PlArena *arena;
    PlBuf *out;
    bool json;
    PlvHeads *heads; /* NULL: none are asked for */
    PL_VEC(PlStr) ids;
} Audit;

static PlStatus collect_id(void *user, const PlStoredRun *run)
{
    Audit *a = user;
    pl_vec_push(a->arena, &a->ids, pl_arena_str(a->arena, run->id));
    return PL_OK;
}

/* What came out for one run. `bad`: the row that does not fit, or the rows of the head that does not. */
static void say(Audit *a, PlStr id, bool good, uint64_t rows, uint64_t bad, const char *why, uint32_t signed_heads)
{
    if (a->json) {
        pl_buf_put_z(a->out, "{\"type\":\"audit\",\"id\":");
        pl_buf_put_json(a->out, id);
        pl_buf_printf(a->out, ",\"ok\":%s,\"rows\":%llu", good ? "true" : "false", (unsigned long long)rows);
        if (a->heads) pl_buf_printf(a->out, ",\"signed\":%u", signed_heads);
        if (!good) pl_buf_printf(a->out, ",\"bad_seq\":%llu,\"why\":\"%s\"", (unsigned long long)bad, why);
        pl_buf_put_z(a->out, "}\n");
    } else if (good) {
        pl_buf_printf(a->out, PL_FMT "  intact: %llu rows, each hash follows from the one before it", PL_ARG(id), (unsigned long long)rows);
        const char *words = signed_heads == 1 ? "; %u signed head fits" : "; %u signed heads fit";
        if (a->heads && signed_heads) pl_buf_printf(a->out, words, signed_heads);
        else if (a->heads) pl_buf_put_z(a->out, "; no signed head names it");
        pl_buf_put_char(a->out, '\n');
    } else {
        pl_buf_printf(a->out, PL_FMT "  BROKEN at row %llu: %s\n", PL_ARG(id), (unsigned long long)bad, why);
    }
}

/* `only`: this run was asked for by name, so a head of it must be there. */
static bool audit_one(Audit *a, PlStore *store, PlStr id, bool only, int *worst)
{
    uint64_t rows = 0, bad = 0;
    uint32_t found = 0;
    const char *why = "";
    const PlHead *head = NULL;
    PlStatus status = pl_store_verify(store, id, &rows, &bad, &why);
    if (status == PL_OK && a->heads) {
        status = plv_heads_check(a->heads, store, id, &found, &head, &why);
        if (head) bad = head->rows;
    }
    if (status != PL_OK && status != PL_CORRUPT) {
        *worst = pl_cli_fail(status, "run " PL_FMT " cannot be read: %s", PL_ARG(id), pl_status_words(status));
        return false;
    }
    say(a, id, status == PL_OK, rows, bad, why, found);
    return status == PL_OK && !(only && a->heads && !found);
}

/* Heads of runs that the store does not have: a run was taken out whole. */
static bool audit_missing(Audit *a)
{
    bool good = true;
    for (uint32_t i = 0; a->heads && i < a->heads->count; i++) {
        const PlHead *head = &a->heads->all[i];
        bool again = i && pl_str_eq(head->run, head[-1].run);
        if (a->heads->seen[i] || again) continue;
        say(a, head->run, false, 0, head->rows, "the run is missing: it was signed", 0);
        good = false;
    }
    return good;
}

static bool audit_file(Audit *a, PlStr file, PlStr only, int *worst)
{
    PlStore *store = plv_open_to_read(a->arena, file, worst);
    if (!store) return false;
    bool good = true;
    if (only.len) {
        PlStoredRun run;
        PlJournalPort journal;
        int code = plv_find_run(store, only, &run, &journal);
        good = code < 0;
        if (!good) *worst = code;
        else good = audit_one(a, store, pl_arena_str(a->arena, run.id), true, worst);
    } else {
        a->ids.len = 0;
        PlStatus status = pl_store_each_run(store, collect_id, a);
        good = status == PL_OK;
        if (!good) *worst = pl_cli_fail(status, PL_FMT " cannot be read: %s", PL_ARG(file), pl_status_words(status));
        for (uint32_t i = 0; i < a->ids.len; i++) good &= audit_one(a, store, a->ids.items[i], false, worst);
    }
    plv_close_store(a->arena, store);
    return good;
}

static int verify(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *heads_file = NULL;
    PlCliList public_keys = {0};
    PlvHeads heads;
    const PlCliOption options[] = {PLV_READ_OPTIONS(o),
                                   {"all", 'a', PL_CLI_FLAG, &o.all, NULL, "every run of the store"},
                                   {"heads", 0, PL_CLI_TEXT, &heads_file, "FILE", "signed heads that were kept elsewhere: each must still fit"},
                                   {"public", 0, PL_CLI_LIST, &public_keys, "KEY", "the public key that they are signed with: a file, or 64 digits"}};
    const PlCliCommand command = {"pilotvm audit verify RUN|--all [options]",
                                  "Checks the hash chain of a run: no row was changed, dropped, added or moved. With --heads also that no rows were cut\n"
                                  "from its end and that it was not written anew. Exit code 1 when it was.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlStr place, *files;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != (o.all ? 0u : 1u)) code = pl_cli_fail(PL_USAGE, "give a run, or --all\n  = help: usage: %s", command.usage);
    if (code < 0) code = plv_place(arena, &o, &place);
    if (code >= 0) return code;
    if (heads_file && !plv_heads_read(arena, heads_file, &public_keys, &heads)) return 1;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (o.json) pl_cli_json_begin(&out, "audit");
    Audit audit = {.arena = arena, .out = &out, .json = o.json, .heads = heads_file ? &heads : NULL};
    bool good = true;
    int worst = 0;
    if (o.all) {
        uint32_t count = plv_store_files(arena, place, &files);
        for (uint32_t i = 0; i < count; i++) good &= audit_file(&audit, files[i], PL_STR(""), &worst);
        good &= audit_missing(&audit);
    } else {
        PlStr id = pl_str_z(rest.items[0]), file = plv_store_file_of(arena, place, id);
        good = file.len > 0 && audit_file(&audit, file, id, &worst);
        if (file.len == 0) worst = 2;
    }
    int put = pl_cli_put(&out);
    return worst ? worst : good ? put : 1;
}

/* ---- export ---- */

static PlStatus put_piece(void *user, PlStr piece)
{
    FILE *out = user;
    return fwrite(piece.ptr, 1, piece.len, out) == piece.len ? PL_OK : PL_IO;
}

static int export_run(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *format_name = "journal";
    bool bodies = false;
    const PlCliOption options[] = {PLV_PLACE_OPTIONS(o),
                                   {"format", 'f', PL_CLI_TEXT, &format_name, "NAME", "journal (default), har, otlp, cloudevents"},
                                   {"bodies", 'b', PL_CLI_FLAG, &bodies, NULL, "with what was sent and answered"}};
    const PlCliCommand command = {
        "pilotvm audit export RUN [options]",
        "Prints a run for other tools: the journal as JSON lines (what tests/verify_audit.py reads), HTTP Archive 1.2, OpenTelemetry\n"
        "spans as OTLP/JSON, or CloudEvents 1.0 as JSON lines. The same run gives the same bytes.",
        options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlExportFormat format;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    if (code < 0 && !pl_export_format(pl_str_z(format_name), &format))
        code = pl_cli_fail(PL_USAGE, "there is no format %s\n  = help: journal, har, otlp, cloudevents", format_name);
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]);
    PlStore *store = plv_open_run(arena, &o, id, PL_STORE_READ, &code);
    if (!store) return code;
    PlStatus status = pl_export(arena, store, id, format, bodies, put_piece, stdout);
    if (status == PL_INVALID) code = pl_cli_fail(PL_USAGE, "there is no run " PL_FMT "\n  = help: `pilotvm runs` lists them", PL_ARG(id));
    else code = status == PL_OK && fflush(stdout) == 0 ? 0 : pl_cli_fail(status == PL_OK ? PL_IO : status, "the export was not written whole");
    plv_close_store(arena, store);
    return code;
}

int plv_cmd_audit(PlArena *arena, int argc, char **argv)
{
    static const PlCliEntry verbs[] = {{"verify", "RUN|--all: prove that no row was changed, dropped, added or moved", verify},
                                       {"export", "RUN: print it for other tools: journal, har, otlp, cloudevents", export_run},
                                       {"keygen", "a key pair to sign heads with", plv_audit_keygen},
                                       {"head", "RUN|--all: a signed line that says how far a run has come", plv_audit_head}};
    const PlCliProgram program = {
        .name = "pilotvm audit", .words = "What a journal proves, and for whom.", .entries = verbs, .count = sizeof verbs / sizeof *verbs};
    return pl_cli_dispatch(&program, arena, argc, argv);
}
