/* SPDX-License-Identifier: MIT */
/* OpenAI: tools of type function, assistant messages with tool_calls, messages of the role tool. Anthropic: tools with input_schema, content blocks tool_use
 * and tool_result. A call's id is its number in the transcript, so equal transcripts are equal bytes. */
#include "stdlib/ai/wire_turn.h"

#include "stdlib/ai/prompts.h"

static void put_function(PlBuf *out, PlAiApi api, PlStr name, PlStr doc, PlStr schema, bool is_strict)
{
    bool anthropic = api == PL_AI_ANTHROPIC;
    pl_buf_put_z(out, anthropic ? "{\"name\":" : "{\"type\":\"function\",\"function\":{\"name\":");
    pl_buf_put_json(out, name);
    if (doc.len) pl_buf_put_z(out, ",\"description\":"), pl_buf_put_json(out, doc);
    if (!anthropic && is_strict) pl_buf_put_z(out, ",\"strict\":true");
    pl_buf_put_z(out, anthropic ? ",\"input_schema\":" : ",\"parameters\":");
    pl_buf_put(out, schema);
    pl_buf_put_z(out, anthropic ? "}" : "}}");
}

/* With a type the answer is a call too, so one must come; as text it is what is no call. */
static void put_choice(PlBuf *out, PlAiApi api, const PlAiTask *task)
{
    bool last = task->turn->is_last;
    if (api == PL_AI_ANTHROPIC) {
        if (last && !task->is_text) pl_buf_put_z(out, ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"" PL_AI_ANSWER "\"}");
        else if (last) pl_buf_put_z(out, ",\"tool_choice\":{\"type\":\"none\"}");
        else pl_buf_printf(out, ",\"tool_choice\":{\"type\":\"%s\",\"disable_parallel_tool_use\":true}", task->is_text ? "auto" : "any");
        return;
    }
    if (last && !task->is_text) pl_buf_put_z(out, ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"" PL_AI_ANSWER "\"}}");
    else pl_buf_printf(out, ",\"tool_choice\":\"%s\"", last ? "none" : task->is_text ? "auto" : "required");
}

void pl_ai_wire_turn_tools(PlBuf *out, PlAiApi api, const PlAiTask *task)
{
    const PlAiTurn *turn = task->turn;
    pl_buf_put_z(out, ",\"tools\":[");
    for (uint32_t i = 0; i < turn->tool_count; i++) {
        const PlAiTool *tool = &turn->tools[i];
        if (i) pl_buf_put_char(out, ',');
        put_function(out, api, tool->name, tool->doc, tool->sent, tool->schema.is_strict);
    }
    if (!task->is_text) {
        pl_buf_put_char(out, ',');
        put_function(out, api, PL_STR(PL_AI_ANSWER), PL_STR("Give the answer"), task->sent, task->schema.is_strict);
    }
    pl_buf_put_char(out, ']');
    put_choice(out, api, task);
}

/* ---- what was called ---- */

static void put_openai(PlBuf *out, const PlAiCalled *called, unsigned n)
{
    pl_buf_printf(out, ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_%u\",\"type\":\"function\",\"function\":{\"name\":", n);
    pl_buf_put_json(out, called->name);
    pl_buf_put_z(out, ",\"arguments\":");
    pl_buf_put_json(out, called->arguments);
    pl_buf_printf(out, "}}]},{\"role\":\"tool\",\"tool_call_id\":\"call_%u\",\"content\":", n);
    if (!called->failed) pl_buf_put_json(out, called->result);
    else {
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_buf_put_z(&text, "The call failed:\n");
        pl_buf_put(&text, called->result);
        if (text.status != PL_OK && out->status == PL_OK) out->status = text.status;
        pl_buf_put_json(out, pl_buf_str(&text));
        pl_buf_deinit(&text);
    }
    pl_buf_put_char(out, '}');
}

static void put_anthropic(PlBuf *out, const PlAiCalled *called, unsigned n)
{
    pl_buf_printf(out, ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"call_%u\",\"name\":", n);
    pl_buf_put_json(out, called->name);
    pl_buf_put_z(out, ",\"input\":");
    pl_buf_put(out, called->arguments);
    pl_buf_printf(out, "}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_%u\",\"content\":", n);
    pl_buf_put_json(out, called->result);
    pl_buf_put_z(out, called->failed ? ",\"is_error\":true}]}" : "}]}");
}

/* Both messages in words, each as one text. */
static void put_plain(PlBuf *out, const PlAiCalled *called)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "{\"function\":");
    pl_buf_put_json(&text, called->name);
    pl_buf_put_z(&text, ",\"arguments\":");
    pl_buf_put(&text, called->arguments);
    pl_buf_put_char(&text, '}');
    pl_buf_put_z(out, ",{\"role\":\"assistant\",\"content\":");
    pl_buf_put_json(out, pl_buf_str(&text));
    if (text.status != PL_OK && out->status == PL_OK) out->status = text.status;
    pl_buf_clear(&text);
    pl_buf_put_z(&text, called->failed ? "The call failed:\n" : "The call gave:\n");
    pl_buf_put(&text, called->result);
    pl_buf_put_z(out, "},{\"role\":\"user\",\"content\":");
    pl_buf_put_json(out, pl_buf_str(&text));
    pl_buf_put_char(out, '}');
    if (text.status != PL_OK && out->status == PL_OK) out->status = text.status;
    pl_buf_deinit(&text);
}

void pl_ai_wire_turn_called(PlBuf *out, PlAiApi api, const PlAiTurn *turn, bool is_plain)
{
    for (uint32_t i = 0; i < turn->called_count; i++) {
        if (is_plain) put_plain(out, &turn->called[i]);
        else if (api == PL_AI_ANTHROPIC) put_anthropic(out, &turn->called[i], i + 1);
        else put_openai(out, &turn->called[i], i + 1);
    }
}

/* ---- words ---- */

void pl_ai_wire_turn_system(PlBuf *text, const PlAiTask *task, bool is_plain)
{
    const PlAiTurn *turn = task->turn;
    pl_buf_put_z(text, "\n\n");
    if (is_plain) {
        pl_buf_put(text, pl_ai_prompt("turn_plain"));
        for (uint32_t i = 0; i < turn->tool_count; i++) {
            pl_buf_put_char(text, '\n');
            put_function(text, PL_AI_ANTHROPIC, turn->tools[i].name, turn->tools[i].doc, turn->tools[i].sent, false);
        }
        pl_buf_put_z(text, "\nThe answer fits this JSON Schema: ");
        pl_buf_put(text, task->is_text ? PL_STR("{\"type\":\"string\"}") : task->sent);
    } else {
        pl_buf_put(text, pl_ai_prompt(task->is_text ? "turn_text" : "turn_typed"));
    }
    if (turn->is_last) pl_buf_put_char(text, '\n'), pl_buf_put(text, pl_ai_prompt("turn_last"));
}
