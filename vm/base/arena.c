/* SPDX-License-Identifier: MIT */
/* Bump allocation in a list of growing chunks. The ceiling counts what was handed out (with padding), not the chunks. */
#include "vm/base/arena.h"

#include "vm/base/arena_end.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include <stdio.h>

enum { FIRST_CHUNK = 16 * 1024, LARGEST_CHUNK = 1024 * 1024 };

typedef struct Chunk {
    struct Chunk *older;
    size_t size, used; /* bytes of data[] */
    size_t before;     /* used in all older chunks */
    _Alignas(max_align_t) char data[];
} Chunk;

struct PlArena {
    PlEscape *escape;
    size_t ceiling;
    Chunk *chunk; /* the newest; NULL before the first allocation */
    PlArenaEnd *ends;
};

PlArena *pl_arena_new(PlEscape *escape, size_t ceiling)
{
    PlArena *arena = pl_alloc(sizeof *arena);
    if (arena) *arena = (PlArena){escape, ceiling ? ceiling : (size_t)PL_LIMIT_ARENA_BYTES, NULL, NULL};
    return arena;
}

static void free_chunks(PlArena *arena, const Chunk *until)
{
    while (arena->chunk != until) {
        Chunk *chunk = arena->chunk;
        arena->chunk = chunk->older;
        pl_free(chunk);
    }
}

void pl_arena_free(PlArena *arena)
{
    if (!arena) return;
    for (PlArenaEnd *end = arena->ends; end; end = end->older)
        if (end->user) end->done(end->user);
    free_chunks(arena, NULL);
    pl_free(arena);
}

PlArenaEnd *pl_arena_end_new(PlArena *arena, void (*done)(void *user))
{
    PlArenaEnd *end = PL_NEW(arena, PlArenaEnd);
    *end = (PlArenaEnd){arena->ends, done, NULL};
    return arena->ends = end;
}

void pl_arena_end_now(PlArena *arena, const void *user)
{
    for (PlArenaEnd *end = arena->ends; end; end = end->older) {
        if (!user || end->user != user) continue;
        void *once = end->user;
        end->user = NULL;
        end->done(once);
    }
}

_Noreturn void pl_arena_escape(PlArena *arena, PlStatus status)
{
    arena->escape->status = status;
    longjmp(arena->escape->at, 1);
}

PlEscape *pl_arena_set_escape(PlArena *arena, PlEscape *escape)
{
    PlEscape *old = arena->escape;
    arena->escape = escape;
    return old;
}

size_t pl_arena_used(const PlArena *arena)
{
    return arena->chunk ? arena->chunk->before + arena->chunk->used : 0;
}

static void add_chunk(PlArena *arena, size_t size)
{
    size_t grown = arena->chunk ? arena->chunk->size * 2 : FIRST_CHUNK;
    if (grown > LARGEST_CHUNK) grown = LARGEST_CHUNK;
    if (grown < size) grown = size;
    Chunk *chunk = grown > SIZE_MAX - sizeof *chunk ? NULL : pl_alloc(sizeof *chunk + grown);
    if (!chunk) pl_arena_escape(arena, PL_NOMEM);
    *chunk = (Chunk){.older = arena->chunk, .size = grown, .before = pl_arena_used(arena)};
    arena->chunk = chunk;
}

void *pl_arena_alloc(PlArena *arena, size_t size, size_t align)
{
    Chunk *chunk = arena->chunk;
    size_t start = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;
    size_t left = arena->ceiling - pl_arena_used(arena);
    size_t padding = chunk ? start - chunk->used : 0;
    if (padding > left || size > left - padding) pl_arena_escape(arena, PL_LIMIT);
    if (!chunk || start > chunk->size || size > chunk->size - start) {
        add_chunk(arena, size);
        chunk = arena->chunk;
        start = 0;
    }
    chunk->used = start + size;
    return chunk->data + start;
}

void *pl_arena_zalloc(PlArena *arena, size_t size, size_t align)
{
    return memset(pl_arena_alloc(arena, size, align), 0, size);
}

size_t pl_arena_size_mul(PlArena *arena, size_t size, size_t count)
{
    size_t product;
    if (__builtin_mul_overflow(size, count, &product)) pl_arena_escape(arena, PL_LIMIT);
    return product;
}

PlStr pl_arena_str(PlArena *arena, PlStr s)
{
    if (s.len == SIZE_MAX) pl_arena_escape(arena, PL_LIMIT);
    char *copy = pl_arena_alloc(arena, s.len + 1, 1);
    if (s.len) memcpy(copy, s.ptr, s.len);
    copy[s.len] = 0;
    return (PlStr){copy, s.len};
}

PlStr pl_arena_printf(PlArena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlStr s = pl_arena_vprintf(arena, format, args);
    va_end(args);
    return s;
}

PlStr pl_arena_vprintf(PlArena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) pl_arena_escape(arena, PL_LIMIT); /* past INT_MAX */
    char *text = pl_arena_alloc(arena, (size_t)len + 1, 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return (PlStr){text, (size_t)len};
}

PlArenaMark pl_arena_mark(PlArena *arena)
{
    return (PlArenaMark){arena->chunk, arena->chunk ? arena->chunk->used : 0};
}

void pl_arena_rewind(PlArena *arena, PlArenaMark mark)
{
    free_chunks(arena, mark.chunk);
    if (arena->chunk) arena->chunk->used = mark.used;
}
