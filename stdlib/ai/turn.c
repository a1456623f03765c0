/* SPDX-License-Identifier: MIT */
/* The transcript comes from the journal, the functions from the module: neither is from the model. What the model says is checked here against both. */
#include "stdlib/ai/turn.h"

#include "vm/value/json.h"

enum { RESULT_BYTES = 32 * 1024, MOST_TOOLS = 64, MOST_CALLS = 100 };

static PlValue get(PlValue record, const char *name)
{
    PlValue v = pl_nothing();
    if (record.tag == PL_RECORD) pl_record_find(record, pl_str_z(name), &v);
    return v;
}

static PlStr text_of(PlArena *arena, PlValue record, const char *name)
{
    PlValue v = get(record, name);
    return v.tag == PL_TEXT ? pl_arena_str(arena, pl_text_str(v)) : PL_STR("");
}

/* The buffer's text in the arena; the buffer is empty afterwards, and gone when memory lacks. */
static PlStr keep(PlArena *arena, PlBuf *buf)
{
    PlEscape escape = {.status = buf->status};
    PlStr text = PL_STR("");
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0 && buf->status == PL_OK) text = pl_arena_str(arena, pl_buf_str(buf));
    pl_arena_set_escape(arena, outer);
    pl_buf_deinit(buf);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return text;
}

static PlStr json_of(PlArena *arena, PlValue v)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_json_write(&buf, v);
    return keep(arena, &buf);
}

void pl_ai_turn_put_data(PlBuf *out, PlStr json)
{
    pl_buf_put_z(out, "<data>\n");
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] == '<') pl_buf_put_z(out, "\\u003c");
        else pl_buf_put_char(out, json.ptr[i]);
    }
    pl_buf_put_z(out, "\n</data>");
}

/* ---- functions ---- */

static bool read_tool(PlArena *arena, PlValues *values, PlValue told, PlAiTool *out, PlStr *why)
{
    PlSchemaIssues issues = {0};
    PlSchemaOptions options = {.draft = PL_SCHEMA_2020_12, .formats = true, .base = PL_STR(""), .pointer = PL_STR("")};
    PlValue wanted = pl_retain(get(told, "parameters"));
    *out = (PlAiTool){.action = text_of(arena, told, "action"), .name = text_of(arena, told, "name"), .doc = text_of(arena, told, "description")};
    out->schema = pl_ai_schema_of_take(values, wanted);
    if (!out->action.len || !out->name.len || wanted.tag != PL_RECORD) return *why = PL_STR("`actions` holds something that is no function"), false;
    PlStatus status = pl_schema_compile(arena, values, wanted, &options, &out->check, &issues);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(values), status);
    if (status != PL_OK) {
        out->check = NULL;
        *why = pl_arena_printf(arena, "the arguments of " PL_FMT " have no schema that can be used", PL_ARG(out->action));
        return false;
    }
    out->sent = json_of(arena, out->schema.sent);
    return true;
}

static bool read_tools(PlArena *arena, PlValues *values, PlValue body, PlAiTurn *out, PlStr *why)
{
    PlValue all = pl_nothing();
    PlStr text = text_of(arena, body, "actions");
    size_t at;
    const char *error;
    PlStatus status = pl_json_read(values, text, &all, &at, &error);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(values), status);
    uint32_t count = status == PL_OK && all.tag == PL_LIST ? pl_list_len(all) : 0;
    bool good = count > 0 && count <= MOST_TOOLS;
    if (!good) *why = PL_STR("`actions` is no list of functions");
    out->tools = PL_NEW_N(arena, PlAiTool, count + 1);
    for (uint32_t i = 0; good && i < count; i++) {
        out->tool_count = i + 1;
        good = read_tool(arena, values, pl_list_at(all, i), &out->tools[i], why);
    }
    if (status == PL_OK) pl_release(values, all);
    return good;
}

static const PlAiTool *tool_of(const PlAiTurn *turn, PlStr name, bool by_action)
{
    for (uint32_t i = 0; i < turn->tool_count; i++)
        if (pl_str_eq(by_action ? turn->tools[i].action : turn->tools[i].name, name)) return &turn->tools[i];
    return NULL;
}

/* ---- what was called ---- */

/* What is too long for a model ends where a character does. */
static PlStr result_of(PlArena *arena, PlValue v)
{
    PlBuf buf;
    PlStr json = json_of(arena, v), shown = json;
    if (json.len > RESULT_BYTES) {
        shown.len = RESULT_BYTES;
        while (shown.len && ((unsigned char)json.ptr[shown.len] & 0xc0) == 0x80) shown.len--;
    }
    pl_buf_init(&buf, 0);
    pl_ai_turn_put_data(&buf, shown);
    if (shown.len < json.len) pl_buf_printf(&buf, "\n(the first %zu of %zu bytes)", shown.len, json.len);
    return keep(arena, &buf);
}

static bool read_called(PlArena *arena, PlValue transcript, PlAiTurn *out, PlStr *why)
{
    uint32_t count = transcript.tag == PL_LIST ? pl_list_len(transcript) : 0;
    if (count > MOST_CALLS) return *why = PL_STR("the transcript is too long"), false;
    out->called = PL_NEW_N(arena, PlAiCalled, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        PlValue entry = pl_list_at(transcript, i), error = get(entry, "error"), arguments = get(entry, "arguments");
        const PlAiTool *tool = tool_of(out, text_of(arena, entry, "tool"), true);
        if (!tool) return *why = PL_STR("the transcript has a call of something that is none of the tools"), false;
        out->called[out->called_count++] = (PlAiCalled){.name = tool->name,
                                                        .arguments = arguments.tag == PL_RECORD ? json_of(arena, arguments) : PL_STR("{}"),
                                                        .result = result_of(arena, error.tag == PL_NOTHING ? get(entry, "result") : error),
                                                        .failed = error.tag != PL_NOTHING};
    }
    return true;
}

bool pl_ai_turn_make(PlArena *arena, PlValues *values, PlValue body, PlAiTurn *out, PlStr *why)
{
    PlValue most = get(body, "max_steps");
    *out = (PlAiTurn){0};
    if (!read_tools(arena, values, body, out, why) || !read_called(arena, get(body, "transcript"), out, why)) return false;
    out->is_last = most.tag == PL_INT && most.as.integer <= (int64_t)out->called_count + 1;
    return true;
}

void pl_ai_turn_release(PlValues *values, PlAiTurn *turn)
{
    for (uint32_t i = 0; i < turn->tool_count; i++) {
        pl_schema_free(turn->tools[i].check);
        pl_ai_schema_release(values, &turn->tools[i].schema);
    }
    *turn = (PlAiTurn){0};
}

PlValue pl_ai_turn_answer(PlValue schema)
{
    return get(get(schema, "properties"), "answer");
}

/* ---- what is chosen ---- */

static PlStr names_of(PlArena *arena, const PlAiTurn *turn)
{
    PlStr text = PL_STR("");
    for (uint32_t i = 0; i < turn->tool_count; i++)
        text = pl_arena_printf(arena, PL_FMT "%s" PL_FMT, PL_ARG(text), i ? ", " : "", PL_ARG(turn->tools[i].name));
    return text;
}

bool pl_ai_turn_choice(PlArena *arena, PlValues *values, PlAiTurn *turn, PlStr function, PlValue arguments, PlBuf *out, PlStr *issue)
{
    PlSchemaIssues issues = {0};
    const PlAiTool *tool = tool_of(turn, function, false);
    if (turn->is_last) return *issue = PL_STR("no turn is left for a call: give the answer"), false;
    if (!tool) {
        *issue = pl_arena_printf(arena, "there is no function `" PL_FMT "`, only " PL_FMT, PL_ARG(function), PL_ARG(names_of(arena, turn)));
        return false;
    }
    PlValue v = pl_ai_schema_back_take(values, &tool->schema, pl_retain(arguments));
    bool fits = v.tag == PL_RECORD && pl_schema_fits(tool->check, v, arena, &issues);
    if (fits) {
        pl_buf_put_z(out, "{\"tool\":");
        pl_buf_put_json(out, tool->action);
        pl_buf_put_z(out, ",\"arguments\":");
        pl_json_write(out, v);
        pl_buf_put_char(out, '}');
    } else {
        PlStr at = issues.count && issues.all[0].at.len ? issues.all[0].at : PL_STR("the arguments");
        PlStr words = issues.count ? issues.all[0].message : PL_STR("must be one JSON object");
        *issue = pl_arena_printf(arena, "the call of " PL_FMT ": " PL_FMT ": " PL_FMT, PL_ARG(function), PL_ARG(at), PL_ARG(words));
    }
    pl_release(values, v);
    return fits;
}
