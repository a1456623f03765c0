/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648), hexadecimal, hashes, names made of text. Texts stand for their UTF-8 bytes, files for theirs. */
#include "stdlib/args.h"

#include "vm/base/base64.h"
#include "vm/base/utf8.h"
#include "vm/code/hash.h"

static bool bytes_of(const PlArgs *args, uint32_t i, PlStr *out)
{
    PlValue v = pl_args_at(args, i);
    if (v.tag != PL_FILE) return pl_args_text(args, i, out);
    if (!v.as.file->bytes && v.as.file->len) {
        pl_args_fail(args->context, "the bytes of the file are not in memory");
        return false;
    }
    *out = pl_str((const char *)v.as.file->bytes, v.as.file->len);
    return true;
}

/* ---- base64 ------------------------------------------------------------------------------------------------------ */

static PlStatus encode64(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool url, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!bytes_of(&args, 0, &s)) return PL_INVALID;
    pl_base64_put(pl_values_scratch(context->values), s, url);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_base64_encode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return encode64(context, all, count, false, out);
}

PlStatus pl_fn_base64url_encode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return encode64(context, all, count, true, out);
}

static PlStatus give_utf8(const PlArgs *args, const PlBuf *buf, PlValue *out)
{
    PlStr s = pl_buf_str(buf);
    if (pl_utf8_check(s) != s.len) return pl_args_fail(args->context, "the decoded bytes are no text (UTF-8)");
    return pl_args_give_scratch(args, out);
}

PlStatus pl_fn_base64_decode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    if (!pl_base64_read(buf, s)) return pl_args_fail(context, "the text is not base64");
    return give_utf8(&args, buf, out);
}

/* ---- hexadecimal ------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_hex_encode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!bytes_of(&args, 0, &s)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (size_t i = 0; i < s.len; i++) {
        char two[3];
        pl_hash_hex((const uint8_t *)s.ptr + i, 1, two);
        pl_buf_put(buf, pl_str(two, 2));
    }
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_hex_decode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (size_t i = 0; i < s.len; i += 2) {
        uint8_t byte;
        if (!pl_hash_from_hex(pl_str_slice(s, i, i + 2), &byte, 1)) return pl_args_fail(context, "the text is not hexadecimal");
        pl_buf_put_char(buf, (char)byte);
    }
    return give_utf8(&args, buf, out);
}

/* ---- hashes ------------------------------------------------------------------------------------------------------ */

static PlStatus give_hex(const PlArgs *args, const uint8_t hash[32], PlValue *out)
{
    char hex[65];
    pl_hash_hex(hash, 32, hex);
    return pl_args_give_text(args, pl_str(hex, 64), out);
}

PlStatus pl_fn_sha256(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    uint8_t hash[32];
    if (count && all[0].tag == PL_FILE) return give_hex(&args, all[0].as.file->hash, out);
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    pl_hash_bytes(s, hash);
    return give_hex(&args, hash, out);
}

PlStatus pl_fn_hmac_sha256(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, key;
    uint8_t hash[32];
    if (!bytes_of(&args, 0, &s) || !pl_args_text(&args, 1, &key)) return PL_INVALID;
    pl_hash_hmac(key, s, hash);
    return give_hex(&args, hash, out);
}

static PlStatus give_uuid(const PlArgs *args, uint8_t hash[32], unsigned version, PlValue *out)
{
    char hex[33], text[36];
    hash[6] = (uint8_t)((hash[6] & 0x0f) | version << 4);
    hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
    pl_hash_hex(hash, 16, hex);
    for (size_t from = 0, to = 0; to < 36; to++) text[to] = to == 8 || to == 13 || to == 18 || to == 23 ? '-' : hex[from++];
    return pl_args_give_text(args, pl_str(text, sizeof text), out);
}

/* Version 8 of RFC 9562: the first 122 bits of the text's SHA-256. */
PlStatus pl_fn_uuid_from(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    uint8_t hash[32];
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    pl_hash_bytes(s, hash);
    return give_uuid(&args, hash, 8, out);
}

/* ---- what is drawn: of two random numbers of the run and how many were drawn since, which the compiler puts there -------- */

static void draw(const PlArgs *args, uint8_t hash[32])
{
    PlBuf *text = pl_values_scratch(args->context->values);
    for (uint32_t i = 0; i < 3; i++) {
        pl_json_write(text, pl_args_at(args, i));
        pl_buf_put_char(text, ' ');
    }
    pl_hash_bytes(pl_buf_str(text), hash);
}

/* Version 4: random, but for what the version takes. */
PlStatus pl_fn_uuid(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    uint8_t hash[32];
    draw(&args, hash);
    return give_uuid(&args, hash, 4, out);
}

PlStatus pl_fn_random(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    uint8_t hash[32];
    uint64_t bits = 0;
    draw(&args, hash);
    for (int i = 0; i < 8; i++) bits = bits << 8 | hash[i];
    *out = pl_double((double)(bits >> 11) / 0x1p53);
    return PL_OK;
}
