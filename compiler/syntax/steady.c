/* SPDX-License-Identifier: MIT */
/* A reading is steady when what it prints reads as itself. English joins and parts in odd ways (words over three lines that say a second step once they
 * stand on one), and no rule for each oddity would ever be the last. So the reading of a plan is found here: the tree is printed and read again until
 * that changes nothing, and that tree is the plan, to whoever compiles the text as it was written and to whoever tidied it first. Steps that were
 * steady from the start keep their places in the source; the others stand in a source of their own, the tidied text. What never comes to rest is an
 * error at its step. Not here: how a text is read (parse.c), and what is printed (print.c). */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "compiler/syntax/steps.h"

enum { ROUNDS = 8, AHEAD = 16, EXACT_ROUNDS = 32 };

typedef PL_VEC(PlStep *) StepVec;
typedef void Writer(PlBuf *out, const PlPlan *plan);

static PlStr copy(PlArena *arena, PlBuf *buf)
{
    PlEscape escape, *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at)) {
        pl_buf_deinit(buf);
        pl_arena_set_escape(arena, outer);
        pl_arena_escape(arena, escape.status);
    }
    PlStr text = pl_arena_str(arena, pl_buf_str(buf));
    pl_arena_set_escape(arena, outer);
    PlStatus status = buf->status;
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

static PlStr text_of(PlArena *arena, const PlPlan *plan, Writer *write)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    write(&buf, plan);
    return copy(arena, &buf);
}

static PlStr said_by(PlArena *arena, const PlStep *step)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_ast_dump_step(&buf, step);
    return copy(arena, &buf);
}

/* ---- one tree from two: what both say keeps its first place ---- */

static void collect(PlArena *arena, StepVec *out, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_vec_push(arena, out, steps[i]);
        collect(arena, out, steps[i]->steps.items, steps[i]->steps.len);
    }
}

/* `step` says what `old` said: it stands where that stood, and is part of its own tree. */
static void stand_as(PlStep *step, const PlStep *old)
{
    PlStep tree = *step;
    *step = *old;
    step->number = tree.number;
    step->depth = tree.depth;
    step->label = tree.label;
    step->parent = tree.parent;
    step->chain = tree.chain;
    step->steps.items = tree.steps.items;
    step->steps.len = tree.steps.len;
    step->steps.cap = tree.steps.cap;
}

typedef struct Pairing {
    PlArena *arena;
    StepVec first, last;
    PL_VEC(PlStr) said; /* by `first` */
    PlPlan *plan;       /* that gets the places of what has moved; NULL: none is wanted */
    PlStep *differs;    /* of `first`, the first that `last` does not have; NULL: none */
} Pairing;

static Pairing pair(PlArena *arena, const PlPlan *first, const PlPlan *last)
{
    Pairing p = {.arena = arena};
    collect(arena, &p.first, first->steps.items, first->steps.len);
    collect(arena, &p.last, last->steps.items, last->steps.len);
    for (uint32_t i = 0; i < p.first.len; i++) pl_vec_push(arena, &p.said, said_by(arena, p.first.items[i]));
    return p;
}

/* Walks both in order. With `merge`, steps of `last` that say what one of `first` says stand as that one; the others at its place. */
static void walk(Pairing *p, bool merge)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->last.len; i++) {
        PlStep *step = p->last.items[i];
        PlStr said = said_by(p->arena, step);
        uint32_t same = at;
        while (same < p->first.len && same < at + AHEAD && !pl_str_eq(p->said.items[same], said)) same++;
        bool found = same < p->first.len && same < at + AHEAD;
        PlStep *old = p->first.len ? p->first.items[found ? same : at < p->first.len ? at : p->first.len - 1] : NULL;
        if (!p->differs && (!found || same > at)) p->differs = p->first.len ? p->first.items[at < p->first.len ? at : p->first.len - 1] : NULL;
        if (merge && found)
            stand_as(step, old);
        else if (merge && old) {
            pl_vec_push(p->arena, &p->plan->moved, (PlMoved){step->span, old->span});
            step->span = old->span, step->marker = old->marker;
        }
        if (found) at = same + 1;
    }
}

static PlPlan *merged(PlSyntax *syntax, PlPlan *first, PlPlan *last)
{
    PlArena *arena = syntax->arena;
    Pairing p = pair(arena, first, last);
    p.plan = last;
    walk(&p, true);
    last->tidied = last->source;
    last->source = first->source;
    if (pl_str_eq(text_of(arena, first, pl_ast_dump_head), text_of(arena, last, pl_ast_dump_head))) {
        PlPlan body = *last;
        *last = *first;
        last->moved.items = body.moved.items;
        last->moved.len = body.moved.len;
        last->moved.cap = body.moved.cap;
        last->tidied = body.tidied;
        last->steps.items = body.steps.items;
        last->steps.len = body.steps.len;
        last->steps.cap = body.steps.cap;
        last->step_count = body.step_count;
        last->last_comments.items = body.last_comments.items;
        last->last_comments.len = body.last_comments.len;
        last->last_comments.cap = body.last_comments.cap;
    }
    if (p.differs) PL_REPORT(syntax->diags, READ_AS_STEP, p.differs->span, "what it says when it is tidied (`pilotc fmt` shows that)");
    return last;
}

/* The words of the tidied text where they stand once in what a person wrote of that step; else the whole step. */
static PlSpan place_of(const PlSources *sources, const PlMoved *moved, PlSpan span)
{
    PlStr words = pl_str_slice(sources->all.items[span.source].text, span.start, span.end);
    PlStr text = pl_str_slice(sources->all.items[moved->written.source].text, moved->written.start, moved->written.end);
    size_t at = words.len ? pl_str_find(text, words, 0) : PL_STR_NONE;
    if (at == PL_STR_NONE || pl_str_find(text, words, at + 1) != PL_STR_NONE) return moved->written;
    uint32_t start = moved->written.start + (uint32_t)at;
    return (PlSpan){moved->written.source, start, start + (uint32_t)words.len};
}

PlSpan pl_steady_place(const PlSources *sources, const PlPlan *plan, PlSpan span)
{
    if (!plan->tidied || span.source != plan->tidied) return span;
    for (uint32_t i = 0; i < plan->moved.len; i++) {
        const PlMoved *moved = &plan->moved.items[i];
        if (span.start >= moved->tidied.start && span.end <= moved->tidied.end) return place_of(sources, moved, span);
    }
    return span;
}

/* ---- reading what was printed ---- */

static bool is_steady(PlSyntax *syntax, const PlPlan *plan, PlStr printed)
{
    PlSources sources;
    PlDiags diags;
    PlArena *arena = syntax->arena;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    const PlPlan *again = pl_parse_once(arena, &diags, pl_sources_add(&sources, PL_STR(""), printed), syntax->phrases, true);
    return diags.errors == 0 && diags.questions <= syntax->diags->questions && pl_str_eq(text_of(arena, again, pl_print_plan), printed) &&
           pl_str_eq(text_of(arena, again, pl_ast_dump), text_of(arena, plan, pl_ast_dump));
}

static void keep_questions(PlDiags *diags, const PlDiags *found)
{
    for (uint32_t i = 0; i < found->all.len; i++)
        if (found->all.items[i]->severity == PL_SEV_QUESTION) pl_diags_keep(diags, found->all.items[i]);
}

/* `said`: what reading `last` gave. */
static PlPlan *unsteady(PlSyntax *syntax, PlPlan *first, const PlPlan *last, const PlDiags *said)
{
    Pairing p = pair(syntax->arena, first, last);
    walk(&p, false);
    PlSpan at = p.differs ? p.differs->span : first->steps.len ? first->steps.items[0]->span : (PlSpan){first->source, 0, 0};
    PlDiag *d = PL_REPORT0(syntax->diags, UNSTEADY, at);
    for (uint32_t i = 0; i < said->all.len; i++) {
        const PlDiag *reason = said->all.items[i];
        if (reason->severity != PL_SEV_ERROR) continue;
        pl_diag_related(syntax->diags, d, reason->span, "tidied: " PL_FMT, PL_ARG(reason->message));
        break;
    }
    pl_diag_help(syntax->diags, d, "say it in plainer words, or as one of the forms of the language");
    return first;
}

PlPlan *pl_steady_plan(PlSyntax *syntax, PlPlan *plan)
{
    PlArena *arena = syntax->arena;
    PlSources *sources = syntax->diags->sources;
    const PlSource *source = &sources->all.items[plan->source];
    PlArenaMark mark = pl_arena_mark(arena);
    PlStr printed = text_of(arena, plan, pl_print_plan);
    bool steady = pl_str_eq(printed, source->text) || is_steady(syntax, plan, printed);
    pl_arena_rewind(arena, mark);
    if (steady) return plan;
    printed = text_of(arena, plan, pl_print_plan);
    PlStr name = pl_arena_printf(arena, PL_FMT " (tidied)", PL_ARG(source->name));
    uint32_t id = pl_sources_add(sources, name, printed);
    PlPlan *again = NULL;
    PlDiags said;
    for (int round = 0; round < ROUNDS; round++) {
        sources->all.items[id] = (PlSource){.name = name, .text = printed};
        pl_diags_init(&said, arena, sources);
        again = pl_parse_once(arena, &said, id, syntax->phrases, false);
        if (said.errors) break;
        PlStr next = text_of(arena, again, pl_print_plan);
        if (pl_str_eq(next, printed)) return keep_questions(syntax->diags, &said), merged(syntax, plan, again);
        printed = next;
    }
    return unsteady(syntax, plan, again, &said);
}

/* ---- the exact plan ---- */

/* The words before a call say nothing to it: they are what they read as, or a comment where they keep the call from being read. */
static bool mend_words(PlArena *arena, PlStep *step, const PlStep *again)
{
    if (step->kind != PL_STEP_ACTION || !step->prose.len) return false;
    bool same = again && again->kind == PL_STEP_ACTION && pl_str_eq(again->action, step->action) && pl_str_eq(again->plugin, step->plugin);
    if (same && pl_str_eq(again->prose, step->prose)) return false;
    if (!same) pl_vec_push(arena, &step->comments, (PlComment){PL_NO_SPAN, pl_arena_printf(arena, "# " PL_FMT, PL_ARG(step->prose))});
    step->prose = same ? pl_arena_str(arena, again->prose) : PL_STR("");
    return true;
}

bool pl_steady_exact(PlArena *arena, PlDiags *diags, PlPlan *plan)
{
    PlStep *differs = NULL;
    for (int round = 0; round < EXACT_ROUNDS; round++) {
        PlArenaMark mark = pl_arena_mark(arena);
        PlSources sources;
        PlDiags said;
        pl_sources_init(&sources, arena);
        pl_diags_init(&said, arena, &sources);
        PlStr printed = text_of(arena, plan, pl_print_plan);
        if (!plan->tidied && pl_str_eq(printed, diags->sources->all.items[plan->source].text)) return true; /* it is what was read */
        const PlPlan *again = pl_parse_once(arena, &said, pl_sources_add(&sources, PL_STR(""), printed), pl_phrases_new(arena), true);
        if (!said.errors && pl_str_eq(text_of(arena, again, pl_print_plan), printed)) {
            pl_arena_rewind(arena, mark);
            return true;
        }
        StepVec steps = {0}, read = {0};
        collect(arena, &steps, plan->steps.items, plan->steps.len);
        collect(arena, &read, again->steps.items, again->steps.len);
        differs = NULL;
        for (uint32_t i = 0; i < steps.len && !differs; i++)
            if (mend_words(arena, steps.items[i], i < read.len ? read.items[i] : NULL)) differs = steps.items[i];
        if (!differs) break;
    }
    PlSpan at = differs ? differs->span : plan->steps.len ? plan->steps.items[0]->span : (PlSpan){plan->source, 0, 0};
    PL_REPORT0(diags, UNSTEADY, at);
    return false;
}
