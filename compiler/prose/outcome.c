/* SPDX-License-Identifier: MIT */
/* How something ended, in other words than its fields have: "the run succeeded" where `conclusion` may be "success", "if approved" where the
 * answer before has `status`, "if the tests fail" where it has `exit_code`. The groups of words are in grammar/prose.def. A word that the fields
 * list themselves never comes here; two fields that fit are two readings. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

typedef struct Same {
    const char *words, *opposite;
} Same;

static const Same *table(size_t *count)
{
    static const Same all[] = {
#define PL_PROSE_SAME(words, opposite) {words, opposite},
#include "grammar/prose.def"
#undef PL_PROSE_SAME
    };
    *count = sizeof all / sizeof *all;
    return all;
}

/* Whether `word` is one of the words, which blanks part. */
static bool among(PlStr word, const char *words)
{
    for (const char *p = words; *p;) {
        const char *end = p;
        while (*end && *end != ' ') end++;
        if (pl_words_same(word, pl_str(p, (size_t)(end - p)))) return true;
        p = *end ? end + 1 : end;
    }
    return false;
}

static const Same *group_of(PlStr word)
{
    size_t count;
    const Same *all = table(&count);
    for (size_t i = 0; i < count; i++)
        if (among(word, all[i].words)) return &all[i];
    return NULL;
}

bool pl_outcome_is(PlStr word)
{
    return group_of(word) != NULL;
}

/* ---- what fields say ---- */

static void add(PlReader *r, const PlItem *item, PlStr text, PlSenses *out)
{
    PlTypeId type;
    PlStr exact, whole = pl_arena_printf(r->c->arena, PL_FMT " where " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    if (pl_try_list(r, whole, &type, &exact)) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO});
}

static void of_values(PlReader *r, const PlItem *item, PlStr field, const PlType *values, const Same *same, PlSenses *out)
{
    PlStr list = PL_STR("");
    uint32_t found = 0;
    for (uint32_t i = 0; i < values->count; i++) {
        if (values->values[i].kind != PL_LIT_TEXT || !among(values->values[i].as.text, same->words)) continue;
        list = pl_arena_printf(r->c->arena, PL_FMT "%s\"" PL_FMT "\"", PL_ARG(list), found++ ? ", " : "",
                               PL_ARG(values->values[i].as.text));
    }
    if (found)
        add(r, item, pl_arena_printf(r->c->arena, found > 1 ? "it.%.*s in [%.*s]" : "it.%.*s is %.*s", PL_ARG(field), PL_ARG(list)), out);
}

void pl_outcome_read(PlReader *r, const PlItem *item, const PlType *t, PlStr word, PlSenses *out)
{
    const Same *same = group_of(word);
    for (uint32_t i = 0; same && i < t->count; i++) {
        PlStr name = t->fields[i].name;
        const PlType values = *pl_type(r->c->types, pl_type_without_nothing(r->c->types, t->fields[i].type));
        bool number = values.kind == PL_TYPE_INTEGER || values.kind == PL_TYPE_NUMBER;
        bool exit = number && among(name, "exit_code exit_status return_code exitcode");
        if (values.kind == PL_TYPE_ENUM) of_values(r, item, name, &values, same, out);
        if (values.kind == PL_TYPE_YESNO && among(name, same->words))
            add(r, item, pl_arena_printf(r->c->arena, "it.%.*s is yes", PL_ARG(name)), out);
        if (values.kind == PL_TYPE_YESNO && among(name, same->opposite))
            add(r, item, pl_arena_printf(r->c->arena, "it.%.*s is no", PL_ARG(name)), out);
        if (exit && among(PL_STR("success"), same->words)) add(r, item, pl_arena_printf(r->c->arena, "it.%.*s is 0", PL_ARG(name)), out);
        if (exit && among(PL_STR("failure"), same->words)) add(r, item, pl_arena_printf(r->c->arena, "it.%.*s is not 0", PL_ARG(name)), out);
    }
}

/* ---- of what it is said ---- */

static bool is_one(const PlReader *r, uint32_t at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_lexis_is(r, at, words[i])) return true;
    return false;
}
#define IS_ONE(r, at, words) is_one((r), (at), (words), sizeof(words) / sizeof *(words))

/* A person's answer: yes or no says it alone. */
static bool answered(PlReader *r, const PlSymbol *symbol, PlStr word, PlStr *text)
{
    const PlStep *step = symbol->step;
    PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_flow_var(r->c, symbol).type))->kind;
    const Same *same = group_of(word);
    if (!step || !same || kind != PL_TYPE_YESNO || (step->kind != PL_STEP_ASK && step->kind != PL_STEP_APPROVE)) return false;
    bool yes = among(PL_STR("approved"), same->words), no = among(PL_STR("rejected"), same->words);
    if (yes) *text = symbol->name;
    if (no) *text = pl_arena_printf(r->c->arena, "not " PL_FMT, PL_ARG(symbol->name));
    return yes || no;
}

static void said_of(PlReader *r, PlStr name, PlRange words, bool yes, PlSenses *out)
{
    const PlSymbol *symbol = pl_scope_find(r->c, name);
    if (!symbol || symbol->kind == PL_SYM_NOW || pl_flow_var(r->c, symbol).bound == PL_BOUND_NO) return;
    PlStr text = PL_STR("");
    PlTypeId type = pl_type_without_nothing(r->c->types, pl_flow_var(r->c, symbol).type);
    if (!answered(r, symbol, pl_lexis_bare(r, words), &text)) {
        PlSenses found = {0};
        PlItem item = {pl_arena_printf(r->c->arena, "[" PL_FMT "]", PL_ARG(name)), type};
        if (pl_field_shape(r, type).kind != PL_TYPE_RECORD) return;
        pl_cond_read(r, &item, words, &found);
        if (found.len != 1 || found.items[0].doubt || !pl_str_starts(found.items[0].text, PL_STR("it."))) return;
        if (pl_str_find(found.items[0].text, PL_STR(" it."), 0) != PL_STR_NONE) return;
        text = pl_arena_printf(r->c->arena, PL_FMT PL_FMT, PL_ARG(name), PL_ARG(pl_str_slice(found.items[0].text, 2, found.items[0].text.len)));
    }
    if (!yes) text = pl_arena_printf(r->c->arena, "not (" PL_FMT ")", PL_ARG(text));
    PlTypeId kind;
    PlStr exact;
    if (pl_try_value(r, text, &kind, &exact)) pl_try_add(r, out, (PlSense){.text = exact, .type = PL_T_YESNO});
}

/* "approved", "it was rejected", "not approved": of the newest thing of which that can be said. */
void pl_outcome_test(PlReader *r, PlRange range, PlSenses *out)
{
    static const char *const pronouns[] = {"it", "this", "that", "they"};
    static const char *const links[] = {"is", "was", "are", "were", "has", "have", "been", "did", "does", "do", "got", "gets", "now", "still", "yet"};
    static const char *const no[] = {"not", "isn't", "wasn't", "didn't", "doesn't", "hasn't", "haven't", "aren't", "never"};
    bool pronoun = IS_ONE(r, range.from, pronouns), yes = true;
    range.from += pronoun;
    PlRange words = range;
    for (; words.from + 1 < words.to; words.from++) {
        if (IS_ONE(r, words.from, no)) yes = false;
        else if (!IS_ONE(r, words.from, links)) break;
    }
    bool outcome = words.to == words.from + 1 && pl_outcome_is(pl_lexis_bare(r, words));
    if (!outcome && !pronoun) return;
    if (!outcome) words = range;
    PlStr *names;
    uint32_t count = pl_scope_names(r->c, &names);
    for (uint32_t i = count; i > 0 && !out->len; i--) said_of(r, names[i - 1], words, yes || !outcome, out);
}
