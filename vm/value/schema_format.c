/* SPDX-License-Identifier: MIT */
/* Formats, strictly: what the RFCs say, where types (type_format.c) ask what a form asks. JSON Schema validation section 7.3. */
#include "vm/base/utf8.h"
#include "vm/value/regex.h"
#include "vm/value/schema_node.h"
#include "vm/value/time.h"
#include "vm/value/type_check.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The zero byte, which JSON may have, is not the end of the set. */
static bool is_among(const char *set, char c)
{
    return c && strchr(set, c) != NULL;
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_hex(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* `count` digits at `at`; their number, or -1. */
static int digits(PlStr s, size_t at, size_t count)
{
    int n = 0;
    if (at + count > s.len) return -1;
    for (size_t i = at; i < at + count; i++) {
        if (!is_digit(s.ptr[i])) return -1;
        n = n * 10 + (s.ptr[i] - '0');
    }
    return n;
}

/* ---- times (RFC 3339 section 5.6, appendix A) -------------------------------------------------------------------- */

static bool is_date(PlStr s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(s, 0, 4), month = digits(s, 5, 2), day = digits(s, 8, 2);
    if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* full-time. A leap second is one at 23:59:60 UTC. */
static bool is_time(PlStr s)
{
    int hour = digits(s, 0, 2), minute = digits(s, 3, 2), second = digits(s, 6, 2), offset = 0;
    if (s.len < 9 || s.ptr[2] != ':' || s.ptr[5] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return false;
    size_t i = 8;
    if (s.ptr[i] == '.') {
        size_t start = ++i;
        while (i < s.len && is_digit(s.ptr[i])) i++;
        if (i == start) return false;
    }
    if (i == s.len) return false;
    if (s.ptr[i] == '+' || s.ptr[i] == '-') {
        int oh = digits(s, i + 1, 2), om = digits(s, i + 4, 2);
        if (s.len != i + 6 || s.ptr[i + 3] != ':' || oh < 0 || oh > 23 || om < 0 || om > 59) return false;
        offset = (oh * 60 + om) * (s.ptr[i] == '+' ? 1 : -1);
    } else if ((s.ptr[i] | 0x20) != 'z' || i + 1 != s.len) {
        return false;
    }
    return second < 60 || (hour * 60 + minute - offset + 2880) % 1440 == 1439;
}

static bool is_date_time(PlStr s)
{
    return s.len > 11 && (s.ptr[10] | 0x20) == 't' && is_date(pl_str_slice(s, 0, 10)) &&
           is_time(pl_str_slice(s, 11, s.len));
}

/* "3Y6M4D": the units of `all` in order, each at most once, without gaps between the first and the last; at least one. */
static bool is_units(PlStr s, const char *all)
{
    size_t next = 0, i = 0;
    bool first = true;
    while (i < s.len) {
        size_t start = i;
        while (i < s.len && is_digit(s.ptr[i])) i++;
        const char *unit = i < s.len && i > start && s.ptr[i] ? strchr(all + next, s.ptr[i]) : NULL;
        if (!unit || (!first && (size_t)(unit - all) != next)) return false;
        next = (size_t)(unit - all) + 1;
        first = false;
        i++;
    }
    return !first;
}

/* duration of RFC 3339 appendix A */
static bool is_duration(PlStr s)
{
    if (s.len < 2 || s.ptr[0] != 'P') return false;
    s = pl_str_slice(s, 1, s.len);
    if (s.ptr[s.len - 1] == 'W') return is_units(s, "W");
    size_t t = pl_str_find_char(s, 'T', 0);
    PlStr date = pl_str_slice(s, 0, t);
    bool good = date.len == 0 ? t != PL_STR_NONE : is_units(date, "YMD");
    return good && (t == PL_STR_NONE || is_units(pl_str_slice(s, t + 1, s.len), "HMS"));
}

/* ---- hosts and mail ----------------------------------------------------------------------------------------------- */

static bool is_ascii(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

/* RFC 1123; "--" in the third place only for A-labels (RFC 5891 section 4.2.3.1). */
static bool is_hostname(PlStr s)
{
    if (!is_ascii(s) || !pl_type_text_fits(PL_FORMAT_HOSTNAME, s)) return false;
    for (size_t start = 0; start < s.len;) {
        size_t end = pl_str_find_char(s, '.', start);
        PlStr label = pl_str_slice(s, start, end);
        if (label.len > 3 && label.ptr[2] == '-' && label.ptr[3] == '-' &&
            (label.len < 5 || !pl_str_eq_nocase(pl_str_slice(label, 0, 4), PL_STR("xn--"))))
            return false;
        start += label.len + 1;
    }
    return true;
}

static bool is_ip(PlStr s, bool six)
{
    bool has_colon = pl_str_find_char(s, ':', 0) != PL_STR_NONE;
    if (has_colon != six || !pl_type_text_fits(PL_FORMAT_IP, s)) return false;
    size_t dot = pl_str_find_char(s, '.', 0), start = 0;
    for (size_t i = 0; six && dot != PL_STR_NONE && i < dot; i++)
        if (s.ptr[i] == ':') start = i + 1;
    for (size_t i = start; dot != PL_STR_NONE && i + 1 < s.len; i++) /* 087.10.0.1 would be octal somewhere */
        if (s.ptr[i] == '0' && is_digit(s.ptr[i + 1]) && (i == start || s.ptr[i - 1] == '.')) return false;
    return true;
}

/* Mailbox of RFC 5321 section 4.1.2: a dot-string or a quoted one, '@', a domain or an address in brackets. */
static bool is_email(PlStr s, bool any_letter)
{
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != '@') at--;
    if (at < 2 || (!any_letter && !is_ascii(s))) return false;
    PlStr local = pl_str_slice(s, 0, at - 1), domain = pl_str_slice(s, at, s.len);
    if (local.len >= 2 && local.ptr[0] == '"') {
        if (local.ptr[local.len - 1] != '"') return false;
        for (size_t i = 1; i + 1 < local.len; i++) {
            if (local.ptr[i] == '\\')
                i++;
            else if (local.ptr[i] == '"' || (unsigned char)local.ptr[i] < 0x20)
                return false;
        }
    } else {
        for (size_t i = 0; i < local.len; i++) {
            char c = local.ptr[i];
            bool dot = c == '.' && i > 0 && i + 1 < local.len && local.ptr[i - 1] != '.';
            if (!dot && !is_letter(c) && !is_digit(c) && !(c & 0x80) && !is_among("!#$%&'*+-/=?^_`{|}~", c)) return false;
        }
    }
    if (domain.len > 2 && domain.ptr[0] == '[' && domain.ptr[domain.len - 1] == ']') {
        domain = pl_str_slice(domain, 1, domain.len - 1);
        bool six = pl_str_eq_nocase(pl_str_slice(domain, 0, 5), PL_STR("IPv6:"));
        return is_ip(six ? pl_str_slice(domain, 5, domain.len) : domain, six);
    }
    return any_letter ? pl_type_text_fits(PL_FORMAT_HOSTNAME, domain) : is_hostname(domain);
}

/* ---- addresses (RFC 3986 appendix A) ------------------------------------------------------------------------------ */

static bool is_uri_text(PlStr s, const char *extra, bool any_letter)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            if (i + 2 >= s.len || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2])) return false;
            i += 2;
            continue;
        }
        if (any_letter && (c & 0x80)) continue;
        if (!is_letter(c) && !is_digit(c) && !is_among("-._~!$&'()*+,;=", c) && !is_among(extra, c))
            return false;
    }
    return true;
}

static bool is_authority(PlStr s, bool any_letter)
{
    size_t at = pl_str_find_char(s, '@', 0);
    if (at != PL_STR_NONE) {
        if (!is_uri_text(pl_str_slice(s, 0, at), ":", any_letter)) return false;
        s = pl_str_slice(s, at + 1, s.len);
    }
    if (s.len && s.ptr[0] == '[') {
        size_t close = pl_str_find_char(s, ']', 0);
        PlStr inside = close == PL_STR_NONE ? PL_STR("") : pl_str_slice(s, 1, close);
        bool future = inside.len > 2 && (inside.ptr[0] | 0x20) == 'v';
        if (close == PL_STR_NONE || (!future && !is_ip(inside, true))) return false;
        s = pl_str_slice(s, close + 1, s.len);
        if (s.len && s.ptr[0] != ':') return false;
    }
    size_t colon = pl_str_find_char(s, ':', 0);
    PlStr host = pl_str_slice(s, 0, colon),
          port = colon == PL_STR_NONE ? PL_STR("") : pl_str_slice(s, colon + 1, s.len);
    for (size_t i = 0; i < port.len; i++)
        if (!is_digit(port.ptr[i])) return false;
    return is_uri_text(host, "", any_letter);
}

static bool is_uri(PlStr s, bool needs_scheme, bool any_letter)
{
    size_t hash = pl_str_find_char(s, '#', 0);
    if (hash != PL_STR_NONE && !is_uri_text(pl_str_slice(s, hash + 1, s.len), ":@/?", any_letter)) return false;
    s = pl_str_slice(s, 0, hash);
    size_t colon = pl_str_find_char(s, ':', 0), slash = pl_str_find_char(s, '/', 0), mark = pl_str_find_char(s, '?', 0);
    bool has_scheme = colon != PL_STR_NONE && colon < slash && colon < mark;
    for (size_t i = 0; has_scheme && i < colon; i++)
        if (!is_letter(s.ptr[i]) && (i == 0 || (!is_digit(s.ptr[i]) && !is_among("+-.", s.ptr[i])))) return false;
    if (has_scheme ? colon == 0 : needs_scheme) return false;
    if (has_scheme) s = pl_str_slice(s, colon + 1, s.len);
    mark = pl_str_find_char(s, '?', 0);
    if (mark != PL_STR_NONE && !is_uri_text(pl_str_slice(s, mark + 1, s.len), ":@/?", any_letter)) return false;
    s = pl_str_slice(s, 0, mark);
    if (pl_str_starts(s, PL_STR("//"))) {
        size_t path = pl_str_find_char(s, '/', 2);
        if (!is_authority(pl_str_slice(s, 2, path), any_letter)) return false;
        s = path == PL_STR_NONE ? PL_STR("") : pl_str_slice(s, path, s.len);
    }
    return is_uri_text(s, ":@/", any_letter);
}

/* varspec of RFC 6570 section 2.3: a name of letters, digits, '_', percent codes and single dots, then ":" a length up to 9999, or "*". */
static bool is_varspec(PlStr s)
{
    size_t i = 0;
    bool after_dot = true;
    for (; i < s.len && s.ptr[i] != ':' && s.ptr[i] != '*'; i++) {
        char c = s.ptr[i];
        bool dot = c == '.' && !after_dot;
        if (c == '%') {
            if (i + 2 >= s.len || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2])) return false;
            i += 2;
        } else if (!dot && !is_letter(c) && !is_digit(c) && c != '_') {
            return false;
        }
        after_dot = dot;
    }
    if (i == 0 || after_dot) return false;
    PlStr rest = pl_str_slice(s, i, s.len);
    if (rest.len == 0 || pl_str_eq_z(rest, "*")) return true;
    return rest.ptr[0] == ':' && rest.len >= 2 && rest.len <= 5 && rest.ptr[1] != '0' &&
           digits(rest, 1, rest.len - 1) > 0;
}

static bool is_expression(PlStr s)
{
    if (s.len && is_among("+#./;?&", s.ptr[0])) s = pl_str_slice(s, 1, s.len);
    for (size_t i = 0; i <= s.len;) {
        size_t end = pl_str_find_char(s, ',', i);
        PlStr one = pl_str_slice(s, i, end);
        if (!is_varspec(one)) return false;
        i += one.len + 1;
    }
    return true;
}

/* RFC 6570: expressions in braces, and outside nothing that no address has. */
static bool is_uri_template(PlStr s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '{') {
            size_t close = pl_str_find_char(s, '}', i);
            if (close == PL_STR_NONE || !is_expression(pl_str_slice(s, i + 1, close))) return false;
            i = close;
        } else if ((unsigned char)c <= ' ' || c == 0x7f || strchr("\"<>\\^`|}", c)) {
            return false;
        } else if (c == '%' && (i + 2 >= s.len || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2]))) {
            return false;
        }
    }
    return true;
}

/* ---- pointers and patterns ---------------------------------------------------------------------------------------- */

static bool is_pointer(PlStr s)
{
    if (s.len && s.ptr[0] != '/') return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '~' && (i + 1 == s.len || (s.ptr[i + 1] != '0' && s.ptr[i + 1] != '1'))) return false;
    return true;
}

static bool is_relative_pointer(PlStr s)
{
    size_t i = 0;
    while (i < s.len && is_digit(s.ptr[i])) i++;
    if (i == 0 || (i > 1 && s.ptr[0] == '0')) return false;
    PlStr rest = pl_str_slice(s, i, s.len);
    return pl_str_eq_z(rest, "#") || is_pointer(rest);
}

static bool is_regex(PlValues *values, PlStr s)
{
    for (size_t at = 0; (at = pl_str_find(s, PL_STR("(?"), at)) != PL_STR_NONE; at += 2) /* groups of other dialects */
        if ((at == 0 || s.ptr[at - 1] != '\\') && (at + 2 >= s.len || !is_among(":=!<", s.ptr[at + 2]))) return false;
    PlBuf *buf = pl_values_scratch(values), error; /* nothing escapes after the first byte of an error */
    PlRegexMatch match;
    pl_buf_init(&error, 0);
    bool good = pl_schema_translate(buf, s) && buf->status == PL_OK &&
                pl_regex_find(values, pl_buf_str(buf), PL_STR(""), 0, &match, &error) == PL_OK;
    pl_buf_deinit(&error);
    return good;
}

bool pl_schema_format_fits(PlValues *values, PlStr format, PlStr s)
{
    static const char *const names[] = {
        "date-time", "date",          "time",         "duration", "email",        "idn-email",
        "hostname",  "idn-hostname",  "ipv4",         "ipv6",     "uri",          "uri-reference",
        "iri",       "iri-reference", "uri-template", "uuid",     "json-pointer", "relative-json-pointer",
        "regex",     "byte"};
    size_t i = 0;
    while (i < sizeof names / sizeof *names && !pl_str_eq_z(format, names[i])) i++;
    switch (i) {
    case 0: return is_date_time(s);
    case 1: return is_date(s);
    case 2: return is_time(s);
    case 3: return is_duration(s);
    case 4: return is_email(s, false);
    case 5: return is_email(s, true);
    case 6: return is_hostname(s);
    case 7: return pl_type_text_fits(PL_FORMAT_HOSTNAME, s);
    case 8: return is_ip(s, false);
    case 9: return is_ip(s, true);
    case 10: return is_uri(s, true, false);
    case 11: return is_uri(s, false, false);
    case 12: return is_uri(s, true, true);
    case 13: return is_uri(s, false, true);
    case 14: return is_uri_template(s);
    case 15: return pl_type_text_fits(PL_FORMAT_UUID, s);
    case 16: return is_pointer(s);
    case 17: return is_relative_pointer(s);
    case 18: return is_regex(values, s);
    case 19: return pl_type_text_fits(PL_FORMAT_BYTE, s);
    default: return true;
    }
}
