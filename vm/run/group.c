/* SPDX-License-Identifier: MIT */
/* Several at a time: a scatter's items and a together's branches. Children are born in list order, at most `cap` alive; what they return
 * goes to the parent in list order when all have ended, whatever order that was. A failure that is not tolerated cancels the others;
 * when what they had sent is settled, a FAIL row at the group's path records which error it was, so that a resumed run raises the same. */
#include "vm/run/state.h"

#include "vm/run/rows.h"
#include "vm/run/taint.h"
#include "vm/value/arith.h"

static PlGo group_done(PlRun *run, PlFiber *parent);

static void put_group_path(PlRun *run, PlBuf *out, const PlFiber *fiber, uint32_t site)
{
    pl_path_put_insn(run, out, fiber, site, fiber->pc);
}

/* The error that a FAIL row of this group recorded; false when there is none. */
static bool find_recorded(PlFiber *fiber, uint32_t site, PlValue *record)
{
    PlRun *run = fiber->run;
    PlValue body;
    bool found = false;
    if (!run->resumed) return false;
    PlBuf *path = pl_run_scratch(run);
    put_group_path(run, path, fiber, site);
    if (pl_rows_find(run, pl_buf_str(path), PL_ROW_FAIL, 0, &body, NULL)) {
        found = pl_record_find(body, PL_STR("error"), record);
        if (found) *record = pl_retain(*record);
        pl_release(run->values, body);
    }
    pl_run_give(run, path);
    return found;
}

static PlValue *values_new(PlRun *run, uint64_t count)
{
    if (count > SIZE_MAX / 2 / sizeof(PlValue)) pl_heap_escape(run->heap, PL_LIMIT);
    PlValue *values = pl_heap_alloc(run->heap, (size_t)count * sizeof *values);
    for (uint64_t i = 0; i < count; i++) values[i] = pl_nothing();
    return values;
}

static PlGroup *group_new(PlFiber *parent, uint32_t site, uint32_t count, uint16_t width)
{
    PlRun *run = parent->run;
    PlGroup *group = pl_heap_alloc(run->heap, sizeof *group);
    *group = (PlGroup){
        .parent = parent, .site = site, .count = count, .width = width, .list = pl_nothing(), .failure = pl_nothing()};
    group->values = values_new(run, (uint64_t)count * width);
    group->errors = values_new(run, count);
    group->ended = pl_heap_alloc(run->heap, count);
    memset(group->ended, 0, count);
    group->members = pl_heap_alloc(run->heap, count * sizeof *group->members);
    memset(group->members, 0, count * sizeof *group->members);
    parent->children = group;
    return group;
}

static void group_free(PlGroup *group)
{
    PlRun *run = group->parent->run;
    uint64_t cells = (uint64_t)group->count * group->width;
    for (uint64_t i = 0; i < cells; i++) pl_release(run->values, group->values[i]);
    for (uint32_t i = 0; i < group->count; i++) pl_release(run->values, group->errors[i]);
    pl_release(run->values, group->list);
    pl_release(run->values, group->failure);
    pl_heap_release(run->heap, group->values, (size_t)cells * sizeof *group->values);
    pl_heap_release(run->heap, group->errors, group->count * sizeof *group->errors);
    pl_heap_release(run->heap, group->ended, group->count);
    pl_heap_release(run->heap, group->members, group->count * sizeof *group->members);
    group->parent->children = NULL;
    pl_heap_release(run->heap, group, sizeof *group);
}

static PlFiber *birth(PlGroup *group, uint16_t function, const uint16_t *captures, uint16_t capture_count)
{
    PlFiber *parent = group->parent;
    uint32_t index = group->spawned++;
    PlFiber *child = pl_fiber_new(parent->run, function, group, index);
    for (uint16_t i = 0; i < capture_count && i < child->function->regs; i++)
        child->regs[i] = pl_retain(parent->regs[captures[i]]);
    pl_taint_birth(child, captures, capture_count, group->scatter != NULL);
    group->members[index] = child;
    group->alive++;
    pl_fiber_ready(child, NULL);
    return child;
}

static void spawn(PlGroup *group)
{
    while (!group->cancelling && group->spawned < group->count && group->alive < group->cap) {
        if (group->together) {
            const PlBranch *b = &group->together->branches[group->spawned];
            birth(group, b->function, b->captures, b->capture_count);
            continue;
        }
        const PlScatter *s = group->scatter;
        PlFiber *child = birth(group, s->function, s->captures, s->capture_count);
        if ((uint32_t)s->capture_count + 2 > child->function->regs) continue;
        pl_fiber_set(child, s->capture_count, pl_retain(pl_list_at(group->list, child->index)));
        pl_fiber_set(child, (uint16_t)(s->capture_count + 1), pl_int((int64_t)child->index + 1));
    }
}

/* PL_GO_ON when one more level and so many fibers are fine. */
static PlGo check_room(PlFiber *fiber)
{
    if (fiber->depth + 1 >= PL_LIMIT_FRAME_DEPTH)
        return PL_FATAL(fiber, PL_LIMIT, RUN_DEPTH, "limit", (unsigned)PL_LIMIT_FRAME_DEPTH);
    return PL_GO_ON;
}

static PlGo start(PlGroup *group)
{
    PlRun *run = group->parent->run;
    uint64_t room = run->fiber_count < PL_LIMIT_FIBERS ? PL_LIMIT_FIBERS - run->fiber_count : 1;
    if (group->cap == 0 || group->cap > PL_LIMIT_SCATTER_CAP) group->cap = (uint32_t)PL_LIMIT_SCATTER_CAP;
    if (group->cap > room) group->cap = (uint32_t)room;
    spawn(group);
    return pl_fiber_wait(group->parent);
}

/* The cap: of the instruction, else of its register; 0 when that is no sensible number. */
static uint32_t cap_of(const PlFiber *fiber, const PlScatter *s)
{
    if (s->cap) return s->cap;
    PlValue cap = fiber->regs[s->cap_reg];
    return cap.tag == PL_INT && cap.as.integer > 0 && cap.as.integer < UINT32_MAX ? (uint32_t)cap.as.integer : 1;
}

PlGo pl_group_scatter(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    const PlScatter *s = &run->module->scatters[insn.b];
    PlValue list = fiber->regs[s->list], record;
    PlGo go = check_room(fiber);
    if (go != PL_GO_ON) return go;
    if (list.tag != PL_LIST) {
        PlBuf *found = pl_run_scratch(run);
        PlStr brief = pl_error_brief(run, found, list);
        go = PL_RAISE(fiber, RUN_NOT_LIST, "type", PL_ARG(brief));
        pl_run_give(run, found);
        return go;
    }
    if (find_recorded(fiber, s->site, &record)) return pl_error_throw_take(fiber, record);
    uint32_t count = pl_list_len(list);
    PlGroup *group = group_new(fiber, s->site, count, s->gather_count);
    group->scatter = s;
    group->list = pl_retain(list);
    group->cap = cap_of(fiber, s);
    group->allowed = s->tolerate_percent && s->tolerate != UINT32_MAX ? (uint32_t)((uint64_t)count * s->tolerate / 100)
                                                                      : s->tolerate;
    if (count == 0) return group_done(run, fiber);
    return start(group);
}

PlGo pl_group_together(PlFiber *fiber, PlInsn insn)
{
    const PlTogether *t = &fiber->run->module->togethers[insn.b];
    PlValue record;
    uint16_t width = 0;
    PlGo go = check_room(fiber);
    if (go != PL_GO_ON) return go;
    if (find_recorded(fiber, t->site, &record)) return pl_error_throw_take(fiber, record);
    for (uint16_t i = 0; i < t->branch_count; i++)
        if (t->branches[i].gather_count > width) width = t->branches[i].gather_count;
    PlGroup *group = group_new(fiber, t->site, t->branch_count, width);
    group->together = t;
    group->cap = t->branch_count;
    group->allowed = t->go_on ? UINT32_MAX : 0;
    if (group->count == 0) return group_done(fiber->run, fiber);
    return start(group);
}

PlGo pl_group_returns(PlFiber *fiber, PlInsn insn)
{
    PlGroup *group = fiber->group;
    for (uint32_t i = 0; group && i < insn.x && i < group->width; i++) {
        PlValue *slot = &group->values[(size_t)fiber->index * group->width + i];
        pl_release(fiber->run->values, *slot);
        *slot = pl_retain(fiber->regs[insn.b + i]);
    }
    return pl_fiber_end_take(fiber, pl_nothing());
}

/* Nobody is alive and nobody will be. */
static void finish(PlGroup *group)
{
    pl_fiber_ready(group->parent, group_done);
}

void pl_group_child_ended(PlGroup *group, PlFiber *child)
{
    uint32_t i = child->index;
    group->members[i] = NULL;
    group->ended[i] = 1;
    group->alive--;
    if (child->failure.tag != PL_NOTHING) {
        group->errors[i] = pl_retain(child->failure);
        if (group->failures < UINT32_MAX) group->failures++;
        if (group->failures > group->allowed && group->failure.tag == PL_NOTHING && !group->cancelling) {
            group->failure = pl_retain(child->failure);
            pl_group_cancel(group);
            return;
        }
    }
    pl_group_passed(child);
    spawn(group);
    if (group->alive == 0 && (group->cancelling || group->spawned == group->count)) finish(group);
}

void pl_group_cancel(PlGroup *group)
{
    group->cancelling = true;
    group->alive++; /* ours, so that the end of the last child below does not finish the group twice */
    for (uint32_t i = 0; i < group->spawned; i++)
        if (group->members[i]) pl_fiber_cancel(group->members[i]);
    if (--group->alive == 0) finish(group);
}

bool pl_group_is_turn(const PlFiber *fiber)
{
    PlGroup *group = fiber->group;
    if (!group || !group->scatter) return true;
    while (group->turn < group->spawned
           && (group->ended[group->turn] || group->members[group->turn]->passed_order)) group->turn++;
    return group->turn >= fiber->index;
}

PlGo pl_group_wait_turn(PlFiber *fiber, PlResume resume)
{
    fiber->waits_turn = true;
    fiber->resume = resume;
    fiber->group->turn_waiters++;
    return pl_fiber_wait(fiber);
}

void pl_group_passed(PlFiber *fiber)
{
    PlGroup *group = fiber->group;
    fiber->passed_order = true;
    if (!group || group->turn_waiters == 0 || group->cancelling) return;
    for (uint32_t i = group->turn; i < group->spawned; i++) {
        PlFiber *other = group->members[i];
        if (!other || other == fiber || other->passed_order) continue;
        if (other->waits_turn && pl_group_is_turn(other)) {
            other->waits_turn = false;
            group->turn_waiters--;
            pl_fiber_ready(other, other->resume);
        }
        return; /* those behind it wait for it */
    }
}

/* ---- handing over ---- */

/* False when a count cannot be added up: *error says why. */
static bool gather_one(PlFiber *parent, PlGather gather, PlValue v, const char **error)
{
    PlValues *values = parent->run->values;
    PlValue *slot = &parent->regs[gather.reg], sum;
    if (gather.kind == PL_GATHER_SET) {
        pl_fiber_set(parent, gather.reg, pl_retain(v));
    } else if (v.tag == PL_NOTHING) {
        return true;
    } else if (gather.kind == PL_GATHER_COUNT) {
        if (slot->tag == PL_NOTHING) *slot = pl_int(0);
        if (pl_arith_add(values, *slot, v, &sum, error) != PL_OK) return false;
        pl_fiber_set(parent, gather.reg, sum);
    } else if (v.tag == PL_LIST) {
        if (slot->tag == PL_NOTHING) *slot = pl_list(values, pl_list_len(v));
        if (slot->tag != PL_LIST) return true;
        PlValue list = *slot;
        *slot = pl_nothing();
        *slot = pl_list_extend_take(values, list, v);
    }
    return true;
}

static bool gather_all(PlGroup *group, const char **error)
{
    PlFiber *parent = group->parent;
    PlRun *run = parent->run;
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->errors[i].tag != PL_NOTHING) continue;
        const PlGather *gathers = group->scatter ? group->scatter->gathers : group->together->branches[i].gathers;
        uint16_t count = group->scatter ? group->scatter->gather_count : group->together->branches[i].gather_count;
        for (uint16_t k = 0; k < count; k++)
            if (!gather_one(parent, gathers[k], group->values[(size_t)i * group->width + k], error)) return false;
    }
    bool tolerant = group->scatter ? group->scatter->tolerate > 0 : group->together->go_on;
    if (!tolerant) return true;
    PlValue failures = pl_list(run->values, group->failures);
    for (uint32_t i = 0; i < group->count; i++)
        if (group->errors[i].tag != PL_NOTHING)
            failures = pl_list_append_take(run->values, failures, pl_retain(group->errors[i]));
    pl_fiber_set(parent, group->scatter ? group->scatter->failures : group->together->failures, failures);
    return true;
}

static void record_failure(PlRun *run, PlFiber *parent, PlGroup *group)
{
    PlBuf *path = pl_run_scratch(run), *body = pl_run_scratch(run);
    put_group_path(run, path, parent, group->site);
    pl_buf_put_z(body, "{\"error\":");
    pl_json_write(body, group->failure);
    pl_buf_put_char(body, '}');
    pl_rows_put(run, PL_ROW_FAIL, group->site, 0, pl_buf_str(path), body, PL_STR(""));
    pl_run_give(run, body);
    pl_run_give(run, path);
}

static PlGo group_done(PlRun *run, PlFiber *parent)
{
    PlGroup *group = parent->children;
    PlValue failure = pl_retain(group->failure);
    if (parent->cancelled || run->phase != PL_PHASE_LIVE) {
        group_free(group);
        pl_release(run->values, failure);
        return pl_fiber_end_take(parent, pl_nothing());
    }
    if (failure.tag == PL_NOTHING) {
        const char *error = "";
        bool good = gather_all(group, &error);
        group_free(group);
        return good ? PL_GO_ON : PL_RAISE(parent, RUN_ARITH, "value", PL_ARG(pl_str_z(error)));
    }
    record_failure(run, parent, group);
    group_free(group);
    return pl_error_throw_take(parent, failure);
}
