/* SPDX-License-Identifier: MIT */
/* Steps for a language model in words: "Summarize the page using ai", "Decide whether the mail is urgent". The verb says which action of the model, the words
 * stay the instructions, and the names in scope that they mention are the data. Only where a model is in use (a plugin behind the door `ai`); what words say
 * exactly was read before (prose.c), and what an action of an API does as well (compiler/bind). spec/prose.md */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/syntax/parse.h"

typedef struct Verb {
    const char *words, *action;
    bool is_sure; /* it means a model also where the step does not say so */
} Verb;

static const Verb verbs[] = {
    {"summarize", "summarize", true}, {"summarise", "summarize", true},    {"sum up", "summarize", false},       {"condense", "summarize", false},
    {"classify", "classify", true},   {"categorize", "classify", true},    {"categorise", "classify", true},     {"extract", "extract", true},
    {"decide", "decide", true},       {"determine whether", "decide", true}, {"determine if", "decide", true},   {"judge whether", "decide", true},
    {"assess whether", "decide", true}, {"translate", "translate", true},  {"draft", "write", true},             {"write", "write", false},
    {"compose", "write", false},      {"generate", "write", false},
};

typedef struct Told {
    PlChecker *c;
    PlStep *step;
    PlStr prose, plugin, action, data; /* data: an expression, "" none */
    bool is_said;                      /* "using ai" */
} Told;

static const PlPlugin *model_of(PlChecker *c)
{
    for (uint32_t i = 0; i < pl_catalog_plugin_count(c->catalog); i++) {
        const PlPlugin *plugin = pl_catalog_plugin(c->catalog, i);
        if (plugin->door && plugin->door->kind == PL_DOOR_AI) return plugin;
    }
    return NULL;
}

/* Is the part of the text from `at` on these words, in any case, and whole? */
static bool is_at(PlStr text, size_t at, PlStr words)
{
    size_t end = at + words.len;
    if (end > text.len || !pl_str_eq_nocase(pl_str_slice(text, at, end), words)) return false;
    bool begins = at == 0 || !pl_phrase_word_char(text.ptr[at - 1]);
    return begins && (end == text.len || !pl_phrase_word_char(text.ptr[end]));
}

/* "... using ai", "... (with the llm)": the words before it. */
static bool take_tail(Told *t)
{
    static const char *const tails[] = {"ai_processing", "ai processing", "ai", "llm", "an llm", "the llm", "a language model", "the model"};
    static const char *const leads[] = {"using", "with", "by"};
    for (size_t i = 0; i <= sizeof tails / sizeof *tails; i++) {
        PlStr tail = i < sizeof tails / sizeof *tails ? pl_str_z(tails[i]) : t->plugin;
        for (size_t k = 0; k < sizeof leads / sizeof *leads; k++) {
            PlStr words = pl_arena_printf(t->c->arena, "%s " PL_FMT, leads[k], PL_ARG(tail));
            if (t->prose.len <= words.len || !is_at(t->prose, t->prose.len - words.len, words)) continue;
            t->prose = pl_str_trim(pl_str_slice(t->prose, 0, t->prose.len - words.len));
            while (t->prose.len && strchr("-,: ", t->prose.ptr[t->prose.len - 1])) t->prose.len--;
            return t->prose.len > 0;
        }
    }
    return false;
}

static bool begins_type(PlStr words)
{
    static const char *const begins[] = {"list of", "one of", "number", "integer", "text", "yes or no", "yes/no", "date"};
    if (words.len && words.ptr[0] == '{') return true;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (is_at(words, 0, pl_str_z(begins[i])) && (i < 2 || words.len == strlen(begins[i]))) return true;
    return false;
}

/* "... as {vendor: text, amount: number}": words alone have no clause for it. */
static void take_type(Told *t)
{
    PlChecker *c = t->c;
    for (size_t at = 0; at < t->prose.len && !t->step->as_type; at++) {
        PlStr rest = pl_str_trim(pl_str_slice(t->prose, at + 2, t->prose.len));
        if (!is_at(t->prose, at, PL_STR("as")) || !begins_type(rest)) continue;
        PlDiags quiet;
        pl_diags_init(&quiet, c->arena, c->diags->sources);
        PlStr name = pl_arena_printf(c->arena, "<words of step " PL_FMT ">", PL_ARG(t->step->label));
        PlTypeExpr *type = pl_parse_type(c->arena, &quiet, pl_sources_add(c->diags->sources, name, rest));
        if (!type || quiet.errors) continue;
        t->step->as_type = type;
        t->prose = pl_str_trim(pl_str_slice(t->prose, 0, at));
    }
}

static bool find_verb(Told *t)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (!is_at(t->prose, 0, pl_str_z(verbs[i].words)) || (!t->is_said && !verbs[i].is_sure)) continue;
        t->action = pl_str_z(verbs[i].action);
        return true;
    }
    t->action = PL_STR("process");
    return t->is_said;
}

/* ---- data ---- */

/* `release_notes` is mentioned by "the release notes", `ticket` by "tickets" too. */
static bool is_mentioned(const Told *t, PlStr name)
{
    PlStr words = pl_arena_str(t->c->arena, name);
    char *text = (char *)(uintptr_t)words.ptr;
    for (size_t i = 0; i < words.len; i++)
        if (text[i] == '_') text[i] = ' ';
    PlStr more = pl_arena_printf(t->c->arena, PL_FMT "s", PL_ARG(words));
    for (size_t at = 0; at < t->prose.len; at++)
        if (is_at(t->prose, at, words) || is_at(t->prose, at, more) || is_at(t->prose, at, name)) return true;
    return false;
}

static bool is_there(const Told *t, const PlSymbol *s)
{
    return s->kind != PL_SYM_NOW && s->kind != PL_SYM_ERROR && pl_scope_find(t->c, s->name) == s && pl_flow_var(t->c, s).bound == PL_BOUND_YES;
}

static void find_data(Told *t)
{
    PlChecker *c = t->c;
    PlStr fields = PL_STR(""), only = PL_STR(""), item = PL_STR("");
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        const PlSymbol *s = c->symbols.items[i];
        if (!is_there(t, s)) continue;
        if (s->kind == PL_SYM_ITEM) item = s->name;
        if (!is_mentioned(t, s->name)) continue;
        only = s->name;
        fields = pl_arena_printf(c->arena, PL_FMT "%s" PL_FMT ": " PL_FMT, PL_ARG(fields), count++ ? ", " : "", PL_ARG(s->name), PL_ARG(s->name));
    }
    t->data = count > 1 ? pl_arena_printf(c->arena, "{" PL_FMT "}", PL_ARG(fields)) : count ? only : item;
}

/* ---- arguments ---- */

static PlStr quoted(const Told *t, PlStr text)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_put_char(&out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("\"\\{}", text.ptr[i]) && text.ptr[i]) pl_buf_put_char(&out, '\\');
        pl_buf_put_char(&out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    }
    pl_buf_put_char(&out, '"');
    PlStatus status = out.status;
    PlStr made = status == PL_OK ? pl_arena_str(t->c->arena, pl_buf_str(&out)) : PL_STR("");
    pl_buf_deinit(&out);
    if (status != PL_OK) pl_arena_escape(t->c->arena, status);
    return made;
}

/* "... to German", "... into plain English": the words behind the last of these. */
static PlStr language_of(const Told *t)
{
    for (size_t at = t->prose.len; at-- > 0;) {
        size_t len = is_at(t->prose, at, PL_STR("into")) ? 4 : is_at(t->prose, at, PL_STR("to")) ? 2 : 0;
        if (!len) continue;
        PlStr language = pl_str_trim(pl_str_slice(t->prose, at + len, t->prose.len));
        while (language.len && language.ptr[language.len - 1] == '.') language.len--;
        return language.len && language.len < 40 ? language : PL_STR("");
    }
    return PL_STR("");
}

/* "as billing, bug or other", "into spam and ham", "(billing, bug, other)": two labels at least. */
static PlStr labels_of(const Told *t)
{
    PlStr list = PL_STR(""), rest = PL_STR("");
    size_t open = pl_str_find_char(t->prose, '(', 0), close = pl_str_find_char(t->prose, ')', 0);
    for (size_t at = 0; at < t->prose.len && !rest.len; at++) {
        size_t len = is_at(t->prose, at, PL_STR("as")) ? 2 : is_at(t->prose, at, PL_STR("into")) ? 4 : 0;
        if (len) rest = pl_str_slice(t->prose, at + len, t->prose.len);
    }
    if (open != PL_STR_NONE && close != PL_STR_NONE && open < close) rest = pl_str_slice(t->prose, open + 1, close);
    uint32_t count = 0;
    for (size_t at = 0, start = 0; at <= rest.len; at++) {
        bool mark = at == rest.len || rest.ptr[at] == ',' || rest.ptr[at] == '/';
        size_t gap = mark ? 1 : is_at(rest, at, PL_STR("or")) ? 2 : is_at(rest, at, PL_STR("and")) ? 3 : 0;
        if (!gap) continue;
        PlStr label = pl_str_trim(pl_str_slice(rest, start, at));
        if (label.len) list = pl_arena_printf(t->c->arena, PL_FMT "%s" PL_FMT, PL_ARG(list), count++ ? ", " : "", PL_ARG(quoted(t, label)));
        at += gap - 1;
        start = at + 1;
    }
    return count > 1 ? pl_arena_printf(t->c->arena, ", labels=[" PL_FMT "]", PL_ARG(list)) : PL_STR("");
}

static PlStr statement_of(const Told *t)
{
    PlArena *arena = t->c->arena;
    PlStr words = quoted(t, t->prose), about = PL_STR(""), language = language_of(t);
    if (t->data.len) about = pl_arena_printf(arena, ", about=" PL_FMT, PL_ARG(t->data));
    PlStr call = pl_arena_printf(arena, PL_FMT "." PL_FMT, PL_ARG(t->plugin), PL_ARG(t->action));
    const char *said = pl_str_eq_z(t->action, "write") ? "instructions" : pl_str_eq_z(t->action, "decide") ? "question" : NULL;
    if (pl_str_eq_z(t->action, "process")) {
        said = "prompt";
        if (t->data.len) about = pl_arena_printf(arena, ", input=" PL_FMT, PL_ARG(t->data));
    }
    if (said) return pl_arena_printf(arena, PL_FMT "(%s=" PL_FMT PL_FMT ")", PL_ARG(call), said, PL_ARG(words), PL_ARG(about));
    if (!t->data.len) return PL_STR("");
    if (pl_str_eq_z(t->action, "translate")) {
        if (!language.len) return PL_STR("");
        return pl_arena_printf(arena, PL_FMT "(text=" PL_FMT ", to=" PL_FMT ")", PL_ARG(call), PL_ARG(t->data), PL_ARG(quoted(t, language)));
    }
    const char *param = pl_str_eq_z(t->action, "extract") ? "from" : "text";
    PlStr labels = pl_str_eq_z(t->action, "classify") ? labels_of(t) : PL_STR(""), data = t->data;
    return pl_arena_printf(arena, PL_FMT "(%s=" PL_FMT PL_FMT ", instructions=" PL_FMT ")", PL_ARG(call), param, PL_ARG(data), PL_ARG(labels), PL_ARG(words));
}

bool pl_prose_model(PlChecker *c, PlStep *step, bool said)
{
    PlReader r;
    const PlPlugin *plugin = model_of(c);
    if (!plugin || !step->prose.len || !pl_prose_reader(&r, c, step->prose)) return false;
    Told t = {.c = c, .step = step, .prose = step->prose, .plugin = plugin->name};
    take_type(&t);
    t.is_said = take_tail(&t);
    if (t.is_said != said || !find_verb(&t)) return false;
    find_data(&t);
    bool is_idle = !t.data.len && (!t.is_said || pl_str_eq_z(t.action, "decide"));
    PlStr statement = is_idle ? PL_STR("") : statement_of(&t);
    PlSpan span = step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
    if (!statement.len || !pl_prose_become(&r, step, statement)) return false;
    step->prose = t.prose;
    PL_REPORT(c->diags, PROSE_READ_AS, span, PL_ARG(statement));
    return true;
}
