/* SPDX-License-Identifier: MIT */
/* Which words of a plan unread.c has to look at beyond the prose of a call: those that were ignored where a call that writes stands, and those that
 * would hold a call back. Invariant: what is found here only asks; it changes no step. */
#include "compiler/check/unread.h"
#include "compiler/syntax/noise.h"
#include "vm/base/utf8.h"

/* ---- refusals, approvals ---- */

static bool has(PlStr words, const char *part)
{
    return pl_str_find(words, pl_str_z(part), 0) != PL_STR_NONE;
}

static bool begins_with(PlStr words, const char *const *some, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) found |= pl_str_starts(words, pl_str_z(some[i]));
    return found;
}

/* A refusal, or somebody who has to agree first. */
bool pl_unread_holds_back(PlChecker *c, PlStr prose)
{
    static const char *const refusals[] = {"don't ", "don\xe2\x80\x99t ", "do not ", "never ", "avoid ", "skip ", "refrain "};
    static const char *const consents[] = {"approv", "permission", "confirm", "consent", "sign-off", "sign off", "go-ahead", "my ok", "agree"};
    static const char *const firsts[] = {"with ", "once ", "after ", "upon ", "if ", "pending ", "subject to ", "wait ", "when ", "on "};
    static const char *const places[] = {
        " then ", " before ", " once ", " after ", " upon ", " pending ", " subject to ", " with my ", " with the ", " and if "};
    static const char *const asks[] = {"ask ", "check with ", "consult "};
    PlBuf lower;
    bool consent = false, place = false;
    pl_buf_init(&lower, 0);
    pl_utf8_lower(&lower, prose);
    PlStr words = pl_arena_str(c->arena, pl_buf_str(&lower));
    pl_buf_deinit(&lower);
    for (size_t i = 0; i < sizeof consents / sizeof *consents; i++) consent |= has(words, consents[i]);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) place |= has(words, places[i]);
    bool asked = begins_with(words, asks, sizeof asks / sizeof *asks) && (place || has(words, " first"));
    bool first = place || begins_with(words, firsts, sizeof firsts / sizeof *firsts);
    return begins_with(words, refusals, sizeof refusals / sizeof *refusals) || (consent && first) || asked;
}

/* ---- words that were set aside ---- */

/* The innermost step whose own text holds the span. */
static PlStep *step_at(PlStep *const *steps, uint32_t count, PlSpan span)
{
    PlStep *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        PlStep *inside = step_at(steps[i]->steps.items, steps[i]->steps.len, span);
        PlSpan own = steps[i]->span;
        if (inside) found = inside;
        else if (own.source == span.source && own.start <= span.start && span.end <= own.end) found = steps[i];
    }
    return found;
}

/* The step itself, or the first one in its block, that writes. */
static PlStep *first_write(PlStep *step)
{
    PlStep *found = pl_unread_writes(step) ? step : NULL;
    for (uint32_t i = 0; i < step->steps.len && !found; i++) found = first_write(step->steps.items[i]);
    return found;
}

/* A heading became a comment of the first step below it; one that the plan wrote begins with its own sign. */
static const PlComment *heading_of(const PlChecker *c, const PlStep *step)
{
    const PlComment *found = NULL;
    for (uint32_t i = 0; i < step->comments.len; i++) {
        PlSpan at = step->comments.items[i].span;
        if (at.source == c->plan->source && c->diags->sources->all.items[at.source].text.ptr[at.start] != '#') found = &step->comments.items[i];
    }
    return found;
}

/* The last step of the block that writes: all that is read before it has been read for the heading. */
static void last_write(PlStep *step, PlStep **found)
{
    if (pl_unread_writes(step)) *found = step;
    for (uint32_t i = 0; i < step->steps.len; i++) last_write(step->steps.items[i], found);
}

static void weigh_headings(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlComment *heading = heading_of(c, steps[i]);
        PlStep *call = NULL;
        for (uint32_t k = i; heading && k < count && (k == i || !heading_of(c, steps[k])); k++) last_write(steps[k], &call);
        PlSpan at = heading ? heading->span : PL_NO_SPAN;
        PlStr said = call ? pl_str_slice(c->diags->sources->all.items[at.source].text, at.start, at.end) : PL_STR("");
        if (call && !pl_noise_refuses(said)) pl_unread_aside(c, call, said, at, true); /* a refusal is an error already */
        weigh_headings(c, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_unread_asides(PlChecker *c)
{
    weigh_headings(c, c->plan->steps.items, c->plan->steps.len);
    const PlDiags *diags = c->diags;
    PlSpan last = PL_NO_SPAN;
    for (uint32_t i = 0, count = diags->all.len; i < count; i++) {
        const PlDiag *d = diags->all.items[i];
        bool again = d->span.source == last.source && d->span.start == last.start;
        if (d->code != PL_D_DETAIL_IGNORED || d->span.source != c->plan->source || again) continue;
        last = d->span;
        PlStep *step = step_at(c->plan->steps.items, c->plan->steps.len, last), *call = step ? first_write(step) : NULL;
        if (!call) continue;
        PlStr text = pl_str_slice(diags->sources->all.items[last.source].text, last.start, last.end);
        pl_unread_aside(c, call, text, last, false);
    }
}
