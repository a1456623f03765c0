/* SPDX-License-Identifier: MIT */
/* The JSON scanner against jansson: both accept the text and read the same values, or both refuse it. Known differences:
 * equal keys (a tree has no place for both), NUL in a key (jansson cannot), integers past int64 and nesting past our limit, and a
 * NUL behind a number (jansson passes over it). */
#include "tests/fuzz/fuzz.h"
#include "vm/base/json_scan.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void differ(const char *what)
{
    fprintf(stderr, "the scanner and jansson differ: %s\n", what);
    abort();
}

static void check_scalar(const PlJsonScan *scan, PlJsonEvent event, json_t *node)
{
    switch (event) {
    case PL_JSON_NULL:
        if (!json_is_null(node)) differ("null");
        break;
    case PL_JSON_TRUE:
        if (!json_is_true(node)) differ("true");
        break;
    case PL_JSON_FALSE:
        if (!json_is_false(node)) differ("false");
        break;
    case PL_JSON_INT:
        if (!json_is_integer(node) || json_integer_value(node) != scan->integer) differ("integer");
        break;
    case PL_JSON_NUMBER: {
        double theirs = json_real_value(node);
        if (!json_is_real(node) || memcmp(&theirs, &scan->number, sizeof theirs) != 0) differ("number");
        break;
    }
    case PL_JSON_STRING: {
        PlStr theirs = pl_str(json_string_value(node), json_string_length(node));
        if (!json_is_string(node) || !pl_str_eq(theirs, scan->text)) differ("string");
        break;
    }
    default: differ("an event where a value should be");
    }
}

/* The event of `node`'s value was just read; walk both. */
static void check_value(PlJsonScan *scan, PlJsonEvent event, json_t *node)
{
    if (event == PL_JSON_ARRAY_BEGIN) {
        size_t count = 0;
        while ((event = pl_json_scan_next(scan)) != PL_JSON_ARRAY_END) check_value(scan, event, json_array_get(node, count++));
        if (!json_is_array(node) || json_array_size(node) != count) differ("array");
    } else if (event == PL_JSON_OBJECT_BEGIN) {
        size_t count = 0;
        while ((event = pl_json_scan_next(scan)) == PL_JSON_KEY) {
            json_t *value = json_object_getn(node, scan->text.ptr, scan->text.len);
            if (!value) differ("key");
            check_value(scan, pl_json_scan_next(scan), value);
            count++;
        }
        if (!json_is_object(node) || event != PL_JSON_OBJECT_END || json_object_size(node) != count) differ("object");
    } else {
        check_scalar(scan, event, node);
    }
}

/* Whether our scanner takes the whole text; *special: it holds what the two are known to treat differently. */
static bool accepts(PlStr text, bool *special)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, text);
    PlJsonEvent event;
    do {
        event = pl_json_scan_next(&scan);
        if (event == PL_JSON_KEY && pl_str_find_char(scan.text, 0, 0) != PL_STR_NONE) *special = true;
        if (event == PL_JSON_NUMBER && !memchr(scan.at, '.', (size_t)(scan.end - scan.at)) &&
            !memchr(scan.at, 'e', (size_t)(scan.end - scan.at)) && !memchr(scan.at, 'E', (size_t)(scan.end - scan.at)))
            *special = true;
        if (scan.at < scan.start || scan.end < scan.at || scan.end > scan.limit) differ("a span outside the text");
    } while (event != PL_JSON_END && event != PL_JSON_ERROR);
    if (event == PL_JSON_ERROR && pl_str_starts(pl_str_z(scan.error), PL_STR("nested"))) *special = true;
    pl_json_scan_deinit(&scan);
    return event == PL_JSON_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlStr text = pl_str((const char *)data, size);
    bool special = pl_str_find_char(text, 0, 0) != PL_STR_NONE;
    bool accepted = accepts(text, &special);
    json_error_t error = {.line = 0};
    json_t *tree = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    bool duplicate = !tree && json_error_code(&error) == json_error_duplicate_key;
    if (tree && !accepted && !special) differ("only jansson accepts");
    if (!tree && accepted && !special && !duplicate) differ(error.text);
    if (tree && accepted) {
        PlJsonScan scan;
        pl_json_scan_init(&scan, text);
        check_value(&scan, pl_json_scan_next(&scan), tree);
        pl_json_scan_deinit(&scan);
    }
    json_decref(tree);
    return 0;
}
