/* SPDX-License-Identifier: MIT */
/* Each call is printed and read alone. Where the reading is no call of the same action, its prose becomes a comment;
 * the call says enough. */
#include "compiler/trade/settle.h"

#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

static bool reads_back(PlArena *arena, PlStep *step)
{
    PlPlan one = {0};
    PlStep copy = *step;
    uint32_t number = 1;
    copy.steps.len = copy.comments.len = 0;
    copy.depth = 1;
    copy.number = &number;
    copy.label = PL_STR("1");
    copy.parent = NULL;
    pl_vec_push(arena, &one.steps, &copy);
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_plan(&buf, &one);
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = buf.status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    PlPlan *read = pl_parse(arena, &diags, pl_sources_add(&sources, PL_STR("step"), text));
    if (read->steps.len != 1 || diags.errors) return false;
    const PlStep *again = read->steps.items[0];
    return again->kind == step->kind && pl_str_eq(again->prose, step->prose) && pl_str_eq(again->action, step->action);
}

static void settle(PlArena *arena, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bool said = step->kind == PL_STEP_ACTION || step->kind == PL_STEP_PROSE;
        if (said && step->prose.len && !reads_back(arena, step)) {
            PlStr prose = step->prose;
            step->prose = step->kind == PL_STEP_ACTION ? PL_STR("") : PL_STR("Do this");
            pl_vec_push(arena, &step->comments,
                        (PlComment){PL_NO_SPAN, pl_arena_printf(arena, "# " PL_FMT, PL_ARG(prose))});
        }
        settle(arena, step->steps.items, step->steps.len);
    }
}

void pl_trade_settle(PlArena *arena, PlPlan *plan)
{
    settle(arena, plan->steps.items, plan->steps.len);
}
