/* SPDX-License-Identifier: MIT */
/* Calls of builtins: f(x, y), named arguments put in their places, types by the signature. spec/checking.md, "Functions". */
#include "compiler/check/expr.h"
#include "compiler/check/signature.h"
#include "stdlib/builtin.h"

bool pl_expr_builtin(PlStr name, uint32_t *index)
{
    const PlBuiltin *builtin = pl_builtin_find(name);
    if (!builtin) return false;
    *index = (uint32_t)(builtin - pl_builtins);
    return true;
}

/* The function of that spelling: exactly, by a name that builtins.def knows it by too, or but for case and fillers. */
static bool find_spelling(PlChecker *c, PlStr name, uint32_t *index)
{
    if (pl_expr_builtin(name, index)) return true;
    for (uint32_t i = 0; i < pl_builtin_count; i++)
        if (pl_builtins[i].name[0] != '_' && pl_words_same(pl_str_z(pl_builtins[i].name), name)) {
            *index = i;
            return true;
        }
    char *lower = pl_arena_alloc(c->arena, name.len + 1, 1);
    for (size_t i = 0; i < name.len; i++) {
        bool capital = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z';
        lower[i] = capital ? (char)(name.ptr[i] - 'A' + 'a') : name.ptr[i];
    }
    return pl_expr_builtin(pl_str(lower, name.len), index);
}

static bool find_function(PlChecker *c, PlExpr *x)
{
    if (x->text.len && x->text.ptr[0] != '_' && find_spelling(c, x->text, &x->builtin)) {
        PlStr name = pl_str_z(pl_builtins[x->builtin].name);
        if (!pl_str_eq(name, x->text)) {
            PlDiag *d = PL_REPORT(c->diags, NAME_READ_AS, x->text_span, PL_ARG(x->text), PL_ARG(name));
            pl_words_exact(c, d, x->text_span, x->text, name);
        }
        x->text = name;
        return true;
    }
    PlStr *names = PL_NEW_N(c->arena, PlStr, pl_builtin_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < pl_builtin_count; i++)
        if (pl_builtins[i].name[0] != '_') names[count++] = pl_str_z(pl_builtins[i].name);
    PlStr near = pl_words_near(x->text, names, count);
    PlDiag *d = PL_REPORT(c->diags, UNKNOWN_FUNCTION, x->text_span, PL_ARG(x->text));
    if (near.len) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_fix(c->diags, d, x->text_span, near, false);
    } else {
        pl_diag_help(c->diags, d,
                     "docs/ref/builtins.md lists them; an action is called by a step: `... using plugin.action(...)`");
    }
    return false;
}

static void report_arguments(PlChecker *c, const PlExpr *x, const PlBuiltin *b, uint32_t given)
{
    PlDiag *d = PL_REPORT(c->diags, FUNCTION_ARGUMENTS, x->span, PL_ARG(x->text), (unsigned)given);
    pl_diag_help(c->diags, d, "`%s%s`, for example `%s`", b->name, b->signature, b->example);
}

/* Named arguments go to their places; what is left out between is nothing. */
static bool place_named(PlChecker *c, PlExpr *x, const PlSignature *signature)
{
    PlExpr *places[PL_SIGNATURE_PARAMS] = {0};
    uint32_t count = x->items.len;
    if (count > PL_SIGNATURE_PARAMS) return false;
    for (uint32_t i = 0; i < count; i++) places[i] = x->items.items[i];
    for (uint32_t i = 0; i < x->fields.len; i++) {
        PlRecordField *f = &x->fields.items[i];
        PlStr names[PL_SIGNATURE_PARAMS];
        uint32_t at = 0;
        for (; at < signature->count && !pl_words_same(signature->params[at].name, f->name); at++)
            names[at] = signature->params[at].name;
        if (at == signature->count || places[at]) {
            PlDiag *d = PL_REPORT(c->diags, UNKNOWN_ARGUMENT, f->span, PL_ARG(f->name), PL_ARG(x->text));
            if (at == signature->count)
                pl_diag_help(c->diags, d, "its arguments are: " PL_FMT, PL_ARG(pl_words_list(c, names, at, at)));
            return false;
        }
        places[at] = f->value;
        if (at + 1 > count) count = at + 1;
    }
    PlExpr placed = {0};
    for (uint32_t i = 0; i < count; i++) {
        PlExpr *value =
            places[i] ? places[i] : pl_expr_literal(c, x->span, (PlLiteral){.kind = PL_LIT_NOTHING}, PL_T_NOTHING);
        pl_vec_push(c->arena, &placed.items, value);
    }
    x->items = placed.items;
    PL_REPORT(c->diags, ARGUMENTS_PLACED, x->span, PL_ARG(x->text));
    x->fields.len = 0;
    return true;
}

/* First all arguments teach the variables, then each is made usable. */
static PlTypeId check_arguments(PlChecker *c, PlExpr *x, const PlSignature *signature)
{
    PlSignatureVars vars;
    pl_signature_vars_init(&vars);
    bool bad = false;
    for (uint32_t i = 0; i < x->items.len; i++) {
        PlTypeId pattern = pl_signature_param(signature, i)->type;
        PlTypeId type = pl_expr_check(c, &x->items.items[i], PL_TYPE_NONE);
        if (pl_str_eq_z(x->text, "count") || pl_str_eq_z(x->text, "length")) {
            pl_expr_items(c, &x->items.items[i], x);
            type = x->items.items[i]->type;
        }
        bad |= x->items.items[i]->kind == PL_EXPR_BAD;
        PlTypeId some = pl_type_without_nothing(c->types, type);
        pl_signature_match(c->types, &vars, pattern, some);
    }
    for (uint32_t i = 0; i < x->items.len; i++) {
        const PlSignatureParam *p = pl_signature_param(signature, i);
        PlTypeId want = pl_signature_fill(c->types, &vars, p->type);
        if (p->optional && !signature->repeats) want = pl_type_or_nothing(c->types, want);
        PlStr what = pl_str_eq_z(p->name, "...")
                         ? pl_arena_printf(c->arena, "argument %u of %.*s", (unsigned)i + 1, PL_ARG(x->text))
                         : pl_arena_printf(c->arena, "`%.*s` of %.*s", PL_ARG(p->name), PL_ARG(x->text));
        pl_expr_fit(c, &x->items.items[i], want, what);
        bad |= x->items.items[i]->kind == PL_EXPR_BAD;
    }
    return bad ? PL_T_ANY : pl_signature_fill(c->types, &vars, signature->result);
}

/* `now()` and `today()` are names. */
static bool is_clock(const PlExpr *x)
{
    if (x->items.len || x->fields.len) return false;
    return pl_str_eq_nocase(x->text, PL_STR("now")) || pl_str_eq_nocase(x->text, PL_STR("today"));
}

/* Rule: `"Names: " + list joined by ", "` joins the list, and adds the text to it. */
static bool joins_last(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot, *sum = x->items.len ? x->items.items[0] : NULL;
    if (!pl_str_eq_z(x->text, "join") || !sum || sum->kind != PL_EXPR_BINARY || sum->op != PL_OPR_ADD || (sum->flags & PL_EXPR_PARENS)) return false;
    PlTypeKind left = pl_type(c->types, pl_type_without_nothing(c->types, pl_expr_check(c, &sum->left, PL_TYPE_NONE)))->kind;
    if (left != PL_TYPE_TEXT && left != PL_TYPE_ENUM) return false;
    PlExpr *old = pl_expr_new(c->arena, PL_EXPR_CALL, x->span);
    *old = *x;
    PlStr from = pl_words_expr(c, old);
    x->items.items[0] = sum->right;
    sum->right = x;
    sum->span = x->span;
    PL_REPORT(c->diags, READ_AS, sum->span, PL_ARG(from), PL_ARG(pl_words_expr(c, sum)));
    *slot = sum;
    return true;
}

PlTypeId pl_expr_call(PlChecker *c, PlExpr **slot)
{
    if (joins_last(c, slot)) return pl_expr_check(c, slot, PL_TYPE_NONE);
    PlExpr *x = *slot;
    if (is_clock(x)) {
        PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(pl_words_expr(c, x)), PL_ARG(x->text));
        x->kind = PL_EXPR_NAME;
        return pl_expr_check(c, slot, PL_TYPE_NONE);
    }
    uint32_t lenient = c->lenient;
    c->lenient = 0;
    PlTypeId type = PL_T_ANY;
    PlSignature signature;
    if (!find_function(c, x) || !pl_signature_read(c->types, pl_str_z(pl_builtins[x->builtin].signature), &signature)) {
        for (uint32_t i = 0; i < x->items.len; i++) pl_expr_check(c, &x->items.items[i], PL_TYPE_NONE);
        pl_expr_bad(x);
    } else if (x->fields.len && !place_named(c, x, &signature)) {
        pl_expr_bad(x);
    } else {
        const PlBuiltin *b = &pl_builtins[x->builtin];
        bool fits = x->items.len >= b->min_args && (b->max_args == UINT8_MAX || x->items.len <= b->max_args);
        if (fits && x->items.len && !pl_signature_param(&signature, x->items.len - 1)) fits = false;
        if (fits) {
            type = check_arguments(c, x, &signature);
        } else {
            report_arguments(c, x, b, x->items.len);
            pl_expr_bad(x);
        }
    }
    c->lenient = lenient;
    return type;
}
