/* SPDX-License-Identifier: MIT */
/* The first pass: which step binds which name first (for "used before"), and step references. `step 3.1`, `results of step 1` become the
 * name that the step binds; a step that binds none gets one. Before the flow, because a step must have its name when it is checked. */
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

typedef struct Refs {
    PlChecker *c;
    PlMap by_written; /* number as written -> PlStep * */
    PlMap by_label;
    PlMap again; /* name -> the second step that binds it */
} Refs;

/* "2.1." and "2.1" are the same number. */
static PlStr number_of(PlStr written)
{
    written = pl_str_trim(written);
    while (written.len && (written.ptr[written.len - 1] == '.' || written.ptr[written.len - 1] == ')')) written.len--;
    return written;
}

static bool binds_result(PlStepKind kind)
{
    return kind == PL_STEP_ACTION || kind == PL_STEP_PROSE || kind == PL_STEP_ASK || kind == PL_STEP_WAIT_EVENT ||
           kind == PL_STEP_KEEP;
}

static PlStr name_of(const PlStep *step)
{
    if (binds_result(step->kind)) return step->bind;
    bool named = step->kind == PL_STEP_SET || step->kind == PL_STEP_ADD || step->kind == PL_STEP_INCREASE;
    return named && !step->target ? step->name : PL_STR("");
}

static void put_first(PlMap *map, PlStr key, PlStep *step)
{
    if (!key.len) return;
    PlMapEntry *entry = pl_map_put(map, key, NULL);
    if (!entry->value.ptr) entry->value.ptr = step;
}

static void collect(Refs *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        put_first(&r->by_written, number_of(step->written), step);
        put_first(&r->by_label, step->label, step);
        PlStr name = name_of(step);
        if (name.len && pl_map_get(&r->c->binders, name)) put_first(&r->again, name, step);
        put_first(&r->c->binders, name, step);
        collect(r, step->steps.items, step->steps.len);
    }
}

/* step_3_1, or with a tail when the plan has that name already. */
static void give_name(Refs *r, PlStep *step)
{
    PlArena *arena = r->c->arena;
    PlStr number = step->written.len ? number_of(step->written) : step->label;
    PlStr name = pl_arena_printf(arena, "step_" PL_FMT, PL_ARG(number));
    for (size_t i = 0; i < name.len; i++) {
        char *at = (char *)(uintptr_t)name.ptr + i;
        bool word = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        if (!word) *at = '_';
    }
    while (pl_map_find(&r->c->binders, name)) name = pl_arena_printf(arena, PL_FMT "_result", PL_ARG(name));
    step->bind = name;
    step->bind_span = step->span;
    put_first(&r->c->binders, name, step);
}

static void resolve(void *context, PlExpr **slot)
{
    Refs *r = context;
    PlExpr *x = *slot;
    pl_tree_operands(x, resolve, r);
    if (x->kind != PL_EXPR_STEP_REF) return;
    PlStr number = number_of(x->text);
    PlStep *step = pl_map_get(&r->by_written, number);
    if (!step) step = pl_map_get(&r->by_label, number);
    if (!step) {
        PlDiag *d = PL_REPORT(r->c->diags, UNKNOWN_STEP, x->span, PL_ARG(number));
        if (r->c->plan->steps.len)
            pl_diag_help(r->c->diags, d, "the plan's steps go from 1 to %u", (unsigned)r->c->plan->steps.len);
        x->kind = PL_EXPR_BAD;
        return;
    }
    if (!name_of(step).len && binds_result(step->kind)) give_name(r, step);
    PlStr name = name_of(step);
    if (!name.len) {
        PlDiag *d = PL_REPORT(r->c->diags, STEP_WITHOUT_RESULT, x->span, PL_ARG(number));
        pl_diag_related(r->c->diags, d, step->span, "this step");
        pl_diag_help(r->c->diags, d, "refer to a name that one of its sub-steps binds");
        x->kind = PL_EXPR_BAD;
        return;
    }
    PL_REPORT(r->c->diags, STEP_READ_AS, x->span, PL_ARG(number), PL_ARG(name));
    PlStep *other = pl_map_get(&r->again, name);
    if (other && binds_result(step->kind)) {
        if (other == step) other = pl_map_get(&r->c->binders, name);
        PlDiag *d = PL_REPORT(r->c->diags, STEP_REBOUND, x->span, PL_ARG(number), PL_ARG(name), PL_ARG(other->label));
        pl_diag_related(r->c->diags, d, other->bind.len ? other->bind_span : other->span, "bound here too");
        pl_diag_help(r->c->diags, d, "give the result of step %.*s a name of its own", PL_ARG(number));
    }
    x->kind = PL_EXPR_NAME;
    x->text = name;
    x->text_span = x->span;
}

static void resolve_all(Refs *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], resolve, r);
        resolve_all(r, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_scope_prepare(PlChecker *c)
{
    Refs r = {.c = c};
    pl_map_init(&r.by_written, c->arena);
    pl_map_init(&r.by_label, c->arena);
    pl_map_init(&r.again, c->arena);
    collect(&r, c->plan->steps.items, c->plan->steps.len);
    resolve_all(&r, c->plan->steps.items, c->plan->steps.len);
    if (c->plan->output) resolve(&r, &c->plan->output);
}
