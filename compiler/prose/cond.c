/* SPDX-License-Identifier: MIT */
/* Conditions in words: on the item of a list ("is overdue", "older than 30 days", "with an amount over 100 and a status
 * of open"), and in the plan's own names ("there are no overdue invoices", "the total exceeds 1000"). */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/scope.h"
#include "compiler/check/tree.h"
#include "compiler/syntax/print.h"

/* ---- exact conditions ---- */

typedef struct Names {
    PlReader *r;
    const PlItem *item;
    bool lost, compared; /* a name that is neither in scope nor a field; inside the right side of a comparison */
} Names;

static bool is_comparison(const PlExpr *x)
{
    return x->kind == PL_EXPR_BINARY && x->op >= PL_OPR_IS && x->op <= PL_OPR_MATCHES;
}

/* Names that are fields of the item get their `it`; where nothing is known of the item, only what stands on the left of
 * a comparison is one. */
static void read_names(void *context, PlExpr **slot)
{
    Names *n = context;
    PlExpr *x = *slot;
    if (x->kind == PL_EXPR_NAME) {
        PlChecker *c = n->r->c;
        PlTypeId type = n->item ? pl_type_without_nothing(c->types, n->item->type) : PL_T_NOTHING;
        const PlType shape = pl_field_shape(n->r, type), *t = &shape;
        bool known = false;
        for (uint32_t i = 0; t->kind == PL_TYPE_RECORD && i < t->count; i++)
            known |= pl_str_eq(t->fields[i].name, x->text);
        if (!known && (pl_scope_find(c, x->text) || pl_str_eq_z(x->text, "now") || pl_str_eq_z(x->text, "today")))
            return;
        bool open = t->kind == PL_TYPE_ANY || (t->kind == PL_TYPE_RECORD && t->rest != PL_TYPE_NONE);
        if (!known && (!open || n->compared)) {
            n->lost = true;
            return;
        }
        PlExpr *it = pl_expr_new(c->arena, PL_EXPR_IT, x->span), *field = pl_expr_new(c->arena, PL_EXPR_FIELD, x->span);
        it->text = PL_STR("it");
        field->left = it;
        field->text = x->text;
        field->text_span = x->span;
        *slot = field;
        return;
    }
    if (x->kind >= PL_EXPR_WHERE && x->kind <= PL_EXPR_DISTINCT) return;
    if (is_comparison(x)) {
        bool before = n->compared;
        read_names(n, &x->left);
        n->compared = true;
        read_names(n, &x->right);
        n->compared = before;
        return;
    }
    pl_tree_operands(x, read_names, n);
}

static bool says_yes_or_no(const PlExpr *x)
{
    return is_comparison(x) || x->kind == PL_EXPR_UNARY ||
           (x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_AND || x->op == PL_OPR_OR)) || x->kind == PL_EXPR_CALL;
}

static PlStr printed(PlReader *r, const PlExpr *x)
{
    char room[2048];
    PlBuf buf;
    pl_buf_init(&buf, sizeof room);
    pl_print_expr(&buf, x);
    PlStr s = pl_buf_str(&buf);
    size_t len = buf.status == PL_OK && s.len <= sizeof room ? s.len : 0;
    memcpy(room, s.ptr, len);
    pl_buf_deinit(&buf);
    return pl_arena_str(r->c->arena, pl_str(room, len));
}

static bool holds(PlReader *r, const PlItem *item, PlStr condition)
{
    PlTypeId type;
    PlStr exact;
    PlStr whole = pl_arena_printf(r->c->arena, PL_FMT " where " PL_FMT, PL_ARG(item->list), PL_ARG(condition));
    return pl_try_list(r, whole, &type, &exact);
}

static void read_exact(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlExpr *x = pl_try_parse(r, pl_lexis_text(r, range));
    Names names = {.r = r, .item = item};
    if (!x || !says_yes_or_no(x)) return;
    read_names(&names, &x);
    PlStr text = names.lost ? PL_STR("") : printed(r, x);
    if (text.len && holds(r, item, text)) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO});
}

/* ---- and, or ---- */

static PlStr in_brackets(PlReader *r, PlStr text, bool both)
{
    bool loose = both && pl_str_find(text, PL_STR(" or "), 0) != PL_STR_NONE;
    return loose ? pl_arena_printf(r->c->arena, "(" PL_FMT ")", PL_ARG(text)) : text;
}

/* The field of "it.price > 10". */
static PlStr subject_of(PlStr text)
{
    size_t end = 0;
    if (!pl_str_starts(text, PL_STR("it."))) return PL_STR("");
    while (end < text.len && (pl_phrase_word_char(text.ptr[end]) || text.ptr[end] == '.')) end++;
    return pl_str_slice(text, 0, end);
}

static void read_joined(PlReader *r, const PlItem *item, PlRange range, const char *word, PlSenses *out)
{
    bool both = strcmp(word, "or") != 0;
    for (uint32_t at = range.from + 1; at + 1 < range.to && !out->len; at++) {
        if (!pl_lexis_is(r, at, word)) continue;
        PlRange left = {range.from, at}, right = {at + 1, range.to};
        if (pl_lexis_is(r, left.to - 1, ",")) left.to--;
        PlSenses a = {0}, b = {0};
        PlStr before = r->subject;
        pl_cond_read(r, item, left, &a);
        if (a.len == 0) continue;
        PlStr subject = subject_of(a.items[0].text);
        if (subject.len) r->subject = subject;
        pl_cond_read(r, item, right, &b);
        r->subject = before;
        for (uint32_t i = 0; i < a.len; i++)
            for (uint32_t k = 0; k < b.len; k++) {
                PlSense joined = {.type = PL_T_YESNO, .doubt = a.items[i].doubt || b.items[k].doubt};
                joined.text =
                    pl_arena_printf(r->c->arena, PL_FMT " %s " PL_FMT, PL_ARG(in_brackets(r, a.items[i].text, both)),
                                    both ? "and" : "or", PL_ARG(in_brackets(r, b.items[k].text, both)));
                pl_try_add(r, out, joined);
            }
    }
}

void pl_cond_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (range.from >= range.to || r->depth >= PL_PROSE_DEPTH || pl_try_known(r, 'c', range, item->list, out, &keep)) return;
    r->depth++;
    read_exact(r, item, range, out);
    if (!out->len) pl_fill_rows(r, PL_ROW_COND, range, item, NULL, out);
    if (!out->len) read_joined(r, item, range, "or", out);
    if (!out->len) read_joined(r, item, range, "and", out);
    if (!out->len) read_joined(r, item, range, "but", out);
    r->depth--;
    pl_try_keep(r, keep, out);
}

/* ---- adjectives ---- */

static void add_condition(PlReader *r, const PlItem *item, PlStr text, bool doubt, PlSenses *out)
{
    if (holds(r, item, text)) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO, .doubt = doubt});
}

/* A yes/no field called so, or is_so. */
static void read_flag(PlReader *r, const PlItem *item, const PlType *t, PlStr word, bool yes, PlSenses *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        PlStr name = t->fields[i].name;
        if (pl_type(r->c->types, pl_type_without_nothing(r->c->types, t->fields[i].type))->kind != PL_TYPE_YESNO)
            continue;
        PlStr is = pl_arena_printf(r->c->arena, "is_" PL_FMT, PL_ARG(word));
        if (!pl_words_same(name, word) && !pl_words_same(name, is)) continue;
        bool optional = !t->fields[i].required || pl_type_has_nothing(r->c->types, t->fields[i].type);
        PlStr field = pl_arena_printf(r->c->arena, "it." PL_FMT, PL_ARG(name));
        PlStr text = optional ? pl_arena_printf(r->c->arena, "%s %s", field.ptr, yes ? "is yes" : "is not yes")
                              : pl_arena_printf(r->c->arena, "%s%s", yes ? "" : "not ", field.ptr);
        add_condition(r, item, text, false, out);
    }
}

/* "high", "high priority": a value of a field, alone or before the field's name. */
static bool is_state(PlReader *r, PlStr value, PlStr field, PlStr word)
{
    return pl_lexis_same(r, value, word) || pl_lexis_same(r, pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT, PL_ARG(value), PL_ARG(field)), word);
}

/* A field one of whose values is called so. */
static void read_state(PlReader *r, const PlItem *item, const PlType *t, PlStr word, PlSenses *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const PlType values = *pl_type(r->c->types, pl_type_without_nothing(r->c->types, t->fields[i].type));
        for (uint32_t k = 0; values.kind == PL_TYPE_ENUM && k < values.count; k++) {
            if (values.values[k].kind != PL_LIT_TEXT || !is_state(r, values.values[k].as.text, t->fields[i].name, word)) continue;
            add_condition(r, item,
                          pl_arena_printf(r->c->arena, "it." PL_FMT " is \"" PL_FMT "\"", PL_ARG(t->fields[i].name),
                                          PL_ARG(values.values[k].as.text)),
                          false, out);
        }
    }
}

/* overdue: the field of the date when it is due, before today. */
static void read_time(PlReader *r, const PlItem *item, const PlType *t, PlStr word, PlSenses *out)
{
    static const struct {
        const char *word, *field;
    } words[] = {
#define PL_PROSE_PAST(word, field) {word, field},
#include "grammar/prose.def"
#undef PL_PROSE_PAST
    };
    PlUsed used = {0};
    for (uint32_t i = 0; t->kind == PL_TYPE_RECORD && i < t->count; i++)
        pl_vec_push(r->c->arena, &used, t->fields[i].name);
    if (!used.len && item->list.len) pl_usage_fields(r, item->list, &used);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (!pl_str_eq_z(word, words[k].word)) continue;
        for (uint32_t i = 0; i < used.len; i++)
            if (pl_lexis_has(r, used.items[i], pl_str_z(words[k].field)))
                add_condition(r, item, pl_arena_printf(r->c->arena, "it.%.*s < today", PL_ARG(used.items[i])), false,
                              out);
    }
}

/* active, unread, not paid, failed: what a field of the item says of it. */
void pl_cond_adjective(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    const PlType t = pl_field_shape(r, item->type);
    bool yes = true;
    if (range.to - range.from == 2 && pl_lexis_is(r, range.from, "not")) {
        yes = false;
        range.from++;
    }
    PlStr word = pl_lexis_bare(r, range);
    if (!yes) {
        PlSenses plain = {0};
        pl_cond_adjective(r, item, range, &plain);
        for (uint32_t i = 0; i < plain.len; i++)
            add_condition(r, item, pl_arena_printf(r->c->arena, "not (" PL_FMT ")", PL_ARG(plain.items[i].text)),
                          plain.items[i].doubt, out);
        return;
    }
    if (t.kind == PL_TYPE_RECORD) {
        read_flag(r, item, &t, word, true, out);
        read_state(r, item, &t, word, out);
        if (!out->len && (pl_str_starts(word, PL_STR("un")) || pl_str_starts(word, PL_STR("in"))) && word.len > 4) {
            read_flag(r, item, &t, pl_str_slice(word, 2, word.len), false, out);
            if (!out->len) {
                PlSenses plain = {0};
                read_state(r, item, &t, pl_str_slice(word, 2, word.len), &plain);
                for (uint32_t i = 0; i < plain.len; i++)
                    add_condition(r, item,
                                  pl_arena_printf(r->c->arena, "not (" PL_FMT ")", PL_ARG(plain.items[i].text)), true,
                                  out);
            }
        }
    }
    if (!out->len && t.kind == PL_TYPE_RECORD) pl_outcome_read(r, item, &t, word, out);
    read_time(r, item, &t, word, out);
    if (out->len || range.to != range.from + 1 || !pl_lexis_is_name(word) || t.kind == PL_TYPE_RECORD) return;
    if (t.kind != PL_TYPE_ANY || r->stated) return;
    add_condition(r, item, pl_arena_printf(r->c->arena, "it.status is \"" PL_FMT "\"", PL_ARG(word)), true, out);
    add_condition(r, item, pl_arena_printf(r->c->arena, "it." PL_FMT " is yes", PL_ARG(word)), true, out);
}

/* ---- periods ---- */

/* last week: from its first day up to before the next; the last 7 days: since then. Empty when it is no period. */
PlStr pl_cond_period(PlReader *r, const PlItem *item, PlStr field, PlRange range)
{
    PlStr first, behind;
    while (range.from < range.to && (pl_lexis_is(r, range.from, "the") || pl_lexis_is(r, range.from, "within") ||
                                     pl_lexis_is(r, range.from, "in")))
        range.from++;
    if (pl_row_period(r, range, &first, &behind))
        return pl_arena_printf(r->c->arena, PL_FMT " >= " PL_FMT " and " PL_FMT " < " PL_FMT, PL_ARG(field),
                               PL_ARG(first), PL_ARG(field), PL_ARG(behind));
    bool last = pl_lexis_is(r, range.from, "last") || pl_lexis_is(r, range.from, "past") ||
                pl_lexis_is(r, range.from, "previous");
    bool next = pl_lexis_is(r, range.from, "next") || pl_lexis_is(r, range.from, "coming");
    PlStr duration = last || next ? pl_lexis_duration(r, (PlRange){range.from + 1, range.to}) : PL_STR("");
    if (!duration.len) return PL_STR("");
    bool day = pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_try_item_type(r, item, field)))->kind ==
               PL_TYPE_DATE;
    const char *now = day ? "today" : "now";
    if (last) return pl_arena_printf(r->c->arena, PL_FMT " >= %s - " PL_FMT, PL_ARG(field), now, PL_ARG(duration));
    return pl_arena_printf(r->c->arena, PL_FMT " >= %s and " PL_FMT " <= %s + " PL_FMT, PL_ARG(field), now,
                           PL_ARG(field), now, PL_ARG(duration));
}

/* ---- conditions in the plan's names ---- */

static void test_exact(PlReader *r, PlRange range, PlSenses *out)
{
    PlTypeId type;
    PlStr exact, text = pl_lexis_text(r, range);
    if (!pl_try_value(r, text, &type, &exact)) return;
    PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, type))->kind;
    if (kind == PL_TYPE_YESNO || kind == PL_TYPE_ANY) pl_try_add(r, out, (PlSense){.text = text, .type = type});
}

static void test_joined(PlReader *r, PlRange range, const char *word, PlSenses *out)
{
    for (uint32_t at = range.from + 1; at + 1 < range.to && !out->len; at++) {
        PlSenses a = {0}, b = {0};
        if (!pl_lexis_is(r, at, word)) continue;
        pl_cond_test(r, (PlRange){range.from, at}, &a);
        if (a.len) pl_cond_test(r, (PlRange){at + 1, range.to}, &b);
        for (uint32_t i = 0; i < a.len; i++)
            for (uint32_t k = 0; k < b.len; k++) {
                PlSense joined = {.type = PL_T_YESNO, .doubt = a.items[i].doubt || b.items[k].doubt};
                joined.text = pl_arena_printf(r->c->arena, "(" PL_FMT ") %s (" PL_FMT ")", PL_ARG(a.items[i].text),
                                              word, PL_ARG(b.items[k].text));
                pl_try_add(r, out, joined);
            }
    }
}

/* ---- a loop's end ---- */

static void find_counters(PlReader *r, PlStep *const *steps, uint32_t count, PlUsed *counters, PlUsed *lists)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        if (step->kind == PL_STEP_INCREASE && step->name.len) pl_vec_push(r->c->arena, counters, step->name);
        if (step->kind == PL_STEP_ADD && !step->target) pl_vec_push(r->c->arena, lists, step->name);
        find_counters(r, step->steps.items, step->steps.len, counters, lists);
    }
}

/* "until page.total is reached": the one counter of the loop does it, else the one list that it fills. */
static void test_reached(PlReader *r, PlRange range, PlSenses *out)
{
    const PlStep *loop = r->c->step;
    PlUsed counters = {0}, lists = {0};
    PlSenses goals = {0};
    if (!loop || loop->kind != PL_STEP_REPEAT || range.to - range.from < 3) return;
    if (!pl_lexis_is(r, range.to - 1, "reached") && !pl_lexis_is(r, range.to - 1, "met")) return;
    PlRange goal = {range.from, range.to - 1};
    while (goal.to > goal.from + 1 && (pl_lexis_is(r, goal.to - 1, "is") || pl_lexis_is(r, goal.to - 1, "been") ||
                                       pl_lexis_is(r, goal.to - 1, "has") || pl_lexis_is(r, goal.to - 1, "was")))
        goal.to--;
    pl_value_read(r, goal, &goals);
    find_counters(r, loop->steps.items, loop->steps.len, &counters, &lists);
    for (uint32_t i = 0; i < goals.len; i++) {
        PlStr text = PL_STR(""), exact;
        PlTypeId type;
        if (counters.len == 1)
            text = pl_arena_printf(r->c->arena, "%.*s >= %.*s", PL_ARG(counters.items[0]), PL_ARG(goals.items[i].text));
        else if (!counters.len && lists.len == 1)
            text = pl_arena_printf(r->c->arena, "count(%.*s) >= %.*s", PL_ARG(lists.items[0]), PL_ARG(goals.items[i].text));
        if (text.len && pl_try_value(r, text, &type, &exact))
            pl_try_add(r, out, (PlSense){.text = exact, .type = PL_T_YESNO, .doubt = goals.items[i].doubt});
    }
}

void pl_cond_test(PlReader *r, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (range.from >= range.to || r->depth >= PL_PROSE_DEPTH || pl_try_known(r, 't', range, PL_STR(""), out, &keep)) return;
    r->depth++;
    test_exact(r, range, out);
    if (!out->len) pl_fill_rows(r, PL_ROW_TEST, range, NULL, NULL, out);
    if (!out->len) test_joined(r, range, "or", out);
    if (!out->len) test_joined(r, range, "and", out);
    if (!out->len) test_reached(r, range, out);
    if (!out->len) pl_outcome_test(r, range, out);
    r->depth--;
    pl_try_keep(r, keep, out);
}
