/* SPDX-License-Identifier: MIT */
/* Names of doors, from doors.def. */
#include "vm/code/door.h"

#include "vm/base/buf.h"
#include "vm/code/hash.h"

static const struct {
    const char *scheme, *words;
} doors[PL_DOOR_KIND_COUNT] = {
#define PL_DOOR(name, scheme, words) {scheme, words},
#include "vm/code/doors.def"
#undef PL_DOOR
};

const char *pl_door_scheme(PlDoorKind kind)
{
    return doors[kind].scheme;
}

const char *pl_door_words(PlDoorKind kind)
{
    return doors[kind].words;
}

bool pl_door_by_scheme(PlStr scheme, PlDoorKind *out)
{
    for (int i = 0; i < PL_DOOR_KIND_COUNT; i++) {
        if (!pl_str_eq_z(scheme, doors[i].scheme)) continue;
        *out = (PlDoorKind)i;
        return true;
    }
    return false;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

size_t pl_door_origin(PlStr url, PlDoorKind *kind)
{
    size_t scheme = pl_str_find(url, PL_STR("://"), 0);
    if (scheme == PL_STR_NONE || !pl_door_by_scheme(pl_str_slice(url, 0, scheme), kind)) return 0;
    size_t end = scheme + 3;
    while (end < url.len && is_name_char(url.ptr[end])) end++;
    bool ended = end == url.len || url.ptr[end] == '/';
    return ended && end > scheme + 3 && end - scheme < 128 ? end : 0;
}

void pl_door_hash(PlStr json, char out[65])
{
    uint8_t hash[32];
    PlBuf plain;
    pl_buf_init(&plain, 0);
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) { /* JSON without what stands between its tokens */
        char c = json.ptr[i];
        if (!in_text && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        if (c == '"') in_text = !in_text;
        pl_buf_put_char(&plain, c);
        if (in_text && c == '\\' && i + 1 < json.len) pl_buf_put_char(&plain, json.ptr[++i]);
    }
    pl_hash_bytes(pl_buf_str(&plain), hash);
    pl_buf_deinit(&plain);
    pl_hash_hex(hash, 32, out);
}
