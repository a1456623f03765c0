/* SPDX-License-Identifier: MIT */
/* Lines to events, events to what they add. Only the first call of a function is kept, as in wire.c. */
#include "stdlib/ai/stream.h"

#include "vm/value/json.h"

enum { EVENT_BYTES = 4 * 1024 * 1024, ANSWER_BYTES = 16 * 1024 * 1024 };

static PlValue get(PlValue record, const char *name)
{
    PlValue v = pl_nothing();
    if (record.tag == PL_RECORD) pl_record_find(record, pl_str_z(name), &v);
    return v;
}

static PlStr text_of(PlValue record, const char *name)
{
    PlValue v = get(record, name);
    return v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

static PlValue first_of(PlValue list)
{
    return list.tag == PL_LIST && pl_list_len(list) ? pl_list_at(list, 0) : pl_nothing();
}

static void count(int64_t *tokens, PlValue usage, const char *name)
{
    enum { MOST = 1000000000 };
    PlValue v = get(usage, name);
    if (v.tag == PL_INT && v.as.integer > 0) *tokens = v.as.integer < MOST ? v.as.integer : MOST;
}

static void tell(PlAiStream *s, PlStr piece)
{
    if (piece.len && s->told) s->told(s->user, piece);
}

/* ---- chat completions ---- */

static void take_call(PlAiStream *s, PlValue call)
{
    PlValue index = get(call, "index"), function = get(call, "function");
    PlStr name = text_of(function, "name");
    if (index.tag == PL_INT && index.as.integer != 0) return;
    if (name.len && s->function.len && index.tag != PL_INT) return; /* a second one of a server that counts none */
    if (name.len && !s->function.len) pl_buf_put(&s->function, name);
    pl_buf_put(&s->arguments, text_of(function, "arguments"));
}

static void take_openai(PlAiStream *s, PlValue event)
{
    PlValue choice = first_of(get(event, "choices")), delta = get(choice, "delta"), calls = get(delta, "tool_calls"), usage = get(event, "usage");
    PlStr finish = text_of(choice, "finish_reason"), content = text_of(delta, "content");
    pl_buf_put(&s->text, content);
    pl_buf_put(&s->refusal, text_of(delta, "refusal"));
    for (uint32_t i = 0; calls.tag == PL_LIST && i < pl_list_len(calls); i++) take_call(s, pl_list_at(calls, i));
    if (finish.len) s->is_done = true;
    s->was_cut |= pl_str_eq_z(finish, "length");
    if (pl_str_eq_z(finish, "content_filter")) pl_buf_put_z(&s->refusal, "the provider's filter held the answer back");
    count(&s->tokens_in, usage, "prompt_tokens");
    count(&s->tokens_out, usage, "completion_tokens");
    tell(s, content);
}

/* ---- messages ---- */

static void take_input(PlAiStream *s, PlValue usage)
{
    int64_t plain = 0, made = 0, read = 0;
    count(&plain, usage, "input_tokens");
    count(&made, usage, "cache_creation_input_tokens");
    count(&read, usage, "cache_read_input_tokens");
    if (plain + made + read) s->tokens_in = plain + made + read;
}

static void take_block(PlAiStream *s, PlValue block)
{
    s->in_first_call = pl_str_eq_z(text_of(block, "type"), "tool_use") && !s->function.len;
    if (s->in_first_call) pl_buf_put(&s->function, text_of(block, "name"));
    else pl_buf_put(&s->text, text_of(block, "text"));
    if (!s->in_first_call) tell(s, text_of(block, "text"));
}

static void take_anthropic(PlAiStream *s, PlValue event)
{
    PlStr type = text_of(event, "type");
    PlValue delta = get(event, "delta"), usage = get(event, "usage");
    if (pl_str_eq_z(type, "message_start")) {
        take_input(s, get(get(event, "message"), "usage"));
        count(&s->tokens_out, get(get(event, "message"), "usage"), "output_tokens");
    } else if (pl_str_eq_z(type, "content_block_start")) {
        take_block(s, get(event, "content_block"));
    } else if (pl_str_eq_z(type, "content_block_delta")) {
        PlStr input = text_of(delta, "partial_json"), text = text_of(delta, "text");
        pl_buf_put(&s->text, text);
        if (s->in_first_call) pl_buf_put(&s->arguments, input);
        tell(s, text);
        if (s->in_first_call && pl_str_eq_z(pl_buf_str(&s->function), PL_AI_ANSWER)) tell(s, input);
    } else if (pl_str_eq_z(type, "content_block_stop")) {
        s->in_first_call = false;
    } else if (pl_str_eq_z(type, "message_delta")) {
        PlStr reason = text_of(delta, "stop_reason");
        s->was_cut |= pl_str_eq_z(reason, "max_tokens");
        s->is_refusal |= pl_str_eq_z(reason, "refusal");
        take_input(s, usage);
        count(&s->tokens_out, usage, "output_tokens");
    } else if (pl_str_eq_z(type, "message_stop")) {
        s->is_done = true;
    }
}

/* ---- events ---- */

static void take_event(PlAiStream *s)
{
    PlStr data = pl_str_trim(pl_buf_str(&s->event));
    PlValue v;
    size_t at;
    const char *words;
    bool is_end = pl_str_eq_z(data, "[DONE]");
    s->is_done |= is_end;
    if (!data.len || s->is_wrong || is_end) {
        pl_buf_clear(&s->event);
        return;
    }
    PlStatus status = s->event.status == PL_OK ? pl_json_read(s->values, data, &v, &at, &words) : PL_INVALID;
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(s->values), status);
    pl_buf_clear(&s->event);
    s->is_wrong = status != PL_OK;
    if (s->is_wrong) return;
    PlValue error = get(v, "error");
    if (error.tag != PL_NOTHING && !s->error.len) {
        PlStr said = error.tag == PL_TEXT ? pl_text_str(error) : text_of(error, "message");
        pl_buf_put(&s->error, said.len ? said : PL_STR("the provider says that it failed"));
    }
    if (s->api == PL_AI_ANTHROPIC) take_anthropic(s, v);
    else take_openai(s, v);
    pl_release(s->values, v);
}

/* `data:` lines are the event's text, one below the other; an empty line ends it; all other fields say nothing here. */
static void take_line(PlAiStream *s)
{
    PlStr line = pl_buf_str(&s->line);
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    if (!line.len) {
        take_event(s);
    } else if (pl_str_starts(line, PL_STR("data:"))) {
        PlStr value = pl_str_slice(line, 5, line.len);
        if (value.len && value.ptr[0] == ' ') value = pl_str_slice(value, 1, value.len);
        if (s->event.len) pl_buf_put_char(&s->event, '\n');
        pl_buf_put(&s->event, value);
    }
    s->is_wrong |= s->line.status != PL_OK;
    pl_buf_clear(&s->line);
}

void pl_ai_stream_init(PlAiStream *stream, PlAiApi api, PlValues *values)
{
    *stream = (PlAiStream){.api = api, .values = values};
    pl_buf_init(&stream->line, EVENT_BYTES);
    pl_buf_init(&stream->event, EVENT_BYTES);
    PlBuf *parts[] = {&stream->text, &stream->arguments, &stream->function, &stream->refusal, &stream->error};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) pl_buf_init(parts[i], ANSWER_BYTES);
}

void pl_ai_stream_deinit(PlAiStream *stream)
{
    PlBuf *parts[] = {&stream->line, &stream->event, &stream->text, &stream->arguments, &stream->function, &stream->refusal, &stream->error};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) pl_buf_deinit(parts[i]);
}

void pl_ai_stream_feed(PlAiStream *stream, PlStr bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        size_t end = pl_str_find_char(bytes, '\n', at);
        bool whole = end != PL_STR_NONE;
        pl_buf_put(&stream->line, pl_str_slice(bytes, at, whole ? end : bytes.len));
        if (whole) take_line(stream);
        at = whole ? end + 1 : bytes.len;
    }
}

bool pl_ai_stream_end(PlAiStream *stream, PlArena *arena, PlAiSaid *out, PlStr *error)
{
    if (stream->line.len) take_line(stream);
    take_event(stream); /* of a server that ends without an empty line */
    PlBuf *parts[] = {&stream->text, &stream->arguments, &stream->function, &stream->refusal};
    bool whole = stream->is_done && !stream->is_wrong && !stream->error.len;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) whole &= parts[i]->status == PL_OK;
    bool is_call = stream->function.len > 0;
    *out = (PlAiSaid){.text = pl_arena_str(arena, pl_buf_str(is_call ? &stream->arguments : &stream->text)),
                      .function = pl_arena_str(arena, pl_buf_str(&stream->function)),
                      .refusal = pl_arena_str(arena, pl_buf_str(&stream->refusal)),
                      .was_cut = stream->was_cut,
                      .tokens_in = stream->tokens_in,
                      .tokens_out = stream->tokens_out};
    if (stream->is_refusal && !out->refusal.len) out->refusal = out->text.len ? out->text : PL_STR("it gives no reason");
    *error = pl_arena_str(arena, pl_buf_str(&stream->error));
    return whole;
}

bool pl_ai_stream_is(PlStr body)
{
    body = pl_str_trim(body);
    return body.len > 0 && body.ptr[0] != '{' && body.ptr[0] != '[' && body.ptr[0] != '<';
}
