/* SPDX-License-Identifier: MIT */
/* The heap of sanitizer builds: one malloc per block, so that overruns and uses after release are seen, and each release is
 * checked against the size it was allocated with. Counts as heap_slab.c does: rounded up to 16 bytes. */
#include "vm/base/heap.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include <stdio.h>
#include <stdlib.h>

enum { GRAIN = 16 };

typedef struct Block {
    struct Block *next, *prev;
    size_t size; /* as asked for */
    PlHeap *heap;
    _Alignas(GRAIN) char data[];
} Block;

struct PlHeap {
    PlEscape *escape;
    size_t ceiling, used, peak;
    Block *first;
};

static size_t round_up(size_t size)
{
    return size ? (size + GRAIN - 1) & ~(size_t)(GRAIN - 1) : GRAIN;
}

PlHeap *pl_heap_new(PlEscape *escape, size_t ceiling)
{
    PlHeap *heap = pl_zalloc(sizeof *heap);
    if (!heap) return NULL;
    heap->escape = escape;
    heap->ceiling = ceiling ? ceiling : (size_t)PL_LIMIT_HEAP_BYTES;
    return heap;
}

void pl_heap_free(PlHeap *heap)
{
    if (!heap) return;
    for (Block *b = heap->first, *next; b; b = next) {
        next = b->next;
        pl_free(b);
    }
    pl_free(heap);
}

_Noreturn void pl_heap_escape(PlHeap *heap, PlStatus status)
{
    heap->escape->status = status;
    longjmp(heap->escape->at, 1);
}

PlEscape *pl_heap_set_escape(PlHeap *heap, PlEscape *escape)
{
    PlEscape *old = heap->escape;
    heap->escape = escape;
    return old;
}

size_t pl_heap_used(const PlHeap *heap)
{
    return heap->used;
}

size_t pl_heap_peak(const PlHeap *heap)
{
    return heap->peak;
}

/* A new block in place of `old` bytes (rounded) that the caller is about to give back. */
static void *add_block(PlHeap *heap, size_t size, size_t old)
{
    if (size > SIZE_MAX / 2 || round_up(size) > heap->ceiling - heap->used + old) pl_heap_escape(heap, PL_LIMIT);
    Block *b = pl_alloc(sizeof *b + size);
    if (!b) pl_heap_escape(heap, PL_NOMEM);
    *b = (Block){.next = heap->first, .size = size, .heap = heap};
    if (b->next) b->next->prev = b;
    heap->first = b;
    heap->used += round_up(size);
    if (heap->used - old > heap->peak) heap->peak = heap->used - old;
    return b->data;
}

void *pl_heap_alloc(PlHeap *heap, size_t size)
{
    return add_block(heap, size, 0);
}

static Block *block_of(const PlHeap *heap, void *ptr, size_t size)
{
    Block *b = (Block *)((char *)ptr - offsetof(Block, data));
    if (b->size == size && b->heap == heap) return b;
    fprintf(stderr, "heap: block of %zu bytes given back as %zu%s\n", b->size, size,
            b->heap == heap ? "" : " to another heap");
    abort();
}

/* heap_slab.c keeps the place within a class; here a block always moves, which finds stale pointers. */
void *pl_heap_resize(PlHeap *heap, void *ptr, size_t old_size, size_t new_size)
{
    if (!ptr) return pl_heap_alloc(heap, new_size);
    block_of(heap, ptr, old_size);
    void *moved = add_block(heap, new_size, round_up(old_size));
    memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
    pl_heap_release(heap, ptr, old_size);
    return moved;
}

void pl_heap_release(PlHeap *heap, void *ptr, size_t size)
{
    if (!ptr) return;
    Block *b = block_of(heap, ptr, size);
    if (b->prev)
        b->prev->next = b->next;
    else
        heap->first = b->next;
    if (b->next) b->next->prev = b->prev;
    heap->used -= round_up(size);
    pl_free(b);
}
