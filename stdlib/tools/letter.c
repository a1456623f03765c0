/* SPDX-License-Identifier: MIT */
/* Text goes as quoted-printable, files as base64. Neither can hold the boundaries: "=_" comes in no quoted-printable text, "_" in no base64. */
#include "stdlib/tools/letter.h"

#include "vm/base/base64.h"
#include "vm/base/utf8.h"

#include <stdio.h>
#include <time.h>

enum { LINE = 75, WORD = 42, LOCAL = 64, DOMAIN = 253, NAME = 200, PLAIN_SUBJECT = 70 };

/* ---- addresses (RFC 5321 section 4.1.2, RFC 5322 section 3.4; of their forms the plain ones) ---- */

static bool is_atom(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Parts with dots between them, none empty. */
static bool is_dotted(PlStr s, bool host)
{
    bool good = s.len > 0;
    for (size_t i = 0; i < s.len && good; i++) {
        char c = s.ptr[i], before = i ? s.ptr[i - 1] : '.', after = i + 1 < s.len ? s.ptr[i + 1] : '.';
        if (c == '.') good = before != '.' && i + 1 < s.len;
        else if (!host) good = is_atom(c);
        else good = is_atom(c) && !strchr("!#$%&'*+/=?^_`{|}~", c) && (c != '-' || (before != '.' && after != '.'));
    }
    return good;
}

static bool is_spec(PlStr s)
{
    size_t at = pl_str_find_char(s, '@', 0);
    if (at == PL_STR_NONE || at > LOCAL || s.len - at - 1 > DOMAIN) return false;
    return is_dotted(pl_str_slice(s, 0, at), false) && is_dotted(pl_str_slice(s, at + 1, s.len), true);
}

static bool has_control(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f) return true;
    return false;
}

/* The end of the first address: a comma outside of quotes and angle brackets. */
static size_t end_of_address(PlStr text)
{
    bool quoted = false, angle = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted && c == '\\') i++;
        else if (c == '"' && !angle) quoted = !quoted;
        else if (!quoted && c == '<') angle = true;
        else if (!quoted && c == '>') angle = false;
        else if (!quoted && !angle && c == ',') return i;
    }
    return text.len;
}

static PlStr unquoted(PlArena *arena, PlStr name)
{
    if (name.len < 2 || name.ptr[0] != '"' || name.ptr[name.len - 1] != '"') return name;
    char *out = pl_arena_alloc(arena, name.len, 1);
    size_t n = 0;
    for (size_t i = 1; i + 1 < name.len; i++) {
        if (name.ptr[i] == '\\' && i + 2 < name.len) i++;
        out[n++] = name.ptr[i];
    }
    return pl_str(out, n);
}

bool pl_letter_addresses(PlArena *arena, PlStr text, PlLetterList *list, PlStr *why)
{
    if (has_control(text)) {
        *why = pl_arena_printf(arena, "`" PL_FMT "` has a line break or another control character", PL_ARG(text));
        return false;
    }
    for (PlStr rest = pl_str_trim(text); rest.len;) {
        size_t end = end_of_address(rest);
        PlStr one = pl_str_trim(pl_str_slice(rest, 0, end)), name = PL_STR(""), spec = one;
        bool more = end < rest.len;
        rest = pl_str_trim(pl_str_slice(rest, end + 1, rest.len));
        size_t open = one.len;
        while (open > 0 && one.ptr[open - 1] != '<') open--;
        if (open > 0 && one.ptr[one.len - 1] == '>') {
            spec = pl_str_slice(one, open, one.len - 1);
            name = unquoted(arena, pl_str_trim(pl_str_slice(one, 0, open - 1)));
        }
        const char *problem = !is_spec(spec) ? "is no address" : name.len > NAME ? "has a name that is too long" : NULL;
        if (!problem && list->count == PL_LETTER_ADDRESSES) problem = "is one address too many";
        if (problem || (more && !rest.len)) {
            PlStr shown = one.len ? one : text;
            *why = pl_arena_printf(arena, "`" PL_FMT "` %s", PL_ARG(shown), problem ? problem : "ends with a comma");
            return false;
        }
        list->all[list->count++] = (PlLetterAddress){pl_arena_str(arena, name), pl_arena_str(arena, spec)};
    }
    return true;
}

bool pl_letter_check(PlArena *arena, const PlLetter *l, PlStr *why)
{
    const char *wrong = has_control(l->subject) ? "the subject" : has_control(l->id) ? "the letter's id" : NULL;
    const PlLetterList *const lists[] = {&l->from, &l->to, &l->cc, &l->reply_to};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++)
            if (has_control(lists[i]->all[k].name) || !is_spec(lists[i]->all[k].spec)) wrong = "an address";
    for (uint32_t i = 0; i < l->file_count; i++)
        if (has_control(l->files[i].name)) wrong = "the name of a file";
    if (wrong) *why = pl_arena_printf(arena, "%s has a line break or another control character", wrong);
    return !wrong;
}

/* ---- headers ---- */

static bool is_ascii(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

/* Words of RFC 2047, none longer than 75 characters, no character cut in two. */
static void put_words(PlBuf *out, PlStr text)
{
    bool first = true;
    while (text.len) {
        size_t cut = 0;
        while (cut < text.len) {
            unsigned step = pl_utf8_sequence(text.ptr + cut, text.ptr + text.len);
            if (!step) step = 1;
            if (cut + step > WORD) break;
            cut += step;
        }
        pl_buf_put_z(out, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
        pl_base64_put(out, pl_str_slice(text, 0, cut), false);
        pl_buf_put_z(out, "?=");
        text = pl_str_slice(text, cut, text.len);
        first = false;
    }
}

static void put_quoted(PlBuf *out, PlStr text)
{
    pl_buf_put_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') pl_buf_put_char(out, '\\');
        pl_buf_put_char(out, text.ptr[i]);
    }
    pl_buf_put_char(out, '"');
}

static void put_addresses(PlBuf *out, const char *header, const PlLetterList *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const PlLetterAddress *a = &list->all[i];
        if (i == 0) pl_buf_printf(out, "%s: ", header);
        else pl_buf_put_z(out, ",\r\n ");
        if (a->name.len && is_ascii(a->name)) put_quoted(out, a->name);
        else put_words(out, a->name);
        if (a->name.len) pl_buf_printf(out, "%s<" PL_FMT ">", is_ascii(a->name) ? " " : "\r\n ", PL_ARG(a->spec));
        else pl_buf_put(out, a->spec);
    }
    if (list->count) pl_buf_put_z(out, "\r\n");
}

static void put_subject(PlBuf *out, PlStr subject)
{
    bool plain = is_ascii(subject) && subject.len <= PLAIN_SUBJECT && pl_str_find(subject, PL_STR("=?"), 0) == PL_STR_NONE;
    pl_buf_put_z(out, "Subject: ");
    if (plain) pl_buf_put(out, subject);
    else put_words(out, subject);
    pl_buf_put_z(out, "\r\n");
}

/* "Sat, 21 Nov 2026 04:10:00 +0000" */
static void put_date(PlBuf *out, int64_t time_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t = {0};
    time_t time = (time_t)time_s;
    gmtime_r(&time, &t);
    pl_buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
                  t.tm_sec);
}

/* ---- bodies ---- */

/* RFC 2045 section 6.7. Line ends of the text, CR LF or LF, become CR LF. */
static void put_printable(PlBuf *out, PlStr text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool crlf = c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';
        if (c == '\n' || crlf) {
            i += crlf;
            column = 0;
            pl_buf_put_z(out, "\r\n");
            continue;
        }
        bool last = i + 1 == text.len || text.ptr[i + 1] == '\n' || (text.ptr[i + 1] == '\r' && i + 2 < text.len && text.ptr[i + 2] == '\n');
        bool plain = (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !last);
        if (column + (plain ? 1 : 3) > LINE) {
            pl_buf_put_z(out, "=\r\n");
            column = 0;
        }
        if (plain) pl_buf_put_char(out, (char)c);
        else pl_buf_printf(out, "=%02X", c);
        column += plain ? 1 : 3;
    }
    if (column) pl_buf_put_z(out, "\r\n");
}

static void put_base64_lines(PlBuf *out, PlStr bytes)
{
    enum { BYTES = 57 };
    for (size_t at = 0; at < bytes.len; at += BYTES) {
        pl_base64_put(out, pl_str_slice(bytes, at, at + BYTES), false);
        pl_buf_put_z(out, "\r\n");
    }
}

static void put_text(PlBuf *out, const char *kind, PlStr text)
{
    pl_buf_printf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind);
    put_printable(out, text);
}

static const char *type_of(PlStr name)
{
    static const char *const all[][2] = {{".txt", "text/plain"},       {".csv", "text/csv"},   {".html", "text/html"},  {".md", "text/markdown"},
                                         {".json", "application/json"}, {".xml", "text/xml"},   {".pdf", "application/pdf"}, {".zip", "application/zip"},
                                         {".png", "image/png"},         {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".gif", "image/gif"},
                                         {".svg", "image/svg+xml"},     {".ics", "text/calendar"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (name.len >= strlen(all[i][0]) && pl_str_eq_nocase(pl_str_slice(name, name.len - strlen(all[i][0]), name.len), pl_str_z(all[i][0])))
            return all[i][1];
    return "application/octet-stream";
}

static void put_file(PlBuf *out, const PlLetterFile *file)
{
    pl_buf_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n ", type_of(file->name));
    if (is_ascii(file->name)) {
        pl_buf_put_z(out, "filename=");
        put_quoted(out, file->name);
    } else {
        pl_buf_put_z(out, "filename*=utf-8''");
        for (size_t i = 0; i < file->name.len; i++) {
            char c = file->name.ptr[i];
            if (is_atom(c) && !strchr("*'%", c)) pl_buf_put_char(out, c);
            else pl_buf_printf(out, "%%%02X", (unsigned char)c);
        }
    }
    pl_buf_put_z(out, "\r\n\r\n");
    put_base64_lines(out, file->bytes);
}

static void put_words_and_html(PlBuf *out, const PlLetter *l)
{
    if (!l->html.len) {
        put_text(out, "plain", l->text);
        return;
    }
    pl_buf_put_z(out, "Content-Type: multipart/alternative; boundary=\"=_pilot_either\"\r\n\r\n--=_pilot_either\r\n");
    put_text(out, "plain", l->text);
    pl_buf_put_z(out, "\r\n--=_pilot_either\r\n");
    put_text(out, "html", l->html);
    pl_buf_put_z(out, "\r\n--=_pilot_either--\r\n");
}

void pl_letter_put(PlBuf *out, const PlLetter *l)
{
    put_date(out, l->time_s);
    put_addresses(out, "From", &l->from);
    put_addresses(out, "To", &l->to);
    put_addresses(out, "Cc", &l->cc);
    put_addresses(out, "Reply-To", &l->reply_to);
    put_subject(out, l->subject);
    pl_buf_printf(out, "Message-ID: " PL_FMT "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", PL_ARG(l->id));
    if (!l->file_count) {
        put_words_and_html(out, l);
        return;
    }
    pl_buf_put_z(out, "Content-Type: multipart/mixed; boundary=\"=_pilot_parts\"\r\n\r\n--=_pilot_parts\r\n");
    put_words_and_html(out, l);
    for (uint32_t i = 0; i < l->file_count; i++) {
        pl_buf_put_z(out, "\r\n--=_pilot_parts\r\n");
        put_file(out, &l->files[i]);
    }
    pl_buf_put_z(out, "\r\n--=_pilot_parts--\r\n");
}
