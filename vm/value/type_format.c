/* SPDX-License-Identifier: MIT */
/* Does a text have a format. For what a person types or a plan is started with; an API's answer is not refused for its formats. */
#include "vm/value/time.h"
#include "vm/value/type_check.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_hex(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool has_space_or_control(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f) return true;
    return false;
}

/* Labels of letters, digits and '-' (RFC 1123), also as UTF-8. */
static bool is_hostname(PlStr s)
{
    if (s.len == 0 || s.len > 253) return false;
    size_t label = 0;
    for (size_t i = 0; i <= s.len; i++) {
        char c = i < s.len ? s.ptr[i] : '.';
        if (c == '.') {
            if (label == 0 || label > 63 || s.ptr[i - 1] == '-' || s.ptr[i - label] == '-') return false;
            label = 0;
            continue;
        }
        if (!is_letter(c) && !is_digit(c) && c != '-' && !(c & 0x80)) return false;
        label++;
    }
    return true;
}

/* One '@' with something before it and a host with a dot behind it: what a form checks, not RFC 5322. */
static bool is_email(PlStr s)
{
    size_t at = pl_str_find_char(s, '@', 0);
    if (at == PL_STR_NONE || at == 0 || at > 64 || has_space_or_control(s)) return false;
    PlStr host = pl_str_slice(s, at + 1, s.len);
    return is_hostname(host) && pl_str_find_char(host, '.', 0) != PL_STR_NONE;
}

/* scheme ":" and something behind it (RFC 3986 section 3), no spaces */
static bool is_url(PlStr s)
{
    size_t colon = pl_str_find_char(s, ':', 0);
    if (colon == PL_STR_NONE || colon == 0 || colon + 1 == s.len || !is_letter(s.ptr[0]) || has_space_or_control(s)) return false;
    for (size_t i = 1; i < colon; i++)
        if (!is_letter(s.ptr[i]) && !is_digit(s.ptr[i]) && !memchr("+-.", s.ptr[i], 3)) return false;
    return true;
}

static bool is_uuid(PlStr s)
{
    if (s.len != 36) return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.ptr[i] != '-' : !is_hex(s.ptr[i])) return false;
    }
    return true;
}

static bool is_base64(PlStr s)
{
    size_t pad = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '=')
            pad++;
        else if (pad || !(is_letter(s.ptr[i]) || is_digit(s.ptr[i]) || memchr("+/-_", s.ptr[i], 4)))
            return false;
    }
    return pad <= 2 && (pad == 0 || s.len % 4 == 0) && (s.len - pad) % 4 != 1;
}

static bool is_ipv4(PlStr s)
{
    unsigned parts = 0;
    for (size_t i = 0; i <= s.len; i++, parts++) {
        unsigned n = 0, digits = 0;
        for (; i < s.len && is_digit(s.ptr[i]); i++, digits++) n = n * 10 + (unsigned)(s.ptr[i] - '0');
        if (digits == 0 || digits > 3 || n > 255 || (i < s.len && s.ptr[i] != '.')) return false;
    }
    return parts == 4;
}

/* RFC 4291 section 2.2: eight groups, one run of them as "::", the last two perhaps as IPv4 */
static bool is_ipv6(PlStr s)
{
    unsigned groups = 0;
    bool gap = false;
    size_t i = 0;
    if (pl_str_starts(s, PL_STR("::"))) gap = true, i = 2;
    while (i < s.len) {
        size_t start = i;
        while (i < s.len && is_hex(s.ptr[i])) i++;
        if (i < s.len && s.ptr[i] == '.') {
            groups += 2;
            return is_ipv4(pl_str_slice(s, start, s.len)) && (gap ? groups < 8 : groups == 8);
        }
        if (i == start || i - start > 4) return false;
        groups++;
        if (i == s.len) break;
        if (s.ptr[i++] != ':' || i == s.len) return false;
        if (s.ptr[i] != ':') continue;
        if (gap) return false;
        gap = true;
        i++;
    }
    return gap ? groups < 8 : groups == 8;
}

/* partial-time or full-time of RFC 3339, the seconds optional */
static bool is_clock(PlStr s)
{
    int64_t us;
    int32_t offset;
    char text[64] = "2000-01-01T";
    if (s.len == 0 || s.len > 40) return false;
    memcpy(text + 11, s.ptr, s.len);
    return pl_time_read_datetime((PlStr){text, 11 + s.len}, &us, &offset);
}

bool pl_type_text_fits(PlTextFormat format, PlStr s)
{
    switch (format) {
    case PL_FORMAT_EMAIL: return is_email(s);
    case PL_FORMAT_URL: return is_url(s);
    case PL_FORMAT_UUID: return is_uuid(s);
    case PL_FORMAT_BYTE: return is_base64(s);
    case PL_FORMAT_IP: return is_ipv4(s) || is_ipv6(s);
    case PL_FORMAT_HOSTNAME: return is_hostname(s);
    case PL_FORMAT_TIME: return is_clock(s);
    default: return true;
    }
}
