/* SPDX-License-Identifier: MIT */
/* See item_words.h. A word that no field says and that is no adjective by its looks is part of a name: "pull request", "support ticket". */
#include "compiler/check/item_words.h"

#include "compiler/check/adjective.h"
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"
#include "compiler/check/unread_words.h"
#include "compiler/syntax/noun.h"
#include "compiler/syntax/print.h"

enum { FIELDS_SHOWN = 3 };

/* The words of the item's name as the plan has them; empty for one word. */
static PlStr words_of(const PlChecker *c, const PlStep *step)
{
    if (step->kind != PL_STEP_EACH || step->name2.len || step->name_span.source >= c->diags->sources->all.len) return PL_STR("");
    PlStr text = pl_str_slice(c->diags->sources->all.items[step->name_span.source].text, step->name_span.start, step->name_span.end);
    return pl_str_find_char(text, ' ', 0) == PL_STR_NONE ? PL_STR("") : pl_str_trim(text);
}

static PlStr last_word(PlStr words)
{
    size_t at = words.len;
    while (at > 0 && words.ptr[at - 1] != ' ') at--;
    return pl_str_slice(words, at, words.len);
}

/* ---- what the item is called ---- */

typedef struct Uses {
    PlStr whole, last;
    bool of_whole, of_last;
} Uses;

static void look_at(void *context, PlExpr **slot)
{
    Uses *uses = context;
    if ((*slot)->kind == PL_EXPR_NAME) {
        uses->of_whole |= pl_words_same((*slot)->text, uses->whole);
        uses->of_last |= pl_words_same((*slot)->text, uses->last);
    }
    pl_tree_operands(*slot, look_at, uses);
}

static void look_in(Uses *uses, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look_at, uses);
        look_in(uses, steps[i]->steps.items, steps[i]->steps.len);
    }
}

/* Another step, or an input, is called so. */
static bool is_bound(const PlChecker *c, PlStep *const *steps, uint32_t count, PlStr name)
{
    bool bound = false;
    for (uint32_t i = 0; i < c->plan->inputs.len; i++) bound |= pl_str_eq(c->plan->inputs.items[i].name, name);
    for (uint32_t i = 0; i < count && !bound; i++)
        bound = pl_str_eq(steps[i]->bind, name) || (steps[i]->kind != PL_STEP_EACH && pl_str_eq(steps[i]->name, name)) ||
                is_bound(c, steps[i]->steps.items, steps[i]->steps.len, name);
    return bound;
}

static void prepare(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        PlStr words = words_of(c, step), last = last_word(words);
        Uses uses = {step->name, last, false, false};
        prepare(c, step->steps.items, step->steps.len);
        if (!words.len || pl_scope_is_reserved(last) || is_bound(c, c->plan->steps.items, c->plan->steps.len, last)) continue;
        look_in(&uses, step->steps.items, step->steps.len);
        if (uses.of_last && !uses.of_whole) step->name = last;
    }
}

void pl_item_words_prepare(PlChecker *c)
{
    prepare(c, c->plan->steps.items, c->plan->steps.len);
}

/* ---- what the words say ---- */

typedef struct Look {
    PlChecker *c;
    PlMap known;
    PlMap names; /* that the list comes from */
    PL_VEC(PlStep *) before;
} Look;

static void learn_names(void *context, PlExpr **slot)
{
    Look *look = context;
    if ((*slot)->kind == PL_EXPR_NAME) pl_map_put(&look->names, (*slot)->text, NULL);
    pl_tree_operands(*slot, learn_names, look);
}

static void learn_expr(void *context, PlExpr **slot)
{
    Look *look = context;
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_print_expr(&text, *slot);
    PlStr s = pl_arena_str(look->c->arena, pl_buf_str(&text));
    pl_buf_deinit(&text);
    pl_unread_learn(look->c->arena, s, &look->known);
    learn_names(look, slot);
}

/* All that stands before this step; true when it was reached. */
static bool gather_before(Look *look, const PlStep *at, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (pl_str_eq(steps[i]->label, at->label)) return true;
        pl_vec_push(look->c->arena, &look->before, steps[i]);
        if (gather_before(look, at, steps[i]->steps.items, steps[i]->steps.len)) return true;
    }
    return false;
}

/* What the steps say that made the list, and those that made what it was made of: "Get the VIP customers" says nothing of the orders. */
static void learn_makers(Look *look, PlStep *step)
{
    PlArena *arena = look->c->arena;
    (void)gather_before(look, step, look->c->plan->steps.items, look->c->plan->steps.len);
    learn_expr(look, &step->value);
    for (uint32_t i = look->before.len; i-- > 0;) {
        PlStep *maker = look->before.items[i];
        PlStr name = maker->bind.len || maker->kind == PL_STEP_EACH ? maker->bind : maker->name;
        if (!name.len || !pl_map_find(&look->names, name)) continue;
        pl_unread_learn(arena, maker->prose, &look->known);
        pl_unread_learn(arena, name, &look->known);
        pl_tree_step_exprs(maker, learn_expr, look);
        for (PlStep *around = maker->parent; around; around = around->parent) {
            if (around->kind == PL_STEP_EACH) pl_unread_learn(arena, around->name, &look->known);
            pl_tree_step_exprs(around, learn_expr, look);
        }
    }
}

static bool is_known(Look *look, PlStep *step, PlStr stem)
{
    if (!look->before.len) learn_makers(look, step);
    return pl_map_find(&look->known, stem) != NULL;
}

/* An adjective by its looks: unpaid, delayed, German; or one of the table. */
static bool is_adjective(PlStr word)
{
    static const char table[] =
#define PL_PROSE_ADJECTIVES(words) words
#include "grammar/prose.def"
#undef PL_PROSE_ADJECTIVES
        ;
    static const char *const peoples[] = {"ian", "ean", "man", "can", "ish", "ese", "ench", "utch", "reek", "wiss"};
    PlStr ed = PL_STR("ed");
    bool capital = word.len > 4 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z' && word.ptr[1] >= 'a';
    for (size_t i = 0; capital && i < sizeof peoples / sizeof *peoples; i++)
        if (pl_str_ends(word, pl_str_z(peoples[i]))) return true;
    if (pl_str_is_among(word, pl_str_z(table), ' ')) return true;
    return word.len > 5 && pl_str_ends(word, ed) && !pl_str_ends(word, PL_STR("eed"));
}

/* "every second order", "each unique email": which by their place, what no field can say. Gives the words that say the same, or NULL. */
static const char *place_of(PlStr word)
{
    static const char *const places[][2] = {
#define PL_PROSE_PLACES(words, known) {words, known},
#include "grammar/prose.def"
#undef PL_PROSE_PLACES
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (pl_str_is_among(word, pl_str_z(places[i][0]), ' ')) return places[i][1];
    return NULL;
}

static bool says_any(Look *look, PlStep *step, const char *words)
{
    PlSaidWords said = {0};
    pl_unread_words(look->c->arena, pl_str_z(words), &said);
    for (uint32_t i = 0; i < said.len; i++)
        if (is_known(look, step, said.items[i].stem)) return true;
    return false;
}

static PlExpr *condition_of(PlChecker *c, const PlStep *step, const PlAdjective *a)
{
    PlExpr *name = pl_expr_new(c->arena, PL_EXPR_NAME, step->name_span), *is = pl_expr_new(c->arena, PL_EXPR_BINARY, step->name_span);
    name->text = step->name;
    PlLiteral value = {.kind = PL_LIT_YESNO, .as.yes = true};
    if (a->value.len) value = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = a->value};
    is->op = a->date ? PL_OPR_LT : a->not_so ? PL_OPR_IS_NOT : PL_OPR_IS;
    is->left = pl_expr_field_of(c, name, a->field, PL_TYPE_NONE);
    is->right = pl_expr_literal(c, step->name_span, value, a->value.len ? PL_T_TEXT : PL_T_YESNO);
    if (a->date) {
        is->right = pl_expr_new(c->arena, PL_EXPR_NAME, step->name_span);
        is->right->text = PL_STR("today");
    }
    return is;
}

static void add_condition(PlChecker *c, PlStep *step, PlExpr *condition)
{
    PlExpr *both = condition;
    if (step->cond) {
        both = pl_expr_new(c->arena, PL_EXPR_BINARY, step->cond->span);
        both->op = PL_OPR_AND;
        both->left = condition;
        both->right = step->cond;
    }
    step->cond = both;
}

/* "order in orders where order.country is "German"": of the fields that hold a text, and all of them. */
static void ask(PlChecker *c, PlStep *step, PlStr word, PlTypeId item, PlSpan list, bool of_fields)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, item));
    PlSpan at = {step->name_span.source, step->name_span.start, list.end};
    PlStr source = pl_words_source(c, list), name = step->name;
    PlDiag *d = PL_REPORT(c->diags, ITEM_WORDS, step->name_span, PL_ARG(source), PL_ARG(word));
    uint32_t shown = 0;
    for (uint32_t i = 0; of_fields && t->kind == PL_TYPE_RECORD && !step->cond && i < t->count && shown < FIELDS_SHOWN; i++) {
        if (pl_type_without_nothing(c->types, t->fields[i].type) != PL_T_TEXT || pl_words_same(t->fields[i].name, PL_STR("id"))) continue;
        PlStr field = t->fields[i].name;
        pl_diag_candidate(c->diags, d,
                          pl_arena_printf(c->arena, PL_FMT " in " PL_FMT " where " PL_FMT "." PL_FMT " is \"" PL_FMT "\"", PL_ARG(name),
                                          PL_ARG(source), PL_ARG(name), PL_ARG(field), PL_ARG(word)),
                          PL_STR(""));
        shown++;
    }
    pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, PL_FMT " in " PL_FMT, PL_ARG(name), PL_ARG(source)),
                      PL_STR("all of them: the word only describes"));
    pl_diag_help(c->diags, d, "say it as a condition: `For each " PL_FMT " in " PL_FMT " where ...:`", PL_ARG(name), PL_ARG(source));
    pl_ask_reading(c, d, step, at);
}

/* "unpaid" where a status lists `paid` among others, or two fields that say it: what is left out by it is not certain. */
static void ask_adjective(PlChecker *c, const PlStep *step, PlStr condition)
{
    PlSpan at = step->name_span, list = step->value->span, behind = {list.source, list.end, list.end};
    PlDiag *d = PL_REPORT(c->diags, PROSE_DOUBT, at, PL_ARG(condition));
    pl_diag_ask(c->diags, d, PL_QUESTION_READING, pl_ask_id(c, step, "adjective", PL_STR("")), PL_STR(""), at);
    pl_diag_help(c->diags, d, "say it behind the list: `where %.*s`", PL_ARG(condition));
    if (list.source != c->plan->source || step->cond) return;
    pl_diag_candidate(c->diags, d, condition, PL_STR("only these"));
    pl_diag_candidate_edit(c->diags, d, at, step->name);
    pl_diag_candidate_edit(c->diags, d, behind, pl_arena_printf(c->arena, " where " PL_FMT, PL_ARG(condition)));
    pl_diag_candidate(c->diags, d, PL_STR("all of them"), PL_STR("the word only describes"));
    pl_diag_candidate_edit(c->diags, d, at, step->name);
}

void pl_item_words_read(PlChecker *c, PlStep *step)
{
    PlStr words = words_of(c, step), last = last_word(words);
    const PlType *list = pl_type(c->types, pl_type_without_nothing(c->types, step->value->type));
    Look look = {.c = c};
    if (!words.len || list->kind != PL_TYPE_LIST) return;
    PlTypeId item = list->elem;
    PlSaidWords said = {0};
    pl_map_init(&look.known, c->arena);
    pl_map_init(&look.names, c->arena);
    PlStr before = PL_STR("");
    pl_unread_words(c->arena, pl_str_slice(words, 0, words.len - last.len), &said);
    for (uint32_t i = 0; i < said.len; i++) {
        PlAdjective a;
        PlStr word = pl_str_slice(words, said.items[i].from, said.items[i].to);
        if (said.items[i].kind != PL_SAID_WORD) continue;
        bool says = pl_adjective_read(c, item, said.items[i].word, &a);
        if (says && (a.count > 1 || (a.not_so && a.value.len)) && !is_known(&look, step, said.items[i].stem)) {
            ask_adjective(c, step, pl_adjective_condition(c, &a, step->name));
            return;
        }
        if (says && a.count == 1 && (!a.not_so || !a.value.len)) {
            add_condition(c, step, condition_of(c, step, &a));
            PL_REPORT(c->diags, READ_AS, step->name_span, PL_ARG(word), PL_ARG(pl_adjective_condition(c, &a, step->name)));
            before = a.field;
            continue;
        }
        bool field = before.len && pl_words_same(before, word); /* "high priority ticket" */
        const char *place = place_of(said.items[i].word);
        if (field || !(place || is_adjective(word)) || is_known(&look, step, said.items[i].stem)) continue;
        if (place && says_any(&look, step, place)) continue;
        ask(c, step, word, item, step->value->span, !place);
        return;
    }
}
