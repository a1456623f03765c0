/* SPDX-License-Identifier: MIT */
/* One answer to one question: the edit it makes, and whether the plan with it is better than without. Which answer belongs to which question is match.c. */
#include "compiler/ask/answer.h"

#include "compiler/ask/edit.h"
#include "compiler/check/checker.h"
#include "compiler/syntax/parse.h"

/* ---- what was open before ------------------------------------------------------------------------------------------------- */

static bool has_finding(const PlDiags *diags, const PlDiag *d)
{
    for (uint32_t i = 0; i < diags->all.len; i++) {
        const PlDiag *old = diags->all.items[i];
        if (old->code == d->code && pl_str_eq(old->message, d->message)) return true;
    }
    return false;
}

/* The first finding that the change brought: an error, or for values a name that nobody bound. */
static const PlDiag *harm(const PlSession *s, const PlDiags *before, const PlDiag *question)
{
    bool value = question->ask.kind == PL_QUESTION_VALUE || question->ask.kind == PL_QUESTION_NAME || question->ask.kind == PL_QUESTION_LIST;
    for (uint32_t i = 0; i < s->compiled.diags.all.len; i++) {
        const PlDiag *d = s->compiled.diags.all.items[i];
        bool syntax = strncmp(pl_diag_infos[d->code].code, "P01", 3) == 0;
        bool document = question->ask.kind == PL_QUESTION_PLUGIN && strncmp(pl_diag_infos[d->code].code, "P07", 3) == 0;
        bool bad = d->severity == PL_SEV_ERROR && (value || syntax || document);
        if (d->severity == PL_SEV_QUESTION) bad = value && d->ask.kind == PL_QUESTION_NAME && !pl_str_eq(d->ask.id, question->ask.id);
        if (value && d->code == PL_D_BRACES_ARE_TEXT) bad = true; /* it stands in a text and is no expression there */
        if (bad && !has_finding(before, d)) return d;
    }
    return NULL;
}

/* ---- trying --------------------------------------------------------------------------------------------------------------- */

typedef struct Why { /* an answer does not fit */
    PlStr words;
    bool plain; /* it is no expression or names what nothing binds: it may be meant as plain text */
} Why;

static bool fail(Why *why, PlStr words, bool plain)
{
    *why = (Why){words, plain};
    return false;
}

static bool try_edits(PlSession *s, const PlDiag *question, const PlEdit *edits, uint32_t count, Why *why)
{
    PlEditSet set;
    PlStr before = s->text;
    PlDiags findings = s->compiled.diags;
    pl_edit_set_init(&set, s->arena, s->compiled.plan->source, s->text.len);
    if (!pl_edit_set_add(&set, edits, count)) return fail(why, PL_STR("the plan has no place for it"), false);
    pl_session_change(s, pl_edit_set_apply(&set, s->text));
    const PlDiag *bad = harm(s, &findings, question);
    const PlDiag *same = bad ? NULL : pl_session_question_by_id(s, question->ask.id);
    if (!bad && !same) return true;
    if (same)
        fail(why, PL_STR("the question stays open with it"), false);
    else if (bad->ask.kind == PL_QUESTION_NAME)
        fail(why, pl_arena_printf(s->arena, "nothing is named `" PL_FMT "`", PL_ARG(bad->ask.param)), true);
    else
        fail(why, bad->message, strncmp(pl_diag_infos[bad->code].code, "P01", 3) == 0);
    pl_session_change(s, before);
    return false;
}

/* The answer in the question's place, and in every further place of it. */
static bool try_value(PlSession *s, const PlDiag *question, PlStr value, Why *why)
{
    const PlDiagAsk *ask = &question->ask;
    if (ask->at.source == PL_NO_SOURCE) return fail(why, PL_STR("only a candidate can be chosen here"), false);
    PlEdit *edits = PL_NEW_N(s->arena, PlEdit, ask->also.len + 1);
    edits[0] = (PlEdit){ask->at, pl_arena_printf(s->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(ask->before), PL_ARG(value), PL_ARG(ask->after))};
    for (uint32_t i = 0; i < ask->also.len; i++) edits[i + 1] = (PlEdit){ask->also.items[i], value};
    return try_edits(s, question, edits, ask->also.len + 1, why);
}

/* ---- values --------------------------------------------------------------------------------------------------------------- */

/* One expression on one line, or NULL. */
static const PlExpr *expression_of(PlSession *s, PlStr value, Why *why)
{
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, s->arena);
    pl_diags_init(&diags, s->arena, &sources);
    fail(why, PL_STR("it is no expression"), true);
    if (!value.len || pl_str_find_char(value, '\n', 0) != PL_STR_NONE || value.ptr[0] == '#') return NULL;
    const PlExpr *x = pl_parse_expr(s->arena, &diags, pl_sources_add(&sources, PL_STR("answer"), value));
    if (diags.errors && diags.all.len) why->words = diags.all.items[0]->message;
    return diags.errors ? NULL : x;
}

/* The type that an input line gives a constant; NULL when the expression is none. */
static const char *constant_type(const PlExpr *x)
{
    if (x->kind == PL_EXPR_TEXT) return x->items.len == 0 ? "text" : NULL;
    if (x->kind == PL_EXPR_LIST) return x->items.len == 0 ? "list" : NULL;
    if (x->kind != PL_EXPR_LITERAL) return NULL;
    switch (x->literal.kind) {
    case PL_LIT_YESNO: return "yes/no";
    case PL_LIT_INT: return "integer";
    case PL_LIT_DOUBLE: return "number";
    case PL_LIT_TEXT: return "text";
    case PL_LIT_DURATION: return "duration";
    default: return NULL;
    }
}

/* A constant that stands at several places, or within a text, becomes an input with that value. */
static bool try_expression(PlSession *s, const PlDiag *question, const PlExpr *x, PlStr value, Why *why)
{
    const PlDiagAsk *ask = &question->ask;
    const char *type = constant_type(x);
    if (type && ask->wanted.len) type = ask->wanted.ptr;
    if (!type || ask->input_at.source == PL_NO_SOURCE || (!ask->in_text && ask->also.len == 0)) return try_value(s, question, value, why);
    PlStr line = pl_arena_printf(s->arena, PL_FMT ": %s = " PL_FMT PL_FMT, PL_ARG(ask->input_before), type, PL_ARG(value), PL_ARG(ask->input_after));
    return try_edits(s, question, &(PlEdit){ask->input_at, line}, 1, why);
}

static PlStr quoted(PlSession *s, PlStr value)
{
    char *out = pl_arena_alloc(s->arena, 2 * value.len + 3, 1);
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < value.len; i++) {
        char ch = value.ptr[i];
        if (ch == '"' || ch == '\\' || ch == '{' || ch == '\n') out[n++] = '\\';
        if (ch != '\r') out[n++] = ch == '\n' ? 'n' : ch;
    }
    out[n++] = '"';
    out[n] = 0;
    return pl_str(out, n);
}

/* A constant that is no text, where a text is wanted. */
static bool is_exact_text(const PlDiag *question, const PlExpr *x)
{
    const char *type = constant_type(x);
    return type && strcmp(type, "text") != 0 && strcmp(type, "list") != 0 && pl_str_starts(question->ask.wanted, PL_STR("text"));
}

static bool answer_value(PlSession *s, const PlDiag *question, PlStr value, bool literal, Why *why)
{
    const PlExpr *x = expression_of(s, value, why);
    if (x && !literal && is_exact_text(question, x)) { /* "0012", "1e3": for a text every sign counts */
        Why first = {0};
        PlStr whole = quoted(s, value);
        const PlExpr *as_text = expression_of(s, whole, &first);
        if (as_text && try_expression(s, question, as_text, whole, &first)) return true;
    }
    if (x && try_expression(s, question, x, value, why)) return true;
    if (literal || question->ask.kind == PL_QUESTION_LIST) return false;
    Why second, *of = why->plain ? why : &second; /* what is said is about the reading that was nearer */
    PlStr text = quoted(s, value);
    x = expression_of(s, text, of);
    return x && try_expression(s, question, x, text, of);
}

static bool try_candidate(PlSession *s, const PlDiag *question, uint32_t candidate, Why *why)
{
    const PlCandidate *c = &question->candidates.items[candidate];
    if (c->edits.len) return try_edits(s, question, c->edits.items, c->edits.len, why);
    if (question->ask.kind == PL_QUESTION_NAME) return answer_value(s, question, c->value, true, why);
    return try_value(s, question, c->value, why);
}

/* ---- actions and documents ------------------------------------------------------------------------------------------------ */

static PlStr full_name(PlSession *s, const PlOperation *op)
{
    return pl_arena_printf(s->arena, PL_FMT "." PL_FMT, PL_ARG(op->plugin->name), PL_ARG(op->name));
}

/* "plugin.action", or an action's name that only one plugin has, or that the plugin has that the step names already; NULL when it is none. */
static const PlOperation *operation_of(const PlSession *s, const PlDiag *question, PlStr name)
{
    const PlCatalog *catalog = s->compiled.catalog;
    bool ambiguous;
    for (size_t dot = pl_str_find_char(name, '.', 0); dot != PL_STR_NONE; dot = pl_str_find_char(name, '.', dot + 1)) {
        const PlPlugin *plugin = pl_catalog_plugin_by_name(catalog, pl_str_slice(name, 0, dot));
        const PlOperation *op = plugin ? pl_catalog_find(catalog, plugin, pl_str_slice(name, dot + 1, name.len), &ambiguous) : NULL;
        if (op) return op;
    }
    PlStr written = pl_str_slice(s->text, question->ask.at.start, question->ask.at.end);
    size_t dot = pl_str_find_char(written, '.', 0);
    const PlPlugin *own = dot == PL_STR_NONE ? NULL : pl_catalog_plugin_by_name(catalog, pl_str_slice(written, 0, dot));
    const PlOperation *found = own ? pl_catalog_find(catalog, own, name, &ambiguous) : NULL;
    if (found) return found;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) {
        const PlOperation *op = pl_catalog_find(catalog, pl_catalog_plugin(catalog, i), name, &ambiguous);
        if (op) found = op, hits++;
    }
    return hits == 1 ? found : NULL;
}

static bool answer_action(PlSession *s, const PlDiag *question, PlStr value, Why *why)
{
    if (pl_str_ends(value, PL_STR("()"))) value.len -= 2;
    const PlOperation *op = operation_of(s, question, value);
    if (op) return try_value(s, question, full_name(s, op), why);
    PlNear near;
    PlStr words = pl_arena_printf(s->arena, "there is no action `" PL_FMT "`", PL_ARG(value));
    if (pl_catalog_nearest(s->compiled.catalog, NULL, value, PL_STR(""), &near, 1))
        words = pl_arena_printf(s->arena, PL_FMT "; the nearest is `" PL_FMT "`", PL_ARG(words), PL_ARG(full_name(s, near.operation)));
    return fail(why, words, false);
}

/* A path as the plan can hold it between quotes. */
static bool answer_plugin(PlSession *s, const PlDiag *question, PlStr value, Why *why)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] >= ' ' && !strchr("\"\\{}", value.ptr[i])) continue;
        return fail(why, PL_STR("a path has no quotes, braces or line breaks"), false);
    }
    return try_value(s, question, value, why);
}

static bool same_value(PlStr a, PlStr b)
{
    return pl_str_eq(a, b) || pl_str_eq_nocase(a, b);
}

static bool answer(PlSession *s, const PlDiag *question, PlStr value, bool literal, Why *why)
{
    for (uint32_t i = 0; i < question->candidates.len; i++) {
        PlStr candidate = question->candidates.items[i].value;
        bool text = candidate.len == value.len + 2 && candidate.ptr[0] == '"' && pl_str_eq(pl_str_slice(candidate, 1, value.len + 1), value);
        if (text || same_value(value, candidate)) return try_candidate(s, question, i, why);
    }
    switch (question->ask.kind) {
    case PL_QUESTION_ACTION: return answer_action(s, question, value, why);
    case PL_QUESTION_PLUGIN: return answer_plugin(s, question, value, why);
    case PL_QUESTION_READING: return fail(why, PL_STR("it is none of the candidates"), false);
    default: return answer_value(s, question, value, literal, why);
    }
}

bool pl_answer_question(PlSession *s, const PlDiag *question, PlStr value, bool literal, PlStr *why)
{
    Why reason = {0};
    bool good = answer(s, question, literal ? value : pl_str_trim(value), literal, &reason);
    *why = reason.words;
    return good;
}

bool pl_answer_candidate(PlSession *s, const PlDiag *question, uint32_t candidate, PlStr *why)
{
    Why reason = {0};
    bool good = try_candidate(s, question, candidate, &reason);
    *why = reason.words;
    return good;
}
