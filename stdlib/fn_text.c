/* SPDX-License-Identifier: MIT */
/* Texts: case, trimming, cutting, padding. Positions count characters (code points) from 0; negative ones from the end. */
#include "stdlib/args.h"

#include "vm/value/shape.h"
#include "vm/base/limits.h"
#include "vm/base/utf8.h"

/* ---- case -------------------------------------------------------------------------------------------------------- */

static PlStatus change_case(PlBuiltinContext *context, const PlValue *all, uint32_t count, void (*change)(PlBuf *, PlStr), PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    change(pl_values_scratch(context->values), s);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_upper(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, pl_utf8_upper, out);
}

PlStatus pl_fn_lower(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, pl_utf8_lower, out);
}

static PlStr first_character(PlStr s)
{
    return pl_str_slice(s, 0, pl_utf8_offset(s, 1));
}

static void capitalize(PlBuf *out, PlStr s)
{
    PlStr first = first_character(s);
    pl_utf8_upper(out, first);
    pl_buf_put(out, pl_str_slice(s, first.len, s.len));
}

PlStatus pl_fn_capitalize(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, capitalize, out);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Each word's first character up, the rest down; a word begins behind white space, '-' or an opening mark. */
static void title_case(PlBuf *out, PlStr s)
{
    for (size_t i = 0; i < s.len;) {
        bool begins = i == 0 || is_space(s.ptr[i - 1]) || memchr("-/([\"", s.ptr[i - 1], 5);
        PlStr c = first_character(pl_str_slice(s, i, s.len));
        if (begins)
            pl_utf8_upper(out, c);
        else
            pl_utf8_lower(out, c);
        i += c.len;
    }
}

PlStatus pl_fn_title_case(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, title_case, out);
}

/* What a character of folded text without accents is in a slug: itself, other letters, or "" for a gap. */
static PlStr slug_of(PlStr c)
{
    static const struct {
        const char *from, *to;
    } latin[] = {{"\xc3\xa6", "ae"}, {"\xc3\xb8", "o"}, {"\xc5\x93", "oe"}, {"\xc5\x82", "l"}, {"\xc4\x91", "d"}};
    unsigned char b = (unsigned char)c.ptr[0];
    bool plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
    bool sign = b < 0x80 || b == 0xc2 || b == 0xe2 || b == 0xf0 || (b == 0xe3 && (unsigned char)c.ptr[1] == 0x80);
    if (!plain && sign) return PL_STR("");
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++)
        if (pl_str_eq_z(c, latin[i].from)) return pl_str_z(latin[i].to);
    return c;
}

static void slug(PlBuf *out, PlStr s)
{
    bool gap = false;
    PlBuf folded;
    pl_buf_init(&folded, 0);
    pl_utf8_plain(&folded, s);
    PlStr rest = pl_buf_str(&folded);
    for (PlStr c; rest.len; rest = pl_str_slice(rest, c.len, rest.len)) {
        c = first_character(rest);
        PlStr as = slug_of(c);
        if (pl_str_eq_z(c, "'") || pl_str_eq_z(c, "\xe2\x80\x99")) continue;
        if (as.len && gap && out->len) pl_buf_put_char(out, '-');
        gap = as.len ? false : true;
        pl_buf_put(out, as);
    }
    if (folded.status != PL_OK) out->status = folded.status;
    pl_buf_deinit(&folded);
}

PlStatus pl_fn_slug(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, slug, out);
}

/* ---- white space ------------------------------------------------------------------------------------------------- */

/* Characters of `set` off the front and the end; white space, also of Unicode, when there is no set. */
static bool in_set(PlStr c, PlStr set)
{
    if (set.len) return pl_str_find(set, c, 0) != PL_STR_NONE;
    if (c.len == 1) return is_space(c.ptr[0]);
    static const char *const spaces[] = {"\xc2\xa0", "\xe2\x80\x83", "\xe2\x80\x82", "\xe2\x80\x89", "\xe2\x80\xaf", "\xe3\x80\x80",
                                         "\xe2\x80\x8b", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (pl_str_eq_z(c, spaces[i])) return true;
    return false;
}

static PlStr trim_start(PlStr s, PlStr set)
{
    for (PlStr c; s.len && (c = first_character(s), in_set(c, set));) s = pl_str_slice(s, c.len, s.len);
    return s;
}

static PlStr trim_end(PlStr s, PlStr set)
{
    while (s.len) {
        size_t at = s.len - 1;
        while (at && ((unsigned char)s.ptr[at] & 0xc0) == 0x80) at--;
        if (!in_set(pl_str_slice(s, at, s.len), set)) break;
        s.len = at;
    }
    return s;
}

PlStatus pl_fn_trim(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, set;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text_or(&args, 1, PL_STR(""), &set)) return PL_INVALID;
    return pl_args_give_text(&args, trim_end(trim_start(s, set), set), out);
}

PlStatus pl_fn_trim_start(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, set;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text_or(&args, 1, PL_STR(""), &set)) return PL_INVALID;
    return pl_args_give_text(&args, trim_start(s, set), out);
}

PlStatus pl_fn_trim_end(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, set;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text_or(&args, 1, PL_STR(""), &set)) return PL_INVALID;
    return pl_args_give_text(&args, trim_end(s, set), out);
}

static void squeeze(PlBuf *out, PlStr s)
{
    s = trim_end(trim_start(s, PL_STR("")), PL_STR(""));
    for (size_t i = 0; i < s.len;) {
        PlStr c = first_character(pl_str_slice(s, i, s.len));
        bool space = in_set(c, PL_STR(""));
        if (!space)
            pl_buf_put(out, c);
        else if (out->ptr[out->len - 1] != ' ')
            pl_buf_put_char(out, ' ');
        i += c.len;
    }
}

PlStatus pl_fn_squeeze(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return change_case(context, all, count, squeeze, out);
}

/* ---- cutting and filling ----------------------------------------------------------------------------------------- */

/* `position` as a byte offset of s, which has `length` characters; clamped. */
static size_t offset_of(PlStr s, int64_t position, int64_t length)
{
    if (position < 0) position += length;
    if (position <= 0 || position >= length) return position <= 0 ? 0 : s.len;
    return (size_t)length == s.len ? (size_t)position : pl_utf8_offset(s, (size_t)position);
}

PlStatus pl_fn_substring(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    int64_t from, to;
    if (!pl_args_text(&args, 0, &s) || !pl_args_integer_or(&args, 1, INT64_MIN, INT64_MAX, 0, &from) ||
        !pl_args_integer_or(&args, 2, INT64_MIN, INT64_MAX, INT64_MAX, &to))
        return PL_INVALID;
    int64_t length = (int64_t)pl_utf8_length(s);
    return pl_args_give_text(&args, pl_str_slice(s, offset_of(s, from, length), offset_of(s, to, length)), out);
}

PlStatus pl_fn_truncate(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, mark;
    int64_t most;
    if (!pl_args_text(&args, 0, &s) || !pl_args_integer(&args, 1, 0, INT32_MAX, &most) ||
        !pl_args_text_or(&args, 2, PL_STR("..."), &mark))
        return PL_INVALID;
    if (pl_utf8_length(s) <= (size_t)most) return pl_args_give_text(&args, s, out);
    size_t room = (size_t)most, marked = pl_utf8_length(mark);
    if (marked > room) mark = pl_str_slice(mark, 0, pl_utf8_offset(mark, room)), marked = room;
    PlBuf *buf = pl_values_scratch(context->values);
    pl_buf_put(buf, trim_end(pl_str_slice(s, 0, pl_utf8_offset(s, room - marked)), PL_STR("")));
    pl_buf_put(buf, mark);
    return pl_args_give_scratch(&args, out);
}

static PlStatus pad(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool front, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, with;
    int64_t width;
    if (!pl_args_text(&args, 0, &s) || !pl_args_integer(&args, 1, 0, 1000000, &width) || !pl_args_text_or(&args, 2, PL_STR(" "), &with))
        return PL_INVALID;
    size_t length = pl_utf8_length(s), unit = pl_utf8_length(with);
    size_t missing = unit && (size_t)width > length ? (size_t)width - length : 0;
    PlBuf *buf = pl_values_scratch(context->values);
    if (!front) pl_buf_put(buf, s);
    for (; missing >= unit && missing; missing -= unit) pl_buf_put(buf, with);
    pl_buf_put(buf, pl_str_slice(with, 0, pl_utf8_offset(with, missing)));
    if (front) pl_buf_put(buf, s);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_pad_start(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return pad(context, all, count, true, out);
}

PlStatus pl_fn_pad_end(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return pad(context, all, count, false, out);
}

PlStatus pl_fn_repeat(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    int64_t times;
    if (!pl_args_text(&args, 0, &s) || !pl_args_integer(&args, 1, 0, 10000000, &times)) return PL_INVALID;
    if (s.len && (uint64_t)times > PL_LIMIT_BODY_BYTES / s.len)
        return pl_args_fail(context, "the text would be longer than %llu bytes", (unsigned long long)PL_LIMIT_BODY_BYTES);
    size_t size = s.len * (size_t)times, done = s.len < size ? s.len : size;
    PlText *text = pl_text_room(context->values, size);
    if (done) memcpy(text->bytes, s.ptr, done);
    for (; done < size; done *= 2) memcpy(text->bytes + done, text->bytes, size - done < done ? size - done : done);
    *out = (PlValue){.tag = PL_TEXT, .as.text = text};
    return PL_OK;
}

/* ---- parts between marks ----------------------------------------------------------------------------------------- */

PlStatus pl_fn_text_before(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, mark;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &mark)) return PL_INVALID;
    size_t at = pl_str_find(s, mark, 0);
    return pl_args_give_text(&args, pl_str_slice(s, 0, at == PL_STR_NONE ? s.len : at), out);
}

PlStatus pl_fn_text_after(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, mark;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &mark)) return PL_INVALID;
    size_t at = pl_str_find(s, mark, 0);
    return pl_args_give_text(&args, at == PL_STR_NONE ? PL_STR("") : pl_str_slice(s, at + mark.len, s.len), out);
}

PlStatus pl_fn_text_between(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, open, close;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &open) || !pl_args_text(&args, 2, &close)) return PL_INVALID;
    *out = pl_nothing();
    size_t from = pl_str_find(s, open, 0), to = from == PL_STR_NONE ? from : pl_str_find(s, close, from + open.len);
    return to == PL_STR_NONE ? PL_OK : pl_args_give_text(&args, pl_str_slice(s, from + open.len, to), out);
}

PlStatus pl_fn_remove_prefix(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, part;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &part)) return PL_INVALID;
    return pl_args_give_text(&args, pl_str_slice(s, pl_str_starts(s, part) ? part.len : 0, s.len), out);
}

PlStatus pl_fn_remove_suffix(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, part;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &part)) return PL_INVALID;
    return pl_args_give_text(&args, pl_str_slice(s, 0, s.len - (pl_str_ends(s, part) ? part.len : 0)), out);
}
