/* SPDX-License-Identifier: MIT */
/* A step for a model and what its provider answers: the action on the first line, its request's JSON on the second, the body of the answer behind it. What is
 * sent is JSON; a result is JSON that fits the schema of the step; whatever cannot be used has words. */
#include "tests/fuzz/fuzz.h"

#include "stdlib/ai/stream.h"
#include "stdlib/ai/wire.h"
#include "vm/value/json.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "model: %s\n", what);
    abort();
}

static PlStr take_line(PlStr *text)
{
    size_t end = pl_str_find_char(*text, '\n', 0);
    PlStr line = pl_str_slice(*text, 0, end);
    *text = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(*text, end + 1, text->len);
    return line;
}

/* {tool, arguments: {...}} or {answer} */
static bool is_choice(PlValue v)
{
    PlValue a, b;
    if (v.tag != PL_RECORD) return false;
    if (pl_record_len(v) == 1) return pl_record_find(v, PL_STR("answer"), &a);
    if (pl_record_len(v) != 2 || !pl_record_find(v, PL_STR("tool"), &a) || !pl_record_find(v, PL_STR("arguments"), &b)) return false;
    return a.tag == PL_TEXT && b.tag == PL_RECORD;
}

/* As server-sent events: in portions of any size it is the same as in one, and what was told on the way is the text. */
static void read_stream(PlArena *arena, PlValues *values, PlAiTask *task, const PlAiConfig *config, PlStr body, PlBuf *out)
{
    PlAiStream one, many;
    PlAiSaid a, b;
    PlStr words, issue = PL_STR("");
    bool mended;
    pl_ai_stream_init(&one, config->api, values);
    pl_ai_stream_init(&many, config->api, values);
    pl_ai_stream_feed(&one, body);
    for (size_t at = 0, step = 1; at < body.len; at += step, step = step * 3 % 61 + 1)
        pl_ai_stream_feed(&many, pl_str_slice(body, at, at + step < body.len ? at + step : body.len));
    bool good = pl_ai_stream_end(&one, arena, &a, &words);
    expect(good == pl_ai_stream_end(&many, arena, &b, &words), "portions make a difference");
    expect(pl_str_eq(a.text, b.text) && pl_str_eq(a.function, b.function) && pl_str_eq(a.refusal, b.refusal), "portions make another answer");
    expect(a.tokens_in == b.tokens_in && a.tokens_out == b.tokens_out && a.was_cut == b.was_cut, "portions make other counts");
    pl_ai_stream_deinit(&one);
    pl_ai_stream_deinit(&many);
    if (!good) return;
    pl_buf_clear(out);
    good = pl_ai_task_result(arena, values, task, &a, out, &mended, &issue);
    expect(good || issue.len, "no words");
}

static void read(PlArena *arena, PlValues *values, PlAiTask *task, const PlAiConfig *config, PlStr body, PlBuf *out)
{
    PlAiSaid said;
    PlAiTalk talk = {0};
    PlStr issue = PL_STR("");
    bool mended;
    PlValue v;
    size_t at;
    const char *error;
    if (!pl_ai_wire_read(arena, values, config->api, body, &said)) return;
    pl_buf_clear(out);
    bool good = pl_ai_task_result(arena, values, task, &said, out, &mended, &issue);
    expect(good || issue.len, "no words");
    if (good && out->status == PL_OK) {
        expect(pl_json_read(values, pl_buf_str(out), &v, &at, &error) == PL_OK, "the result is no JSON");
        if (task->turn) expect(is_choice(v), "the result of a turn is neither a call nor an answer");
        else if (!task->is_text) expect(pl_schema_fits(task->check, v, arena, NULL), "the result does not fit");
        return;
    }
    talk.answers[0] = said.text;
    talk.issues[0] = issue;
    talk.count = 1;
    pl_buf_clear(out);
    pl_ai_wire_body(out, config, task, &talk);
    expect(out->status != PL_OK || pl_json_read(values, pl_buf_str(out), &v, &at, &error) == PL_OK, "the correction is no JSON");
}

static void use(PlArena *arena, PlValues *values, PlStr text, PlBuf *out)
{
    PlStr action = take_line(&text), request = take_line(&text), why;
    PlAiTask task;
    PlAiTalk talk = {0};
    PlValue v;
    size_t at;
    const char *error;
    (void)pl_ai_wire_error(arena, values, text);
    if (!pl_ai_task_make(arena, values, action, request, &task, &why)) {
        expect(why.len > 0, "refused without words");
        return;
    }
    for (int api = 0; api < 2; api++) {
        PlAiConfig config = {.api = (PlAiApi)api, .model = PL_STR("m"), .url = PL_STR("http://127.0.0.1/")};
        for (int plain = 0; plain < 2; plain++) {
            talk.is_plain = talk.is_streamed = plain;
            pl_buf_clear(out);
            pl_ai_wire_body(out, &config, &task, &talk);
            expect(out->status != PL_OK || pl_json_read(values, pl_buf_str(out), &v, &at, &error) == PL_OK, "the request is no JSON");
        }
        read(arena, values, &task, &config, text, out);
        read_stream(arena, values, &task, &config, text, out);
    }
    pl_ai_task_release(values, &task);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 64 << 20);
    PlHeap *heap = pl_heap_new(&escape, 64 << 20);
    PlValues *values = pl_values_new(heap);
    PlBuf out;
    pl_buf_init(&out, 4 << 20);
    if (setjmp(escape.at) == 0) use(arena, values, pl_str(size ? (const char *)data : "", size), &out);
    pl_buf_deinit(&out);
    pl_values_free(values);
    pl_heap_free(heap);
    pl_arena_free(arena);
    return 0;
}
