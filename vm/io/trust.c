/* SPDX-License-Identifier: MIT */
/* Lines of text, read and written whole under the file's lock. */
#include "vm/io/trust.h"

#include "vm/code/hash.h"
#include "vm/io/private.h"

#include <limits.h>
#include <stdlib.h>

enum { LOCK_US = 2000000, HEX = 64, PATH_BYTES = 4096 };

static bool place(char out[PATH_BYTES])
{
    return pl_private_place(false, "trusted", out, PATH_BYTES);
}

bool pl_trust_path(const char *file, char out[4096])
{
    char *real = realpath(file, NULL);
    bool good = real && strlen(real) < PATH_BYTES && !strchr(real, '\n');
    if (good) memcpy(out, real, strlen(real) + 1);
    free(real);
    return good;
}

/* The next line of the rest; its path, "" when it is none of ours. */
static PlStr next_line(PlStr *rest, PlStr *line)
{
    size_t end = pl_str_find_char(*rest, '\n', 0);
    *line = pl_str_slice(*rest, 0, end == PL_STR_NONE ? rest->len : end);
    *rest = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(*rest, end + 1, rest->len);
    return line->len > HEX + 1 && line->ptr[HEX] == ' ' ? pl_str_slice(*line, HEX + 1, line->len) : PL_STR("");
}

PlStatus pl_trust_list(PlBuf *out, const char **why)
{
    char file[PATH_BYTES];
    *why = "";
    return place(file) ? pl_private_read(file, out, why) : PL_INVALID;
}

PlTrustState pl_trust_state(const char *path, const uint8_t hash[32], const char **why)
{
    PlBuf text;
    char hex[HEX + 1];
    const char *reason = "";
    PlTrustState state = PL_TRUST_NEVER;
    pl_buf_init(&text, PL_PRIVATE_BYTES);
    PlStatus status = pl_trust_list(&text, &reason);
    pl_hash_hex(hash, 32, hex);
    PlStr rest = status == PL_OK ? pl_buf_str(&text) : PL_STR(""), line;
    while (rest.len) {
        if (!pl_str_eq_z(next_line(&rest, &line), path)) continue;
        bool same = pl_str_eq_z(pl_str_slice(line, 0, HEX), hex);
        state = same ? PL_TRUST_GIVEN : state == PL_TRUST_GIVEN ? state : PL_TRUST_CHANGED;
    }
    pl_buf_deinit(&text);
    if (why) *why = status == PL_OK || status == PL_INVALID ? "" : reason[0] ? reason : pl_status_words(status);
    return state;
}

/* The list without the path, and with it at the end when there is a hash. */
static void rewrite(PlBuf *out, PlStr old, const char *path, const uint8_t *hash)
{
    char hex[HEX + 1];
    PlStr line;
    while (old.len) {
        PlStr known = next_line(&old, &line);
        if (known.len && !pl_str_eq_z(known, path)) pl_buf_printf(out, PL_FMT "\n", PL_ARG(line));
    }
    if (!hash) return;
    pl_hash_hex(hash, 32, hex);
    pl_buf_printf(out, "%s %s\n", hex, path);
}

PlStatus pl_trust_set(const char *path, const uint8_t *hash, const char **why)
{
    char file[PATH_BYTES];
    PlBuf old, text;
    *why = "";
    if (!place(file)) return PL_INVALID;
    int lock = pl_private_lock(file, LOCK_US);
    if (lock < 0) return PL_IO;
    pl_buf_init(&old, PL_PRIVATE_BYTES);
    pl_buf_init(&text, PL_PRIVATE_BYTES);
    PlStatus status = pl_private_read(file, &old, why);
    if (status == PL_INVALID) status = PL_OK;
    if (status == PL_OK) rewrite(&text, pl_buf_str(&old), path, hash);
    if (status == PL_OK) status = text.status;
    if (status == PL_OK) status = pl_private_write(file, pl_buf_str(&text), true);
    pl_buf_deinit(&old);
    pl_buf_deinit(&text);
    pl_private_unlock(lock);
    return status;
}
