/* SPDX-License-Identifier: MIT */
/* The JSON scanner: events and spans, every fault and its place, limits, and agreement with jansson on made-up texts. */
#include "tests/unit/unit.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* The events of a text in short: n t f I<int> N<number> S<text> K<key> { } [ ] and "E<offset> <words>" or "." at the end. */
static void put_events(PlBuf *out, PlStr text)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, text);
    PlJsonEvent event;
    do {
        event = pl_json_scan_next(&scan);
        static const char letters[] = ".EntfINSK{}[]";
        pl_buf_put_char(out, letters[event]);
        if (event == PL_JSON_INT) pl_buf_put_int(out, scan.integer);
        if (event == PL_JSON_NUMBER) pl_buf_put_double(out, scan.number);
        if (event == PL_JSON_STRING || event == PL_JSON_KEY) pl_buf_put(out, scan.text);
        if (event == PL_JSON_ERROR) pl_buf_printf(out, "%d %s", (int)(scan.at - scan.start), scan.error);
        CHECK(scan.at >= scan.start && scan.at <= scan.limit && scan.end >= scan.at && scan.end <= scan.limit);
    } while (event != PL_JSON_END && event != PL_JSON_ERROR);
    CHECK(pl_json_scan_next(&scan) == event); /* both ends stay */
    pl_json_scan_deinit(&scan);
}

/* Scanned from a block of exactly this size, so that a sanitizer sees a read past the end. */
static void check_events(PlStr text, const char *expected)
{
    char *copy = malloc(text.len ? text.len : 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    PlBuf out;
    pl_buf_init(&out, 0);
    put_events(&out, pl_str(copy, text.len));
    CHECK_STR(pl_buf_str(&out), expected);
    pl_buf_deinit(&out);
    free(copy);
}

#define EVENTS(text, expected) check_events(PL_STR(text), expected)

TEST(values)
{
    EVENTS("null", "n.");
    EVENTS(" true ", "t.");
    EVENTS("\t\r\nfalse\n", "f.");
    EVENTS("\"\"", "S.");
    EVENTS("[]", "[].");
    EVENTS("{}", "{}.");
    EVENTS("[ ]", "[].");
    EVENTS("{ }", "{}.");
    EVENTS("[1,[2],{\"a\":{\"b\":[]}},\"c\"]", "[I1[I2]{Ka{Kb[]}}Sc].");
    EVENTS(" { \"a\" : 1 , \"b\" : null } ", "{KaI1Kbn}.");
    EVENTS("{\"a\":1,\"a\":2}", "{KaI1KaI2}."); /* duplicates are the reader's concern */
}

TEST(numbers)
{
    EVENTS("0", "I0.");
    EVENTS("-0", "I0.");
    EVENTS("-0.0", "N-0.");
    EVENTS("9223372036854775807", "I9223372036854775807.");
    EVENTS("-9223372036854775808", "I-9223372036854775808.");
    EVENTS("9223372036854775808", "N9223372036854776000.");
    EVENTS("1e2", "N100.");
    EVENTS("1.0", "N1.");
    EVENTS("-12.5E-1", "N-1.25.");
    EVENTS("1e400", "E0 number too large for a double");
    EVENTS("1e-400", "N0.");
    EVENTS("01", "I0E1 text behind the value");
    EVENTS("-", "E1 expected a digit");
    EVENTS("-a", "E1 expected a digit");
    EVENTS("1.", "E2 expected a digit");
    EVENTS("1.e2", "E2 expected a digit");
    EVENTS("1e", "E2 expected a digit");
    EVENTS("[1e+]", "[E4 expected a digit");
    EVENTS(".5", "E0 expected a value");
    EVENTS("+1", "E0 expected a value");
    EVENTS("NaN", "E0 expected a value");
    EVENTS("Infinity", "E0 expected a value");
    EVENTS("0x10", "I0E1 text behind the value");
}

TEST(strings)
{
    EVENTS("\"abc\"", "Sabc.");
    EVENTS("\"0123456789abcdef0123456789\"", "S0123456789abcdef0123456789.");
    EVENTS("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "S\"\\/\b\f\n\r\t.");
    EVENTS("\"a\\u00e9\\u20AC\\uD83D\\uDE00z\"", "Sa\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z.");
    EVENTS("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"", "S\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f.");
    EVENTS("{\"k\\n\":\"v\\n\"}", "{Kk\nSv\n}.");
    EVENTS("\"abc", "E0 unterminated string");
    EVENTS("\"abc\\", "E4 unterminated string");
    EVENTS("\"a\\n", "E0 unterminated string");
    EVENTS("\"a\nb\"", "E2 control character in a string");
    EVENTS("\"a\\n\x01\"", "E4 control character in a string");
    EVENTS("\"\\x\"", "E1 unknown escape in a string");
    EVENTS("\"\\\0\"", "E1 unknown escape in a string");
    EVENTS("\"\\u12g4\"", "E1 expected four hex digits behind '\\u'");
    EVENTS("\"\\u12", "E1 expected four hex digits behind '\\u'");
    EVENTS("\"\\ud800\"", "E1 lone surrogate in a string");
    EVENTS("\"\\ud800x\\udc00\"", "E1 lone surrogate in a string");
    EVENTS("\"\\ud800\\u0041\"", "E1 lone surrogate in a string");
    EVENTS("\"\\udc00\"", "E1 lone surrogate in a string");
    EVENTS("\"a\xff\"", "E2 invalid UTF-8 in a string");
    EVENTS("\"0123456789abcdef\xed\xa0\x80\"", "E17 invalid UTF-8 in a string");
    EVENTS("\"\\n\xc3\"", "E3 invalid UTF-8 in a string");
}

TEST(structure_faults)
{
    EVENTS("", "E0 expected a value");
    EVENTS("  ", "E2 expected a value");
    EVENTS("nul", "E0 expected a value");
    EVENTS("tru ", "E0 expected a value");
    EVENTS("[", "[E1 expected a value");
    EVENTS("[1", "[I1E2 expected ',' or ']'");
    EVENTS("[1}", "[I1E2 expected ',' or ']'");
    EVENTS("[1,]", "[I1E3 expected a value");
    EVENTS("[,1]", "[E1 expected a value");
    EVENTS("{", "{E1 expected a key in quotes");
    EVENTS("{a:1}", "{E1 expected a key in quotes");
    EVENTS("{\"a\"}", "{E4 expected ':'");
    EVENTS("{\"a\":}", "{KaE5 expected a value");
    EVENTS("{\"a\":1]", "{KaI1E6 expected ',' or '}'");
    EVENTS("{\"a\":1,}", "{KaI1E7 expected a key in quotes");
    EVENTS("1 2", "I1E2 text behind the value");
    EVENTS("[]]", "[]E2 text behind the value");
    EVENTS("[1 // no\n]", "[I1E3 expected ',' or ']'");
    EVENTS("\xef\xbb\xbf[]", "E0 expected a value");
    EVENTS("[\0]", "[E1 expected a value");
    EVENTS("1\0", "I1E1 text behind the value");
    EVENTS("[1\f]", "[I1E2 expected ',' or ']'");
}

static PlJsonEvent last_event(PlStr text)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, text);
    PlJsonEvent event;
    do event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR);
    if (event == PL_JSON_ERROR) CHECK_STR(pl_str_z(scan.error), "nested deeper than 512 levels");
    if (event == PL_JSON_ERROR) CHECK(scan.at == scan.start + PL_LIMIT_JSON_DEPTH);
    pl_json_scan_deinit(&scan);
    return event;
}

TEST(depth_at_JSON_DEPTH_and_one_past)
{
    char text[2 * (PL_LIMIT_JSON_DEPTH + 1)];
    size_t depth = PL_LIMIT_JSON_DEPTH;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    CHECK(last_event(pl_str(text, 2 * depth)) == PL_JSON_END);
    memset(text, '[', depth + 1);
    memset(text + depth + 1, ']', depth + 1);
    CHECK(last_event(pl_str(text, 2 * depth + 2)) == PL_JSON_ERROR);
}

TEST(mixed_nesting_of_all_levels)
{
    PlBuf text, expected;
    pl_buf_init(&text, 0);
    pl_buf_init(&expected, 0);
    uint32_t depth = PL_LIMIT_JSON_DEPTH;
    for (uint32_t i = 0; i < depth; i++) {
        pl_buf_put_z(&text, i % 3 ? "[" : i + 1 < depth ? "{\"k\":" : "{");
        pl_buf_put_z(&expected, i % 3 ? "[" : i + 1 < depth ? "{Kk" : "{");
    }
    for (uint32_t i = depth; i-- > 0;) {
        pl_buf_put_char(&text, i % 3 ? ']' : '}');
        pl_buf_put_char(&expected, i % 3 ? ']' : '}');
    }
    pl_buf_put_char(&expected, '.');
    check_events(pl_buf_str(&text), pl_buf_str(&expected).ptr);
    pl_buf_deinit(&text);
    pl_buf_deinit(&expected);
}

TEST(spans)
{
    PlJsonScan s;
    pl_json_scan_init(&s, PL_STR(" {\"ab\" : [ -12 , \"x\\ty\" ] }"));
    static const int spans[][2] = {{1, 2}, {2, 6}, {9, 10}, {11, 14}, {17, 23}, {24, 25}, {26, 27}, {27, 27}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        CHECK(pl_json_scan_next(&s) != PL_JSON_ERROR);
        CHECK(s.at - s.start == spans[i][0] && s.end - s.start == spans[i][1]);
    }
    CHECK(pl_json_scan_next(&s) == PL_JSON_END);
    pl_json_scan_deinit(&s);
}

TEST(skip)
{
    PlJsonScan s;
    pl_json_scan_init(&s, PL_STR("[{\"a\":[1,{}]},2,[[,]]"));
    CHECK(pl_json_scan_next(&s) == PL_JSON_ARRAY_BEGIN);
    CHECK(pl_json_scan_next(&s) == PL_JSON_OBJECT_BEGIN);
    CHECK(pl_json_scan_skip(&s) == PL_JSON_OBJECT_END && s.end - s.start == 13);
    CHECK(pl_json_scan_next(&s) == PL_JSON_INT && s.integer == 2);
    CHECK(pl_json_scan_next(&s) == PL_JSON_ARRAY_BEGIN);
    CHECK(pl_json_scan_skip(&s) == PL_JSON_ERROR && s.at - s.start == 18);
    CHECK(pl_json_scan_skip(&s) == PL_JSON_ERROR);
    pl_json_scan_deinit(&s);
}

TEST(memory_runs_out)
{
    PlJsonScan s;
    pl_json_scan_init(&s, PL_STR("\"a\\nb\""));
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    CHECK(pl_json_scan_next(&s) == PL_JSON_ERROR);
    CHECK_STR(pl_str_z(s.error), "out of memory");
    pl_fault_disarm();
    pl_json_scan_deinit(&s);
}

/* ---- against jansson --------------------------------------------------------------------------------------------- */

/* The same short form as put_events, from jansson's tree. */
static void put_tree(PlBuf *out, json_t *node)
{
    switch (json_typeof(node)) {
    case JSON_NULL: pl_buf_put_char(out, 'n'); break;
    case JSON_TRUE: pl_buf_put_char(out, 't'); break;
    case JSON_FALSE: pl_buf_put_char(out, 'f'); break;
    case JSON_INTEGER: pl_buf_put_char(out, 'I'), pl_buf_put_int(out, json_integer_value(node)); break;
    case JSON_REAL: pl_buf_put_char(out, 'N'), pl_buf_put_double(out, json_real_value(node)); break;
    case JSON_STRING:
        pl_buf_put_char(out, 'S'), pl_buf_put(out, pl_str(json_string_value(node), json_string_length(node)));
        break;
    case JSON_ARRAY:
        pl_buf_put_char(out, '[');
        for (size_t i = 0; i < json_array_size(node); i++) put_tree(out, json_array_get(node, i));
        pl_buf_put_char(out, ']');
        break;
    case JSON_OBJECT: {
        pl_buf_put_char(out, '{');
        const char *name;
        json_t *value;
        json_object_foreach(node, name, value)
        {
            pl_buf_put_char(out, 'K'), pl_buf_put_z(out, name);
            put_tree(out, value);
        }
        pl_buf_put_char(out, '}');
        break;
    }
    }
}

static uint32_t random_state = 2463534242u;

static uint32_t any(uint32_t below)
{
    random_state ^= random_state << 13, random_state ^= random_state >> 17, random_state ^= random_state << 5;
    return random_state % below;
}

static void make_string(PlBuf *out)
{
    static const char *const parts[] = {"a", "order id", "\\n", "\\u00e9", "\\ud83d\\ude00", "\xc3\xa9", "\xe2\x82\xac",
                                        "\\\"", "\\/", "0123456789abcdefghijklmnopq", " ", "\xf0\x9f\x98\x80"};
    pl_buf_put_char(out, '"');
    for (uint32_t n = any(5); n > 0; n--) pl_buf_put_z(out, parts[any(sizeof parts / sizeof *parts)]);
    pl_buf_put_char(out, '"');
}

static void make_value(PlBuf *out, int depth)
{
    static const char *const words[] = {"null", "true", "false", "0", "-1", "1.5", "1e3", "-2.25E-2", "123456789012", "0.1"};
    uint32_t kind = any(depth > 5 ? 2 : 4), count = any(5);
    if (kind == 0) {
        pl_buf_put_z(out, words[any(sizeof words / sizeof *words)]);
    } else if (kind == 1) {
        make_string(out);
    } else {
        pl_buf_put_char(out, kind == 2 ? '[' : '{');
        for (uint32_t i = 0; i < count; i++) {
            if (i) pl_buf_put_z(out, any(2) ? "," : " ,\n    ");
            if (kind == 3) pl_buf_printf(out, "\"k%u\":", i); /* jansson would merge equal keys */
            make_value(out, depth + 1);
        }
        pl_buf_put_char(out, kind == 2 ? ']' : '}');
    }
}

/* Either both read the text alike or both refuse it. */
static void check_like_jansson(PlStr text)
{
    PlBuf ours, theirs;
    pl_buf_init(&ours, 0);
    pl_buf_init(&theirs, 0);
    put_events(&ours, text);
    json_error_t why = {.line = 0};
    json_t *tree = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
    bool accepted = pl_str_ends(pl_buf_str(&ours), PL_STR("."));
    if (!tree && json_error_code(&why) == json_error_duplicate_key) {
        pl_buf_clear(&ours); /* a tree has no place for both: nothing to compare */
    } else if (tree) {
        put_tree(&theirs, tree);
        pl_buf_put_char(&theirs, '.');
        CHECK_STR(pl_buf_str(&ours), pl_buf_str(&theirs).ptr);
    } else if (accepted) {
        fprintf(stderr, "only jansson refuses: " PL_FMT "\n", PL_ARG(text));
        CHECK(!accepted);
    }
    json_decref(tree);
    pl_buf_deinit(&ours);
    pl_buf_deinit(&theirs);
}

TEST(like_jansson)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    for (int i = 0; i < 20000; i++) {
        pl_buf_clear(&text);
        make_value(&text, 0);
        static const char odd[] = ",:{}[]\"\\01-.eEntf \n\x01\xc3u"; /* no NUL: jansson passes over one behind a number */
        if (i % 2 && text.len) text.ptr[any((uint32_t)text.len)] = odd[any(sizeof odd - 1)];
        check_like_jansson(pl_buf_str(&text));
    }
    pl_buf_deinit(&text);
}

/* What is passed over needs no memory; what is read does, and is not called absent. */
TEST(a_field_behind_others_is_found_without_memory)
{
    PlStr object = PL_STR("{\"a\":\"x\\ny\",\"b\":{\"c\\n\":[\"\\u00e4\"]},\"d\":\"p\\tq\",\"e\":7}"), raw = PL_STR("");
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    pl_fault_arm(PL_FAULT_ALLOC, 0, true);
    CHECK(pl_json_find(object, "e", &raw) && pl_str_eq(raw, PL_STR("7")));
    CHECK(pl_json_find(object, "d", &raw) && pl_str_eq(raw, PL_STR("\"p\\tq\"")));
    CHECK(pl_json_find(object, "b", &raw) && raw.len == 18);
    CHECK(!pl_json_find(object, "f", &raw));
    volatile bool left = true;
    if (setjmp(escape.at) == 0) {
        (void)pl_json_find_text(arena, object, "d");
        left = false;
    }
    CHECK(left && escape.status == PL_NOMEM);
    pl_fault_disarm();
    if (setjmp(escape.at) == 0) CHECK_STR(pl_json_find_text(arena, object, "d"), "p\tq");
    pl_arena_free(arena);
}

UNIT_MAIN
