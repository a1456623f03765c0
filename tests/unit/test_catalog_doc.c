/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "compiler/catalog/doc.h"
#include "compiler/catalog/scalar.h"

#include <stdlib.h>

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlDoc doc;
} Bed;

static void bed_open(Bed *bed, PlStr text)
{
    bed->arena = pl_arena_new(&bed->escape, 0);
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    if (setjmp(bed->escape.at)) {
        CHECK(!"escaped");
        return;
    }
    pl_doc_parse(&bed->doc, &bed->diags, PL_STR("test.yaml"), text);
}

static void bed_close(Bed *bed)
{
    pl_arena_free(bed->arena);
}

static bool has(const Bed *bed, PlDiagCode code)
{
    for (uint32_t i = 0; i < bed->diags.all.len; i++)
        if (bed->diags.all.items[i]->code == code) return true;
    return false;
}

/* kind and value of node: n, y, Y, i5, d0.5, "text", [..], {k:v,..} */
static void show(PlBuf *out, const PlNode *node)
{
    switch ((PlNodeKind)node->kind) {
    case PL_NODE_NULL: pl_buf_put_char(out, 'n'); break;
    case PL_NODE_YESNO: pl_buf_put_char(out, node->as.yes ? 'Y' : 'y'); break;
    case PL_NODE_INT: pl_buf_put_char(out, 'i'), pl_buf_put_int(out, node->as.integer); break;
    case PL_NODE_NUMBER: pl_buf_put_char(out, 'd'), pl_buf_put_double(out, node->as.number); break;
    case PL_NODE_TEXT: pl_buf_put_json(out, pl_node_text(node)); break;
    case PL_NODE_LIST:
        pl_buf_put_char(out, '[');
        for (uint32_t i = 0; i < node->count; i++) show(out, pl_node_item(node, i)), pl_buf_put_char(out, ' ');
        pl_buf_put_char(out, ']');
        break;
    case PL_NODE_MAP:
        pl_buf_put_char(out, '{');
        for (uint32_t i = 0; i < node->count; i++) {
            pl_buf_put(out, pl_pair_key(pl_node_at(node, i)));
            pl_buf_put_char(out, ':');
            show(out, &pl_node_at(node, i)->value);
            pl_buf_put_char(out, ' ');
        }
        pl_buf_put_char(out, '}');
        break;
    }
}

#define CHECK_TREE(text, expected)                                                                                     \
    do {                                                                                                               \
        Bed bed = {0};                                                                                                 \
        PlBuf out;                                                                                                     \
        pl_buf_init(&out, 0);                                                                                          \
        bed_open(&bed, PL_STR(text));                                                                                  \
        CHECK(bed.doc.root != NULL);                                                                                   \
        if (bed.doc.root) show(&out, bed.doc.root);                                                                    \
        CHECK_STR(pl_buf_str(&out), expected);                                                                         \
        pl_buf_deinit(&out);                                                                                           \
        bed_close(&bed);                                                                                               \
    } while (0)

TEST(json_tree)
{
    CHECK_TREE("{\"a\": [1, -2.5, true, false, null, \"x\\u00e9\"], \"b\": {}}",
               "{a:[i1 d-2.5 Y y n \"x\xc3\xa9\" ] b:{} }");
    CHECK_TREE(" [] ", "[]");
}

TEST(yaml_scalars_by_core_schema)
{
    CHECK_TREE("a: yes\nb: no\nc: On\nd: true\ne: False\nf: ~\ng:\nh: null\n",
               "{a:\"yes\" b:\"no\" c:\"On\" d:Y e:y f:n g:n h:n }");
    CHECK_TREE("[010, 0o17, 0xff, +5, -7, 1e3, .5, 5., -.5e-1, 1_000, 0b1, .inf, 1:30, 2020-01-01, 0x]",
               "[i10 i15 i255 i5 i-7 d1000 d0.5 d5 d-0.05 \"1_000\" \"0b1\" \".inf\" \"1:30\" \"2020-01-01\" \"0x\" ]");
    CHECK_TREE("['1', \"2\", !!str 3, !!int '4', !thing 5, !!binary aGk=, 99999999999999999999, -, 1.5.2]",
               "[\"1\" \"2\" \"3\" i4 i5 \"aGk=\" d100000000000000000000 \"-\" \"1.5.2\" ]");
}

TEST(yaml_texts)
{
    CHECK_TREE("a: |\n  x\n  y\nb: >-\n  x\n  y\nc: 'it''s'\nd: \"\\u00e9\"\ne: plain # not\n",
               "{a:\"x\\ny\\n\" b:\"x y\" c:\"it's\" d:\"\xc3\xa9\" e:\"plain\" }");
    CHECK_TREE("200: ok\n'404': no\nnull: x\n", "{200:\"ok\" 404:\"no\" null:\"x\" }");
    CHECK_TREE("a: 1\r\nb: x\r\n", "{a:i1 b:\"x\" }");
    CHECK_TREE("\xef\xbb\xbf"
               "a: 1\n",
               "{a:i1 }");
}

TEST(yaml_anchors_and_merge_keys)
{
    CHECK_TREE("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\nd:\n  <<: [*x, {r: 4, p: 9}]\n",
               "{a:{p:i1 q:i2 } b:{p:i1 q:i2 } c:{q:i3 p:i1 } d:{p:i1 q:i2 r:i4 } }");
    Bed bed = {0};
    bed_open(&bed, PL_STR("a: &x [1, *x]\nb: *y\n"));
    CHECK(has(&bed, PL_D_DOC_ALIAS_CYCLE));
    CHECK(has(&bed, PL_D_DOC_UNKNOWN_ALIAS));
    CHECK(pl_node_count(PL_GET(bed.doc.root, "a")) == 2);
    bed_close(&bed);
}

TEST(billion_laughs_is_linear)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 40; i++)
        pl_buf_printf(&text, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1,
                      i - 1);
    Bed bed = {0};
    bed_open(&bed, pl_buf_str(&text));
    CHECK(bed.doc.root && pl_node_count(PL_GET(bed.doc.root, "a39")) == 6);
    CHECK(pl_arena_used(bed.arena) < 200000);
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(complex_keys_are_left_out)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("? [a, b]\n: {c: [d]}\n{{x}}: 1\nlast: 2\n"));
    CHECK(has(&bed, PL_D_DOC_COMPLEX_KEY));
    CHECK(pl_node_count(bed.doc.root) == 1);
    CHECK(PL_GET(bed.doc.root, "last") && PL_GET(bed.doc.root, "last")->as.integer == 2);
    bed_close(&bed);
}

TEST(duplicate_keys_last_one_counts)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("{\"a\": 1, \"b\": 2, \"a\": 3}"));
    CHECK(has(&bed, PL_D_DOC_DUPLICATE_KEY));
    CHECK(PL_GET(bed.doc.root, "a")->as.integer == 3);
    CHECK(pl_node_at(bed.doc.root, 0)->value.flags & PL_NODE_SHADOWED);
    bed_close(&bed);
}

TEST(large_maps_are_indexed)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    for (int i = 0; i < 1000; i++) pl_buf_printf(&text, "key%d: %d\n", i, i);
    pl_buf_put_z(&text, "key7: 77\n");
    Bed bed = {0};
    bed_open(&bed, pl_buf_str(&text));
    CHECK(PL_GET(bed.doc.root, "key999")->as.integer == 999);
    CHECK(PL_GET(bed.doc.root, "key7")->as.integer == 77);
    CHECK(PL_GET(bed.doc.root, "key1000") == NULL);
    CHECK(bed.diags.all.len == 1);
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(positions)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("\xc3\xa9: \"\xe2\x82\xac\"\nb:\n  - x\n  - yy\n"));
    PlNode *b = PL_GET(bed.doc.root, "b");
    PlNode *yy = pl_node_item(b, 1);
    PlPosition at = pl_sources_position(&bed.sources, yy->source, yy->start);
    CHECK(at.line == 4 && at.column == 5);
    CHECK(yy->end - yy->start == 2);
    CHECK_STR(pl_node_raw(yy, &bed.sources), "yy");
    at = pl_sources_position(&bed.sources, 0, pl_node_pair(bed.doc.root, PL_STR("b"))->key_start);
    CHECK(at.line == 2 && at.column == 1);
    bed_close(&bed);
}

TEST(loose_json_is_read_as_yaml)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("{\"a\": 1, b: [2,],}"));
    CHECK(has(&bed, PL_D_DOC_JSON_AS_YAML) && bed.diags.errors == 0);
    CHECK(bed.doc.root && pl_node_count(bed.doc.root) == 2);
    bed_close(&bed);
}

TEST(comments_in_json_are_forgiven)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("{ // one\n \"a\": \"x // y\", /* two\n three */ \"b\": [1, 2,], // \"c\": 3\n}"));
    CHECK(has(&bed, PL_D_DOC_JSON_AS_YAML) && bed.diags.errors == 0);
    CHECK(pl_node_count(bed.doc.root) == 2);
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "a")), "x // y");
    PlNode *b = PL_GET(bed.doc.root, "b");
    CHECK(pl_node_count(b) == 2 && pl_sources_position(&bed.sources, b->source, b->start).line == 3);
    bed_close(&bed);
}

TEST(tabs_are_forgiven)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("a:\n  b: 1\n\t\n  c: x\n\td: 2\n"));
    CHECK(bed.doc.root == NULL || has(&bed, PL_D_DOC_CONTROL));
    bed_close(&bed);
    bed_open(&bed, PL_STR("a:\n\tb: 1\n\tc: 2\n"));
    CHECK(bed.doc.root && has(&bed, PL_D_DOC_CONTROL));
    CHECK(PL_GET(PL_GET(bed.doc.root, "a"), "c") != NULL);
    bed_close(&bed);
}

TEST(texts_that_lack_quotes)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("a: one: tw\xc3\xb6: three\nb: @x\nc: \"open\nd: *bold* x\nstray\ne: \"done\" more\nf: 1\n"));
    CHECK(bed.doc.root && bed.doc.root->count == 6 && has(&bed, PL_D_DOC_TAKEN_AS_TEXT) && has(&bed, PL_D_DOC_LEFT_OUT));
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "a")), "one: tw\xc3\xb6: three");
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "b")), "@x");
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "c")), "\"open");
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "d")), "*bold* x");
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "e")), "done");
    bed_close(&bed);
}

TEST(faults_have_places)
{
    Bed bed = {0};
    bed_open(&bed, PL_STR("{\"a\": \n [1 2}"));
    CHECK(bed.doc.root == NULL && bed.diags.all.len == 1 && has(&bed, PL_D_DOC_NOT_JSON));
    CHECK(pl_sources_position(&bed.sources, 0, bed.diags.all.items[0]->span.start).line == 2);
    bed_close(&bed);
    bed_open(&bed, PL_STR("a: [b\n"));
    CHECK(bed.doc.root == NULL && has(&bed, PL_D_DOC_NOT_YAML));
    bed_close(&bed);
}

TEST(nesting_is_bounded)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    for (int i = 0; i < 100000; i++) pl_buf_put_char(&text, '[');
    Bed bed = {0};
    bed_open(&bed, pl_buf_str(&text));
    CHECK(bed.doc.root == NULL && bed.diags.errors == 1);
    bed_close(&bed);
    pl_buf_clear(&text);
    for (int i = 0; i < 3000; i++) pl_buf_put_z(&text, "- ");
    bed_open(&bed, pl_buf_str(&text));
    CHECK(bed.doc.root == NULL && bed.diags.errors == 1);
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(encodings)
{
    Bed bed = {0};
    bed_open(&bed, pl_str("\xff\xfe"
                          "a\0:\0 \0\xe9\0",
                          10));
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "a")), "\xc3\xa9");
    bed_close(&bed);
    bed_open(&bed, PL_STR("a: caf\xe9\n"));
    CHECK_STR(pl_node_text(PL_GET(bed.doc.root, "a")), "caf\xc3\xa9");
    CHECK(has(&bed, PL_D_DOC_LATIN1));
    bed_close(&bed);
}

TEST(odd_inputs_do_not_crash)
{
    const char *texts[] = {"",   " ",  "\n", "{",  "[", "null", "5", "---", "--- a\n--- b\n", "\"", "&a",
                           "*a", "!!", "? ", ": ", "%", "{a",   "@", "`"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Bed bed = {0};
        bed_open(&bed, pl_str_z(texts[i]));
        bed_close(&bed);
    }
}

/* Half of a pair of \u escapes is one bad character, not a bad document. */
TEST(lone_surrogates)
{
    static const struct {
        const char *text, *tree;
        bool noted;
    } cases[] = {{"{\"a\": \"x \\ud800 y\"}", "{a:\"x \xef\xbf\xbd y\" }", true},
                 {"{\"a\": \"\\udc00\", \"\\ud800\\ud83d\\ude00\": 1}", "{a:\"\xef\xbf\xbd\" \xef\xbf\xbd\xf0\x9f\x98\x80:i1 }", true},
                 {"{\"a\": \"\\ud800\\u0041\\ud800\"}", "{a:\"\xef\xbf\xbd" "A\xef\xbf\xbd\" }", true},
                 {"{\"a\": \"\\ud83d\\ude00\"}", "{a:\"\xf0\x9f\x98\x80\" }", false},
                 {"a: \"\\ud800 b\"\nc: \"\\ud83d\\ude00\"\n", "{a:\"\xef\xbf\xbd b\" c:\"\xf0\x9f\x98\x80  \" }", true},
                 {"a: \"\\ud83d\\ude00 b \\ud83d\\ude00\"\n", "{a:\"\xf0\x9f\x98\x80   b \xf0\x9f\x98\x80  \" }", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_open(&bed, pl_str_z(cases[i].text));
        PlBuf out;
        pl_buf_init(&out, 0);
        if (bed.doc.root) show(&out, bed.doc.root);
        CHECK_STR(pl_buf_str(&out), cases[i].tree);
        CHECK(has(&bed, PL_D_DOC_DAMAGED) == cases[i].noted && bed.diags.errors == 0);
        pl_buf_deinit(&out);
        bed_close(&bed);
    }
}

TEST(commas_too_many)
{
    static const char *const texts[] = {"{\"a\": 1,, \"b\": 2}", "{\"a\": 1 , ,\"b\": 2,}", "{,\"a\": 1,,,\"b\": 2}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Bed bed;
        bed_open(&bed, pl_str_z(texts[i]));
        PlBuf out;
        pl_buf_init(&out, 0);
        if (bed.doc.root) show(&out, bed.doc.root);
        CHECK_STR(pl_buf_str(&out), "{a:i1 b:i2 }");
        CHECK(has(&bed, PL_D_DOC_COMMA) && bed.diags.errors == 0);
        pl_buf_deinit(&out);
        bed_close(&bed);
    }
}

/* UTF-16 with a byte too many: the text is read, the byte is not. */
TEST(utf16_with_an_odd_byte)
{
    static const char text[] = "\xff\xfe{\0\"\0a\0\"\0:\0001\0}\0\n";
    Bed bed;
    bed_open(&bed, pl_str(text, sizeof text - 1));
    CHECK(bed.doc.root && has(&bed, PL_D_DOC_DAMAGED) && !has(&bed, PL_D_DOC_LATIN1) && bed.diags.errors == 0);
    bed_close(&bed);
}

UNIT_MAIN
