/* SPDX-License-Identifier: MIT */
/* The table of visible names. What a name holds at a place is the flow's (flow.c); what a step reference means is refs.c. */
#include "compiler/check/scope.h"

#include "compiler/check/flow.h"

/* Rule: a word that an expression or a step begins with is no name. */
bool pl_scope_is_reserved(PlStr name)
{
    static const char *const words[] = {"it", "now",  "today", "nothing",   "null", "none", "yes",
                                        "no", "true", "false", "and",       "or",   "not",  "is",
                                        "in", "if",   "where", "otherwise", "else", "error"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(name, pl_str_z(words[i]))) return true;
    return false;
}

PlSymbol *pl_scope_find(const PlChecker *c, PlStr name)
{
    PlNameEntry *entry = pl_map_get(&c->names, name);
    return entry ? entry->symbol : NULL;
}

static PlSymbol *symbol_new(PlChecker *c, PlStr name, PlSpan span, PlSymbolKind kind, PlStep *step, PlTypeId type)
{
    PlSymbol *symbol = PL_NEW(c->arena, PlSymbol);
    *symbol = (PlSymbol){.name = name, .kind = kind, .type = type, .span = span, .step = step, .id = c->symbols.len};
    PlSymbolInfo info = {.scatter_depth = c->scatter_depth};
    PlVar var = {type, PL_BOUND_NO};
    pl_vec_push(c->arena, &c->symbols, symbol);
    pl_vec_push(c->arena, &c->infos, info);
    pl_vec_push(c->arena, &c->vars, var);
    return symbol;
}

static void show(PlChecker *c, PlSymbol *symbol)
{
    PlMapEntry *place = pl_map_put(&c->names, symbol->name, NULL);
    PlNameEntry *entry = PL_NEW(c->arena, PlNameEntry);
    *entry = (PlNameEntry){symbol, place->value.ptr};
    place->value.ptr = entry;
    pl_vec_push(c->arena, &c->scoped, symbol);
}

PlSymbol *pl_scope_declare(PlChecker *c, PlStr name, PlSpan span, PlSymbolKind kind, PlStep *step, PlTypeId type)
{
    if (kind != PL_SYM_ERROR && pl_scope_is_reserved(name)) {
        PlDiag *d = PL_REPORT(c->diags, RESERVED_NAME, span, PL_ARG(name));
        pl_diag_help(c->diags, d, "choose another name, such as `%.*s_1`", PL_ARG(name));
    }
    PlSymbol *symbol = symbol_new(c, name, span, kind, step, type);
    symbol->block = c->block;
    show(c, symbol);
    pl_flow_set(c, symbol, type, PL_BOUND_YES);
    return symbol;
}

void pl_scope_hide(PlChecker *c, PlSymbol *symbol, PlStep *block)
{
    PlMapEntry *place = pl_map_find(&c->names, symbol->name);
    if (!place) return;
    PlNameEntry *top = place->value.ptr;
    if (top && top->symbol == symbol) {
        place->value.ptr = top->hidden;
    } else {
        for (PlNameEntry *e = top; e; e = e->hidden)
            if (e->hidden && e->hidden->symbol == symbol) e->hidden = e->hidden->hidden;
    }
    c->infos.items[symbol->id].left = block;
}

void pl_scope_end(PlChecker *c, uint32_t mark, PlStep *block)
{
    while (c->scoped.len > mark) {
        PlSymbol *symbol = pl_vec_last(&c->scoped);
        c->scoped.len--;
        pl_scope_hide(c, symbol, block);
    }
}

PlSymbol *pl_scope_nameless(PlChecker *c, PlStr name, PlSymbolKind kind, PlTypeId type)
{
    PlSymbol *symbol = symbol_new(c, name, PL_NO_SPAN, kind, c->step, type);
    symbol->block = c->block;
    pl_flow_set(c, symbol, type, PL_BOUND_YES);
    return symbol;
}

bool pl_scope_is_outside(const PlChecker *c, const PlSymbol *symbol)
{
    return c->infos.items[symbol->id].scatter_depth < c->scatter_depth;
}

/* Rule: a name belongs to the block where it is first bound; a sequential block inside may bind it again, a body of several at a time may not. */
PlSymbol *pl_scope_bind(PlChecker *c, PlStr name, PlSpan span, PlStep *step, PlTypeId type, PlBound bound)
{
    PlSymbol *symbol = pl_scope_find(c, name);
    if (!symbol) {
        if (pl_scope_is_reserved(name)) {
            PlDiag *d = PL_REPORT(c->diags, RESERVED_NAME, span, PL_ARG(name));
            pl_diag_help(c->diags, d, "choose another name, such as `%.*s_1`", PL_ARG(name));
        }
        symbol = symbol_new(c, name, span, PL_SYM_VALUE, step, type);
        symbol->block = c->scatter;
        show(c, symbol);
    } else if (pl_scope_is_outside(c, symbol)) {
        PlDiag *d = PL_REPORT(c->diags, SET_IN_SCATTER, span, PL_ARG(name), PL_ARG(pl_words_step(c->scatter)));
        pl_diag_related(c->diags, d, symbol->span, "`%.*s` is first bound here", PL_ARG(name));
        pl_diag_help(c->diags, d, "use another name inside of the loop, or gather with `Add ... to %.*s`",
                     PL_ARG(name));
        return symbol;
    }
    if (!symbol->step) symbol->step = step, symbol->span = span;
    symbol->type = type;
    pl_flow_set(c, symbol, type, bound);
    return symbol;
}

void pl_scope_foresee(PlChecker *c, PlStr name, PlTypeId type)
{
    PlSymbol *symbol = symbol_new(c, name, PL_NO_SPAN, PL_SYM_VALUE, NULL, type);
    symbol->block = c->scatter;
    show(c, symbol);
    pl_flow_set(c, symbol, type, PL_BOUND_MAYBE);
}

uint32_t pl_scope_names(PlChecker *c, PlStr **out)
{
    PlStr *names = PL_NEW_N(c->arena, PlStr, c->symbols.len + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        PlSymbol *symbol = c->symbols.items[i];
        if (c->vars.items[i].bound != PL_BOUND_NO && pl_scope_find(c, symbol->name) == symbol) names[count++] = symbol->name;
    }
    *out = names;
    return count;
}
