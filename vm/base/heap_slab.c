/* SPDX-License-Identifier: MIT */
/* The heap of release builds: size classes with free lists, carved from slabs; large blocks by malloc in a list.
 * `used` counts each block rounded up to 16 bytes and is what the ceiling bounds; the slabs together may take at most twice the
 * ceiling (a run that frees one size and wants another cannot make the process grow without end). */
#include "vm/base/heap.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

enum {
    GRAIN = 16,
    SMALL_MAX = 512, /* up to here a class for each multiple of GRAIN */
    SMALL_CLASSES = SMALL_MAX / GRAIN,
    SLAB_MAX = 32768, /* up to here four classes for each doubling */
    CLASSES = SMALL_CLASSES + 6 * 4,
    FIRST_SLAB = 64 * 1024,
    LARGEST_SLAB = 16 * 1024 * 1024 /* large enough for pl_alloc to ask for huge pages */
};

typedef struct Free {
    struct Free *next;
} Free;

typedef struct Slab {
    struct Slab *next;
    _Alignas(GRAIN) char data[];
} Slab;

typedef struct Large { /* the block's bytes follow */
    _Alignas(GRAIN) struct Large *next;
    struct Large *prev;
} Large;

struct PlHeap {
    PlEscape *escape;
    size_t ceiling, used, peak;
    char *bump, *bump_end; /* what is left of the newest slab */
    size_t slab_size, slab_bytes;
    Slab *slabs;
    Large large; /* head of a circular list */
    Free *lists[CLASSES];
};

static size_t round_up(size_t size)
{
    return size ? (size + GRAIN - 1) & ~(size_t)(GRAIN - 1) : GRAIN;
}

/* size in 1..SLAB_MAX */
static unsigned class_of(size_t size)
{
    if (size <= SMALL_MAX) return (unsigned)((size - 1) / GRAIN);
    unsigned top = 63 - (unsigned)__builtin_clzll(size - 1); /* 9..14 */
    return SMALL_CLASSES + (top - 9) * 4 + (unsigned)((size - 1) >> (top - 2) & 3);
}

static size_t class_size(unsigned class)
{
    if (class < SMALL_CLASSES) return (class + 1) * (size_t)GRAIN;
    unsigned top = 9 + (class - SMALL_CLASSES) / 4, quarter = (class - SMALL_CLASSES) % 4;
    return (size_t)(5 + quarter) << (top - 2);
}

PlHeap *pl_heap_new(PlEscape *escape, size_t ceiling)
{
    PlHeap *heap = pl_zalloc(sizeof *heap);
    if (!heap) return NULL;
    heap->escape = escape;
    heap->ceiling = ceiling ? ceiling : (size_t)PL_LIMIT_HEAP_BYTES;
    heap->slab_size = FIRST_SLAB;
    heap->large.next = heap->large.prev = &heap->large;
    return heap;
}

void pl_heap_free(PlHeap *heap)
{
    if (!heap) return;
    for (Slab *s = heap->slabs, *next; s; s = next) {
        next = s->next;
        pl_free(s);
    }
    for (Large *l = heap->large.next, *next; l != &heap->large; l = next) {
        next = l->next;
        pl_free(l);
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

/* Count `size` more bytes (rounded) or escape; nothing is changed when it escapes. */
static void charge(PlHeap *heap, size_t size)
{
    if (size > heap->ceiling - heap->used) pl_heap_escape(heap, PL_LIMIT);
    heap->used += size;
    if (heap->used > heap->peak) heap->peak = heap->used;
}

static void push_free(PlHeap *heap, unsigned class, void *ptr)
{
    Free *f = ptr;
    f->next = heap->lists[class];
    heap->lists[class] = f;
}

/* What is left of the old slab goes to the free lists, largest class first. */
static void spend_bump(PlHeap *heap)
{
    size_t left;
    while ((left = (size_t)(heap->bump_end - heap->bump)) >= GRAIN) {
        unsigned class = left >= SLAB_MAX ? CLASSES - 1 : class_of(left);
        if (class_size(class) > left) class--;
        push_free(heap, class, heap->bump);
        heap->bump += class_size(class);
    }
}

/* A slab with room for `size` at least, or an escape with what was charged taken back. */
static void add_slab(PlHeap *heap, size_t size, size_t charged)
{
    size_t limit = heap->ceiling > SIZE_MAX / 2 ? SIZE_MAX : heap->ceiling * 2, bytes = heap->slab_size;
    if (bytes > limit - heap->slab_bytes) bytes = (limit - heap->slab_bytes) & ~(size_t)(GRAIN - 1);
    PlStatus status = bytes < size ? PL_LIMIT : PL_OK;
    Slab *slab = status == PL_OK ? pl_alloc(sizeof *slab + bytes) : NULL;
    if (!slab) {
        heap->used -= charged;
        pl_heap_escape(heap, status == PL_OK ? PL_NOMEM : status);
    }
    spend_bump(heap);
    slab->next = heap->slabs;
    heap->slabs = slab;
    heap->slab_bytes += bytes;
    heap->bump = slab->data;
    heap->bump_end = slab->data + bytes;
    if (heap->slab_size < LARGEST_SLAB) heap->slab_size *= 2;
}

static void *alloc_large(PlHeap *heap, size_t size)
{
    Large *l = pl_alloc(sizeof *l + size);
    if (!l) {
        heap->used -= size;
        pl_heap_escape(heap, PL_NOMEM);
    }
    l->next = heap->large.next;
    l->prev = &heap->large;
    l->next->prev = l->prev->next = l;
    return l + 1;
}

void *pl_heap_alloc(PlHeap *heap, size_t size)
{
    if (size > SIZE_MAX / 2) pl_heap_escape(heap, PL_LIMIT);
    size = round_up(size);
    charge(heap, size);
    if (size > SLAB_MAX) return alloc_large(heap, size);
    unsigned class = class_of(size);
    Free *f = heap->lists[class];
    if (f) {
        heap->lists[class] = f->next;
        return f;
    }
    size_t block = class_size(class);
    if (block > (size_t)(heap->bump_end - heap->bump)) add_slab(heap, block, size);
    void *ptr = heap->bump;
    heap->bump += block;
    return ptr;
}

static Large *large_of(void *ptr)
{
    return (Large *)ptr - 1;
}

static void *resize_large(PlHeap *heap, void *ptr, size_t old, size_t size)
{
    if (size > old) charge(heap, size - old);
    Large *moved = pl_realloc(large_of(ptr), sizeof *moved + size);
    if (!moved) {
        if (size > old) heap->used -= size - old;
        pl_heap_escape(heap, PL_NOMEM);
    }
    if (size < old) heap->used -= old - size;
    moved->next->prev = moved->prev->next = moved;
    return moved + 1;
}

void *pl_heap_resize(PlHeap *heap, void *ptr, size_t old_size, size_t new_size)
{
    if (!ptr) return pl_heap_alloc(heap, new_size);
    if (new_size > SIZE_MAX / 2) pl_heap_escape(heap, PL_LIMIT);
    size_t old = round_up(old_size), size = round_up(new_size);
    if (old > SLAB_MAX && size > SLAB_MAX) return resize_large(heap, ptr, old, size);
    if (old <= SLAB_MAX && size <= SLAB_MAX && class_of(old) == class_of(size)) {
        if (size > old)
            charge(heap, size - old);
        else
            heap->used -= old - size;
        return ptr;
    }
    void *moved = pl_heap_alloc(heap, new_size);
    memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
    pl_heap_release(heap, ptr, old_size);
    return moved;
}

void pl_heap_release(PlHeap *heap, void *ptr, size_t size)
{
    if (!ptr) return;
    size = round_up(size);
    heap->used -= size;
    if (size <= SLAB_MAX) {
        push_free(heap, class_of(size), ptr);
        return;
    }
    Large *l = large_of(ptr);
    l->prev->next = l->next;
    l->next->prev = l->prev;
    pl_free(l);
}
