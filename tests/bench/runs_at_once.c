/* SPDX-License-Identifier: MIT */
/* Several runs of one plan in one process, over one store, one loop and real HTTP: they share each turn's barrier.
 * usage: runs_at_once PLAN.pbc PLUGIN URL STORE RUNS INPUT */
#include "stdlib/builtin.h"
#include "vm/code/hash.h"
#include "vm/io/store.h"
#include "vm/io/world.h"
#include "vm/run/run.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 256 };

static int fail(const char *what)
{
    fprintf(stderr, "runs_at_once: %s\n", what);
    return 1;
}

static PlRun *begin(PlStore *store, const PlModule *module, const PlWorld *world, const PlServerOverride *server, PlStr input, PlDiags *diags)
{
    PlPorts ports = {.net = pl_http_port(world->http), .clock = pl_loop_clock(world->loop), .builtins = pl_builtin_ref};
    char id[32] = "";
    PlStatus status = pl_store_begin(store, module->hash, module->title, id, &ports.journal);
    PlRunOptions options = {.id = pl_str_z(id), .input = input, .servers = server, .server_count = 1};
    pl_hash_random(options.seed, sizeof options.seed);
    return status == PL_OK ? pl_run_new(module, &ports, &options, diags, &status) : NULL;
}

/* The number of runs that are done. */
static int drive(PlRun **runs, int count, PlLoop *loop)
{
    bool is_over[MOST] = {0};
    for (int left = count, done = 0;;) {
        for (int i = 0; i < count; i++)
            if (!is_over[i]) pl_run_prepare(runs[i]);
        for (int i = 0; i < count; i++) {
            PlRunState state = is_over[i] ? PL_RUN_WAITING : pl_run_pump(runs[i]);
            if (state == PL_RUN_WAITING) continue;
            is_over[i] = true;
            left--;
            done += state == PL_RUN_DONE;
        }
        if (!left || !pl_loop_turn(loop, -1)) return done;
    }
}

int main(int argc, char **argv)
{
    if (argc != 7 || atoi(argv[5]) < 1 || atoi(argv[5]) > MOST) return 2;
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlSources sources;
    PlDiags diags;
    PlBuf bytes, input;
    PlStore *store;
    PlRun *runs[MOST];
    int count = atoi(argv[5]);
    if (!arena || setjmp(escape.at) != 0) return fail("out of memory");
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_buf_init(&bytes, 0);
    pl_buf_init(&input, 0);
    if (pl_buf_read_file(&bytes, argv[1]) != PL_OK || pl_buf_read_file(&input, argv[6]) != PL_OK) return fail("a file cannot be read");
    PlModule *module = NULL;
    if (pl_module_read(pl_buf_str(&bytes), &diags, &module) != PL_OK) return fail("the plan cannot be loaded");
    PlServerOverride server = {pl_str_z(argv[2]), pl_str_z(argv[3])};
    PlWorldOptions options = {.module = module, .servers = (PlStr[]){server.plugin, server.url}, .server_count = 1, .no_person = true};
    PlWorld world;
    const char *what;
    if (pl_world_open(&world, &options, pl_secrets_new(), &what) != PL_OK) return fail("no world");
    if (pl_store_open(argv[4], PL_STORE_WRITE, PL_DURABLE_EFFECTS, &diags, &store) != PL_OK) return fail("no store");
    if (pl_store_put_module(store, module->hash, pl_buf_str(&bytes)) != PL_OK) return fail("the store cannot be written");
    for (int i = 0; i < count; i++) {
        runs[i] = begin(store, module, &world, &server, pl_buf_str(&input), &diags);
        if (!runs[i]) return fail("a run cannot begin");
    }
    int done = drive(runs, count, world.loop);
    for (int i = 0; i < count; i++) pl_run_free(runs[i]);
    pl_store_close(store);
    pl_world_close(&world);
    pl_module_free(module);
    pl_buf_deinit(&bytes);
    pl_buf_deinit(&input);
    pl_arena_free(arena);
    return done == count ? 0 : fail("a run failed");
}
