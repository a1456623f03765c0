/* SPDX-License-Identifier: MIT */
/* Arguments of a call to parameters of its action: by exact name, by another spelling, by position; required ones that are missing are taken
 * from the one name in scope that fits, from the document's default, or asked for. Then each value is made usable as its parameter's type. */
#include "compiler/bind/bind.h"
#include "compiler/bind/lexicon.h"
#include "compiler/bind/said.h"

#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/syntax/parse.h"

#define NO_PARAM UINT32_MAX
enum { CANDIDATES = 5, MAX_STEMS = 12 };

static PlStr action_name(PlChecker *c, const PlAction *a)
{
    return pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(a->plugin), PL_ARG(a->name));
}

static PlStr param_words(PlChecker *c, const PlAction *a, const PlParam *p)
{
    return pl_arena_printf(c->arena, "`" PL_FMT "` of " PL_FMT, PL_ARG(p->name), PL_ARG(action_name(c, a)));
}

/* ---- names ---------------------------------------------------------------------------------------------------------------- */

static uint32_t find_param(const PlAction *a, PlStr name, bool *exact)
{
    uint32_t found = NO_PARAM;
    *exact = true;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (pl_str_eq(a->params[i].name, name)) return i;
    *exact = false;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (pl_str_eq(a->params[i].wire, name)) {
            if (found != NO_PARAM) return NO_PARAM;
            found = i;
        }
    for (uint32_t i = 0; i < a->param_count && found == NO_PARAM; i++) {
        if (!pl_words_same(a->params[i].name, name) && !pl_words_same(a->params[i].wire, name)) continue;
        for (uint32_t j = i + 1; j < a->param_count; j++)
            if (pl_words_same(a->params[j].name, name) || pl_words_same(a->params[j].wire, name)) return NO_PARAM;
        found = i;
    }
    return found;
}

/* The parameter that may be meant is not asked for as well: one cause, one message. */
static void report_unknown(PlChecker *c, const PlAction *a, const PlArgument *arg, bool *meant)
{
    PlStr *names = PL_NEW_N(c->arena, PlStr, a->param_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (!a->params[i].fixed && !pl_param_is_filled(&a->params[i])) names[count++] = a->params[i].name;
    PlStr near = pl_words_near(arg->name, names, count);
    PlDiag *d = PL_REPORT(c->diags, UNKNOWN_ARGUMENT, arg->span, PL_ARG(arg->name), PL_ARG(action_name(c, a)));
    if (count) pl_diag_label(c->diags, d, "its arguments: " PL_FMT, PL_ARG(pl_words_list(c, names, count, 12)));
    if (near.len) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_fix(c->diags, d, arg->span, near, false);
        for (uint32_t i = 0; i < a->param_count; i++) meant[i] |= pl_str_eq(a->params[i].name, near);
    } else if (!count) {
        pl_diag_help(c->diags, d, "it takes no arguments");
    }
}

/* ---- positions ------------------------------------------------------------------------------------------------------------ */

static uint32_t next_free(const PlAction *a, const bool *taken, bool required)
{
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        if (!taken[i] && !p->fixed && !p->is_key && !pl_param_is_filled(p) && p->required == required) return i;
    }
    return NO_PARAM;
}

/* Rule: a single record whose fields are all parameters is the arguments themselves, unless a parameter takes a record. */
static void spread_record(PlChecker *c, PlStep *step, const PlAction *a)
{
    if (step->args.len != 1 || step->args.items[0].name.len) return;
    PlExpr *x = step->args.items[0].value;
    if (x->kind != PL_EXPR_RECORD || x->fields.len == 0) return;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (a->params[i].whole_body) return;
    for (uint32_t i = 0; i < x->fields.len; i++) {
        bool exact;
        if (find_param(a, x->fields.items[i].name, &exact) == NO_PARAM) return;
    }
    PL_REPORT(c->diags, CALL_SPREAD, x->span, PL_ARG(action_name(c, a)));
    step->args.len = 0;
    for (uint32_t i = 0; i < x->fields.len; i++) {
        PlArgument arg = {
            .name = x->fields.items[i].name, .span = x->fields.items[i].span, .value = x->fields.items[i].value};
        pl_vec_push(c->arena, &step->args, arg);
    }
}

/* ---- which parameter ------------------------------------------------------------------------------------------------------ */

/* Words of a name, each as stem; words that say nothing of what is meant are left out. */
static uint32_t stems_of(PlChecker *c, PlStr name, PlStr out[MAX_STEMS])
{
    PlTokens tokens = {0};
    uint32_t n = 0;
    pl_token_name(c->arena, name, MAX_STEMS, &tokens);
    for (uint32_t i = 0; i < tokens.len; i++) {
        bool idle = pl_str_eq_z(tokens.items[i].word, "the") || pl_str_eq_z(tokens.items[i].word, "of");
        if (!idle) out[n++] = tokens.items[i].stem;
    }
    return n;
}

static bool has_stems(const PlStr *some, uint32_t n, const PlStr *of, uint32_t k)
{
    for (uint32_t i = 0; i < n; i++) {
        bool found = false;
        for (uint32_t j = 0; j < k; j++) found |= pl_str_eq(some[i], of[j]);
        if (!found) return false;
    }
    return n > 0;
}

/* Could a literal be the parameter's value? What is no literal is judged when it is typed. */
static bool may_be(PlChecker *c, const PlExpr *x, const PlParam *p)
{
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, p->type))->kind;
    if (x->kind == PL_EXPR_LIST) return kind == PL_TYPE_LIST || kind == PL_TYPE_ANY || kind == PL_TYPE_UNION;
    if (x->kind == PL_EXPR_RECORD) return kind == PL_TYPE_RECORD || kind == PL_TYPE_ANY || kind == PL_TYPE_UNION;
    if (x->kind != PL_EXPR_LITERAL) return true;
    bool number = x->literal.kind == PL_LIT_INT || x->literal.kind == PL_LIT_DOUBLE,
         yes = x->literal.kind == PL_LIT_YESNO;
    if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER) return number;
    if (kind == PL_TYPE_YESNO) return yes;
    if (kind == PL_TYPE_LIST || kind == PL_TYPE_RECORD) return false;
    return true;
}

/* Rule: the one parameter that is not given elsewhere, whose value this may be, and whose name has all words of this name or the other way
 * round: `subject_line` for `subject`, `channel` for `channel_id`. */
static uint32_t near_param(PlChecker *c, const PlStep *step, const PlAction *a, const PlArgument *arg)
{
    PlStr said[MAX_STEMS], has[MAX_STEMS];
    uint32_t n = stems_of(c, arg->name, said), found = NO_PARAM;
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        bool given = p->fixed || p->is_key || pl_param_is_filled(p) || p->whole_body;
        for (uint32_t k = 0; k < step->args.len; k++) given |= pl_words_same(step->args.items[k].name, p->name);
        if (given || !may_be(c, arg->value, p)) continue;
        uint32_t k = stems_of(c, p->name, has);
        if (!has_stems(said, n, has, k) && !has_stems(has, k, said, n)) continue;
        if (found != NO_PARAM) return NO_PARAM;
        found = i;
    }
    return found;
}

/* What the document says plans may call it. */
static uint32_t also_param(const PlAction *a, PlStr name)
{
    for (uint32_t i = 0; i < a->param_count; i++)
        for (uint32_t k = 0; k < a->params[i].also_count; k++)
            if (pl_words_same(a->params[i].also[k], name)) return i;
    return NO_PARAM;
}

static uint32_t place_named(PlChecker *c, const PlStep *step, const PlAction *a, PlArgument *arg, bool *meant)
{
    bool exact;
    uint32_t at = find_param(a, arg->name, &exact);
    if (at == NO_PARAM) at = also_param(a, arg->name);
    if (at == NO_PARAM) at = near_param(c, step, a, arg);
    if (at == NO_PARAM) {
        report_unknown(c, a, arg, meant);
        return NO_PARAM;
    }
    if (!exact) {
        PlDiag *d = PL_REPORT(c->diags, ARGUMENT_READ_AS, arg->span, PL_ARG(arg->name), PL_ARG(a->params[at].name));
        pl_words_exact(c, d, arg->span, arg->name, a->params[at].name);
        arg->name = a->params[at].name;
    }
    return at;
}

static uint32_t place_positional(PlChecker *c, const PlAction *a, PlArgument *arg, const bool *taken)
{
    uint32_t at = next_free(a, taken, true);
    if (at == NO_PARAM) at = next_free(a, taken, false);
    if (at == NO_PARAM) {
        PlDiag *d = PL_REPORT(c->diags, TOO_MANY_ARGUMENTS, arg->span, PL_ARG(action_name(c, a)));
        pl_diag_help(c->diags, d, "take the value away");
        return NO_PARAM;
    }
    PlDiag *d = PL_REPORT(c->diags, ARGUMENT_PLACED, arg->span, PL_ARG(a->params[at].name));
    PlSpan before = {arg->span.source, arg->span.start, arg->span.start};
    if (arg->span.source == c->plan->source && arg->span.end > arg->span.start)
        pl_diag_fix(c->diags, d, before, pl_arena_printf(c->arena, PL_FMT "=", PL_ARG(a->params[at].name)), true);
    arg->name = a->params[at].name;
    return at;
}

/* Named arguments first, then those by position; what has no place is dropped after its report. */
static void place_all(PlChecker *c, PlStep *step, const PlAction *a, bool *taken, bool *meant)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlArgument *arg = &step->args.items[i];
        arg->param = arg->name.len ? place_named(c, step, a, arg, meant) : NO_PARAM;
        if (arg->param == NO_PARAM) continue;
        if (taken[arg->param]) {
            PL_REPORT(c->diags, ARGUMENT_TWICE, arg->span, PL_ARG(arg->name));
            arg->param = NO_PARAM;
        } else {
            taken[arg->param] = true;
        }
    }
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlArgument arg = step->args.items[i];
        if (!arg.name.len) {
            arg.param = place_positional(c, a, &arg, taken);
            if (arg.param != NO_PARAM) taken[arg.param] = true;
        }
        if (arg.param != NO_PARAM && a->params[arg.param].fixed) {
            PlDiag *d = PL_REPORT(c->diags, ARGUMENT_FIXED, arg.span, PL_ARG(arg.name));
            pl_diag_help(c->diags, d, "leave `%.*s` out", PL_ARG(arg.name));
            arg.param = NO_PARAM;
        }
        if (arg.param == NO_PARAM)
            pl_expr_check(c, &arg.value, PL_TYPE_NONE);
        else
            step->args.items[kept++] = arg;
    }
    step->args.len = kept;
}

/* ---- values --------------------------------------------------------------------------------------------------------------- */

/* An argument that is not required may be nothing: then it is not sent. */
static PlTypeId wanted_type(PlChecker *c, const PlParam *p)
{
    return p->required ? p->type : pl_type_or_nothing(c->types, p->type);
}

static void check_values(PlChecker *c, PlStep *step, const PlAction *a)
{
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlArgument *arg = &step->args.items[i];
        const PlParam *p = &a->params[arg->param];
        pl_expr_want(c, &arg->value, wanted_type(c, p), param_words(c, a, p));
    }
}

/* ---- what is missing ------------------------------------------------------------------------------------------------------ */

static void add_argument(PlChecker *c, PlStep *step, const PlAction *a, uint32_t param, PlExpr *value)
{
    PlArgument arg = {.name = a->params[param].name, .span = value->span, .value = value, .param = param};
    pl_vec_push(c->arena, &step->args, arg);
    pl_expr_want(c, &pl_vec_last(&step->args).value, a->params[param].type, param_words(c, a, &a->params[param]));
}

static bool is_usable(PlChecker *c, const PlSymbol *symbol, PlTypeId type)
{
    PlVar var = pl_flow_var(c, symbol);
    if (var.bound != PL_BOUND_YES || var.type == c->empty_list) return false;
    return pl_usable(c->arena, c->types, var.type, type, NULL) != PL_USABLE_NO;
}

/* The one visible name that is spelled like the parameter and whose type fits. */
static PlSymbol *fitting_name(PlChecker *c, const PlParam *p)
{
    PlSymbol *found = NULL;
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        PlSymbol *s = c->symbols.items[i];
        if (s->kind == PL_SYM_NOW || pl_scope_find(c, s->name) != s) continue;
        if (!pl_words_same(s->name, p->name) && !pl_words_same(s->name, p->wire)) continue;
        if (!is_usable(c, s, p->type)) continue;
        if (found) return NULL;
        found = s;
    }
    return found;
}

/* Rule: the candidates are the names in scope whose type fits without a check, the nearest spelling first. */
static void ask_argument(PlChecker *c, PlStep *step, const PlAction *a, uint32_t param)
{
    const PlParam *p = &a->params[param];
    PlDiag *d = PL_REPORT(c->diags, WHICH_ARGUMENT, step->action_span, PL_ARG(p->name), PL_ARG(action_name(c, a)));
    pl_ask_argument(c, d, step, p->name);
    pl_diag_label(c->diags, d, "%.*s: %.*s", PL_ARG(p->name), PL_ARG(pl_words_type(c, p->type)));
    pl_diag_help(c->diags, d, "add `%.*s=...`", PL_ARG(p->name));
    uint32_t given = 0;
    for (unsigned most = 2; most <= 64 && given < CANDIDATES; most = most == 2 ? 64 : 65)
        for (uint32_t i = 0; i < c->symbols.len && given < CANDIDATES; i++) {
            PlSymbol *s = c->symbols.items[i];
            bool near = pl_str_distance(s->name, p->name, 2) <= 2;
            PlVar var = c->vars.items[i];
            if (s->kind == PL_SYM_NOW || near != (most == 2) || pl_scope_find(c, s->name) != s ||
                var.bound != PL_BOUND_YES)
                continue;
            if (var.type == c->empty_list || pl_usable(c->arena, c->types, var.type, p->type, NULL) != PL_USABLE_YES)
                continue;
            pl_diag_candidate(c->diags, d, s->name, pl_words_type(c, var.type));
            given++;
        }
    d->ask.wanted = pl_words_type(c, p->type);
    pl_ask_values(c, d, p->type);
    pl_ask_argument_input(c, d, step, p->name, p->type);
}

/* The argument that the step's words say, if they say one for sure. */
static bool add_said(PlChecker *c, PlStep *step, const PlAction *a, uint32_t param, PlSaidBefore *before)
{
    PlSaid said;
    if (!pl_said_find(c, step, a, param, before, &said)) return false;
    PlStr name = pl_arena_printf(c->arena, "<words of step " PL_FMT ">", PL_ARG(step->label));
    PlDiags quiet;
    pl_diags_init(&quiet, c->arena, c->diags->sources);
    PlExpr *value =
        pl_parse_expr(c->arena, &quiet, pl_sources_add(c->diags->sources, name, pl_arena_str(c->arena, said.expr)));
    if (!value || quiet.errors) return false;
    PlSpan span = step->prose_span;
    if (span.end >= span.start + said.at + said.words.len)
        span = (PlSpan){span.source, span.start + (uint32_t)said.at, span.start + (uint32_t)(said.at + said.words.len)};
    PL_REPORT(c->diags, ARGUMENT_SAID, span, PL_ARG(a->params[param].name), PL_ARG(said.words));
    add_argument(c, step, a, param, value);
    pl_vec_push(c->arena, &before->used, said.at);
    return before->taken[param] = true;
}

/* Why a field may be the value of a parameter: its record's name and its own spell the parameter's (`message_id` is `message.id`); it is the `id` of
 * the item of the loop around the step, and the action's path has the item's name before it; or both have the same name of several words
 * (`employee_id`). */
typedef enum Fit { FIT_SPELLED, FIT_SAME, FIT_COUNT } Fit;

static bool field_fits(PlChecker *c, const PlAction *a, const PlParam *p, const PlSymbol *s, PlField field, Fit how)
{
    if (pl_usable(c->arena, c->types, field.type, p->type, NULL) == PL_USABLE_NO) return false;
    if (how == FIT_SAME) return pl_words_same(field.name, p->name) && pl_str_find_char(p->name, '_', 0) != PL_STR_NONE;
    PlStr whole = pl_arena_printf(c->arena, PL_FMT "_" PL_FMT, PL_ARG(s->name), PL_ARG(field.name));
    bool item = p->place == PL_IN_PATH && pl_words_same(field.name, p->name) && pl_str_find(a->path, s->name, 0) != PL_STR_NONE;
    return pl_words_same(whole, p->name) || pl_words_same(whole, p->wire) || item;
}

/* The one field of a visible record that fits so; NULL: there is none, or several. */
static PlExpr *field_by(PlChecker *c, const PlAction *a, const PlParam *p, Fit how, PlStr *words, uint32_t *count)
{
    PlExpr *found = NULL;
    *count = 0;
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        PlSymbol *s = c->symbols.items[i];
        if (s->kind == PL_SYM_NOW || pl_scope_find(c, s->name) != s) continue;
        PlVar var = pl_flow_var(c, s);
        PlTypeId type = pl_type_without_nothing(c->types, var.type);
        if (var.bound != PL_BOUND_YES || pl_type(c->types, type)->kind != PL_TYPE_RECORD) continue;
        for (uint32_t f = 0; f < pl_type(c->types, type)->count; f++) {
            PlField field = pl_type(c->types, type)->fields[f];
            if (!field_fits(c, a, p, s, field, how)) continue;
            found = pl_expr_new(c->arena, PL_EXPR_FIELD, c->step->action_span);
            found->left = pl_expr_name_of(c, c->step->action_span, s->name);
            found->text = field.name;
            found->text_span = c->step->action_span;
            found->depth = 2;
            *words = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(s->name), PL_ARG(field.name));
            ++*count;
        }
    }
    return *count == 1 ? found : NULL;
}

static PlExpr *fitting_field(PlChecker *c, const PlAction *a, const PlParam *p, PlStr *words)
{
    PlExpr *found = NULL;
    uint32_t count = 0;
    for (int how = 0; how < FIT_COUNT && count == 0; how++) found = field_by(c, a, p, (Fit)how, words, &count);
    return found;
}

static void add_missing(PlChecker *c, PlStep *step, const PlAction *a, uint32_t param)
{
    const PlParam *p = &a->params[param];
    PlSymbol *name = fitting_name(c, p);
    if (name) {
        PL_REPORT(c->diags, ARGUMENT_FOUND, step->action_span, PL_ARG(p->name), PL_ARG(name->name));
        add_argument(c, step, a, param, pl_expr_name_of(c, step->action_span, name->name));
        return;
    }
    PlStr words;
    PlExpr *field = fitting_field(c, a, p, &words);
    if (field) {
        PL_REPORT(c->diags, ARGUMENT_FOUND, step->action_span, PL_ARG(p->name), PL_ARG(words));
        add_argument(c, step, a, param, field);
        return;
    }
    if (p->fills_prose && step->prose.len) {
        PlLiteral said = {.kind = PL_LIT_TEXT, .as.text = step->prose};
        PL_REPORT(c->diags, ARGUMENT_SAID, step->action_span, PL_ARG(p->name), PL_ARG(step->prose));
        add_argument(c, step, a, param, pl_expr_literal(c, step->action_span, said, PL_T_TEXT));
        return;
    }
    if (p->has_default && p->value.kind != PL_LIT_JSON) {
        PL_REPORT(c->diags, DEFAULT_GIVEN, step->action_span, PL_ARG(p->name));
        add_argument(c, step, a, param, pl_expr_literal(c, step->action_span, p->value, PL_T_ANY));
        return;
    }
    ask_argument(c, step, a, param);
}

void pl_bind_arguments(PlChecker *c, PlStep *step)
{
    const PlAction *a = step->bound;
    bool *taken = PL_NEW_N(c->arena, bool, a->param_count + 1), *meant = PL_NEW_N(c->arena, bool, a->param_count + 1);
    bool bare = step->args.len == 0;
    spread_record(c, step, a);
    place_all(c, step, a, taken, meant);
    check_values(c, step, a);
    PlSaidBefore before = {.taken = taken};
    for (uint32_t i = 0; i < a->param_count; i++)
        if (!taken[i] && (bare || a->params[i].required)) (void)add_said(c, step, a, i, &before);
    for (uint32_t i = 0; i < a->param_count; i++)
        if (a->params[i].required && !a->params[i].fixed && !a->params[i].is_key && !taken[i] && !meant[i])
            add_missing(c, step, a, i);
}
