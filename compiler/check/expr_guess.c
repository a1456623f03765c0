/* SPDX-License-Identifier: MIT */
/* Names that nothing binds, read in other words: `start_of_last_week` is a moment, `first_user` the first of `users`, `company_size` the size of
 * `company`, `next_page` the one path of the plan that goes on like that. Only where there is one such reading; else the name is a question
 * (expr_name.c). Changes nothing. */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"
#include "compiler/prose/prose.h"
#include "compiler/syntax/noun.h"
#include "compiler/syntax/parse.h"

/* "start_of_last_week", "startOfLastWeek": with spaces. */
static PlStr spaced(PlChecker *c, PlStr name)
{
    char *out = pl_arena_alloc(c->arena, name.len * 2 + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char ch = name.ptr[i];
        bool capital = ch >= 'A' && ch <= 'Z';
        if (capital && i > 0 && name.ptr[i - 1] >= 'a' && name.ptr[i - 1] <= 'z') out[len++] = ' ';
        out[len++] = ch == '_' || ch == '-' ? ' ' : capital ? (char)(ch + 32) : ch;
    }
    return pl_str(out, len);
}

/* The one visible name with that spelling, bound or perhaps bound; empty when there is none. */
static PlStr visible(PlChecker *c, PlStr name)
{
    PlStr *words, found = PL_STR("");
    uint32_t count = pl_scope_names(c, &words);
    for (uint32_t i = 0; i < count; i++) {
        if (!pl_words_same(words[i], name)) continue;
        if (found.len) return PL_STR("");
        found = words[i];
    }
    return found;
}

/* "first_user", "latest_order": of the list in scope that the noun names. */
static PlExpr *of_list(PlChecker *c, const PlExpr *x)
{
    static const struct Word {
        const char *word, *function;
    } words[] = {{"first_", "first"},
                 {"last_", "last"},
                 {"number_of_", "count"},
                 {"count_of_", "count"},
                 {"total_number_of_", "count"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        PlStr word = pl_str_z(words[i].word);
        if (x->text.len <= word.len || !pl_str_eq_nocase(pl_str_slice(x->text, 0, word.len), word)) continue;
        PlStr noun = pl_str_slice(x->text, word.len, x->text.len), list = visible(c, pl_noun_plural(c->arena, noun));
        if (!list.len) list = visible(c, noun);
        if (!list.len) return NULL;
        return pl_expr_call_of(c, words[i].function, pl_expr_name_of(c, x->span, list), PL_T_ANY);
    }
    return NULL;
}

static PlTypeId type_of(PlChecker *c, PlStr name)
{
    PlSymbol *symbol = pl_scope_find(c, name);
    return symbol ? pl_type_without_nothing(c->types, pl_flow_var(c, symbol).type) : PL_T_NOTHING;
}

/* "company_size": a name in scope and a field that its type has, or may have. */
static PlExpr *field_of_name(PlChecker *c, const PlExpr *x)
{
    PlExpr *found = NULL;
    for (size_t at = x->text.len; at-- > 1;) {
        if (x->text.ptr[at] != '_') continue;
        PlStr base = visible(c, pl_str_slice(x->text, 0, at)), field = pl_str_slice(x->text, at + 1, x->text.len);
        if (!base.len || !field.len) continue;
        bool open = pl_type(c->types, type_of(c, base))->kind == PL_TYPE_ANY;
        if (open && pl_outcome_is(field)) continue; /* "tests_pass": how an unknown answer says so is nobody's guess */
        PlTypeId type;
        bool optional = false;
        if (pl_expr_field_type(c, type_of(c, base), field, &type, &optional) != PL_FIELD_KNOWN) continue;
        if (found) return NULL;
        found = pl_expr_field_of(c, pl_expr_name_of(c, x->span, base), field, PL_T_ANY);
    }
    return found;
}

/* Fields that the plan reads anywhere, whose names begin with some words. */
typedef struct Paths {
    PlChecker *c;
    PlStr begins;
    const PlExpr *found;
    bool several;
} Paths;

static void look(void *context, PlExpr **slot)
{
    Paths *paths = context;
    const PlExpr *x = *slot;
    pl_tree_operands(*slot, look, paths);
    if (x->kind != PL_EXPR_FIELD || x->left->kind != PL_EXPR_NAME || x->text.len < paths->begins.len) return;
    if (!pl_words_same(pl_str_slice(x->text, 0, paths->begins.len), paths->begins)) return;
    if (paths->begins.len < 5 && x->text.len != paths->begins.len) return; /* "URL" is no beginning */
    if (!pl_scope_find(paths->c, x->left->text)) return;
    bool same =
        paths->found && pl_str_eq(paths->found->text, x->text) && pl_str_eq(paths->found->left->text, x->left->text);
    if (paths->found && !same) paths->several = true;
    paths->found = x;
}

static void look_in(Paths *paths, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look, paths);
        look_in(paths, steps[i]->steps.items, steps[i]->steps.len);
    }
}

/* "until there is no next page", where the plan reads page.next_page_token: that. */
static PlExpr *path_of_plan(PlChecker *c, const PlExpr *x)
{
    static const char *const more[] = {"more_pages", "more_results", "further_pages", "next_pages", "more_page"};
    if (x->text.len < 3) return NULL;
    Paths paths = {.c = c, .begins = x->text};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (pl_str_eq_nocase(x->text, pl_str_z(more[i]))) paths.begins = PL_STR("next_");
    look_in(&paths, c->plan->steps.items, c->plan->steps.len);
    if (!paths.found || paths.several) return NULL;
    return pl_expr_field_of(c, pl_expr_name_of(c, x->span, paths.found->left->text), paths.found->text, PL_T_ANY);
}

/* "one", "ten". */
static PlExpr *number_word(PlChecker *c, const PlExpr *x)
{
    static const char *const words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(x->text, pl_str_z(words[i])))
            return pl_expr_literal(c, x->span, (PlLiteral){.kind = PL_LIT_INT, .as.integer = (int64_t)i}, PL_T_INTEGER);
    return NULL;
}

PlExpr *pl_expr_guess(PlChecker *c, const PlExpr *x)
{
    PlExpr *guess = pl_parse_moment(c->arena, c->diags, spaced(c, x->text), x->span);
    if (!guess) guess = of_list(c, x);
    if (!guess) guess = field_of_name(c, x);
    if (!guess) guess = number_word(c, x);
    if (!guess) guess = path_of_plan(c, x);
    if (guess) guess->span = x->span;
    return guess;
}
