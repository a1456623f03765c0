/* SPDX-License-Identifier: MIT */
/* A model reads a plan before a person does. It sees the exact plan and what the review says of the module; it can say that it finds nothing, propose changed
 * lines, or advise against a run. It can approve nothing: an approval is a person's, bound to the hash that the review prints. */
#include "compiler/cli/model.h"

#include "compiler/ask/diff.h"
#include "compiler/cli/pilotc.h"
#include "stdlib/ai/prompts.h"
#include "vm/code/review.h"

#include <jansson.h>
#include <stdio.h>

static const char SCHEMA[] =
    "{\"type\":\"object\",\"required\":[\"verdict\",\"reasons\",\"lines\"],\"properties\":{\"verdict\":{\"enum\":[\"approve\",\"repair\",\"block\"]},"
    "\"reasons\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"line\",\"text\"],\"properties\":{\"line\":{\"type\":\"integer\"},"
    "\"text\":{\"type\":\"string\"}}}}}}";

static const struct {
    const char *name, *words;
} verdicts[] = {[PLC_VERDICT_APPROVE] = {"approve", "finds nothing; a person still decides"},
                [PLC_VERDICT_REPAIR] = {"repair", "would change it"},
                [PLC_VERDICT_BLOCK] = {"block", "advises against it"}};

/* The lines of a text, each with its number. */
static void put_lines(PlBuf *out, PlStr text)
{
    uint32_t line = 1;
    for (size_t start = 0; start < text.len; line++) {
        size_t end = pl_str_find_char(text, '\n', start);
        if (end == PL_STR_NONE) end = text.len;
        pl_buf_printf(out, "%s{\"line\":%u,\"text\":", line > 1 ? "," : "", line);
        pl_buf_put_json(out, pl_str_slice(text, start, end));
        pl_buf_put_char(out, '}');
        start = end + 1;
    }
}

static PlStr user_text(PlArena *arena, PlCompiled *c, PlStr goal)
{
    PlBuf out;
    PlReviewOptions none = {0};
    pl_buf_init(&out, 0);
    pl_buf_put_z(&out, "{\"goal\":");
    pl_buf_put_json(&out, goal);
    pl_buf_put_z(&out, ",\"plan\":[");
    put_lines(&out, c->exact);
    pl_buf_put_z(&out, "],\"review\":");
    pl_review_json(&out, arena, &c->module, &none);
    while (out.len && out.ptr[out.len - 1] == '\n') out.len--;
    pl_buf_put_char(&out, '}');
    PlStr text = out.status == PL_OK ? pl_arena_str(arena, pl_buf_str(&out)) : PL_STR("");
    pl_buf_deinit(&out);
    return text;
}

static void say_reasons(const PlcModel *model, const char *verdict, const json_t *reasons)
{
    size_t i;
    json_t *item;
    fprintf(stderr, "review by " PL_FMT ": %s\n", PL_ARG(model->name), verdict);
    json_array_foreach(reasons, i, item) fprintf(stderr, "  - %s\n", json_string_value(item) ? json_string_value(item) : "");
}

static void say_diff(PlArena *arena, PlStr before, PlStr after)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diff_print(&out, arena, PL_STR("plan.pilot"), before, after);
    pl_cli_say(&out);
}

PlcVerdict plc_model_judge(PlcModel *model, PlCompiled *compiled, PlStr goal, PlStr *repaired)
{
    PlStr said;
    json_error_t error;
    *repaired = compiled->exact;
    if (!plc_model_ask(model, pl_ai_prompt("judge"), user_text(model->arena, compiled, goal), pl_str_z(SCHEMA), &said)) return PLC_VERDICT_NONE;
    json_t *root = json_loadb(said.ptr, said.len, 0, &error);
    const char *word = root ? json_string_value(json_object_get(root, "verdict")) : NULL;
    PlcVerdict verdict = PLC_VERDICT_NONE;
    for (int i = 0; word && i <= PLC_VERDICT_BLOCK; i++)
        if (verdicts[i].name && strcmp(word, verdicts[i].name) == 0) verdict = (PlcVerdict)i;
    if (verdict != PLC_VERDICT_NONE) say_reasons(model, verdicts[verdict].words, json_object_get(root, "reasons"));
    if (verdict == PLC_VERDICT_REPAIR) {
        *repaired = plc_model_lines(model->arena, compiled->exact, json_object_get(root, "lines"), NULL, 0);
        say_diff(model->arena, compiled->exact, *repaired);
    }
    json_decref(root);
    return verdict;
}
