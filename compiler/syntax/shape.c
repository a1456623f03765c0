/* SPDX-License-Identifier: MIT */
/* The tree as its steps say it should be: sub-steps of a call stand behind it, a heading gives its steps to the level above, a failure is handled
 * by a Try around what may fail. Every change is a note. Runs between nesting and linking; afterwards no step has a form. Depth is bounded by
 * PL_LIMIT_STEP_DEPTH. */
#include "compiler/syntax/binding.h"
#include "compiler/syntax/noise.h"
#include "compiler/syntax/steps.h"

#include "vm/base/limits.h"

typedef PL_VEC(PlStep *) StepVec;

static bool is_block(PlStepKind kind)
{
    return kind >= PL_STEP_IF && kind <= PL_STEP_ON_ERROR;
}

static PlStepKind meant(const PlStep *step)
{
    return step->kind == PL_STEP_BAD ? step->announced : step->kind;
}

static bool is_handler(const PlStep *step)
{
    return meant(step) == PL_STEP_ON_ERROR;
}

static void note(PlSyntax *syntax, PlSpan span, const char *words)
{
    PL_REPORT(syntax->diags, READ_AS_STEP, span, words);
}

static void push(PlSyntax *syntax, PlStep *parent, PlStep *child)
{
    child->parent = parent;
    pl_vec_push(syntax->arena, &parent->steps, child);
}

static void take_comments(PlSyntax *syntax, PlStep *from, PlStep *to)
{
    PlStep all = {0};
    for (uint32_t i = 0; i < from->comments.len; i++)
        pl_vec_push(syntax->arena, &all.comments, from->comments.items[i]);
    for (uint32_t i = 0; i < to->comments.len; i++) pl_vec_push(syntax->arena, &all.comments, to->comments.items[i]);
    to->comments.items = all.comments.items;
    to->comments.len = all.comments.len;
    to->comments.cap = all.comments.cap;
    from->comments.len = 0;
}

/* ---- retries and nothing: "If it fails: retry up to 2 times", "If it fails: do nothing" ---- */

static bool is_retry(const PlStep *s)
{
    return s->kind == PL_STEP_PROSE && !s->prose.len && !s->bind.len && s->clauses.len == 1 && s->clauses.items[0].kind == PL_CLAUSE_RETRY;
}

static bool only_passes(const PlStep *step)
{
    for (uint32_t i = 0; i < step->steps.len; i++)
        if (step->steps.items[i]->form != PL_FORM_PASS) return false;
    return step->steps.len > 0;
}

/* "Retry 3 times" at the beginning of a handler is the call's clause. */
static void take_retry(PlSyntax *syntax, PlStep *call, PlStep *handler)
{
    if (!handler->steps.len || !is_retry(handler->steps.items[0]) || pl_step_clause(call, PL_CLAUSE_RETRY)) return;
    PlClause clause = handler->steps.items[0]->clauses.items[0];
    note(syntax, handler->steps.len > 1 ? clause.span : handler->span, "the clause `retry N times` of the call");
    pl_vec_push(syntax->arena, &call->clauses, clause);
    for (uint32_t i = 1; i < handler->steps.len; i++) handler->steps.items[i - 1] = handler->steps.items[i];
    handler->steps.len--;
}

/* "- Retry up to 3 times on failure" under a call. */
static bool gives_retry(PlSyntax *syntax, PlStep *call, PlStep *step)
{
    if (call->kind != PL_STEP_ACTION || !is_retry(step) || step->steps.len || pl_step_clause(call, PL_CLAUSE_RETRY)) return false;
    note(syntax, step->span, "the clause `retry N times` of the call");
    pl_vec_push(syntax->arena, &call->clauses, step->clauses.items[0]);
    take_comments(syntax, step, call);
    return true;
}

/* "Do nothing" alone in a block stays as a note, since a block has steps. */
static void note_passes(PlSyntax *syntax, PlStep *const *steps, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        PlStep *step = steps[i];
        if (step->form != PL_FORM_PASS) continue;
        note(syntax, step->span, "`Note \"nothing to do\"`");
        step->kind = PL_STEP_NOTE;
        step->value = pl_expr_new(syntax->arena, PL_EXPR_LITERAL, step->span);
        step->value->literal.kind = PL_LIT_TEXT;
        step->value->literal.as.text = PL_STR("nothing to do");
        step->prose = PL_STR("");
        step->form = PL_FORM_NONE;
    }
}

/* A handler that is a clause of the call: true when all of it was taken. */
static bool becomes_clause(PlSyntax *syntax, PlStep *call, PlStep *handler)
{
    if (call->kind != PL_STEP_ACTION && call->kind != PL_STEP_PROSE) return note_passes(syntax, handler->steps.items, handler->steps.len), false;
    take_retry(syntax, call, handler);
    if (handler->steps.len == 0) return take_comments(syntax, handler, call), true;
    PlClause clause = {.kind = PL_CLAUSE_IF_FAILS, .span = handler->span, .count = handler->status, .fail_do = PL_FAIL_CONTINUE};
    if (!only_passes(handler) || pl_step_clause(call, PL_CLAUSE_IF_FAILS)) return note_passes(syntax, handler->steps.items, handler->steps.len), false;
    note(syntax, handler->span, "the clause `if it fails, continue` of the call");
    take_comments(syntax, handler, call);
    pl_vec_push(syntax->arena, &call->clauses, clause);
    return true;
}

/* ---- sub-steps of a step that takes none ---- */

/* A lone quote would find another partner when texts are put together. */
static bool has_lone_quote(PlStr text)
{
    unsigned quotes = 0;
    for (size_t i = 0; i < text.len; i++) quotes += text.ptr[i] == '"';
    return quotes % 2 != 0;
}

static bool only_prose(const PlStep *step)
{
    if (has_lone_quote(step->prose)) return false;
    for (uint32_t i = 0; i < step->steps.len; i++) {
        const PlStep *s = step->steps.items[i];
        if (s->kind != PL_STEP_PROSE || s->written.len || s->steps.len || s->bind.len || s->clauses.len || s->form ||
            has_lone_quote(s->prose))
            return false;
    }
    return true;
}

/* "save the result as x", and nothing else. */
static bool is_binding(PlSyntax *syntax, PlStr text, PlStr *name)
{
    PlBinding found;
    PlStr prose = pl_arena_str(syntax->arena, text);
    const char *end = prose.ptr + prose.len;
    if (!pl_binding_match(syntax->phrases, prose.ptr, end, &found)) return false;
    while (found.end < end && strchr(" .", *found.end)) found.end++;
    *name = found.name;
    return found.end == end;
}

/* Bullets under a prose step say more of it: "Route it: billing to Finance; technical to Tier 2". One may name its result. */
static void take_details(PlSyntax *syntax, PlStep *step)
{
    PlStr prose = step->prose, name;
    const char *link = pl_str_ends(prose, PL_STR(":")) ? " " : ": ";
    for (uint32_t i = 0; i < step->steps.len; i++) {
        PlStep *s = step->steps.items[i];
        take_comments(syntax, s, step);
        if (is_binding(syntax, s->prose, &name)) {
            if (step->bind.len) PL_REPORT0(syntax->diags, IGNORED_TEXT, s->span);
            else step->bind = name, step->bind_span = s->span;
            continue;
        }
        prose = pl_arena_printf(syntax->arena, PL_FMT "%s" PL_FMT, PL_ARG(prose), link, PL_ARG(s->prose));
        link = "; ";
    }
    note(syntax, step->steps.items[0]->span, "a part of the step above");
    step->prose = prose;
    step->steps.len = 0;
}

static bool is_heading(const PlStep *step)
{
    return step->kind == PL_STEP_PROSE && step->prose.len && !step->bind.len && !step->clauses.len && !step->form;
}

/* "Unless it rains", "Do this 3 times", "For each customer": words that say whether or how often the steps below happen are no heading's. What holds
 * them and could not be read as a block stays a step, which is asked about: dropping a condition would do what nobody wanted. */
static bool says_when(PlStr prose)
{
    static const char *const words[] = {
        "if",   "unless", "when",   "whenever",  "while", "until", "each",      "every",  "times",    "twice", "repeat",
        "loop", "only",   "except", "otherwise", "else",  "once",  "depending", "either", "provided", "case",  "retry",
        "switch", "based"};
    for (size_t at = 0; at < prose.len;) {
        size_t end = at;
        while (end < prose.len && pl_phrase_word_char(prose.ptr[end])) end++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (pl_str_eq_nocase(pl_str_slice(prose, at, end), pl_str_z(words[i]))) return true;
        at = end + (end == at);
    }
    return false;
}

/* `"paid": ship it`, `default: tell us`: the cases of what stands above them, of which one happens. */
static bool has_case(const PlStep *step)
{
    for (uint32_t i = 0; i < step->steps.len; i++) {
        PlStr prose = step->steps.items[i]->prose;
        size_t colon = pl_str_find_char(prose, ':', 0);
        if (colon == PL_STR_NONE) continue;
        PlStr label = pl_str_slice(prose, 0, colon);
        bool quoted = label.len > 2 && (label.ptr[0] == '"' || label.ptr[0] == '\'') && label.ptr[label.len - 1] == label.ptr[0];
        if (quoted || pl_str_eq_nocase(label, PL_STR("default"))) return true;
    }
    return false;
}

/* "2. Prepare the data" over steps: a comment before the first of them. */
static void becomes_comment(PlSyntax *syntax, PlStep *heading)
{
    PlStep *first = heading->steps.items[0];
    if (pl_noise_refuses(heading->prose)) {
        PlDiag *d = PL_REPORT0(syntax->diags, REFUSAL_UNREAD, heading->prose_span.source == PL_NO_SOURCE ? heading->span : heading->prose_span);
        pl_diag_help(syntax->diags, d, "take away the steps that are not to run, or put `#` before them");
    }
    PlComment comment = {heading->prose_span, pl_arena_printf(syntax->arena, "# " PL_FMT, PL_ARG(heading->prose))};
    pl_vec_push(syntax->arena, &heading->comments, comment);
    if (heading->trailing.text.len) pl_vec_push(syntax->arena, &heading->comments, heading->trailing);
    take_comments(syntax, heading, first);
    note(syntax, heading->prose_span.source == PL_NO_SOURCE ? heading->span : heading->prose_span,
         "a heading, and its sub-steps as steps of this level");
}

/* "- save the result as x" under a call. */
static bool names_result(PlSyntax *syntax, PlStep *call, PlStep *step)
{
    PlStr name;
    bool plain = step->kind == PL_STEP_PROSE && !step->bind.len && !step->clauses.len && step->steps.len == 0;
    if (call->kind != PL_STEP_ACTION || call->bind.len || !plain) return false;
    if (!is_binding(syntax, step->prose, &name)) return false;
    call->bind = name;
    call->bind_span = step->span;
    take_comments(syntax, step, call);
    note(syntax, step->span, "the name of the call's result");
    return true;
}

/* "Step 1: Fetch", "Step 2: Group", each over bullets, and under one of them at least are steps: so are all bullets. */
static bool are_headings(const StepVec *steps)
{
    bool has_steps = false;
    for (uint32_t i = 0; i < steps->len; i++) {
        const PlStep *s = steps->items[i];
        if (!is_heading(s) || s->steps.len == 0 || says_when(s->prose) || has_case(s)) return false;
        has_steps = has_steps || !only_prose(s);
    }
    return has_steps && steps->len > 1;
}

/* A step that is no block, with its sub-steps, into `out`. */
static void flatten(PlSyntax *syntax, PlStep *step, bool is_chapter, StepVec *out)
{
    StepVec others = {0}, handlers = {0};
    for (uint32_t i = 0; i < step->steps.len; i++) {
        PlStep *s = step->steps.items[i];
        if (is_handler(s) && becomes_clause(syntax, step, s)) continue;
        if (gives_retry(syntax, step, s)) continue;
        if (names_result(syntax, step, s)) continue;
        if (is_handler(s) && others.len == 0)
            pl_vec_push(syntax->arena, &handlers, s);
        else
            pl_vec_push(syntax->arena, &others, s);
    }
    bool heading = is_heading(step) && handlers.len == 0 && others.len > 0;
    if (heading && !is_chapter && only_prose(step)) {
        take_details(syntax, step);
        pl_vec_push(syntax->arena, out, step);
        return;
    }
    heading = heading && !says_when(step->prose) && !has_case(step);
    if (heading)
        becomes_comment(syntax, step);
    else
        pl_vec_push(syntax->arena, out, step);
    if (!heading && others.len) note(syntax, others.items[0]->span, "a step behind the one that it stands under");
    step->steps.items = handlers.items;
    step->steps.len = handlers.len;
    step->steps.cap = handlers.cap;
    for (uint32_t i = 0; i < others.len; i++) {
        others.items[i]->parent = step->parent;
        pl_vec_push(syntax->arena, out, others.items[i]);
    }
}

/* ---- failures among the steps of one level ---- */

static PlStep *new_step(PlSyntax *syntax, PlStepKind kind, const PlStep *at)
{
    PlStep *step = pl_step_new(syntax->arena, at->span);
    step->kind = kind;
    step->marker = at->marker;
    step->keyword = at->span;
    step->parent = at->parent;
    syntax->plan->step_count++;
    return step;
}

/* Steps [from, out->len) become the body of a Try. */
static void wrap(PlSyntax *syntax, StepVec *out, uint32_t from, const PlStep *handler)
{
    PlStep *try = new_step(syntax, PL_STEP_TRY, out->items[from]);
    take_comments(syntax, out->items[from], try);
    for (uint32_t i = from; i < out->len; i++) push(syntax, try, out->items[i]);
    out->len = from;
    pl_vec_push(syntax->arena, out, try);
    note(syntax, handler->keyword,
         try->steps.len > 1 ? "`If it fails:` behind a Try around the steps before"
                            : "`If it fails:` behind a Try around the step before");
}

static PlStep *set_flag(PlSyntax *syntax, const PlStep *at, PlStr name, bool yes)
{
    PlStep *set = new_step(syntax, PL_STEP_SET, at);
    set->name = name;
    set->name_span = at->keyword;
    set->value = pl_expr_new(syntax->arena, PL_EXPR_LITERAL, at->keyword);
    set->value->literal.kind = PL_LIT_YESNO;
    set->value->literal.as.yes = yes;
    return set;
}

/* Try, handlers, Otherwise: whether it failed is remembered, and Otherwise asks for that. `at` is the place of the Try in `out`. */
static void otherwise_of_try(PlSyntax *syntax, StepVec *out, uint32_t at, PlStep *otherwise)
{
    PlStr name = pl_arena_printf(syntax->arena, "step_" PL_FMT "_failed", PL_ARG(otherwise->label));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '.') ((char *)(uintptr_t)name.ptr)[i] = '_';
    PlStep *try = out->items[at], *before = set_flag(syntax, try, name, false);
    pl_vec_push(syntax->arena, out, NULL);
    for (uint32_t i = out->len - 1; i > at; i--) out->items[i] = out->items[i - 1];
    out->items[at] = before;
    for (uint32_t i = at + 2; i < out->len; i++) {
        PlStep *handler = out->items[i];
        StepVec body = {0};
        PlStep *flag = set_flag(syntax, handler, name, true);
        flag->parent = handler;
        pl_vec_push(syntax->arena, &body, flag);
        for (uint32_t k = 0; k < handler->steps.len; k++) pl_vec_push(syntax->arena, &body, handler->steps.items[k]);
        handler->steps.items = body.items;
        handler->steps.len = body.len;
        handler->steps.cap = body.cap;
    }
    PlExpr *read = pl_expr_new(syntax->arena, PL_EXPR_NAME, otherwise->keyword);
    read->text = name;
    read->text_span = otherwise->keyword;
    otherwise->kind = PL_STEP_IF;
    otherwise->cond = pl_expr_new(syntax->arena, PL_EXPR_UNARY, otherwise->keyword);
    otherwise->cond->op = PL_OPR_NOT;
    otherwise->cond->left = read;
    otherwise->cond->depth = 2;
    note(syntax, otherwise->keyword, pl_arena_printf(syntax->arena, "`If not " PL_FMT ":`", PL_ARG(name)).ptr);
}

/* "If it fails with 404, skip it; otherwise stop": of every other failure. "Otherwise update it" is of no failure. */
static bool other_failures(const PlStep *handler, PlStep *otherwise)
{
    PlStepKind kind = otherwise->steps.len == 1 ? otherwise->steps.items[0]->kind : PL_STEP_BAD;
    if (!handler->status || otherwise->kind != PL_STEP_ELSE || (kind != PL_STEP_STOP && kind != PL_STEP_FAIL)) return false;
    otherwise->kind = PL_STEP_ON_ERROR;
    return true;
}

/* Where the Try of a lone handler begins: at the step before it; further up where that is one that cannot fail, since a list that is added to is no
 * call. "On error, continue with the next" at the end of a loop's body speaks of the whole body. */
static uint32_t first_guarded(const PlSyntax *syntax, const StepVec *before, const PlStep *handler, bool last)
{
    const PlStep *end = handler->steps.len ? handler->steps.items[handler->steps.len - 1] : NULL;
    bool loop = handler->parent && (handler->parent->kind == PL_STEP_EACH || handler->parent->kind == PL_STEP_REPEAT);
    PlStr word = pl_str_slice(syntax->text, handler->keyword.start, handler->keyword.end);
    bool on = pl_str_starts(word, PL_STR("On ")) || pl_str_starts(word, PL_STR("on "));
    uint32_t at = before->len - 1;
    if (handler->form == PL_FORM_ANY_FAILS || (on && loop && last && end && end->kind == PL_STEP_SKIP)) return 0;
    for (; at > 0; at--) {
        PlStepKind kind = before->items[at]->kind;
        if (kind != PL_STEP_ADD && kind != PL_STEP_SET && kind != PL_STEP_INCREASE && kind != PL_STEP_NOTE) break;
    }
    return at;
}

/* The steps of one level with each lone handler behind a Try. Not of a call's own sub-steps: link.c makes their Try. */
static void handle_failures(PlSyntax *syntax, StepVec *steps)
{
    StepVec out = {0};
    for (uint32_t i = 0; i < steps->len; i++) {
        PlStep *step = steps->items[i], *before = out.len ? out.items[out.len - 1] : NULL;
        PlStepKind kind = before ? meant(before) : PL_STEP_PROSE;
        if (is_handler(step) && before && kind != PL_STEP_TRY && kind != PL_STEP_ON_ERROR) {
            bool others = step->status && i + 1 < steps->len && meant(steps->items[i + 1]) == PL_STEP_ELSE;
            if (step->form != PL_FORM_ANY_FAILS && !others && becomes_clause(syntax, before, step)) continue;
            wrap(syntax, &out, first_guarded(syntax, &out, step, i + 1 == steps->len), step);
        }
        if (meant(step) == PL_STEP_ELSE && kind == PL_STEP_ON_ERROR) {
            uint32_t at = out.len - 1;
            while (at > 0 && meant(out.items[at]) == PL_STEP_ON_ERROR) at--;
            if (other_failures(before, step)) note(syntax, step->keyword, "`If it fails:`, of every other failure");
            else if (meant(out.items[at]) == PL_STEP_TRY) otherwise_of_try(syntax, &out, at, step);
        }
        if (is_handler(step)) note_passes(syntax, step->steps.items, step->steps.len), step->form = PL_FORM_NONE;
        pl_vec_push(syntax->arena, &out, step);
    }
    *steps = out;
}

/* ---- nothing ---- */

/* "Continue" where there is no loop to continue: nothing. So is "skip it" of a step that failed. */
static bool goes_on(const PlSyntax *syntax, const PlStep *step)
{
    bool failed = false;
    if (step->kind != PL_STEP_SKIP) return false;
    for (const PlStep *p = step->parent; p; p = p->parent) {
        if (p->kind == PL_STEP_EACH || p->kind == PL_STEP_REPEAT) return false;
        failed = failed || p->kind == PL_STEP_ON_ERROR;
    }
    if (failed) return true;
    PlStr word = pl_str_slice(syntax->text, step->keyword.start, step->keyword.end), want = PL_STR("continue");
    return pl_str_eq_nocase(word, want);
}

/* Nothing but "do nothing", perhaps behind a retry: a clause of the call says so, if there is one. */
static bool passes_over(const StepVec *steps, const PlStep *handler)
{
    if (!handler || handler->kind != PL_STEP_ON_ERROR) return false;
    for (uint32_t i = 0; i < steps->len; i++)
        if (steps->items[i]->form != PL_FORM_PASS && (i || !is_retry(steps->items[i]))) return false;
    return true;
}

/* "Otherwise: do nothing" goes, and so does "Do nothing" beside other steps. */
static void drop_passes(PlSyntax *syntax, StepVec *steps, PlStep *parent)
{
    StepVec out = {0};
    if (passes_over(steps, parent)) return;
    for (uint32_t i = 0; i < steps->len; i++) {
        PlStep *step = steps->items[i];
        bool last = i + 1 == steps->len || (meant(steps->items[i + 1]) != PL_STEP_ELSE && meant(steps->items[i + 1]) != PL_STEP_ELSE_IF);
        bool empty_branch = (step->kind == PL_STEP_ELSE || step->kind == PL_STEP_ELSE_IF) && only_passes(step) && last;
        bool idle = step->form == PL_FORM_PASS && (steps->len > 1 || !parent);
        if (empty_branch || idle || step->form == PL_FORM_END)
            note(syntax, step->span, "nothing");
        else
            pl_vec_push(syntax->arena, &out, step);
    }
    *steps = out;
    note_passes(syntax, steps->items, steps->len);
}

/* The last step ends in the middle of a call: what is missing is asked for. */
static void breaks_off(PlSyntax *syntax, PlStep *step)
{
    PlDiag *d = PL_REPORT0(syntax->diags, BREAKS_OFF, step->prose_span);
    PlStr id = pl_arena_printf(syntax->arena, PL_FMT "/reading", PL_ARG(step->label));
    pl_diag_ask(syntax->diags, d, PL_QUESTION_READING, id, PL_STR(""), step->prose_span);
    pl_diag_help(syntax->diags, d, "finish the call, or take the step away");
    step->form = PL_FORM_NONE;
}

/* ---- the walk ---- */

static void shape(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap, PlStep *parent)
{
    StepVec steps = {.items = *items, .len = *len, .cap = *cap}, flat = {0};
    pl_shape_blocks(syntax, &steps.items, &steps.len, &steps.cap, parent);
    bool of_call = parent && !is_block(parent->kind) && parent->kind != PL_STEP_BAD;
    for (uint32_t i = 0; i < steps.len; i++) {
        PlStep *step = steps.items[i];
        step->parent = parent;
        if (goes_on(syntax, step)) {
            step->kind = PL_STEP_PROSE;
            step->form = PL_FORM_PASS;
            step->prose = PL_STR("continue");
        }
        if (step->form == PL_FORM_BROKEN) breaks_off(syntax, step);
        shape(syntax, &step->steps.items, &step->steps.len, &step->steps.cap, step);
    }
    bool chapters = are_headings(&steps);
    for (uint32_t i = 0; i < steps.len; i++) {
        PlStep *step = steps.items[i];
        bool flattens = !is_block(step->kind) && step->kind != PL_STEP_BAD && step->steps.len > 0;
        if (flattens)
            flatten(syntax, step, chapters, &flat);
        else
            pl_vec_push(syntax->arena, &flat, step);
    }
    if (!of_call) handle_failures(syntax, &flat);
    if (!of_call) drop_passes(syntax, &flat, parent);
    pl_shape_calls(syntax, &flat.items, &flat.len, &flat.cap);
    *items = flat.items;
    *len = flat.len;
    *cap = flat.cap;
}

/* "1. Schedule: every Monday at 9:00" is no step but a header line. */
static void take_schedule(PlSyntax *syntax)
{
    static const char *const keys[] = {"schedule:",
                                       "schedule this",
                                       "schedule the workflow",
                                       "schedule",
                                       "trigger:",
                                       "trigger the workflow",
                                       "trigger",
                                       "run this workflow",
                                       "run the workflow",
                                       "run this",
                                       "run it",
                                       "run",
                                       "start the workflow",
                                       "start",
                                       "execute",
                                       "this workflow runs",
                                       "set up a schedule:"};
    static const char *const times[] = {"every ",      "each day",      "each morning", "each week",   "each month",
                                        "each hour",   "daily",         "weekly",       "monthly",     "hourly",
                                        "on weekdays", "on the first ", "once a ",      "at midnight", "at noon"};
    PlPlan *plan = syntax->plan;
    PlStep *step = plan->steps.len ? plan->steps.items[0] : NULL;
    if (!step || step->kind != PL_STEP_PROSE || step->steps.len || step->bind.len || step->clauses.len || step->form ||
        plan->schedule.len)
        return;
    PlStr words = step->prose;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        PlStr key = pl_str_z(keys[i]);
        if (words.len <= key.len || !pl_str_eq_nocase(pl_str_slice(words, 0, key.len), key) ||
            pl_phrase_word_char(words.ptr[key.len]))
            continue;
        words = pl_str_trim(pl_str_slice(words, key.len, words.len));
        i = (size_t)-1; /* "Schedule: Run every day": both */
    }
    while (words.len && strchr(".:, ", words.ptr[words.len - 1])) words.len--;
    while (words.len && strchr(":, ", words.ptr[0])) words = pl_str_slice(words, 1, words.len);
    bool timed = false;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        PlStr time = pl_str_z(times[i]);
        timed = timed || (words.len >= time.len && pl_str_eq_nocase(pl_str_slice(words, 0, time.len), time));
    }
    if (!timed || plan->steps.len < 2) return;
    note(syntax, step->span, "the header line `Schedule:`");
    plan->schedule = words;
    plan->schedule_span = step->prose_span;
    for (uint32_t i = 0; i < step->comments.len; i++)
        pl_vec_push(syntax->arena, &plan->header_comments, step->comments.items[i]);
    if (step->trailing.text.len) pl_vec_push(syntax->arena, &plan->header_comments, step->trailing);
    for (uint32_t i = 1; i < plan->steps.len; i++) plan->steps.items[i - 1] = plan->steps.items[i];
    plan->steps.len--;
}

void pl_shape_plan(PlSyntax *syntax)
{
    PlPlan *plan = syntax->plan;
    take_schedule(syntax);
    pl_shape_retries(syntax, &plan->steps.items, &plan->steps.len);
    shape(syntax, &plan->steps.items, &plan->steps.len, &plan->steps.cap, NULL);
    pl_nest_renumber(syntax);
}
