/* SPDX-License-Identifier: MIT */
/* Steps for a model, without a network: JSON that is mended, schemas in strict form and back, what the door's config refuses. */
#include "tests/unit/unit.h"

#include "stdlib/ai/config.h"
#include "stdlib/ai/mend.h"
#include "stdlib/ai/prompts.h"
#include "stdlib/ai/strict.h"
#include "vm/value/json.h"

TEST(mend)
{
    static const struct {
        const char *text, *mended; /* NULL: there is no JSON */
        bool cut;
    } cases[] = {{"{\"a\":1}", "{\"a\":1}", false},
                 {"Sure:\n```json\n{'a': 'it''s', b: True,}\n``` done", "{\"a\":\"it''s\",\"b\":true}", false},
                 {"{\"a\": \"say \"hi\" now\"}", "{\"a\":\"say \\\"hi\\\" now\"}", false},
                 {"{\"a\": [1, 2", "{\"a\":[1,2]}", true},
                 {"{\"a\": \"x", "{\"a\":\"x\"}", true},
                 {"{a: None // why\n b: two words}", "{\"a\":null,\"b\":\"two words\"}", false},
                 {"{\"a\": \"\\ud800 \\q\"}", "{\"a\":\"\\ufffd \\\\q\"}", false},
                 {"[1 2, {\"a\" \"b\"}}]", "[1,2,{\"a\":\"b\"}]", false},
                 {"no JSON here", NULL, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlBuf out;
        bool cut;
        pl_buf_init(&out, 0);
        CHECK(pl_ai_mend(pl_str_z(cases[i].text), &out, &cut) == (cases[i].mended != NULL));
        if (cases[i].mended) CHECK_STR(pl_buf_str(&out), cases[i].mended);
        if (cases[i].mended) CHECK(cut == cases[i].cut);
        pl_buf_deinit(&out);
    }
}

static void check_schema(PlValues *values, const char *wanted, const char *sent, bool is_strict, const char *answer, const char *back)
{
    PlValue schema, said;
    size_t at;
    const char *error;
    PlBuf out;
    pl_buf_init(&out, 0);
    CHECK(pl_json_read(values, pl_str_z(wanted), &schema, &at, &error) == PL_OK);
    CHECK(pl_json_read(values, pl_str_z(answer), &said, &at, &error) == PL_OK);
    PlAiSchema made = pl_ai_schema_of_take(values, schema);
    pl_json_write(&out, made.sent);
    CHECK_STR(pl_buf_str(&out), sent);
    CHECK(made.is_strict == is_strict);
    pl_buf_clear(&out);
    PlValue v = pl_ai_schema_back_take(values, &made, said);
    pl_json_write(&out, v);
    CHECK_STR(pl_buf_str(&out), back);
    pl_release(values, v);
    pl_ai_schema_release(values, &made);
    pl_buf_deinit(&out);
}

TEST(strict)
{
    PlEscape escape;
    PlHeap *heap = pl_heap_new(&escape, 0);
    PlValues *values = pl_values_new(heap);
    if (setjmp(escape.at) == 0) {
        check_schema(values, "{\"type\":\"boolean\"}",
                     "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"boolean\"}},\"required\":[\"result\"],\"additionalProperties\":false}", true,
                     "{\"result\":true}", "true");
        check_schema(values,
                     "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"uri\"},\"b\":{\"type\":\"integer\"}},"
                     "\"required\":[\"a\"]}",
                     "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}},"
                     "\"required\":[\"a\",\"b\"],\"additionalProperties\":false}",
                     true, "{\"a\":\"x\",\"b\":null}", "{\"a\":\"x\"}");
        check_schema(values, "{\"type\":\"object\"}", "{\"type\":\"object\"}", false, "{\"x\":null}", "{\"x\":null}");
    } else {
        CHECK(!"out of memory");
    }
    pl_values_free(values);
    pl_heap_free(heap);
}

static bool opens(PlArena *arena, const char *format, const char *hash)
{
    char json[512];
    PlAiConfig config;
    PlBuf why;
    pl_buf_init(&why, 0);
    snprintf(json, sizeof json, format, hash);
    bool good = pl_ai_config_read(arena, pl_str_z(json), &config, &why);
    CHECK(good == (why.len == 0));
    pl_buf_deinit(&why);
    return good;
}

TEST(config)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    char hash[65];
    pl_ai_prompts_hash(hash);
    if (setjmp(escape.at) == 0) {
        CHECK(opens(arena, "{\"model\":\"m\",\"api\":\"openai\",\"url\":\"http://x/v1\",\"prompts\":\"%s\"}", hash));
        CHECK(!opens(arena, "{\"model\":\"m\",\"api\":\"openai\",\"url\":\"http://x/v1\",\"prompts\":\"%s\"}", "other"));
        CHECK(!opens(arena, "{\"model\":\"m\",\"api\":\"other\",\"url\":\"http://x/v1\",\"prompts\":\"%s\"}", hash));
        CHECK(!opens(arena, "{\"api\":\"openai\",\"url\":\"http://x/v1\",\"prompts\":\"%s\"}", hash));
        CHECK(!opens(arena, "[]%s", ""));
    }
    pl_arena_free(arena);
}

UNIT_MAIN
