/* SPDX-License-Identifier: MIT */
/* Schemas at their edges, in tables: patterns of ECMA-262, addresses of RFC 3986, formats, numbers, drafts. Each row says what fits and what does not. */
#include "tests/unit/unit.h"

#include "vm/value/json.h"
#include "vm/value/schema.h"
#include "vm/value/schema_node.h"

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlHeap *heap;
    PlValues *values;
} Bed;

static void bed_open(Bed *b)
{
    b->arena = pl_arena_new(&b->escape, 0);
    b->heap = pl_heap_new(&b->escape, 0);
    b->values = pl_values_new(b->heap);
    if (setjmp(b->escape.at)) CHECK(!"escaped");
}

static void bed_close(Bed *b)
{
    pl_values_free(b->values);
    pl_heap_free(b->heap);
    pl_arena_free(b->arena);
}

static PlValue json(Bed *b, const char *text)
{
    PlValue v = pl_nothing();
    size_t at;
    const char *error;
    bool good = pl_json_read(b->values, pl_str_z(text), &v, &at, &error) == PL_OK;
    if (!good) fprintf(stderr, "no JSON: %s\n", text);
    CHECK(good);
    return v;
}

enum { NO, YES, WRONG }; /* WRONG: the schema is none */

static int verdict(Bed *b, PlSchemaOptions options, const char *schema, const char *value)
{
    PlSchema *compiled;
    PlSchemaIssues issues;
    PlValue root = json(b, schema), v = json(b, value);
    PlStatus status = pl_schema_compile(b->arena, b->values, root, &options, &compiled, &issues);
    int found = status != PL_OK ? WRONG : pl_schema_fits(compiled, v, b->arena, NULL) ? YES : NO;
    if (status == PL_OK) pl_schema_free(compiled);
    pl_release(b->values, v);
    pl_release(b->values, root);
    return found;
}

typedef struct Row {
    const char *schema, *value;
    int fits;
} Row;

static void check_rows(PlSchemaOptions options, const Row *rows, size_t count)
{
    Bed b;
    bed_open(&b);
    for (size_t i = 0; i < count; i++) {
        int found = verdict(&b, options, rows[i].schema, rows[i].value);
        if (found != rows[i].fits) fprintf(stderr, "%s of %s: %d\n", rows[i].schema, rows[i].value, found);
        CHECK(found == rows[i].fits);
    }
    bed_close(&b);
}

#define ROWS(options, ...)                                          \
    do {                                                            \
        static const Row rows[] = {__VA_ARGS__};                    \
        check_rows(options, rows, sizeof rows / sizeof *rows);      \
    } while (0)
#define LATEST ((PlSchemaOptions){.draft = PL_SCHEMA_2020_12, .formats = true})
#define DRAFT(d) ((PlSchemaOptions){.draft = (d), .formats = true})

/* A pattern that ECMA-262 has not is let be: all fits it. */
TEST(patterns)
{
    ROWS(LATEST,
         {"{\"pattern\":\"^\\\\u0041$\"}", "\"A\"", YES}, {"{\"pattern\":\"^\\\\u0041$\"}", "\"B\"", NO}, {"{\"pattern\":\"^\\\\u{1f600}$\"}",
          "\"\\ud83d\\ude00\"", YES},
         {"{\"pattern\":\"^\\\\u{1f600}$\"}", "\"x\"", NO}, {"{\"pattern\":\"^\\\\ud83d\\\\ude00$\"}", "\"\\ud83d\\ude00\"", YES},
         {"{\"pattern\":\"^\\\\ud83d\\\\ude00$\"}", "\"x\"", NO}, {"{\"pattern\":\"^\\\\u00e9\\\\u0041$\"}", "\"\\u00e9A\"", YES},
         {"{\"pattern\":\"^\\\\d$\"}", "\"7\"", YES}, {"{\"pattern\":\"^\\\\d$\"}", "\"\\u0667\"", NO}, {"{\"pattern\":\"^[\\\\d]$\"}", "\"7\"", YES},
         {"{\"pattern\":\"^\\\\D$\"}", "\"7\"", NO}, {"{\"pattern\":\"^\\\\D$\"}", "\"\\u0667\"", YES}, {"{\"pattern\":\"^[\\\\D]$\"}", "\"7\"", NO},
         {"{\"pattern\":\"^[\\\\D]$\"}", "\"a\"", YES},
         {"{\"pattern\":\"^\\\\W$\"}", "\"a\"", NO}, {"{\"pattern\":\"^\\\\W$\"}", "\"\\u00e9\"", YES}, {"{\"pattern\":\"^[\\\\W]$\"}", "\"_\"", NO},
         {"{\"pattern\":\"^[\\\\W]$\"}", "\"-\"", YES},
         {"{\"pattern\":\"^\\\\s$\"}", "\"\\ufeff\"", YES}, {"{\"pattern\":\"^\\\\S$\"}", "\"\\u2028\"", NO}, {"{\"pattern\":\"^[\\\\S]$\"}", "\"a\"", YES},
         {"{\"pattern\":\"^\\\\p{Letter}$\"}", "\"\\u00e9\"", YES}, {"{\"pattern\":\"^\\\\P{Letter}$\"}", "\"\\u00e9\"", NO},
         {"{\"pattern\":\"^\\\\p{gc=Decimal_Number}$\"}", "\"\\u0667\"", YES}, {"{\"pattern\":\"^\\\\p{Lu}$\"}", "\"a\"", NO},
         {"{\"pattern\":\"^a$\"}", "\"a\\n\"", NO}, {"{\"pattern\":\"^[a$]+$\"}", "\"a$\"", YES}, {"{\"pattern\":\"^[[]$\"}", "\"[\"", YES},
         {"{\"pattern\":\"[]\"}", "\"a\"", NO},
         {"{\"pattern\":\"^[^]$\"}", "\"\\n\"", YES}, {"{\"pattern\":\"^a\\\\\"}", "\"b\"", YES}, {"{\"pattern\":\"^[^a]$\"}", "\"a\"", NO},
         {"{\"pattern\":\"^a\\\\/b$\"}", "\"a/b\"", YES}, {"{\"pattern\":\"^\\\\.$\"}", "\"x\"", NO});
    static const char *const odd[] = {"\\\\u", "\\\\u00", "\\\\u00g1", "\\\\u{}x\\\\u{", "\\\\u{1234567}", "\\\\u{zz}", "\\\\p", "\\\\pL", "\\\\p{L",
        "\\\\a", "\\\\q", "("};
    Bed b;
    bed_open(&b);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char schema[64];
        snprintf(schema, sizeof schema, "{\"pattern\":\"^%s$\"}", odd[i]);
        int found = verdict(&b, LATEST, schema, "\"anything\"");
        if (found != YES) fprintf(stderr, "%s: %d\n", schema, found);
        CHECK(found == YES);
    }
    bed_close(&b);
}

/* RFC 3986 section 5.4, with a base of our own, and what has no authority or no path. */
TEST(addresses)
{
    static const struct {
        const char *base, *ref, *joined;
    } rows[] = {
        {"http://a/b/c/d?q", "g:h", "g:h"}, {"http://a/b/c/d?q", "g", "http://a/b/c/g"}, {"http://a/b/c/d?q", "./g", "http://a/b/c/g"},
        {"http://a/b/c/d?q", "g/", "http://a/b/c/g/"}, {"http://a/b/c/d?q", "/g", "http://a/g"}, {"http://a/b/c/d?q", "//g", "http://g"},
        {"http://a/b/c/d?q", "?y", "http://a/b/c/d?y"}, {"http://a/b/c/d?q", "g?y", "http://a/b/c/g?y"}, {"http://a/b/c/d?q", "#s", "http://a/b/c/d?q"},
        {"http://a/b/c/d?q", "g#s", "http://a/b/c/g"}, {"http://a/b/c/d?q", "", "http://a/b/c/d?q"}, {"http://a/b/c/d?q", ".", "http://a/b/c/"},
        {"http://a/b/c/d?q", "..", "http://a/b/"}, {"http://a/b/c/d?q", "../g", "http://a/b/g"}, {"http://a/b/c/d?q", "../..", "http://a/"},
        {"http://a/b/c/d?q", "../../../g", "http://a/g"}, {"http://a/b/c/d?q", "g/../h", "http://a/b/c/h"}, {"http://a/b/c/d?q", "g/./h", "http://a/b/c/g/h"},
        {"http://a/b/c/d?q", "/./g/..", "http://a/"}, {"http://a", "g", "http://a/g"}, {"http://a?q", "?y", "http://a?y"}, {"a/b.json", "c.json", "a/c.json"},
        {"b.json", "c.json", "c.json"}, {"", "c.json#/x", "c.json"}, {"http://a/b#f", "#g", "http://a/b"}, {"http://a/b", "x/y:z", "http://a/x/y:z"},
        {"http://a/b", ":x", "http://a/:x"}, {"http://a/b?q", "//g?y", "http://g?y"},
    };
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlStr want = pl_str_z(rows[i].joined);
        PlStr found = pl_schema_join(arena, pl_str_z(rows[i].base), pl_str_z(rows[i].ref));
        if (!pl_str_eq(found, want)) fprintf(stderr, "%s + %s\n", rows[i].base, rows[i].ref);
        CHECK_STR(found, rows[i].joined);
    }
    pl_arena_free(arena);
}

TEST(formats)
{
    static const struct {
        const char *format, *text;
        bool fits;
    } rows[] = {
        {"time", "10:00:00Z", true}, {"time", "10:00:00.5+01:30", true}, {"time", "23:59:60Z", true}, {"time", "22:59:60Z", false}, {"time", "10:00:00",
         false},
        {"time", "24:00:00Z", false}, {"time", "10:60:00Z", false}, {"time", "10:00:61Z", false}, {"time", "10:00:00.Z", false}, {"time", "1x:00:00Z", false},
        {"time", "10-00:00Z", false}, {"time", "10:00-00Z", false}, {"time", "10:00:00+24:00", false}, {"time", "10:00:00+01:60", false}, {"time",
         "10:00:00+0100", false},
        {"time", "10:00:00+01x00", false}, {"time", "10:00:00x", false}, {"time", "00:29:60+00:30", true}, {"time", "10:00:00+-1:00", false}, {"time", "",
         false},
        {"email", "a@b.example", true}, {"email", "\"a b\"@b.example", true}, {"email", "\"a\\\"b\"@b.example", true}, {"email", "\"a\"b\"@b.example", false},
        {"email", "\"a\tb\"@b.example", false}, {"email", "a@[127.0.0.1]", true}, {"email", "a@[IPv6:::1]", true}, {"email", "a@[1.2.3]", false}, {"email",
         "a@[x", false},
        {"email", "a..b@c.example", false}, {"email", ".a@c.example", false}, {"email", "a.@c.example", false}, {"email", "@c.example", false}, {"email",
         "a@", false},
        {"email", "ab", false}, {"hostname", "a.example", true}, {"hostname", "-a.example", false}, {"hostname", "a-.example", false}, {"hostname", "a..b",
         false},
        {"hostname", "xn--4gbwdl.xn--wgbh1c", true}, {"hostname", "ab--c.example", false}, {"hostname", "", false}, {"hostname", "a_b", false},
        {"uri", "http://a.example/b?c#d", true}, {"uri", "http://[::1]/x", true}, {"uri", "http://[v1.x]/", true}, {"uri", "http://[::1/x", false}, {"uri",
         "http://[::1]x", false},
        {"uri", "http://[g]/", false}, {"uri", "//a/b", false}, {"uri", "1http://a", false}, {"uri", "h+t-t.p1://a", true}, {"uri", "ht!tp://a", false},
        {"uri", "a b", false},
        {"uri", "http://a:80/", true}, {"uri", "http://a:8x/", false}, {"uri", "http://a/%41", true}, {"uri", "http://a/%4", false}, {"uri", "http://a/%zz",
         false}, {"uri", "", false},
        {"uri", ":x", false}, {"uri-reference", "b/c", true}, {"uri-reference", "#x", true}, {"uri-reference", "a\\b", false}, {"uri-reference", "b:c", true},
        {"uri-template", "/a/{b}", true}, {"uri-template", "/a/{+b,c*}", true}, {"uri-template", "/a/{b:3}", true}, {"uri-template", "/a/{b:0}", false},
        {"uri-template", "/a/{b:}", false}, {"uri-template", "/a/{b:99999}", false}, {"uri-template", "/a/{b:1x}", false}, {"uri-template", "/a/{}", false},
        {"uri-template", "/a/{b", false}, {"uri-template", "/a/b}", false},
        {"uri-template", "/a/{b.c}", true}, {"uri-template", "/a/{.b}", true}, {"uri-template", "/a/{b.}", false}, {"uri-template", "/a/{b..c}", false},
        {"uri-template", "/a/{%41b}", true}, {"uri-template", "/a/{%4}", false}, {"uri-template", "/a/{%4g}", false}, {"uri-template", "/a/{%g4}", false},
        {"uri-template", "/a/{b!}", false},
        {"uri-template", "/%41", true}, {"uri-template", "/%4", false}, {"uri-template", "/%4g", false}, {"uri-template", "/%g4", false}, {"uri-template",
         "/a b", false},
        {"uri-template", "/{a_1}", true}, {"ipv4", "1.2.3.4", true}, {"ipv4", "1.2.3", false}, {"ipv4", "01.2.3.4", false}, {"ipv6", "::1", true}, {"ipv6",
         "1::2::3", false},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", true}, {"uuid", "2EB8AA08-AA98-11EA-B4AA-73B441D1638G", false}, {"uuid",
         "2eb8aa08aa9811eab4aa73b441d16380", false},
        {"json-pointer", "/a~0b", true}, {"json-pointer", "/a~2b", false}, {"json-pointer", "/a~", false}, {"json-pointer", "a", false}, {"json-pointer",
         "", true},
        {"relative-json-pointer", "0#", true}, {"relative-json-pointer", "1/a", true}, {"relative-json-pointer", "01", false}, {"relative-json-pointer",
         "x", false},
        {"relative-json-pointer", "", false}, {"regex", "^a", true}, {"regex", "(", false}, {"regex", "(?<=a)b", true}, {"regex", "(?>a)b", false},
        {"regex", "a\\(?b", true}, {"regex", "(?", false},
        {"duration", "P1D", true}, {"duration", "P1W", true}, {"duration", "P", false}, {"duration", "P1D2H", false}, {"duration", "PT", false},
        {"duration", "P1Y1D", false},
        {"duration", "PT1H1S", false}, {"duration", "PT0.5S", false}, {"duration", "P1M2D", true}, {"date", "2026-02-29", false}, {"date", "2024-02-29",
         true},
        {"date-time", "2026-11-20T10:00:00Z", true}, {"date-time", "2026-11-20 10:00:00Z", false}, {"date-time", "2026-11-20", false}, {"nobody knows", "x",
         true},
        {"iri", "http://\xc3\xa9.example/", true}, {"idn-email", "\xc3\xa9@b.example", true}, {"idn-hostname", "\xc3\xa9.example", true},
    };
    Bed b;
    bed_open(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool fits = pl_schema_format_fits(b.values, pl_str_z(rows[i].format), pl_str_z(rows[i].text));
        if (fits != rows[i].fits) fprintf(stderr, "%s of %s: %d\n", rows[i].format, rows[i].text, fits);
        CHECK(fits == rows[i].fits);
    }
    bed_close(&b);
}

TEST(keywords_of_the_drafts)
{
    ROWS(DRAFT(PL_SCHEMA_OPENAPI), {"{\"type\":\"string\",\"nullable\":true}", "null", YES}, {"{\"type\":\"string\",\"nullable\":false}", "null", NO},
         {"{\"type\":\"string\",\"x-nullable\":true}", "null", YES}, {"{\"type\":\"string\",\"nullable\":\"yes\"}", "null", NO});
    ROWS(DRAFT(PL_SCHEMA_2019_09),
         {"{\"$recursiveAnchor\":true,\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},\"additionalProperties\":false}", "{\"a\":{\"a\":{}}}", YES},
         {"{\"$recursiveAnchor\":true,\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},\"additionalProperties\":false}", "{\"a\":{\"b\":{}}}", NO},
         {"{\"$recursiveAnchor\":\"x\",\"properties\":{\"a\":{\"$recursiveRef\":\"#\"}},\"additionalProperties\":false}", "{\"a\":{\"b\":{}}}", NO});
    ROWS(LATEST, {"{\"multipleOf\":0}", "3", YES}, {"{\"multipleOf\":-2}", "3", YES}, {"{\"multipleOf\":-0.5}", "0.3", YES}, {"{\"multipleOf\":2}", "3", NO},
         {"{\"multipleOf\":1e-20}", "3", YES}, {"{\"multipleOf\":0.25}", "1.5e1", YES}, {"{\"multipleOf\":1e300}", "3", NO}, {"{\"multipleOf\":1000}",
          "100", NO},
         {"{\"multipleOf\":3}", "12345678901234567890123", NO}, {"{\"minLength\":2.0}", "\"a\"", NO}, {"{\"minLength\":-1}", "\"\"", YES},
         {"{\"minLength\":1e30}", "\"a\"", YES},
         {"{\"maxItems\":\"x\"}", "[1]", YES}, {"{\"uniqueItems\":true}",
          "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33]", YES},
         {"{\"uniqueItems\":true}", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,5]", NO},
         {"{\"uniqueItems\":true}",
          "[[1],[2],{\"a\":1},{\"a\":2},true,false,null,1.5,\"a\",\"b\",[],{},0,-1,1e300,\"c\",\"d\",[3],[4],[5],[6],[7],[8],[9],[10],[11],[12],1.50]", NO},
         {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},\"else\":{\"minimum\":5}}", "\"a\"", NO},
         {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},\"else\":{\"minimum\":5}}", "7", YES}, {"{\"if\":{\"type\":\"string\"}}", "7", YES},
         {"{\"then\":{\"minimum\":5}}", "1", YES}, {"{\"anyOf\":[]}", "1", YES}, {"{\"oneOf\":[]}", "1", YES}, {"{\"allOf\":[7,{\"type\":\"string\"}]}",
          "1", NO},
         {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]}", "4", NO}, {"{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"c\":1}", NO},
         {"{\"required\":[\"a\",7]}", "{\"a\":1}", YES}, {"{\"type\":[\"string\",7]}", "1", NO}, {"{\"$ref\":7}", "1", YES}, {"{\"$dynamicRef\":7}", "1",
          YES},
         {"{\"$ref\":\"#/$defs/a~1b\",\"$defs\":{\"a/b\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"$ref\":\"#/$defs/a~0b\",\"$defs\":{\"a~b\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"$ref\":\"#/$defs/a%20b\",\"$defs\":{\"a b\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"$ref\":\"#/$defs/%C3%A9\",\"$defs\":{\"\\u00e9\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"$ref\":\"#/$defs/a~2\",\"$defs\":{\"a~2\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"$ref\":\"#/$defs/a%2\",\"$defs\":{\"a%2\":{\"type\":\"string\"}}}", "1", NO},
         {"{\"allOf\":[{\"type\":\"string\"}],\"$ref\":\"#/allOf/0\"}", "1", NO}, {"{\"$ref\":\"#/allOf/1\",\"allOf\":[true]}", "1", WRONG},
         {"{\"$ref\":\"#/allOf/x\",\"allOf\":[true]}", "1", WRONG},
         {"{\"$ref\":\"#/allOf/-1\",\"allOf\":[true]}", "1", WRONG}, {"{\"$ref\":\"#/title/x\",\"title\":\"t\"}", "1", WRONG}, {"{\"$ref\":\"#nowhere\"}",
          "1", WRONG});
    CHECK(pl_schema_is_multiple(pl_int(0), pl_double(1e-300)) && !pl_schema_is_multiple(pl_double(1e-300), pl_int(1)));
}

UNIT_MAIN
