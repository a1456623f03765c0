/* SPDX-License-Identifier: MIT */
/* Who is asked is asked for a reason: a condition on `yes` alone speaks of the answer before it, and a question whose answer nothing reads is an approval.
 * Invariant: no step behind a question is done whatever the answer is, unless the plan reads the answer and says so. */
#include "compiler/check/answer.h"

#include "compiler/check/expr.h"
#include "compiler/check/scope.h"

static const struct {
    bool yes;
    const char *words;
} answers[] = {
#define YES true
#define NO  false
#define PL_ANSWER(kind, words) {kind, words},
#include "grammar/answers.def"
#undef PL_ANSWER
#undef YES
#undef NO
};

enum { WORDS_MOST = 60 };

typedef struct Reader {
    PlChecker *c;
    PlStep *ask;   /* the last one */
    bool called;   /* something else that may be approved came after it */
    PlMap bound;   /* names that steps bind */
    PlMap asks;    /* name -> the Ask that binds it first */
} Reader;

/* "the answer is  Yes" -> "answer is yes"; false when it is longer than any answer. */
static bool plain_words(PlStr s, char out[WORDS_MOST + 1], size_t *len)
{
    size_t n = 0;
    s = pl_str_trim(s);
    if (s.len > WORDS_MOST) return false;
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
        if (strchr("*`\"'", ch)) continue;
        if (ch == '_' || ch == '\n' || ch == '\t') ch = ' ';
        if (ch == ' ' && (n == 0 || out[n - 1] == ' ')) continue;
        out[n++] = ch;
    }
    size_t from = 0;
    static const char *const first[] = {"the ", "your ", "their "};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (n > strlen(first[i]) && memcmp(out, first[i], strlen(first[i])) == 0) from = strlen(first[i]);
    memmove(out, out + from, n - from);
    *len = n - from;
    return *len > 0;
}

/* 1: yes, 0: no, -1: it speaks of something else. */
static int answer_in(PlChecker *c, const PlExpr *cond)
{
    char words[WORDS_MOST + 1];
    size_t len = 0;
    if (cond->span.source != c->plan->source || !plain_words(pl_words_source(c, cond->span), words, &len)) return -1;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (pl_str_eq(pl_str(words, len), pl_str_z(answers[i].words))) return answers[i].yes;
    return -1;
}

static bool is_yes_no(const PlStep *ask)
{
    return !ask->as_type || (ask->as_type->kind == PL_TE_NAME && pl_str_eq_z(ask->as_type->name, "yes/no"));
}

static void make_yes_no(PlChecker *c, PlStep *ask)
{
    if (ask->as_type) return;
    ask->as_type = PL_NEW(c->arena, PlTypeExpr);
    *ask->as_type = (PlTypeExpr){.kind = PL_TE_NAME, .name = PL_STR("yes/no"), .span = ask->span};
}

static PlStr free_name(Reader *r)
{
    PlStr name = PL_STR("approved");
    for (unsigned n = 2; n < 1000 && pl_map_find(&r->bound, name); n++) name = pl_arena_printf(r->c->arena, "approved_%u", n);
    pl_map_put(&r->bound, name, NULL);
    return name;
}

static void read_condition(Reader *r, PlStep *step)
{
    PlExpr **slot = &step->cond, *cond;
    while (*slot && (*slot)->kind == PL_EXPR_UNARY && (*slot)->op == PL_OPR_NOT && (*slot)->left->span.start == (*slot)->span.start)
        slot = &(*slot)->left; /* "Unless confirmed": the `not` is no word of it */
    cond = *slot;
    int says = r->ask && cond && is_yes_no(r->ask) ? answer_in(r->c, cond) : -1;
    bool literal = cond && cond->kind == PL_EXPR_LITERAL && cond->literal.kind == PL_LIT_YESNO;
    if (says < 0 || (r->called && !literal) || (cond->kind == PL_EXPR_NAME && pl_map_find(&r->bound, cond->text))) return;
    if (!r->ask->bind.len) r->ask->bind = free_name(r), r->ask->bind_span = r->ask->span;
    make_yes_no(r->c, r->ask);
    PlExpr *name = pl_expr_name_of(r->c, cond->span, r->ask->bind), *is = name;
    if (!says) {
        is = pl_expr_new(r->c->arena, PL_EXPR_UNARY, cond->span);
        is->op = PL_OPR_NOT;
        is->left = name;
    }
    PL_REPORT(r->c->diags, READ_AS, cond->span, PL_ARG(pl_words_source(r->c, cond->span)), PL_ARG(pl_words_expr(r->c, is)));
    *slot = is;
}

/* "What is the name?" asks for more than yes or no. */
static bool asks_what(const PlStep *ask)
{
    static const char *const words[] = {"what", "which", "who", "whom", "whose", "where", "when", "how", "why", "enter", "give", "choose", "pick", "select",
                                        "provide"};
    const PlExpr *text = ask->value;
    if (text && text->kind == PL_EXPR_TEXT && text->items.len) text = text->items.items[0];
    if (!text || text->kind != PL_EXPR_LITERAL || text->literal.kind != PL_LIT_TEXT) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        PlStr word = pl_str_z(words[i]), said = text->literal.as.text;
        bool begins = said.len > word.len && pl_str_eq_nocase(pl_str_slice(said, 0, word.len), word);
        if (begins && !((said.ptr[word.len] | 32) >= 'a' && (said.ptr[word.len] | 32) <= 'z')) return true;
    }
    return false;
}

static PlStep *ask_called(Reader *r, const PlExpr *x)
{
    PlStep *ask = x && x->kind == PL_EXPR_NAME ? pl_map_get(&r->asks, x->text) : NULL;
    return ask && !ask->as_type ? ask : NULL;
}

/* "If ok", "If ok is yes", "If not ok and ...": what was asked without a type is yes or no. */
static void type_by_condition(Reader *r, PlExpr *x)
{
    if (!x) return;
    PlStep *ask = ask_called(r, x);
    if (ask && !asks_what(ask)) make_yes_no(r->c, ask);
    if (x->kind == PL_EXPR_UNARY && x->op == PL_OPR_NOT) type_by_condition(r, x->left);
    if (x->kind != PL_EXPR_BINARY) return;
    if (x->op == PL_OPR_AND || x->op == PL_OPR_OR) {
        type_by_condition(r, x->left);
        type_by_condition(r, x->right);
    }
    bool yes = x->right && x->right->kind == PL_EXPR_LITERAL && x->right->literal.kind == PL_LIT_YESNO;
    ask = (x->op == PL_OPR_IS || x->op == PL_OPR_IS_NOT) && yes ? ask_called(r, x->left) : NULL;
    if (ask) make_yes_no(r->c, ask);
}

static void type_answers(Reader *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        type_by_condition(r, steps[i]->cond);
        type_answers(r, steps[i]->steps.items, steps[i]->steps.len);
    }
}

static void learn(Reader *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool first = steps[i]->kind == PL_STEP_ASK && steps[i]->bind.len && !pl_map_find(&r->bound, steps[i]->bind);
        if (first) pl_map_put(&r->asks, steps[i]->bind, NULL)->value.ptr = steps[i];
        if (steps[i]->bind.len) pl_map_put(&r->bound, steps[i]->bind, NULL);
        if (steps[i]->name.len) pl_map_put(&r->bound, steps[i]->name, NULL);
        learn(r, steps[i]->steps.items, steps[i]->steps.len);
    }
}

static void read_steps(Reader *r, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        if (step->kind == PL_STEP_IF || step->kind == PL_STEP_ELSE_IF) read_condition(r, step);
        if (step->kind == PL_STEP_ASK) r->ask = step, r->called = false;
        PlStep *ask = r->ask;
        bool called = r->called;
        read_steps(r, step->steps.items, step->steps.len);
        bool branch = step->kind == PL_STEP_IF || step->kind == PL_STEP_ELSE_IF || step->kind == PL_STEP_ELSE;
        if (branch) r->ask = ask, r->called = called; /* what a branch asked is not what the other is about */
        else if (step->steps.len) r->ask = NULL;
        r->called |= step->kind == PL_STEP_ACTION || step->kind == PL_STEP_APPROVE;
    }
}

void pl_answer_read(PlChecker *c)
{
    Reader r = {.c = c};
    pl_map_init(&r.bound, c->arena);
    pl_map_init(&r.asks, c->arena);
    for (uint32_t i = 0; i < c->plan->inputs.len; i++) pl_map_put(&r.bound, c->plan->inputs.items[i].name, NULL);
    learn(&r, c->plan->steps.items, c->plan->steps.len);
    type_answers(&r, c->plan->steps.items, c->plan->steps.len);
    read_steps(&r, c->plan->steps.items, c->plan->steps.len);
}

/* ---- answers that nothing reads ---- */

/* Other steps that give that name, which nothing reads, give none any more. False: one of them does nothing but that. */
static bool unbind_others(PlStep *const *steps, uint32_t count, const PlStep *ask, bool now)
{
    bool good = true;
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bool same = step != ask && ask->symbol && (step->symbol == ask->symbol || step->symbol2 == ask->symbol);
        if (same && (!step->bind.len || step->symbol2 == ask->symbol)) good = false;
        else if (same && now) step->bind = PL_STR(""), step->symbol = NULL;
        good &= unbind_others(step->steps.items, step->steps.len, ask, now);
    }
    return good;
}

/* Approve has no role: who is asked stands in the text. */
static void become_approve(PlChecker *c, PlStep *ask)
{
    PlExpr *text = ask->value;
    bool literal = text->kind == PL_EXPR_LITERAL && text->literal.kind == PL_LIT_TEXT;
    if (ask->role.len && !literal) return;
    if (!unbind_others(c->plan->steps.items, c->plan->steps.len, ask, false)) return;
    (void)unbind_others(c->plan->steps.items, c->plan->steps.len, ask, true);
    if (ask->role.len) text->literal.as.text = pl_arena_printf(c->arena, PL_FMT ": " PL_FMT, PL_ARG(ask->role), PL_ARG(text->literal.as.text));
    PlStr was = PL_STR("Ask");
    PlStr is = pl_arena_printf(c->arena, "Approve " PL_FMT, PL_ARG(pl_words_expr(c, text)));
    ask->kind = PL_STEP_APPROVE;
    ask->bind = ask->role = PL_STR("");
    ask->as_type = NULL;
    if (ask->symbol) ask->symbol->dropped = true;
    ask->symbol = NULL;
    ask->type = PL_T_YESNO;
    PL_REPORT(c->diags, READ_AS, ask->keyword.end > ask->keyword.start ? ask->keyword : ask->span, PL_ARG(was), PL_ARG(is));
}

static void approve(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bool read = step->symbol && c->infos.items[step->symbol->id].used;
        bool wants = step->as_type ? is_yes_no(step) : !step->bind.len;
        if (step->kind == PL_STEP_ASK && step->value && wants && !read) become_approve(c, step);
        approve(c, step->steps.items, step->steps.len);
    }
}

void pl_answer_approve(PlChecker *c)
{
    approve(c, c->plan->steps.items, c->plan->steps.len);
}
