/* SPDX-License-Identifier: MIT */
/* The file: finding, mapping, judging, writing. */
#include "compiler/bind/shelf.h"

#include "compiler/bind/index_file.h"
#include "vm/code/hash.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WORTH_BYTES = 256 * 1024, MAX_FILE_BYTES = 1 << 30, KEPT_SECONDS = 30 * 24 * 3600 };
static const uint64_t young_ns = 2000000000u; /* a file may change again within one tick of its clock */

bool pl_index_look(const char *path, PlIndexFile *out)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return false;
    out->size = (uint64_t)st.st_size;
    out->changed = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
    out->made = (uint64_t)st.st_ctim.tv_sec * 1000000000u + (uint64_t)st.st_ctim.tv_nsec;
    out->number = (uint64_t)st.st_ino;
    return true;
}

/* ---- where it is ----------------------------------------------------------------------------------------------------------- */

static PlStr place(PlArena *arena, PlStr key)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    PlStr folder = PL_STR("");
    if (cache && cache[0] == '/')
        folder = pl_arena_printf(arena, "%s/pilot", cache);
    else if (home && home[0] == '/')
        folder = pl_arena_printf(arena, "%s/.cache/pilot", home);
    if (!folder.len) return folder;
    uint8_t hash[32];
    pl_hash_bytes(key, hash);
    PlStr name = pl_arena_printf(arena, PL_FMT "/catalog-", PL_ARG(folder));
    for (int i = 0; i < 12; i++) name = pl_arena_printf(arena, PL_FMT "%02x", PL_ARG(name), hash[i]);
    return pl_arena_printf(arena, PL_FMT ".index", PL_ARG(name));
}

/* Indexes that nobody has written for a month are of catalogs that nobody uses any more, or can be made again. */
static void sweep(PlArena *arena, PlStr path)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    DIR *dir = opendir(pl_arena_str(arena, pl_str_slice(path, 0, slash)).ptr);
    char name[PATH_MAX];
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        struct stat st;
        int len = snprintf(name, sizeof name, "%.*s%s", (int)slash, path.ptr, e->d_name);
        if (strncmp(e->d_name, "catalog-", 8) != 0 || len < 0 || (size_t)len >= sizeof name) continue;
        if (stat(name, &st) == 0 && st.st_mtim.tv_sec + KEPT_SECONDS < time(NULL)) (void)unlink(name);
    }
    if (dir) closedir(dir);
}

static void make_folders(PlArena *arena, PlStr path)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.ptr[i] == '/') (void)mkdir(pl_arena_str(arena, pl_str_slice(path, 0, i)).ptr, 0700);
}

/* ---- is it still true ------------------------------------------------------------------------------------------------------ */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Rule: a file whose times lay so near to the index's own that it may have changed unseen is no reason to believe the index. */
static bool is_true(const PlShelf *shelf, uint64_t written)
{
    const PlIndex *x = &shelf->index;
    for (uint32_t i = 0; i < x->file_count; i++) {
        PlIndexFile now = {0};
        PlStr path = pl_index_text(x, x->files[i].path);
        if (!pl_index_look(pl_arena_str(shelf->arena, path).ptr, &now)) return false;
        const PlIndexFile *then = &x->files[i];
        if (now.size != then->size || now.changed != then->changed || now.made != then->made ||
            now.number != then->number)
            return false;
        if (then->made + young_ns > written) return false;
    }
    return x->plugin_count > 0;
}

static bool map_file(PlShelf *shelf, uint64_t *written)
{
    PlIndexFile file = {0};
    int fd = open(shelf->path.ptr, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    void *bytes = MAP_FAILED;
    if (pl_index_look(shelf->path.ptr, &file) && file.size > 0 && file.size < MAX_FILE_BYTES)
        bytes = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) return false;
    *written = file.changed;
    if (pl_index_open(pl_str(bytes, file.size), &shelf->index)) return true;
    munmap(bytes, file.size);
    return false;
}

/* ---- plugins from it ------------------------------------------------------------------------------------------------------- */

static void list_operations(PlShelf *shelf, PlPlugin *plugin, uint32_t number)
{
    const PlIndex *x = &shelf->index;
    const PlIndexPlugin *p = &x->plugins[number];
    PlOperation *all = PL_NEW_N(shelf->arena, PlOperation, p->operations + 1u);
    plugin->operations = PL_NEW_N(shelf->arena, PlOperation *, p->operations + 1u);
    plugin->operation_count = p->operations;
    for (uint32_t i = 0; i < p->operations; i++) {
        all[i] = (PlOperation){.plugin = plugin, .index = i, .broken = true, .span = PL_NO_SPAN};
        plugin->operations[i] = &all[i];
    }
}

/* Operations stand in the order of their plugins, so one walk over the list serves all plugins in their order. */
static void fill_operations(PlShelf *shelf, PlPlugin *plugin, uint32_t number)
{
    const PlIndex *x = &shelf->index;
    uint32_t low = 0, high = x->doc_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (x->docs[middle].plugin < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t i = low; i < x->doc_count && x->docs[i].plugin == number; i++) {
        const PlIndexDoc *d = &x->docs[i];
        if (d->operation >= plugin->operation_count) continue;
        PlOperation *op = plugin->operations[d->operation];
        op->name = pl_index_text(x, d->name);
        op->operation_id = pl_index_text(x, d->id);
        op->title = pl_index_text(x, d->title);
        op->path = pl_index_text(x, d->path);
        op->method = (PlMethod)d->method;
        op->deprecated = (d->flags & PL_INDEX_DEPRECATED) != 0;
        op->broken = false;
    }
}

static bool take(void *context, PlPlugin *plugin, PlStr name)
{
    PlShelf *shelf = context;
    const PlIndex *x = &shelf->index;
    if (!shelf->open || shelf->next >= x->plugin_count) return false;
    const PlIndexPlugin *p = &x->plugins[shelf->next];
    if (!pl_str_eq(pl_index_text(x, p->path), plugin->path)) return false;
    if (name.len && !pl_str_eq(pl_index_text(x, p->name), name)) return false;
    if (p->operations > x->doc_count + p->dropped + 100000u) return false;
    plugin->name = pl_index_text(x, p->name);
    plugin->title = pl_index_text(x, p->title);
    plugin->version = pl_index_text(x, p->version);
    plugin->server = pl_index_text(x, p->server);
    plugin->dropped = p->dropped;
    memcpy(plugin->hash, x->texts + p->hash.at, sizeof plugin->hash);
    list_operations(shelf, plugin, shelf->next);
    fill_operations(shelf, plugin, shelf->next);
    shelf->next++;
    shelf->taken++;
    return true;
}

/* ---- open and close -------------------------------------------------------------------------------------------------------- */

void pl_shelf_open(PlShelf *shelf, PlCatalog *catalog, PlStr key)
{
    uint64_t written = 0;
    *shelf = (PlShelf){.catalog = catalog, .arena = pl_catalog_arena(catalog)};
    shelf->path = place(shelf->arena, key);
    shelf->open = shelf->path.len && map_file(shelf, &written) && is_true(shelf, written);
    if (shelf->open) pl_catalog_set_shelf(catalog, take, shelf);
}

static bool is_worth_it(PlShelf *shelf)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(shelf->catalog); i++) {
        PlIndexFile file = {0};
        if (!pl_index_look(pl_catalog_plugin(shelf->catalog, i)->path.ptr, &file)) return false;
        if (file.changed + young_ns > now_ns() || file.made + young_ns > now_ns()) return false;
        bytes += file.size;
    }
    return bytes >= WORTH_BYTES;
}

void pl_shelf_close(PlShelf *shelf)
{
    pl_catalog_set_shelf(shelf->catalog, NULL, NULL);
    uint32_t plugins = pl_catalog_plugin_count(shelf->catalog);
    if (shelf->open && shelf->taken == plugins && plugins == shelf->index.plugin_count) {
        pl_search_adopt(shelf->catalog, &shelf->index);
        return;
    }
    if (!shelf->path.len || !is_worth_it(shelf)) return;
    PlSearch *search = pl_search_of(shelf->catalog);
    if (!search) return;
    make_folders(shelf->arena, shelf->path);
    PlStatus status = pl_buf_write_file(shelf->path.ptr, search->index.bytes);
    sweep(shelf->arena, shelf->path);
    (void)status; /* without a cache the next compile reads the documents again */
}
