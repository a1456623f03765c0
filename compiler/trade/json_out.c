/* SPDX-License-Identifier: MIT */
/* Indented JSON. An empty object or list stays on one line. */
#include "compiler/trade/json_out.h"

static void new_line(PlJsonOut *o)
{
    if (o->line) return;
    if (o->depth) pl_buf_put_char(o->buf, '\n');
    for (unsigned i = 0; i < o->depth; i++) pl_buf_put_z(o->buf, "  ");
}

static void next(PlJsonOut *o)
{
    if (!o->first && o->depth) pl_buf_put_char(o->buf, ',');
    new_line(o);
    o->first = false;
}

void pl_json_out_key(PlJsonOut *o, PlStr key)
{
    next(o);
    pl_buf_put_json(o->buf, key);
    pl_buf_put_z(o->buf, o->line ? ":" : ": ");
}

void pl_json_out_next(PlJsonOut *o, const char *key)
{
    if (key)
        pl_json_out_key(o, pl_str_z(key));
    else
        next(o);
}

static void open(PlJsonOut *o, char bracket)
{
    pl_buf_put_char(o->buf, bracket);
    o->depth++;
    o->first = true;
}

void pl_json_out_begin(PlJsonOut *o, const char *key, char bracket)
{
    pl_json_out_next(o, key);
    open(o, bracket);
}

void pl_json_out_begin_at(PlJsonOut *o, PlStr key, char bracket)
{
    pl_json_out_key(o, key);
    open(o, bracket);
}

void pl_json_out_end(PlJsonOut *o, char bracket)
{
    bool empty = o->first;
    o->depth--;
    o->first = false;
    if (!empty && !o->line) {
        pl_buf_put_char(o->buf, '\n');
        for (unsigned i = 0; i < o->depth; i++) pl_buf_put_z(o->buf, "  ");
    }
    pl_buf_put_char(o->buf, bracket);
}

void pl_json_out_text(PlJsonOut *o, const char *key, PlStr text)
{
    pl_json_out_next(o, key);
    pl_buf_put_json(o->buf, text);
}

void pl_json_out_int(PlJsonOut *o, const char *key, int64_t n)
{
    pl_json_out_next(o, key);
    pl_buf_put_int(o->buf, n);
}

void pl_json_out_yes(PlJsonOut *o, const char *key, bool yes)
{
    pl_json_out_next(o, key);
    pl_buf_put_z(o->buf, yes ? "true" : "false");
}

void pl_json_out_raw(PlJsonOut *o, const char *key, PlStr json)
{
    pl_json_out_next(o, key);
    pl_buf_put(o->buf, json);
}
