/* SPDX-License-Identifier: MIT */
/* Offsets to lines and columns. A line ends at "\n"; a "\r" before it belongs to the ending. */
#include "vm/base/source.h"

#include "vm/base/utf8.h"

void pl_sources_init(PlSources *sources, PlArena *arena)
{
    *sources = (PlSources){.arena = arena};
}

uint32_t pl_sources_add(PlSources *sources, PlStr name, PlStr text)
{
    if (text.len >= UINT32_MAX) pl_arena_escape(sources->arena, PL_LIMIT);
    pl_vec_push(sources->arena, &sources->all, (PlSource){.name = name, .text = text});
    return sources->all.len - 1;
}

static void find_lines(PlSources *sources, PlSource *source)
{
    if (source->lines) return;
    PlStr text = source->text;
    uint32_t count = 1;
    for (size_t i = 0; (i = pl_str_find_char(text, '\n', i)) != PL_STR_NONE; i++) count++;
    uint32_t *lines = PL_NEW_N(sources->arena, uint32_t, count);
    count = 1;
    for (size_t i = 0; (i = pl_str_find_char(text, '\n', i)) != PL_STR_NONE; i++) lines[count++] = (uint32_t)i + 1;
    source->lines = lines;
    source->line_count = count;
}

PlPosition pl_sources_position(PlSources *sources, uint32_t source, uint32_t offset)
{
    if (source >= sources->all.len) return (PlPosition){0, 0};
    PlSource *s = &sources->all.items[source];
    find_lines(sources, s);
    if (offset > s->text.len) offset = (uint32_t)s->text.len;
    uint32_t low = 0, high = s->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    PlStr before = pl_str_slice(s->text, s->lines[low], offset);
    return (PlPosition){low + 1, (uint32_t)pl_utf8_length(before) + 1};
}

PlStr pl_sources_line(PlSources *sources, uint32_t source, uint32_t line)
{
    if (source >= sources->all.len) return PL_STR("");
    PlSource *s = &sources->all.items[source];
    find_lines(sources, s);
    if (line < 1 || line > s->line_count) return PL_STR("");
    size_t start = s->lines[line - 1], end = line < s->line_count ? s->lines[line] - 1 : s->text.len;
    if (end > start && s->text.ptr[end - 1] == '\r') end--;
    return pl_str_slice(s->text, start, end);
}
