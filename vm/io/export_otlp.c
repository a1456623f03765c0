/* SPDX-License-Identifier: MIT */
/* OpenTelemetry spans as OTLP/JSON (opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding) with the names of the GenAI and HTTP conventions: one
 * `invoke_workflow` span for the run and an `execute_tool` span for each attempt. Ids are hashes of the run and the row, so a second export, or a replay,
 * makes no second span. */
#include "vm/io/export.h"

#include "vm/base/json_scan.h"
#include "vm/code/hash.h"

typedef struct Spans {
    PlExportWork *work;
    char trace[33], root[17];
    int64_t began_us, ended_us;
    PlStr end; /* body of END */
} Spans;

static void make_id(const PlExportWork *work, uint64_t seq, size_t bytes, char *hex)
{
    uint8_t hash[32];
    pl_hash_bytes(pl_arena_printf(work->arena, "otlp " PL_FMT " %llu", PL_ARG(work->run.id), (unsigned long long)seq), hash);
    pl_hash_hex(hash, bytes, hex);
}

static void put_attribute(PlBuf *out, bool *first, const char *name, PlStr value)
{
    if (!value.len) return;
    pl_buf_printf(out, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", *first ? "" : ",", name);
    pl_buf_put_json(out, value);
    pl_buf_put_z(out, "}}");
    *first = false;
}

static void put_number(PlBuf *out, bool *first, const char *name, PlStr digits) /* int64 is a string in this encoding */
{
    if (!digits.len) return;
    pl_buf_printf(out, "%s{\"key\":\"%s\",\"value\":{\"intValue\":\"" PL_FMT "\"}}", *first ? "" : ",", name, PL_ARG(digits));
    *first = false;
}

static void put_head(Spans *s, const char *span, const char *parent, PlStr name, int kind, int64_t began_us, int64_t ended_us)
{
    PlBuf *out = &s->work->out;
    pl_buf_printf(out, "{\"traceId\":\"%s\",\"spanId\":\"%s\",\"parentSpanId\":\"%s\",\"name\":", s->trace, span, parent);
    pl_buf_put_json(out, name);
    pl_buf_printf(out, ",\"kind\":%d,\"startTimeUnixNano\":\"%lld000\",\"endTimeUnixNano\":\"%lld000\",\"attributes\":[", kind, (long long)began_us,
                  (long long)ended_us);
}

static void put_status(PlBuf *out, bool good, bool known, PlStr message)
{
    pl_buf_printf(out, "],\"status\":{\"code\":%d", !known ? 0 : good ? 1 : 2);
    if (known && !good && message.len) {
        pl_buf_put_z(out, ",\"message\":");
        pl_buf_put_json(out, message);
    }
    pl_buf_put_z(out, "}}");
}

static PlStatus put_call(void *user, const PlExportCall *call)
{
    Spans *s = user;
    PlExportWork *work = s->work;
    PlBuf *out = &work->out;
    enum { CLIENT = 3 };
    char span[17];
    PlStr sends = PL_STR("{}"), status = PL_STR(""), action = pl_json_find_text(work->arena, call->intent, "action");
    bool first = true, answered = call->outcome == PL_ROW_RESULT;
    make_id(work, call->seq, 8, span);
    (void)pl_json_find(call->intent, "sends", &sends);
    if (answered) (void)pl_json_find(call->result, "status", &status);
    pl_buf_put_z(out, ",\n");
    put_head(s, span, s->root, pl_arena_printf(work->arena, "execute_tool " PL_FMT, PL_ARG(action)), CLIENT, call->began_us,
             call->ended_us ? call->ended_us : call->began_us);
    put_attribute(out, &first, "gen_ai.operation.name", PL_STR("execute_tool"));
    put_attribute(out, &first, "gen_ai.tool.name", action);
    put_attribute(out, &first, "gen_ai.tool.type", PL_STR("extension"));
    put_attribute(out, &first, "gen_ai.tool.call.id", pl_arena_printf(work->arena, PL_FMT "/%u", PL_ARG(call->path), call->attempt));
    put_attribute(out, &first, "http.request.method", pl_json_find_text(work->arena, sends, "method"));
    put_attribute(out, &first, "url.full", pl_json_find_text(work->arena, sends, "url"));
    put_number(out, &first, "http.response.status_code", status);
    put_number(out, &first, "http.request.resend_count", call->attempt > 1 ? pl_arena_printf(work->arena, "%u", call->attempt - 1) : PL_STR(""));
    put_attribute(out, &first, "error.type", answered ? PL_STR("") : pl_json_find_text(work->arena, call->result, "fault"));
    put_attribute(out, &first, "pilot.path", call->path);
    put_attribute(out, &first, "pilot.effect.class", pl_json_find_text(work->arena, call->intent, "class"));
    if (work->bodies) put_attribute(out, &first, "gen_ai.tool.call.arguments", pl_json_find_text(work->arena, sends, "body"));
    if (work->bodies) put_attribute(out, &first, "gen_ai.tool.call.result", pl_json_find_text(work->arena, call->result, "body"));
    put_status(out, answered && status.len && status.ptr[0] < '4', call->outcome != 0,
               answered ? PL_STR("") : pl_json_find_text(work->arena, call->result, "message"));
    return pl_export_flush(work);
}

static PlStatus see_row(void *user, const PlStoredRow *stored)
{
    Spans *s = user;
    if (stored->row.seq == 1) s->began_us = stored->row.wall_us;
    s->ended_us = stored->row.wall_us;
    if (stored->row.kind == PL_ROW_END) s->end = pl_arena_str(s->work->arena, stored->row.body);
    return PL_OK;
}

static void put_root(Spans *s)
{
    PlExportWork *work = s->work;
    PlBuf *out = &work->out;
    enum { INTERNAL = 1 };
    char hex[65];
    bool first = true;
    PlStr error = PL_STR("");
    pl_hash_hex(work->run.module_hash, 32, hex);
    bool failed = pl_json_find(s->end, "error", &error);
    put_head(s, s->root, "", pl_arena_printf(work->arena, "invoke_workflow " PL_FMT, PL_ARG(work->run.title)), INTERNAL, s->began_us, s->ended_us);
    put_attribute(out, &first, "gen_ai.operation.name", PL_STR("invoke_workflow"));
    put_attribute(out, &first, "gen_ai.workflow.name", work->run.title);
    put_attribute(out, &first, "pilot.run.id", work->run.id);
    put_attribute(out, &first, "pilot.module.hash", pl_str_z(hex));
    put_status(out, !failed, s->end.len > 0, pl_json_find_text(work->arena, error, "message"));
}

PlStatus pl_export_otlp(PlExportWork *work)
{
    Spans s = {.work = work, .end = PL_STR("")};
    make_id(work, 0, 16, s.trace);
    make_id(work, 1, 8, s.root);
    PlStatus status = pl_store_each_row(work->store, work->run.id, see_row, &s);
    if (status != PL_OK) return status;
    pl_buf_put_z(&work->out, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"pilot\"}}]},"
                             "\"scopeSpans\":[{\"scope\":{\"name\":\"pilot\",\"version\":\"0.1.0\"},\"spans\":[\n");
    put_root(&s);
    status = pl_export_calls(work->arena, work->store, work->run.id, put_call, &s);
    pl_buf_put_z(&work->out, "\n]}]}]}\n");
    return status;
}
