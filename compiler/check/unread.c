/* SPDX-License-Identifier: MIT */
/* Prose before `using` is for people, and nothing is done by it. So where the call writes, words that change its meaning (grammar/weighty.def) must be said a
 * second time where they count: in the call's arguments or its name, in a block around it, or in a step before it that was read. Words that are not
 * are asked for; refusals and approvals are errors. Invariant: a step before counts only by what was read of it, never by the prose of a call. */
#include "compiler/check/unread.h"

#include "compiler/check/adjective.h"
#include "compiler/check/ask.h"
#include "compiler/check/tree.h"
#include "compiler/check/unread_words.h"
#include "compiler/syntax/noun.h"
#include "compiler/syntax/print.h"

enum { TAIL_MOST = 7, PATTERN_MOST = 8 };

typedef enum Weight { WEIGHT_BOUND, WEIGHT_FILTER, WEIGHT_NOT, WEIGHT_MANY, WEIGHT_WHEN, WEIGHT_TIME, WEIGHT_ORDER } Weight;

static const struct {
    Weight weight;
    const char *pattern;
    bool behind; /* only of words behind the call */
} rows[] = {
#define PL_WEIGHTY(kind, pattern)        {WEIGHT_##kind, pattern, false},
#define PL_WEIGHTY_BEHIND(kind, pattern) {WEIGHT_##kind, pattern, true},
#include "grammar/weighty.def"
#undef PL_WEIGHTY
#undef PL_WEIGHTY_BEHIND
};

static const char *const fillers =
#define PL_WEIGHTLESS(words) words
#include "grammar/weighty.def"
#undef PL_WEIGHTLESS
    ;
#define PL_SPEAKS_THAT(words)
static const char *const speaks =
#define PL_SPEAKS(words) words
#include "grammar/weighty.def"
#undef PL_SPEAKS
    ;
#undef PL_SPEAKS_THAT
#define PL_SPEAKS(words)
static const char *const speaks_that =
#define PL_SPEAKS_THAT(words) words
#include "grammar/weighty.def"
#undef PL_SPEAKS_THAT
    ;
#undef PL_SPEAKS
static const char *const reads =
#define PL_READS(words) words
#include "grammar/weighty.def"
#undef PL_READS
    ;

typedef struct Weigher {
    PlChecker *c;
    const PlStep *step;
    PlSaidWords words;
    PlMap known;  /* stems and numbers that were read */
    PlMap looks;  /* those of the prose of calls that read, which says which item is the latest */
    PlStr text;   /* what is weighed: the step's prose, or words that were set aside */
    PlSpan span;  /* where it stands */
    bool negates, ready, only_reads;
    bool aside;   /* words in brackets, or behind the call */
    bool heading; /* words over several steps */
} Weigher;

typedef struct Match {
    Weight weight;
    uint32_t from, to; /* words */
    bool content[PATTERN_MOST];
    bool of_noun; /* `@`: only before the name of a list or an item of the plan */
} Match;

/* ---- words ---- */

static bool has(PlStr words, const char *part)
{
    return pl_str_find(words, pl_str_z(part), 0) != PL_STR_NONE;
}

/* Does the pattern stand at word `at`? */
static bool fits(const Weigher *w, uint32_t at, const char *pattern, Match *m)
{
    PlStr p = pl_str_z(pattern);
    uint32_t i = at, n = 0;
    bool tail = false;
    *m = (Match){.from = at};
    for (size_t from = 0; from < p.len && !tail;) {
        size_t end = pl_str_find_char(p, ' ', from);
        if (end == PL_STR_NONE) end = p.len;
        PlStr part = pl_str_slice(p, from, end);
        from = end + 1;
        if (pl_str_eq_z(part, "^")) {
            if (at) return false;
            continue;
        }
        if (pl_str_eq_z(part, "$")) {
            if (i < w->words.len) return false;
            continue;
        }
        if (pl_str_eq_z(part, "@")) {
            m->of_noun = true;
            continue;
        }
        if (pl_str_eq_z(part, "...")) {
            tail = true;
            continue;
        }
        const PlSaidWord *word = i < w->words.len ? &w->words.items[i] : NULL;
        if (!word || n == PATTERN_MOST) return false;
        bool says = part.ptr[0] == '!';
        if (says) part = pl_str_slice(part, 1, part.len);
        bool number = pl_str_eq_z(part, "#"), any = pl_str_eq_z(part, "~");
        bool is = number ? word->kind == PL_SAID_NUMBER : word->kind == PL_SAID_WORD && (any || pl_str_is_among(word->word, part, '|'));
        if (!is) return false;
        m->content[n++] = says || number;
        i++;
    }
    m->to = i;
    for (uint32_t k = 0; tail && k < TAIL_MOST && m->to < w->words.len; k++) {
        if (w->words.items[m->to].kind == PL_SAID_PAUSE || pl_str_eq_z(w->words.items[m->to].word, "then")) break;
        m->to++;
    }
    return true;
}

/* Where a message begins that the words tell: "notify them that ...". */
static uint32_t message_at(const Weigher *w)
{
    for (uint32_t i = 1; i < w->words.len; i++) {
        PlStr word = w->words.items[i].word, before = w->words.items[i - 1].word;
        if (w->words.items[i].kind != PL_SAID_WORD) continue;
        if (pl_str_is_among(word, pl_str_z(speaks), ' ')) return i;
        if (pl_str_eq_z(word, "that") && pl_str_is_among(before, pl_str_z(speaks_that), ' ')) return i;
    }
    return w->words.len;
}

/* ---- what was read ---- */

static void learn_expr(void *context, PlExpr **slot)
{
    Weigher *w = context;
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_print_expr(&text, *slot);
    PlStr s = pl_arena_str(w->c->arena, pl_buf_str(&text));
    pl_buf_deinit(&text);
    pl_unread_learn(w->c->arena, s, &w->known);
    w->negates |= pl_str_find(s, PL_STR("not "), 0) != PL_STR_NONE || pl_str_find(s, PL_STR("missing"), 0) != PL_STR_NONE ||
                  pl_str_find(s, PL_STR("empty"), 0) != PL_STR_NONE || pl_str_find(s, PL_STR("is no"), 0) != PL_STR_NONE;
}

static void learn_step(Weigher *w, PlStep *step)
{
    pl_tree_step_exprs(step, learn_expr, w);
    bool calls = step->kind == PL_STEP_ACTION; /* prose that nobody read yet is a question of its own */
    if (!calls) pl_unread_learn(w->c->arena, step->prose, &w->known);
    else if (step->bound && step->bound->effect < PL_EFFECT_WRITE) pl_unread_learn(w->c->arena, step->prose, &w->looks);
    if (!w->only_reads) pl_unread_learn(w->c->arena, step->bind, &w->known); /* what it found is called so whatever it found */
    if (!w->only_reads) pl_unread_learn(w->c->arena, step->name, &w->known);
    w->negates |= step->kind == PL_STEP_ELSE || step->kind == PL_STEP_SKIP || step->kind == PL_STEP_STOP;
}

/* All steps before this one; of a call that reads those behind it too, since what it found may be narrowed down later. True when it was reached. */
static bool learn_before(Weigher *w, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i] == w->step && !w->only_reads) return true;
        if (steps[i] == w->step) continue;
        learn_step(w, steps[i]);
        if (learn_before(w, steps[i]->steps.items, steps[i]->steps.len)) return true;
    }
    return false;
}

static void learn(Weigher *w)
{
    const PlAction *a = w->step->bound;
    PlArena *arena = w->c->arena;
    if (w->ready) return;
    w->ready = true;
    pl_map_init(&w->known, arena);
    pl_map_init(&w->looks, arena);
    pl_unread_learn(arena, a->plugin, &w->known);
    pl_unread_learn(arena, a->name, &w->known);
    pl_unread_learn(arena, a->title, &w->known);
    for (uint32_t i = 0; i < a->param_count; i++) pl_unread_learn(arena, a->params[i].name, &w->known);
    pl_unread_learn(arena, w->c->plan->schedule, &w->known);
    (void)learn_before(w, w->c->plan->steps.items, w->c->plan->steps.len);
    PlStep *step = (PlStep *)(uintptr_t)w->step;
    pl_tree_step_exprs(step, learn_expr, w);
    for (uint32_t i = 0; i < step->args.len; i++) pl_unread_learn(arena, step->args.items[i].name, &w->known);
}

/* The call itself is about times: what it is given says when. */
static bool is_of_time(const PlAction *a)
{
    static const char *const about[] = {"schedul", "cron", "timer", "calendar", "remind", "daily", "weekly", "trigger"};
    static const char *const words[] = {"date", "time", "start", "end", "due", "when", "schedule", "day", "cron", "at", "until", "deadline"};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++)
        if (has(a->plugin, about[i]) || has(a->name, about[i])) return true;
    for (uint32_t i = 0; i < a->param_count; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            PlStr name = a->params[i].name, word = pl_str_z(words[k]);
            size_t at = pl_str_find(name, word, 0);
            if (at != PL_STR_NONE && (word.len > 2 || at + word.len == name.len)) return true;
        }
    return false;
}

/* "unpaid", where not paid was read. */
static bool is_turned(const Weigher *w, PlStr word)
{
    PlMap rest;
    if (word.len < 5 || !(pl_str_starts(word, PL_STR("un")) || pl_str_starts(word, PL_STR("in")))) return false;
    pl_map_init(&rest, w->c->arena);
    pl_unread_learn(w->c->arena, pl_str_slice(word, 2, word.len), &rest);
    return rest.len == 1 && pl_map_find(&w->known, rest.entries[0].key);
}

static bool is_known(Weigher *w, const PlSaidWord *word, Weight weight)
{
    bool look = weight == WEIGHT_MANY && word->kind == PL_SAID_WORD;
    if (w->negates && word->kind == PL_SAID_WORD && is_turned(w, word->word)) return true;
    return pl_map_find(&w->known, word->stem) || (look && pl_map_find(&w->looks, word->stem));
}

/* "the latest order": something here is called order or orders. */
static bool is_noun_here(const Weigher *w, uint32_t at)
{
    PlArena *arena = w->c->arena;
    if (at >= w->words.len || w->words.items[at].kind != PL_SAID_WORD) return false;
    PlStr word = w->words.items[at].word;
    for (const PlStep *step = w->step->parent; step; step = step->parent)
        if (step->kind == PL_STEP_EACH && pl_str_eq(step->name, pl_noun_singular(arena, word))) return true;
    return pl_map_find(&w->c->binders, word) || pl_map_find(&w->c->binders, pl_noun_plural(arena, word)) ||
           pl_map_find(&w->c->binders, pl_noun_singular(arena, word));
}

/* "Sort them, then delete each": what the words begin with comes before the call; alone it is what the call does. */
static bool goes_on(const Weigher *w)
{
    for (uint32_t i = 1; i < w->words.len; i++)
        if (w->words.items[i].kind == PL_SAID_PAUSE || pl_str_eq_z(w->words.items[i].word, "then") || pl_str_eq_z(w->words.items[i].word, "and")) return true;
    return false;
}

static bool was_read(Weigher *w, const Match *m)
{
    if (m->weight == WEIGHT_ORDER && m->from == 0 && !w->aside && !goes_on(w)) return true;
    learn(w);
    if (m->weight == WEIGHT_MANY && m->of_noun && !is_noun_here(w, m->to)) return true;
    bool all = true, some = false;
    for (uint32_t i = m->from; i < m->to; i++) {
        const PlSaidWord *word = &w->words.items[i];
        bool inside = i - m->from < PATTERN_MOST && m->content[i - m->from];
        bool tail = !inside && m->weight != WEIGHT_ORDER && word->kind != PL_SAID_PAUSE && !pl_str_is_among(word->word, pl_str_z(fillers), ' ');
        bool trigger = i == m->from && !inside;
        if (!inside && (!tail || trigger || word->kind > PL_SAID_NUMBER)) continue;
        some = true;
        all &= is_known(w, word, m->weight);
    }
    if (m->weight == WEIGHT_TIME && is_of_time(w->step->bound)) return true;
    return all && (some || m->weight == WEIGHT_FILTER) && (m->weight != WEIGHT_NOT || w->negates);
}

/* ---- what to say ---- */

static const char *advice(Weight weight)
{
    switch (weight) {
    case WEIGHT_WHEN: return "say it as a step of its own, `If ...:`, with the call below it";
    case WEIGHT_TIME: return "say it as `Schedule: every monday at 09:00` at the head of the plan, or as `Wait until ...` before the call";
    case WEIGHT_MANY: return "say it as a step before, for example `Take the first 3 of LIST`, and make the call for each of these";
    case WEIGHT_ORDER: return "say it as a step of its own before this one, for example `Sort LIST by FIELD`";
    default: return "say it as a step before, for example `Keep LIST where ...`, or as a loop, `For each x in LIST where ...:`";
    }
}

/* The prose without these words, and without what joined them to the rest. */
static void offer_without(Weigher *w, PlDiag *d, PlSpan span, size_t from, size_t to)
{
    PlStr prose = w->text;
    if (from == 0) {
        while (to < prose.len && strchr(" ,;:", prose.ptr[to])) to++;
        if (pl_str_starts(pl_str_slice(prose, to, prose.len), PL_STR("then "))) to += 5;
    } else {
        while (from > 0 && strchr(" ,;:(", prose.ptr[from - 1])) from--;
        if (to < prose.len && prose.ptr[to] == ')') to++;
    }
    if (to - from >= prose.len) return;
    PlStr head = pl_str_slice(prose, 0, from), tail = pl_str_slice(prose, to, prose.len);
    PlStr rest = pl_arena_printf(w->c->arena, PL_FMT PL_FMT, PL_ARG(head), PL_ARG(tail));
    pl_diag_candidate(w->c->diags, d, rest, PL_STR("these words only describe: leave them out"));
    pl_diag_candidate_edit(w->c->diags, d, span, rest);
}

/* The words with what leads to them: "with a total" before "over 100", the brackets around "a -> b". */
static void widen(const Weigher *w, const Match *m, size_t *from, size_t *to)
{
    static const char leads[] = "with having whose where that which who";
    static const char dangling[] = "with having to for by of and only the a an";
    uint32_t first = m->from;
    PlStr prose = w->text;
    for (uint32_t i = first; m->weight == WEIGHT_BOUND && i > 0 && first - i < 4 && w->words.items[i - 1].kind == PL_SAID_WORD; i--)
        if (pl_str_is_among(w->words.items[i - 1].word, pl_str_z(leads), ' ')) first = i - 1;
    while (first > 1 && w->words.items[first - 1].kind == PL_SAID_WORD && pl_str_is_among(w->words.items[first - 1].word, pl_str_z(dangling), ' ')) first--;
    *from = w->words.items[first].from;
    *to = w->words.items[m->to - 1].to;
    size_t open = *from;
    while (open > 0 && prose.ptr[open - 1] != '(' && prose.ptr[open - 1] != ')') open--;
    size_t close = pl_str_find_char(prose, ')', *to);
    if (open > 0 && prose.ptr[open - 1] == '(' && close != PL_STR_NONE) *from = open, *to = close;
}

/* NULL: it was only told. */
static PlDiag *ask_at(Weigher *w, size_t from, size_t to, const char *help)
{
    const PlStep *step = w->step;
    PlSpan span = w->span;
    bool exact = span.source == w->c->plan->source && span.end - span.start == w->text.len;
    if (w->aside) from = 0, to = w->text.len;
    PlSpan at = exact ? (PlSpan){span.source, span.start + (uint32_t)from, span.start + (uint32_t)to} : span;
    PlStr words = pl_str_slice(w->text, from, to);
    if (w->only_reads) {
        PlDiag *note = PL_REPORT(w->c->diags, WORDS_IDLE_READ, at, PL_ARG(words), PL_ARG(step->bound->plugin), PL_ARG(step->bound->name));
        pl_diag_help(w->c->diags, note, "say it as a step behind this one, for example `Keep LIST where ...`, or as an argument");
        return NULL;
    }
    PlDiag *d = PL_REPORT(w->c->diags, WORDS_IDLE, at, PL_ARG(words), PL_ARG(step->bound->plugin), PL_ARG(step->bound->name));
    pl_diag_ask(w->c->diags, d, PL_QUESTION_READING, pl_ask_id(w->c, step, "words", PL_STR("")), PL_STR(""), span);
    if (w->aside) {
        pl_diag_candidate(w->c->diags, d, PL_STR("leave them out"), PL_STR("these words only describe"));
        pl_diag_candidate_edit(w->c->diags, d, span, PL_STR(""));
    } else if (exact) {
        offer_without(w, d, span, from, to);
    }
    pl_diag_help(w->c->diags, d, "%s", help);
    return d;
}

static void ask(Weigher *w, const Match *m)
{
    size_t from, to;
    widen(w, m, &from, &to);
    ask_at(w, from, to, advice(m->weight));
}

/* ---- values ---- */

/* The step's words are all that the call was told: it has no arguments of its own. */
static bool is_told_in_words(const PlStep *step)
{
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlSpan at = step->args.items[i].value->span;
        if (at.source == step->action_span.source && at.start >= step->action_span.end && at.start > step->prose_span.end) return false;
    }
    return step->action_span.end > step->action_span.start;
}

/* Some parameter could take a value that none did. Where there is none the document wants to be told nothing. */
static bool could_take_more(const PlStep *step)
{
    for (uint32_t i = 0; i < step->bound->param_count; i++) {
        const PlParam *p = &step->bound->params[i];
        bool given = p->fixed || p->is_key || pl_param_is_filled(p);
        for (uint32_t k = 0; k < step->args.len && !given; k++) given = step->args.items[k].param == i;
        if (!given) return true;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Letters and digits alone, so that `{{x}}` is `{x}`. */
static PlStr squeezed(Weigher *w, PlStr s)
{
    char *out = pl_arena_alloc(w->c->arena, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (is_letter(s.ptr[i])) out[n++] = s.ptr[i];
    out[n] = 0;
    return pl_str(out, n);
}

static bool some_argument_says(Weigher *w, PlStr quote)
{
    PlStr said = squeezed(w, quote);
    bool found = said.len == 0;
    for (uint32_t i = 0; i < w->step->args.len && !found; i++) {
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_print_expr(&text, w->step->args.items[i].value);
        PlStr printed = pl_arena_str(w->c->arena, pl_buf_str(&text));
        pl_buf_deinit(&text);
        found = pl_str_find(squeezed(w, printed), said, 0) != PL_STR_NONE;
    }
    return found;
}

/* A number or a text in quotes that no argument took. True: it was asked for. */
static bool ask_for_value(Weigher *w)
{
    static const char help[] = "give it as an argument, or leave it out";
    PlStr prose = w->text;
    if (w->only_reads || !is_told_in_words(w->step) || !could_take_more(w->step)) return false;
    learn(w);
    for (uint32_t i = 0; i < w->words.len; i++) {
        const PlSaidWord *word = &w->words.items[i];
        bool number = word->kind == PL_SAID_NUMBER && prose.ptr[word->from] >= '0' && prose.ptr[word->from] <= '9';
        if (!number || pl_map_find(&w->known, word->stem)) continue;
        ask_at(w, word->from, word->to, help);
        return true;
    }
    for (size_t at = 0; (at = pl_str_find_char(prose, '"', at)) != PL_STR_NONE;) {
        size_t end = pl_str_find_char(prose, '"', at + 1);
        if (end == PL_STR_NONE) return false;
        if (!some_argument_says(w, pl_str_slice(prose, at + 1, end))) {
            ask_at(w, at, end + 1, help);
            return true;
        }
        at = end + 1;
    }
    return false;
}

/* ---- adjectives ---- */

/* The words from `at` are adjectives of something that the plan or the call names: "the unpaid order". A verb that the step begins with is none. */
static bool is_before_noun(const Weigher *w, uint32_t at)
{
    for (uint32_t i = at + 1; i < w->words.len && i <= at + 2; i++) {
        const PlSaidWord *word = &w->words.items[i];
        if (word->kind != PL_SAID_WORD || pl_str_is_among(word->word, pl_str_z(fillers), ' ')) return false;
        if (is_noun_here(w, i)) return true;
    }
    return false;
}

/* Its value, or its field, stands in something that was read; turned round only where something else is, too. */
static bool adjective_was_read(Weigher *w, const PlSaidWord *word, const PlAdjective *a)
{
    if (pl_map_find(&w->known, word->stem)) return true;
    PlMap says;
    bool all = true;
    pl_map_init(&says, w->c->arena);
    pl_unread_learn(w->c->arena, a->value.len ? a->value : a->field, &says);
    for (uint32_t i = 0; i < says.len; i++) all &= pl_map_find(&w->known, says.entries[i].key) != NULL;
    return all && (!a->not_so || w->negates);
}

/* "If order.status is "paid", refund the paid order": where the step begins its line. */
static void offer_condition(Weigher *w, PlDiag *d, PlStr condition)
{
    PlStr prose = w->step->prose, source = w->c->diags->sources->all.items[w->step->prose_span.source].text;
    size_t from = w->step->prose_span.start;
    while (from > 0 && strchr(" \t.)-*0123456789", source.ptr[from - 1])) from--;
    if ((from > 0 && source.ptr[from - 1] != '\n') || w->step->steps.len || !prose.len) return;
    char first = prose.ptr[0] >= 'A' && prose.ptr[0] <= 'Z' ? (char)(prose.ptr[0] + 32) : prose.ptr[0];
    PlStr text = pl_arena_printf(w->c->arena, "If " PL_FMT ", %c" PL_FMT, PL_ARG(condition), first, PL_ARG(pl_str_slice(prose, 1, prose.len)));
    pl_diag_candidate(w->c->diags, d, text, PL_STR("only then"));
    pl_diag_candidate_edit(w->c->diags, d, w->step->prose_span, text);
}

/* "Refund the unpaid order using shop.refund(id=order.id)": what a field of the order says, and nothing asks for. */
static void ask_for_adjective(Weigher *w)
{
    PlSubjects subjects = {0};
    pl_adjective_subjects(w->c, w->step, w->only_reads, &subjects);
    if (!subjects.len) return;
    for (uint32_t i = 1; i < w->words.len; i++) {
        const PlSaidWord *word = &w->words.items[i];
        PlAdjective a = {0};
        uint32_t k = 0;
        if (word->kind != PL_SAID_WORD || !is_before_noun(w, i)) continue;
        while (k < subjects.len && !pl_adjective_read(w->c, subjects.items[k].type, word->word, &a)) k++;
        if (k == subjects.len) continue;
        learn(w);
        if (adjective_was_read(w, word, &a)) continue;
        PlStr subject = subjects.items[k].text, condition = pl_adjective_condition(w->c, &a, subject.len ? subject : PL_STR("it"));
        PlDiag *d = ask_at(w, word->from, word->to,
                           subject.len ? "say it as a condition, `If ...:`, with the call below it"
                                       : "say it as a step before, for example `Keep LIST where ...`");
        if (d && subject.len && a.count == 1) offer_condition(w, d, condition);
        return;
    }
}

/* ---- refusals, approvals ---- */

/* An approval of this plan comes before: the words speak of it. */
static bool was_approved(const PlStep *step)
{
    for (const PlStep *around = step->parent; around; around = around->parent)
        if (around->kind == PL_STEP_IF || around->kind == PL_STEP_ELSE_IF) return true;
    return pl_step_clause((PlStep *)(uintptr_t)step, PL_CLAUSE_ASK_FIRST) != NULL;
}

/* The call itself asks somebody. */
static bool asks_itself(const PlAction *a)
{
    static const char *const words[] = {"wait", "approv", "ask", "confirm", "request", "prompt", "response"};
    bool asks = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) asks |= has(a->name, words[i]) || has(a->operation_id, words[i]);
    return asks;
}

static bool only_reads(const PlAction *a)
{
    size_t end = 0;
    while (end < a->name.len && a->name.ptr[end] >= 'a' && a->name.ptr[end] <= 'z') end++;
    return pl_str_is_among(pl_str_slice(a->name, 0, end), pl_str_z(reads), ' ');
}

/* "billing -> finance, technical -> support": as far as the brackets around it, else the words beside it. */
static Match around_sign(const Weigher *w, uint32_t at)
{
    Match m = {.weight = WEIGHT_WHEN, .from = at, .to = at + 1};
    while (m.from > 0 && (w->words.items[m.from - 1].kind != PL_SAID_PAUSE || at - m.from < 1)) m.from--;
    while (m.to < w->words.len && w->words.items[m.to].kind != PL_SAID_PAUSE) m.to++;
    if (at > 0 && w->words.items[at].kind == PL_SAID_COMPARE) m.from = at - 1;
    return m;
}

/* Of a call that reads only what says which items it finds matters: the rest is done where something is written. */
static bool weighs(const Weigher *w, Weight weight)
{
    if (w->heading) return weight == WEIGHT_BOUND || weight == WEIGHT_FILTER || weight == WEIGHT_NOT || weight == WEIGHT_MANY;
    return !w->only_reads || weight == WEIGHT_BOUND || weight == WEIGHT_FILTER || weight == WEIGHT_NOT;
}

/* True: something was asked. */
static bool weigh(Weigher *w)
{
    for (uint32_t at = 0; at < w->words.len; at++) {
        PlSaidKind kind = w->words.items[at].kind;
        Match sign = around_sign(w, at);
        if (!w->only_reads && !w->heading && (kind == PL_SAID_ARROW || kind == PL_SAID_COMPARE) && !was_read(w, &sign)) {
            ask(w, &sign);
            return true;
        }
        for (size_t i = 0; kind < PL_SAID_PAUSE && i < sizeof rows / sizeof *rows; i++) {
            Match m;
            if ((rows[i].behind && !w->aside) || !weighs(w, rows[i].weight) || !fits(w, at, rows[i].pattern, &m)) continue;
            m.weight = rows[i].weight;
            if (w->heading && strchr(rows[i].pattern, '~')) continue; /* "Charge the unpaid ones": who they are the steps say */
            if (was_read(w, &m)) continue;
            ask(w, &m);
            return true;
        }
    }
    return false;
}

void pl_unread_check(PlChecker *c, PlStep *step)
{
    const PlAction *a = step->bound;
    bool writes = a && a->effect >= PL_EFFECT_WRITE;
    if (!a || !step->prose.len) return;
    if (writes && pl_unread_holds_back(c, step->prose) && !was_approved(step) && !asks_itself(a)) {
        PlDiag *d = PL_REPORT(c->diags, WORDS_UNREAD, step->prose_span, PL_ARG(step->prose), PL_ARG(a->plugin), PL_ARG(a->name));
        pl_diag_help(c->diags, d,
                     "say it as a step of its own, `If ...:` or `Approve \"...\"`, with the call below or behind it; or `ask first` behind the call");
        return;
    }
    if (writes && only_reads(a)) return;
    Weigher w = {.c = c, .step = step, .text = step->prose, .span = step->prose_span, .only_reads = !writes};
    pl_unread_words(c->arena, w.text, &w.words);
    if (ask_for_value(&w)) return;
    w.words.len = message_at(&w);
    if (!weigh(&w)) ask_for_adjective(&w);
}

bool pl_unread_writes(const PlStep *step)
{
    return step->bound && step->bound->effect >= PL_EFFECT_WRITE && !only_reads(step->bound);
}

void pl_unread_aside(PlChecker *c, PlStep *call, PlStr text, PlSpan span, bool heading)
{
    Weigher w = {.c = c, .step = call, .text = text, .span = span, .aside = !heading, .heading = heading};
    pl_unread_words(c->arena, text, &w.words);
    (void)weigh(&w);
}
