/* SPDX-License-Identifier: MIT */
/* The heap of a run: every size around the classes' edges, the ceiling, failing memory, resizing. */
#include "tests/unit/unit.h"
#include "vm/base/fault.h"
#include "vm/base/heap.h"
#include "vm/base/limits.h"

static const size_t edges[] = {0,    1,    15,   16,    17,    31,    32,    33,    511,   512,   513,  640,    641,    1023,
                               1024, 1025, 2047, 2048,  2049,  16384, 16385, 28672, 28673, 32767, 32768, 32769, 65536, 100000};
enum { EDGES = sizeof edges / sizeof *edges };

static void fill(void *ptr, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++) ((unsigned char *)ptr)[i] = (unsigned char)(seed + i * 7);
}

static bool is_filled(const void *ptr, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        if (((const unsigned char *)ptr)[i] != (unsigned char)(seed + i * 7)) return false;
    return true;
}

TEST(sizes_do_not_overlap)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlHeap *heap = pl_heap_new(&escape, 0);
    void *blocks[4 * EDGES];
    for (unsigned i = 0; i < 4 * EDGES; i++) {
        blocks[i] = pl_heap_alloc(heap, edges[i % EDGES]);
        CHECK((uintptr_t)blocks[i] % 16 == 0);
        fill(blocks[i], edges[i % EDGES], i);
    }
    for (unsigned i = 0; i < 4 * EDGES; i++) CHECK(is_filled(blocks[i], edges[i % EDGES], i));
    size_t peak = pl_heap_peak(heap);
    CHECK(peak == pl_heap_used(heap));
    for (unsigned i = 0; i < 4 * EDGES; i += 2) pl_heap_release(heap, blocks[i], edges[i % EDGES]);
    for (unsigned i = 0; i < 4 * EDGES; i += 2) {
        blocks[i] = pl_heap_alloc(heap, edges[i % EDGES]);
        fill(blocks[i], edges[i % EDGES], i);
    }
    for (unsigned i = 0; i < 4 * EDGES; i++) CHECK(is_filled(blocks[i], edges[i % EDGES], i));
    CHECK(pl_heap_peak(heap) == peak);
    for (unsigned i = 0; i < 4 * EDGES; i++) pl_heap_release(heap, blocks[i], edges[i % EDGES]);
    CHECK(pl_heap_used(heap) == 0);
    pl_heap_release(heap, NULL, 5);
    pl_heap_free(heap);
    pl_heap_free(NULL);
}

TEST(resize_between_all_edges)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlHeap *heap = pl_heap_new(&escape, 0);
    for (unsigned i = 0; i < EDGES; i++) {
        for (unsigned j = 0; j < EDGES; j++) {
            void *p = pl_heap_resize(heap, NULL, 0, edges[i]);
            fill(p, edges[i], j);
            p = pl_heap_resize(heap, p, edges[i], edges[j]);
            CHECK(is_filled(p, edges[i] < edges[j] ? edges[i] : edges[j], j));
            fill(p, edges[j], i);
            pl_heap_release(heap, p, edges[j]);
        }
    }
    CHECK(pl_heap_used(heap) == 0);
    pl_heap_free(heap);
}

typedef struct Case {
    PlHeap *heap;
    void *block;
    size_t had, wanted;
} Case;

/* The status of growing c->block (NULL: of allocating); the block follows. */
static PlStatus grow(Case *volatile c)
{
    PlEscape escape, *outer = pl_heap_set_escape(c->heap, &escape);
    PlStatus status = PL_OK;
    if (setjmp(escape.at))
        status = escape.status;
    else
        c->block = pl_heap_resize(c->heap, c->block, c->had, c->wanted);
    if (status == PL_OK) c->had = c->wanted;
    pl_heap_set_escape(c->heap, outer);
    return status;
}

TEST(ceiling_at_its_edge)
{
    for (size_t size = 1024; size <= 65536; size *= 64) {
        Case full = {.heap = pl_heap_new(NULL, size), .wanted = size};
        CHECK(grow(&full) == PL_OK);
        Case more = {.heap = full.heap, .wanted = 1};
        CHECK(grow(&more) == PL_LIMIT);
        CHECK(pl_heap_used(full.heap) == size);
        full.wanted = size + 1;
        CHECK(grow(&full) == PL_LIMIT);
        CHECK(pl_heap_used(full.heap) == size);
        pl_heap_release(full.heap, full.block, full.had);
        CHECK(grow(&more) == PL_OK);
        CHECK(pl_heap_used(full.heap) == 16);
        pl_heap_free(full.heap);
    }
    Case huge = {.heap = pl_heap_new(NULL, 0), .wanted = PL_LIMIT_HEAP_BYTES + 1};
    CHECK(grow(&huge) == PL_LIMIT);
    huge.wanted = SIZE_MAX;
    CHECK(grow(&huge) == PL_LIMIT);
    pl_heap_free(huge.heap);
}

/* Each allocation in turn fails; the heap stays whole and the same work then succeeds. */
TEST(memory_runs_out)
{
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    CHECK(pl_heap_new(NULL, 0) == NULL);
    pl_fault_disarm();
    for (unsigned i = 0; i < EDGES; i++) {
        Case c = {.heap = pl_heap_new(NULL, 0), .wanted = edges[i]};
        pl_fault_arm(PL_FAULT_ALLOC, 0, false);
        CHECK(grow(&c) == PL_NOMEM);
        CHECK(pl_heap_used(c.heap) == 0);
        CHECK(grow(&c) == PL_OK);
        fill(c.block, c.had, 1);
        c.wanted = 200000;
        pl_fault_arm(PL_FAULT_ALLOC, 0, false);
        size_t used = pl_heap_used(c.heap);
        CHECK(grow(&c) == PL_NOMEM);
        CHECK(pl_heap_used(c.heap) == used);
        CHECK(is_filled(c.block, c.had, 1));
        CHECK(grow(&c) == PL_OK);
        CHECK(is_filled(c.block, edges[i], 1));
        pl_fault_disarm();
        pl_heap_free(c.heap);
    }
}

/* Blocks of one size are reused for the next; the process does not grow with each round. */
TEST(released_memory_serves_again)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlHeap *heap = pl_heap_new(&escape, 1024 * 1024);
    for (int round = 0; round < 200; round++) {
        void *blocks[100];
        size_t size = 1 + (size_t)round * 40;
        for (int i = 0; i < 100; i++) blocks[i] = pl_heap_alloc(heap, size);
        for (int i = 0; i < 100; i++) pl_heap_release(heap, blocks[i], size);
        if (round % 10 == 9) { /* a heap that is never whole again may keep slabs of other sizes, to twice its ceiling */
            pl_heap_free(heap);
            heap = pl_heap_new(&escape, 1024 * 1024);
        }
    }
    CHECK(pl_heap_used(heap) == 0);
    pl_heap_free(heap);
}

UNIT_MAIN
