/* SPDX-License-Identifier: MIT */
/* How a run ends: with an END row when every effect of it is accounted for, parked while something waits for a person, broken when the
 * journal fails it. A run whose journal holds a sent call without an answer never gets an END row: it parks until somebody settles it. */
#include "vm/run/run_end.h"

#include "vm/run/hook.h"
#include "vm/run/rows.h"

void pl_run_settle_take(PlRun *run, PlStr word, PlStatus status, PlValue value)
{
    if (run->phase != PL_PHASE_LIVE) {
        pl_release(run->values, value);
        return;
    }
    run->phase = PL_PHASE_ENDING;
    run->end_word = word;
    run->status = status;
    PlBuf *to = status == PL_OK ? &run->output : &run->error;
    pl_buf_clear(to);
    if (pl_str_eq_z(word, "stopped")) {
        pl_buf_put_z(&run->output, "null");
        pl_buf_clear(&run->error);
        pl_json_write(&run->error, value); /* the reason; END says it */
    } else {
        pl_json_write(to, value);
    }
    pl_run_check_buf(run, to);
    pl_release(run->values, value);
    if (run->main) pl_fiber_cancel(run->main);
}

/* An error of the run itself, at no step. */
static void settle_error(PlRun *run, PlStr word, PlStatus status, PlDiagCode code, const char *kind, PlStr message)
{
    PlValue fields[] = {
        pl_text(run->values, message), pl_text(run->values, pl_str_z(kind)),
        pl_text(run->values, pl_str_z(pl_diag_infos[code].code)), pl_text(run->values, PL_STR("")),
        pl_text(run->values, PL_STR("")), pl_nothing(), pl_nothing(),
    };
    pl_run_settle_take(run, word, status, pl_record_of_take(run->values, run->error_shape, fields));
}

static void time_over(void *user)
{
    PlRun *run = user;
    run->has_time_timer = false;
    run->out_of_time = true;
}

void pl_end_limit_time(PlRun *run)
{
    uint64_t limit = run->module->manifest.max_time_us;
    const PlClockPort *clock = &run->ports.clock;
    if (limit == 0) return;
    int64_t left = limit > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)limit;
    left -= run->active_before_us;
    if (clock->timer(clock->self, clock->mono_us(clock->self) + (left > 0 ? left : 0), time_over, run, &run->time_timer) != PL_OK)
        pl_heap_escape(run->heap, PL_NOMEM);
    run->has_time_timer = true;
}

void pl_end_check(PlRun *run)
{
    if (run->phase != PL_PHASE_LIVE) return;
    PlBuf *message = pl_run_scratch(run);
    if (run->cancel_asked) {
        if (!run->cancel_recorded) {
            pl_buf_put_z(message, "{\"why\":");
            pl_buf_put_json(message, pl_buf_str(&run->cancel_text));
            pl_buf_put_char(message, '}');
            pl_rows_put(run, PL_ROW_CANCEL, PL_NO_SITE, 0, PL_STR(""), message, PL_STR(""));
            pl_buf_clear(message);
        }
        pl_buf_printf(message, PL_DF_RUN_CANCELLED, run->cancel_text.len ? run->cancel_text.ptr : "before it was resumed");
        settle_error(run, PL_STR("cancelled"), PL_FAILED, PL_D_RUN_CANCELLED, "cancelled", pl_buf_str(message));
    } else if (run->out_of_time) {
        pl_buf_printf(message, PL_DF_RUN_TIME, (unsigned long long)run->module->manifest.max_time_us / 1000000);
        settle_error(run, PL_STR("failed"), PL_LIMIT, PL_D_RUN_TIME, "limit", pl_buf_str(message));
    }
    pl_run_give(run, message);
}

static void finish(PlRun *run, PlRunState state)
{
    run->phase = PL_PHASE_OVER;
    run->state = state;
    pl_hook_run_end(run, state);
}

/* What an earlier process sent and this one never came to (the step's fiber was cancelled first) is in doubt still. */
static void park_open(PlRun *run)
{
    for (uint32_t i = 0; i < pl_row_index_open_count(run->index); i++) {
        const PlOpenCall *open = pl_row_index_open_call(run->index, i);
        PlStr path = pl_str_z(open->path);
        if (!pl_row_index_find(run->index, path, PL_ROW_INDOUBT, open->attempt))
            pl_rows_put(run, PL_ROW_INDOUBT, open->site, open->attempt, path, NULL, PL_STR(""));
        pl_end_parked(run, open->site, path, "in_doubt", PL_D_RUN_IN_DOUBT,
                      PL_STR("a call that was sent has no answer on record"), open->attempt);
    }
    pl_end_park(run);
}

/* May run without a heap: no value is touched here. */
void pl_end_write(PlRun *run)
{
    if (pl_row_index_open_count(run->index) > 0) {
        park_open(run);
        return;
    }
    PlBuf *body = pl_run_scratch(run);
    bool stopped = pl_str_eq_z(run->end_word, "stopped"), good = run->status == PL_OK;
    pl_buf_put_z(body, "{\"state\":");
    pl_buf_put_json(body, run->end_word);
    pl_buf_put_z(body, stopped ? ",\"reason\":" : good ? ",\"output\":" : ",\"error\":");
    pl_buf_put(body, pl_buf_str(stopped || !good ? &run->error : &run->output));
    pl_buf_printf(body, ",\"status\":\"%s\"}", pl_status_name(run->status));
    pl_rows_put(run, PL_ROW_END, PL_NO_SITE, 0, PL_STR(""), body, PL_STR(""));
    pl_run_give(run, body);
    PlStatus status = run->ports.journal.barrier(run->ports.journal.self);
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_WRITE, PL_STR(""), "END", pl_status_words(status));
    run->dirty = false;
    finish(run, good ? PL_RUN_DONE : PL_RUN_FAILED);
}

void pl_end_parked(PlRun *run, uint32_t site, PlStr path, const char *kind, PlDiagCode code, PlStr message, uint32_t attempt)
{
    PlStr step = site < run->module->site_count ? run->module->sites[site].step : PL_STR("");
    PlBuf *body = pl_run_scratch(run);
    pl_buf_put_z(body, "{\"message\":");
    pl_buf_put_json(body, message);
    pl_buf_printf(body, ",\"kind\":\"%s\",\"code\":\"%s\",\"step\":", kind, pl_diag_infos[code].code);
    pl_buf_put_json(body, step);
    pl_buf_put_z(body, ",\"path\":");
    pl_buf_put_json(body, path);
    pl_buf_put_z(body, ",\"status\":null,\"body\":null}");
    pl_rows_put(run, PL_ROW_PARK, site, attempt, path, body, PL_STR(""));
    if (run->park_error.len == 0) pl_buf_put(&run->park_error, pl_buf_str(body));
    pl_run_give(run, body);
}

PlRunState pl_end_park(PlRun *run)
{
    PlStatus status = run->ports.journal.barrier(run->ports.journal.self);
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_WRITE, PL_STR(""), "PARK", pl_status_words(status));
    run->dirty = false;
    pl_buf_clear(&run->error);
    pl_buf_put(&run->error, pl_buf_str(&run->park_error));
    run->status = PL_WAITING;
    finish(run, PL_RUN_PARKED);
    return run->state;
}

/* ---- leaving the pump ---- */

_Noreturn void pl_run_break(PlRun *run, PlStatus status, PlDiagCode code, PlStr path, const char *format, ...)
{
    PlBuf *message = &run->cancel_text;
    va_list args;
    pl_buf_clear(message);
    va_start(args, format);
    pl_buf_vprintf(message, format, args);
    va_end(args);
    pl_buf_clear(&run->error);
    pl_buf_put_z(&run->error, "{\"message\":");
    pl_buf_put_json(&run->error, pl_buf_str(message));
    pl_buf_printf(&run->error, ",\"kind\":\"journal\",\"code\":\"%s\",\"step\":\"\",\"path\":", pl_diag_infos[code].code);
    pl_buf_put_json(&run->error, path);
    pl_buf_put_z(&run->error, ",\"status\":null,\"body\":null}");
    run->phase = PL_PHASE_OVER;
    run->state = PL_RUN_BROKEN;
    run->status = status;
    pl_heap_escape(run->heap, status);
}

/* The heap is at its end: no fiber runs any more; what was sent is awaited. Then, where it was the run's own limit, the END row says so. */
static void exhaust(PlRun *run)
{
    bool deep = run->escape.status == PL_INVALID, limit = deep || run->escape.status == PL_LIMIT;
    PlDiagCode code = limit ? PL_D_RUN_MEMORY : PL_D_RUN_NO_MEMORY;
    uint64_t ceiling = run->options.heap_bytes ? run->options.heap_bytes : PL_LIMIT_HEAP_BYTES;
    run->exhausted = true;
    run->phase = PL_PHASE_ENDING;
    run->end_word = PL_STR("failed");
    run->status = limit ? PL_LIMIT : run->escape.status;
    run->queue_head = run->queue_tail = NULL;
    pl_buf_clear(&run->output);
    pl_buf_clear(&run->error);
    pl_buf_put_z(&run->error, "{\"message\":\"");
    if (deep) pl_buf_printf(&run->error, "a value would nest deeper than %llu levels", (unsigned long long)PL_LIMIT_JSON_DEPTH);
    else if (limit) pl_buf_printf(&run->error, PL_DF_RUN_MEMORY, (unsigned long long)ceiling);
    else pl_buf_put_z(&run->error, PL_DF_RUN_NO_MEMORY);
    pl_buf_printf(&run->error, "\",\"kind\":\"limit\",\"code\":\"%s\",\"step\":\"\",\"path\":\"\",\"status\":null,\"body\":null}",
                  pl_diag_infos[code].code);
    for (unsigned i = 0; i < PL_STATE_SCRATCHES; i++) run->scratch[i].taken = false;
}

PlRunState pl_end_escaped(PlRun *run)
{
    if (run->phase == PL_PHASE_OVER) { /* broken; what was written before that is true all the same */
        PlStatus kept = run->ports.journal.commit(run->ports.journal.self);
        (void)kept;
        pl_step_abandon_all(run);
        return run->state;
    }
    if (!run->exhausted) exhaust(run);
    else if (run->escape_count++ > 8) { /* not even the end can be written */
        run->phase = PL_PHASE_OVER;
        run->state = PL_RUN_BROKEN;
        run->status = run->escape.status;
        pl_step_abandon_all(run);
        return run->state;
    }
    return pl_run_pump(run);
}

/* The machine has no memory left, which is no fault of the run: it stops like one whose process was killed, and another goes on with it. */
static PlRunState give_up(PlRun *run)
{
    PlStatus status = run->ports.journal.barrier(run->ports.journal.self);
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_WRITE, PL_STR(""), "a commit", pl_status_words(status));
    run->dirty = false;
    finish(run, PL_RUN_BROKEN);
    return run->state;
}

PlRunState pl_end_drain(PlRun *run)
{
    pl_step_drain(run);
    if (run->in_flight > 0) return PL_RUN_WAITING;
    if (run->in_doubt) return pl_end_park(run);
    if (run->status == PL_NOMEM) return give_up(run);
    pl_end_write(run);
    return run->state;
}

/* ---- a run that is over already ---- */

PlStatus pl_end_recall(PlRun *run, uint64_t seq)
{
    PlBuf *text = pl_run_scratch(run);
    PlValue end, field;
    size_t at;
    const char *why;
    PlStatus status = pl_rows_read(run, seq, text);
    if (status == PL_OK) status = pl_json_read(run->values, pl_buf_str(text), &end, &at, &why);
    if (status != PL_OK || end.tag != PL_RECORD) return PL_CORRUPT;
    PlStr word = pl_rows_text(end, "status");
    run->status = PL_FAILED;
    for (int i = 0; i < PL_STATUS_COUNT; i++)
        if (pl_str_eq_z(word, pl_status_name((PlStatus)i))) run->status = (PlStatus)i;
    if (pl_record_find(end, PL_STR("output"), &field)) pl_json_write(&run->output, field);
    if (pl_record_find(end, PL_STR("error"), &field) || pl_record_find(end, PL_STR("reason"), &field)) pl_json_write(&run->error, field);
    run->phase = PL_PHASE_OVER;
    run->state = run->status == PL_OK ? PL_RUN_DONE : PL_RUN_FAILED;
    pl_release(run->values, end);
    pl_run_give(run, text);
    return PL_OK;
}
