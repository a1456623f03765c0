/* SPDX-License-Identifier: MIT */
/* Copying a type, with all it reaches, into another table: one pass over a list of what is still to be copied, so that neither
 * recursion nor depth matters. Texts are copied too; docs are left out, because a module has none. */
#include "vm/code/type.h"

typedef PL_VEC(PlTypeId) Ids;

void pl_type_copy_init(PlTypeCopy *copy, const PlTypes *from, PlTypes *to)
{
    *copy = (PlTypeCopy){.from = from, .to = to, .memo_len = from->all.len};
    copy->memo = PL_NEW_N(to->arena, PlTypeId, copy->memo_len);
    for (uint32_t i = 0; i < copy->memo_len; i++) copy->memo[i] = i < PL_T_FIRST_FREE ? i : PL_TYPE_NONE;
}

/* The source table may have grown since the last copy. */
static void memo_grow(PlTypeCopy *copy)
{
    uint32_t len = copy->from->all.len;
    if (len <= copy->memo_len) return;
    PlTypeId *memo = PL_NEW_N(copy->to->arena, PlTypeId, len);
    memcpy(memo, copy->memo, copy->memo_len * sizeof *memo);
    for (uint32_t i = copy->memo_len; i < len; i++) memo[i] = PL_TYPE_NONE;
    copy->memo = memo;
    copy->memo_len = len;
}

/* The id in `to` for `id`. What needs a visit gets a reserved id, and `id` goes to `pending`. */
static PlTypeId copy_of(PlTypeCopy *copy, PlTypeId id, Ids *pending)
{
    if (id == PL_TYPE_NONE) return PL_TYPE_NONE;
    if (copy->memo[id] != PL_TYPE_NONE) return copy->memo[id];
    const PlType *type = pl_type(copy->from, id);
    PlTypeId to;
    switch (type->kind) {
    case PL_TYPE_TEXT: to = pl_type_text(copy->to, type->format); break;
    case PL_TYPE_VAR: to = pl_type_var(copy->to, type->elem); break;
    case PL_TYPE_LIST:
    case PL_TYPE_RECORD:
    case PL_TYPE_UNION:
    case PL_TYPE_ENUM:
        if (type->kind == PL_TYPE_LIST && copy->memo[type->elem] != PL_TYPE_NONE) {
            to = pl_type_list(copy->to, copy->memo[type->elem]);
            break;
        }
        to = pl_type_reserve(copy->to);
        pl_vec_push(copy->to->arena, pending, id);
        break;
    default: to = (PlTypeId)type->kind; break; /* the ids of plain kinds are the kinds */
    }
    return copy->memo[id] = to;
}

static PlLiteral copy_literal(PlArena *arena, PlLiteral value)
{
    if (value.kind == PL_LIT_TEXT || value.kind == PL_LIT_JSON) value.as.text = pl_arena_str(arena, value.as.text);
    return value;
}

static void copy_parts(PlTypeCopy *copy, PlType *type, Ids *pending)
{
    PlArena *arena = copy->to->arena;
    type->name = type->name.len ? pl_arena_str(arena, type->name) : PL_STR("");
    if (type->kind == PL_TYPE_LIST) type->elem = copy_of(copy, type->elem, pending);
    if (type->kind == PL_TYPE_RECORD) {
        const PlField *old = type->fields;
        type->rest = copy_of(copy, type->rest, pending);
        type->fields = PL_NEW_N(arena, PlField, type->count);
        for (uint32_t i = 0; i < type->count; i++) {
            type->fields[i] = old[i];
            type->fields[i].name = pl_arena_str(arena, old[i].name);
            type->fields[i].doc = PL_STR("");
            type->fields[i].type = copy_of(copy, old[i].type, pending);
        }
    }
    if (type->kind == PL_TYPE_UNION) {
        const PlTypeId *old = type->members;
        type->members = PL_NEW_N(arena, PlTypeId, type->count);
        for (uint32_t i = 0; i < type->count; i++) type->members[i] = copy_of(copy, old[i], pending);
    }
    if (type->kind == PL_TYPE_ENUM) {
        const PlLiteral *old = type->values;
        type->values = PL_NEW_N(arena, PlLiteral, type->count);
        for (uint32_t i = 0; i < type->count; i++) type->values[i] = copy_literal(arena, old[i]);
    }
}

PlTypeId pl_type_copy(PlTypeCopy *copy, PlTypeId id)
{
    memo_grow(copy);
    Ids pending = {0};
    PlTypeId result = copy_of(copy, id, &pending);
    for (uint32_t i = 0; i < pending.len; i++) {
        PlType type = *pl_type(copy->from, pending.items[i]);
        copy_parts(copy, &type, &pending);
        /* not pl_type_define: the source's union is in order already, and its members here may still be reserved */
        copy->to->all.items[copy->memo[pending.items[i]]] = type;
    }
    return result;
}
