/* SPDX-License-Identifier: MIT */
/* Which answer belongs to which question. spec/questions.md, "Keys". */
#include "compiler/ask/answer.h"

#include "vm/base/limits.h"

enum { MATCH_NONE, MATCH_PARAM, MATCH_STEP, MATCH_PART, MATCH_ID }; /* the larger wins */

/* "2.1" of "2.1/arg:to"; empty when the id has no step. */
static PlStr step_of(PlStr id)
{
    size_t slash = pl_str_find_char(id, '/', 0);
    return slash == PL_STR_NONE ? PL_STR("") : pl_str_slice(id, 0, slash);
}

static PlStr without_step_word(PlStr key)
{
    if (key.len > 5 && pl_str_eq_nocase(pl_str_slice(key, 0, 5), PL_STR("step "))) key = pl_str_trim(pl_str_slice(key, 5, key.len));
    while (key.len > 1 && (key.ptr[key.len - 1] == '.' || key.ptr[key.len - 1] == ')')) key.len--;
    return key;
}

static int match(PlStr key, const PlDiagAsk *ask)
{
    PlStr step = step_of(ask->id);
    key = pl_str_trim(key);
    if (pl_str_eq_nocase(key, ask->id)) return MATCH_ID;
    key = without_step_word(key);
    if (step.len && pl_str_eq(key, step)) return MATCH_STEP;
    bool below = key.len > step.len + 1 && step.len && pl_str_starts(key, step) && (key.ptr[step.len] == '/' || key.ptr[step.len] == '.');
    PlStr rest = below ? pl_str_slice(key, step.len + 1, key.len) : key;
    if (below && (pl_str_eq_nocase(rest, ask->param) || pl_str_eq_nocase(rest, pl_str_slice(ask->id, step.len + 1, ask->id.len)))) return MATCH_PART;
    if (below && ask->kind == PL_QUESTION_ACTION && pl_str_eq_nocase(rest, PL_STR("using"))) return MATCH_PART;
    return !below && ask->param.len && pl_str_eq_nocase(key, ask->param) ? MATCH_PARAM : MATCH_NONE;
}

/* An answer by step is for one question: another question of that step needs its own. */
static PlAnswer *answer_to(PlAnswers *answers, const PlDiagAsk *ask, int *how)
{
    PlAnswer *best = NULL;
    *how = MATCH_NONE;
    for (uint32_t i = 0; i < answers->all.len; i++) {
        PlAnswer *a = &answers->all.items[i];
        int m = a->wrong ? MATCH_NONE : match(a->key, ask);
        if (m == MATCH_NONE || m < *how || (m == MATCH_STEP && a->used)) continue;
        best = a; /* of equals the last counts, as in a map */
        *how = m;
    }
    return best;
}

/* The ids of the step's open questions, when an answer by its number could mean several; else empty. Which action comes first, whatever else is open. */
static PlStr rivals(PlSession *s, const PlDiag *question)
{
    PlStr list = PL_STR("");
    uint32_t at = 0, count = 0;
    if (question->ask.kind == PL_QUESTION_ACTION || question->ask.kind == PL_QUESTION_READING) return list;
    for (PlDiag *d; (d = pl_session_question(s, at, &at)); at++) {
        if (!pl_str_eq(step_of(d->ask.id), step_of(question->ask.id))) continue;
        list = pl_arena_printf(s->arena, PL_FMT "%s`" PL_FMT "`", PL_ARG(list), count++ ? ", " : "", PL_ARG(d->ask.id));
    }
    return count > 1 ? list : PL_STR("");
}

/* False when nothing more can be answered. */
static bool answer_next(PlSession *s, PlAnswers *answers, PlDiags *diags)
{
    uint32_t at = 0;
    int how;
    for (PlDiag *d; (d = pl_session_question(s, at, &at)); at++) {
        PlAnswer *a = answer_to(answers, &d->ask, &how);
        if (!a) continue;
        PlStr why, several = how == MATCH_STEP ? rivals(s, d) : PL_STR("");
        if (several.len) {
            a->wrong = true;
            PL_REPORT(diags, ANSWER_AMBIGUOUS, a->key_span, PL_ARG(a->key), PL_ARG(several));
            return true;
        }
        if (pl_answer_question(s, d, a->value, a->literal, &why)) {
            a->used++;
            return true;
        }
        a->wrong = true;
        PlDiag *bad = PL_REPORT(diags, BAD_ANSWER, a->value_span, PL_ARG(d->ask.id), PL_ARG(why));
        if (d->candidates.len) pl_diag_help(diags, bad, "for example `" PL_FMT "`", PL_ARG(d->candidates.items[0].value));
        return true;
    }
    return false;
}

void pl_answer_all(PlSession *session, PlAnswers *answers, PlDiags *diags)
{
    /* Each round uses an answer up or finds it wrong, but for one by parameter, which is used at most once a question. */
    uint32_t rounds = answers->all.len + PL_LIMIT_DIAGS * 4;
    while (rounds-- > 0 && answer_next(session, answers, diags)) {}
    for (uint32_t i = 0; i < answers->all.len; i++) {
        const PlAnswer *a = &answers->all.items[i];
        if (!a->used && !a->wrong) PL_REPORT(diags, UNUSED_ANSWER, a->key_span, PL_ARG(a->key));
    }
}
