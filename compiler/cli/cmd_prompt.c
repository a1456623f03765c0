/* SPDX-License-Identifier: MIT */
/* pilotc prompt: what to say to a language model so that it writes a plan. */
#include "compiler/cli/pilotc.h"
#include "compiler/trade/prompt.h"

#include <stdio.h>

static void put_json(PlBuf *out, const PlPrompt *prompt, int64_t limit)
{
    pl_cli_json_begin(out, "prompt");
    pl_buf_printf(out,
                  "{\"type\":\"prompt\",\"version\":%d,\"tokens\":%u,\"limit\":%lld,\"over\":%s,\"actions\":%u,\"examples\":%u,"
                  "\"left_out\":{\"actions\":%u,\"examples\":%u},\"messages\":[{\"role\":\"system\",\"content\":",
                  PL_PROMPT_VERSION, prompt->tokens, (long long)limit, prompt->over ? "true" : "false", prompt->actions, prompt->examples,
                  prompt->actions_left, prompt->examples_left);
    pl_buf_put_json(out, prompt->system);
    pl_buf_put_z(out, "},{\"role\":\"user\",\"content\":");
    pl_buf_put_json(out, prompt->user);
    pl_buf_put_z(out, "}]}\n");
}

/* On standard error: what a person should know of a prompt that is not all it could be. */
static void say_left_out(const PlPrompt *prompt, int64_t limit)
{
    if (prompt->over)
        fprintf(stderr, "note: the language and the goal alone are %u tokens, more than the %lld that were given\n", prompt->tokens, (long long)limit);
    if (prompt->actions_left || prompt->examples_left)
        fprintf(stderr, "note: no room for %u more actions and %u more examples that the goal may need\n  = help: give more with --max-tokens\n",
                prompt->actions_left, prompt->examples_left);
}

int plc_cmd_prompt(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const char *most = NULL;
    const PlCliOption options[] = {{"max-tokens", 0, PL_CLI_TEXT, &most, "N", "room for both texts (default: 2000)"},
                                   PLC_PLUGIN_OPTIONS(o),
                                   {"json", 0, PL_CLI_FLAG, &o.json, NULL, "the two messages as JSON"}};
    const PlCliCommand command = {
        "pilotc prompt \"GOAL\" [options]",
        "Prints what makes a language model write a plan: the language, the actions that the goal may need, examples.",
        options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give the goal as one text\n  = help: usage: %s", command.usage);
    int64_t tokens = PL_PROMPT_TOKENS;
    if (most && (!pl_str_to_int(pl_str_z(most), &tokens) || tokens < 1 || tokens > 1000000))
        return pl_cli_fail(PL_USAGE, "--max-tokens is a number from 1 to 1000000, not %s", most);
    PlSources sources;
    PlDiags diags;
    PlProject project;
    PlCompileOptions compile;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    code = plc_load(arena, &o, NULL, &project, &diags, &compile);
    if (code >= 0) return code;
    PlCompiled compiled;
    PlStatus status = pl_compile_catalog(arena, &compile, &compiled);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    plc_print_findings(arena, &o, &compiled, NULL);
    PlPrompt prompt;
    pl_prompt(arena, compiled.catalog, pl_str_z(rest.items[0]), (uint32_t)tokens, &prompt);
    PlBuf out;
    pl_buf_init(&out, 0);
    if (o.json)
        put_json(&out, &prompt, tokens);
    else
        pl_buf_printf(&out, "=== system\n" PL_FMT "\n=== user\n" PL_FMT, PL_ARG(prompt.system), PL_ARG(prompt.user));
    if (!o.json) say_left_out(&prompt, tokens);
    code = pl_cli_put(&out);
    return code ? code : compiled.diags.errors ? 1 : 0;
}
