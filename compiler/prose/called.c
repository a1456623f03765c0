/* SPDX-License-Identifier: MIT */
/* Which list or value of the plan a noun means. `jobs` written as the name itself is that name. Else every name in
 * scope counts that is called so, in the singular or the plural, or that ends in these words (`jobs` and `open_jobs`);
 * two of them are two readings. What stands before the noun ("overdue") or behind it ("from last week") narrows the
 * list down, unless the step that made it says the same. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/syntax/noun.h"

/* ---- names in scope ---- */

bool pl_called_is_generic(const PlReader *r, PlRange range)
{
    static const char *const words[] = {"results", "result",     "items",  "list",     "records", "entries",
                                        "rows",    "them",       "it",     "these",    "those",   "ones",
                                        "data",    "everything", "values", "elements", "output",  "lists"};
    range = pl_lexis_without_article(r, range);
    if (range.to - range.from == 2 &&
        (pl_lexis_is(r, range.from, "remaining") || pl_lexis_is(r, range.from, "resulting") ||
         pl_lexis_is(r, range.from, "filtered") || pl_lexis_is(r, range.from, "sorted") ||
         pl_lexis_is(r, range.from, "previous")))
        range.from++;
    if (range.to != range.from + 1) return false;
    if (r->c->loop && r->c->loop->step->kind == PL_STEP_EACH && pl_lexis_is(r, range.from, "it")) return false; /* the item, not its list */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_lexis_is(r, range.from, words[i])) return true;
    return false;
}

static bool may_be_list(PlReader *r, const PlSymbol *symbol)
{
    PlTypes *types = r->c->types;
    const PlType *t = pl_type(types, pl_type_without_nothing(types, pl_flow_var(r->c, symbol).type));
    if (t->kind == PL_TYPE_LIST || t->kind == PL_TYPE_ANY) return true;
    uint32_t lists = 0;
    for (uint32_t i = 0; t->kind == PL_TYPE_RECORD && i < t->count; i++)
        lists += pl_type(types, pl_type_without_nothing(types, t->fields[i].type))->kind == PL_TYPE_LIST;
    return lists == 1;
}

/* The visible names, oldest first, that hold something here. */
static uint32_t names_in_scope(PlReader *r, bool lists, PlStr **out)
{
    PlStr *all, *kept;
    if (r->names[lists]) {
        *out = r->names[lists];
        return r->name_counts[lists];
    }
    uint32_t count = pl_scope_names(r->c, &all), n = 0;
    kept = PL_NEW_N(r->c->arena, PlStr, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const PlSymbol *symbol = pl_scope_find(r->c, all[i]);
        if (symbol && symbol->kind != PL_SYM_NOW && (!lists || may_be_list(r, symbol))) kept[n++] = all[i];
    }
    *out = r->names[lists] = kept;
    r->normal_names[lists] = PL_NEW_N(r->c->arena, PlStr, n + 1);
    for (uint32_t i = 0; i < n; i++) r->normal_names[lists][i] = pl_lexis_normal(r, kept[i]);
    if (!lists) r->name_types = PL_NEW_N(r->c->arena, PlTypeId, n + 1);
    for (uint32_t i = 0; i < n && !lists; i++)
        r->name_types[i] = pl_type_without_nothing(r->c->types, pl_flow_var(r->c, pl_scope_find(r->c, kept[i])).type);
    return r->name_counts[lists] = n;
}

/* The words before the noun are those of the step that made the name: "Get the open issues -> issues". */
static bool said_before(PlReader *r, PlStr name, PlRange words)
{
    const PlSymbol *symbol = pl_scope_find(r->c, name);
    if (!symbol || !symbol->step || !symbol->step->prose.len) return false;
    PlStr prose = symbol->step->prose, text = pl_lexis_text(r, words);
    for (size_t at = 0; at + text.len <= prose.len; at++) {
        if (!pl_str_eq_nocase(pl_str_slice(prose, at, at + text.len), text)) continue;
        PlStr before = pl_str_trim(pl_str_slice(prose, 0, at));
        bool joined = pl_str_ends(before, PL_STR(" and")) || pl_str_ends(before, PL_STR(" or")) ||
                      pl_str_ends(before, PL_STR(",")) || pl_str_ends(before, PL_STR(" not")) ||
                      pl_str_ends(before, PL_STR(" non")) || pl_str_ends(before, PL_STR("without"));
        if (!joined && (at == 0 || prose.ptr[at - 1] == ' ')) return true;
    }
    return false;
}

/* "filtered" where the step says "Filter the charges". */
static bool says_verb_of(PlReader *r, PlStr name, PlStr word)
{
    const PlSymbol *symbol = pl_scope_find(r->c, name);
    if (!symbol || !symbol->step || word.len < 5 || !pl_str_ends(word, PL_STR("ed"))) return false;
    PlStr prose = symbol->step->prose, stem = pl_str_slice(word, 0, word.len - 2);
    return prose.len >= stem.len && pl_str_eq_nocase(pl_str_slice(prose, 0, stem.len), stem);
}

static void add_list(PlReader *r, PlStr text, PlStr name, PlSenses *out)
{
    PlTypeId item;
    PlStr exact;
    if (pl_try_list(r, text, &item, &exact)) pl_try_add(r, out, (PlSense){.text = exact, .name = name, .type = item});
}

static bool is_inside(const PlStep *step, const PlStep *loop)
{
    while (step && step != loop) step = step->parent;
    return step != NULL;
}

/* Of several lists that are called so, the one that this iteration has made is spoken of. */
static void keep_nearest(PlReader *r, PlSenses *out)
{
    const PlSense *nearest = NULL;
    for (uint32_t i = 0; r->c->loop && i < out->len; i++) {
        const PlSymbol *symbol = pl_scope_find(r->c, out->items[i].name);
        if (!symbol || !symbol->step || !is_inside(symbol->step, r->c->loop->step)) continue;
        if (nearest) return;
        nearest = &out->items[i];
    }
    if (!nearest) return;
    out->items[0] = *nearest;
    out->len = 1;
}

/* `jobs` and `open_jobs` are called "job". Both as they are compared. */
static bool is_called(PlStr name, PlStr words)
{
    bool alike = name.len && words.len && name.ptr[0] == words.ptr[0];
    bool ends = name.len > words.len && pl_str_ends(name, words) && name.ptr[name.len - words.len - 1] == '_';
    return ends || (alike && pl_words_same(name, words));
}

/* Names called by these words. */
static void look_for_lists(PlReader *r, PlRange range, PlStr words, PlSenses *out)
{
    PlStr *names;
    if (range.to == range.from + 1 && pl_scope_find(r->c, r->words[range.from].text)) {
        add_list(r, r->words[range.from].text, r->words[range.from].text, out);
        if (out->len) return;
    }
    uint32_t count = names_in_scope(r, true, &names);
    PlStr normal = pl_lexis_normal(r, words);
    for (uint32_t i = 0; i < count; i++)
        if (is_called(r->normal_names[true][i], normal))
            add_list(r, names[i], names[i], out);
    if (out->len > 1) keep_nearest(r, out);
}

/* Many patterns ask for the same words. */
static void lists_called(PlReader *r, PlRange range, PlSenses *out)
{
    PlStr words = pl_lexis_bare(r, range);
    bool alone = range.to == range.from + 1;
    PlStr key = alone ? pl_arena_printf(r->c->arena, " " PL_FMT, PL_ARG(r->words[range.from].text)) : words;
    PlSenses *known = pl_map_get(&r->called, key);
    if (!known) {
        known = PL_NEW(r->c->arena, PlSenses);
        look_for_lists(r, range, words, known);
        pl_map_put(&r->called, key, NULL)->value.ptr = known;
    }
    for (uint32_t i = 0; i < known->len; i++) pl_try_add(r, out, known->items[i]);
}

/* What the step above made or changed: "them", "the ones with ...", "sort by amount" speak of it. */
static PlStr made_just_before(const PlChecker *c)
{
    const PlStep *parent = c->step ? c->step->parent : NULL, *last = NULL;
    uint32_t count = parent ? parent->steps.len : c->plan->steps.len;
    PlStep *const *steps = parent ? parent->steps.items : c->plan->steps.items;
    for (uint32_t i = 0; c->step && i < count && steps[i] != c->step; i++) last = steps[i];
    if (!last) return PL_STR("");
    return last->kind == PL_STEP_SET ? last->name : last->kind == PL_STEP_ACTION ? last->bind : PL_STR("");
}

void pl_called_any(PlReader *r, PlSenses *out)
{
    PlStr *names, made = made_just_before(r->c);
    uint32_t count = names_in_scope(r, true, &names);
    for (uint32_t i = 0; made.len && i < count; i++)
        if (pl_str_eq(names[i], made)) add_list(r, made, made, out);
    if (out->len) return;
    for (uint32_t i = 0; i < count; i++) add_list(r, names[i], names[i], out);
}

/* ---- lists inside of values ---- */

static PlStr list_field(PlReader *r, PlTypeId record, PlStr words)
{
    const PlType *t = pl_type(r->c->types, pl_type_without_nothing(r->c->types, record));
    for (uint32_t i = 0; t->kind == PL_TYPE_RECORD && i < t->count; i++) {
        PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, t->fields[i].type))->kind;
        if (kind == PL_TYPE_LIST && pl_lexis_same(r, t->fields[i].name, words)) return t->fields[i].name;
    }
    return PL_STR("");
}

/* The line items of `orders`: a list that each of them holds, laid end to end; the lines of `page`. Where nothing is
 * known of them, in doubt. */
static void lists_inside(PlReader *r, PlStr name, PlTypeId id, PlStr words, bool guess, PlSenses *out)
{
    PlTypes *types = r->c->types;
    PlType t = *pl_type(types, id);
    PlStr field = list_field(r, id, words);
    if (field.len) add_list(r, pl_arena_printf(r->c->arena, PL_FMT "." PL_FMT, PL_ARG(name), PL_ARG(field)), name, out);
    if (field.len) return;
    if (t.kind != PL_TYPE_LIST && t.kind != PL_TYPE_ANY) return;
    PlTypeKind elem =
        t.kind == PL_TYPE_LIST ? pl_type(types, pl_type_without_nothing(types, t.elem))->kind : PL_TYPE_NOTHING;
    if (elem == PL_TYPE_RECORD) field = list_field(r, t.elem, words);
    if (field.len) {
        add_list(r, pl_arena_printf(r->c->arena, "flatten(%.*s[*].%.*s)", PL_ARG(name), PL_ARG(field)), name, out);
        return;
    }
    guess &= !r->stated;
    bool open = t.kind == PL_TYPE_ANY || elem == PL_TYPE_ANY || elem == PL_TYPE_VAR;
    if (!guess || !open || !pl_lexis_is_name(words)) return;
    uint32_t before = out->len;
    add_list(r, pl_arena_printf(r->c->arena, "flatten(%.*s[*].%.*s)", PL_ARG(name), PL_ARG(words)), name, out);
    if (out->len > before) out->items[before].doubt = true;
}

/* NOUN of which no name is called, but a list inside of one. */
static void list_inside_some(PlReader *r, PlRange range, PlSenses *out)
{
    PlStr *names, words = pl_lexis_bare(r, range);
    uint32_t count = names_in_scope(r, false, &names);
    for (uint32_t i = 0; i < count; i++) lists_inside(r, names[i], r->name_types[i], words, false, out);
    bool noun = pl_lexis_is_plain(r, range) && range.to - range.from < 3 && pl_noun_is_many(words);
    for (uint32_t i = 0; i < count && noun && !out->len; i++) lists_inside(r, names[i], r->name_types[i], words, true, out);
}

static PlTypeId type_of(PlReader *r, PlStr name)
{
    return pl_type_without_nothing(r->c->types, pl_flow_var(r->c, pl_scope_find(r->c, name)).type);
}

/* NOUN in LIST */
static void list_inside_that(PlReader *r, PlRange range, PlSenses *out)
{
    for (uint32_t at = range.from + 1; at + 1 < range.to && !out->len; at++) {
        if (!pl_lexis_is(r, at, "in") && !pl_lexis_is(r, at, "of") && !pl_lexis_is(r, at, "from")) continue;
        PlSenses holders = {0};
        lists_called(r, pl_lexis_without_article(r, (PlRange){at + 1, range.to}), &holders);
        for (uint32_t i = 0; i < holders.len; i++)
            if (holders.items[i].name.len)
                lists_inside(r, holders.items[i].name, type_of(r, holders.items[i].name), pl_lexis_bare(r, (PlRange){range.from, at}), true, out);
    }
}

/* ---- what narrows it down ---- */

static void narrowed(PlReader *r, const PlSense *list, PlRange words, bool before, PlSenses *out)
{
    PlItem item = {list->text, list->type};
    PlSenses conditions = {0};
    if (before)
        pl_cond_adjective(r, &item, words, &conditions);
    else
        pl_cond_read(r, &item, words, &conditions);
    for (uint32_t i = 0; i < conditions.len; i++) {
        PlSense made = *list;
        made.text =
            pl_arena_printf(r->c->arena, PL_FMT " where " PL_FMT, PL_ARG(list->text), PL_ARG(conditions.items[i].text));
        made.doubt |= conditions.items[i].doubt;
        made.narrowed = true;
        made.alias =
            before && words.to == words.from + 1
                ? pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT, PL_ARG(pl_lexis_bare(r, words)), PL_ARG(list->name))
                : PL_STR("");
        pl_try_add(r, out, made);
    }
    bool said = before && (said_before(r, list->name, (PlRange){words.from, words.to + 1}) ||
                           (words.to == words.from + 1 && says_verb_of(r, list->name, r->words[words.from].text)));
    if (said && (conditions.len == 0 || conditions.items[0].doubt)) {
        out->len = 0;
        pl_try_add(r, out, *list);
    }
}

/* ADJECTIVE NOUN: overdue invoices */
static void with_adjective(PlReader *r, PlRange range, PlSenses *out)
{
    for (uint32_t at = range.from + 1; at < range.to && at <= range.from + 2 && !out->len; at++) {
        PlSenses lists = {0};
        lists_called(r, (PlRange){at, range.to}, &lists);
        if (!lists.len && pl_called_is_generic(r, (PlRange){at, range.to})) pl_called_any(r, &lists);
        for (uint32_t i = 0; i < lists.len; i++) narrowed(r, &lists.items[i], (PlRange){range.from, at}, true, out);
    }
}

/* NOUN that ..., NOUN from last week, NOUN over 100 */
static void with_condition(PlReader *r, PlRange range, PlSenses *out)
{
    static const char *const links[] = {"that", "which", "who", "whose", "where"};
    for (uint32_t at = range.from + 1; at < range.to && !out->len; at++) {
        PlSenses lists = {0};
        PlRange behind = {at, range.to};
        lists_called(r, (PlRange){range.from, at}, &lists);
        if (!lists.len) with_adjective(r, (PlRange){range.from, at}, &lists);
        for (size_t k = 0; k < sizeof links / sizeof *links; k++)
            if (pl_lexis_is(r, at, links[k]) && behind.from == at) behind.from++;
        for (uint32_t i = 0; i < lists.len && behind.from < behind.to; i++)
            narrowed(r, &lists.items[i], behind, false, out);
    }
}

/* Exact text: a name or path, a call, a list; no bare word that is no name. */
static bool is_expression(const PlReader *r, PlRange range)
{
    if (range.to != range.from + 1) return false;
    PlStr word = r->words[range.from].text;
    if (r->words[range.from].kind == PL_WORD_GROUP) return word.ptr[0] == '[';
    return r->words[range.from].kind == PL_WORD_WORD &&
           (strchr("._[(", word.ptr[word.len - 1]) || pl_str_find_char(word, '.', 0) != PL_STR_NONE ||
            pl_str_find_char(word, '(', 0) != PL_STR_NONE || pl_str_find_char(word, '[', 0) != PL_STR_NONE);
}

static PlStr base_name(PlStr text)
{
    size_t end = 0;
    while (end < text.len && (pl_phrase_word_char(text.ptr[end]))) end++;
    return pl_str_slice(text, 0, end);
}

/* the list of orders */
static PlRange of_list(const PlReader *r, PlRange range)
{
    range = pl_lexis_without_article(r, range);
    if (range.to - range.from > 2 && (pl_lexis_is(r, range.from, "list") || pl_lexis_is(r, range.from, "lists")) &&
        pl_lexis_is(r, range.from + 1, "of"))
        range.from += 2;
    return pl_lexis_without_article(r, range);
}

void pl_called_base(PlReader *r, PlRange range, PlSenses *out)
{
    range = of_list(r, range);
    if (is_expression(r, range)) {
        PlStr text = r->words[range.from].text;
        add_list(r, text, base_name(text), out);
    }
    if (!out->len) lists_called(r, range, out);
    if (!out->len && pl_lexis_is(r, range.to - 1, "list") && range.to - range.from > 1)
        lists_called(r, (PlRange){range.from, range.to - 1}, out);
    if (!out->len && pl_called_is_generic(r, range)) pl_called_any(r, out);
}

/* the orders; orders.lines; all open orders from last week; the results */
void pl_called_list(PlReader *r, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (r->depth >= PL_PROSE_DEPTH || pl_try_known(r, 'l', range, PL_STR(""), out, &keep)) return;
    r->depth++;
    pl_called_base(r, range, out);
    range = of_list(r, range);
    if (!out->len && range.to - range.from > 1) with_adjective(r, range, out);
    if (!out->len && range.to - range.from > 2) list_inside_that(r, range, out);
    if (!out->len && range.to - range.from > 1) with_condition(r, range, out);
    if (!out->len) list_inside_some(r, range, out);
    r->depth--;
    pl_try_keep(r, keep, out);
}

/* ---- values ---- */

static void add_value(PlReader *r, PlStr text, PlSenses *out)
{
    PlTypeId type;
    PlStr exact;
    if (pl_try_value(r, text, &type, &exact))
        pl_try_add(r, out, (PlSense){.text = exact, .name = base_name(exact), .type = type});
}

/* user email, the email of the user: a field of a name. */
static void field_of_name(PlReader *r, PlRange name, PlRange field, PlSenses *out)
{
    PlStr *names, words = pl_lexis_bare(r, name);
    uint32_t count = names_in_scope(r, false, &names);
    PlStr normal = pl_lexis_normal(r, words);
    for (uint32_t i = 0; i < count; i++) {
        if (!pl_words_same(r->normal_names[false][i], normal)) continue;
        PlItem item = {pl_arena_printf(r->c->arena, "[" PL_FMT "]", PL_ARG(names[i])),
                       pl_flow_var(r->c, pl_scope_find(r->c, names[i])).type};
        PlSenses fields = {0};
        item.type = pl_type_without_nothing(r->c->types, item.type);
        bool open = pl_type(r->c->types, item.type)->kind == PL_TYPE_ANY;
        if (open && pl_outcome_is(pl_lexis_bare(r, field))) continue; /* "tests pass": no field of an answer of which nothing is known */
        pl_field_read(r, &item, field, &fields);
        for (uint32_t k = 0; k < fields.len; k++)
            add_value(r,
                      pl_arena_printf(r->c->arena, PL_FMT PL_FMT, PL_ARG(names[i]),
                                      PL_ARG(pl_str_slice(fields.items[k].text, 2, fields.items[k].text.len))),
                      out);
    }
}

static void look_for_value(PlReader *r, PlRange range, PlSenses *out)
{
    range = pl_lexis_without_article(r, range);
    PlStr *names, words = pl_lexis_bare(r, range);
    uint32_t count = names_in_scope(r, false, &names);
    PlStr normal = pl_lexis_normal(r, words);
    if (range.to == range.from + 1 && pl_scope_find(r->c, r->words[range.from].text)) {
        add_value(r, r->words[range.from].text, out);
        if (out->len) return;
    }
    const PlExpr *keyed = pl_usage_keyed(r, pl_lexis_text(r, range));
    if (keyed) {
        PlStr key = keyed->right->kind == PL_EXPR_TEXT ? keyed->right->items.items[0]->literal.as.text
                                                       : keyed->right->literal.as.text;
        add_value(r, pl_arena_printf(r->c->arena, "%.*s[\"%.*s\"]", PL_ARG(keyed->left->text), PL_ARG(key)), out);
    }
    for (uint32_t i = 0; i < count && !out->len; i++)
        if (pl_words_same(names[i], words) ||
            (is_called(r->normal_names[false][i], normal) && !pl_words_same(r->normal_names[false][i], normal))) add_value(r, names[i], out);
    for (uint32_t at = range.from + 1; at + 1 < range.to && !out->len; at++)
        if (pl_lexis_is(r, at, "of"))
            field_of_name(r, pl_lexis_without_article(r, (PlRange){at + 1, range.to}), (PlRange){range.from, at}, out);
    for (uint32_t at = range.from + 1; at < range.to && !out->len; at++)
        field_of_name(r, (PlRange){range.from, at}, (PlRange){at, range.to}, out);
}

/* the total; the report title; the email of the user */
void pl_called_value(PlReader *r, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (pl_try_known(r, 'n', range, PL_STR(""), out, &keep)) return;
    look_for_value(r, range, out);
    pl_try_keep(r, keep, out);
}
