/* SPDX-License-Identifier: MIT */
/* Patches: the operations of RFC 6902 on maps, lists and the whole, what cannot be done, and the merge of RFC 7396. */
#include "tests/unit/unit.h"

#include "vm/service/mock_patch.h"

typedef struct Case {
    const char *old, *patch, *expected; /* "!words": refused with a reason that has these words */
} Case;

static PlNode read_json(PlArena *arena, const char *text)
{
    PlNode node;
    size_t at;
    PlStr words;
    CHECK(pl_node_read(arena, pl_str_z(text), &node, &at, &words) == PL_OK);
    return node;
}

static void check_cases(const Case *cases, size_t count, bool merges)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    for (size_t i = 0; i < count; i++) {
        PlNode old = read_json(arena, cases[i].old), patch = read_json(arena, cases[i].patch), out = pl_node_null();
        PlStr why = PL_STR("");
        bool done = true;
        if (merges) out = pl_mock_patch_merge(arena, &old, &patch);
        else done = pl_mock_patch_apply(arena, &old, &patch, &out, &why);
        if (cases[i].expected[0] == '!') CHECK(!done && pl_str_find(why, pl_str_z(cases[i].expected + 1), 0) != PL_STR_NONE);
        else CHECK_STR(done ? pl_node_written(arena, &out) : why, cases[i].expected);
    }
    pl_arena_free(arena);
}

TEST(operations)
{
    static const Case cases[] = {
        {"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]", "{\"foo\":\"bar\",\"baz\":\"qux\"}"},
        {"{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]", "{\"foo\":[\"bar\",\"qux\",\"baz\"]}"},
        {"{\"foo\":[\"bar\"]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\"]}]", "{\"foo\":[\"bar\",[\"abc\"]]}"},
        {"{\"baz\":1,\"foo\":2}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":2}"},
        {"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[1,3]}"},
        {"{\"baz\":1,\"foo\":2}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":null}]", "{\"baz\":null,\"foo\":2}"},
        {"{\"a\":{\"b\":1,\"c\":2},\"d\":{}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/d/e\"}]", "{\"a\":{\"c\":2},\"d\":{\"e\":1}}"},
        {"{\"foo\":[1,2,3]}", "[{\"op\":\"move\",\"from\":\"/foo/0\",\"path\":\"/foo/2\"}]", "{\"foo\":[2,3,1]}"},
        {"{\"a\":[1]}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"add\",\"path\":\"/b/0\",\"value\":0}]", "{\"a\":[1],\"b\":[0,1]}"},
        {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1.0},{\"op\":\"replace\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}"},
        {"{\"a/b\":1,\"m~n\":2}", "[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":3},{\"op\":\"remove\",\"path\":\"/m~0n\"}]", "{\"a/b\":3}"},
        {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}"},
    };
    check_cases(cases, sizeof cases / sizeof *cases, false);
}

TEST(what_cannot_be_done_changes_nothing)
{
    static const Case cases[] = {
        {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2},{\"op\":\"remove\",\"path\":\"/b\"}]",
         "!operation 1 cannot be done: {\"op\":\"remove\""},
        {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":1}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b/c\",\"value\":1}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\"}]", "!operation 0"},
        {"{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/3\",\"value\":1}]", "!operation 0"},
        {"{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/-\"}]", "!operation 0"},
        {"{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/00\"}]", "!operation 0"},
        {"{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/b\"}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"frobnicate\",\"path\":\"/a\"}]", "!operation 0"},
        {"{\"a\":1}", "[{\"op\":\"remove\"}]", "!operation 0"},
        {"5", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":1}]", "!operation 0"},
    };
    check_cases(cases, sizeof cases / sizeof *cases, false);
}

TEST(deep_pointers_end)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlBuf text;
    pl_buf_init(&text, 0);
    for (int i = 0; i < 70; i++) pl_buf_put_z(&text, "{\"a\":");
    pl_buf_put_z(&text, "1");
    for (int i = 0; i < 70; i++) pl_buf_put_z(&text, "}");
    PlNode old = read_json(arena, pl_buf_str(&text).ptr), out;
    pl_buf_clear(&text);
    pl_buf_put_z(&text, "[{\"op\":\"replace\",\"path\":\"");
    for (int i = 0; i < 70; i++) pl_buf_put_z(&text, "/a");
    pl_buf_put_z(&text, "\",\"value\":2}]");
    PlNode patch = read_json(arena, pl_buf_str(&text).ptr);
    PlStr why;
    CHECK(!pl_mock_patch_apply(arena, &old, &patch, &out, &why));
    pl_buf_deinit(&text);
    pl_arena_free(arena);
}

TEST(merging)
{
    static const Case cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    check_cases(cases, sizeof cases / sizeof *cases, true);
}

TEST(which_kind_it_is)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlNode list = read_json(arena, "[{\"op\":\"x\"}]"), plain = read_json(arena, "[{\"id\":1}]");
    PlNode empty = read_json(arena, "[]"), map = read_json(arena, "{\"op\":1}");
    CHECK(pl_mock_patch_is_list(&list) && !pl_mock_patch_is_list(&plain) && !pl_mock_patch_is_list(&empty) && !pl_mock_patch_is_list(&map));
    pl_arena_free(arena);
}

UNIT_MAIN
