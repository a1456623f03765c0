/* SPDX-License-Identifier: MIT */
/* Values as text for people: in full, as interpolation puts them into a text, and in brief, for messages. */
#include "vm/base/utf8.h"
#include "vm/value/json.h"
#include "vm/value/time.h"

/* ---- in full ----------------------------------------------------------------------------------------------------- */

static void show_file(PlBuf *out, const PlFile *file)
{
    if (file->name)
        pl_buf_put(out, (PlStr){file->name->bytes, file->name->len});
    else
        pl_buf_printf(out, "file of %zu bytes", file->len);
}

void pl_value_show(PlBuf *out, PlValue v)
{
    switch ((PlTag)v.tag) {
    case PL_YESNO: pl_buf_put_z(out, v.as.yes ? "yes" : "no"); break;
    case PL_INT: pl_buf_put_int(out, v.as.integer); break;
    case PL_DOUBLE: pl_buf_put_double(out, v.as.number); break;
    case PL_DATETIME: pl_time_put_datetime(out, v.as.integer, v.extra); break;
    case PL_DATE: pl_time_put_date(out, v.as.integer); break;
    case PL_DURATION: pl_time_put_duration(out, v.as.integer, v.extra); break;
    case PL_TEXT: pl_buf_put(out, pl_text_str(v)); break;
    case PL_RECORD: pl_json_write(out, v); break;
    case PL_FILE: show_file(out, v.as.file); break;
    case PL_LIST:
        for (uint32_t i = 0; i < v.as.list->len; i++) {
            if (i) pl_buf_put(out, PL_STR(", "));
            pl_value_show(out, v.as.list->items[i]);
        }
        break;
    default: break;
    }
}

/* ---- in brief ---------------------------------------------------------------------------------------------------- */

/* As many whole characters as fit in `room` bytes, "..." among them when something was cut; control characters as spaces. */
static void put_cut(PlBuf *out, PlStr s, size_t room)
{
    size_t end = s.len;
    if (end > room) {
        end = room > 3 ? room - 3 : 0;
        while (end && ((unsigned char)s.ptr[end] & 0xc0) == 0x80) end--;
    }
    for (size_t i = 0; i < end; i++) pl_buf_put_char(out, (unsigned char)s.ptr[i] < ' ' ? ' ' : s.ptr[i]);
    if (end < s.len) pl_buf_put(out, PL_STR("..."));
}

static void brief_record(PlBuf *out, PlValue v, size_t width)
{
    size_t start = out->len;
    pl_buf_put_char(out, '{');
    for (uint32_t i = 0; i < pl_record_len(v); i++) {
        PlStr name = pl_record_name(v, i);
        size_t used = out->len - start, last = i + 1 == pl_record_len(v);
        if (used + name.len + (last ? 3 : 8) > width) {
            pl_buf_put_z(out, i ? ", ..." : "...");
            break;
        }
        if (i) pl_buf_put(out, PL_STR(", "));
        put_cut(out, name, name.len);
    }
    pl_buf_put_char(out, '}');
}

void pl_value_brief(PlBuf *out, PlValue v, unsigned width)
{
    size_t room = width > 8 ? width : 8;
    switch ((PlTag)v.tag) {
    case PL_NOTHING: pl_buf_put_z(out, "nothing"); break;
    case PL_TEXT:
        pl_buf_put_char(out, '"');
        put_cut(out, pl_text_str(v), room - 2);
        pl_buf_put_char(out, '"');
        break;
    case PL_LIST:
        if (pl_list_len(v) == 0)
            pl_buf_put_z(out, "an empty list");
        else
            pl_buf_printf(out, "list of %u item%s", pl_list_len(v), pl_list_len(v) == 1 ? "" : "s");
        break;
    case PL_RECORD: brief_record(out, v, room); break;
    case PL_FILE: {
        PlStr name = v.as.file->name ? (PlStr){v.as.file->name->bytes, v.as.file->name->len} : PL_STR("");
        pl_buf_put_z(out, name.len ? "file " : "a file");
        put_cut(out, name, room - 5);
        break;
    }
    default: pl_value_show(out, v); break;
    }
}
