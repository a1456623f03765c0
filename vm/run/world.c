/* SPDX-License-Identifier: MIT */
/* Time, chance, notes and waits: what a step reads from the world other than by calls. Each reading is a row, and a resumed run reads the
 * row. Their `attempt` is the fiber's count of readings, which depends on the plan alone. */
#include "vm/run/run_end.h"

#include "vm/code/hash.h"
#include "vm/run/hook.h"
#include "vm/run/rows.h"
#include "vm/value/arith.h"

enum { DAY_US_MILLIONS = 86400, NAP_US_MILLIONS = 3600 };

static const int64_t DAY_US = (int64_t)DAY_US_MILLIONS * 1000000;
static const int64_t NAP_US = (int64_t)NAP_US_MILLIONS * 1000000; /* the wall clock is asked again this often */

static int64_t wall(PlRun *run)
{
    return run->ports.clock.wall_us(run->ports.clock.self);
}

static int64_t floor_days(int64_t us)
{
    return us / DAY_US - (us % DAY_US < 0);
}

/* The integer `name` of this reading's row, which is written with `live` when there is none. */
static int64_t read_through(PlFiber *fiber, uint32_t site, PlRowKind kind, const char *name, int64_t live)
{
    PlRun *run = fiber->run;
    PlBuf *path = pl_run_scratch(run), *text = pl_run_scratch(run);
    uint32_t attempt = ++fiber->reads;
    PlValue body;
    pl_path_put_insn(run, path, fiber, site, fiber->pc);
    if (pl_rows_find(run, pl_buf_str(path), kind, attempt, &body, NULL)) {
        live = pl_rows_int(body, name, 0);
        pl_release(run->values, body);
    } else {
        pl_buf_printf(text, "{\"%s\":%lld}", name, (long long)live);
        pl_rows_put(run, kind, site, attempt, pl_buf_str(path), text, PL_STR(""));
    }
    pl_run_give(run, text);
    pl_run_give(run, path);
    return live;
}

PlGo pl_world_now(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    int64_t us = read_through(fiber, insn.b, PL_ROW_TIME, "us", wall(run));
    int32_t offset = pl_zone_offset(run->zone, us);
    PlValue v = insn.op == PL_OP_NOW ? pl_datetime(us, offset) : pl_date(floor_days(us + (int64_t)offset * 60000000));
    pl_fiber_set(fiber, insn.a, v);
    return PL_GO_ON;
}

/* 53 bits of HMAC(seed, run, path, reading): what the row holds is what the seed gives, so that a test can foretell it. */
PlGo pl_world_random(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlBuf *text = pl_run_scratch(run);
    uint8_t mac[32];
    uint64_t bits = 0;
    pl_buf_printf(text, "random " PL_FMT " %u ", PL_ARG(run->id), fiber->reads + 1);
    pl_path_put_insn(run, text, fiber, insn.b, fiber->pc);
    pl_hash_hmac(pl_str((const char *)run->options.seed, sizeof run->options.seed), pl_buf_str(text), mac);
    pl_run_give(run, text);
    for (int i = 0; i < 8; i++) bits = bits << 8 | mac[i];
    bits = (uint64_t)read_through(fiber, insn.b, PL_ROW_RANDOM, "bits", (int64_t)(bits >> 11));
    pl_fiber_set(fiber, insn.a, pl_double((double)(bits & ((1ull << 53) - 1)) / 9007199254740992.0));
    return PL_GO_ON;
}

PlGo pl_world_note(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlBuf *path = pl_run_scratch(run), *text = pl_run_scratch(run), *body = pl_run_scratch(run);
    uint32_t attempt = ++fiber->reads;
    pl_path_put_insn(run, path, fiber, insn.b, fiber->pc);
    pl_value_show(text, fiber->regs[insn.a]);
    pl_run_check_buf(run, text);
    bool old = pl_rows_has(run, pl_buf_str(path), PL_ROW_NOTE, attempt);
    if (!old) {
        pl_buf_put_z(body, "{\"text\":");
        pl_buf_put_json(body, pl_buf_str(text));
        pl_buf_put_char(body, '}');
        pl_rows_put(run, PL_ROW_NOTE, insn.b, attempt, pl_buf_str(path), body, PL_STR(""));
    }
    PlStr unused;
    PlHookEvent event = {.when = PL_HOOK_NOTE,
                         .path = pl_buf_str(path),
                         .step = insn.b < run->module->site_count ? run->module->sites[insn.b].step : PL_STR(""),
                         .text = pl_buf_str(text),
                         .replayed = old};
    pl_hook_tell(run, &event, &unused);
    pl_run_give(run, body);
    pl_run_give(run, text);
    pl_run_give(run, path);
    return PL_GO_ON;
}

/* ---- waits ---- */

static PlGo raise_wait(PlFiber *fiber, const char *expected, PlValue found)
{
    PlRun *run = fiber->run;
    PlBuf *scratch = pl_run_scratch(run);
    PlStr brief = pl_error_brief(run, scratch, found);
    PlGo go = PL_RAISE(fiber, RUN_WAIT, "type", expected, PL_ARG(brief));
    pl_run_give(run, scratch);
    return go;
}

/* The next time the plan's zone shows that clock. */
static int64_t next_clock(PlRun *run, int64_t of_day, int64_t now)
{
    int64_t days = floor_days(now + (int64_t)pl_zone_offset(run->zone, now) * 60000000);
    int64_t at = pl_zone_to_utc(run->zone, days * DAY_US + of_day);
    return at > now ? at : pl_zone_to_utc(run->zone, (days + 1) * DAY_US + of_day);
}

/* When a FOR or UNTIL is over, by the wall clock; false when the register does not say. */
static bool wake_time(PlFiber *fiber, const PlWaitSite *wait, int64_t now, int64_t *at)
{
    PlRun *run = fiber->run;
    PlValue v = fiber->regs[wait->reg], sum;
    const char *unused;
    int64_t us;
    int32_t offset;
    if (wait->kind == PL_WAIT_FOR) {
        if (v.tag != PL_DURATION || pl_arith_add(run->values, pl_datetime(now, 0), v, &sum, &unused) != PL_OK) return false;
        *at = sum.as.integer;
        return true;
    }
    if (v.tag == PL_DATETIME) *at = v.as.integer;
    else if (v.tag == PL_DATE) *at = pl_zone_to_utc(run->zone, v.as.integer * DAY_US);
    else if (v.tag != PL_TEXT) return false;
    else if (pl_time_read_clock(pl_text_str(v), &us)) *at = next_clock(run, us, now);
    else if (pl_time_read_datetime(pl_text_str(v), &us, &offset)) *at = us;
    else if (pl_time_read_date(pl_text_str(v), &us)) *at = pl_zone_to_utc(run->zone, us * DAY_US);
    else return false;
    return true;
}

static PlGo wait_more(PlRun *run, PlFiber *fiber);

static PlGo wait_over(PlFiber *fiber, PlValue payload)
{
    PlRun *run = fiber->run;
    const PlWaitSite *wait = &run->module->waits[fiber->function->code[fiber->pc].b];
    PlBuf *path = pl_run_scratch(run);
    pl_path_put_insn(run, path, fiber, wait->site, fiber->pc);
    if (!pl_rows_has(run, pl_buf_str(path), PL_ROW_FIRED, 0))
        pl_rows_put(run, PL_ROW_FIRED, wait->site, 0, pl_buf_str(path), NULL, PL_STR(""));
    pl_run_give(run, path);
    pl_fiber_set(fiber, fiber->function->code[fiber->pc].a, payload);
    return PL_GO_ON;
}

static PlGo wait_until(PlFiber *fiber)
{
    PlRun *run = fiber->run;
    int64_t left = fiber->wake_us - wall(run);
    if (left <= 0) return wait_over(fiber, pl_nothing());
    if (left > NAP_US) left = NAP_US;
    if (!pl_fiber_timer(fiber, run->ports.clock.mono_us(run->ports.clock.self) + left, wait_more))
        pl_heap_escape(run->heap, PL_NOMEM);
    return pl_fiber_wait(fiber);
}

static PlGo wait_more(PlRun *run, PlFiber *fiber)
{
    (void)run;
    return fiber->cancelled ? pl_fiber_end_take(fiber, pl_nothing()) : wait_until(fiber);
}

/* The event came: an ANSWER row that somebody else wrote. */
static PlGo take_event(PlFiber *fiber, const PlWaitSite *wait, PlValue answer)
{
    PlRun *run = fiber->run;
    PlValue payload = pl_nothing(), fit;
    PlMismatch why = {0};
    pl_record_find(answer, PL_STR("answer"), &payload);
    bool fits = pl_type_coerce(run->values, &run->module->types, wait->type, payload, &fit, &why);
    pl_release(run->values, answer);
    if (fits) {
        pl_fiber_set(fiber, fiber->function->code[fiber->pc].a, fit);
        return PL_GO_ON;
    }
    PlBuf *expected = pl_run_scratch(run);
    pl_type_print(expected, &run->module->types, wait->type, 80);
    pl_run_check_buf(run, expected);
    PlGo go = PL_RAISE(fiber, RUN_TYPE, "type", why.path[0] ? why.path : "the event", PL_ARG(pl_buf_str(expected)), why.found);
    pl_run_give(run, expected);
    return go;
}

/* An event comes from outside: park, or find that it came or that its time is over. */
static PlGo wait_event(PlFiber *fiber, const PlWaitSite *wait, PlStr path)
{
    PlRun *run = fiber->run;
    PlValue answer, timer;
    int64_t expires = wait->within_us ? wall(run) + (int64_t)wait->within_us : 0;
    PlBuf *text = pl_run_scratch(run), *name = pl_run_scratch(run);
    PlGo go;
    pl_value_show(name, fiber->regs[wait->reg]);
    pl_run_check_buf(run, name);
    if (pl_rows_find(run, path, PL_ROW_TIMER, 0, &timer, NULL)) {
        expires = pl_rows_int(timer, "expires", 0);
        pl_release(run->values, timer);
    } else {
        pl_buf_put_z(text, "{\"event\":");
        pl_buf_put_json(text, pl_buf_str(name));
        pl_buf_printf(text, ",\"expires\":%lld}", (long long)expires);
        pl_rows_put(run, PL_ROW_TIMER, wait->site, 0, path, text, PL_STR(""));
    }
    if (pl_rows_find(run, path, PL_ROW_ANSWER, 0, &answer, NULL)) {
        go = take_event(fiber, wait, answer);
    } else if (pl_rows_has(run, path, PL_ROW_FIRED, 0) || (expires && wall(run) >= expires)) {
        go = wait_over(fiber, pl_nothing());
    } else {
        pl_buf_clear(text);
        pl_buf_printf(text, PL_DF_RUN_PARKED, "an event", PL_ARG(pl_buf_str(name)));
        pl_end_parked(run, wait->site, path, "event", PL_D_RUN_PARKED, pl_buf_str(text), 0);
        go = pl_fiber_park(fiber);
    }
    pl_run_give(run, name);
    pl_run_give(run, text);
    return go;
}

/* A FOR or UNTIL: the TIMER row holds when it is over, so that a restart does not begin it again. */
static PlGo wait_time(PlFiber *fiber, const PlWaitSite *wait, PlStr path)
{
    PlRun *run = fiber->run;
    PlValue timer;
    if (pl_rows_find(run, path, PL_ROW_TIMER, 0, &timer, NULL)) {
        fiber->wake_us = pl_rows_int(timer, "wake", 0);
        pl_release(run->values, timer);
        if (pl_rows_has(run, path, PL_ROW_FIRED, 0)) return wait_over(fiber, pl_nothing());
        return wait_until(fiber);
    }
    if (!wake_time(fiber, wait, wall(run), &fiber->wake_us))
        return raise_wait(fiber, wait->kind == PL_WAIT_FOR ? "this should be a duration" : "this should be a time",
                          fiber->regs[wait->reg]);
    PlBuf *text = pl_run_scratch(run);
    pl_buf_printf(text, "{\"wake\":%lld}", (long long)fiber->wake_us);
    pl_rows_put(run, PL_ROW_TIMER, wait->site, 0, path, text, PL_STR(""));
    pl_run_give(run, text);
    return wait_until(fiber);
}

PlGo pl_world_wait(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    const PlWaitSite *wait = &run->module->waits[insn.b];
    PlBuf *path = pl_run_scratch(run);
    pl_path_put_insn(run, path, fiber, wait->site, fiber->pc);
    PlGo go = wait->kind == PL_WAIT_EVENT ? wait_event(fiber, wait, pl_buf_str(path)) : wait_time(fiber, wait, pl_buf_str(path));
    pl_run_give(run, path);
    return go;
}
