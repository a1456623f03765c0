/* SPDX-License-Identifier: MIT */
/* What a step sends: parameters and body against what the operation takes, and both as arguments of a call. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/trade/dsl_internal.h"

enum { LONGEST_SHOWN = 60 };

typedef struct Call {
    PlArazzoFlow *f;
    PlArazzoStep *step;
    PlStep *out;
    const PlNode *body;
} Call;

static PlDiag *there(Call *c, PlDiag *d, PlSpan span, const char *words)
{
    if (span.source != PL_NO_SOURCE) pl_diag_related(c->f->a->diags, d, span, "%s", words);
    return d;
}

/* The step says something for it, whatever that is worth. */
static bool said(const Call *c, const PlParam *p)
{
    const PlNode *lists[] = {PL_GET(c->step->node, "parameters"), PL_GET(c->f->node, "parameters")};
    for (size_t l = 0; l < 2; l++) {
        for (uint32_t i = 0; pl_node_is(lists[l], PL_NODE_LIST) && i < lists[l]->count; i++) {
            const PlNode *node = pl_node_item(lists[l], i);
            if (PL_GET(node, "reference")) node = pl_arazzo_component(c->f->a, node, "parameters");
            PlStr name = pl_node_text(PL_GET(node, "name"));
            if (pl_str_eq(name, p->wire) || (p->place == PL_IN_HEADER && pl_str_eq_nocase(name, p->wire))) return true;
        }
    }
    return false;
}

static bool given(const Call *c, PlStr name)
{
    for (uint32_t i = 0; i < c->out->args.len; i++)
        if (pl_str_eq(c->out->args.items[i].name, name)) return true;
    return false;
}

static void add(Call *c, PlStr name, PlExpr *value)
{
    if (!given(c, name)) pl_vec_push(c->f->a->arena, &c->out->args, (PlArgument){.name = name, .value = value});
}

static PlPlace place_of(PlStr in)
{
    if (pl_str_eq_z(in, "path")) return PL_IN_PATH;
    if (pl_str_eq_z(in, "header")) return PL_IN_HEADER;
    if (pl_str_eq_z(in, "cookie")) return PL_IN_COOKIE;
    return PL_IN_QUERY;
}

static const PlParam *param(const PlArazzoStep *step, PlStr wire, int place)
{
    const PlAction *action = step->action;
    for (uint32_t i = 0; action && i < action->param_count; i++) {
        const PlParam *p = &action->params[i];
        bool header = p->place == PL_IN_HEADER && place == PL_IN_HEADER;
        bool same = header ? pl_str_eq_nocase(p->wire, wire) : pl_str_eq(p->wire, wire);
        if (same && !p->whole_body && (place < 0 || (int)p->place == place)) return p;
    }
    return NULL;
}

/* ---- types ---- */

static bool same_sort(const PlArazzo *a, PlTypeId declared, PlTypeId wanted)
{
    const PlType *d = pl_type(a->types, declared), *w = pl_type(a->types, wanted);
    if (declared == PL_T_ANY || wanted == PL_T_ANY || d->kind == w->kind || w->kind == PL_TYPE_ENUM) return true;
    if (w->kind == PL_TYPE_UNION) {
        for (uint32_t i = 0; i < w->count; i++)
            if (same_sort(a, declared, w->members[i])) return true;
        return false;
    }
    if (d->kind == PL_TYPE_TEXT)
        return w->kind == PL_TYPE_DATETIME || w->kind == PL_TYPE_DATE || w->kind == PL_TYPE_DURATION ||
               w->kind == PL_TYPE_FILE;
    return d->kind == PL_TYPE_INTEGER && w->kind == PL_TYPE_NUMBER;
}

/* An input that is given to a parameter as it is has that parameter's type. */
static void want(Call *c, PlArazzoInput *in, const PlParam *p, PlSpan span, PlSpan document)
{
    PlArazzo *a = c->f->a;
    in->needed = in->needed || p->required;
    PlTypeId type = pl_type_without_nothing(a->types, p->type);
    if (in->wanted == PL_TYPE_NONE)
        in->wanted = type;
    else if (!pl_type_equal(a->types, in->wanted, type))
        in->wanted = same_sort(a, in->wanted, type) ? in->wanted : PL_T_ANY;
    if (same_sort(a, in->declared, type)) return;
    PlStr declared = pl_arazzo_type_words(a, in->declared), wanted = pl_arazzo_type_words(a, type);
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_INPUT_TYPE, span, PL_ARG(in->name), PL_ARG(declared), PL_ARG(wanted));
    if (in->schema) pl_diag_related(a->diags, d, pl_node_span(in->schema), "the input");
    there(c, d, document, "what the document says");
}

/* A value as it stands in the workflow. */
static void fit_literal(Call *c, const PlNode *value, const PlParam *p, PlSpan document)
{
    PlArazzo *a = c->f->a;
    PlTypeId type;
    bool loose = p->place != PL_IN_BODY || c->step->action->body != PL_BODY_JSON;
    const PlNode *bad = pl_arazzo_misfit(a, p->type, value, loose, &type);
    if (!bad) return;
    PlStr wanted = pl_arazzo_type_words(a, type), found = pl_str_slice(pl_node_raw(bad, a->diags->sources), 0, LONGEST_SHOWN);
    if (bad->kind >= PL_NODE_LIST) found = bad->kind == PL_NODE_LIST ? PL_STR("a list") : PL_STR("an object");
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_TYPE, pl_node_span(bad), PL_ARG(p->wire), PL_ARG(wanted), PL_ARG(found));
    there(c, d, document, "what the document says");
}

static void fit(Call *c, const PlArazzoValue *v, const PlParam *p, const PlNode *value, PlSpan document)
{
    PlArazzo *a = c->f->a;
    PlSpan span = pl_node_span(value);
    bool wrong = pl_arazzo_is_structure(a, v->type) && pl_arazzo_is_scalar(a, p->type);
    if (wrong) {
        PlStr wanted = pl_arazzo_type_words(a, p->type), found = pl_arazzo_type_words(a, v->type);
        PlDiag *d = PL_REPORT(a->diags, ARAZZO_TYPE, span, PL_ARG(p->wire), PL_ARG(wanted), PL_ARG(found));
        there(c, d, document, "what the document says");
    } else if (v->input) {
        want(c, v->input, p, span, document);
    } else {
        fit_literal(c, value, p, document);
    }
}

/* ---- parameters ---- */

static void unknown_parameter(Call *c, PlStr name, PlStr in, const char *where, PlSpan span)
{
    PlArazzo *a = c->f->a;
    PlStr op = c->step->operation;
    if (*where) {
        PlDiag *d = PL_REPORT(a->diags, ARAZZO_PLACE, span, PL_ARG(name), where, pl_arena_str(a->arena, in).ptr);
        there(c, d, pl_arazzo_param_span(c->step, name), "the parameter");
        return;
    }
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_PARAM, span, PL_ARG(op), pl_arena_str(a->arena, in).ptr, PL_ARG(name));
    const PlParam *in_body = param(c->step, name, PL_IN_BODY);
    if (in_body) pl_diag_help(a->diags, d, "it is a field of the body");
    there(c, d, in_body ? pl_arazzo_body_span(c->step) : pl_arazzo_op_span(c->step),
          in_body ? "the body" : "the operation");
}

static void parameter(Call *c, const PlNode *node)
{
    PlArazzo *a = c->f->a;
    const PlNode *full = pl_arazzo_component(a, node, "parameters");
    if (!full) return;
    PlStr name = pl_node_text(PL_GET(full, "name")), in = pl_node_text(PL_GET(full, "in"));
    const PlNode *value = PL_GET(node, "value") ? PL_GET(node, "value") : PL_GET(full, "value");
    if (!value || !name.len) return;
    bool found = true;
    const char *where = c->step->op ? pl_arazzo_param_place(c->step, name, in, &found) : "";
    if (!found) unknown_parameter(c, name, in, where, pl_node_span(node));
    PlArazzoValue v = pl_arazzo_value(c->f, value);
    const PlParam *p = param(c->step, name, found ? (int)place_of(in) : -1);
    if (!c->step->action) {
        if (v.input) v.input->needed = true;
        if (v.expr) add(c, pl_dsl_name(a->arena, name), v.expr);
    } else if (p && !p->fixed) {
        fit(c, &v, p, value, pl_arazzo_param_span(c->step, name));
        if (v.expr) add(c, p->name, v.expr);
    }
}

static void parameters(Call *c, const PlNode *list)
{
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) parameter(c, pl_node_item(list, i));
}

static void missing(Call *c)
{
    PlArazzo *a = c->f->a;
    for (uint32_t i = 0; c->step->action && i < c->step->action->param_count; i++) {
        const PlParam *p = &c->step->action->params[i];
        if (!p->required || p->place == PL_IN_BODY || p->fixed || p->is_key || p->has_default || said(c, p)) continue;
        const PlNode *list = PL_GET(c->step->node, "parameters");
        PlSpan span = pl_node_span(list ? list : PL_GET(c->step->node, "stepId"));
        PlDiag *d = PL_REPORT(a->diags, ARAZZO_MISSING, span, pl_place_name(p->place), PL_ARG(p->wire),
                              PL_ARG(c->step->operation));
        there(c, d, pl_arazzo_param_span(c->step, p->wire), "the parameter");
    }
}

/* ---- bodies ---- */

static const PlParam *whole_body(const PlArazzoStep *step)
{
    for (uint32_t i = 0; step->action && i < step->action->param_count; i++)
        if (step->action->params[i].whole_body) return &step->action->params[i];
    return NULL;
}

static bool has_fields(const PlArazzoStep *step)
{
    for (uint32_t i = 0; step->action && i < step->action->param_count; i++)
        if (step->action->params[i].place == PL_IN_BODY && !step->action->params[i].whole_body) return true;
    return false;
}

static void field(Call *c, const PlPair *pair)
{
    PlArazzo *a = c->f->a;
    PlStr name = pl_pair_key(pair);
    PlArazzoValue v = pl_arazzo_value(c->f, &pair->value);
    const PlParam *p = param(c->step, name, PL_IN_BODY);
    if (p) {
        fit(c, &v, p, &pair->value, pl_arazzo_body_span(c->step));
        if (v.expr && !p->fixed) add(c, p->name, v.expr);
        return;
    }
    if (v.input) v.input->needed = true;
    if (!c->step->action) {
        if (v.expr) add(c, pl_dsl_name(a->arena, name), v.expr);
        return;
    }
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_FIELD, pl_pair_span(pair), PL_ARG(c->step->operation), PL_ARG(name));
    const PlParam *elsewhere = param(c->step, name, -1);
    if (elsewhere) pl_diag_help(a->diags, d, "it is a parameter in %s", pl_place_name(elsewhere->place));
    there(c, d, elsewhere ? pl_arazzo_param_span(c->step, name) : pl_arazzo_body_span(c->step),
          elsewhere ? "the parameter" : "the body");
}

static void missing_fields(Call *c, const PlNode *payload)
{
    for (uint32_t i = 0; c->step->action && i < c->step->action->param_count; i++) {
        const PlParam *p = &c->step->action->params[i];
        if (p->place != PL_IN_BODY || p->whole_body || !(p->required || p->undeclared) || p->fixed || p->has_default ||
            pl_node_pair(payload, p->wire))
            continue;
        PlDiag *d = PL_REPORT(c->f->a->diags, ARAZZO_FIELD_MISSING, pl_node_span(payload), PL_ARG(c->step->operation),
                              PL_ARG(p->wire));
        there(c, d, pl_arazzo_body_span(c->step), "the body");
    }
}

/* Fields of one value as the fields of the body: what a plan gives one by one. */
static void spread(Call *c, const PlArazzoValue *v)
{
    for (uint32_t i = 0; i < c->step->action->param_count; i++) {
        const PlParam *p = &c->step->action->params[i];
        if (p->place != PL_IN_BODY || p->fixed || given(c, p->name)) continue;
        bool record =
            pl_type(c->f->a->types, v->type)->kind == PL_TYPE_RECORD && v->type != PL_T_RECORD_ANY && !v->input;
        if (record && !pl_type_field(c->f->a->types, v->type, p->wire)) continue;
        PlStr pointer = pl_arena_printf(c->f->a->arena, "/" PL_FMT, PL_ARG(p->wire));
        PlArazzoValue at = pl_arazzo_pointer(c->f, (PlArazzoValue){v->expr, PL_T_ANY, NULL}, pointer);
        if (at.expr) add(c, p->name, at.expr);
    }
}

/* The type of an input that is a whole body. */
static PlTypeId body_record(Call *c)
{
    PlArazzo *a = c->f->a;
    const PlAction *action = c->step->action;
    PlField *fields = PL_NEW_N(a->arena, PlField, action->param_count + 1u);
    uint32_t count = 0;
    for (uint32_t i = 0; i < action->param_count; i++) {
        const PlParam *p = &action->params[i];
        if (p->place != PL_IN_BODY || p->fixed || p->whole_body) continue;
        fields[count++] = (PlField){.name = p->wire, .type = p->type, .required = p->required && !p->has_default};
    }
    return pl_type_record(a->types, fields, count, PL_TYPE_NONE, false, PL_STR(""));
}

static void whole(Call *c, const PlNode *payload)
{
    PlArazzoValue v = pl_arazzo_value(c->f, payload);
    const PlParam *p = whole_body(c->step);
    if (!v.expr) return;
    if (v.input) v.input->needed = true;
    if (p || !has_fields(c->step)) {
        if (p && v.input && v.input->wanted == PL_TYPE_NONE)
            v.input->wanted = pl_type_without_nothing(c->f->a->types, p->type);
        if (p || !c->step->action) add(c, p ? p->name : PL_STR("body"), v.expr);
        return;
    }
    if (!v.input && pl_arazzo_is_scalar(c->f->a, v.type)) { /* one text where the fields of an object are due */
        PlStr wanted = pl_arazzo_type_words(c->f->a, body_record(c)), found = pl_arazzo_type_words(c->f->a, v.type);
        PlDiag *d = PL_REPORT(c->f->a->diags, ARAZZO_TYPE, pl_node_span(payload), PL_ARG(PL_STR("body")), PL_ARG(wanted), PL_ARG(found));
        there(c, d, pl_arazzo_body_span(c->step), "the body");
        return;
    }
    if (v.input && v.input->wanted == PL_TYPE_NONE) v.input->wanted = body_record(c);
    spread(c, &v);
}

/* Arazzo 1.0.1 section 4.6.7: what stands at `target` is replaced. A field of the body is; deeper places are not. */
static void replace(Call *c, const PlNode *node)
{
    PlStr target = pl_node_text(PL_GET(node, "target"));
    const PlNode *value = PL_GET(node, "value");
    PlStr name = pl_str_slice(target, target.len && target.ptr[0] == '/' ? 1 : 0, target.len);
    const PlParam *p = param(c->step, name, PL_IN_BODY);
    PlArazzoValue v = value ? pl_arazzo_value(c->f, value) : (PlArazzoValue){0};
    if (v.input) v.input->needed = true;
    if (!p || !v.expr) {
        pl_arazzo_loss(c->f->a, pl_node_span(node),
                       PL_STR("a replacement below the first level of the body is left out"));
        return;
    }
    for (uint32_t i = 0; i < c->out->args.len; i++)
        if (pl_str_eq(c->out->args.items[i].name, p->name)) c->out->args.items[i].value = v.expr;
    add(c, p->name, v.expr);
}

static void body(Call *c)
{
    PlArazzo *a = c->f->a;
    const PlArazzoStep *step = c->step;
    const PlNode *type = PL_GET(c->body, "contentType"), *payload = PL_GET(c->body, "payload");
    PlSpan at = pl_node_span(type ? type : c->body);
    if (step->op && !pl_arazzo_has_body(step)) {
        there(c, PL_REPORT(a->diags, ARAZZO_BODY_NONE, at, PL_ARG(step->operation)), pl_arazzo_op_span(step),
              "the operation");
        if (payload) pl_arazzo_value(c->f, payload); /* its expressions are checked all the same */
        return;
    }
    if (step->op && type && !pl_arazzo_takes_media(step, pl_node_text(type))) {
        PlStr media = pl_node_text(type);
        there(c, PL_REPORT(a->diags, ARAZZO_MEDIA, at, PL_ARG(step->operation), PL_ARG(media)),
              pl_arazzo_body_span(step), "the body");
    }
    bool fields = pl_node_is(payload, PL_NODE_MAP) && (has_fields(step) || !step->action);
    for (uint32_t i = 0; fields && i < payload->count; i++)
        if (!(pl_node_at(payload, i)->value.flags & PL_NODE_SHADOWED)) field(c, pl_node_at(payload, i));
    const PlNode *replacements = PL_GET(c->body, "replacements");
    for (uint32_t i = 0; pl_node_is(replacements, PL_NODE_LIST) && i < replacements->count; i++)
        replace(c, pl_node_item(replacements, i));
    if (fields && !pl_node_count(replacements)) missing_fields(c, payload);
    if (!fields && payload) whole(c, payload);
}

void pl_arazzo_call(PlArazzoFlow *f, PlArazzoStep *step, PlStep *out)
{
    Call c = {f, step, out, PL_GET(step->node, "requestBody")};
    parameters(&c, PL_GET(step->node, "parameters"));
    parameters(&c, PL_GET(f->node, "parameters"));
    missing(&c);
    if (c.body) {
        body(&c);
    } else if (pl_arazzo_body_required(step)) {
        PlSpan at = pl_node_span(PL_GET(step->node, "stepId"));
        there(&c, PL_REPORT(f->a->diags, ARAZZO_BODY_MISSING, at, PL_ARG(step->operation)), pl_arazzo_body_span(step),
              "the body");
    }
}
