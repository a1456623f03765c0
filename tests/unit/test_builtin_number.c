/* SPDX-License-Identifier: MIT */
/* Functions on numbers, times, JSON, CSV, tables, URLs and encodings at their edges. */
#include "tests/unit/builtin_world.h"

TEST(rounding)
{
    static const Row rows[] = {
        {"round(0.5)", "0"},
        {"round(1.5)", "2"},
        {"round(2.5)", "2"},
        {"round(-2.5)", "-2"},
        {"round(2.675, 2)", "2.68"},
        {"round(1.005, 2)", "1"},
        {"round_half_up(1.005, 2)", "1.01"},
        {"round_half_up(-2.5)", "-3"},
        {"round(1234, -2)", "1200"},
        {"round(1250, -2)", "1200"},
        {"round(1350, -2)", "1400"},
        {"round(49, -2)", "0"},
        {"round(51, -2)", "100"},
        {"round(0.04, 1)", "0"},
        {"round(0.06, 1)", "0.1"},
        {"round(9.99, 1)", "10"},
        {"round(1e300)", "1e+300"},
        {"round(1e-300, 5)", "0"},
        {"round(123456789.987654321, 3)", "123456789.988"},
        {"round(7)", "7"},
        {"round(9223372036854775807, -1)", "9223372036854776000"},
        {"round(\"x\")", "!must be a number"},
        {"round(1, 99)", "!from -30 to 30"},
        {"floor(2.9)", "2"},
        {"floor(-2.1)", "-3"},
        {"floor(-0.0)", "0"},
        {"floor(-100, -1)", "-100"},
        {"floor(-5, -3)", "-1000"},
        {"ceil(-2.9)", "-2"},
        {"ceil(2.01, 1)", "2.1"},
        {"ceil(100, -2)", "100"},
        {"ceil(0.001)", "1"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(numbers)
{
    static const Row rows[] = {
        {"abs(-2.5)", "2.5"},
        {"abs(-9223372036854775808)", "!too large"},
        {"abs(duration(\"-PT5M\"))", "\"PT5M\""},
        {"sqrt(2)", "1.4142135623730951"},
        {"sqrt(-1)", "!negative"},
        {"power(2, 62)", "4611686018427387904"},
        {"power(2, 64)", "18446744073709552000"},
        {"power(-2, 63)", "-9223372036854775808"},
        {"power(2, -1)", "0.5"},
        {"power(0, 0)", "1"},
        {"power(-8, 0.5)", "!not a number"},
        {"power(10, 400)", "!too large"},
        {"power(1, 9223372036854775807)", "1"},
        {"log(0)", "!above 0"},
        {"log(8, 2)", "3"},
        {"log(8, 1)", "!not 1"},
        {"mod(5, 0)", "!division by zero"},
        {"clamp(5, 1, 3)", "3"},
        {"clamp(\"b\", \"c\", \"d\")", "\"c\""},
        {"clamp(1, 3, 2)", "!lowest value is above"},
        {"clamp(1, \"a\", 2)", "!cannot be compared"},
        {"percent(1, 8, 2)", "12.5"},
        {"percent(1, 0)", "!the whole is 0"},
        {"format_number(1234.5)", "\"1,234.5\""},
        {"format_number(-1234567)", "\"-1,234,567\""},
        {"format_number(999.995, 2)", "\"1,000.00\""},
        {"format_number(0.05, 1)", "\"0.1\""},
        {"format_number(-0.001, 2)", "\"0.00\""},
        {"format_number(1234.5, 2, \".\", \",\")", "\"1.234,50\""},
        {"format_number(5, 3)", "\"5.000\""},
        {"format_number(1e21)", "\"1,000,000,000,000,000,000,000\""},
        {"format_number(0)", "\"0\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(times)
{
    static const Row rows[] = {
        {"date(\"2026-11-20T23:30:00-05:00\")", "\"2026-11-20\""},
        {"date(\"soon\")", "!must be a date or datetime"},
        {"date(2026, 2, 29)", "!month 2 has no day 29"},
        {"datetime(\"2026-07-01\")", "\"2026-07-01T00:00:00+02:00\""},
        {"datetime(\"2026-12-01 10:00\")", "\"2026-12-01T10:00:00+01:00\""},
        {"datetime(\"2026-12-01T10:00:00Z\")", "\"2026-12-01T10:00:00Z\""},
        {"in_zone(\"2026-12-01T10:00:00Z\", \"Europe/Berlin\")", "\"2026-12-01T11:00:00+01:00\""},
        {"in_zone(\"2026-12-01\", \"-05:00\")", "\"2026-12-01T00:00:00-05:00\""},
        {"in_zone(\"2026-12-01T10:00:00Z\", \"Mars/Base\")", "!no time zone \"Mars/Base\""},
        {"from_unix(1.5)", "\"1970-01-01T00:00:01.5Z\""},
        {"from_unix(1e15)", "!outside of the years"},
        {"to_unix(\"1969-12-31T23:59:59.5Z\")", "-1"},
        {"to_unix(\"2026-07-01\")", "1782856800"},
        {"hour(\"2026-11-20T17:45:00+09:00\")", "17"},
        {"weekday(\"1969-12-31\")", "\"Wednesday\""},
        {"week_number(\"2026-01-01\")", "1"},
        {"week_number(\"2024-12-30\")", "1"},
        {"start_of_week(\"2026-11-22\")", "\"2026-11-16\""},
        {"add_days(\"9999-12-31\", 1)", "!outside of the years"},
        {"add_months(\"2026-03-31T10:00:00Z\", -1)", "\"2026-02-28T10:00:00Z\""},
        {"add_hours(\"2026-11-20\", 25)", "\"2026-11-21T01:00:00Z\""},
        {"add_business_days(\"2026-11-21\", 1)", "\"2026-11-23\""},
        {"add_business_days(\"2026-11-21\", -1)", "\"2026-11-20\""},
        {"add_business_days(\"2026-11-21\", 0)", "\"2026-11-21\""},
        {"add_business_days(\"2026-11-18\", 10)", "\"2026-12-02\""},
        {"add_business_days(\"2026-11-23\", -6)", "\"2026-11-13\""},
        {"business_days(\"2026-11-27\", \"2026-11-20\")", "-5"},
        {"business_days(\"2026-11-21\", \"2026-11-22\")", "0"},
        {"days_between(\"2026-11-20T23:59:00Z\", \"2026-11-21T00:01:00Z\")", "1"},
        {"months_between(\"2026-01-31\", \"2026-02-28\")", "1"},
        {"months_between(\"2026-04-14\", \"2026-01-15\")", "-2"},
        {"time_between(\"2026-11-20\", \"2026-11-21\")", "\"P1D\""},
        {"hours(\"1 month\")", "!no certain length"},
        {"duration(\"soon\")", "!must be a duration"},
        {"minutes(\"90s\")", "1.5"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, "Europe/Berlin");
}

TEST(time_formats)
{
    static const Row rows[] = {
        {"format_date(\"2026-03-05T07:08:09.123+02:00\", \"YYYY YY MMMM MMM MM M DD D dddd ddd\")",
         "\"2026 26 March Mar 03 3 05 5 Thursday Thu\""},
        {"format_date(\"2026-03-05T07:08:09.123+02:00\", \"HH H hh h mm m ss s SSS A a Z ZZ Q\")",
         "\"07 7 07 7 08 8 09 9 123 AM am +02:00 +0200 1\""},
        {"format_date(\"2026-03-05T00:08:00Z\", \"h:mm A [o'clock] 'a'\")", "\"12:08 AM o'clock a\""},
        {"format_date(\"2026-03-05T19:08:09Z\", \"%d/%m/%y %I:%M %p %A %b %j 100%%\")", "\"05/03/26 07:08 PM Thursday Mar 064 100%\""},
        {"format_date(\"2026-03-05\", \"\")", "\"\""},
        {"format_date(\"2026-03-05\", \"[YYYY\")", "\"[2026\""},
        {"parse_date(\"5 March 2026\", \"D MMMM YYYY\")", "\"2026-03-05\""},
        {"parse_date(\"mar 5, 26\", \"MMM D, YY\")", "\"2026-03-05\""},
        {"parse_date(\"05/03/2026 19:08\", \"%d/%m/%Y %H:%M\")", "\"2026-03-05T19:08:00Z\""},
        {"parse_date(\"2026-03-05 07:08 PM +0200\", \"YYYY-MM-DD hh:mm A ZZ\")", "\"2026-03-05T19:08:00+02:00\""},
        {"parse_date(\"12:00 am 2026-03-05\", \"h:mm a YYYY-MM-DD\")", "\"2026-03-05T00:00:00Z\""},
        {"parse_date(\"31.02.2026\", \"DD.MM.YYYY\")", "!month 2 has no day 31"},
        {"parse_date(\"2026-3-05\", \"YYYY-MM-DD\")", "!does not have the form YYYY-MM-DD"},
        {"parse_date(\"2026-03-05x\", \"YYYY-MM-DD\")", "!does not have the form"},
        {"parse_date(\"25:00\", \"HH:mm\")", "!no such day or time"},
        {"parse_date(\"13:00 PM\", \"hh:mm A\")", "!no such day or time"},
        {"parse_date(\"2026-03-05\")", "\"2026-03-05\""},
        {"parse_date(\"x\")", "!must be a date or datetime"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(json_and_csv)
{
    static const Row rows[] = {
        {"to_json({a: [1]}, 2)", "\"{\\n  \\\"a\\\": [\\n    1\\n  ]\\n}\""},
        {"to_json(1, 99)", "!from 0 to 16"},
        {"from_json(\"[1,\")", "!the text is no JSON: expected a value at byte 3"},
        {"json_get({a: 1}, \"\")", "{\"a\":1}"},
        {"json_get(from_json(\"[{\\\"a/b\\\": {\\\"~\\\": 5}}]\"), \"/0/a~1b/~0\")", "5"},
        {"json_get({a: 1}, \"/b/c\")", "null"},
        {"json_get({a: 1}, \"a\")", "!begins with \"/\""},
        {"to_csv([])", "\"\""},
        {"to_csv([], [\"a\", \"b\"])", "\"a,b\\n\""},
        {"to_csv([{a: 1}, {b: 2}])", "\"a,b\\n1,\\n,2\\n\""},
        {"to_csv([{a: \"x\\\"y\", b: nothing}, {a: \" s\"}], [\"b\", \"a\"])", "\"b,a\\n,\\\"x\\\"\\\"y\\\"\\n,\\\" s\\\"\\n\""},
        {"to_csv([[1, 2], [3]])", "\"1,2\\n3,\\n\""},
        {"to_csv([1, \"a\\nb\"])", "\"1\\n\\\"a\\nb\\\"\\n\""},
        {"from_csv(\"\")", "[]"},
        {"from_csv(\"a,b\")", "[]"},
        {"from_csv(\"a,a\\n1,2\\n\")", "[{\"a\":\"2\"}]"},
        {"from_csv(\"a;\\r\\n\\\"x;\\\"\\\"y\\\"\\\"\\\";\\r\\n\\r\\nz\", \";\")",
         "[{\"a\":\"x;\\\"y\\\"\",\"column_2\":\"\"},{\"a\":\"z\",\"column_2\":null}]"},
        {"from_csv(\"a\\n\\\"x\")", "!not closed"},
        {"from_csv(\"a\", \",,\")", "!one character"},
        {"from_csv(\"\xef\xbb\xbf" "a\\n1\")", "[{\"a\":\"1\"}]"},
        {"from_csv(to_csv([{a: \"x, \\\"y\\\"\\n\", b: \"\"}]))", "[{\"a\":\"x, \\\"y\\\"\\n\",\"b\":\"\"}]"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(tables)
{
    static const Row rows[] = {
        {"table([])", "\"\""},
        {"table([{a: \"\xe6\x97\xa5\", b: 1}, {a: \"long\\ntext\", b: 100}])",
         "\"a            b\\n---------  ---\\n\xe6\x97\xa5           1\\nlong text  100\\n\""},
        {"table([1, 22])", "\" 1\\n22\\n\""},
        {"table([{a: 1}], [\"x\"])", "\"x\\n-\\n\\n\""},
        {"table([{a: 1}], \"x\")", "!must be a list"},
        {"table([{a: 1}], [1])", "!a list of column names"},
        {"markdown_table([{a: \"x|y\\nz\"}])", "\"| a |\\n| --- |\\n| x\\\\|y z |\\n\""},
        {"markdown_table([[1, 2]])", "\"|  |  |\\n| ---: | ---: |\\n| 1 | 2 |\\n\""},
        {"html_table([{a: \"<b>\\n\"}])", "\"<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;b&gt;<br></td></tr></tbody></table>\""},
        {"html_table([])", "\"<table><tbody></tbody></table>\""},
        {"escape_html(\"'\\\"<>&\\n\")", "\"&#39;&quot;&lt;&gt;&amp;\\n\""},
        {"bullets([])", "\"\""},
        {"bullets([\"a\\nb\", {c: 1}])", "\"- a b\\n- {\\\"c\\\":1}\""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

TEST(urls_and_encodings)
{
    static const Row rows[] = {
        {"url_encode(\"\")", "\"\""},
        {"url_decode(\"%zz%4\")", "\"%zz%4\""},
        {"url_decode(\"%ff\")", "\"\xef\xbf\xbd\""},
        {"query_string({})", "\"\""},
        {"query_string({a: nothing, b: [], c: yes})", "\"c=yes\""},
        {"parse_query(\"?a=1&a=2&a=3&b&&=x\")", "{\"a\":[\"1\",\"2\",\"3\"],\"b\":\"\",\"\":\"x\"}"},
        {"parse_query(query_string({x: \"a&b=c\"}))", "{\"x\":\"a&b=c\"}"},
        {"get(parse_url(\"HTTP://user:pw@EXAMPLE.com\"), \"host\")", "\"example.com\""},
        {"get(parse_url(\"http://[::1]:80/\"), \"host\")", "\"[::1]\""},
        {"get(parse_url(\"mailto:a@b.c\"), \"path\")", "\"a@b.c\""},
        {"parse_url(\"no url\")", "!is no URL"},
        {"base64_encode(\"\")", "\"\""},
        {"base64_encode(\"a\")", "\"YQ==\""},
        {"base64_decode(\"YQ\")", "\"a\""},
        {"base64_decode(\"Y Q\\n=\")", "\"a\""},
        {"base64_decode(\"Y\")", "!not base64"},
        {"base64_decode(\"YQ=A\")", "!not base64"},
        {"base64_decode(\"/w==\")", "!no text"},
        {"hex_decode(\"4\")", "!not hexadecimal"},
        {"hex_decode(\"zz\")", "!not hexadecimal"},
        {"hex_decode(\"ff\")", "!no text"},
        {"hex_encode(5)", "!must be text"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

UNIT_MAIN
