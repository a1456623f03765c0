/* SPDX-License-Identifier: MIT */
/* CloudEvents 1.0 in the JSON format (github.com/cloudevents/spec): a line for each row, its kind in the type. `data` is the row's body as it stands; without
 * bodies only rows that hold no argument and no answer have it. */
#include "vm/io/export.h"

#include "vm/value/time.h"

static bool is_private(PlRowKind kind)
{
    return kind == PL_ROW_START || kind == PL_ROW_INTENT || kind == PL_ROW_RESULT || kind == PL_ROW_ASK || kind == PL_ROW_ANSWER || kind == PL_ROW_NOTE
           || kind == PL_ROW_END || kind == PL_ROW_RESOLVE;
}

static PlStatus put_row(void *user, const PlStoredRow *stored)
{
    PlExportWork *work = user;
    PlBuf *out = &work->out;
    const PlRow *row = &stored->row;
    pl_buf_put_z(out, "{\"specversion\":\"1.0\",\"id\":");
    pl_buf_put_json(out, pl_arena_printf(work->arena, PL_FMT "/%llu", PL_ARG(work->run.id), (unsigned long long)row->seq));
    pl_buf_put_z(out, ",\"source\":");
    pl_buf_put_json(out, pl_arena_printf(work->arena, "/runs/" PL_FMT, PL_ARG(work->run.id)));
    pl_buf_put_z(out, ",\"type\":\"pilot.run.");
    for (const char *c = pl_row_kind_name(row->kind); *c; c++) pl_buf_put_char(out, *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c);
    pl_buf_put_z(out, "\",\"time\":\"");
    pl_time_put_datetime(out, row->wall_us, 0);
    pl_buf_put_char(out, '"');
    if (row->path.len) {
        pl_buf_put_z(out, ",\"subject\":");
        pl_buf_put_json(out, row->path);
    }
    if (row->attempt) pl_buf_printf(out, ",\"attempt\":%u", row->attempt);
    if (row->body.len && (work->bodies || !is_private(row->kind)))
        pl_buf_printf(out, ",\"datacontenttype\":\"application/json\",\"data\":" PL_FMT, PL_ARG(row->body));
    pl_buf_put_z(out, "}\n");
    return pl_export_flush(work);
}

PlStatus pl_export_cloudevents(PlExportWork *work)
{
    return pl_store_each_row(work->store, work->run.id, put_row, work);
}
