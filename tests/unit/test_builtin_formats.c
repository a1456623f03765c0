/* SPDX-License-Identifier: MIT */
/* YAML, Markdown, JSON Schema, templates, money, durations in words, clocks of zones. */
#include "tests/unit/builtin_world.h"

TEST(yaml_is_read)
{
    World w;
    open_world(&w, NULL);
    check_call(&w, "from_yaml(\"\")", "null");
    check_call(&w, "from_yaml(\"[1, 0x10, 0o17, 1.5, 1e3, .5, -3, +4, 010, yes, ~, null, 'true', 2026-11-20]\")",
               "[1,16,15,1.5,1000,0.5,-3,4,10,\"yes\",null,null,\"true\",\"2026-11-20\"]");
    check_call(&w, "from_yaml(\"base: &b {x: 1, y: 2}\\none:\\n  <<: *b\\n  y: 3\\ntwo: *b\")",
               "{\"base\":{\"x\":1,\"y\":2},\"one\":{\"y\":3,\"x\":1},\"two\":{\"x\":1,\"y\":2}}");
    check_call(&w, "from_yaml(\"a: |\\n  one\\n  two\\nb: >-\\n  one\\n  two\\n1: x\")", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\",\"1\":\"x\"}");
    check_call(&w, "from_yaml(\"- &n word\\n- *n\\n- !!str 5\")", "[\"word\",\"word\",\"5\"]");
    check_call(&w, "from_yaml(\"a: [1\")", "!at line");
    check_call(&w, "from_yaml(\"a: *x\")", "!an alias of nothing at line 1");
    check_call(&w, "from_yaml(\"a: &a [*a]\")", "!an alias of nothing");
    check_call(&w, "from_yaml(\"[a]: 1\")", "!a key that is no text");
    check_call(&w, "from_yaml(\"a: 1\\n---\\nb: 2\")", "!a second document at line 2");
    close_world(&w);
}

TEST(yaml_comes_back)
{
    static const char *const values[] = {"[]", "{}", "\"\"", "[[], {}]", "[[1, [2]], {a: [], b: {c: [{d: 1, e: \"x\"}]}}]",
        ("[\"yes\", \"null\", \"1\", \"0x1\", \" a\", \"a \", \"a: b\", \"- a\", \"#\", \"a\\nb\", \"@x\", \"5 apples\", \"Zürich\", \"~\", "
         "\"true\"]"), "12.5", "no", "nothing"};
    World w;
    open_world(&w, NULL);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char back[512], json[512];
        PlValue v;
        snprintf(back, sizeof back, "from_yaml(to_yaml(%s))", values[i]);
        w.at = values[i];
        CHECK(read_expr(&w, &v));
        PlBuf buf;
        pl_buf_init(&buf, 0);
        pl_json_write(&buf, v);
        snprintf(json, sizeof json, "%.*s", (int)buf.len, buf.ptr);
        pl_buf_deinit(&buf);
        check_call(&w, back, json);
        pl_release(w.values, v);
    }
    check_call(&w, "to_yaml({a: [{b: 1, c: [2]}, \"x\"], d_e: \"no\"})", "\"a:\\n  - b: 1\\n    c:\\n      - 2\\n  - x\\nd_e: \\\"no\\\"\\n\"");
    close_world(&w);
}

TEST(schemas_and_templates)
{
    World w;
    open_world(&w, NULL);
    check_call(&w, "schema_faults({a: \"x\", b: 1}, {properties: {a: {type: \"integer\"}, b: {minimum: 5}}})",
               "[{\"at\":\"/a\",\"message\":\"must be an integer, found \\\"x\\\"\"},{\"at\":\"/b\",\"message\":\"must be at least 5, found 1\"}]");
    check_call(&w, "fits_schema(\"2026-13-01\", {format: \"date\"})", "false");
    check_call(&w, "fits_schema(1, yes)", "true");
    check_call(&w, "fits_schema(1, set({}, \"$ref\", \"https://example.com/x\"))", "!the schema is none");
    check_call(&w, "fits_schema(1, \"x\")", "!must be a JSON Schema");
    check_call(&w, "fill_template(\"{{a.b}} and {{ c[0] }}{{\", {a: {b: 1.50}, c: [\"x\"]})", "\"1.5 and x{{\"");
    check_call(&w, "fill_template(\"{{x}}\", {})", "!nothing at \"x\"");
    check_call(&w, "fill_template(\"a\", {}, \"\", \"\")", "!not empty");
    check_call(&w, "markdown_to_html(\"a <b>x</b> [a](javascript:x)\")",
               "\"<p>a <!-- raw HTML omitted -->x<!-- raw HTML omitted --> <a href=\\\"\\\">a</a></p>\\n\"");
    close_world(&w);
}

TEST(money_is_exact)
{
    World w;
    open_world(&w, NULL);
    check_call(&w, "[to_minor(1.005), to_minor(-1.005), to_minor(1.1, \"JPY\"), to_minor(0.0015, \"kwd\"), to_minor(19.99)]", "[101,-101,1,2,1999]");
    check_call(&w, "[from_minor(1), from_minor(5, \"JPY\"), from_minor(-1234, \"BHD\")]", "[0.01,5,-1.234]");
    check_call(&w, "[format_money(0.5, \"usd\"), format_money(1999, \"JPY\"), format_money(-1234567.891)]",
               "[\"0.50 USD\",\"1,999 JPY\",\"-1,234,567.89 EUR\"]");
    check_call(&w, "[split_money(-10, 3), split_money(10, 3, \"JPY\"), split_money(0.05, 2)]", "[[-3.34,-3.33,-3.33],[4,3,3],[0.03,0.02]]");
    check_call(&w, "to_minor(1, \"EURO\")", "!a currency such as");
    check_call(&w, "to_minor(1e15)", "!too large");
    check_call(&w, "split_money(1, 0)", "!argument 2");
    close_world(&w);
}

TEST(durations_and_zones)
{
    World w;
    open_world(&w, NULL);
    check_call(&w, "[duration_text(\"PT0S\"), duration_text(\"P1Y2M3DT4H5M6S\"), duration_text(\"PT1M\"), duration_text(\"PT1.5S\"), duration_text(\"-P2D\")]",
               "[\"0 seconds\",\"1 year 2 months 3 days 4 hours 5 minutes 6 seconds\",\"1 minute\",\"1.5 seconds\",\"minus 2 days\"]");
    check_call(&w, "[from_zone(\"2026-07-01 09:00\", \"Europe/Berlin\"), from_zone(\"2026-01-01\", \"America/New_York\")]",
               "[\"2026-07-01T09:00:00+02:00\",\"2026-01-01T00:00:00-05:00\"]");
    check_call(&w, "from_zone(\"2026-07-01\", \"Mars\")", "!no time zone");
    check_call(&w, "[standard_deviation([]), standard_deviation([3]), standard_deviation([1, nothing, 3])]", "[null,0,1]");
    check_call(&w, "[business_days(\"2026-12-21\", \"2026-12-31\", [\"2026-12-25\", \"2026-12-25\", \"2026-12-26\"]), "
               "business_days(\"2026-12-31\", \"2026-12-21\", [\"2026-12-25\"])]",
               "[7,-7]");
    check_call(&w, "[add_business_days(\"2026-12-24\", 1, [\"2026-12-25\", \"2026-12-28\"]), add_business_days(\"2026-12-29\", -2, [\"2026-12-25\"])]",
               "[\"2026-12-29\",\"2026-12-24\"]");
    check_call(&w, "business_days(\"2026-12-21\", \"2026-12-31\", [\"x\"])", "!a list of dates");
    check_call(&w, "left_join_on([{k: 1}, {k: 2}, {k: 1, x: 0}], [{id: 1, v: \"a\"}, {id: 1, v: \"b\"}], \"k\", \"id\")",
               "[{\"k\":1,\"id\":1,\"v\":\"a\"},{\"k\":1,\"id\":1,\"v\":\"b\"},{\"k\":2},"
               "{\"k\":1,\"x\":0,\"id\":1,\"v\":\"a\"},{\"k\":1,\"x\":0,\"id\":1,\"v\":\"b\"}]");
    close_world(&w);
}

UNIT_MAIN
