/* SPDX-License-Identifier: MIT */
/* Comparing answers: fields that are gone, may be missing now, or are of another type. A change of a field that no step reads breaks nothing. */
#include "compiler/check/lock.h"
#include "compiler/check/usable.h"

enum { MAX_DEPTH = 60 };

typedef struct Walk {
    PlLock *lock;
    uint32_t action, depth;
    PlMap seen; /* pairs of types that were compared */
} Walk;

static bool is_new(Walk *w, PlTypeId was, PlTypeId is)
{
    bool added;
    pl_map_put(&w->seen, pl_arena_printf(w->lock->arena, "%u %u", was, is), &added);
    return added;
}

static PlStr below(Walk *w, PlStr path, PlStr name)
{
    return path.len ? pl_arena_printf(w->lock->arena, PL_FMT "." PL_FMT, PL_ARG(path), PL_ARG(name)) : name;
}

/* A field's change: breaking for the steps that read a field of this name; of the whole answer, for those that call. */
static void say(Walk *w, const char *kind, PlStr path, PlStr field, const char *words, PlTypeId was, PlTypeId is)
{
    PlStr steps = field.len ? pl_lock_readers(w->lock, field) : pl_lock_callers(w->lock, w->action);
    PlStr name =
        path.len ? pl_arena_printf(w->lock->arena, "the answer's field " PL_FMT, PL_ARG(path)) : PL_STR("the answer");
    const char *unread = steps.len ? "" : "; no step reads it";
    if (was == PL_TYPE_NONE) {
        pl_lock_add(w->lock, w->action, steps.len > 0, kind, path, steps, PL_FMT " %s%s", PL_ARG(name), words, unread);
        return;
    }
    PlStr before = pl_lock_type_text(w->lock, was), now = pl_lock_type_text(w->lock, is);
    pl_lock_add(w->lock, w->action, steps.len > 0, kind, path, steps, PL_FMT " was " PL_FMT " and is " PL_FMT "%s",
                PL_ARG(name), PL_ARG(before), PL_ARG(now), unread);
}

static void compare(Walk *w, PlTypeId was, PlTypeId is, PlStr path, PlStr field);

static void compare_fields(Walk *w, PlTypeId was, PlTypeId is, PlStr path)
{
    PlTypes *types = w->lock->types;
    uint32_t added = 0;
    for (uint32_t i = 0; i < pl_type(types, was)->count; i++) {
        PlField old = pl_type(types, was)->fields[i]; /* the table may move */
        const PlField *now = pl_type_field(types, is, old.name);
        PlStr place = below(w, path, old.name);
        if (!now) {
            say(w, "field removed", place, old.name, "is gone", PL_TYPE_NONE, PL_TYPE_NONE);
            continue;
        }
        PlTypeId type = now->type;
        if (old.required && !now->required)
            say(w, "field optional", place, old.name, "may be missing now", PL_TYPE_NONE, PL_TYPE_NONE);
        compare(w, old.type, type, place, old.name);
    }
    for (uint32_t i = 0; i < pl_type(types, is)->count; i++)
        added += !pl_type_field(types, was, pl_type(types, is)->fields[i].name);
    if (added)
        pl_lock_add(w->lock, w->action, false, "fields added", path, PL_STR(""), "%s" PL_FMT " has %u new field%s",
                    path.len ? "the answer's field " : "the answer", PL_ARG(path), added, added == 1 ? "" : "s");
}

static void compare(Walk *w, PlTypeId was, PlTypeId is, PlStr path, PlStr field)
{
    PlTypes *types = w->lock->types;
    if (w->depth >= MAX_DEPTH || !is_new(w, was, is) || was == PL_T_ANY) return;
    bool may_be_nothing = pl_type_has_nothing(types, is) && !pl_type_has_nothing(types, was);
    if (may_be_nothing && is != PL_T_NOTHING && is != PL_T_ANY)
        say(w, "field nullable", path, field, "may be nothing now", PL_TYPE_NONE, PL_TYPE_NONE);
    PlTypeId a = pl_type_without_nothing(types, was), b = pl_type_without_nothing(types, is);
    PlTypeKind old = pl_type(types, a)->kind, now = pl_type(types, b)->kind;
    w->depth++;
    if (old == PL_TYPE_RECORD && now == PL_TYPE_RECORD) {
        compare_fields(w, a, b, path);
    } else if (old == PL_TYPE_LIST && now == PL_TYPE_LIST) {
        PlStr item = pl_arena_printf(w->lock->arena, PL_FMT "[*]", PL_ARG(path));
        compare(w, pl_type(types, a)->elem, pl_type(types, b)->elem, item, field);
    } else if (old == PL_TYPE_ENUM && (now == PL_TYPE_ENUM || now == PL_TYPE_TEXT)) {
        if (pl_usable(w->lock->arena, types, b, a, NULL) != PL_USABLE_YES)
            pl_lock_add(w->lock, w->action, false, "enum widened", path, pl_lock_readers(w->lock, field),
                        "the answer's field " PL_FMT " may have new values", PL_ARG(path));
    } else if (pl_usable(w->lock->arena, types, b, a, NULL) != PL_USABLE_YES) {
        say(w, "type changed", path, field, "", a, b);
    }
    w->depth--;
}

void pl_lock_answer(PlLock *lock, uint32_t action, PlTypeId was, PlTypeId is)
{
    Walk w = {.lock = lock, .action = action};
    pl_map_init(&w.seen, lock->arena);
    compare(&w, was, is, PL_STR(""), PL_STR(""));
}
