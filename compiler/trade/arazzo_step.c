/* SPDX-License-Identifier: MIT */
/* A step before the plan is made: its operation, the response that its criteria expect, and whether its outputs are in
 * that response. */
#include "compiler/trade/arazzo_internal.h"

/* The statuses that a condition compares $statusCode with by `==`; how many (at most `max`). */
static uint32_t statuses_of(PlStr text, int64_t *out, uint32_t max)
{
    static const PlStr word = PL_STR_INIT("$statusCode");
    uint32_t count = 0;
    for (size_t at = 0; (at = pl_str_find(text, word, at)) != PL_STR_NONE && count < max;) {
        at += word.len;
        while (at < text.len && text.ptr[at] == ' ') at++;
        if (!pl_str_starts(pl_str_slice(text, at, text.len), PL_STR("=="))) continue;
        for (at += 2; at < text.len && strchr(" ='\"", text.ptr[at]);) at++;
        size_t end = at;
        while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9') end++;
        if (pl_str_to_int(pl_str_slice(text, at, end), &out[count])) count++;
    }
    return count;
}

static PlStr declared_statuses(PlArazzo *a, const PlAction *action)
{
    PlStr all = PL_STR("");
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        PlStr one = r->low == 0         ? PL_STR("default")
                    : r->low == r->high ? pl_arena_printf(a->arena, "%u", r->low)
                                        : pl_arena_printf(a->arena, "%uXX", r->low / 100u);
        all = all.len ? pl_arena_printf(a->arena, PL_FMT ", " PL_FMT, PL_ARG(all), PL_ARG(one)) : one;
    }
    return all;
}

/* A criterion holds when one of its statuses comes, so one that is declared is enough. */
static void expect(PlArazzoFlow *f, PlArazzoStep *step, const PlNode *criterion)
{
    PlArazzo *a = f->a;
    int64_t statuses[8];
    const PlNode *condition = PL_GET(criterion, "condition");
    uint32_t count = statuses_of(pl_node_text(condition), statuses, 8);
    if (!count || !step->action || !step->action->response_count) return;
    for (uint32_t i = 0; i < count; i++) {
        const PlResponse *r =
            statuses[i] > 0 && statuses[i] < 600 ? pl_action_response(step->action, (unsigned)statuses[i]) : NULL;
        if (!r) continue;
        if (r->low != 0 && !step->response) step->response = r;
        return;
    }
    PlDiag *d =
        PL_REPORT(a->diags, ARAZZO_STATUS, pl_node_span(condition), PL_ARG(step->operation), (long long)statuses[0]);
    PlSpan there = pl_arazzo_responses_span(step, NULL);
    if (there.source != PL_NO_SOURCE)
        pl_diag_related(a->diags, d, there, "declared are: " PL_FMT, PL_ARG(declared_statuses(a, step->action)));
}

/* Arazzo 1.1: steps that must come before. They do when they stand before; a plan keeps the order of what depends on each other. */
static void depends(PlArazzoFlow *f, const PlArazzoStep *step)
{
    static const PlStr word = PL_STR_INIT("$steps.");
    const PlNode *list = PL_GET(step->node, "dependsOn");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlStr id = pl_node_text(pl_node_item(list, i));
        if (pl_str_starts(id, word)) id = pl_str_slice(id, word.len, id.len);
        if (!pl_map_find(&f->by_id, id) || pl_str_eq(id, step->id))
            PL_REPORT(f->a->diags, ARAZZO_LATER, pl_node_span(pl_node_item(list, i)), PL_ARG(id));
    }
}

void pl_arazzo_step_read(PlArazzoFlow *f, PlArazzoStep *step)
{
    const PlNode *channel = PL_GET(step->node, "channelPath");
    if (channel)
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(channel),
                  "messages of an AsyncAPI document have no counterpart in a plan");
    depends(f, step);
    pl_arazzo_find(f, step);
    const PlNode *criteria = PL_GET(step->node, "successCriteria");
    for (uint32_t i = 0; pl_node_is(criteria, PL_NODE_LIST) && i < criteria->count; i++)
        expect(f, step, pl_node_item(criteria, i));
    step->result = step->action ? step->action->result : PL_T_ANY;
    if (step->response) step->result = step->response->body == PL_BODY_NONE ? PL_T_NOTHING : step->response->type;
}

void pl_arazzo_step_outputs(PlArazzoFlow *f, PlArazzoStep *step)
{
    const PlNode *outputs = PL_GET(step->node, "outputs");
    f->current = step;
    for (uint32_t i = 0; pl_node_is(outputs, PL_NODE_MAP) && i < outputs->count; i++)
        pl_arazzo_value(f, &pl_node_at(outputs, i)->value);
    f->current = NULL;
}
