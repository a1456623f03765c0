/* SPDX-License-Identifier: MIT */
/* One flat JSON object, whether it comes from a server or from our file. */
#include "vm/io/token_file.h"

#include "vm/base/json_scan.h"
#include "vm/io/private.h"

#include <stdio.h>

enum { LOCK_US = 2000000, PARTS = 9 };

static PlBuf *part(PlToken *t, int i)
{
    PlBuf *const all[PARTS] = {&t->access, &t->refresh, &t->url, &t->client, &t->error, &t->device_code, &t->user_code, &t->verify, &t->verify_complete};
    return all[i];
}

void pl_token_init(PlToken *token)
{
    memset(token, 0, sizeof *token);
    for (int i = 0; i < PARTS; i++) pl_buf_init(part(token, i), 65536);
}

void pl_token_wipe(PlToken *token)
{
    for (int i = 0; i < PARTS; i++) pl_private_wipe(part(token, i));
    pl_token_init(token);
}

static void take_text(PlToken *t, PlStr key, PlStr text)
{
    static const char *const names[PARTS] = {"access_token", "refresh_token", "token_url", "client", "error", "device_code", "user_code", "verification_uri",
                                             "verification_uri_complete"};
    int64_t n;
    for (int i = 0; i < PARTS; i++) {
        if (!pl_str_eq_z(key, names[i])) continue;
        pl_buf_clear(part(t, i));
        pl_buf_put(part(t, i), text);
    }
    if (pl_str_eq_z(key, "verification_url") && t->verify.len == 0) pl_buf_put(&t->verify, text); /* before RFC 8628 */
    if (pl_str_eq_z(key, "expires_in") && pl_str_to_int(text, &n)) t->life_s = n;
}

static void take_int(PlToken *t, PlStr key, int64_t n)
{
    if (pl_str_eq_z(key, "expires_in")) t->life_s = n;
    if (pl_str_eq_z(key, "interval")) t->interval_s = n;
    if (pl_str_eq_z(key, "expires_at")) t->expires_at_s = n;
}

bool pl_token_parse(PlStr json, PlToken *out)
{
    PlJsonScan scan;
    char name[64];
    pl_json_scan_init(&scan, json);
    bool good = pl_json_scan_next(&scan) == PL_JSON_OBJECT_BEGIN;
    while (good) {
        PlJsonEvent event = pl_json_scan_next(&scan);
        if (event != PL_JSON_KEY) {
            good = event == PL_JSON_OBJECT_END;
            break;
        }
        PlStr key = pl_str_slice(scan.text, 0, sizeof name);
        memcpy(name, key.ptr, key.len);
        key.ptr = name;
        event = pl_json_scan_next(&scan);
        if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(&scan);
        good = event != PL_JSON_ERROR && event != PL_JSON_END;
        if (event == PL_JSON_STRING) take_text(out, key, scan.text);
        if (event == PL_JSON_INT) take_int(out, key, scan.integer);
    }
    pl_json_scan_deinit(&scan);
    for (int i = 0; i < PARTS; i++) good &= part(out, i)->status == PL_OK;
    return good;
}

/* ---- the file ---- */

/* Names are ASCII words with dots; every other byte is written in hex, so no name leads out of the folder. */
bool pl_token_place(PlStr name, char *out, size_t size)
{
    char file[300] = "tokens/";
    size_t len = strlen(file);
    for (size_t i = 0; i < name.len && len + 4 < sizeof file; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && i > 0);
        len += (size_t)snprintf(file + len, sizeof file - len, plain ? "%c" : "%%%02X", c);
    }
    return name.len > 0 && name.len < 90 && pl_private_place(false, file, out, size);
}

PlStatus pl_token_read(const char *path, PlToken *out, const char **why)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    PlStatus status = pl_private_read(path, &text, why);
    if (status == PL_INVALID) *why = "nobody has logged in";
    if (status == PL_OK && (!pl_token_parse(pl_buf_str(&text), out) || !out->access.len)) status = PL_INVALID, *why = "its token file is damaged";
    if (status != PL_OK && !(*why)[0]) *why = "its token file cannot be read";
    pl_private_wipe(&text);
    return status;
}

static void put(PlBuf *out, const char *name, const PlBuf *value)
{
    if (!value->len) return;
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put_json(out, pl_buf_str(value));
}

PlStatus pl_token_put(const char *path, const PlToken *token)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "{\"pilot\":\"token\"");
    put(&text, "access_token", &token->access);
    put(&text, "refresh_token", &token->refresh);
    put(&text, "token_url", &token->url);
    put(&text, "client", &token->client);
    if (token->expires_at_s) pl_buf_printf(&text, ",\"expires_at\":%lld", (long long)token->expires_at_s);
    pl_buf_put_z(&text, "}\n");
    PlStatus status = text.status == PL_OK ? pl_private_write(path, pl_buf_str(&text), true) : text.status;
    pl_private_wipe(&text);
    return status;
}

PlStatus pl_token_write(const char *path, const PlToken *token)
{
    int lock = pl_private_lock(path, LOCK_US);
    PlStatus status = lock < 0 ? PL_IO : pl_token_put(path, token);
    pl_private_unlock(lock);
    return status;
}
