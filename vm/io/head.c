/* SPDX-License-Identifier: MIT */
/* What is signed is five lines of text, not the JSON around them: so no verifier needs to agree with another on how JSON is written. */
#include "vm/io/head.h"

#include "vm/base/json_scan.h"
#include "vm/code/hash.h"
#include "vm/io/private.h"
#include "vm/io/store_chain.h"

#include <stdio.h>

#define KEY_WORDS "pilot audit key 1 "
#define PUBLIC_WORDS "pilot audit public key 1 "

/* ---- keys ---- */

PlStatus pl_head_keygen(const char *file, uint8_t public_key[PL_SIGN_PUBLIC])
{
    uint8_t seed[PL_SIGN_SEED];
    char hex[2 * PL_SIGN_SEED + 1], text[128], name[4096];
    pl_hash_random(seed, sizeof seed);
    PlStatus status = pl_sign_public(seed, public_key);
    if ((size_t)snprintf(name, sizeof name, "%s.pub", file) >= sizeof name) status = PL_LIMIT;
    if (status == PL_OK) {
        pl_hash_hex(seed, sizeof seed, hex);
        snprintf(text, sizeof text, KEY_WORDS "%s\n", hex);
        status = pl_private_write(file, pl_str_z(text), false);
        explicit_bzero(hex, sizeof hex);
        explicit_bzero(text, sizeof text);
    }
    explicit_bzero(seed, sizeof seed);
    if (status != PL_OK) return status;
    pl_hash_hex(public_key, PL_SIGN_PUBLIC, hex);
    snprintf(text, sizeof text, PUBLIC_WORDS "%s\n", hex);
    return pl_private_write(name, pl_str_z(text), true);
}

static PlStatus read_words(PlStr text, PlStr words, uint8_t out[32], const char **why)
{
    text = pl_str_trim(text);
    bool good = pl_str_starts(text, words) && pl_hash_from_hex(pl_str_slice(text, words.len, text.len), out, 32);
    if (!good) *why = "it is no key of this kind";
    return good ? PL_OK : PL_INVALID;
}

PlStatus pl_head_read_key(const char *file, uint8_t seed[PL_SIGN_SEED], const char **why)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    PlStatus status = pl_private_read(file, &text, why);
    if (status == PL_INVALID) *why = "there is no such file";
    if (status == PL_OK) status = read_words(pl_buf_str(&text), PL_STR(KEY_WORDS), seed, why);
    pl_private_wipe(&text);
    return status;
}

PlStatus pl_head_read_public(const char *file_or_hex, uint8_t public_key[PL_SIGN_PUBLIC], const char **why)
{
    *why = "there is no such file";
    if (pl_hash_from_hex(pl_str_z(file_or_hex), public_key, PL_SIGN_PUBLIC)) return PL_OK;
    PlBuf text;
    pl_buf_init(&text, 4096);
    PlStatus status = pl_buf_read_file(&text, file_or_hex);
    status = status == PL_OK ? read_words(pl_buf_str(&text), PL_STR(PUBLIC_WORDS), public_key, why) : PL_INVALID;
    pl_buf_deinit(&text);
    return status;
}

/* ---- statements ---- */

static void put_signed(PlBuf *out, const PlHead *head)
{
    char hex[65];
    pl_hash_hex(head->hash, 32, hex);
    pl_buf_printf(out, "pilot head 1\n" PL_FMT "\n%llu\n%s\n" PL_FMT "\n", PL_ARG(head->run), (unsigned long long)head->rows, hex, PL_ARG(head->time));
}

PlStatus pl_head_sign(PlHead *head, const uint8_t seed[PL_SIGN_SEED])
{
    PlBuf text;
    pl_buf_init(&text, 0);
    put_signed(&text, head);
    PlStatus status = text.status;
    if (status == PL_OK) status = pl_sign_public(seed, head->key);
    if (status == PL_OK) status = pl_sign_make(seed, pl_buf_str(&text), head->signature);
    pl_buf_deinit(&text);
    return status;
}

void pl_head_put(PlBuf *out, const PlHead *head)
{
    char hex[2 * PL_SIGN_BYTES + 1];
    pl_hash_hex(head->hash, 32, hex);
    pl_buf_put_z(out, "{\"pilot\":\"head\",\"version\":1,\"run\":");
    pl_buf_put_json(out, head->run);
    pl_buf_printf(out, ",\"rows\":%llu,\"head\":\"%s\",\"time\":", (unsigned long long)head->rows, hex);
    pl_buf_put_json(out, head->time);
    pl_hash_hex(head->key, PL_SIGN_PUBLIC, hex);
    pl_buf_printf(out, ",\"key\":\"%s\"", hex);
    pl_hash_hex(head->signature, PL_SIGN_BYTES, hex);
    pl_buf_printf(out, ",\"signature\":\"%s\"}\n", hex);
}

/* Neither may end its line and begin another. */
static bool is_plain(PlStr text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) return false;
    return text.len > 0;
}

static bool read_members(PlArena *arena, PlStr line, PlHead *out)
{
    PlStr version, rows;
    int64_t n = -1;
    if (!pl_str_eq_z(pl_json_find_text(arena, line, "pilot"), "head") || !pl_json_find(line, "version", &version) || !pl_str_eq_z(version, "1"))
        return false;
    out->run = pl_json_find_text(arena, line, "run");
    out->time = pl_json_find_text(arena, line, "time");
    if (!pl_json_find(line, "rows", &rows) || !pl_str_to_int(rows, &n) || n < 0) return false;
    out->rows = (uint64_t)n;
    return is_plain(out->run) && is_plain(out->time) && pl_hash_from_hex(pl_json_find_text(arena, line, "head"), out->hash, 32) &&
           pl_hash_from_hex(pl_json_find_text(arena, line, "key"), out->key, PL_SIGN_PUBLIC) &&
           pl_hash_from_hex(pl_json_find_text(arena, line, "signature"), out->signature, PL_SIGN_BYTES);
}

PlStatus pl_head_read(PlArena *arena, PlStr line, PlHead *out, const char **why)
{
    *why = "it is no signed head";
    if (!read_members(arena, line, out)) return PL_INVALID;
    PlBuf text;
    pl_buf_init(&text, 0);
    put_signed(&text, out);
    PlStatus status = text.status == PL_OK ? pl_sign_check(out->key, pl_buf_str(&text), out->signature) : text.status;
    pl_buf_deinit(&text);
    *why = status == PL_INVALID ? "its signature is not of its key" : status == PL_OK ? "" : pl_status_words(status);
    return status;
}

/* ---- against a store ---- */

static PlStatus take_last(void *user, const PlStoredRow *stored)
{
    PlHead *out = user;
    out->rows = stored->row.seq;
    memcpy(out->hash, stored->hash, 32);
    return PL_OK;
}

PlStatus pl_head_of_run(PlStore *store, PlStr id, PlHead *out)
{
    PlStoredRun run;
    PlJournalPort journal;
    PlStatus status = pl_store_open_run(store, id, &run, &journal);
    if (status != PL_OK) return status;
    out->rows = 0;
    pl_store_chain_first(id, run.module_hash, out->hash);
    return pl_store_each_row(store, id, take_last, out);
}

typedef struct Check {
    const PlHead *next, *end;
    uint64_t rows;
    bool differs;
} Check;

static PlStatus check_row(void *user, const PlStoredRow *stored)
{
    Check *check = user;
    check->rows = stored->row.seq;
    for (; check->next < check->end && check->next->rows == check->rows; check->next++) {
        check->differs = memcmp(check->next->hash, stored->hash, 32) != 0;
        if (check->differs) return PL_CORRUPT;
    }
    return PL_OK;
}

PlStatus pl_head_check(PlStore *store, PlStr id, const PlHead *heads, uint32_t count, const PlHead **bad, const char **why)
{
    PlStoredRun run;
    PlJournalPort journal;
    Check check = {.next = heads, .end = heads + count};
    PlStatus status = pl_store_open_run(store, id, &run, &journal);
    if (status != PL_OK) return status;
    uint8_t first[32];
    pl_store_chain_first(id, run.module_hash, first);
    for (; check.next < check.end && check.next->rows == 0; check.next++)
        if (memcmp(check.next->hash, first, 32) != 0) {
            check.differs = true;
            break;
        }
    status = check.differs ? PL_CORRUPT : pl_store_each_row(store, id, check_row, &check);
    if (status == PL_OK && check.next < check.end) status = PL_CORRUPT;
    *bad = status == PL_CORRUPT && check.next < check.end ? check.next : NULL;
    *why = !*bad ? "the file is damaged"
           : check.differs ? "its rows were written anew: the row is not the one that was signed"
                           : "rows were cut from its end: more were signed";
    return status;
}
