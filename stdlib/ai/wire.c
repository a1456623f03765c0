/* SPDX-License-Identifier: MIT */
/* JSON is written by hand, in one order, so that equal questions are equal bytes: the cache's key is made of them. */
#include "stdlib/ai/wire.h"

#include "stdlib/ai/prompts.h"
#include "stdlib/ai/wire_turn.h"
#include "vm/value/json.h"

/* ---- out ---- */

static void put_message(PlBuf *out, const char *role, PlStr text)
{
    pl_buf_printf(out, "{\"role\":\"%s\",\"content\":", role);
    pl_buf_put_json(out, text);
    pl_buf_put_char(out, '}');
}

/* Where the schema is not sent as such, it is told; and a correction tells it again. */
static void put_schema_words(PlBuf *out, const PlAiTask *task)
{
    pl_buf_put(out, pl_ai_prompt("json"));
    pl_buf_put_char(out, '\n');
    pl_buf_put(out, task->sent);
}

/* A text that is made of parts, as one JSON text. */
static void put_joined(PlBuf *out, PlBuf *text)
{
    if (text->status != PL_OK && out->status == PL_OK) out->status = text->status;
    pl_buf_put_json(out, pl_buf_str(text));
    pl_buf_deinit(text);
}

static void put_system(PlBuf *out, const PlAiTask *task, const PlAiTalk *talk)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put(&text, task->system);
    if (task->turn) {
        pl_ai_wire_turn_system(&text, task, talk->is_plain);
    } else if (talk->is_plain && !task->is_text) {
        pl_buf_put_z(&text, "\n\n");
        put_schema_words(&text, task);
    }
    put_joined(out, &text);
}

static void put_correction(PlBuf *out, const PlAiTask *task, PlStr issue)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put(&text, pl_ai_prompt("again"));
    pl_buf_put_char(&text, '\n');
    pl_buf_put(&text, issue);
    if (!task->is_text && !task->turn) {
        pl_buf_put_z(&text, "\n\n");
        put_schema_words(&text, task);
    }
    pl_buf_put_z(out, "{\"role\":\"user\",\"content\":");
    put_joined(out, &text);
    pl_buf_put_char(out, '}');
}

static void put_talk(PlBuf *out, PlAiApi api, const PlAiTask *task, const PlAiTalk *talk)
{
    put_message(out, "user", task->user);
    if (task->turn) pl_ai_wire_turn_called(out, api, task->turn, talk->is_plain);
    for (unsigned i = 0; i < talk->count; i++) {
        pl_buf_put_char(out, ',');
        put_message(out, "assistant", talk->answers[i].len ? talk->answers[i] : PL_STR("(nothing)"));
        pl_buf_put_char(out, ',');
        put_correction(out, task, talk->issues[i]);
    }
}

static void put_common(PlBuf *out, const PlAiConfig *config, bool is_streamed)
{
    pl_buf_put_z(out, "{\"model\":");
    pl_buf_put_json(out, config->model);
    if (is_streamed) pl_buf_put_z(out, ",\"stream\":true");
    if (is_streamed && config->api == PL_AI_OPENAI) pl_buf_put_z(out, ",\"stream_options\":{\"include_usage\":true}");
    if (config->has_temperature) pl_buf_put_z(out, ",\"temperature\":"), pl_buf_put_double(out, config->temperature);
}

static void put_openai(PlBuf *out, const PlAiConfig *config, const PlAiTask *task, const PlAiTalk *talk)
{
    put_common(out, config, talk->is_streamed);
    if (config->max_tokens) pl_buf_printf(out, ",\"max_tokens\":%lld", (long long)config->max_tokens);
    if (config->max_completion_tokens) pl_buf_printf(out, ",\"max_completion_tokens\":%lld", (long long)config->max_completion_tokens);
    pl_buf_put_z(out, ",\"messages\":[{\"role\":\"system\",\"content\":");
    put_system(out, task, talk);
    pl_buf_put_z(out, "},");
    put_talk(out, config->api, task, talk);
    pl_buf_put_char(out, ']');
    if (task->turn && !talk->is_plain) {
        pl_ai_wire_turn_tools(out, config->api, task);
    } else if (!task->is_text && !talk->is_plain) {
        pl_buf_printf(out, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"strict\":%s,\"schema\":",
                      task->schema.is_strict ? "true" : "false");
        pl_buf_put(out, task->sent);
        pl_buf_put_z(out, "}}");
    }
    pl_buf_put_char(out, '}');
}

static void put_anthropic(PlBuf *out, const PlAiConfig *config, const PlAiTask *task, const PlAiTalk *talk)
{
    enum { ROOM = 4096 };
    put_common(out, config, talk->is_streamed);
    pl_buf_printf(out, ",\"max_tokens\":%lld,\"system\":", (long long)(config->max_tokens ? config->max_tokens : ROOM));
    put_system(out, task, talk);
    pl_buf_put_z(out, ",\"messages\":[");
    put_talk(out, config->api, task, talk);
    pl_buf_put_char(out, ']');
    if (task->turn && !talk->is_plain) {
        pl_ai_wire_turn_tools(out, config->api, task);
    } else if (!task->is_text && !talk->is_plain) {
        pl_buf_put_z(out, ",\"tools\":[{\"name\":\"answer\",\"description\":\"Give the answer\",\"input_schema\":");
        pl_buf_put(out, task->sent);
        pl_buf_put_z(out, "}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer\"}");
    }
    pl_buf_put_char(out, '}');
}

void pl_ai_wire_body(PlBuf *out, const PlAiConfig *config, const PlAiTask *task, const PlAiTalk *talk)
{
    if (config->api == PL_AI_ANTHROPIC) put_anthropic(out, config, task, talk);
    else put_openai(out, config, task, talk);
}

/* ---- in ---- */

static PlValue get(PlValue record, const char *name)
{
    PlValue v = pl_nothing();
    if (record.tag == PL_RECORD) pl_record_find(record, pl_str_z(name), &v);
    return v;
}

static PlStr text_of(PlArena *arena, PlValue v)
{
    return v.tag == PL_TEXT ? pl_arena_str(arena, pl_text_str(v)) : PL_STR("");
}

static bool is_text(PlValue v, const char *text)
{
    return v.tag == PL_TEXT && pl_str_eq_z(pl_text_str(v), text);
}

static int64_t tokens_of(PlValue usage, const char *name)
{
    enum { MOST = 1000000000 };
    PlValue v = get(usage, name);
    return v.tag == PL_INT && v.as.integer > 0 ? v.as.integer < MOST ? v.as.integer : MOST : 0;
}

static PlStr json_of(PlArena *arena, PlValue v)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_json_write(&buf, v);
    PlEscape escape = {.status = buf.status};
    PlStr text = PL_STR("");
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0 && buf.status == PL_OK) text = pl_arena_str(arena, pl_buf_str(&buf));
    pl_arena_set_escape(arena, outer);
    pl_buf_deinit(&buf);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return text;
}

/* The texts of a list of parts, one behind the other. */
static PlStr parts_of(PlArena *arena, PlValue parts)
{
    PlStr text = PL_STR("");
    for (uint32_t i = 0; parts.tag == PL_LIST && i < pl_list_len(parts); i++) {
        PlStr part = text_of(arena, get(pl_list_at(parts, i), "text"));
        if (part.len && text.len) text = pl_arena_printf(arena, PL_FMT PL_FMT, PL_ARG(text), PL_ARG(part));
        else if (part.len) text = part;
    }
    return text;
}

/* The first call of a function; further ones are for later turns. */
static void read_tool_call(PlArena *arena, PlValue message, PlAiSaid *out)
{
    PlValue calls = get(message, "tool_calls");
    if (calls.tag != PL_LIST || pl_list_len(calls) == 0) return;
    PlValue function = get(pl_list_at(calls, 0), "function"), arguments = get(function, "arguments");
    PlStr name = text_of(arena, get(function, "name"));
    if (!name.len) return;
    out->function = name;
    out->text = arguments.tag == PL_RECORD ? json_of(arena, arguments) : text_of(arena, arguments);
}

static bool read_openai(PlArena *arena, PlValue body, PlAiSaid *out)
{
    PlValue choices = get(body, "choices");
    if (choices.tag != PL_LIST || pl_list_len(choices) == 0) return false;
    PlValue choice = pl_list_at(choices, 0), message = get(choice, "message"), content = get(message, "content");
    if (message.tag != PL_RECORD) return false;
    out->text = content.tag == PL_LIST ? parts_of(arena, content) : text_of(arena, content);
    read_tool_call(arena, message, out);
    out->refusal = text_of(arena, get(message, "refusal"));
    if (is_text(get(choice, "finish_reason"), "content_filter")) out->refusal = PL_STR("the provider's filter held the answer back");
    out->was_cut = is_text(get(choice, "finish_reason"), "length");
    out->tokens_in = tokens_of(get(body, "usage"), "prompt_tokens");
    out->tokens_out = tokens_of(get(body, "usage"), "completion_tokens");
    return true;
}

static bool read_anthropic(PlArena *arena, PlValue body, PlAiSaid *out)
{
    PlValue content = get(body, "content"), usage = get(body, "usage");
    if (content.tag != PL_LIST) return false;
    out->text = parts_of(arena, content);
    for (uint32_t i = 0; i < pl_list_len(content); i++) {
        PlValue part = pl_list_at(content, i), input = get(part, "input");
        if (out->function.len || !is_text(get(part, "type"), "tool_use") || input.tag != PL_RECORD) continue;
        out->text = json_of(arena, input);
        out->function = text_of(arena, get(part, "name"));
    }
    if (is_text(get(body, "stop_reason"), "refusal")) out->refusal = out->text.len ? out->text : PL_STR("it gives no reason");
    out->was_cut = is_text(get(body, "stop_reason"), "max_tokens");
    out->tokens_in = tokens_of(usage, "input_tokens") + tokens_of(usage, "cache_creation_input_tokens") + tokens_of(usage, "cache_read_input_tokens");
    out->tokens_out = tokens_of(usage, "output_tokens");
    return true;
}

static bool read_body(PlValues *values, PlStr body, PlValue *out)
{
    size_t at;
    const char *error;
    PlStatus status = pl_json_read(values, body, out, &at, &error);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(values), status);
    return status == PL_OK;
}

bool pl_ai_wire_read(PlArena *arena, PlValues *values, PlAiApi api, PlStr body, PlAiSaid *out)
{
    PlValue v;
    *out = (PlAiSaid){.text = PL_STR(""), .function = PL_STR(""), .refusal = PL_STR("")};
    if (!read_body(values, body, &v)) return false;
    bool good = api == PL_AI_ANTHROPIC ? read_anthropic(arena, v, out) : read_openai(arena, v, out);
    pl_release(values, v);
    return good;
}

PlStr pl_ai_wire_error(PlArena *arena, PlValues *values, PlStr body)
{
    enum { WORDS = 300 };
    PlValue v;
    if (!read_body(values, body, &v)) return PL_STR("");
    PlValue error = get(v, "error");
    PlStr words = text_of(arena, error);
    if (!words.len) words = text_of(arena, get(error, "message"));
    if (!words.len) words = text_of(arena, get(v, "message"));
    pl_release(values, v);
    while (words.len > WORDS) words = pl_str_slice(words, 0, WORDS);
    return words;
}
