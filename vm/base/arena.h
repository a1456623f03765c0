/* SPDX-License-Identifier: MIT */
/* Bump memory freed whole. An allocation never returns NULL: when memory (or the arena's ceiling) runs out the arena
 * jumps to its escape, so code that builds in an arena has no failure paths of its own. Hold no other resource
 * (file, lock, malloc) across a call that may allocate from an arena unless the escape releases it. */
#ifndef PL_BASE_ARENA_H
#define PL_BASE_ARENA_H

#include "vm/base/status.h"
#include "vm/base/str.h"

#include <setjmp.h>
#include <stdarg.h>

typedef struct PlEscape {
    jmp_buf at;      /* setjmp by the entry point that owns the work */
    PlStatus status; /* why: PL_NOMEM or PL_LIMIT */
} PlEscape;

typedef struct PlArena PlArena;

typedef struct PlArenaMark {
    void *chunk;
    size_t used;
} PlArenaMark;

/* `escape` must outlive the arena; ceiling in bytes, 0 for PL_LIMIT_ARENA_BYTES. NULL when out of memory. */
PlArena *pl_arena_new(PlEscape *escape, size_t ceiling);
void pl_arena_free(PlArena *arena); /* NULL is fine */

void *pl_arena_alloc(PlArena *arena, size_t size, size_t align); /* not zeroed */
void *pl_arena_zalloc(PlArena *arena, size_t size, size_t align);
#define PL_NEW(arena, T) ((T *)pl_arena_zalloc((arena), sizeof(T), _Alignof(T)))
#define PL_NEW_N(arena, T, n) ((T *)pl_arena_zalloc((arena), pl_arena_size_mul((arena), sizeof(T), (n)), _Alignof(T)))
size_t pl_arena_size_mul(PlArena *arena, size_t size, size_t count); /* escapes on overflow */

PlStr pl_arena_str(PlArena *arena, PlStr s); /* copy, NUL behind it */
PlStr pl_arena_printf(PlArena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
PlStr pl_arena_vprintf(PlArena *arena, const char *format, va_list args);

PlArenaMark pl_arena_mark(PlArena *arena);
void pl_arena_rewind(PlArena *arena, PlArenaMark mark); /* everything allocated since the mark is gone */
size_t pl_arena_used(const PlArena *arena);

/* Change where it escapes to and return the old one: for code that must release something on its way out and then escape again. */
PlEscape *pl_arena_set_escape(PlArena *arena, PlEscape *escape);

/* Leave through the arena's escape with this status. */
_Noreturn void pl_arena_escape(PlArena *arena, PlStatus status);

#endif
