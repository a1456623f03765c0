/* SPDX-License-Identifier: MIT */
/* pilotvm audit keygen and head, and the signed heads that `audit verify --heads` holds runs against. */
#include "vm/cli/vm_heads.h"

#include "vm/code/hash.h"
#include "vm/io/private.h"
#include "vm/value/time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PATH_BYTES = 4096, HEADS_BYTES = 256 << 20 };

/* The key file that is meant: the option's, else audit.key of the user's configuration. False after a message. */
static bool key_file(const char *option, char out[PATH_BYTES])
{
    if (option) return (size_t)snprintf(out, PATH_BYTES, "%s", option) < PATH_BYTES;
    if (pl_private_place(false, "audit.key", out, PATH_BYTES)) return true;
    pl_cli_fail(PL_USAGE, "there is no home folder for a key\n  = help: --key FILE");
    return false;
}

static int key_problem(PlStatus status, const char *file, const char *why)
{
    if (status == PL_INVALID)
        return pl_cli_fail(PL_CREDENTIAL, "%s: %s\n  = help: `pilotvm audit keygen --key %s` makes one", file, why, file);
    if (status == PL_REFUSED) return pl_cli_fail(PL_CREDENTIAL, "%s is refused: %s\n  = help: chmod 600 %s", file, why, file);
    return pl_cli_fail(status, "%s: %s", file, status == PL_IO ? strerror(errno) : pl_status_words(status));
}

int plv_audit_keygen(PlArena *arena, int argc, char **argv)
{
    const char *key = NULL;
    const PlCliOption options[] = {{"key", 'k', PL_CLI_TEXT, &key, "FILE", "where to (default: audit.key of the user's configuration)"}};
    const PlCliCommand command = {"pilotvm audit keygen [--key FILE]",
                                  "Makes a key pair to sign heads with: FILE, which only you may read, and FILE.pub, which verifiers need.", options, 1};
    PlCliList rest = {0};
    char file[PATH_BYTES], hex[65];
    uint8_t public_key[PL_SIGN_PUBLIC];
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count) code = pl_cli_fail(PL_USAGE, "keygen takes no argument\n  = help: usage: %s", command.usage);
    if (code >= 0) return code;
    if (!key_file(key, file)) return 2;
    PlStatus status = pl_head_keygen(file, public_key);
    if (status == PL_BUSY) return pl_cli_fail(PL_USAGE, "%s is there already: heads that it signed would lose their key\n  = help: --key FILE", file);
    if (status != PL_OK) return key_problem(status, file, "");
    pl_hash_hex(public_key, sizeof public_key, hex);
    printf("%s\n", hex);
    fprintf(stderr, "key: %s\npublic key: %s.pub\n", file, file);
    return 0;
}

/* ---- head ---- */

typedef struct Signer {
    PlArena *arena;
    PlBuf *out;
    uint8_t seed[PL_SIGN_SEED];
    PlStr time;
    PL_VEC(PlStr) ids;
} Signer;

static PlStatus collect_id(void *user, const PlStoredRun *run)
{
    Signer *s = user;
    pl_vec_push(s->arena, &s->ids, pl_arena_str(s->arena, run->id));
    return PL_OK;
}

/* A chain that is broken is not signed: the signature would say that it was whole. */
static int sign_run(Signer *s, PlStore *store, PlStr id)
{
    PlHead head = {.run = id, .time = s->time};
    uint64_t rows, bad;
    const char *why;
    PlStatus status = pl_store_verify(store, id, &rows, &bad, &why);
    if (status == PL_CORRUPT)
        return pl_cli_fail(PL_CORRUPT, PL_FMT " is broken at row %llu and is not signed: %s", PL_ARG(id), (unsigned long long)bad, why);
    if (status == PL_OK) status = pl_head_of_run(store, id, &head);
    if (status == PL_OK) status = pl_head_sign(&head, s->seed);
    if (status == PL_INVALID) return pl_cli_fail(PL_USAGE, "there is no run " PL_FMT "\n  = help: `pilotvm runs` lists them", PL_ARG(id));
    if (status != PL_OK) return pl_cli_fail(status, PL_FMT ": %s", PL_ARG(id), pl_status_words(status));
    pl_head_put(s->out, &head);
    return 0;
}

static int sign_file(Signer *s, PlStr file, PlStr only)
{
    int code = 0;
    PlStore *store = plv_open_to_read(s->arena, file, &code);
    if (!store) return code;
    s->ids.len = 0;
    PlStoredRun run;
    PlJournalPort journal;
    PlStatus status = only.len ? pl_store_open_run(store, only, &run, &journal) : pl_store_each_run(store, collect_id, s);
    if (status != PL_OK) code = pl_cli_fail(only.len ? PL_USAGE : status, only.len ? "there is no run " PL_FMT : "cannot read " PL_FMT,
                                            PL_ARG(only.len ? only : file));
    else if (only.len) pl_vec_push(s->arena, &s->ids, pl_arena_str(s->arena, run.id));
    for (uint32_t i = 0; i < s->ids.len; i++) {
        int one = sign_run(s, store, s->ids.items[i]);
        if (one) code = one;
    }
    plv_close_store(s->arena, store);
    return code;
}

static int sign_files(Signer *s, const PlvOptions *o, PlStr id)
{
    PlStr place, *files;
    int code = plv_place(s->arena, o, &place);
    if (code >= 0) return code;
    if (id.len) {
        PlStr file = plv_store_file_of(s->arena, place, id);
        return file.len ? sign_file(s, file, id) : 2;
    }
    uint32_t count = plv_store_files(s->arena, place, &files);
    code = 0;
    for (uint32_t i = 0; i < count; i++) {
        int one = sign_file(s, files[i], PL_STR(""));
        if (one) code = one;
    }
    return code;
}

static PlStr now_text(PlArena *arena)
{
    struct timespec now;
    PlBuf text;
    pl_buf_init(&text, 0);
    clock_gettime(CLOCK_REALTIME, &now);
    pl_time_put_datetime(&text, (int64_t)now.tv_sec * 1000000, 0);
    PlStr copy = pl_arena_str(arena, pl_buf_str(&text));
    pl_buf_deinit(&text);
    return copy;
}

int plv_audit_head(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *key = NULL, *why = "";
    const PlCliOption options[] = {PLV_PLACE_OPTIONS(o),
                                   {"all", 'a', PL_CLI_FLAG, &o.all, NULL, "every run of the store"},
                                   {"key", 'k', PL_CLI_TEXT, &key, "FILE", "what `audit keygen` made (default: audit.key of the user's configuration)"}};
    const PlCliCommand command = {"pilotvm audit head RUN|--all [options]",
                                  "Prints for each run a signed line: how many rows it has and the hash of the last. Keep it where those who may write the\n"
                                  "store may not write: `audit verify --heads FILE` then finds rows that were cut off and runs that were written anew.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    char file[PATH_BYTES];
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != (o.all ? 0u : 1u)) code = pl_cli_fail(PL_USAGE, "give a run, or --all\n  = help: usage: %s", command.usage);
    if (code >= 0) return code;
    if (!key_file(key, file)) return 2;
    PlBuf out;
    pl_buf_init(&out, HEADS_BYTES);
    Signer signer = {.arena = arena, .out = &out, .time = now_text(arena)};
    PlStatus status = pl_head_read_key(file, signer.seed, &why);
    code = status == PL_OK ? sign_files(&signer, &o, o.all ? PL_STR("") : pl_str_z(rest.items[0])) : key_problem(status, file, why);
    explicit_bzero(signer.seed, sizeof signer.seed);
    int put = pl_cli_put(&out);
    return code ? code : put;
}

/* ---- verify --heads ---- */

static int by_run_and_rows(const void *a, const void *b)
{
    const PlHead *x = a, *y = b;
    int order = pl_str_cmp(x->run, y->run);
    return order ? order : (x->rows > y->rows) - (x->rows < y->rows);
}

static bool is_trusted(const PlvHeads *heads, const uint8_t key[PL_SIGN_PUBLIC])
{
    for (uint32_t i = 0; i < heads->key_count; i++)
        if (memcmp(heads->keys[i], key, PL_SIGN_PUBLIC) == 0) return true;
    return false;
}

static bool read_keys(PlArena *arena, const PlCliList *names, PlvHeads *out)
{
    char place[PATH_BYTES];
    const char *usual = place, *why = "";
    bool is_usual = names->count == 0;
    if (is_usual && !pl_private_place(false, "audit.key.pub", place, sizeof place)) usual = "audit.key.pub";
    out->key_count = is_usual ? 1 : names->count;
    out->keys = pl_arena_alloc(arena, out->key_count * sizeof *out->keys, 1);
    for (uint32_t i = 0; i < out->key_count; i++) {
        const char *name = is_usual ? usual : names->items[i];
        if (pl_head_read_public(name, out->keys[i], &why) == PL_OK) continue;
        pl_cli_fail(PL_USAGE, "%s: %s\n  = help: --public FILE, the .pub that `pilotvm audit keygen` made, or its 64 digits", name, why);
        return false;
    }
    return true;
}

bool plv_heads_read(PlArena *arena, const char *file, const PlCliList *public_keys, PlvHeads *out)
{
    PL_VEC(PlHead) all = {0};
    PlStr text, line;
    const char *why;
    *out = (PlvHeads){0};
    if (!read_keys(arena, public_keys, out) || !pl_cli_read(arena, file, HEADS_BYTES, &text)) return false;
    for (uint32_t number = 1; text.len; number++) {
        size_t end = pl_str_find_char(text, '\n', 0);
        line = pl_str_trim(pl_str_slice(text, 0, end));
        text = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(text, end + 1, text.len);
        if (!line.len) continue;
        PlHead head;
        PlStatus status = pl_head_read(arena, line, &head, &why);
        if (status == PL_OK && !is_trusted(out, head.key)) status = PL_INVALID, why = "it is signed with a key that is not trusted here";
        if (status != PL_OK) {
            pl_cli_fail(PL_INVALID, "%s, line %u: %s", file, number, why);
            return false;
        }
        pl_vec_push(arena, &all, head);
    }
    if (all.len) qsort(all.items, all.len, sizeof *all.items, by_run_and_rows);
    out->all = all.items;
    out->count = all.len;
    out->seen = all.len ? pl_arena_alloc(arena, all.len, 1) : NULL;
    if (all.len) memset(out->seen, 0, all.len);
    return true;
}

PlStatus plv_heads_check(PlvHeads *heads, PlStore *store, PlStr id, uint32_t *found, const PlHead **bad, const char **why)
{
    uint32_t first = 0, end = heads->count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (pl_str_cmp(heads->all[middle].run, id) < 0) first = middle + 1;
        else end = middle;
    }
    for (*found = 0; first + *found < heads->count && pl_str_eq(heads->all[first + *found].run, id); ++*found) heads->seen[first + *found] = true;
    return *found ? pl_head_check(store, id, heads->all + first, *found, bad, why) : PL_OK;
}
