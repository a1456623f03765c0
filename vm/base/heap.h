/* SPDX-License-Identifier: MIT */
/* The memory of one run's values: size classes with free lists over slabs, freed whole with the run. Like an arena it never
 * returns NULL but leaves through its escape (PL_NOMEM, or PL_LIMIT past the ceiling), so code on values has no failure paths for
 * memory. Not thread-safe: a heap belongs to the thread that runs the run. Sanitizer builds use one malloc per block
 * (heap_debug.c) so that ASan sees each object. */
#ifndef PL_BASE_HEAP_H
#define PL_BASE_HEAP_H

#include "vm/base/arena.h"

typedef struct PlHeap PlHeap;

PlHeap *pl_heap_new(PlEscape *escape, size_t ceiling); /* 0: PL_LIMIT_HEAP_BYTES; NULL when out of memory */
void pl_heap_free(PlHeap *heap);                       /* and all that was allocated in it */
void *pl_heap_alloc(PlHeap *heap, size_t size);        /* 16-byte aligned, not zeroed */
void *pl_heap_resize(PlHeap *heap, void *ptr, size_t old_size, size_t new_size);
void pl_heap_release(PlHeap *heap, void *ptr, size_t size); /* size as allocated */
size_t pl_heap_used(const PlHeap *heap);
size_t pl_heap_peak(const PlHeap *heap);
/* Change where it escapes to (each entry into the run sets its own); returns the old one. */
PlEscape *pl_heap_set_escape(PlHeap *heap, PlEscape *escape);
_Noreturn void pl_heap_escape(PlHeap *heap, PlStatus status);

#endif
