/* SPDX-License-Identifier: MIT */
/* Where runs are kept, and how a store and the modules in it are opened. */
#include "vm/cli/vm.h"

#include "vm/base/arena_end.h"
#include "vm/code/hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static bool is_folder(PlArena *arena, PlStr path)
{
    struct stat st;
    return stat(pl_arena_str(arena, path).ptr, &st) == 0 && S_ISDIR(st.st_mode);
}

/* --store, PILOT_STORE, the project's, $XDG_STATE_HOME/pilot/runs/, ~/.local/state/pilot/runs/ */
PlStr plv_store_place(PlArena *arena, const PlvOptions *o, const PlProject *project)
{
    const char *env = getenv("PILOT_STORE"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    PlStr place = PL_STR("");
    if (o->store) place = pl_str_z(o->store);
    else if (env && *env) place = pl_str_z(env);
    else if (project && project->store.len) place = project->store;
    else if (state && *state) place = pl_arena_printf(arena, "%s/pilot/runs/", state);
    else if (home && *home) place = pl_arena_printf(arena, "%s/.local/state/pilot/runs/", home);
    else place = PL_STR(".pilot/runs/");
    if (!pl_str_ends(place, PL_STR("/")) && is_folder(arena, place)) place = pl_arena_printf(arena, PL_FMT "/", PL_ARG(place));
    return place;
}

void plv_new_id(char id[32])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford's base 32 */
    struct timespec now;
    uint8_t noise[8];
    clock_gettime(CLOCK_REALTIME, &now);
    pl_hash_random(noise, sizeof noise);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    memcpy(id, "r-", 2);
    for (int i = 9; i >= 0; i--, ms >>= 5) id[2 + i] = digits[ms & 31];
    for (int i = 0; i < 6; i++) id[12 + i] = digits[noise[i] & 31];
    id[18] = 0;
}

static bool make_folders(PlArena *arena, PlStr path)
{
    char *copy = pl_arena_printf(arena, PL_FMT, PL_ARG(path)).len ? strdup(pl_arena_str(arena, path).ptr) : NULL;
    bool good = copy != NULL;
    for (char *c = copy ? copy + 1 : NULL; good && *c; c++) {
        if (*c != '/') continue;
        *c = 0;
        good = mkdir(copy, 0700) == 0 || errno == EEXIST;
        *c = '/';
    }
    free(copy);
    return good;
}

PlStr plv_store_file_new(PlArena *arena, PlStr place, const char *id)
{
    bool folder = pl_str_ends(place, PL_STR("/"));
    PlStr path = folder ? pl_arena_printf(arena, PL_FMT "%s.db", PL_ARG(place), id) : pl_arena_str(arena, place);
    if (make_folders(arena, path)) return path;
    pl_cli_fail(PL_IO, "cannot make the folder of " PL_FMT ": %s", PL_ARG(path), strerror(errno));
    return PL_STR("");
}

static int by_text(const void *a, const void *b)
{
    return pl_str_cmp(*(const PlStr *)a, *(const PlStr *)b);
}

uint32_t plv_store_files(PlArena *arena, PlStr place, PlStr **out)
{
    PL_VEC(PlStr) files = {0};
    if (!pl_str_ends(place, PL_STR("/"))) {
        PlStr file = pl_arena_str(arena, place);
        struct stat st;
        if (stat(file.ptr, &st) == 0) pl_vec_push(arena, &files, file);
        *out = files.items;
        return files.len;
    }
    DIR *dir = opendir(pl_arena_str(arena, place).ptr);
    if (dir) {
        for (struct dirent *entry; (entry = readdir(dir));) {
            if (pl_str_ends(pl_str_z(entry->d_name), PL_STR(".db"))) {
                pl_vec_push(arena, &files, pl_arena_printf(arena, PL_FMT "%s", PL_ARG(place), entry->d_name));
            }
        }
        closedir(dir);
    }
    if (files.len) qsort(files.items, files.len, sizeof *files.items, by_text);
    *out = files.items;
    return files.len;
}

PlStr plv_store_file_of(PlArena *arena, PlStr place, PlStr id)
{
    PlStr *files, found = PL_STR("");
    uint32_t count = plv_store_files(arena, place, &files), hits = 0;
    if (!pl_str_ends(place, PL_STR("/")) && count == 1) return files[0];
    for (uint32_t i = 0; i < count; i++) {
        PlStr name = pl_str_slice(files[i], place.len, files[i].len);
        if (!pl_str_starts(name, id)) continue;
        found = files[i];
        hits++;
    }
    if (hits == 1) return found;
    if (hits > 1) pl_cli_fail(PL_USAGE, "%u runs begin with " PL_FMT "\n  = help: give more of its id", hits, PL_ARG(id));
    else pl_cli_fail(PL_USAGE, "there is no run " PL_FMT " in " PL_FMT "\n  = help: `pilotvm runs` lists them", PL_ARG(id), PL_ARG(place));
    return PL_STR("");
}

/* ---- open ---- */

static void close_store(void *user)
{
    pl_store_close(user);
}

void plv_close_store(PlArena *arena, PlStore *store)
{
    pl_arena_end_now(arena, store);
}

static PlStore *open_store(PlArena *arena, PlStr file, PlStoreMode mode, PlDurable durable, int *code)
{
    PlSources sources;
    PlDiags diags;
    PlStore *store = NULL;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlArenaEnd *end = pl_arena_end_new(arena, close_store);
    PlStatus status = pl_store_open(pl_arena_str(arena, file).ptr, mode, durable, &diags, &store);
    end->user = store;
    if (status != PL_OK || diags.all.len) plv_print_diags(&diags);
    if (status == PL_OK) return store;
    if (diags.errors == 0) pl_cli_fail(status, "cannot open " PL_FMT ": %s", PL_ARG(file), pl_status_words(status));
    *code = pl_status_exit_code(status == PL_INVALID ? PL_IO : status); /* a file that cannot be used */
    return NULL;
}

PlStore *plv_open_store(PlArena *arena, const PlvOptions *o, PlStr file, int *code)
{
    bool always = o->durable && strcmp(o->durable, "always") == 0;
    return open_store(arena, file, PL_STORE_WRITE, always ? PL_DURABLE_ALWAYS : PL_DURABLE_EFFECTS, code);
}

PlStore *plv_open_to_read(PlArena *arena, PlStr file, int *code)
{
    return open_store(arena, file, PL_STORE_READ, PL_DURABLE_EFFECTS, code);
}

int plv_place(PlArena *arena, const PlvOptions *o, PlStr *place)
{
    PlProject project = {0};
    bool found;
    int code = plv_project(arena, o, NULL, &project, &found);
    *place = plv_store_place(arena, o, found ? &project : NULL);
    return code;
}

PlStore *plv_open_run(PlArena *arena, const PlvOptions *o, PlStr id, PlStoreMode mode, int *code)
{
    PlStr place;
    *code = plv_place(arena, o, &place);
    if (*code >= 0) return NULL;
    *code = 2;
    PlStr file = plv_store_file_of(arena, place, id);
    if (!file.len) return NULL;
    return mode == PL_STORE_READ ? plv_open_to_read(arena, file, code) : plv_open_store(arena, o, file, code);
}

PlModule *plv_read_module(PlArena *arena, PlStr bytes, const char *name, int *code)
{
    PlSources sources;
    PlDiags diags;
    PlModule *module = NULL;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_module_read(bytes, &diags, &module);
    if (status == PL_OK) return module;
    plv_print_diags(&diags);
    if (diags.errors == 0) pl_cli_fail(status, "%s: %s", name, pl_status_words(status));
    *code = pl_status_exit_code(status);
    return NULL;
}

PlModule *plv_read_module_of(PlArena *arena, PlStore *store, const uint8_t hash[32], int *code)
{
    PlBuf bytes;
    pl_buf_init(&bytes, PL_LIMIT_MODULE_BYTES);
    PlStatus status = pl_store_get_module(store, hash, &bytes);
    if (status != PL_OK) *code = pl_cli_fail(status, "the store has lost the run's module: %s", pl_status_words(status));
    PlModule *module = status == PL_OK ? plv_read_module(arena, pl_buf_str(&bytes), "the stored module", code) : NULL;
    pl_buf_deinit(&bytes);
    return module;
}

int plv_find_run(PlStore *store, PlStr id, PlStoredRun *run, PlJournalPort *journal)
{
    PlStatus status = pl_store_open_run(store, id, run, journal);
    if (status == PL_OK) return -1;
    if (status == PL_INVALID) return pl_cli_fail(PL_USAGE, "there is no run " PL_FMT "\n  = help: `pilotvm runs` lists them", PL_ARG(id));
    return pl_cli_fail(status, "run " PL_FMT " cannot be read: %s", PL_ARG(id), pl_status_words(status));
}
