/* SPDX-License-Identifier: MIT */
/* See ask.h. The places are found in the plan's own text, because the tree may have been changed by elaboration when a question comes up. */
#include "compiler/check/ask.h"

#include "compiler/check/scope.h"

enum { TYPE_WIDTH = 60, VALUES = 12, FIELDS = 4 };

PlStr pl_ask_id(PlChecker *c, const PlStep *step, const char *kind, PlStr detail)
{
    PlStr label = step && step->label.len ? step->label : PL_STR("plan");
    return pl_arena_printf(c->arena, PL_FMT "/%s%s" PL_FMT, PL_ARG(label), kind, detail.len ? ":" : "", PL_ARG(detail));
}

static PlStr plan_text(const PlChecker *c)
{
    return c->diags->sources->all.items[c->plan->source].text;
}

static PlSpan place(const PlChecker *c, size_t start, size_t end)
{
    return (PlSpan){c->plan->source, (uint32_t)start, (uint32_t)end};
}

static bool in_plan(const PlChecker *c, PlSpan span)
{
    return span.source == c->plan->source && span.end <= plan_text(c).len;
}

/* ---- header lines --------------------------------------------------------------------------------------------------------- */

static void reach(const PlChecker *c, PlSpan span, size_t *end)
{
    if (in_plan(c, span) && span.end > *end) *end = span.end;
}

static size_t header_end(const PlChecker *c)
{
    const PlPlan *p = c->plan;
    size_t end = 0;
    const PlSpan spans[] = {p->workflow_span, p->goal_span, p->schedule_span, p->limit_span, p->output_span};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) reach(c, spans[i], &end);
    for (uint32_t i = 0; i < p->uses.len; i++) reach(c, p->uses.items[i].span, &end);
    for (uint32_t i = 0; i < p->inputs.len; i++) reach(c, p->inputs.items[i].span, &end);
    for (uint32_t i = 0; i < p->allow.len; i++) reach(c, p->allow.items[i].span, &end);
    for (uint32_t i = 0; i < p->never.len; i++) reach(c, p->never.items[i].span, &end);
    return end;
}

/* The edit that adds a header line: behind the last one, else before the line of the first step. */
static PlEdit header_edit(PlChecker *c, PlStr line)
{
    PlStr text = plan_text(c);
    size_t end = header_end(c);
    if (end > 0) {
        size_t stop = pl_str_find_char(text, '\n', end);
        if (stop == PL_STR_NONE) stop = text.len;
        if (stop > end && text.ptr[stop - 1] == '\r') stop--;
        return (PlEdit){place(c, stop, stop), pl_arena_printf(c->arena, "\n" PL_FMT, PL_ARG(line))};
    }
    size_t at = c->plan->steps.len ? c->plan->steps.items[0]->span.start : 0;
    while (at > 0 && text.ptr[at - 1] != '\n') at--;
    return (PlEdit){place(c, at, at), pl_arena_printf(c->arena, PL_FMT "\n\n", PL_ARG(line))};
}

static void add_edit(PlChecker *c, PlDiag *d, PlEdit edit)
{
    pl_diag_candidate_edit(c->diags, d, edit.span, edit.text);
}

/* A type as the plan spells it; "any" when it does not fit a line. */
static PlStr type_text(PlChecker *c, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, c->types, type == PL_TYPE_NONE ? PL_T_ANY : type, 10 * TYPE_WIDTH);
    bool fits = buf.status == PL_OK && buf.len <= TYPE_WIDTH && pl_str_find(pl_buf_str(&buf), PL_STR("..."), 0) == PL_STR_NONE;
    char room[TYPE_WIDTH + 1] = "any";
    if (fits) memcpy(room, buf.ptr, buf.len + 1);
    pl_buf_deinit(&buf);
    return pl_arena_str(c->arena, pl_str_z(room));
}

/* `Input: to: email` */
static PlEdit input_edit(PlChecker *c, PlStr name, PlTypeId type)
{
    return header_edit(c, pl_arena_printf(c->arena, "Input: " PL_FMT ": " PL_FMT, PL_ARG(name), PL_ARG(type_text(c, type))));
}

/* ---- calls ---------------------------------------------------------------------------------------------------------------- */

static bool is_from_prose(const PlStep *step)
{
    return !step->action_span.end || step->action_span.source == PL_NO_SOURCE ||
           (step->prose_span.end > step->prose_span.start && step->action_span.start == step->prose_span.start);
}

static PlSpan behind(PlSpan span)
{
    span.start = span.end;
    return span;
}

void pl_ask_action(PlChecker *c, PlDiag *d, const PlStep *step)
{
    bool prose = step->kind == PL_STEP_PROSE || is_from_prose(step);
    PlSpan at = !prose ? step->action_span : step->prose_span.end > step->prose_span.start ? behind(step->prose_span) : behind(step->span);
    pl_diag_ask(c->diags, d, PL_QUESTION_ACTION, pl_ask_id(c, step, "action", PL_STR("")), PL_STR(""), at);
    if (prose) d->ask.before = PL_STR(" using "), d->ask.after = PL_STR("()");
}

/* The bracket that closes the one at `open`, texts skipped; PL_STR_NONE when there is none. */
static size_t closing(PlStr text, size_t open)
{
    unsigned depth = 0;
    for (size_t i = open; i < text.len; i++) {
        char ch = text.ptr[i];
        if (ch == '"' || ch == '`') {
            for (i++; i < text.len && text.ptr[i] != ch; i++)
                if (text.ptr[i] == '\\') i++;
        } else if (ch == '(' || ch == '[' || ch == '{') {
            depth++;
        } else if ((ch == ')' || ch == ']' || ch == '}') && --depth == 0) {
            return i;
        }
    }
    return PL_STR_NONE;
}

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* Where the text `name=` goes, and what stands around the argument there. */
static PlSpan argument_place(PlChecker *c, const PlStep *step, PlStr *before, PlStr *after)
{
    PlStr text = plan_text(c);
    *before = *after = PL_STR("");
    if (is_from_prose(step)) {
        PlSpan span = step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
        *before = pl_arena_printf(c->arena, " using " PL_FMT "." PL_FMT "(", PL_ARG(step->plugin), PL_ARG(step->action));
        *after = PL_STR(")");
        return behind(span);
    }
    size_t open = step->action_span.end;
    while (open < text.len && (text.ptr[open] == ' ' || text.ptr[open] == '\t')) open++;
    size_t close = open < text.len && text.ptr[open] == '(' ? closing(text, open) : PL_STR_NONE;
    if (close != PL_STR_NONE) {
        size_t end = close;
        while (end > open + 1 && is_space(text.ptr[end - 1])) end--;
        if (end > open + 1) *before = text.ptr[end - 1] == ',' ? PL_STR(" ") : PL_STR(", ");
        return place(c, end, end);
    }
    size_t last = 0;
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlSpan span = step->args.items[i].value->span;
        if (in_plan(c, span) && span.start >= step->action_span.end && span.end > last) last = span.end;
    }
    *before = last ? PL_STR(", ") : PL_STR("(");
    if (!last) *after = PL_STR(")");
    return last ? place(c, last, last) : behind(step->action_span);
}

void pl_ask_argument(PlChecker *c, PlDiag *d, const PlStep *step, PlStr param)
{
    PlStr before, after;
    PlSpan at = argument_place(c, step, &before, &after);
    pl_diag_ask(c->diags, d, PL_QUESTION_VALUE, pl_ask_id(c, step, "arg", param), param, at);
    d->ask.before = pl_arena_printf(c->arena, PL_FMT PL_FMT "=", PL_ARG(before), PL_ARG(param));
    d->ask.after = after;
}

void pl_ask_values(PlChecker *c, PlDiag *d, PlTypeId type)
{
    const PlType t = *pl_type(c->types, pl_type_without_nothing(c->types, type));
    for (uint32_t i = 0; t.kind == PL_TYPE_ENUM && i < t.count && i < VALUES; i++) {
        const PlLiteral *v = &t.values[i];
        PlStr value = PL_STR("");
        if (v->kind == PL_LIT_TEXT && pl_str_find_char(v->as.text, '"', 0) == PL_STR_NONE && pl_str_find_char(v->as.text, '{', 0) == PL_STR_NONE)
            value = pl_arena_printf(c->arena, "\"" PL_FMT "\"", PL_ARG(v->as.text));
        if (v->kind == PL_LIT_INT) value = pl_arena_printf(c->arena, "%lld", (long long)v->as.integer);
        if (value.len) pl_diag_candidate(c->diags, d, value, PL_STR("a value that the document lists"));
    }
    if (t.kind != PL_TYPE_YESNO) return;
    pl_diag_candidate(c->diags, d, PL_STR("yes"), PL_STR(""));
    pl_diag_candidate(c->diags, d, PL_STR("no"), PL_STR(""));
}

/* The name, or one near it that nothing has. */
static PlStr free_name(PlChecker *c, PlStr name)
{
    PlStr found = name;
    for (unsigned n = 2; n < 100 && (pl_scope_is_reserved(found) || pl_scope_find(c, found) || pl_map_get(&c->binders, found)); n++)
        found = pl_arena_printf(c->arena, PL_FMT "_%u", PL_ARG(name), n);
    return found;
}

void pl_ask_argument_input(PlChecker *c, PlDiag *d, const PlStep *step, PlStr param, PlTypeId type)
{
    PlStr before, after;
    PlSpan at = argument_place(c, step, &before, &after);
    PlStr name = free_name(c, param);
    PlStr value = pl_arena_printf(c->arena, "input " PL_FMT, PL_ARG(name));
    pl_diag_candidate(c->diags, d, value, PL_STR("whoever starts the plan gives it"));
    add_edit(c, d, input_edit(c, name, type));
    PlStr argument = pl_arena_printf(c->arena, PL_FMT PL_FMT "=" PL_FMT PL_FMT, PL_ARG(before), PL_ARG(param), PL_ARG(name), PL_ARG(after));
    add_edit(c, d, (PlEdit){at, argument});
}

/* ---- the rest ------------------------------------------------------------------------------------------------------------- */

void pl_ask_plugin(PlChecker *c, PlDiag *d, PlStr plugin)
{
    PlStr line = pl_arena_printf(c->arena, "Use: " PL_FMT " from \"", PL_ARG(plugin));
    for (uint32_t i = 0; i < c->plan->uses.len; i++) {
        const PlUse *use = &c->plan->uses.items[i];
        if (!pl_words_same(use->name, plugin) || use->path.len) continue;
        pl_diag_ask(c->diags, d, PL_QUESTION_PLUGIN, pl_arena_printf(c->arena, "plugin:" PL_FMT, PL_ARG(plugin)), plugin, behind(use->name_span));
        d->ask.before = PL_STR(" from \"");
        d->ask.after = PL_STR("\"");
        return;
    }
    PlEdit edit = header_edit(c, line);
    size_t breaks = edit.text.len - line.len; /* "\n" before the line, or "\n\n" behind it */
    bool leads = edit.text.ptr[0] == '\n';
    pl_diag_ask(c->diags, d, PL_QUESTION_PLUGIN, pl_arena_printf(c->arena, "plugin:" PL_FMT, PL_ARG(plugin)), plugin, edit.span);
    d->ask.before = leads ? edit.text : pl_str_slice(edit.text, 0, edit.text.len - breaks);
    d->ask.after = leads ? PL_STR("\"") : PL_STR("\"\n\n");
}

void pl_ask_name(PlChecker *c, PlDiag *d, PlStr name, PlSpan at)
{
    pl_diag_ask(c->diags, d, PL_QUESTION_NAME, pl_ask_id(c, c->step, "name", name), name, at);
    d->ask.in_text = c->in_text;
    if (pl_scope_is_reserved(name)) return;
    PlEdit edit = header_edit(c, pl_arena_printf(c->arena, "Input: " PL_FMT, PL_ARG(name)));
    size_t end = edit.text.len;
    while (edit.text.ptr[end - 1] == '\n') end--;
    d->ask.input_at = edit.span;
    d->ask.input_before = pl_str_slice(edit.text, 0, end);
    d->ask.input_after = pl_str_slice(edit.text, end, edit.text.len);
}

void pl_ask_name_wanted(PlChecker *c, PlSpan at, PlTypeId type)
{
    PlDiag *d = c->reported.len ? pl_vec_last(&c->reported).question : NULL;
    if (!d || d->ask.at.source != at.source || d->ask.at.start != at.start || d->ask.wanted.len || type == PL_T_ANY) return;
    type = pl_type_without_nothing(c->types, type);
    PlStr words = type_text(c, type);
    if (pl_str_eq_z(words, "any")) return;
    d->ask.wanted = words;
    if (!d->label.len) pl_diag_label(c->diags, d, PL_FMT, PL_ARG(pl_words_type(c, type)));
    PlDiag values = {.code = d->code};
    pl_ask_values(c, &values, type);
    for (uint32_t i = 0; i < d->candidates.len; i++) {
        PlCandidate *old = &d->candidates.items[i];
        bool is_input = old->edits.len == 1 && pl_str_starts(old->value, PL_STR("input "));
        if (is_input) old->edits.items[0] = input_edit(c, d->ask.param, type);
        bool is_text = values.candidates.len && old->value.ptr[0] == '"';
        if (!is_text) pl_vec_push(c->arena, &values.candidates, *old);
    }
    d->candidates.items = values.candidates.items;
    d->candidates.len = values.candidates.len;
    d->candidates.cap = values.candidates.cap;
}

void pl_ask_name_also(PlChecker *c, PlDiag *d, PlSpan at)
{
    if (at.start == d->ask.at.start) return;
    if (c->in_text) d->ask.in_text = true;
    for (uint32_t i = 0; i < d->ask.also.len; i++)
        if (d->ask.also.items[i].start == at.start) return;
    pl_vec_push(c->arena, &d->ask.also, at);
}

/* `title` where a record with a field `title` is bound: `story.title`. The latest name first. */
static void field_candidates(PlChecker *c, PlDiag *d, PlStr name)
{
    uint32_t given = 0;
    for (uint32_t i = c->symbols.len; i-- > 0 && given < FIELDS;) {
        const PlSymbol *s = c->symbols.items[i];
        if (s->kind == PL_SYM_NOW || pl_scope_find(c, s->name) != s || c->vars.items[i].bound != PL_BOUND_YES) continue;
        const PlType t = *pl_type(c->types, pl_type_without_nothing(c->types, c->vars.items[i].type));
        for (uint32_t k = 0; t.kind == PL_TYPE_RECORD && k < t.count && given < FIELDS; k++) {
            if (!pl_words_same(t.fields[k].name, name)) continue;
            pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(s->name), PL_ARG(t.fields[k].name)),
                              pl_words_type(c, t.fields[k].type));
            given++;
        }
    }
}

static bool is_plain(PlStr text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || strchr("\"\\{}", text.ptr[i])) return false;
    return text.len > 0 && text.len <= TYPE_WIDTH;
}

void pl_ask_name_candidates(PlChecker *c, PlDiag *d, PlStr name)
{
    field_candidates(c, d, name);
    if (!pl_scope_is_reserved(name)) {
        pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, "input " PL_FMT, PL_ARG(name)), PL_STR("whoever starts the plan gives it"));
        add_edit(c, d, input_edit(c, name, PL_T_ANY));
    }
    PlStr written = in_plan(c, d->ask.at) ? pl_str_slice(plan_text(c), d->ask.at.start, d->ask.at.end) : name;
    if (!c->in_text && is_plain(written))
        pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, "\"" PL_FMT "\"", PL_ARG(written)), PL_STR("the text itself"));
}

void pl_ask_list(PlChecker *c, PlDiag *d, PlSpan at)
{
    pl_diag_ask(c->diags, d, PL_QUESTION_LIST, pl_ask_id(c, c->step, "list", PL_STR("")), PL_STR(""), at);
}

void pl_ask_reading(PlChecker *c, PlDiag *d, const PlStep *step, PlSpan at)
{
    pl_diag_ask(c->diags, d, PL_QUESTION_READING, pl_ask_id(c, step, "reading", PL_STR("")), PL_STR(""), at);
}
