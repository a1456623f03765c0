/* SPDX-License-Identifier: MIT */
/* Values that are computed, which no runtime expression says: an argument that holds one takes it from an input of the workflow, and a warning says so,
 * so that no required argument is lost. Not here: values that are paths, texts, lists and records of these (arazzo_out_expr.c). */
#include "compiler/trade/arazzo_out.h"

#include "compiler/syntax/phrase.h"
#include "compiler/syntax/print_expr.h"

enum { LONGEST_NAME = 40 };

static PlStr printed(PlOut *o, const PlExpr *e)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_expr(&buf, e);
    PlStatus status = buf.status;
    PlStr text = status == PL_OK ? pl_arena_str(o->arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(o->arena, status);
    return text;
}

static bool is_taken(const PlOut *o, PlStr name)
{
    for (uint32_t i = 0; i < o->plan->inputs.len; i++)
        if (pl_str_eq(o->plan->inputs.items[i].name, name)) return true;
    for (uint32_t i = 0; i < o->computed.len; i++)
        if (pl_str_eq(o->computed.items[i].name, name)) return true;
    return false;
}

/* "count(found.orders)" is count_found_orders. */
static PlStr name_for(PlOut *o, PlStr said)
{
    PlStr name = pl_phrase_joined(o->arena, said);
    if (name.len > LONGEST_NAME) name.len = LONGEST_NAME;
    while (name.len && !pl_phrase_word_char(name.ptr[name.len - 1])) name.len--;
    while (name.len && name.ptr[name.len - 1] == '_') name.len--;
    while (name.len && (unsigned char)name.ptr[name.len - 1] >= 0x80) name.len--; /* perhaps the half of a letter */
    if (!name.len || (name.ptr[0] >= '0' && name.ptr[0] <= '9')) name = pl_arena_printf(o->arena, "value_" PL_FMT, PL_ARG(name));
    PlStr base = name;
    for (unsigned n = 2; is_taken(o, name); n++) name = pl_arena_printf(o->arena, PL_FMT "_%u", PL_ARG(base), n);
    return name;
}

static void add(PlOut *o, const PlExpr *e, PlStr named, PlSpan at)
{
    PlStr source = printed(o, e);
    for (uint32_t i = 0; i < o->computed.len; i++) {
        if (o->computed.items[i].value == e) return;
        if (!pl_str_eq(o->computed.items[i].source, source)) continue;
        pl_vec_push(o->arena, &o->computed, ((PlOutComputed){e, o->computed.items[i].name, source, true}));
        return;
    }
    PlStr name = name_for(o, named.len ? named : source);
    pl_vec_push(o->arena, &o->computed, ((PlOutComputed){e, name, source, false}));
    PlDiag *d = pl_out_lost(o, at, "a value that is computed");
    pl_diag_help(o->diags, d, "it is the input `" PL_FMT "` of the workflow", PL_ARG(name));
}

/* The parts of e that no runtime expression says. `named`: what the plan calls it. */
static void find(PlOut *o, const PlExpr *e, PlStr named, PlSpan at, unsigned level)
{
    const PlExpr *set;
    e = pl_out_bare(e);
    if (level > 50 || pl_out_can(o, e)) return;
    if (e->span.source != PL_NO_SOURCE && !named.len) at = e->span;
    if ((set = pl_out_set_value(o, e))) {
        find(o, set, e->text, at, level + 1);
    } else if (e->kind == PL_EXPR_LIST || e->kind == PL_EXPR_RECORD || e->kind == PL_EXPR_TEXT) {
        for (uint32_t i = 0; i < e->items.len; i++) find(o, e->items.items[i], PL_STR(""), at, level + 1);
        for (uint32_t i = 0; i < e->fields.len; i++) find(o, e->fields.items[i].value, PL_STR(""), at, level + 1);
    } else {
        add(o, e, named, at);
    }
}

void pl_out_computed(PlOut *o)
{
    for (uint32_t s = 0; s < o->steps.len; s++) {
        const PlStep *step = o->steps.items[s]->step;
        for (uint32_t i = 0; i < step->args.len; i++) find(o, step->args.items[i].value, PL_STR(""), step->args.items[i].value->span, 0);
    }
}

PlStr pl_out_input_of(const PlOut *o, const PlExpr *e)
{
    for (uint32_t i = 0; i < o->computed.len; i++)
        if (o->computed.items[i].value == e) return o->computed.items[i].name;
    return PL_STR("");
}
