/* SPDX-License-Identifier: MIT */
/* The rows of a call, out and in (spec/running.md): INTENT before it is sent; RESULT, FAIL or INDOUBT after. What an answer said is kept as
 * it came, so that a resumed run reads it again with the same eyes. No credential is in any of them. */
#include "vm/run/call.h"

#include "vm/base/utf8.h"
#include "vm/code/hash.h"
#include "vm/run/rows.h"

enum { INLINE = 8192 }; /* a body up to here that is text stands in the row, a larger one beside it */

bool pl_call_keeps_header(PlStr name)
{
    static const char *const kept[] = {"content-type", "content-disposition", "location", "link", "retry-after", "etag", "last-modified",
                                       "content-range", "content-location", "request-id", "idempotency-replayed", "operation-location", "azure-asyncoperation"};
    if (!name.len) return false;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i][0] == name.ptr[0] && pl_str_eq_z(name, kept[i])) return true;
    if (name.ptr[0] != 'x' && name.ptr[0] != 'r') return false;
    return pl_str_starts(name, PL_STR("x-ratelimit")) || pl_str_starts(name, PL_STR("ratelimit")) ||
           pl_str_starts(name, PL_STR("x-request")) || pl_str_starts(name, PL_STR("x-total")) ||
           pl_str_starts(name, PL_STR("x-pilot-")) || pl_str_starts(name, PL_STR("x-next")) ||
           pl_str_starts(name, PL_STR("x-page")) || pl_str_starts(name, PL_STR("x-per-page"));
}

PlStr pl_call_header(const PlReply *reply, const char *name)
{
    for (uint32_t i = 0; i < reply->header_count; i++)
        if (pl_str_eq_z(reply->headers[i].name, name)) return reply->headers[i].value;
    return PL_STR("");
}

static void put_hash(PlBuf *out, const uint8_t hash[32])
{
    char quoted[67] = "\"";
    pl_hash_hex(hash, 32, quoted + 1);
    quoted[65] = '"';
    pl_buf_put(out, pl_str(quoted, 66));
}

/* The action's name and class stand first: rows.c reads them without a parser. */
void pl_call_put_intent(PlCall *call, const PlRequest *request)
{
    PlRun *run = call->run;
    const PlAction *a = call->action;
    PlBuf *body = pl_run_scratch(run);
    if (pl_rows_taken(run, call->path, PL_ROW_INTENT, call->attempt)) PL_BREAK(run, PL_INTERNAL, RUN_SAME_PATH, call->path, call->path.ptr);
    pl_buf_put_z(body, "{\"action\":\"");
    pl_buf_put(body, a->plugin);
    pl_buf_put_char(body, '.');
    pl_buf_put(body, a->name);
    pl_buf_put_z(body, "\",\"class\":\"");
    pl_buf_put_z(body, pl_doubt_name(pl_call_class(call)));
    pl_buf_put_z(body, "\",\"request\":");
    put_hash(body, request->hash);
    pl_buf_put_z(body, ",\"key\":");
    pl_buf_put_json(body, request->key);
    pl_buf_put_z(body, ",\"epoch\":");
    pl_buf_put_int(body, call->epoch);
    pl_buf_put_z(body, ",\"sends\":");
    pl_request_show(run, body, request);
    pl_buf_put_char(body, '}');
    pl_rows_put(run, PL_ROW_INTENT, call->site->site, call->attempt, call->path, body, PL_STR(""));
    pl_rows_take(run, call->path, PL_ROW_INTENT, call->attempt);
    pl_run_give(run, body);
}

static void put_answer(PlBuf *out, const PlReply *reply, PlStr *blob)
{
    bool whole = reply->body.len <= INLINE && pl_utf8_check(reply->body) == reply->body.len;
    pl_buf_put_char(out, '{');
    if (reply->usage.tokens || reply->usage.money) /* first: rows.c adds them up without a parser */
        pl_buf_printf(out, "\"usage\":{\"tokens\":%llu,\"money\":%llu},", (unsigned long long)reply->usage.tokens,
                      (unsigned long long)reply->usage.money);
    pl_buf_put_z(out, "\"status\":");
    pl_buf_put_int(out, reply->status);
    pl_buf_put_z(out, ",\"headers\":{");
    for (uint32_t i = 0; i < reply->header_count; i++) {
        if (i) pl_buf_put_char(out, ',');
        pl_buf_put_json(out, reply->headers[i].name);
        pl_buf_put_char(out, ':');
        pl_buf_put_json(out, reply->headers[i].value);
    }
    pl_buf_put_z(out, "},\"ms\":");
    pl_buf_put_int(out, (int64_t)(reply->elapsed_us / 1000));
    pl_buf_put_z(out, ",\"credential\":");
    pl_buf_put_json(out, reply->credential);
    if (reply->body_lost) {
        pl_buf_put_z(out, ",\"body_lost\":true");
    } else if (reply->is_file) {
        pl_buf_put_z(out, ",\"file\":");
        put_hash(out, reply->file.hash);
        pl_buf_printf(out, ",\"bytes\":%llu", (unsigned long long)reply->file.len);
    } else if (whole) {
        pl_buf_put_z(out, ",\"body\":");
        pl_buf_put_json(out, reply->body);
    } else {
        pl_buf_printf(out, ",\"bytes\":%zu", reply->body.len);
        *blob = reply->body;
    }
    pl_buf_put_char(out, '}');
}

void pl_call_put_reply(PlCall *call, const PlReply *reply)
{
    PlRun *run = call->run;
    PlBuf *body = pl_run_scratch(run);
    PlStr blob = PL_STR("");
    PlRowKind kind = reply->evidence == PL_EVIDENCE_ANSWERED ? PL_ROW_RESULT
                     : reply->evidence == PL_EVIDENCE_UNKNOWN ? PL_ROW_INDOUBT
                                                              : PL_ROW_FAIL;
    if (kind == PL_ROW_RESULT) {
        put_answer(body, reply, &blob);
    } else {
        pl_buf_printf(body, "{\"evidence\":\"%s\",\"fault\":\"%s\",\"ms\":%llu,\"message\":", pl_evidence_name(reply->evidence),
                      pl_net_fault_name(reply->fault), (unsigned long long)reply->elapsed_us / 1000);
        pl_buf_put_json(body, reply->message);
        pl_buf_put_z(body, reply->again ? ",\"again\":true}" : "}");
    }
    pl_rows_put(run, kind, call->site->site, call->attempt, call->path, body, blob);
    if (pl_call_class(call) != PL_DOUBT_SAFE) run->commit_due = true; /* without it the call would be in doubt */
    pl_run_give(run, body);
}

/* ---- in ---- */

static PlNetFault fault_by_name(PlStr name)
{
    for (int i = 0; i < PL_NET_FAULT_COUNT; i++)
        if (pl_str_eq_z(name, pl_net_fault_name((PlNetFault)i))) return (PlNetFault)i;
    return PL_NET_RESET;
}

static void read_answer(PlReply *reply, PlValue row, PlBuf *blob)
{
    PlValue headers, body;
    reply->status = (unsigned)pl_rows_int(row, "status", 0);
    reply->credential = pl_rows_text(row, "credential");
    reply->body_lost = pl_rows_yes(row, "body_lost");
    if (pl_record_find(row, PL_STR("headers"), &headers) && headers.tag == PL_RECORD) {
        for (uint32_t i = 0; i < pl_record_len(headers) && reply->header_count < 32; i++) {
            PlValue v = pl_record_at(headers, i);
            if (v.tag == PL_TEXT) reply->headers[reply->header_count++] = (PlHeader){pl_record_name(headers, i), pl_text_str(v)};
        }
    }
    int64_t len = pl_rows_int(row, "bytes", 0);
    reply->is_file = len > 0 && pl_hash_from_hex(pl_rows_text(row, "file"), reply->file.hash, 32);
    reply->file.len = (uint64_t)len;
    reply->body = pl_record_find(row, PL_STR("body"), &body) && body.tag == PL_TEXT ? pl_text_str(body) : pl_buf_str(blob);
}

bool pl_call_find_reply(PlCall *call, PlReply *reply, PlValue *row, PlBuf *blob)
{
    PlRun *run = call->run;
    PlRowKind kind = PL_ROW_RESULT;
    *reply = (PlReply){.evidence = PL_EVIDENCE_ANSWERED, .message = PL_STR(""), .credential = PL_STR("")};
    bool found = pl_rows_find(run, call->path, kind, call->attempt, row, blob);
    if (!found) found = pl_rows_find(run, call->path, kind = PL_ROW_FAIL, call->attempt, row, NULL);
    if (!found) found = pl_rows_find(run, call->path, kind = PL_ROW_INDOUBT, call->attempt, row, NULL);
    if (!found) return false;
    reply->at_us = pl_rows_wall_us(run, call->path, kind, call->attempt);
    reply->elapsed_us = (uint64_t)pl_rows_int(*row, "ms", 0) * 1000;
    if (kind == PL_ROW_RESULT) {
        read_answer(reply, *row, blob);
        return true;
    }
    reply->evidence = kind == PL_ROW_FAIL ? PL_EVIDENCE_NEVER_SENT : PL_EVIDENCE_UNKNOWN;
    reply->fault = fault_by_name(pl_rows_text(*row, "fault"));
    reply->message = pl_rows_text(*row, "message");
    reply->again = pl_rows_yes(*row, "again");
    return true;
}

/* Both sides of a contradiction for people: the recorded request and the one that was made up now. */
static _Noreturn void contradict(PlCall *call, PlValue row, const PlRequest *request)
{
    PlRun *run = call->run;
    PlBuf *old = pl_run_scratch(run), *now = pl_run_scratch(run);
    PlValue sends;
    if (pl_record_find(row, PL_STR("sends"), &sends)) pl_json_write(old, sends);
    pl_request_show(run, now, request);
    pl_buf_put_char(old, ' ');
    pl_run_check_buf(run, old);
    PL_BREAK(run, PL_CHANGED, RUN_CONTRADICTS, call->path, call->path.ptr, old->ptr, now->ptr);
}

bool pl_call_find_intent(PlCall *call, const PlRequest *request, int64_t *wall_us)
{
    PlRun *run = call->run;
    PlValue row;
    char hex[65];
    if (pl_rows_taken(run, call->path, PL_ROW_INTENT, call->attempt)) PL_BREAK(run, PL_INTERNAL, RUN_SAME_PATH, call->path, call->path.ptr);
    if (!pl_rows_find(run, call->path, PL_ROW_INTENT, call->attempt, &row, NULL)) return false;
    pl_hash_hex(request->hash, 32, hex);
    if (!pl_str_eq_z(pl_rows_text(row, "request"), hex)) contradict(call, row, request);
    *wall_us = pl_rows_wall_us(run, call->path, PL_ROW_INTENT, call->attempt);
    pl_release(run->values, row);
    return true;
}
