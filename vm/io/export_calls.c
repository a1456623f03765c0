/* SPDX-License-Identifier: MIT */
/* Formats to choose from, and the pairing of INTENT rows with their outcomes that several of them need. */
#include "vm/io/export.h"

static const char *const names[] = {"journal", "har", "otlp", "cloudevents"};

bool pl_export_format(PlStr name, PlExportFormat *out)
{
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (!pl_str_eq_z(name, names[i])) continue;
        *out = (PlExportFormat)i;
        return true;
    }
    return false;
}

PlStatus pl_export_flush(PlExportWork *work)
{
    PlStatus status = work->out.status;
    if (status == PL_OK && work->out.len) status = work->put(work->user, pl_buf_str(&work->out));
    pl_buf_clear(&work->out);
    return status;
}

/* The buffer goes whichever way the writer is left. */
static PlStatus write_all(PlExportWork *work, PlExportFormat format)
{
    static PlStatus (*const writers[])(PlExportWork *) = {NULL, pl_export_har, pl_export_otlp, pl_export_cloudevents};
    PlEscape escape, *outer = pl_arena_set_escape(work->arena, &escape);
    PlStatus status;
    pl_buf_init(&work->out, 0);
    if (setjmp(escape.at) == 0) {
        status = writers[format](work);
        if (status == PL_OK) status = pl_export_flush(work);
    } else {
        status = escape.status;
    }
    pl_arena_set_escape(work->arena, outer);
    pl_buf_deinit(&work->out);
    return status;
}

PlStatus pl_export(PlArena *arena, PlStore *store, PlStr id, PlExportFormat format, bool bodies, PlStoreLine put, void *user)
{
    if (format == PL_EXPORT_JOURNAL) return pl_store_export(store, id, bodies, put, user);
    PlExportWork work = {.arena = arena, .store = store, .bodies = bodies, .put = put, .user = user};
    PlStatus status = pl_store_open_run(store, id, &work.run, NULL);
    if (status != PL_OK) return status;
    work.run.id = pl_arena_str(arena, work.run.id); /* the store's text lives until the next call */
    work.run.title = pl_arena_str(arena, work.run.title);
    work.run.reason = pl_arena_str(arena, work.run.reason);
    return write_all(&work, format);
}

/* ---- calls ---- */

typedef struct Pairs {
    PlArena *arena;
    PL_VEC(PlExportCall) open;
    PlExportCallVisit visit;
    void *user;
} Pairs;

static PlStatus pair_row(void *user, const PlStoredRow *stored)
{
    Pairs *p = user;
    const PlRow *row = &stored->row;
    if (row->kind == PL_ROW_INTENT) {
        PlExportCall call = {.path = pl_arena_str(p->arena, row->path), .intent = pl_arena_str(p->arena, row->body), .attempt = row->attempt,
                             .seq = row->seq, .began_us = row->wall_us, .result = PL_STR(""), .blob = PL_STR("")};
        pl_vec_push(p->arena, &p->open, call);
        return PL_OK;
    }
    bool ends = row->attempt > 0 && (row->kind == PL_ROW_RESULT || row->kind == PL_ROW_FAIL || row->kind == PL_ROW_INDOUBT);
    for (uint32_t i = 0; ends && i < p->open.len; i++) {
        PlExportCall call = p->open.items[i];
        if (call.attempt != row->attempt || !pl_str_eq(call.path, row->path)) continue;
        call.outcome = row->kind;
        call.ended_us = row->wall_us;
        call.result = row->body;
        call.blob = row->blob;
        memmove(&p->open.items[i], &p->open.items[i + 1], (p->open.len - i - 1) * sizeof call);
        p->open.len--;
        return p->visit(p->user, &call);
    }
    return PL_OK;
}

PlStatus pl_export_calls(PlArena *arena, PlStore *store, PlStr id, PlExportCallVisit visit, void *user)
{
    Pairs p = {.arena = arena, .visit = visit, .user = user};
    PlStatus status = pl_store_each_row(store, id, pair_row, &p);
    for (uint32_t i = 0; i < p.open.len && status == PL_OK; i++) status = visit(user, &p.open.items[i]);
    return status;
}
