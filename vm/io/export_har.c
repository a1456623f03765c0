/* SPDX-License-Identifier: MIT */
/* HAR 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html): an entry for each attempt of a call. Credentials are in no row, so in no entry. */
#include "vm/io/export.h"

#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"
#include "vm/io/secrets.h"
#include "vm/value/time.h"

/* Headers as [["Name","value"]...] of a request or {"name":"value"} of an answer. */
static void put_headers(PlBuf *out, PlStr headers)
{
    PlJsonScan scan;
    bool first = true, has_name = false;
    pl_buf_put_z(out, "\"headers\":[");
    pl_json_scan_init(&scan, headers);
    for (PlJsonEvent event = pl_json_scan_next(&scan); event != PL_JSON_END && event != PL_JSON_ERROR; event = pl_json_scan_next(&scan)) {
        if (event != PL_JSON_KEY && event != PL_JSON_STRING) continue;
        pl_buf_put_z(out, has_name ? ",\"value\":" : first ? "{\"name\":" : ",{\"name\":");
        pl_buf_put_json(out, scan.text);
        if (has_name) pl_buf_put_char(out, '}');
        has_name = !has_name;
        first = false;
    }
    if (scan.no_memory) out->status = PL_NOMEM;
    pl_json_scan_deinit(&scan);
    pl_buf_put_z(out, "]");
}

/* name=value pairs behind the '?', as they stand on the wire. */
static void put_query(PlBuf *out, PlStr url)
{
    size_t at = pl_str_find_char(url, '?', 0);
    bool first = true;
    pl_buf_put_z(out, ",\"queryString\":[");
    while (at != PL_STR_NONE && at + 1 < url.len) {
        size_t end = pl_str_find_char(url, '&', at + 1), equals = pl_str_find_char(url, '=', at + 1);
        if (end == PL_STR_NONE) end = url.len;
        if (equals == PL_STR_NONE || equals > end) equals = end;
        pl_buf_put_z(out, first ? "{\"name\":" : ",{\"name\":");
        pl_buf_put_json(out, pl_str_slice(url, at + 1, equals));
        pl_buf_put_z(out, ",\"value\":");
        pl_buf_put_json(out, equals < end ? pl_str_slice(url, equals + 1, end) : PL_STR(""));
        pl_buf_put_char(out, '}');
        first = false;
        at = end;
    }
    pl_buf_put_char(out, ']');
}

static void put_request(PlExportWork *work, PlStr sends)
{
    PlBuf *out = &work->out;
    PlStr url = pl_json_find_text(work->arena, sends, "url"), body = pl_json_find_text(work->arena, sends, "body"), headers = PL_STR("[]");
    (void)pl_json_find(sends, "headers", &headers);
    pl_buf_put_z(out, "{\"method\":");
    pl_buf_put_json(out, pl_json_find_text(work->arena, sends, "method"));
    pl_buf_put_z(out, ",\"url\":");
    pl_buf_put_json(out, url);
    pl_buf_put_z(out, ",\"httpVersion\":\"\",\"cookies\":[],");
    put_headers(out, headers);
    put_query(out, url);
    if (work->bodies && body.len) {
        pl_buf_put_z(out, ",\"postData\":{\"mimeType\":\"\",\"text\":");
        pl_buf_put_json(out, body);
        pl_buf_put_char(out, '}');
    }
    pl_buf_printf(out, ",\"headersSize\":-1,\"bodySize\":%zu}", body.len);
}

static void put_response(PlExportWork *work, const PlExportCall *call)
{
    PlBuf *out = &work->out;
    PlStr status = PL_STR("0"), headers = PL_STR("{}"), inside = PL_STR("{}"), body;
    bool answered = call->outcome == PL_ROW_RESULT;
    if (answered) (void)pl_json_find(call->result, "status", &status);
    if (answered && pl_json_find(call->result, "headers", &headers)) inside = headers;
    body = call->blob.len ? call->blob : pl_json_find_text(work->arena, call->result, "body");
    pl_buf_printf(out, ",\"response\":{\"status\":" PL_FMT ",\"statusText\":\"\",\"httpVersion\":\"\",\"cookies\":[],", PL_ARG(status));
    put_headers(out, headers);
    pl_buf_put_z(out, ",\"redirectURL\":");
    pl_buf_put_json(out, pl_json_find_text(work->arena, inside, "location"));
    pl_buf_printf(out, ",\"headersSize\":-1,\"bodySize\":%zu,\"content\":{\"size\":%zu,\"mimeType\":", body.len, body.len);
    pl_buf_put_json(out, pl_json_find_text(work->arena, inside, "content-type"));
    if (work->bodies && body.len && pl_utf8_check(body) == body.len) {
        pl_buf_put_z(out, ",\"text\":");
        pl_buf_put_json(out, body);
    } else if (work->bodies && body.len) {
        pl_buf_put_z(out, ",\"encoding\":\"base64\",\"text\":\"");
        pl_secrets_put_base64(out, body);
        pl_buf_put_char(out, '"');
    }
    pl_buf_put_z(out, "}}");
}

static PlStatus put_entry(void *user, const PlExportCall *call)
{
    PlExportWork *work = user;
    PlBuf *out = &work->out;
    PlStr sends = PL_STR("{}"), ms = PL_STR("0");
    (void)pl_json_find(call->intent, "sends", &sends);
    if (call->outcome) (void)pl_json_find(call->result, "ms", &ms);
    pl_buf_put_z(out, work->count++ ? ",\n{\"startedDateTime\":\"" : "\n{\"startedDateTime\":\"");
    pl_time_put_datetime(out, call->began_us, 0);
    pl_buf_printf(out, "\",\"time\":" PL_FMT ",\"request\":", PL_ARG(ms));
    put_request(work, sends);
    put_response(work, call);
    pl_buf_printf(out, ",\"cache\":{},\"timings\":{\"send\":0,\"wait\":" PL_FMT ",\"receive\":0},\"comment\":", PL_ARG(ms));
    if (call->outcome == PL_ROW_RESULT) pl_buf_put_json(out, call->path);
    else if (call->outcome == 0) pl_buf_put_json(out, pl_arena_printf(work->arena, PL_FMT ": no answer on record", PL_ARG(call->path)));
    else
        pl_buf_put_json(out, pl_arena_printf(work->arena, PL_FMT ": " PL_FMT, PL_ARG(call->path),
                                             PL_ARG(pl_json_find_text(work->arena, call->result, "message"))));
    pl_buf_put_char(out, '}');
    return pl_export_flush(work);
}

PlStatus pl_export_har(PlExportWork *work)
{
    pl_buf_put_z(&work->out, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"pilotvm\",\"version\":\"0.1.0\"},\"comment\":");
    pl_buf_put_json(&work->out, work->run.id);
    pl_buf_put_z(&work->out, ",\"entries\":[");
    PlStatus status = pl_export_calls(work->arena, work->store, work->run.id, put_entry, work);
    pl_buf_put_z(&work->out, "\n]}}\n");
    return status;
}
