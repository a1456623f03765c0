/* SPDX-License-Identifier: MIT */
/* The log: one line of JSON per request, to the caller and into a ring that /__pilot/log shows. And the rest of the control paths. */
#include "vm/service/mock_internal.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"

enum { LINES = 10000 };

/* ---- lines -------------------------------------------------------------------------------------------------------- */

static void put_issues(PlBuf *out, const char *name, const PlMockIssues *issues)
{
    for (uint32_t i = 0; i < issues->len; i++) {
        if (i == 0) pl_buf_printf(out, ",\"%s\":[", name);
        else pl_buf_put_char(out, ',');
        pl_buf_put_z(out, "{\"path\":");
        pl_buf_put_json(out, issues->items[i].path);
        pl_buf_put_z(out, ",\"message\":");
        pl_buf_put_json(out, issues->items[i].message);
        pl_buf_put_char(out, '}');
    }
    if (issues->len) pl_buf_put_char(out, ']');
}

static void put_field(PlBuf *out, const char *name, PlStr value)
{
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put_json(out, value);
}

/* {"seq":1,"method":"POST","path":"/orders?x=1","operation":"shop.orders.create","status":201,"executed":true,"body_bytes":12,
 * "body_sha256":"...", ...}: fields that say nothing are left out. Status 0: the connection was reset. */
static void put_line(PlBuf *out, const PlMock *mock, const PlMockCall *call, const PlHttpdAnswer *answer)
{
    const PlHttpdRequest *request = call->request;
    pl_buf_printf(out, "{\"seq\":%llu,\"method\":", (unsigned long long)mock->sequence);
    pl_buf_put_json(out, pl_str_slice(request->method, 0, 40));
    put_field(out, "path", pl_str_slice(request->target, 0, 4000));
    if (call->op) put_field(out, "operation", call->op->name);
    pl_buf_printf(out, ",\"status\":%u,\"executed\":%s", answer->end == PL_HTTPD_RESET ? 0 : answer->status, call->executed ? "true" : "false");
    if (call->replayed) pl_buf_put_z(out, ",\"replayed\":true");
    if (call->key.len) put_field(out, "idempotency_key", pl_str_slice(call->key, 0, 300));
    if (request->body.len) {
        uint8_t hash[32];
        char hex[65];
        pl_hash_bytes(request->body, hash);
        pl_hash_hex(hash, 32, hex);
        pl_buf_printf(out, ",\"body_bytes\":%zu,\"body_sha256\":\"%s\"", request->body.len, hex);
    }
    if (call->verdict.slow_us) pl_buf_printf(out, ",\"slow_ms\":%lld", (long long)(call->verdict.slow_us / 1000));
    if (call->verdict.before) put_field(out, "fault", call->verdict.before->text);
    else if (call->verdict.after) put_field(out, "fault", call->verdict.after->text);
    put_issues(out, "errors", &call->check.errors);
    put_issues(out, "warnings", &call->check.warnings);
    pl_buf_put_char(out, '}');
}

static void keep_line(PlMock *mock, PlStr line)
{
    if (!mock->lines) mock->lines = pl_zalloc(LINES * sizeof *mock->lines);
    char *copy = mock->lines ? pl_strdup_n(line.ptr, line.len) : NULL;
    if (!copy) return;
    uint32_t at = (mock->line_start + mock->line_count) % LINES;
    if (mock->line_count == LINES) {
        pl_free((void *)(uintptr_t)mock->lines[at].ptr);
        mock->line_start = (mock->line_start + 1) % LINES;
    } else {
        mock->line_count++;
    }
    mock->lines[at] = pl_str(copy, line.len);
}

void pl_mock_log(PlMock *mock, PlMockCall *call, const PlHttpdAnswer *answer)
{
    PlBuf line;
    if (!mock->options.log && mock->options.no_control) return;
    pl_buf_init(&line, 1 << 20);
    put_line(&line, mock, call, answer);
    if (line.status == PL_OK) {
        keep_line(mock, pl_buf_str(&line));
        if (mock->options.log) mock->options.log(mock->options.user, pl_buf_str(&line));
    }
    pl_buf_deinit(&line);
}

void pl_mock_forget_log(PlMock *mock)
{
    for (uint32_t i = 0; i < mock->line_count; i++) pl_free((void *)(uintptr_t)mock->lines[i].ptr);
    pl_free(mock->lines);
    mock->lines = NULL;
    mock->line_count = mock->line_start = 0;
}

/* ---- control paths ------------------------------------------------------------------------------------------------- */

static void answer_buffer(PlMock *mock, PlMockCall *call)
{
    call->status = 200;
    call->type = PL_STR("application/json");
    call->text = pl_buf_str(&mock->out);
}

/* ?operation=shop.orders.create keeps the lines of that one; ?executed=true those that changed or read something. */
static bool is_asked_for(const PlMock *mock, const PlMockCall *call, PlStr line)
{
    PlStr wanted;
    if (pl_mock_query(call, PL_STR("operation"), &wanted)) {
        PlStr field = pl_arena_printf(mock->request, "\"operation\":\"" PL_FMT "\"", PL_ARG(wanted));
        if (pl_str_find(line, field, 0) == PL_STR_NONE) return false;
    }
    if (!pl_mock_query(call, PL_STR("executed"), &wanted)) return true;
    PlStr field = pl_arena_printf(mock->request, "\"executed\":%s", pl_str_eq_z(wanted, "true") ? "true" : "false");
    return pl_str_find(line, field, 0) != PL_STR_NONE;
}

static void answer_log(PlMock *mock, PlMockCall *call)
{
    PlBuf *out = &mock->out;
    uint32_t count = 0;
    pl_buf_put_z(out, "{\"requests\":[");
    for (uint32_t i = 0; i < mock->line_count; i++) {
        PlStr line = mock->lines[(mock->line_start + i) % LINES];
        if (!is_asked_for(mock, call, line)) continue;
        if (count++) pl_buf_put_z(out, ",\n");
        pl_buf_put(out, line);
    }
    pl_buf_printf(out, "],\"count\":%u}", count);
    answer_buffer(mock, call);
}

static void load_state(PlMock *mock, PlMockCall *call)
{
    PlStr words = PL_STR("");
    if (pl_mock_load(mock, call->request->body, &words) == PL_OK) call->status = 204;
    else pl_mock_problem(mock, call, 400, "no saved state", words, NULL);
}

bool pl_mock_control(PlMock *mock, PlMockCall *call)
{
    if (mock->options.no_control || !pl_str_starts(call->path, PL_STR("/__pilot/"))) return false;
    bool get = call->known_method && call->method == PL_GET;
    pl_buf_clear(&mock->out);
    if (get && pl_str_eq_z(call->path, "/__pilot/log")) {
        answer_log(mock, call);
    } else if (get && pl_str_eq_z(call->path, "/__pilot/state")) {
        pl_mock_state_write(&mock->state, &mock->out);
        answer_buffer(mock, call);
    } else if (call->method == PL_PUT && pl_str_eq_z(call->path, "/__pilot/state")) {
        load_state(mock, call);
    } else if (call->method == PL_POST && pl_str_eq_z(call->path, "/__pilot/reset")) {
        pl_mock_reset(mock);
        call->status = 204;
    } else {
        PlStr detail = PL_STR("GET /__pilot/log, GET /__pilot/state, PUT /__pilot/state, POST /__pilot/reset");
        pl_mock_problem(mock, call, 404, "no such control path", detail, NULL);
    }
    return true;
}
