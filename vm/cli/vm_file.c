/* SPDX-License-Identifier: MIT */
/* pilotvm file RUN HASH: the bytes of a file that a run took in, out of its store or from beside it. spec/files.md. */
#include "vm/cli/vm.h"

#include "vm/code/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 262144 };

typedef struct Wanted {
    PlStr hash;       /* of which a beginning was given */
    PlStr large;      /* rows name it, and it lies beside the store */
    int64_t len;
    PlBuf bytes;      /* in the store */
    char found[65];
    bool is_there, is_other; /* two begin so */
    PlArena *arena;
} Wanted;

/* True: this is the one. */
static bool take(Wanted *w, PlStr hex)
{
    if (!pl_str_starts(hex, w->hash)) return false;
    if (w->is_there) {
        w->is_other |= !pl_str_eq_z(hex, w->found);
        return false;
    }
    memcpy(w->found, hex.ptr, 64);
    w->is_there = true;
    return true;
}

static PlStatus look(void *user, const PlStoredRow *stored)
{
    Wanted *w = user;
    char hex[65];
    if (stored->blob_hash) {
        pl_hash_hex(stored->blob_hash, 32, hex);
        if (take(w, pl_str(hex, 64))) pl_buf_put(&w->bytes, stored->row.blob);
    }
    if (stored->row.kind != PL_ROW_RESULT && stored->row.kind != PL_ROW_START) return w->bytes.status;
    PlStr body = stored->row.body;
    for (size_t at = 0; (at = pl_str_find(body, PL_STR("\"file\":\""), at)) != PL_STR_NONE; at += 8) {
        PlStr name = pl_str_slice(body, at + 8, at + 72), rest = pl_str_slice(body, at + 72, body.len), raw;
        uint8_t hash[32];
        if (!pl_hash_from_hex(name, hash, 32) || !pl_str_starts(rest, PL_STR("\",\"bytes\":"))) continue;
        size_t end = 10;
        while (end < rest.len && rest.ptr[end] >= '0' && rest.ptr[end] <= '9') end++;
        raw = pl_str_slice(rest, 10, end);
        if (take(w, name) && pl_str_to_int(raw, &w->len)) w->large = pl_str_z(w->found);
    }
    return w->bytes.status;
}

static bool put_all(int fd, PlStr bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes = pl_str_slice(bytes, (size_t)n, bytes.len);
    }
    return true;
}

static PlStatus copy_large(PlStore *store, const Wanted *w, int fd)
{
    PlFileRef file = {.len = (uint64_t)w->len};
    PlFiles *files = pl_store_files(store);
    PlStatus status = PL_NOMEM;
    bool known = pl_hash_from_hex(w->large, file.hash, 32);
    PlFileReader *reader = files && known ? pl_files_open(files, &file, &status) : NULL;
    char *piece = pl_arena_alloc(w->arena, PIECE, 1);
    for (size_t got = 1; reader && status == PL_OK && got;) {
        status = pl_files_next(reader, piece, PIECE, &got);
        if (status == PL_OK && !put_all(fd, pl_str(piece, got))) status = PL_IO;
    }
    pl_files_close(reader);
    return status;
}

static int give(PlStore *store, const Wanted *w, const char *out)
{
    bool to_file = out && strcmp(out, "-") != 0;
    int fd = to_file ? open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : 1;
    if (fd < 0) return pl_cli_fail(PL_IO, "cannot make %s: %s", out, strerror(errno));
    PlStatus status = w->large.len ? copy_large(store, w, fd) : put_all(fd, pl_buf_str(&w->bytes)) ? PL_OK : PL_IO;
    if (to_file && close(fd) != 0 && status == PL_OK) status = PL_IO;
    if (status == PL_OK) return 0;
    if (to_file) (void)unlink(out); /* half a file is none */
    const char *why = status == PL_INVALID ? "it is gone" : status == PL_CORRUPT ? "it was changed" : pl_status_words(status);
    return pl_cli_fail(status, "the file %s of this run cannot be given: %s", w->found, why);
}

int plv_cmd_file(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *out = NULL;
    const PlCliOption options[] = {{"out", 'o', PL_CLI_TEXT, &out, "FILE", "a new file (default: standard output)"}, PLV_PLACE_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm file RUN HASH [--out FILE]",
                                  "Gives the bytes of a file that a run took in, by its SHA-256 or the beginning of it, as results and rows name it.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 2) code = pl_cli_fail(PL_USAGE, "give a run and the hash of a file\n  = help: `pilotvm show RUN` prints them");
    if (code < 0 && strlen(rest.items[1]) < 6) code = pl_cli_fail(PL_USAGE, "give at least 6 digits of the hash");
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]);
    PlStore *store = plv_open_run(arena, &o, id, PL_STORE_READ, &code);
    if (!store) return code;
    Wanted w = {.hash = pl_str_z(rest.items[1]), .large = PL_STR(""), .arena = arena};
    PlStoredRun run;
    pl_buf_init(&w.bytes, 0);
    code = plv_find_run(store, id, &run, NULL);
    PlStatus status = code < 0 ? pl_store_each_row(store, pl_arena_str(arena, run.id), look, &w) : PL_OK;
    if (code < 0 && status != PL_OK) code = pl_cli_fail(status, "run %s cannot be read: %s", rest.items[0], pl_status_words(status));
    if (code < 0 && !w.is_there) code = pl_cli_fail(PL_USAGE, "the run has no file %s\n  = help: `pilotvm show RUN` prints what it has", rest.items[1]);
    if (code < 0 && w.is_other) code = pl_cli_fail(PL_USAGE, "more than one file begins with %s\n  = help: give more of the hash", rest.items[1]);
    if (code < 0) code = give(store, &w, out);
    pl_buf_deinit(&w.bytes);
    plv_close_store(arena, store);
    return code;
}
