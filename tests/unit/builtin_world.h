/* SPDX-License-Identifier: MIT */
/* A world for the tests of builtins: values, a context, and a reader of calls such as split("a,b", ",") or count([1, 2]) > 1, which
 * is the part of the language that examples of functions are written in. */
#ifndef TESTS_BUILTIN_WORLD_H
#define TESTS_BUILTIN_WORLD_H

#include "stdlib/builtin.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
    PlZone *zone;
    PlBuiltinContext context;
    const char *at; /* of the reader */
} World;

static inline void open_world(World *w, const char *zone)
{
    if (setjmp(w->escape.at)) {
        fprintf(stderr, "unexpected escape: %s\n", pl_status_words(w->escape.status));
        abort();
    }
    w->heap = pl_heap_new(&w->escape, 0);
    w->values = pl_values_new(w->heap);
    w->zone = zone ? pl_zone_open(pl_str_z(zone)) : NULL;
    w->context = (PlBuiltinContext){.values = w->values, .zone = w->zone};
    pl_buf_init(&w->context.error, 0);
}

static inline void close_world(World *w)
{
    pl_buf_deinit(&w->context.error);
    pl_zone_close(w->zone);
    pl_values_free(w->values);
    pl_heap_free(w->heap);
}

static inline void skip(World *w)
{
    while (*w->at == ' ') w->at++;
}

static inline bool take(World *w, const char *word)
{
    skip(w);
    size_t len = strlen(word);
    if (strncmp(w->at, word, len) != 0) return false;
    w->at += len;
    return true;
}

static inline PlStr take_name(World *w)
{
    skip(w);
    const char *start = w->at;
    while (*w->at == '_' || (*w->at >= 'a' && *w->at <= 'z') || (*w->at >= '0' && *w->at <= '9')) w->at++;
    return pl_str(start, (size_t)(w->at - start));
}

static inline bool read_expr(World *w, PlValue *out);

/* A text or number is as in JSON. */
static inline bool read_json(World *w, PlValue *out)
{
    const char *start = w->at;
    if (*w->at == '"')
        for (w->at++; *w->at && *w->at != '"'; w->at++) w->at += *w->at == '\\';
    while (*w->at && !strchr(" ,)]}:", *w->at)) w->at++;
    size_t at;
    const char *error;
    return pl_json_read(w->values, pl_str(start, (size_t)(w->at - start)), out, &at, &error) == PL_OK;
}

static inline bool read_call(World *w, PlStr name, PlValue *out)
{
    PlValue args[16];
    uint32_t count = 0;
    while (!take(w, ")")) {
        if (count == 16 || (count && !take(w, ",")) || !read_expr(w, &args[count])) return false;
        count++;
    }
    const PlBuiltin *builtin = pl_builtin_find(name);
    if (!builtin || count < builtin->min_args || (builtin->max_args != 255 && count > builtin->max_args)) return false;
    pl_buf_clear(&w->context.error);
    PlStatus status = builtin->fn(&w->context, args, count, out);
    for (uint32_t i = 0; i < count; i++) pl_release(w->values, args[i]);
    return status == PL_OK;
}

static inline bool read_word(World *w, PlValue *out)
{
    PlStr name = take_name(w);
    if (take(w, "(")) return read_call(w, name, out);
    *out = pl_yesno(pl_str_eq_z(name, "yes"));
    if (pl_str_eq_z(name, "nothing")) *out = pl_nothing();
    return true;
}

static inline bool read_simple(World *w, PlValue *out)
{
    skip(w);
    if (take(w, "[")) {
        *out = pl_list(w->values, 0);
        for (PlValue item; !take(w, "]"); *out = pl_list_append_take(w->values, *out, item))
            if ((pl_list_len(*out) && !take(w, ",")) || !read_expr(w, &item)) return false;
        return true;
    }
    if (take(w, "{")) {
        *out = pl_record(w->values);
        while (!take(w, "}")) {
            PlValue value;
            if (pl_record_len(*out) && !take(w, ",")) return false;
            PlStr name = take_name(w);
            if (!take(w, ":") || !read_expr(w, &value)) return false;
            *out = pl_record_set_take(w->values, *out, name, value);
        }
        return true;
    }
    return *w->at >= 'a' && *w->at <= 'z' ? read_word(w, out) : *w->at == '_' ? read_word(w, out) : read_json(w, out);
}

static inline bool read_expr(World *w, PlValue *out)
{
    PlValue right;
    if (!read_simple(w, out)) return false;
    if (!take(w, "> ")) return true;
    if (!read_simple(w, &right)) return false;
    *out = pl_yesno(pl_compare(*out, right) == 1);
    return true;
}

/* The expression gives this JSON; "!words" that it fails with an error that has these words in it. */
static inline void check_call(World *w, const char *expr, const char *expected)
{
    PlValue v = pl_nothing();
    PlBuf out;
    pl_buf_init(&out, 0);
    w->at = expr;
    bool done = read_expr(w, &v);
    if (done) {
        skip(w);
        if (*w->at) pl_buf_put_z(&out, "unread: ");
        pl_json_write(&out, v);
        pl_release(w->values, v);
    } else {
        pl_buf_printf(&out, "!%s", pl_buf_str(&w->context.error).ptr);
    }
    bool found = expected[0] == '!' && !done && strstr(out.ptr, expected + 1);
    if (!found && strcmp(out.ptr, expected) != 0) {
        fprintf(stderr, "%s\n   found: %s\nexpected: %s\n", expr, out.ptr, expected);
        unit_failed = true;
    }
    pl_buf_deinit(&out);
}

typedef struct Row {
    const char *expr, *expected;
} Row;

/* Each call of a table, in a zone (NULL: none). */
static inline void check_rows(const Row *rows, size_t count, const char *zone)
{
    World w;
    open_world(&w, zone);
    for (size_t i = 0; i < count; i++) check_call(&w, rows[i].expr, rows[i].expected);
    close_world(&w);
}

#endif
