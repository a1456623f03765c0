/* SPDX-License-Identifier: MIT */
/* Plans as workflow JSON and back: every plan of the parser's goldens comes back as it was, whatever it says. And repairs of JSON, one by one. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "compiler/trade/dsl.h"
#include "compiler/trade/repair.h"
#include "tests/unit/unit.h"

#include <glob.h>
#include <stdlib.h>

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
} Bed;

static void begin(Bed *bed)
{
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (!bed->arena || setjmp(bed->escape.at)) abort();
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
}

static PlStr take(Bed *bed, PlBuf *buf)
{
    PlStr text = pl_arena_str(bed->arena, pl_buf_str(buf));
    pl_buf_deinit(buf);
    return text;
}

static PlStr printed(Bed *bed, const PlPlan *plan)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_plan(&buf, plan);
    return take(bed, &buf);
}

static PlPlan *parsed(Bed *bed, PlStr text)
{
    return pl_parse(bed->arena, &bed->diags, pl_sources_add(&bed->sources, PL_STR("plan"), text));
}

static PlStr json_of(Bed *bed, PlPlan *plan)
{
    PlBuf buf;
    PlDslFacts facts = {0};
    pl_buf_init(&buf, 0);
    pl_dsl_write(bed->arena, &buf, plan, &facts);
    return take(bed, &buf);
}

static PlStr read_back(Bed *bed, PlStr json)
{
    return printed(bed, pl_dsl_read(bed->arena, &bed->diags, pl_sources_add(&bed->sources, PL_STR("json"), json)));
}

/* ---- there and back ---- */

static void round_trip(const char *path)
{
    Bed bed;
    PlBuf file;
    begin(&bed);
    pl_buf_init(&file, 0);
    if (pl_buf_read_file(&file, path) != PL_OK) abort();
    PlStr once = printed(&bed, parsed(&bed, take(&bed, &file))); /* in exact spelling, which reads the same */
    bed.diags.errors = 0;
    PlPlan *plan = parsed(&bed, once);
    bool whole = bed.diags.errors == 0;
    PlStr text = printed(&bed, plan);
    PlStr json = json_of(&bed, plan);
    PlStr again = read_back(&bed, json);
    if (whole && !pl_str_eq(text, again)) fprintf(stderr, "%s:\n", path);
    if (whole) CHECK_STR(again, text.ptr);
    PlStr third = json_of(&bed, parsed(&bed, again));
    if (whole) CHECK_STR(third, json.ptr);
    pl_arena_free(bed.arena);
}

static void all_of(const char *pattern, size_t least)
{
    glob_t found;
    CHECK(glob(pattern, 0, NULL, &found) == 0);
    CHECK(found.gl_pathc >= least);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        /* These refer to steps by number, which an exact plan does not: they come back with the names of the results. */
        if (strstr(found.gl_pathv[i], "/expressions.pilot") || strstr(found.gl_pathv[i], "/nesting.pilot")) continue;
        round_trip(found.gl_pathv[i]);
    }
    globfree(&found);
}

TEST(goldens_come_back)
{
    all_of("tests/golden/parse/*.pilot", 10);
}

TEST(examples_come_back)
{
    all_of("examples/*/*.pilot", 1);
    all_of("tests/trade/plans/*.pilot", 2);
}

/* ---- repairs ---- */

static void put_node(PlBuf *buf, const PlNode *node)
{
    switch (node->kind) {
    case PL_NODE_NULL: pl_buf_put_z(buf, "null"); break;
    case PL_NODE_YESNO: pl_buf_put_z(buf, node->as.yes ? "true" : "false"); break;
    case PL_NODE_INT: pl_buf_put_int(buf, node->as.integer); break;
    case PL_NODE_NUMBER: pl_buf_put_double(buf, node->as.number); break;
    case PL_NODE_TEXT: pl_buf_put_json(buf, pl_node_text(node)); break;
    case PL_NODE_LIST:
        pl_buf_put_char(buf, '[');
        for (uint32_t i = 0; i < node->count; i++) {
            if (i) pl_buf_put_char(buf, ',');
            put_node(buf, pl_node_item(node, i));
        }
        pl_buf_put_char(buf, ']');
        break;
    default:
        pl_buf_put_char(buf, '{');
        for (uint32_t i = 0; i < node->count; i++) {
            if (i) pl_buf_put_char(buf, ',');
            pl_buf_put_json(buf, pl_pair_key(pl_node_at(node, i)));
            pl_buf_put_char(buf, ':');
            put_node(buf, &pl_node_at(node, i)->value);
        }
        pl_buf_put_char(buf, '}');
        break;
    }
}

static void repair(const char *text, const char *expected, unsigned notes)
{
    Bed bed;
    begin(&bed);
    PlRepair r = pl_repair_json(&bed.diags, pl_sources_add(&bed.sources, PL_STR("json"), pl_str_z(text)));
    PlBuf buf;
    pl_buf_init(&buf, 0);
    if (r.root) put_node(&buf, r.root);
    CHECK_STR(take(&bed, &buf), expected);
    if (bed.diags.notes != notes) fprintf(stderr, "%s: %u notes\n", text, bed.diags.notes);
    CHECK(bed.diags.notes == notes);
    pl_arena_free(bed.arena);
}

TEST(strict_json_is_read_strictly)
{
    repair("{\"a\": [1, 2.5, true, null, \"x\\u00e9\\n\"]}", "{\"a\":[1,2.5,true,null,\"x\xc3\xa9\\n\"]}", 0);
    repair(" [ ] ", "[]", 0);
}

TEST(repairs)
{
    repair("Here: ```json\n{\"a\": 1}\n``` done", "{\"a\":1}", 1);
    repair("{\"a\": 1, // one\n/* two */ \"b\": 2, # three\n}", "{\"a\":1,\"b\":2}", 2);
    repair("{'a': 'it''s', b: `c`}", "{\"a\":\"it''s\",\"b\":\"c\"}", 3);
    repair("{\"a\": [1,, 2,], }", "{\"a\":[1,2]}", 1);
    repair("{\"a\": 1 \"b\": 2}", "{\"a\":1,\"b\":2}", 1);
    repair("{\"a\": True, \"b\": None, \"c\": undefined}", "{\"a\":true,\"b\":null,\"c\":null}", 1);
    repair("{\"a\": \"x\ny\"}", "{\"a\":\"x\\ny\"}", 1);
    repair("{\"a\": \"he said \"hi\" to me\"}", "{\"a\":\"he said \\\"hi\\\" to me\"}", 1);
    repair("{\"a\": [1, 2}", "{\"a\":[1,2]}", 1);
    repair("{\"a\": 1]}", "{\"a\":1}", 1);
    repair("{\"a\": \"c:\\path\"}", "{\"a\":\"c:\\\\path\"}", 1);
    repair("{\"a\": {\"b\": [1, {\"c\": \"cut he", "{\"a\":{\"b\":[1,{\"c\":\"cut he\"}]}}", 1);
    repair("{\"a\": plain words, \"b\": 1}", "{\"a\":\"plain words\",\"b\":1}", 1);
    repair("{\"a\": , \"b\":}", "{\"a\":null,\"b\":null}", 1);
    repair("{\"a\": \"\\ud83d\\ude00\", \"b\": \"\\ud83d\",}", "{\"a\":\"\xf0\x9f\x98\x80\",\"b\":\"\xef\xbf\xbd\"}", 1);
    repair("{\xe2\x80\x9c" "a\xe2\x80\x9d: \xe2\x80\x9c" "b\xe2\x80\x9d}", "{\"a\":\"b\"}", 1);
    repair("no json", "", 0);
    repair("{\"a\": 00012, \"b\": .5, \"c\": 1e400}", "{\"a\":\"00012\",\"b\":\".5\",\"c\":\"1e400\"}", 1);
}

TEST(deep_nesting_ends)
{
    char text[4000];
    memset(text, '[', sizeof text - 1);
    text[0] = '{';
    memcpy(text + 1, "\"a\":", 4);
    text[sizeof text - 1] = 0;
    Bed bed;
    begin(&bed);
    PlRepair r = pl_repair_json(&bed.diags, pl_sources_add(&bed.sources, PL_STR("json"), pl_str_z(text)));
    CHECK(r.root == NULL);
    CHECK(bed.diags.errors == 1);
    pl_arena_free(bed.arena);
}

/* ---- references ---- */

static void reads(const char *steps, const char *expected)
{
    Bed bed;
    begin(&bed);
    PlStr json = pl_arena_printf(bed.arena, "{\"workflow_steps\": [%s]}", steps);
    CHECK_STR(read_back(&bed, json), expected);
    CHECK(bed.diags.errors == 0);
    pl_arena_free(bed.arena);
}

TEST(references)
{
    reads("{\"id\":\"step1\",\"type\":\"action\",\"action\":\"a.b\"},{\"id\":\"x\",\"type\":\"note\",\"text\":\"{{step1.data.c}} "
          "{{steps.step1.output.d[0]}}\"}",
          "1. a.b() -> result1\n2. Note \"{result1.c} {result1.d[0]}\"\n");
    reads("{\"type\":\"set\",\"variable\":\"input\",\"value\":1},{\"type\":\"return\",\"value\":\"{{input.x}}\"}", "1. Set input to 1\n2. Return input.x\n");
    reads("{\"type\":\"return\",\"value\":\"{{inputs.x}}{{\"}", "1. Return \"{x}\\{\\{\"\n");
    reads("{\"type\":\"return\",\"value\":[\"{{2 days}}\",{\"a b\":\"{{\\\"}}\\\"}}\"}]}", "1. Return [2 days, {\"a b\": \"}}\"}]\n");
    reads("{\"type\":\"wait\",\"duration\":\"5s\"},{\"type\":\"wait\",\"duration\":90}", "1. Wait 5 seconds\n2. Wait 1 minute 30 seconds\n");
    reads("{\"id\":\"s\",\"type\":\"loop\",\"items\":\"{{[1]}}\",\"steps\":[{\"type\":\"note\",\"text\":\"{{item}} {{current.value}}\"}]}",
          "1. For each item in [1]:\n   1.1. Note \"{item} {item}\"\n");
}

TEST(conditions)
{
    reads("{\"type\":\"check\",\"condition\":{\"or\":[{\"field\":\"{{a.b}}\",\"operator\":\"gte\",\"value\":3},{\"not\":{\"field\":\"c\","
          "\"operator\":\"exists\"}}]}}",
          "1. Check (a.b >= 3) or (not (c exists))\n");
    reads("{\"type\":\"check\",\"condition\":[{\"field\":\"a\",\"operator\":\"in\",\"value\":\"{{b}}\"},\"{{c}} == 'x'\"]}",
          "1. Check (a in b) and (c is \"x\")\n");
}

UNIT_MAIN
