/* SPDX-License-Identifier: MIT */
/* The core schema by hand: a look at the first byte settles almost every text. */
#include "compiler/catalog/scalar.h"

#include <stdlib.h>

enum { LONGEST_NUMBER = 64 };

PlNode pl_scalar_text(PlStr text)
{
    return (PlNode){.kind = PL_NODE_TEXT, .count = (uint32_t)text.len, .as.text = text.len ? text.ptr : ""};
}

static bool is_one_of(PlStr text, const char *a, const char *b, const char *c)
{
    return pl_str_eq_z(text, a) || pl_str_eq_z(text, b) || pl_str_eq_z(text, c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

/* 0o[0-7]+ | 0x[0-9a-fA-F]+ */
static bool read_based(PlStr text, PlNode *out)
{
    if (text.len < 3 || text.ptr[0] != '0' || (text.ptr[1] != 'o' && text.ptr[1] != 'x')) return false;
    int base = text.ptr[1] == 'o' ? 8 : 16;
    int64_t value = 0;
    for (size_t i = 2; i < text.len; i++) {
        int digit = digit_value(text.ptr[i]);
        if (digit >= base) return false;
        if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value)) return false;
    }
    *out = (PlNode){.kind = PL_NODE_INT, .as.integer = value};
    return true;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?   as JSON writes it, into `out`; false when it is
 * no number. */
static bool to_json_number(PlStr text, char out[LONGEST_NUMBER + 4], size_t *len, bool *whole)
{
    size_t i = 0, n = 0;
    if (text.len > LONGEST_NUMBER) return false;
    if (text.ptr[0] == '-' || text.ptr[0] == '+') {
        if (text.ptr[0] == '-') out[n++] = '-';
        i++;
    }
    size_t from = i;
    while (i + 1 < text.len && text.ptr[i] == '0' && is_digit(text.ptr[i + 1])) i++;
    if (i >= text.len || !is_digit(text.ptr[i])) out[n++] = '0';
    while (i < text.len && is_digit(text.ptr[i])) out[n++] = text.ptr[i++];
    bool integral = i > from;
    *whole = integral && i == text.len;
    if (i < text.len && text.ptr[i] == '.') {
        size_t point = i++;
        if (i < text.len && is_digit(text.ptr[i])) out[n++] = '.';
        while (i < text.len && is_digit(text.ptr[i])) out[n++] = text.ptr[i++];
        if (!integral && i == point + 1) return false;
    } else if (!integral) {
        return false;
    }
    if (i < text.len && (text.ptr[i] == 'e' || text.ptr[i] == 'E')) {
        out[n++] = text.ptr[i++];
        if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+')) out[n++] = text.ptr[i++];
        if (i >= text.len || !is_digit(text.ptr[i])) return false;
        while (i < text.len && is_digit(text.ptr[i])) out[n++] = text.ptr[i++];
    }
    *len = n;
    return i == text.len;
}

static bool read_number(PlStr text, PlNode *out)
{
    char json[LONGEST_NUMBER + 4];
    size_t len;
    bool whole;
    int64_t integer;
    double number;
    if (!to_json_number(text, json, &len, &whole)) return false;
    if (whole && pl_str_to_int(pl_str(json, len), &integer)) {
        *out = (PlNode){.kind = PL_NODE_INT, .as.integer = integer};
        return true;
    }
    if (!pl_str_to_double(pl_str(json, len), &number)) return false;
    *out = (PlNode){.kind = PL_NODE_NUMBER, .as.number = number};
    return true;
}

PlNode pl_scalar_core(PlStr text)
{
    PlNode node = pl_scalar_text(text);
    char first = text.len ? text.ptr[0] : '~';
    if (first == '~' || first == 'n' || first == 'N') {
        if (text.len == 0 || pl_str_eq_z(text, "~") || is_one_of(text, "null", "Null", "NULL")) return (PlNode){0};
    } else if (first == 't' || first == 'T') {
        if (is_one_of(text, "true", "True", "TRUE")) return (PlNode){.kind = PL_NODE_YESNO, .as.yes = true};
    } else if (first == 'f' || first == 'F') {
        if (is_one_of(text, "false", "False", "FALSE")) return (PlNode){.kind = PL_NODE_YESNO};
    } else if (is_digit(first) || first == '-' || first == '+' || first == '.') {
        PlNode number;
        if (read_based(text, &number) || read_number(text, &number)) return number;
    }
    return node;
}
