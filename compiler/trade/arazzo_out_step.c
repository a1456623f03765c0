/* SPDX-License-Identifier: MIT */
/* One call as an Arazzo step: operation, parameters, body, criteria, what follows success and failure, outputs. */
#include "compiler/trade/arazzo_out.h"

PlDiag *pl_out_lost(PlOut *o, PlSpan span, const char *what)
{
    return PL_REPORT(o->diags, TRADE_CANNOT_EMIT, span, what, "Arazzo");
}

/* "/pets/{id}" -> "~1pets~1{id}" */
static PlStr escaped(PlOut *o, PlStr path)
{
    char *z = pl_arena_alloc(o->arena, path.len * 2 + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        bool special = path.ptr[i] == '/' || path.ptr[i] == '~';
        if (special) z[len++] = '~';
        z[len++] = path.ptr[i] == '/' ? '1' : path.ptr[i] == '~' ? '0' : path.ptr[i];
    }
    return pl_str(z, len);
}

static void operation(PlOut *o, const PlAction *action)
{
    if (action->operation_id.len) {
        PlStr id = action->operation_id;
        if (o->several)
            id =
                pl_arena_printf(o->arena, "$sourceDescriptions." PL_FMT "." PL_FMT, PL_ARG(action->plugin), PL_ARG(id));
        pl_json_out_text(&o->json, "operationId", id);
        return;
    }
    char method[16];
    size_t n = 0;
    for (const char *z = pl_method_name(action->method); *z && n + 1 < sizeof method; z++)
        method[n++] = (char)(*z | 32);
    PlStr path = pl_arena_printf(o->arena, "{$sourceDescriptions." PL_FMT ".url}#/paths/" PL_FMT "/" PL_FMT,
                                 PL_ARG(action->plugin), PL_ARG(escaped(o, action->path)), PL_ARG(pl_str(method, n)));
    pl_json_out_text(&o->json, "operationPath", path);
}

static const PlParam *param_of(const PlStep *step, const PlArgument *arg)
{
    return step->bound && arg->param < step->bound->param_count ? &step->bound->params[arg->param] : NULL;
}

static void parameters(PlOut *o, const PlStep *step)
{
    bool open = false;
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        const PlParam *p = param_of(step, arg);
        if (!p || p->place == PL_IN_BODY) continue;
        if (!pl_out_can(o, arg->value)) {
            pl_out_lost(o, arg->value->span, "a value that is computed");
            continue;
        }
        if (!open) pl_json_out_begin(&o->json, "parameters", '[');
        open = true;
        pl_json_out_begin(&o->json, NULL, '{');
        pl_json_out_text(&o->json, "name", p->wire);
        pl_json_out_text(&o->json, "in", pl_str_z(pl_place_name(p->place)));
        pl_out_value(o, PL_STR("value"), arg->value);
        pl_json_out_end(&o->json, '}');
    }
    if (open) pl_json_out_end(&o->json, ']');
}

static void body(PlOut *o, const PlStep *step)
{
    const PlArgument *whole = NULL;
    bool some = false;
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlParam *p = param_of(step, &step->args.items[i]);
        some = some || (p && p->place == PL_IN_BODY);
        if (p && p->whole_body) whole = &step->args.items[i];
    }
    if (!some) return;
    pl_json_out_begin(&o->json, "requestBody", '{');
    if (step->bound->body_type.len) pl_json_out_text(&o->json, "contentType", step->bound->body_type);
    if (whole && !pl_out_value(o, PL_STR("payload"), whole->value))
        pl_out_lost(o, whole->value->span, "a value that is computed");
    if (!whole) pl_json_out_begin(&o->json, "payload", '{');
    for (uint32_t i = 0; !whole && i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        const PlParam *p = param_of(step, arg);
        if (p && p->place == PL_IN_BODY && !pl_out_value(o, p->wire, arg->value))
            pl_out_lost(o, arg->value->span, "a value that is computed");
    }
    if (!whole) pl_json_out_end(&o->json, '}');
    pl_json_out_end(&o->json, '}');
}

/* ---- criteria and actions ---- */

static void criterion(PlOut *o, PlStr condition)
{
    pl_json_out_begin(&o->json, NULL, '{');
    pl_json_out_text(&o->json, "condition", condition);
    pl_json_out_end(&o->json, '}');
}

static void criteria(PlOut *o, const PlOutStep *out)
{
    const PlAction *action = out->step->bound;
    uint32_t successes = 0;
    unsigned status = 0;
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        if (r->low < 200 || r->high >= 300) continue;
        successes++;
        status = r->low == r->high ? r->low : 0;
    }
    pl_json_out_begin(&o->json, "successCriteria", '[');
    bool one = successes == 1 && status;
    criterion(o, one ? pl_arena_printf(o->arena, "$statusCode == %u", status)
                     : PL_STR("$statusCode >= 200 && $statusCode < 300"));
    for (uint32_t i = 0; i < out->criteria.len; i++) criterion(o, out->criteria.items[i]);
    pl_json_out_end(&o->json, ']');
}

static void jump(PlOut *o, uint32_t index, const PlOutJump *j, uint32_t number)
{
    bool end = !j->to || j->to->at >= o->steps.len;
    pl_json_out_begin(&o->json, NULL, '{');
    pl_json_out_text(&o->json, "name", pl_arena_printf(o->arena, "%s_%u", end ? "end" : "go", number + 1));
    pl_json_out_text(&o->json, "type", end ? PL_STR("end") : PL_STR("goto"));
    if (!end) pl_json_out_text(&o->json, "stepId", o->steps.items[j->to->at]->id);
    if (j->criterion.len) {
        pl_json_out_begin(&o->json, "criteria", '[');
        criterion(o, j->criterion);
        pl_json_out_end(&o->json, ']');
    }
    pl_json_out_end(&o->json, '}');
    (void)index;
}

static void successes(PlOut *o, uint32_t index)
{
    const PlOutStep *out = o->steps.items[index];
    if (!out->jumps.len) return;
    const PlOutJump *only = &out->jumps.items[0];
    bool plain = out->jumps.len == 1 && !only->criterion.len;
    bool next = plain && only->to && only->to->at == index + 1;
    bool last = plain && (!only->to || only->to->at >= o->steps.len) && index + 1 == o->steps.len;
    if (next || last) return; /* what happens anyway */
    pl_json_out_begin(&o->json, "onSuccess", '[');
    for (uint32_t i = 0; i < out->jumps.len; i++) jump(o, index, &out->jumps.items[i], i);
    pl_json_out_end(&o->json, ']');
}

static int64_t int_of(const PlExpr *e, int64_t otherwise)
{
    return e && e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_INT ? e->literal.as.integer : otherwise;
}

static void wait_seconds(PlOut *o, const PlExpr *duration)
{
    if (!duration || duration->kind != PL_EXPR_LITERAL || duration->literal.kind != PL_LIT_DURATION) return;
    double seconds = (double)duration->literal.as.integer / 1e6;
    pl_json_out_next(&o->json, "retryAfter");
    pl_buf_put_double(o->json.buf, seconds);
}

static void retry(PlOut *o, const PlExpr *wait, int64_t limit)
{
    pl_json_out_begin(&o->json, NULL, '{');
    pl_json_out_text(&o->json, "name", PL_STR("again"));
    pl_json_out_text(&o->json, "type", PL_STR("retry"));
    wait_seconds(o, wait);
    pl_json_out_int(&o->json, "retryLimit", limit);
    pl_json_out_end(&o->json, '}');
}

static void failure(PlOut *o, uint32_t index, const PlClause *c)
{
    bool go_on = c->fail_do == PL_FAIL_CONTINUE, last = index + 1 >= o->steps.len;
    pl_json_out_begin(&o->json, NULL, '{');
    pl_json_out_text(&o->json, "name", go_on ? PL_STR("go_on") : PL_STR("give_up"));
    pl_json_out_text(&o->json, "type", go_on && !last ? PL_STR("goto") : PL_STR("end"));
    if (go_on && !last) pl_json_out_text(&o->json, "stepId", o->steps.items[index + 1]->id);
    if (c->count) {
        pl_json_out_begin(&o->json, "criteria", '[');
        criterion(o, pl_arena_printf(o->arena, "$statusCode == %lld", (long long)int_of(c->count, 0)));
        pl_json_out_end(&o->json, ']');
    }
    pl_json_out_end(&o->json, '}');
}

static bool has_failure(const PlClause *c)
{
    return c->kind == PL_CLAUSE_IF_FAILS && c->fail_do != PL_FAIL_USE && c->fail_do != PL_FAIL_ACTION;
}

static void failures(PlOut *o, uint32_t index)
{
    const PlOutStep *out = o->steps.items[index];
    bool open = out->poll_limit > 0;
    for (uint32_t i = 0; i < out->step->clauses.len; i++)
        open = open || out->step->clauses.items[i].kind == PL_CLAUSE_RETRY || has_failure(&out->step->clauses.items[i]);
    if (!open) return;
    pl_json_out_begin(&o->json, "onFailure", '[');
    for (uint32_t i = 0; i < out->step->clauses.len;
         i++) /* a retry is used up before what stands behind it (section 4.6.9) */
        if (out->step->clauses.items[i].kind == PL_CLAUSE_RETRY)
            retry(o, out->step->clauses.items[i].duration, int_of(out->step->clauses.items[i].count, 1));
    if (out->poll_limit > 0) retry(o, out->poll_every, out->poll_limit);
    for (uint32_t i = 0; i < out->step->clauses.len; i++)
        if (has_failure(&out->step->clauses.items[i])) failure(o, index, &out->step->clauses.items[i]);
    pl_json_out_end(&o->json, ']');
}

static void lost_clauses(PlOut *o, const PlStep *step)
{
    static const char *const words[] = {[PL_CLAUSE_WITHIN] = "`within`",
                                        [PL_CLAUSE_ALL_PAGES] = "`all pages`",
                                        [PL_CLAUSE_UP_TO] = "`up to N items`",
                                        [PL_CLAUSE_ASK_FIRST] = "`ask first`",
                                        [PL_CLAUSE_KEY] = "`key`",
                                        [PL_CLAUSE_IF_FAILS] = "`if it fails, use`",
                                        [PL_CLAUSE_COUNT] = NULL};
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        const PlClause *c = &step->clauses.items[i];
        if (words[c->kind] && !has_failure(c)) pl_out_lost(o, c->span, words[c->kind]);
        if (c->kind == PL_CLAUSE_RETRY && c->doubling) pl_out_lost(o, c->span, "`doubling`, of a pause between tries,");
    }
}

static void outputs(PlOut *o, const PlOutStep *out)
{
    if (!out->outputs.len) return;
    pl_json_out_begin(&o->json, "outputs", '{');
    for (uint32_t i = 0; i < out->outputs.len; i++) {
        const PlOutOutput *output = &out->outputs.items[i];
        PlStr expr = pl_arena_printf(o->arena, "$response.body%s" PL_FMT, output->pointer.len ? "#" : "",
                                     PL_ARG(output->pointer));
        pl_json_out_key(&o->json, output->name);
        pl_buf_put_json(o->json.buf, expr);
    }
    pl_json_out_end(&o->json, '}');
}

void pl_out_step(PlOut *o, uint32_t index)
{
    const PlOutStep *out = o->steps.items[index];
    pl_json_out_begin(&o->json, NULL, '{');
    pl_json_out_text(&o->json, "stepId", out->id);
    if (out->step->prose.len) pl_json_out_text(&o->json, "description", out->step->prose);
    operation(o, out->step->bound);
    parameters(o, out->step);
    body(o, out->step);
    criteria(o, out);
    successes(o, index);
    failures(o, index);
    lost_clauses(o, out->step);
    outputs(o, out);
    pl_json_out_end(&o->json, '}');
}
