/* SPDX-License-Identifier: MIT */
/* "Retry step 4 up to 3 times", "Retry the request at most 2 times if it fails": a step that says of a call before it what a clause of that call
 * says. The call gets the clause and the step goes. A step that speaks of several steps, or of one that is no call, stays and is asked for. */
#include "compiler/syntax/lines.h"
#include "compiler/syntax/phrase.h"
#include "compiler/syntax/steps.h"

typedef struct Retry {
    PlStr number; /* of the step, empty: the one before */
    int64_t times;
} Retry;

static PlStr rest_of(PlStr s, size_t at)
{
    return pl_str_trim(pl_str_slice(s, at, s.len));
}

/* Behind one of the words, or where it was. */
static bool over(PlStr *s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PlStr word = pl_str_z(words[i]);
        if (s->len < word.len || !pl_str_eq_nocase(pl_str_slice(*s, 0, word.len), word)) continue;
        if (s->len > word.len && pl_phrase_word_char(s->ptr[word.len])) continue;
        *s = rest_of(*s, word.len);
        return true;
    }
    return false;
}
#define OVER(s, words) over((s), (words), sizeof(words) / sizeof *(words))

static PlStr number_of(PlStr *s)
{
    size_t end = 0;
    while (end < s->len && ((s->ptr[end] >= '0' && s->ptr[end] <= '9') || (s->ptr[end] == '.' && end + 1 < s->len && s->ptr[end + 1] != ' '))) end++;
    PlStr number = pl_str_slice(*s, 0, end);
    *s = rest_of(*s, end);
    return number;
}

static bool read_retry(PlStr s, Retry *out)
{
    static const char *const verbs[] = {"retry", "try again", "repeat"};
    static const char *const steps[] = {"step"};
    static const char *const before[] = {"it", "the request", "the call", "this step", "that step", "the previous step", "this request",
                                         "the operation", "the step above", "the last step"};
    static const char *const most[] = {"up to", "at most", "a maximum of", "max", "for up to", "no more than"};
    static const char *const times[] = {"times", "more times", "time", "attempts"};
    static const char *const ends[] = {"if it fails", "on failure", "if it failed", "on error", "before giving up", "in case of failure", "if that fails"};
    static const struct {
        const char *word;
        int64_t times;
    } words[] = {{"once", 1}, {"twice", 2}, {"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}};
    bool retries = pl_str_starts(s, PL_STR("Retry")) || pl_str_starts(s, PL_STR("retry"));
    if (!OVER(&s, verbs)) return false;
    if (OVER(&s, steps)) out->number = number_of(&s);
    else if (!OVER(&s, before) || !retries) return false;
    bool bounded = OVER(&s, most), counted = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !counted; i++) {
        const char *const word[] = {words[i].word};
        if ((counted = OVER(&s, word))) out->times = words[i].times;
    }
    for (PlStr digits = counted ? PL_STR("") : number_of(&s); digits.len; digits = pl_str_slice(digits, 1, digits.len)) {
        if (digits.ptr[0] < '0' || digits.ptr[0] > '9' || out->times > 1000) return false;
        out->times = out->times * 10 + digits.ptr[0] - '0';
        counted = true;
    }
    (void)OVER(&s, times);
    (void)OVER(&s, ends);
    return counted && out->times > 0 && (bounded || retries) && (s.len == 0 || pl_str_eq_z(s, "."));
}

static PlStep *step_called(PlStep *const *steps, uint32_t count, PlStr number)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStr written = pl_str_trim(steps[i]->written);
        while (written.len && strchr(".)", written.ptr[written.len - 1])) written.len--;
        if (pl_str_eq(written, number)) return steps[i];
        PlStep *found = step_called(steps[i]->steps.items, steps[i]->steps.len, number);
        if (found) return found;
    }
    return NULL;
}

static bool take_retry(PlSyntax *syntax, PlStep *step, PlStep *before)
{
    Retry retry = {.number = PL_STR("")};
    bool plain = step->kind == PL_STEP_PROSE && !step->steps.len && !step->clauses.len && !step->bind.len && step->form == PL_FORM_NONE;
    if (!plain || !read_retry(step->prose, &retry)) return false;
    PlStep *call = retry.number.len ? step_called(syntax->plan->steps.items, syntax->plan->steps.len, retry.number) : before;
    if (!call || call == step || (call->kind != PL_STEP_ACTION && call->kind != PL_STEP_PROSE)) return false;
    for (uint32_t i = 0; i < call->clauses.len; i++)
        if (call->clauses.items[i].kind == PL_CLAUSE_RETRY) return false;
    PlClause clause = {.kind = PL_CLAUSE_RETRY, .span = step->prose_span};
    clause.count = pl_expr_new(syntax->arena, PL_EXPR_LITERAL, step->prose_span);
    clause.count->literal = (PlLiteral){.kind = PL_LIT_INT, .as.integer = retry.times};
    pl_vec_push(syntax->arena, &call->clauses, clause);
    for (uint32_t i = 0; i < step->comments.len; i++) pl_vec_push(syntax->arena, &call->comments, step->comments.items[i]);
    PL_REPORT(syntax->diags, READ_AS_STEP, step->span, "the clause `retry N times` of the call");
    return true;
}

void pl_shape_retries(PlSyntax *syntax, PlStep ***items, uint32_t *len)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *len; i++) {
        PlStep *step = (*items)[i];
        pl_shape_retries(syntax, &step->steps.items, &step->steps.len);
        if (!take_retry(syntax, step, kept ? (*items)[kept - 1] : NULL)) (*items)[kept++] = step;
    }
    *len = kept;
}
