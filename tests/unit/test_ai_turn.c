/* SPDX-License-Identifier: MIT */
/* Turns of an agent and answers in pieces, without a network: what a model may choose, what it is told, how pieces become a whole. */
#include "tests/unit/unit.h"

#include "stdlib/ai/stream.h"
#include "stdlib/ai/wire.h"
#include "vm/value/json.h"

#include <stdlib.h>

static const char *const request =
    "{\"goal\":\"Find it\",\"tools\":[\"shop.list\"],\"max_steps\":3,"
    "\"transcript\":[{\"tool\":\"shop.list\",\"arguments\":{\"state\":\"late\"},\"result\":[\"</data>\"]}],"
    "\"actions\":\"[{\\\"action\\\":\\\"shop.list\\\",\\\"name\\\":\\\"shop_list\\\",\\\"parameters\\\":{\\\"type\\\":\\\"object\\\",\\\"properties\\\":"
    "{\\\"state\\\":{\\\"type\\\":\\\"string\\\",\\\"enum\\\":[\\\"late\\\",\\\"done\\\"]}},\\\"additionalProperties\\\":false}}]\","
    "\"schema\":\"{\\\"type\\\":\\\"object\\\",\\\"properties\\\":{\\\"tool\\\":{},\\\"arguments\\\":{},\\\"answer\\\":{\\\"type\\\":\\\"integer\\\"}}}\"}";

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlHeap *heap;
    PlValues *values;
    PlAiTask task;
} Bed;

static void begin(Bed *bed, const char *body)
{
    PlStr why;
    *bed = (Bed){0};
    bed->arena = pl_arena_new(&bed->escape, 0);
    bed->heap = pl_heap_new(&bed->escape, 0);
    bed->values = pl_values_new(bed->heap);
    if (setjmp(bed->escape.at) != 0) abort();
    CHECK(pl_ai_task_make(bed->arena, bed->values, PL_STR("turn"), pl_str_z(body), &bed->task, &why));
}

static void end(Bed *bed)
{
    pl_ai_task_release(bed->values, &bed->task);
    pl_values_free(bed->values);
    pl_heap_free(bed->heap);
    pl_arena_free(bed->arena);
}

TEST(choices)
{
    static const struct {
        const char *function, *text, *result, *issue; /* result NULL: refused, with these words in the issue */
    } cases[] = {
        {"shop_list", "{\"state\":\"late\"}", "{\"tool\":\"shop.list\",\"arguments\":{\"state\":\"late\"}}", ""},
        {"shop_list", "{\"state\":null}", "{\"tool\":\"shop.list\",\"arguments\":{}}", ""},
        {"shop_list", "", "{\"tool\":\"shop.list\",\"arguments\":{}}", ""},
        {"shop_list", "{state: 'done',}", "{\"tool\":\"shop.list\",\"arguments\":{\"state\":\"done\"}}", ""},
        {"shop_list", "{\"state\":\"early\"}", NULL, "/state"},
        {"shop_list", "{\"other\":1}", NULL, "other"},
        {"shop_list", "[1]", NULL, "must be one JSON object"},
        {"shop_burn", "{}", NULL, "no function `shop_burn`, only shop_list"},
        {"answer", "{\"result\":7}", "{\"answer\":7}", ""},
        {"answer", "{\"result\":\"x\"}", NULL, "integer"},
        {"", "{\"result\":7}", "{\"answer\":7}", ""},
        {"", "{\"answer\":7}", "{\"answer\":7}", ""},
        {"", "{\"function\":\"shop_list\",\"arguments\":{\"state\":\"late\"}}", "{\"tool\":\"shop.list\",\"arguments\":{\"state\":\"late\"}}", ""},
        {"", "I do not know", NULL, "no JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        PlBuf out;
        PlStr issue = PL_STR("");
        bool mended;
        begin(&bed, request);
        pl_buf_init(&out, 0);
        PlAiSaid said = {.function = pl_str_z(cases[i].function), .text = pl_str_z(cases[i].text), .refusal = PL_STR("")};
        bool good = pl_ai_task_result(bed.arena, bed.values, &bed.task, &said, &out, &mended, &issue);
        CHECK(good == (cases[i].result != NULL));
        if (good && cases[i].result) CHECK_STR(pl_buf_str(&out), cases[i].result);
        if (!cases[i].result) CHECK(pl_str_find(issue, pl_str_z(cases[i].issue), 0) != PL_STR_NONE);
        pl_buf_deinit(&out);
        end(&bed);
    }
}

TEST(last_turn)
{
    Bed bed;
    PlBuf out;
    PlStr issue = PL_STR("");
    bool mended;
    char text[2048];
    snprintf(text, sizeof text, "%s", request);
    char *steps = strstr(text, "\"max_steps\":3");
    steps[12] = '2';
    begin(&bed, text);
    pl_buf_init(&out, 0);
    PlAiSaid said = {.function = PL_STR("shop_list"), .text = PL_STR("{}"), .refusal = PL_STR("")};
    CHECK(bed.task.turn->is_last);
    CHECK(!pl_ai_task_result(bed.arena, bed.values, &bed.task, &said, &out, &mended, &issue));
    CHECK(pl_str_find(issue, PL_STR("no turn is left"), 0) != PL_STR_NONE);
    pl_buf_deinit(&out);
    end(&bed);
}

/* An answer in words needs no function; a model that calls one all the same is understood or told. */
TEST(answers_in_words)
{
    static const char *const cases[][3] = {{"", "It was snow.", "{\"answer\":\"It was snow.\"}"},
                                           {"", "{\"answer\":\"snow\"}", "{\"answer\":\"snow\"}"},
                                           {"answer", "{\"answer\":\"snow\"}", "{\"answer\":\"snow\"}"},
                                           {"answer", "{\"order\":7}", NULL},
                                           {"answer", "[1]", NULL},
                                           {"", "", NULL}};
    char text[2048];
    snprintf(text, sizeof text, "%s", request);
    memcpy(strstr(text, "\"schema\""), "\"nothin\"", 8);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        PlBuf out;
        PlStr issue = PL_STR("");
        bool mended;
        begin(&bed, text);
        pl_buf_init(&out, 0);
        PlAiSaid said = {.function = pl_str_z(cases[i][0]), .text = pl_str_z(cases[i][1]), .refusal = PL_STR("")};
        bool good = pl_ai_task_result(bed.arena, bed.values, &bed.task, &said, &out, &mended, &issue);
        CHECK(bed.task.is_text && good == (cases[i][2] != NULL));
        if (good && cases[i][2]) CHECK_STR(pl_buf_str(&out), cases[i][2]);
        if (!good) CHECK(issue.len > 0);
        pl_buf_deinit(&out);
        end(&bed);
    }
}

TEST(what_is_told)
{
    for (int api = 0; api < 2; api++) {
        Bed bed;
        PlBuf out;
        PlAiTalk talk = {0};
        PlAiConfig config = {.api = (PlAiApi)api, .model = PL_STR("m"), .url = PL_STR("http://127.0.0.1/")};
        begin(&bed, request);
        pl_buf_init(&out, 0);
        pl_ai_wire_body(&out, &config, &bed.task, &talk);
        PlStr body = pl_buf_str(&out);
        CHECK(pl_str_find(body, PL_STR("call_1"), 0) != PL_STR_NONE);
        CHECK(pl_str_find(body, PL_STR("[\\\"\\\\u003c/data>\\\"]"), 0) != PL_STR_NONE); /* a result cannot end its mark */
        CHECK(pl_str_find(body, PL_STR("Goal: Find it"), 0) != PL_STR_NONE);
        CHECK(pl_str_find(body, PL_STR("\"stream\""), 0) == PL_STR_NONE);
        pl_buf_deinit(&out);
        end(&bed);
    }
}

static bool is_refused(const char *body)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlHeap *heap = pl_heap_new(&escape, 0);
    PlValues *values = pl_values_new(heap);
    PlAiTask task;
    PlStr why;
    if (setjmp(escape.at) != 0) abort();
    bool made = pl_ai_task_make(arena, values, PL_STR("turn"), pl_str_z(body), &task, &why);
    bool told = why.len > 0;
    pl_ai_task_release(values, &task);
    pl_values_free(values);
    pl_heap_free(heap);
    pl_arena_free(arena);
    return !made && told;
}

TEST(refused_requests)
{
    static const char *const bodies[] = {"{}", "{\"actions\":\"[]\"}", "{\"actions\":\"[1]\"}",
                                         "{\"actions\":\"[{\\\"action\\\":\\\"a\\\",\\\"name\\\":\\\"b\\\"}]\"}",
                                         "{\"actions\":\"x\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) CHECK(is_refused(bodies[i]));
}

/* ---- pieces ---- */

static void keep(void *user, PlStr text)
{
    pl_buf_put(user, text);
}

static void check_stream(PlAiApi api, const char *events, bool whole, const char *function, const char *text, const char *told)
{
    for (size_t step = 1; step < 90; step += 11) {
        Bed bed;
        PlAiStream stream;
        PlAiSaid said;
        PlStr words, bytes = pl_str_z(events);
        PlBuf seen;
        begin(&bed, request);
        pl_buf_init(&seen, 0);
        pl_ai_stream_init(&stream, api, bed.values);
        stream.told = keep;
        stream.user = &seen;
        for (size_t at = 0; at < bytes.len; at += step) pl_ai_stream_feed(&stream, pl_str_slice(bytes, at, at + step < bytes.len ? at + step : bytes.len));
        CHECK(pl_ai_stream_end(&stream, bed.arena, &said, &words) == whole);
        if (whole) CHECK_STR(said.function, function);
        if (whole) CHECK_STR(said.text, text);
        CHECK_STR(pl_buf_str(&seen), told);
        pl_ai_stream_deinit(&stream);
        pl_buf_deinit(&seen);
        end(&bed);
    }
}

TEST(chat_pieces)
{
    check_stream(PL_AI_OPENAI,
                 "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n: a comment\ndata:{"
                 "\"choices\":[{\"delta\":{\"content\":\"Gr\\u00fc\"}}]}\n\n"
                 "data: {\"choices\":[{\"delta\":{\"content\":\"ezi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
                 true, "", "Gr\xc3\xbc" "ezi", "Gr\xc3\xbc" "ezi");
    check_stream(PL_AI_OPENAI,
                 "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"shop_list\",\"arguments\":\"\"}}]}}]}\n\n"
                 "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}},"
                 "{\"index\":1,\"function\":{\"name\":\"b\",\"arguments\":\"[]\"}}]}}]}\n\n"
                 "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
                 true, "shop_list", "{}", "");
    check_stream(PL_AI_OPENAI, "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n", false, "", "", "half");
    check_stream(PL_AI_OPENAI, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {broken\n\ndata: [DONE]\n\n", false, "", "", "x");
    check_stream(PL_AI_OPENAI, "data: {\"error\":{\"message\":\"no\"}}\n\ndata: [DONE]\n\n", false, "", "", "");
}

TEST(message_pieces)
{
    check_stream(PL_AI_ANTHROPIC,
                 "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5}}}\n\n"
                 "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Let me \"}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"see\"}}\n\n"
                 "data: {\"type\":\"content_block_stop\"}\n\n"
                 "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\"name\":\"shop_list\",\"input\":{}}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n"
                 "data: {\"type\":\"content_block_stop\"}\n\n"
                 "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":7}}\n\n"
                 "data: {\"type\":\"message_stop\"}\n\n",
                 true, "shop_list", "{}", "Let me see");
    check_stream(PL_AI_ANTHROPIC,
                 "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\"name\":\"answer\",\"input\":{}}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"result\\\":7}\"}}\n\n"
                 "data: {\"type\":\"message_stop\"}\n\n",
                 true, "answer", "{\"result\":7}", "{\"result\":7}");
    check_stream(PL_AI_ANTHROPIC, "data: {\"type\":\"error\",\"error\":{\"message\":\"overloaded\"}}\n\n", false, "", "", "");
}

UNIT_MAIN
