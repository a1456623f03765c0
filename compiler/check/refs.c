/* SPDX-License-Identifier: MIT */
/* The first pass: which step binds which name first (for "used before"), and step references. `step 3.1`, `results of step 1` become the
 * name that the step binds; a step that binds none gets one. Before the flow, because a step must have its name when it is checked. */
#include "compiler/check/every.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"
#include "compiler/check/tuple.h"
#include "compiler/prose/prose.h"
#include "compiler/syntax/noun.h"

typedef struct Refs {
    PlChecker *c;
    PlMap by_written; /* number as written -> PlStep * */
    PlMap by_label;
    PlMap again; /* name -> the second step that binds it */
    PlMap items; /* names of loops' items, of inputs and of the language: never a result's */
    PL_VEC(PlStep *) before; /* steps that give a result, up to the one at hand */
    PlSteps read;            /* of the first walk: all steps that bind or give something so far */
    PlSteps loops;           /* made of calls for each item */
    PlStep *step;            /* the one at hand */
    uint32_t fields;         /* inside a list clause, or where a word may be a value: a bare name is no result */
} Refs;

/* "2.1." and "2.1" are the same number. */
static PlStr number_of(PlStr written)
{
    written = pl_str_trim(written);
    while (written.len && (written.ptr[written.len - 1] == '.' || written.ptr[written.len - 1] == ')')) written.len--;
    return written;
}

static bool binds_result(PlStepKind kind)
{
    return kind == PL_STEP_ACTION || kind == PL_STEP_PROSE || kind == PL_STEP_ASK || kind == PL_STEP_WAIT_EVENT ||
           kind == PL_STEP_KEEP;
}

static PlStr name_of(const PlStep *step)
{
    if (binds_result(step->kind)) return step->bind;
    bool named = step->kind == PL_STEP_SET || step->kind == PL_STEP_ADD || step->kind == PL_STEP_INCREASE;
    return named && !step->target ? step->name : PL_STR("");
}

static void put_first(PlMap *map, PlStr key, PlStep *step)
{
    if (!key.len) return;
    PlMapEntry *entry = pl_map_put(map, key, NULL);
    if (!entry->value.ptr) entry->value.ptr = step;
}

/* `results.append(x)`, where `results` is no plugin: Add x to results. */
static void read_as_add(PlChecker *c, PlStep *step)
{
    static const char *const methods[] = {"append", "push", "add", "extend", "concat", "push_back"};
    bool bare = step->kind == PL_STEP_ACTION && step->plugin.len && !step->prose.len && !step->bind.len && !step->clauses.len;
    if (!bare || step->args.len != 1 || step->args.items[0].name.len || pl_catalog_plugin_by_name(c->catalog, step->plugin)) return;
    bool adds = false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) adds = adds || pl_str_eq_nocase(step->action, pl_str_z(methods[i]));
    if (!adds) return;
    step->kind = PL_STEP_ADD;
    step->name = step->plugin;
    step->name_span = step->action_span;
    step->value = step->args.items[0].value;
    step->args.len = 0;
    step->plugin = PL_STR("");
    PlStr to = pl_arena_printf(c->arena, "Add " PL_FMT " to " PL_FMT, PL_ARG(pl_words_expr(c, step->value)), PL_ARG(step->name));
    PL_REPORT(c->diags, READ_AS, step->action_span, PL_ARG(step->action), PL_ARG(to));
}

static void collect(Refs *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        read_as_add(r->c, step);
        pl_tuple_read(r->c, step);
        if (pl_every_read(r->c, step, &r->read)) pl_vec_push(r->c->arena, &r->loops, step);
        put_first(&r->by_written, number_of(step->written), step);
        put_first(&r->by_label, step->label, step);
        if (step->kind == PL_STEP_EACH) {
            put_first(&r->items, step->name, step);
            put_first(&r->items, step->name2, step);
        }
        PlStr name = name_of(step);
        if (name.len && pl_map_get(&r->c->binders, name)) put_first(&r->again, name, step);
        put_first(&r->c->binders, name, step);
        if (name.len || step->kind == PL_STEP_ACTION || step->kind == PL_STEP_PROSE) pl_vec_push(r->c->arena, &r->read, step);
        collect(r, step->steps.items, step->steps.len);
    }
}

/* step_3_1, or with a tail when the plan has that name already. */
static void give_name(Refs *r, PlStep *step)
{
    PlArena *arena = r->c->arena;
    PlStr number = step->written.len ? number_of(step->written) : step->label;
    PlStr name = pl_arena_printf(arena, "step_" PL_FMT, PL_ARG(number));
    for (size_t i = 0; i < name.len; i++) {
        char *at = (char *)(uintptr_t)name.ptr + i;
        bool word = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        if (!word) *at = '_';
    }
    while (pl_map_find(&r->c->binders, name)) name = pl_arena_printf(arena, PL_FMT "_result", PL_ARG(name));
    step->bind = name;
    step->bind_span = step->span;
    put_first(&r->c->binders, name, step);
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Whether prose has the words of a name: "new_tickets" in "Search for new tickets". */
static bool says(PlStr prose, PlStr name)
{
    for (size_t at = 0; at + name.len <= prose.len; at++) {
        if (at > 0 && is_word(prose.ptr[at - 1])) continue;
        size_t i = 0;
        while (i < name.len && (lower(prose.ptr[at + i]) == lower(name.ptr[i]) || (name.ptr[i] == '_' && prose.ptr[at + i] == ' '))) i++;
        if (i == name.len && (at + i == prose.len || !is_word(prose.ptr[at + i]))) return true;
    }
    return false;
}

/* Words for "what the step before gave". */
static bool means_result(PlStr name)
{
    static const char *const words[] = {"result", "results", "response", "output", "the_result", "the_results", "previous_result", "previous_results"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(name, pl_str_z(words[i]))) return true;
    return false;
}

/* "Append the uris to all_uris" changes a name and gives none. */
static bool gathers(PlStr prose)
{
    static const char *const verbs[] = {"add ", "append ", "push ", "collect ", "gather ", "put ", "insert ", "include ", "store ", "save ", "set "};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        PlStr verb = pl_str_z(verbs[i]);
        if (prose.len > verb.len && pl_str_eq_nocase(pl_str_slice(prose, 0, verb.len), verb)) return true;
    }
    return false;
}

/* The loop that the first walk made around this call, or NULL. */
static PlStep *loop_of(const Refs *r, const PlStep *call)
{
    for (uint32_t i = 0; i < r->loops.len; i++)
        if (r->loops.items[i] == call->parent && call->parent->steps.items[0] == call) return call->parent;
    return NULL;
}

static bool is_inside(const PlStep *step, const PlStep *loop)
{
    while (step && step != loop) step = step->parent;
    return step != NULL;
}

static void name_result(Refs *r, PlExpr *x);

/* "run_succeeded" without the words that say how it ended: "run". */
static PlStr subject_of(PlStr name)
{
    static const char *const links[] = {"is", "was", "are", "were", "has", "have", "been", "not", "still", "did", "does", "do", "the"};
    bool ended = false;
    for (;;) {
        size_t at = name.len;
        while (at > 0 && name.ptr[at - 1] != '_') at--;
        PlStr word = pl_str_slice(name, at, name.len);
        bool link = pl_outcome_is(word);
        ended |= link;
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) link |= pl_str_eq_z(word, links[i]);
        if (!link) return ended ? name : PL_STR("");
        if (at == 0) return PL_STR("");
        name = pl_str_slice(name, 0, at - 1);
    }
}

static bool is_question(const PlStep *step)
{
    return step && (step->kind == PL_STEP_IF || step->kind == PL_STEP_ELSE_IF || step->kind == PL_STEP_CHECK || step->kind == PL_STEP_REPEAT);
}

/* "If the run succeeded", "If approved", "If it was rejected": what is spoken of gets a name; the check says what its words mean. */
static void name_subject(Refs *r, const PlExpr *x)
{
    PlStr subject = x->kind == PL_EXPR_NAME ? subject_of(x->text) : PL_STR("");
    bool alone = x->kind == PL_EXPR_IT || (x->kind == PL_EXPR_NAME && pl_outcome_is(x->text));
    if (!is_question(r->step) || pl_map_find(&r->c->binders, x->text)) return;
    if (subject.len) {
        PlExpr name = {.kind = PL_EXPR_NAME, .text = subject, .span = x->span};
        name_result(r, &name);
    } else if (alone && r->before.len) {
        PlStep *step = r->before.items[r->before.len - 1];
        if (!step->bind.len && !loop_of(r, step) && binds_result(step->kind)) give_name(r, step);
    }
}

/* Rule: a name that nothing binds is the result of the nearest step before, without a name of its own, whose prose has that word. */
static void name_result(Refs *r, PlExpr *x)
{
    if (x->text.len < 3 || pl_map_find(&r->c->binders, x->text) || pl_map_find(&r->items, x->text)) return;
    PlStr many = pl_noun_plural(r->c->arena, x->text), one = pl_noun_singular(r->c->arena, x->text);
    for (uint32_t i = r->before.len; i > 0; i--) {
        PlStep *step = r->before.items[i - 1];
        if (means_result(x->text)) {
            if (!step->bind.len) give_name(r, step);
            PL_REPORT(r->c->diags, NAME_READ_AS, x->span, PL_ARG(x->text), PL_ARG(step->bind));
            x->text = step->bind;
            return;
        }
        if (step->bind.len || !(says(step->prose, x->text) || says(step->prose, many) || says(step->prose, one))) continue;
        PlStep *loop = loop_of(r, step);
        if (loop && is_inside(r->step, loop)) continue;
        if (loop) step = pl_every_gather(r->c, loop, x->text, step->span);
        else step->bind = x->text;
        if (!loop) step->bind_span = step->span;
        put_first(&r->c->binders, x->text, step);
        PL_REPORT(r->c->diags, RESULT_NAMED, x->span, PL_ARG(x->text), PL_ARG(step->label));
        return;
    }
}

/* The step whose result the plan itself calls step3, wherever it stands. */
static PlStep *named_step(Refs *r, PlStr number)
{
    PlStr name = pl_arena_printf(r->c->arena, "step_" PL_FMT, PL_ARG(number));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '.') ((char *)(uintptr_t)name.ptr)[i] = '_';
    PlStep *step = pl_map_get(&r->c->binders, name);
    return step && pl_str_eq(step->bind, name) && step->bind_span.end > step->bind_span.start ? step : NULL;
}

static void resolve(void *context, PlExpr **slot)
{
    Refs *r = context;
    PlExpr *x = *slot;
    bool clause = x->kind >= PL_EXPR_WHERE && x->kind <= PL_EXPR_DISTINCT;
    bool compares = x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_IS || x->op == PL_OPR_IS_NOT) && x->right->kind == PL_EXPR_NAME;
    bool filter = r->step && r->step->kind == PL_STEP_EACH && slot == &r->step->cond;
    PlExpr *left = clause || compares ? x->left : NULL;
    if (left) {
        resolve(r, &left);
        x->left = NULL; /* visited: the rest may name fields and values */
    }
    r->fields += clause || compares || filter;
    pl_tree_operands(x, resolve, r);
    r->fields -= clause || compares || filter;
    if (left) x->left = left;
    if (x->kind == PL_EXPR_NAME && !r->fields) name_result(r, x);
    if ((x->kind == PL_EXPR_NAME || x->kind == PL_EXPR_IT) && !r->fields) name_subject(r, x);
    if (x->kind != PL_EXPR_STEP_REF) return;
    PlStr number = number_of(x->text);
    PlStep *step = named_step(r, number);
    if (!step) step = pl_map_get(&r->by_written, number);
    if (!step) step = pl_map_get(&r->by_label, number);
    if (!step) {
        PlDiag *d = PL_REPORT(r->c->diags, UNKNOWN_STEP, x->span, PL_ARG(number));
        if (r->c->plan->steps.len)
            pl_diag_help(r->c->diags, d, "the plan's steps go from 1 to %u", (unsigned)r->c->plan->steps.len);
        x->kind = PL_EXPR_BAD;
        return;
    }
    if (!name_of(step).len && binds_result(step->kind)) give_name(r, step);
    PlStr name = name_of(step);
    bool gathers_last = step->kind == PL_STEP_EACH && step->steps.len == 2 && step->steps.items[1]->kind == PL_STEP_ADD;
    if (!name.len && gathers_last) name = step->steps.items[1]->name; /* a call for each item */
    if (!name.len) {
        PlDiag *d = PL_REPORT(r->c->diags, STEP_WITHOUT_RESULT, x->span, PL_ARG(number));
        pl_diag_related(r->c->diags, d, step->span, "this step");
        pl_diag_help(r->c->diags, d, "refer to a name that one of its sub-steps binds");
        x->kind = PL_EXPR_BAD;
        return;
    }
    PL_REPORT(r->c->diags, STEP_READ_AS, x->span, PL_ARG(number), PL_ARG(name));
    PlStep *other = pl_map_get(&r->again, name);
    if (other && binds_result(step->kind)) {
        if (other == step) other = pl_map_get(&r->c->binders, name);
        PlDiag *d = PL_REPORT(r->c->diags, STEP_REBOUND, x->span, PL_ARG(number), PL_ARG(name), PL_ARG(other->label));
        pl_diag_related(r->c->diags, d, other->bind.len ? other->bind_span : other->span, "bound here too");
        pl_diag_help(r->c->diags, d, "give the result of step %.*s a name of its own", PL_ARG(number));
    }
    x->kind = PL_EXPR_NAME;
    x->text = name;
    x->text_span = x->span;
}

static bool some_step_says(const Refs *r, PlStr words)
{
    for (uint32_t i = 0; i < r->before.len; i++)
        if (!r->before.items[i]->bind.len && says(r->before.items[i]->prose, words)) return true;
    return false;
}

/* "Sort the tickets by age": a step in words may speak of the results of steps before it. */
static void name_results_of_prose(Refs *r, const PlStep *step)
{
    PlStr prose = step->prose;
    for (size_t at = 0, end; at < prose.len; at = end + 1) {
        end = at;
        while (end < prose.len && is_word(prose.ptr[end])) end++;
        PlStr word = pl_str_slice(prose, at, end);
        if (word.len < 4 || pl_noun_is_pronoun(word)) continue;
        bool path = end + 1 < prose.len && prose.ptr[end] == '.' && is_word(prose.ptr[end + 1]);
        PlStr many = pl_noun_plural(r->c->arena, word); /* "one line per request" */
        bool one = !pl_noun_is_many(word) && !path;
        if (one && (pl_map_find(&r->c->binders, word) || !some_step_says(r, many))) continue;
        PlExpr name = {.kind = PL_EXPR_NAME, .text = one ? many : word, .span = step->prose_span};
        name_result(r, &name);
    }
}

static void resolve_all(Refs *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        r->step = steps[i];
        if (steps[i]->kind == PL_STEP_PROSE && pl_prose_begins(r->c, steps[i])) name_results_of_prose(r, steps[i]);
        pl_tree_step_exprs(steps[i], resolve, r);
        r->step = NULL;
        bool gives = steps[i]->kind == PL_STEP_ACTION || (steps[i]->kind == PL_STEP_PROSE && !gathers(steps[i]->prose));
        if (gives) pl_vec_push(r->c->arena, &r->before, steps[i]);
        resolve_all(r, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_scope_prepare(PlChecker *c)
{
    Refs r = {.c = c};
    pl_map_init(&r.by_written, c->arena);
    pl_map_init(&r.by_label, c->arena);
    pl_map_init(&r.again, c->arena);
    pl_map_init(&r.items, c->arena);
    static const char *const known[] = {"now", "today", "it", "error", "input", "inputs"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) pl_map_put(&r.items, pl_str_z(known[i]), NULL);
    for (uint32_t i = 0; i < c->plan->inputs.len; i++) pl_map_put(&r.items, c->plan->inputs.items[i].name, NULL);
    collect(&r, c->plan->steps.items, c->plan->steps.len);
    resolve_all(&r, c->plan->steps.items, c->plan->steps.len);
    if (c->plan->output) resolve(&r, &c->plan->output);
}
