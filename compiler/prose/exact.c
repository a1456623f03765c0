/* SPDX-License-Identifier: MIT */
/* The exact text of a row with its slots put in: LIST~EACH, @FIELD, @SUM, brackets where an operator stands beside.
 * grammar/prose.def says what they are. */
#include "compiler/prose/fill.h"

const PlCapture *pl_exact_capture(const PlMatch *m, PlStr name)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (pl_str_eq(m->slots[i].part->text, name)) return &m->slots[i];
    return NULL;
}

static bool is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '9');
}

PlStr pl_exact_slot(const PlWays *w, PlStr name)
{
    for (uint32_t i = 0; i < w->fill->match->count; i++)
        if (pl_str_eq(w->fill->match->slots[i].part->text, name)) return w->at.texts[i];
    return PL_STR("");
}

/* LIST~EACH: LIST[*].x for a field, else LIST select EXPR */
static PlStr projected(PlReader *r, PlStr list, PlStr each)
{
    bool field = pl_str_starts(each, PL_STR("it.")) && pl_lexis_is_name(pl_str_slice(each, 3, each.len));
    bool plain = true;
    for (size_t i = 0; i < list.len; i++)
        plain &= pl_phrase_word_char(list.ptr[i]) || strchr(".[]*", list.ptr[i]) != NULL;
    if (!field) return pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(list), PL_ARG(each));
    PlStr leaf = pl_str_slice(each, 3, each.len);
    return plain ? pl_arena_printf(r->c->arena, "%.*s[*].%.*s", PL_ARG(list), PL_ARG(leaf))
                 : pl_arena_printf(r->c->arena, "(%.*s)[*].%.*s", PL_ARG(list), PL_ARG(leaf));
}

/* What a sum is called: x of a result x_by_y, else the field that is summed. */
static PlStr sum_name(PlWays *w)
{
    PlStr bind = w->r->bind;
    size_t by = pl_str_find(bind, PL_STR("_by_"), 0), per = pl_str_find(bind, PL_STR("_per_"), 0);
    if (by != PL_STR_NONE && by > 0) return pl_str_slice(bind, 0, by);
    if (per != PL_STR_NONE && per > 0) return pl_str_slice(bind, 0, per);
    PlStr each = pl_exact_slot(w, PL_STR("EACH"));
    bool field = pl_str_starts(each, PL_STR("it.")) && pl_str_find_char(each, ' ', 0) == PL_STR_NONE;
    return field ? pl_field_leaf(each) : PL_STR("total");
}

/* Simple enough to stand as an operand. */
static PlStr as_operand(PlReader *r, PlStr text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) plain &= text.ptr[i] != ' ';
    bool quoted = text.len && (text.ptr[0] == '"' || text.ptr[0] == '\'' || text.ptr[0] == '[');
    return plain || quoted ? text : pl_arena_printf(r->c->arena, "(" PL_FMT ")", PL_ARG(text));
}

typedef struct Template {
    PlWays *w;
    PlStr exact;
    size_t at;
    PlStr out;
} Template;

static PlStr word_at(const Template *t, size_t from)
{
    size_t end = from;
    while (end < t->exact.len && is_capital(t->exact.ptr[end])) end++;
    return pl_str_slice(t->exact, from, end);
}

static void put(Template *t, PlStr text)
{
    t->out = pl_arena_printf(t->w->r->c->arena, PL_FMT PL_FMT, PL_ARG(t->out), PL_ARG(text));
}

/* A slot that an operator or a dot stands beside is an operand. */
static bool beside_operator(const Template *t, size_t from, size_t end, bool is_list)
{
    PlStr before = pl_str_slice(t->exact, 0, from), behind = pl_str_slice(t->exact, end, t->exact.len);
    static const char *const signs[] = {" *", " /", " +", " -"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (pl_str_starts(behind, pl_str_z(signs[i]))) return true;
        if (pl_str_ends(before, pl_arena_printf(t->w->r->c->arena, "%s ", signs[i]))) return true;
    }
    if (pl_str_ends(before, PL_STR(" in ")) || pl_str_starts(behind, PL_STR(" in "))) return true;
    if (is_list && (pl_str_starts(behind, PL_STR(" is ")) || pl_str_starts(behind, PL_STR(" joined")))) return true;
    return pl_str_starts(behind, PL_STR("[")) || pl_str_starts(behind, PL_STR("."));
}

static bool put_slot(Template *t, PlStr name)
{
    const PlCapture *slot = pl_exact_capture(t->w->fill->match, name);
    bool is_list = pl_str_eq_z(name, "LIST");
    PlStr text = slot                             ? pl_exact_slot(t->w, name)
                 : is_list && t->w->fill->current ? t->w->fill->current->text
                                                  : PL_STR("");
    size_t end = t->at + name.len;
    if (!text.len) return false;
    if (end < t->exact.len && t->exact.ptr[end] == '~') {
        bool flat = t->exact.ptr[end + 1] == '~';
        PlStr each = word_at(t, end + 1 + flat), list = projected(t->w->r, text, pl_exact_slot(t->w, each));
        PlTypeKind kind =
            flat
                ? pl_type(t->w->r->c->types, pl_try_item_type(t->w->r, &t->w->at.item, pl_exact_slot(t->w, each)))->kind
                : PL_TYPE_TEXT;
        bool lists = kind == PL_TYPE_LIST || kind == PL_TYPE_ANY;
        put(t, flat && lists ? pl_arena_printf(t->w->r->c->arena, "flatten(" PL_FMT ")", PL_ARG(list)) : list);
        t->at = end + 1 + flat + each.len;
        return true;
    }
    put(t, beside_operator(t, t->at, end, is_list) ? as_operand(t->w->r, text) : text);
    t->at = end;
    return true;
}

/* it.items~EACH */
static bool put_projection(Template *t)
{
    static const char base[] = "it.items~";
    if (!pl_str_starts(pl_str_slice(t->exact, t->at, t->exact.len), PL_STR("it.items~"))) return false;
    PlStr each = word_at(t, t->at + sizeof base - 1);
    put(t, projected(t->w->r, PL_STR("it.items"), pl_exact_slot(t->w, each)));
    t->at += sizeof base - 1 + each.len;
    return true;
}

static PlStr at_name(Template *t, PlStr name)
{
    if (pl_str_eq_z(name, "SUM")) return sum_name(t->w);
    if (pl_str_eq_z(name, "ITEM")) return pl_lexis_singular(t->w->r, t->w->at.name);
    const PlCapture *slot = pl_exact_capture(t->w->fill->match, name);
    PlStr text = pl_exact_slot(t->w, name);
    if (slot && slot->part->slot == PL_SLOT_MOST) return pl_lexis_bare(t->w->r, slot->range);
    PlStr leaf = pl_field_leaf(text);
    return leaf.len ? leaf : PL_STR("value");
}

static bool finish(Template *t)
{
    while (t->at < t->exact.len) {
        char ch = t->exact.ptr[t->at];
        char before = t->at ? t->exact.ptr[t->at - 1] : ' ';
        PlStr name = word_at(t, t->at);
        bool begins = name.len && ch >= 'A' && ch <= 'Z' && !(before >= 'a' && before <= 'z') &&
                      !(before >= 'A' && before <= 'Z');
        if (ch == '@' && word_at(t, t->at + 1).len) {
            name = word_at(t, t->at + 1);
            put(t, at_name(t, name));
            t->at += 1 + name.len;
        } else if (put_projection(t)) {
            continue;
        } else if (begins && (pl_exact_capture(t->w->fill->match, name) || pl_str_eq_z(name, "LIST"))) {
            if (!put_slot(t, name)) return false;
        } else {
            put(t, pl_str(&t->exact.ptr[t->at], 1));
            t->at++;
        }
    }
    return true;
}

bool pl_exact_make(PlWays *w, PlStr exact, PlStr *out)
{
    Template t = {.w = w, .exact = exact};
    if (!finish(&t)) return false;
    *out = t.out;
    return true;
}
