/* SPDX-License-Identifier: MIT */
/* "The top 3", "the highest 5", "the best" of a list that a step, or this one, has sorted: by what it was sorted. Invariant: what is only likely is
 * a question; `top` of a list of which no order is known are its first items. spec/prose.md, "Fewer items, order, one item". */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/tree.h"
#include "compiler/syntax/print.h"
#include "vm/base/utf8.h"

enum { DEEPEST = 8 };

typedef struct Sorted {
    PlStr key;
    PlStr of; /* what this step sorts; empty: a step before did it */
    bool down;
    bool stated; /* "lowest first": the plan says which way */
    PlTypeKind kind;
} Sorted;

/* ---- what it was sorted by ---- */

/* The last step before this one that gives the name a value; NULL where items were added since, or a call gives it. */
static void find_maker(const PlReader *r, PlStr name, PlStep *const *steps, uint32_t count, bool *over, const PlStep **out)
{
    for (uint32_t i = 0; i < count && !*over; i++) {
        const PlStep *step = steps[i];
        if (step == r->c->step) {
            *over = true;
            return;
        }
        bool sets = step->kind == PL_STEP_SET || step->kind == PL_STEP_KEEP;
        bool changes = sets || step->kind == PL_STEP_ADD || step->kind == PL_STEP_CLEAR;
        PlStr made = step->bind.len || !changes ? step->bind : step->name;
        if (step->kind != PL_STEP_EACH && pl_str_eq(made, name)) *out = sets ? step : NULL;
        find_maker(r, name, step->steps.items, step->steps.len, over, out);
    }
}

static bool says_up(PlReader *r, PlStr text)
{
    static const char *const words[] = {"ascending", " asc", "lowest", "low to high", "smallest", "least", "cheapest",
                                        "shortest", "oldest", "earliest", "soonest", "a to z", "a-z", "alphabetic"};
    PlBuf lower;
    bool says = false;
    pl_buf_init(&lower, 0);
    pl_utf8_lower(&lower, text);
    PlStr small = pl_arena_str(r->c->arena, pl_buf_str(&lower));
    pl_buf_deinit(&lower);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) says |= pl_str_find(small, pl_str_z(words[i]), 0) != PL_STR_NONE;
    return says;
}

static const PlExpr *sort_in(PlReader *r, const PlExpr *x, PlStr *said, uint32_t depth)
{
    while (x && (x->kind == PL_EXPR_WHERE || x->kind == PL_EXPR_TAKE || x->kind == PL_EXPR_DISTINCT || x->kind == PL_EXPR_SLICE || x->kind == PL_EXPR_COERCE))
        x = x->left;
    if (!x || x->kind == PL_EXPR_SORTED) return x && x->items.len ? x : NULL;
    const PlStep *maker = NULL;
    bool over = false;
    if (x->kind != PL_EXPR_NAME || depth == DEEPEST) return NULL;
    find_maker(r, x->text, r->c->plan->steps.items, r->c->plan->steps.len, &over, &maker);
    if (!maker || !maker->value) return NULL;
    const PlSources *sources = r->c->diags->sources;
    if (maker->span.source < sources->all.len) *said = pl_str_slice(sources->all.items[maker->span.source].text, maker->span.start, maker->span.end);
    if (maker->value->kind == PL_EXPR_NAME && pl_str_eq(maker->value->text, x->text)) return NULL;
    return sort_in(r, maker->value, said, depth + 1);
}

static PlStr printed(PlReader *r, const PlExpr *x)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_print_expr(&text, x);
    PlStr s = pl_arena_str(r->c->arena, pl_buf_str(&text));
    pl_buf_deinit(&text);
    return s;
}

/* `at`: the word where the items are asked for; those before it may say how the list is sorted. */
static bool sorted_by(PlReader *r, const PlItem *item, uint32_t at, Sorted *out)
{
    PlStr said = pl_lexis_text(r, (PlRange){0, at});
    const PlExpr *x = pl_try_parse(r, item->list), *sort = sort_in(r, x, &said, 0);
    if (!sort) return false;
    out->key = printed(r, sort->items.items[0]);
    out->of = x == sort ? printed(r, sort->left) : PL_STR("");
    out->down = sort->flags & 1;
    out->stated = out->down || says_up(r, said);
    out->kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_try_item_type(r, item, out->key)))->kind;
    return out->key.len > 0;
}

/* ---- which way is the top ---- */

typedef enum Top { TOP_FIRST, TOP_MOST, TOP_UNSURE } Top;

/* The last part of the key's name. */
static bool named(const Sorted *s, const char *names)
{
    PlStr leaf = pl_field_leaf(s->key);
    size_t from = leaf.len;
    while (from > 0 && leaf.ptr[from - 1] != '_') from--;
    return pl_str_is_among(pl_str_slice(leaf, from, leaf.len), pl_str_z(names), ' ') || pl_str_is_among(leaf, pl_str_z(names), ' ');
}

static Top top_of(const Sorted *s)
{
    static const char more[] = "amount total score rating points stars revenue sales count quantity value views likes downloads salary size votes profit sum";
    static const char less[] = "price cost fare fee duration distance time delay latency age rank position priority order index place level stops errors "
                               "number id minutes seconds days hours";
    bool number = s->kind == PL_TYPE_INTEGER || s->kind == PL_TYPE_NUMBER;
    if (s->stated || s->kind == PL_TYPE_TEXT || s->kind == PL_TYPE_ENUM || s->kind == PL_TYPE_YESNO) return TOP_FIRST;
    return (number && !named(s, less)) || (s->kind == PL_TYPE_ANY && named(s, more)) ? TOP_MOST : TOP_UNSURE;
}

static bool is_word(const PlReader *r, PlRange range, const char *words)
{
    return range.to == range.from + 1 && pl_str_is_among(pl_lexis_bare(r, range), pl_str_z(words), ' ');
}

bool pl_rank_is_most(const PlReader *r, PlRange range)
{
    return is_word(r, range, "highest largest biggest greatest lowest smallest");
}

bool pl_rank_is_top(const PlReader *r, PlRange range)
{
    return is_word(r, range, "top best");
}

bool pl_rank_most(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    Sorted s;
    if (!pl_rank_is_most(r, range) || !sorted_by(r, item, range.from, &s)) return false;
    bool down = !is_word(r, range, "lowest smallest");
    pl_try_add(r, out, (PlSense){.text = down ? pl_arena_printf(r->c->arena, PL_FMT " descending", PL_ARG(s.key)) : s.key});
    return true;
}

void pl_rank_top(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    Sorted s;
    bool top = is_word(r, range, "top"), known = sorted_by(r, item, range.from, &s);
    if (!top && !known) return; /* "the best": nobody says by what */
    Top way = known ? top_of(&s) : TOP_FIRST;
    if (way != TOP_MOST) pl_try_add(r, out, (PlSense){.text = item->list, .doubt = way == TOP_UNSURE});
    if (way == TOP_FIRST) return;
    PlStr list = s.of.len ? s.of : item->list;
    PlStr most = pl_arena_printf(r->c->arena, PL_FMT " sorted by " PL_FMT " descending", PL_ARG(list), PL_ARG(s.key));
    pl_try_add(r, out, (PlSense){.text = most, .doubt = way == TOP_UNSURE});
}
