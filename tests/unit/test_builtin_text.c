/* SPDX-License-Identifier: MIT */
/* Functions on texts and patterns at their edges. */
#include "tests/unit/builtin_world.h"

TEST(case_and_space)
{
    static const Row rows[] = {
        {"upper(\"\")", "\"\""},
        {"upper(5)", "!argument 1 must be text, found 5"},
        {"upper(nothing)", "!found nothing"},
        {"capitalize(\"\xc3\xa9" "a\")", "\"\xc3\x89" "a\""},
        {"title_case(\"o'neil-smith (THE bOSS)\")", "\"O'neil-Smith (The Boss)\""},
        {"slug(\"  --A  B--  \")", "\"a-b\""},
        {"slug(\"Stra\xc3\x9f" "e \xc3\xb8 \xe2\x82\xac 5 \xf0\x9f\x98\x80\")", "\"strasse-o-5\""},
        {"slug(\"\xe6\x97\xa5\xe6\x9c\xac don't\")", "\"\xe6\x97\xa5\xe6\x9c\xac-dont\""},
        {"slug(\"!!!\")", "\"\""},
        {"trim(\"\xc2\xa0 a\xe3\x80\x80\\n\")", "\"a\""},
        {"trim(\"xxaxx\", \"x\")", "\"a\""},
        {"trim(\"\xc3\xa9" "a\xc3\xa9\", \"\xc3\xa9\")", "\"a\""},
        {"trim(\"   \")", "\"\""},
        {"squeeze(\"\\t a \\n\\n b\")", "\"a b\""},
        {"squeeze(\"\")", "\"\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(parts)
{
    static const Row rows[] = {
        {"substring(\"h\xc3\xa9llo\", 1, 3)", "\"\xc3\xa9l\""},
        {"substring(\"hello\", -3)", "\"llo\""},
        {"substring(\"hello\", 3, 1)", "\"\""},
        {"substring(\"hello\", -99, 99)", "\"hello\""},
        {"substring(\"hello\", 9223372036854775807)", "\"\""},
        {"substring(\"\", 0, 1)", "\"\""},
        {"truncate(\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\", 3, \"\xe2\x80\xa6\")", "\"\xc3\xa9\xc3\xa9\xe2\x80\xa6\""},
        {"truncate(\"abcdef\", 2)", "\"..\""},
        {"truncate(\"abc\", 3)", "\"abc\""},
        {"truncate(\"abc\", -1)", "!must be from 0"},
        {"pad_start(\"abc\", 2)", "\"abc\""},
        {"pad_start(\"7\", 6, \"ab\")", "\"ababa7\""},
        {"pad_end(\"7\", 3, \"\")", "\"7\""},
        {"pad_end(\"7\", 100000000)", "!from 0 to 1000000"},
        {"repeat(\"ab\", 0)", "\"\""},
        {"repeat(\"\", 10000000)", "\"\""},
        {"length(repeat(\"ab\", 1000000))", "2000000"},
        {"repeat(\"0123456789012345678901234567890123456789\", 10000000)", "!longer than"},
        {"text_before(\"a.b.c\", \".\")", "\"a\""},
        {"text_before(\"abc\", \"x\")", "\"abc\""},
        {"text_after(\"a.b.c\", \".\")", "\"b.c\""},
        {"text_after(\"abc\", \"x\")", "\"\""},
        {"text_between(\"(a\", \"(\", \")\")", "null"},
        {"remove_prefix(\"aaa\", \"a\")", "\"aa\""},
        {"remove_suffix(\"abc\", \"x\")", "\"abc\""},
        {"reverse(\"a\xc3\xa9z\")", "\"z\xc3\xa9" "a\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(splitting_and_searching)
{
    static const Row rows[] = {
        {"split(\"\", \",\")", "[\"\"]"},
        {"split(\" a  b \")", "[\"a\",\"b\"]"},
        {"split(\"a\xc3\xa9\", \"\")", "[\"a\",\"\xc3\xa9\"]"},
        {"split(\"a,b,c\", \",\", 2)", "[\"a\",\"b,c\"]"},
        {"split(\"a--b\", \"--\")", "[\"a\",\"b\"]"},
        {"lines(\"\")", "[]"},
        {"lines(\"\\n\")", "[\"\"]"},
        {"lines(\"a\\r\\nb\\r\")", "[\"a\",\"b\\r\"]"},
        {"words(\" \\t\\n \")", "[]"},
        {"join([], \",\")", "\"\""},
        {"join([1, nothing, yes, [2, 3]], \"/\")", "\"1//yes/2, 3\""},
        {"join(\"abc\")", "!must be a list"},
        {"replace(\"aaa\", \"aa\", \"b\")", "\"ba\""},
        {"replace(\"abc\", \"\", \"x\")", "\"abc\""},
        {"occurrences(\"aaaa\", \"aa\")", "2"},
        {"occurrences(\"a\", \"\")", "0"},
        {"contains(\"abc\", \"\")", "true"},
        {"contains(\"abc\", 1)", "!argument 2 must be text"},
        {"contains(nothing, 1)", "false"},
        {"contains({a: nothing}, \"a\")", "true"},
        {"contains([1.0], 1)", "true"},
        {"contains(5, 5)", "!must be a text, a list or a record"},
        {"starts_with(nothing, \"a\")", "false"},
        {"index_of(\"\xc3\xa9" "a\", \"a\")", "1"},
        {"index_of(\"abc\", \"x\")", "null"},
        {"index_of([[1], [2]], [2])", "1"},
        {"similarity(\"\", \"\")", "1"},
        {"similarity(\"abc\", \"\")", "0"},
        {"similarity(\"\xc3\xa9\", \"e\")", "0"},
        {"similarity(repeat(\"a\", 5000), \"a\")", "!up to 4000"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(numbers_in_texts)
{
    static const Row rows[] = {
        {"number(\"12\")", "12"},
        {"number(\" -12.50 \")", "-12.5"},
        {"number(\"+3\")", "3"},
        {"number(\"1,234,567\")", "1234567"},
        {"number(\"1_000\")", "1000"},
        {"number(\"\xe2\x82\xac 12.5\")", "12.5"},
        {"number(\"12.5 EUR\")", "12.5"},
        {"number(\"45%\")", "45"},
        {"number(\"1e3\")", "1000"},
        {"number(\"12,34\")", "!a number or the text of one"},
        {"number(\",123\")", "!a number or the text of one"},
        {"number(\"1,2345\")", "!a number or the text of one"},
        {"number(\"\")", "!a number or the text of one"},
        {"number(\"abc\", 0)", "0"},
        {"number(\"abc\", nothing)", "null"},
        {"number(yes)", "1"},
        {"number([1])", "!a number or the text of one"},
        {"integer(\"-3.9\")", "-3"},
        {"integer(1e300)", "!too large"},
        {"is_number(\"\")", "false"},
        {"is_number(\"1e5\")", "true"},
        {"text(nothing)", "\"\""},
        {"text([1, \"a\"])", "\"1, a\""},
        {"text({a: 1})", "\"{\\\"a\\\":1}\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(patterns)
{
    static const Row rows[] = {
        {"matches(\"ABC\", \"b\")", "false"},
        {"matches(\"ABC\", \"(?i)b\")", "true"},
        {"matches(\"\xc3\xa9\", \"^.$\")", "true"},
        {"matches(nothing, \"x\")", "false"},
        {"matches(\"a\", \"(\")", "!the pattern \"(\" is wrong at character 2"},
        {"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaX\", \"^(a+)+$\")", "!too much work"},
        {"matches(\"a\", repeat(\"a\", 9000))", "!longer than 8192 bytes"},
        {"matches(\"a\", repeat(\"(\", 500))", "!is wrong"},
        {"extract(\"x=1\", \"(?<k>[a-z])=(?<v>[0-9])\", \"v\")", "\"1\""},
        {"extract(\"x=1\", \"(?<k>[a-z])=(?<v>[0-9])\", 0)", "\"x=1\""},
        {"extract(\"x=1\", \"(?<k>[a-z])=\", \"nope\")", "!no group named \"nope\""},
        {"extract(\"x\", \"[a-z]\", 5)", "null"},
        {"extract(\"x\", \"[0-9]\")", "null"},
        {"extract(\"b\", \"(a)?b\")", "null"},
        {"extract_all(\"abc\", \"\")", "[\"\",\"\",\"\",\"\"]"},
        {"extract_all(\"\xc3\xa9\xc3\xa9\", \"x*\")", "[\"\",\"\",\"\"]"},
        {"extract_all(\"a1b2\", \"([a-z])([0-9])\", 2)", "[\"1\",\"2\"]"},
        {"extract_all(\"none\", \"[0-9]\")", "[]"},
        {"extract_all(\"\", \"a*\")", "[\"\"]"},
        {"split_pattern(\"a1b22c\", \"[0-9]+\")", "[\"a\",\"b\",\"c\"]"},
        {"split_pattern(\"abc\", \"\")", "[\"a\",\"b\",\"c\"]"},
        {"split_pattern(\"\", \",\")", "[\"\"]"},
        {"split_pattern(\",a,\", \",\")", "[\"\",\"a\",\"\"]"},
        {"replace_pattern(\"2026-11-20\", \"([0-9]+)-([0-9]+)-([0-9]+)\", \"$3.$2.$1\")", "\"20.11.2026\""},
        {"replace_pattern(\"abc\", \"x*\", \"-\")", "\"-a-b-c-\""},
        {"replace_pattern(\"5\", \"[0-9]\", \"$$$0$9\")", "\"$5\""},
        {"replace_pattern(\"5\", \"[0-9]\", \"$\")", "\"$\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

/* More patterns than are kept, in turns. */
TEST(kept_patterns)
{
    World w;
    open_world(&w, NULL);
    for (int i = 0; i < 100; i++) {
        char expr[64];
        snprintf(expr, sizeof expr, "matches(\"x%d\", \"^x%d$\")", i % 13, i % 13);
        check_call(&w, expr, "true");
    }
    close_world(&w);
}

UNIT_MAIN
