/* SPDX-License-Identifier: MIT */
/* See base64.h. */
#include "vm/base/base64.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void pl_base64_put(PlBuf *buf, PlStr s, bool url)
{
    for (size_t i = 0; i < s.len; i += 3) {
        size_t n = s.len - i < 3 ? s.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++) bits = bits << 8 | (k < n ? (unsigned char)s.ptr[i + k] : 0);
        char four[4];
        for (size_t k = 0; k < 4; k++) {
            char c = standard[bits >> (18 - 6 * k) & 63];
            four[k] = k > n ? '=' : url && c == '+' ? '-' : url && c == '/' ? '_' : c;
        }
        pl_buf_put(buf, pl_str(four, url ? n + 1 : 4));
    }
}

/* -1: none. */
static int digit64(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool pl_base64_read(PlBuf *out, PlStr s)
{
    uint32_t bits = 0, digits = 0, pads = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ' || (s.ptr[i] >= '\t' && s.ptr[i] <= '\r')) continue;
        if (s.ptr[i] == '=') {
            pads++;
            continue;
        }
        int digit = digit64(s.ptr[i]);
        if (digit < 0 || pads) return false;
        bits = bits << 6 | (uint32_t)digit;
        if (++digits % 4 == 0) pl_buf_put(out, pl_str((const char[]){(char)(bits >> 16), (char)(bits >> 8), (char)bits}, 3));
    }
    if (digits % 4 == 1 || pads > 2) return false;
    if (digits % 4 == 2) pl_buf_put_char(out, (char)(bits >> 4));
    if (digits % 4 == 3) pl_buf_put(out, pl_str((const char[]){(char)(bits >> 10), (char)(bits >> 2)}, 2));
    return true;
}
