/* SPDX-License-Identifier: MIT */
/* Nesting. A number of several parts names its block ("3.2" stands in "3"); single numbers, letters and bullets nest by indentation and by
 * whether they go on counting. Where number and indentation, or number and order, disagree, the tree stays sensible and a note says so. */
#include "compiler/syntax/steps.h"

#include "vm/base/limits.h"

#define RENUMBER "`pilotc fmt -w FILE` numbers all steps anew"

typedef struct Level {
    PlStep *step;
    const PlItem *item;
} Level;

struct PlNest {
    PlSyntax *syntax;
    Level open[64]; /* the last step of each level, outermost first */
    uint32_t depth;
    bool full; /* PL_LIMIT_STEPS was passed and reported */
    bool deep; /* the same for PL_LIMIT_STEP_DEPTH */
};

PlNest *pl_nest_new(PlSyntax *syntax)
{
    PlNest *nest = PL_NEW(syntax->arena, PlNest);
    nest->syntax = syntax;
    return nest;
}

PlStep *pl_step_new(PlArena *arena, PlSpan span)
{
    PlStep *step = PL_NEW(arena, PlStep);
    step->kind = step->announced = PL_STEP_PROSE;
    step->span = span;
    step->marker = step->keyword = step->prose_span = step->bind_span = step->action_span = PL_NO_SPAN;
    step->name_span = step->name2_span = step->trailing.span = PL_NO_SPAN;
    return step;
}

static bool has_numbers(const PlItem *item, const uint32_t *numbers, uint32_t count)
{
    return item->style == PL_MARK_NUMBER && item->count == count &&
           memcmp(item->numbers, numbers, count * sizeof *numbers) == 0;
}

static uint32_t last_number(const PlItem *item)
{
    return item->count ? item->numbers[item->count - 1] : 0;
}

/* The level (0 is the top) at which a marker without a block in its number stands, from its indentation. */
static uint32_t level_by_indent(const PlNest *nest, const PlItem *item)
{
    uint32_t level = nest->depth;
    while (level > 0 && nest->open[level - 1].item->indent > item->indent) level--;
    if (level > 0 && nest->open[level - 1].item->indent == item->indent) {
        bool under = item->style == PL_MARK_BULLET && nest->open[level - 1].item->style != PL_MARK_BULLET;
        return under ? level : level - 1;
    }
    return level;
}

/* "4." among single numbers: beside the one that it counts on from, or with the same indentation; "1." deeper opens a level. */
static uint32_t level_of_single(const PlNest *nest, const PlItem *item)
{
    for (uint32_t i = nest->depth; i > 0; i--) {
        const PlItem *open = nest->open[i - 1].item;
        if (open->style == item->style && open->count == 1 && open->indent == item->indent) return i - 1;
    }
    bool first = item->numbers[0] <= 1 || item->style != PL_MARK_NUMBER;
    for (uint32_t i = nest->depth; i > 0 && !first; i--) {
        const PlItem *open = nest->open[i - 1].item;
        if (open->style == item->style && open->count == 1 && open->numbers[0] + 1 == item->numbers[0]) return i - 1;
    }
    return level_by_indent(nest, item);
}

/* "3.2": under the open step 3. UINT32_MAX when there is none. */
static uint32_t level_of_dotted(const PlNest *nest, const PlItem *item)
{
    for (uint32_t i = nest->depth; i > 0; i--)
        if (has_numbers(nest->open[i - 1].item, item->numbers, item->count - 1)) return i;
    return UINT32_MAX;
}

static void set_place(PlArena *arena, PlStep *step, PlStep *parent, uint32_t place)
{
    step->parent = parent;
    step->depth = parent ? parent->depth + 1 : 1;
    step->number = PL_NEW_N(arena, uint32_t, step->depth);
    if (parent) memcpy(step->number, parent->number, parent->depth * sizeof *step->number);
    step->number[step->depth - 1] = place;
    step->label = parent ? pl_arena_printf(arena, PL_FMT ".%u", PL_ARG(parent->label), place)
                         : pl_arena_printf(arena, "%u", place);
}

static PlStr written_number(PlArena *arena, const PlItem *item)
{
    if (item->style != PL_MARK_NUMBER) return PL_STR("");
    PlStr s = PL_STR("");
    for (uint32_t i = 0; i < item->count; i++)
        s = i ? pl_arena_printf(arena, PL_FMT ".%u", PL_ARG(s), item->numbers[i])
              : pl_arena_printf(arena, "%u", item->numbers[i]);
    return s;
}

/* Notes on numbers that repeat or jump; `before` is the step before on the same level, with its item, or NULL. */
static void check_number(PlNest *nest, const PlStep *step, const PlItem *item, const Level *before)
{
    PlDiags *diags = nest->syntax->diags;
    uint32_t expected = before ? last_number(before->item) + 1 : 1, n = last_number(item);
    if (item->style != PL_MARK_NUMBER || n == expected || (before && before->item->style != PL_MARK_NUMBER)) return;
    if (before && n == last_number(before->item)) {
        PlDiag *d = PL_REPORT(diags, NUMBER_REPEATED, item->marker, step->written.ptr, step->label.ptr);
        pl_diag_help(diags, d, RENUMBER);
        return;
    }
    const char *follows = before ? before->step->written.ptr : "nothing";
    PlDiag *d = PL_REPORT(diags, NUMBER_JUMPS, item->marker, step->written.ptr, follows, step->label.ptr);
    pl_diag_help(diags, d, RENUMBER);
}

static void check_indent(PlNest *nest, const PlStep *step, const PlItem *item, const Level *before, const Level *parent)
{
    bool differs = before ? before->item->indent != item->indent : parent && parent->item->indent > item->indent;
    if (!differs) return;
    PlDiag *d = PL_REPORT(nest->syntax->diags, INDENT_DIFFERS, item->marker, step->label.ptr);
    pl_diag_help(nest->syntax->diags, d, "the number counts; `pilotc fmt -w FILE` indents the step like it");
}

bool pl_nest_add(PlNest *nest, const PlItem *item, PlStep *step)
{
    PlSyntax *syntax = nest->syntax;
    PlPlan *plan = syntax->plan;
    if (plan->step_count >= PL_LIMIT_STEPS) {
        if (!nest->full) PL_REPORT(syntax->diags, TOO_MANY_STEPS, item->marker, (unsigned)PL_LIMIT_STEPS);
        nest->full = true;
        return false;
    }
    bool dotted = item->style == PL_MARK_NUMBER && item->count > 1;
    uint32_t level = dotted        ? level_of_dotted(nest, item)
                     : item->count ? level_of_single(nest, item)
                                   : level_by_indent(nest, item);
    bool astray = level == UINT32_MAX;
    if (astray) level = level_by_indent(nest, item);
    bool too_deep = level >= PL_LIMIT_STEP_DEPTH;
    if (too_deep) {
        if (!nest->deep) PL_REPORT(syntax->diags, STEPS_TOO_DEEP, item->marker, (unsigned)PL_LIMIT_STEP_DEPTH);
        nest->deep = true;
        level = (uint32_t)PL_LIMIT_STEP_DEPTH - 1;
    }
    const Level *parent = level ? &nest->open[level - 1] : NULL;
    Level before = {0};
    bool has_before = level < nest->depth;
    if (has_before) before = nest->open[level];
    uint32_t place = parent ? parent->step->steps.len + 1 : plan->steps.len + 1;
    set_place(syntax->arena, step, parent ? parent->step : NULL, place);
    step->written = written_number(syntax->arena, item);
    if (astray) PL_REPORT(syntax->diags, NUMBER_ASTRAY, item->marker, step->written.ptr, step->label.ptr);
    if (!astray && !too_deep) {
        check_number(nest, step, item, has_before ? &before : NULL);
        check_indent(nest, step, item, has_before ? &before : NULL, parent);
    }
    if (parent)
        pl_vec_push(syntax->arena, &parent->step->steps, step);
    else
        pl_vec_push(syntax->arena, &plan->steps, step);
    plan->step_count++;
    nest->open[level] = (Level){step, item};
    nest->depth = level + 1;
    return true;
}

PlStep *pl_nest_new_step(PlSyntax *syntax, PlStep *parent, PlSpan span)
{
    PlPlan *plan = syntax->plan;
    if (plan->step_count >= PL_LIMIT_STEPS) {
        PL_REPORT(syntax->diags, TOO_MANY_STEPS, span, (unsigned)PL_LIMIT_STEPS);
        return NULL;
    }
    if (parent && parent->depth >= PL_LIMIT_STEP_DEPTH) {
        PL_REPORT(syntax->diags, STEPS_TOO_DEEP, span, (unsigned)PL_LIMIT_STEP_DEPTH);
        return NULL;
    }
    PlStep *step = pl_step_new(syntax->arena, span);
    set_place(syntax->arena, step, parent, parent ? parent->steps.len + 1 : plan->steps.len + 1);
    if (parent)
        pl_vec_push(syntax->arena, &parent->steps, step);
    else
        pl_vec_push(syntax->arena, &plan->steps, step);
    plan->step_count++;
    return step;
}

/* Depth is bounded by PL_LIMIT_STEP_DEPTH. */
static void renumber(PlArena *arena, PlStep *const *steps, uint32_t count, PlStep *parent)
{
    for (uint32_t i = 0; i < count; i++) {
        set_place(arena, steps[i], parent, i + 1);
        renumber(arena, steps[i]->steps.items, steps[i]->steps.len, steps[i]);
    }
}

void pl_nest_renumber(PlSyntax *syntax)
{
    renumber(syntax->arena, syntax->plan->steps.items, syntax->plan->steps.len, NULL);
}
