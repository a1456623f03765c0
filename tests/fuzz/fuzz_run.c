/* SPDX-License-Identifier: MIT */
/* Bytecode in the virtual machine: whatever the verifier takes runs to an end, parks, or is cancelled, without a fault, against a server that
 * answers all kinds of things; then the same journal is resumed. The hash at the end is put right first. */
#include "tests/fuzz/fuzz.h"
#include "stdlib/builtin.h"
#include "tests/unit/world.h"
#include "vm/code/hash.h"
#include "vm/code/layout.h"

#include <stdlib.h>

enum { PUMPS = 200 };

static WorldAnswer any_answer(World *w, const WorldSend *send)
{
    static const WorldAnswer answers[] = {
        {.status = 200, .body = "{\"id\":\"x\",\"items\":[{\"id\":1,\"amount\":2.5}],\"total\":3}", .type = "application/json"},
        {.status = 200, .body = "[1,2,[3,{\"a\":null}]]", .type = "application/json"},
        {.status = 204},
        {.status = 404, .body = "{\"message\":\"no\"}", .type = "application/problem+json"},
        {.status = 200, .body = "{\"cut", .type = "application/json"},
        {.status = 429, .header = "retry-after", .header_value = "1"},
        {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET},
        {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CONNECT},
        {.status = 201, .body = "{\"id\":7,\"receipts\":[{\"id\":\"a\",\"vendor\":\"v\",\"amount\":200,\"date\":\"2026-01-02\"}]}", .type = "application/json"},
    };
    (void)send;
    WorldAnswer answer = answers[(unsigned)w->counter++ % (sizeof answers / sizeof *answers)];
    if (answer.status) answer.evidence = PL_EVIDENCE_ANSWERED;
    return answer;
}

static void run_once(World *w, const PlModule *module, bool hooked, bool trace)
{
    PlRunOptions options = {.input = PL_STR("{}"), .heap_bytes = 8 << 20, .max_calls = 64, .trace = trace};
    WorldRun *r = world_begin_with(w, module, options, hooked, pl_builtin_ref);
    for (int i = 0; r->run && i < PUMPS; i++) {
        if (pl_run_pump(r->run) != PL_RUN_WAITING) break;
        if (i == PUMPS - 20) pl_run_cancel(r->run, PL_STR("enough"));
        bool moved = world_answer(w) || world_fire(w);
        (void)moved; /* a run that only computes waits for nothing and is pumped again */
    }
    world_end(w, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!bytes || !arena) abort();
    if (size) memcpy(bytes, data, size);
    if (size >= PL_LAYOUT_LEAST)
        pl_hash_bytes(pl_str(bytes, size - PL_LAYOUT_HASH), (uint8_t *)bytes + size - PL_LAYOUT_HASH);
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlModule *module;
    if (pl_module_read(pl_str(bytes, size), &diags, &module) == PL_OK) {
        World *w = world_new();
        w->server = any_answer;
        w->counter = size > 8 ? data[size / 2] : 0;
        w->person = PL_ANSWER_GIVEN;
        w->person_answer = "true";
        run_once(w, module, false, false);
        run_once(w, module, true, true);
        world_free(w);
    }
    pl_module_free(module);
    pl_arena_free(arena);
    free(bytes);
    return 0;
}
