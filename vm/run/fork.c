/* SPDX-License-Identifier: MIT */
/* Forking a run. Two walks over the old journal: one decides what is left out and which calls that makes again, one copies. */
#include "vm/run/fork.h"

#include "vm/base/json_scan.h"
#include "vm/code/hash.h"

typedef struct Survey {
    PlArena *arena;
    PlForkPlan *plan;
    PL_VEC(PlForkCall) calls; /* unsafe or keyed: all there are */
    PlStr failed_at;          /* path in the error of END */
    PL_VEC(bool) seen;        /* each path of plan->at has a row */
} Survey;

static bool is_at_or_below(PlStr path, PlStr at)
{
    return pl_str_starts(path, at) && (path.len == at.len || strchr("#.~?", path.ptr[at.len]) != NULL);
}

/* ---- what there is ---- */

static void see_intent(Survey *s, const PlRow *row)
{
    PlStr class = pl_json_find_text(s->arena, row->body, "class");
    if (pl_str_eq_z(class, "safe") || pl_str_eq_z(class, "idempotent")) return;
    PlForkCall call = {pl_arena_str(s->arena, row->path), pl_arena_str(s->arena, row->body), row->attempt, row->seq, true};
    pl_vec_push(s->arena, &s->calls, call);
}

/* An outcome that says that the call did nothing: an answer that is no success, a failure before a byte left, a person's word. */
static void see_outcome(Survey *s, const PlRow *row)
{
    PlStr status;
    int64_t number = 0;
    for (uint32_t i = s->calls.len; i-- > 0;) {
        PlForkCall *c = &s->calls.items[i];
        if (c->attempt != row->attempt || !pl_str_eq(c->path, row->path)) continue;
        if (row->kind == PL_ROW_FAIL) c->may_be_applied = false;
        if (row->kind == PL_ROW_RESOLVE) c->may_be_applied = pl_str_eq_z(pl_json_find_text(s->arena, row->body, "how"), "applied");
        if (row->kind == PL_ROW_RESULT && pl_json_find(row->body, "status", &status) && pl_str_to_int(status, &number))
            c->may_be_applied = number < 400 || number >= 500;
        return;
    }
}

static void see_end(Survey *s, const PlRow *row)
{
    PlStr error;
    s->plan->has_ended = true;
    s->plan->is_done = !pl_json_find(row->body, "error", &error);
    if (!s->plan->is_done) s->failed_at = pl_json_find_text(s->arena, error, "path");
}

static PlStatus survey_row(void *user, const PlRow *row)
{
    Survey *s = user;
    s->plan->rows = row->seq;
    for (uint32_t i = 0; i < s->plan->at.len; i++) s->seen.items[i] |= is_at_or_below(row->path, s->plan->at.items[i]);
    if (row->kind == PL_ROW_START) s->plan->start = pl_arena_str(s->arena, row->body);
    else if (row->kind == PL_ROW_INTENT) see_intent(s, row);
    else if (row->kind == PL_ROW_RESULT || row->kind == PL_ROW_FAIL || row->kind == PL_ROW_RESOLVE) see_outcome(s, row);
    else if (row->kind == PL_ROW_END) see_end(s, row);
    else if (row->kind == PL_ROW_FORKED) s->plan->to = pl_json_find_text(s->arena, row->body, "to");
    return PL_OK;
}

static bool goes_along(const PlForkPlan *plan, const PlRow *row)
{
    if (row->kind == PL_ROW_RESUME || row->kind == PL_ROW_PARK || row->kind == PL_ROW_CANCEL || row->kind == PL_ROW_END || row->kind == PL_ROW_FORKED ||
        row->kind == PL_ROW_REDACT)
        return false;
    for (uint32_t i = 0; i < plan->at.len; i++) {
        PlStr at = plan->at.items[i];
        if (is_at_or_below(row->path, at)) return false;
        if (row->kind == PL_ROW_FAIL && row->attempt == 0 && row->path.len && is_at_or_below(at, row->path)) return false;
    }
    return true;
}

static PlStatus count_row(void *user, const PlRow *row)
{
    PlForkPlan *plan = user;
    plan->copied += goes_along(plan, row);
    return PL_OK;
}

PlStatus pl_fork_plan(PlArena *arena, PlJournalPort from, const PlStr *at, uint32_t at_count, PlForkPlan *out)
{
    *out = (PlForkPlan){.start = PL_STR(""), .to = PL_STR(""), .missing = PL_STR("")};
    Survey s = {.arena = arena, .plan = out, .failed_at = PL_STR("")};
    for (uint32_t i = 0; i < at_count; i++) {
        pl_vec_push(arena, &out->at, pl_arena_str(arena, at[i]));
        pl_vec_push(arena, &s.seen, false);
    }
    PlStatus status = from.each(from.self, survey_row, &s);
    if (at_count == 0 && s.failed_at.len) pl_vec_push(arena, &out->at, s.failed_at);
    for (uint32_t i = 0; i < s.seen.len; i++)
        if (!s.seen.items[i]) out->missing = out->at.items[i];
    for (uint32_t i = 0; i < s.calls.len; i++) {
        const PlForkCall *c = &s.calls.items[i];
        bool left_out = false;
        for (uint32_t k = 0; k < out->at.len; k++) left_out |= is_at_or_below(c->path, out->at.items[k]);
        if (left_out && c->may_be_applied) pl_vec_push(arena, &out->again, *c);
    }
    return status == PL_OK ? from.each(from.self, count_row, out) : status;
}

/* ---- copying ---- */

typedef struct Copier {
    PlArena *arena;
    const PlForkPlan *plan;
    PlJournalPort to;
    const PlModule *module;
    PlStr start;   /* of the new run */
    uint64_t skip; /* rows that were copied before */
    PlBuf step;
} Copier;

/* The site of the step that a path is of, in the new plan: the path without its iterations. */
static uint32_t site_of(Copier *c, PlStr path)
{
    bool skip = false;
    pl_buf_clear(&c->step);
    for (size_t i = 0; i < path.len; i++) {
        char ch = path.ptr[i];
        skip = ch == '#' || ch == '~' || (skip && ch >= '0' && ch <= '9');
        if (!skip) pl_buf_put_char(&c->step, ch);
    }
    for (uint32_t i = 0; path.len && i < c->module->site_count; i++)
        if (pl_str_eq(c->module->sites[i].step, pl_buf_str(&c->step))) return i;
    return PL_NO_SITE;
}

static PlStatus copy_row(void *user, const PlRow *row)
{
    Copier *c = user;
    if (!goes_along(c->plan, row)) return PL_OK;
    if (c->skip > 0) {
        c->skip--;
        return PL_OK;
    }
    PlRow mine = *row;
    if (row->kind == PL_ROW_START) mine.body = c->start;
    if (row->site != PL_NO_SITE) mine.site = site_of(c, row->path);
    return c->to.append(c->to.self, &mine);
}

/* `otherwise` NULL: only when it is there. */
static void put_field(PlBuf *out, PlStr start, const char *name, const char *otherwise)
{
    PlStr raw = pl_str_z(otherwise);
    if (pl_json_find(start, name, &raw) || otherwise) pl_buf_printf(out, ",\"%s\":" PL_FMT, name, PL_ARG(raw));
}

static PlStr make_start(PlArena *arena, const PlForkPlan *plan, PlStr run, const PlModule *module)
{
    PlBuf body;
    char hash[65], effects[65];
    PlStr key_run;
    pl_buf_init(&body, 0);
    pl_hash_hex(module->hash, 32, hash);
    pl_hash_hex(module->effect_hash, 32, effects);
    pl_buf_printf(&body, "{\"module\":\"%s\",\"effects\":\"%s\"", hash, effects);
    put_field(&body, plan->start, "seed", "\"\"");
    put_field(&body, plan->start, "input", "{}");
    put_field(&body, plan->start, "servers", "{}");
    put_field(&body, plan->start, "max_calls", "0");
    put_field(&body, plan->start, "max_tokens", NULL);
    put_field(&body, plan->start, "max_money", NULL);
    pl_buf_put_z(&body, ",\"key_run\":");
    if (pl_json_find(plan->start, "key_run", &key_run)) pl_buf_put(&body, key_run);
    else pl_buf_put_json(&body, run);
    pl_buf_put_z(&body, ",\"forked\":{\"run\":");
    pl_buf_put_json(&body, run);
    pl_buf_printf(&body, ",\"rows\":%llu,\"copied\":%llu}}", (unsigned long long)plan->rows, (unsigned long long)plan->copied);
    PlStr start = body.status == PL_OK ? pl_arena_str(arena, pl_buf_str(&body)) : PL_STR("");
    pl_buf_deinit(&body);
    return start;
}

PlStatus pl_fork_copy(PlArena *arena, const PlForkPlan *plan, PlStr run, PlJournalPort from, PlJournalPort to, const PlModule *module, uint64_t have)
{
    Copier c = {.arena = arena, .plan = plan, .to = to, .module = module, .start = make_start(arena, plan, run, module), .skip = have};
    if (!c.start.len) return PL_NOMEM;
    pl_buf_init(&c.step, 0);
    PlStatus status = from.each(from.self, copy_row, &c);
    if (status == PL_OK) status = c.step.status;
    pl_buf_deinit(&c.step);
    return status == PL_OK ? to.barrier(to.self) : status;
}

PlStatus pl_fork_close(PlJournalPort from, PlStr to, int64_t wall_us)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_put_z(&body, "{\"to\":");
    pl_buf_put_json(&body, to);
    pl_buf_put_char(&body, '}');
    PlRow row = {.kind = PL_ROW_FORKED, .site = PL_NO_SITE, .path = PL_STR(""), .body = pl_buf_str(&body), .blob = PL_STR(""), .wall_us = wall_us};
    PlStatus status = body.status == PL_OK ? from.append(from.self, &row) : body.status;
    if (status == PL_OK) status = from.barrier(from.self);
    pl_buf_deinit(&body);
    return status;
}
