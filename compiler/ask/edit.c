/* SPDX-License-Identifier: MIT */
/* See edit.h. */
#include "compiler/ask/edit.h"

void pl_edit_set_init(PlEditSet *set, PlArena *arena, uint32_t source, size_t length)
{
    *set = (PlEditSet){.arena = arena, .source = source, .length = length};
}

static bool touch(PlSpan a, PlSpan b)
{
    if (a.start == a.end && b.start == b.end) return a.start == b.start;
    return a.start < b.end && b.start < a.end;
}

static bool fits(const PlEditSet *set, const PlEdit *edit)
{
    if (edit->span.source != set->source || edit->span.start > edit->span.end || edit->span.end > set->length) return false;
    for (uint32_t i = 0; i < set->edits.len; i++)
        if (touch(set->edits.items[i].span, edit->span)) return false;
    return true;
}

static void insert(PlEditSet *set, PlEdit edit)
{
    pl_vec_push(set->arena, &set->edits, edit);
    uint32_t at = set->edits.len - 1;
    for (; at > 0 && set->edits.items[at - 1].span.start > edit.span.start; at--) set->edits.items[at] = set->edits.items[at - 1];
    set->edits.items[at] = edit;
}

bool pl_edit_set_add(PlEditSet *set, const PlEdit *edits, uint32_t count)
{
    if (count == 0) return false;
    PlEdits before = {0};
    for (uint32_t i = 0; i < set->edits.len; i++) pl_vec_push(set->arena, &before, set->edits.items[i]);
    for (uint32_t i = 0; i < count; i++) {
        if (!fits(set, &edits[i])) {
            set->edits = before;
            return false;
        }
        insert(set, edits[i]);
    }
    return true;
}

PlStr pl_edit_set_apply(const PlEditSet *set, PlStr text)
{
    size_t length = text.len;
    for (uint32_t i = 0; i < set->edits.len; i++)
        length += set->edits.items[i].text.len - (set->edits.items[i].span.end - set->edits.items[i].span.start);
    char *out = pl_arena_alloc(set->arena, length + 1, 1);
    size_t from = 0, to = 0;
    for (uint32_t i = 0; i < set->edits.len; i++) {
        const PlEdit *e = &set->edits.items[i];
        memcpy(out + to, text.ptr + from, e->span.start - from);
        to += e->span.start - from;
        if (e->text.len) memcpy(out + to, e->text.ptr, e->text.len);
        to += e->text.len;
        from = e->span.end;
    }
    if (text.len > from) memcpy(out + to, text.ptr + from, text.len - from);
    out[length] = 0;
    return pl_str(out, length);
}
