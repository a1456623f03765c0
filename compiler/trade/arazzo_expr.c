/* SPDX-License-Identifier: MIT */
/* Runtime expressions (Arazzo 1.0.1 section 4.7) as expressions of a plan, with their types. `$response.body#/a/b` is
 * the step's own result; an output of another step is the expression that this step's `outputs` has for it, so nothing
 * is stored that nobody asked for. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/syntax/phrase.h"

enum { DEEPEST = 16 }; /* outputs that name outputs */

/* ---- pointers ---- */

static PlStr unescape(PlArena *arena, PlStr token)
{
    if (pl_str_find_char(token, '~', 0) == PL_STR_NONE) return token;
    char *out = pl_arena_alloc(arena, token.len, 1);
    size_t n = 0;
    for (size_t i = 0; i < token.len; i++) {
        bool pair = token.ptr[i] == '~' && i + 1 < token.len;
        out[n++] = !pair ? token.ptr[i] : token.ptr[++i] == '1' ? '/' : '~';
    }
    return pl_str(out, n);
}

/* The type at `token` of a type; PL_TYPE_NONE when it has no such place. */
static PlTypeId type_at(PlArazzo *a, PlTypeId type, PlStr token, bool *index)
{
    const PlType *t = pl_type(a->types, type);
    int64_t n;
    bool number = pl_str_to_int(token, &n) && n >= 0;
    switch (t->kind) {
    case PL_TYPE_ANY: *index = number; return PL_T_ANY;
    case PL_TYPE_LIST: *index = true; return number || pl_str_eq_z(token, "-") ? t->elem : PL_TYPE_NONE;
    case PL_TYPE_RECORD: {
        const PlField *field = pl_type_field(a->types, type, token);
        if (field) return field->type;
        if (t->rest != PL_TYPE_NONE) return t->rest;
        return t->count == 0 && !t->closed ? PL_T_ANY : PL_TYPE_NONE;
    }
    case PL_TYPE_UNION: {
        PlTypeId found[64];
        uint32_t count = 0;
        for (uint32_t i = 0; i < t->count && count < 64; i++) {
            PlTypeId of = t->members[i] == PL_T_NOTHING ? PL_TYPE_NONE : type_at(a, t->members[i], token, index);
            if (of != PL_TYPE_NONE) found[count++] = of;
        }
        return count ? pl_type_union(a->types, found, count) : PL_TYPE_NONE;
    }
    default: return PL_TYPE_NONE;
    }
}

static bool plain(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!pl_phrase_word_char(s.ptr[i]) || (i == 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9')) return false;
    return s.len > 0;
}

static PlExpr *place(PlArazzo *a, PlExpr *of, PlStr token, bool index)
{
    int64_t n = 0;
    if (index && pl_str_to_int(token, &n)) return pl_arazzo_node_expr(a, PL_EXPR_INDEX, of, pl_arazzo_int_expr(a, n));
    if (!plain(token)) return pl_arazzo_node_expr(a, PL_EXPR_INDEX, of, pl_arazzo_text_expr(a, token));
    PlExpr *field = pl_arazzo_node_expr(a, PL_EXPR_FIELD, of, NULL);
    field->text = token;
    return field;
}

PlArazzoValue pl_arazzo_pointer(PlArazzoFlow *f, PlArazzoValue at, PlStr pointer)
{
    PlArazzo *a = f->a;
    if (pl_str_eq_z(pointer, "/")) pointer = PL_STR(""); /* by habit: the whole */
    for (size_t i = 0; i < pointer.len && at.expr;) {
        size_t end = pl_str_find_char(pointer, '/', i + 1);
        if (end == PL_STR_NONE) end = pointer.len;
        PlStr token = unescape(a->arena, pl_str_slice(pointer, i + (pointer.ptr[i] == '/'), end));
        bool index = false;
        PlTypeId type = type_at(a, at.type, token, &index);
        if (type == PL_TYPE_NONE || at.expr->depth >= 40) return (PlArazzoValue){.type = PL_T_ANY};
        at = (PlArazzoValue){.expr = place(a, at.expr, token, index), .type = type};
        i = end;
    }
    return at;
}

/* ---- sources of values ---- */

static PlArazzoValue unknown(void)
{
    return (PlArazzoValue){.type = PL_T_ANY};
}

static PlArazzoValue bad(PlArazzoFlow *f, PlStr text, PlSpan span)
{
    PL_REPORT(f->a->diags, ARAZZO_EXPRESSION, span, PL_ARG(text));
    return unknown();
}

/* `name` up to '#', and what stands behind it. */
static PlStr split_pointer(PlStr text, PlStr *pointer)
{
    size_t hash = pl_str_find_char(text, '#', 0);
    *pointer = hash == PL_STR_NONE ? PL_STR("") : pl_str_slice(text, hash + 1, text.len);
    return pl_str_slice(text, 0, hash);
}

/* "name.a[0]" from `dot` on as "/a/0", said. */
static PlStr path_of(PlArazzoFlow *f, PlStr name, size_t dot, PlSpan span)
{
    char *path = pl_arena_alloc(f->a->arena, name.len - dot + 1, 1);
    size_t len = 0;
    path[len++] = '/';
    for (size_t i = dot; i < name.len; i++) {
        char c = name.ptr[i];
        bool joint = c == '.' || c == '[' || c == ']';
        if (!joint)
            path[len++] = c;
        else if (path[len - 1] != '/' && i + 1 < name.len)
            path[len++] = '/';
    }
    PlStr pointer = pl_str(path, len), meant = pl_arena_printf(f->a->arena, PL_FMT "#" PL_FMT,
                                                               PL_ARG(pl_str_slice(name, 0, dot - 1)), PL_ARG(pointer));
    PL_REPORT(f->a->diags, ARAZZO_DOTTED, span, PL_ARG(name), PL_ARG(meant));
    return pointer;
}

static PlArazzoValue input(PlArazzoFlow *f, PlStr rest, PlSpan span)
{
    PlStr pointer, name = split_pointer(rest, &pointer);
    PlArazzoInput *in = pl_map_get(&f->by_input, name);
    for (size_t dot = name.len; !in && dot > 0; dot--) { /* "address.city": meant is a field of an input */
        if (name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '[') continue;
        in = pl_map_get(&f->by_input, pl_str_slice(name, 0, dot - 1));
        if (in) pointer = path_of(f, name, dot, span);
    }
    if (!in) {
        PL_REPORT(f->a->diags, ARAZZO_NAME, span, "input", PL_ARG(name));
        return unknown();
    }
    PlArazzoValue v = {pl_arazzo_name_expr(f->a, in->plan_name), in->declared, in};
    if (f->caller) v = (PlArazzoValue){in->given, in->given_type, NULL};
    if (!pointer.len || !v.expr) return v;
    v.input = NULL;
    if (v.type == PL_T_RECORD_ANY) v.type = PL_T_ANY;
    in->needed = true;
    PlArazzoValue at = pl_arazzo_pointer(f, v, pointer);
    if (!at.expr) PL_REPORT(f->a->diags, ARAZZO_NAME, span, "input", PL_ARG(name));
    return at;
}

static PlArazzoValue body(PlArazzoFlow *f, PlArazzoStep *step, PlStr pointer, PlSpan span)
{
    PlArazzo *a = f->a;
    PlArazzoValue whole = {.expr = pl_arazzo_name_expr(a, step->bind), .type = step->result};
    if (!step->action)
        return (PlArazzoValue){.expr = pl_arazzo_pointer(f, (PlArazzoValue){whole.expr, PL_T_ANY, NULL}, pointer).expr,
                               .type = PL_T_ANY};
    PlSpan there = pl_arazzo_responses_span(step, step->response);
    if (step->result == PL_T_NOTHING) {
        PlDiag *d = PL_REPORT(a->diags, ARAZZO_NO_RESPONSE, span, PL_ARG(step->operation));
        if (there.source != PL_NO_SOURCE) pl_diag_related(a->diags, d, there, "the response, without a body");
        return unknown();
    }
    PlArazzoValue at = pl_arazzo_pointer(f, whole, pointer);
    if (at.expr) return at;
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_POINTER, span, PL_ARG(step->operation), PL_ARG(pointer));
    PlStr words = pl_arazzo_type_words(a, step->result);
    if (there.source != PL_NO_SOURCE) pl_diag_related(a->diags, d, there, "the response is " PL_FMT, PL_ARG(words));
    return unknown();
}

static PlArazzoValue response(PlArazzoFlow *f, PlArazzoStep *step, PlStr text, PlStr rest, PlSpan span)
{
    PlStr pointer, what = split_pointer(rest, &pointer);
    if (pl_str_eq_z(what, "body")) return body(f, step, pointer, span);
    if (pl_str_starts(what, PL_STR("header."))) {
        PlStr name = pl_str_slice(what, 7, what.len);
        if (step->op && !pl_arazzo_has_header(step, name)) {
            PlDiag *d = PL_REPORT(f->a->diags, ARAZZO_HEADER, span, PL_ARG(step->operation), PL_ARG(name));
            PlSpan there = pl_arazzo_responses_span(step, NULL);
            if (there.source != PL_NO_SOURCE) pl_diag_related(f->a->diags, d, there, "the responses");
        }
        pl_arazzo_loss(f->a, span, PL_STR("headers of responses cannot be read in a plan"));
        return unknown();
    }
    PlArazzoValue v = bad(f, text, span);
    PlDiag *d = f->a->diags->all.len ? pl_vec_last(&f->a->diags->all) : NULL;
    bool headers = pl_str_starts(what, PL_STR("headers."));
    if (d && headers)
        pl_diag_help(f->a->diags, d, "write `$response.header." PL_FMT "`", PL_ARG(pl_str_slice(what, 8, what.len)));
    if (d && pl_str_starts(what, PL_STR("body.")))
        pl_diag_help(f->a->diags, d, "behind `$response.body` stands a JSON pointer, such as `#/id`");
    return v;
}

static PlArazzoValue expression(PlArazzoFlow *f, PlStr text, PlSpan span, unsigned level);

static PlArazzoValue output(PlArazzoFlow *f, PlArazzoStep *step, PlStr rest, PlSpan span, unsigned level)
{
    PlStr pointer, name = split_pointer(rest, &pointer);
    const PlNode *outputs = PL_GET(step->node, "outputs"), *node = pl_node_get(outputs, name);
    static const PlStr of_workflow = PL_STR_INIT("$outputs.");
    if (step->sub && (!node || pl_str_starts(pl_node_text(node), of_workflow))) {
        PlStr output_name = node ? pl_str_slice(pl_node_text(node), of_workflow.len, pl_node_text(node).len) : name;
        PlArazzoValue whole = pl_arazzo_run_output(f, step, output_name, span);
        return pointer.len && whole.expr ? pl_arazzo_pointer(f, whole, pointer) : whole;
    }
    for (size_t dot = name.len; !node && dot > 0; dot--) { /* "found.id": meant is a place in the output */
        if (name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '[') continue;
        node = pl_node_get(outputs, pl_str_slice(name, 0, dot - 1));
        if (node) pointer = path_of(f, name, dot, span);
    }
    if (!node) {
        PlDiag *d = PL_REPORT(f->a->diags, ARAZZO_NAME, span, "output", PL_ARG(name));
        pl_diag_related(f->a->diags, d, pl_node_span(outputs ? outputs : PL_GET(step->node, "stepId")),
                        "the outputs of this step");
        return unknown();
    }
    if (!pl_str_starts(pl_node_text(node), PL_STR("$"))) return pl_arazzo_value(f, node);
    PlArazzoStep *current = f->current;
    PlDiags quiet, *diags = f->a->diags; /* what is wrong with the output is said where it stands */
    pl_diags_init(&quiet, f->a->arena, diags->sources);
    f->current = step;
    f->a->diags = &quiet;
    PlArazzoValue v = expression(f, pl_node_text(node), pl_node_span(node), level + 1);
    f->a->diags = diags;
    f->current = current;
    if (!pointer.len || !v.expr) return v;
    PlArazzoValue at = pl_arazzo_pointer(f, v, pointer);
    if (at.expr) return at;
    PlDiag *d = PL_REPORT(f->a->diags, ARAZZO_POINTER, span, PL_ARG(step->operation), PL_ARG(pointer));
    PlSpan there = pl_arazzo_responses_span(step, step->response);
    PlStr words = pl_arazzo_type_words(f->a, v.type);
    if (there.source != PL_NO_SOURCE) pl_diag_related(f->a->diags, d, there, "the output is " PL_FMT, PL_ARG(words));
    return at;
}

/* $steps.ID.outputs.NAME */
static PlArazzoValue of_step(PlArazzoFlow *f, PlStr text, PlStr rest, PlSpan span, unsigned level)
{
    static const PlStr word = PL_STR_INIT(".outputs.");
    size_t at = pl_str_find(rest, word, 0);
    if (at == PL_STR_NONE) return bad(f, text, span);
    PlStr id = pl_str_slice(rest, 0, at);
    PlArazzoStep *step = pl_map_get(&f->by_id, id);
    if (!step) {
        PL_REPORT(f->a->diags, ARAZZO_NAME, span, "step", PL_ARG(id));
        return unknown();
    }
    if (!step->done && step != f->current) {
        PlDiag *d = PL_REPORT(f->a->diags, ARAZZO_LATER, span, PL_ARG(id));
        pl_diag_related(f->a->diags, d, pl_node_span(PL_GET(step->node, "stepId")), "the step");
        return unknown();
    }
    return output(f, step, pl_str_slice(rest, at + word.len, rest.len), span, level);
}

static PlArazzoValue constant(PlArazzoFlow *f, PlStr text)
{
    return (PlArazzoValue){.expr = pl_arazzo_text_expr(f->a, text), .type = PL_T_TEXT};
}

static PlArazzoValue expression(PlArazzoFlow *f, PlStr text, PlSpan span, unsigned level)
{
    static const PlStr inputs = PL_STR_INIT("$inputs."), steps = PL_STR_INIT("$steps."),
                       answer = PL_STR_INIT("$response.");
    PlArazzoStep *step = f->current;
    if (level > DEEPEST) return bad(f, text, span);
    if (pl_str_starts(text, inputs)) return input(f, pl_str_slice(text, inputs.len, text.len), span);
    if (pl_str_starts(text, steps)) return of_step(f, text, pl_str_slice(text, steps.len, text.len), span, level);
    if (pl_str_starts(text, answer) && step)
        return response(f, step, text, pl_str_slice(text, answer.len, text.len), span);
    if (pl_str_starts(text, PL_STR("$outputs.")) && step && step->sub)
        return pl_arazzo_run_output(f, step, pl_str_slice(text, 9, text.len), span);
    if (pl_str_eq_z(text, "$method") && step && step->op)
        return constant(f, pl_str_z(pl_method_name(step->op->method)));
    if (pl_str_eq_z(text, "$statusCode") && step) {
        int64_t status = step->response && step->response->low ? step->response->low : 200;
        return (PlArazzoValue){.expr = pl_arazzo_int_expr(f->a, status), .type = PL_T_INTEGER};
    }
    static const char *const no_counterpart[] = {
        "$url", "$self", "$request.", "$message.", "$workflows.", "$outputs.", "$sourceDescriptions.", "$components."};
    for (size_t i = 0; i < sizeof no_counterpart / sizeof *no_counterpart; i++) {
        if (!pl_str_starts(text, pl_str_z(no_counterpart[i]))) continue;
        pl_arazzo_loss(f->a, span,
                       pl_arena_printf(f->a->arena, "`" PL_FMT "` has no counterpart in a plan", PL_ARG(text)));
        return unknown();
    }
    return bad(f, text, span);
}

PlArazzoValue pl_arazzo_expression(PlArazzoFlow *f, PlStr text, PlSpan span)
{
    return expression(f, text, span, 0);
}

size_t pl_arazzo_expression_end(PlStr text, size_t at)
{
    size_t i = at + 1;
    bool pointer = false;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '#') pointer = true;
        bool word = pl_phrase_word_char(c) || c == '.' || c == '-' || c == '#' ||
                    (pointer && (c == '/' || c == '~' || c == '$' || c == ':'));
        if (!word) break;
    }
    while (i > at + 1 && text.ptr[i - 1] == '.') i--;
    return i;
}
