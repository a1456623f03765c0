/* SPDX-License-Identifier: MIT */
/* Sources are laid out once: inputs, people, events, the clock; then for each action what is made from its answer, the answer, and its parts, breadth
 * first. */
#include "vm/code/flow_part.h"

#include "vm/code/opcode.h"

enum { PARTS_MOST = 192 /* of one action */, NAMES_MOST = 512, DEPTH = 16 };

typedef struct Maker {
    PlArena *arena;
    const PlModule *m;
    PL_VEC(PlFlowSource) sources;
    PL_VEC(uint32_t) children; /* [sources.len * names.len] */
    PL_VEC(PlStr) names;
} Maker;

static bool is_scalar(const PlTypes *types, PlTypeId id, int depth)
{
    const PlType *t = pl_type(types, id);
    if (depth > DEPTH) return false;
    if (t->kind == PL_TYPE_LIST) return is_scalar(types, t->elem, depth + 1);
    for (uint32_t i = 0; t->kind == PL_TYPE_UNION && i < t->count; i++)
        if (!is_scalar(types, t->members[i], depth + 1)) return false;
    return t->kind != PL_TYPE_ANY && t->kind != PL_TYPE_RECORD && t->kind != PL_TYPE_FILE && t->kind != PL_TYPE_VAR && !t->open;
}

bool pl_flow_is_scalar(const PlTypes *types, PlTypeId type)
{
    return is_scalar(types, type, 0);
}

static bool is_list(const PlTypes *types, PlTypeId id)
{
    const PlType *t = pl_type(types, id);
    bool any = false;
    if (t->kind == PL_TYPE_LIST) return true;
    for (uint32_t i = 0; t->kind == PL_TYPE_UNION && i < t->count; i++) {
        PlTypeKind kind = pl_type(types, t->members[i])->kind;
        if (kind != PL_TYPE_LIST && kind != PL_TYPE_NOTHING) return false;
        any |= kind == PL_TYPE_LIST;
    }
    return any;
}

/* The type of field `name`, through lists and unions. PL_TYPE_NONE: no record says, or two say different things. */
static PlTypeId part_type(const PlTypes *types, PlTypeId id, PlStr name, int depth)
{
    const PlType *t = pl_type(types, id);
    if (depth > DEPTH || t->open) return PL_TYPE_NONE;
    if (t->kind == PL_TYPE_LIST) return part_type(types, t->elem, name, depth + 1);
    if (t->kind == PL_TYPE_RECORD) {
        const PlField *field = pl_type_field(types, id, name);
        return field ? field->type : t->rest;
    }
    PlTypeId found = PL_TYPE_NONE;
    for (uint32_t i = 0; t->kind == PL_TYPE_UNION && i < t->count; i++) {
        PlTypeKind kind = pl_type(types, t->members[i])->kind;
        if (kind != PL_TYPE_LIST && kind != PL_TYPE_RECORD) continue;
        PlTypeId one = part_type(types, t->members[i], name, depth + 1);
        if (one == PL_TYPE_NONE || (found != PL_TYPE_NONE && found != one)) return PL_TYPE_NONE;
        found = one;
    }
    return found;
}

static void list_names(Maker *k, PlFlowParts *parts)
{
    const PlModule *m = k->m;
    parts->name_of = PL_NEW_N(k->arena, uint32_t, m->constant_count + 1);
    for (uint32_t i = 0; i < m->constant_count; i++) parts->name_of[i] = UINT32_MAX;
    for (uint32_t f = 0; f < m->function_count; f++) {
        for (uint32_t pc = 0; pc < m->functions[f].code_count; pc++) {
            PlInsn i = m->functions[f].code[pc];
            bool picks = i.op == PL_OP_FIELD || i.op == PL_OP_PROJECT;
            if (!picks || i.c >= m->constant_count || parts->name_of[i.c] != UINT32_MAX || k->names.len >= NAMES_MOST) continue;
            if (m->constants[i.c].kind != PL_LIT_TEXT) continue;
            parts->name_of[i.c] = k->names.len;
            pl_vec_push(k->arena, &k->names, m->constants[i.c].as.text);
        }
    }
    parts->name_count = k->names.len;
}

static uint32_t add(Maker *k, PlFlowSource source)
{
    pl_vec_push(k->arena, &k->sources, source);
    for (uint32_t n = 0; n < k->names.len; n++) pl_vec_push(k->arena, &k->children, k->sources.len - 1); /* picking from it gives itself */
    return k->sources.len - 1;
}

static uint32_t part_of(Maker *k, uint32_t first, uint32_t made, PlTypeId type, PlStr field)
{
    for (uint32_t s = first; s < k->sources.len; s++) {
        const PlFlowSource *old = &k->sources.items[s];
        if (old->type == type && pl_str_eq(old->field, field)) return s;
    }
    if (k->sources.len - first >= PARTS_MOST) return made;
    const PlFlowSource *of = &k->sources.items[made];
    return add(k, (PlFlowSource){.kind = PL_FROM_ACTION, .index = of->index, .type = type, .field = field, .model = of->model});
}

static uint32_t add_action(Maker *k, uint32_t action)
{
    const PlTypes *types = &k->m->types;
    PlTypeId result = k->m->actions[action].result;
    PlDoorKind door;
    bool model = pl_door_origin(k->m->actions[action].server, &door) > 0 && door == PL_DOOR_AI;
    uint32_t made = add(k, (PlFlowSource){.kind = PL_FROM_ACTION, .index = action, .type = PL_T_ANY, .field = PL_STR(""), .made = true, .model = model});
    uint32_t root = add(k, (PlFlowSource){.kind = PL_FROM_ACTION, .index = action, .type = result, .field = PL_STR(""), .model = model});
    for (uint32_t s = root; s < k->sources.len; s++) {
        PlTypeId type = k->sources.items[s].type;
        if (pl_flow_is_scalar(types, type)) continue;
        for (uint32_t n = 0; n < k->names.len; n++) {
            PlTypeId of = part_type(types, type, k->names.items[n], 0);
            uint32_t child = part_of(k, root, made, of == PL_TYPE_NONE ? PL_T_ANY : of, k->names.items[n]);
            k->children.items[s * k->names.len + n] = child;
        }
    }
    return root;
}

void pl_flow_parts_of(PlArena *arena, const PlModule *module, PlFlow *out, PlFlowParts *parts)
{
    Maker k = {.arena = arena, .m = module};
    list_names(&k, parts);
    parts->root = PL_NEW_N(arena, uint32_t, module->action_count + 1);
    for (uint32_t i = 0; i < module->input_count; i++) add(&k, (PlFlowSource){.kind = PL_FROM_INPUT, .index = i, .field = PL_STR("")});
    for (uint32_t i = 0; i < module->action_count; i++) parts->root[i] = add_action(&k, i);
    for (uint32_t i = 0; i < module->ask_count; i++) add(&k, (PlFlowSource){.kind = PL_FROM_PERSON, .index = i, .field = PL_STR("")});
    for (uint32_t i = 0; i < module->wait_count; i++) add(&k, (PlFlowSource){.kind = PL_FROM_EVENT, .index = i, .field = PL_STR("")});
    add(&k, (PlFlowSource){.kind = PL_FROM_CLOCK, .field = PL_STR("")});
    out->sources = k.sources.items;
    out->source_count = k.sources.len;
    out->word_count = (k.sources.len + 63) / 64;
    parts->child = k.children.items;
    parts->made = PL_NEW_N(arena, uint32_t, k.sources.len);
    parts->is_list = PL_NEW_N(arena, bool, k.sources.len);
    for (uint32_t s = 0; s < k.sources.len; s++) {
        const PlFlowSource *source = &k.sources.items[s];
        bool keeps = source->kind != PL_FROM_ACTION || pl_flow_is_scalar(&module->types, source->type);
        parts->made[s] = keeps ? s : parts->root[source->index] - 1;
        parts->is_list[s] = source->kind == PL_FROM_ACTION && is_list(&module->types, source->type);
    }
}

/* Functions of the standard library that give items of their arguments as they are; the parts of others are not known. Of most only the first argument's
 * items come out: the others say which, and in what order. */
PlFlowKeeps pl_flow_keeps(const PlModule *m, uint32_t builtin)
{
    static const struct {
        const char *name;
        PlFlowKeeps keeps;
    } table[] = {{"first", PL_FLOW_FIRST},        {"last", PL_FLOW_FIRST},         {"take", PL_FLOW_FIRST},    {"take_last", PL_FLOW_FIRST},
                 {"skip", PL_FLOW_FIRST},         {"reverse", PL_FLOW_FIRST},      {"sort", PL_FLOW_FIRST},    {"unique", PL_FLOW_FIRST},
                 {"flatten", PL_FLOW_FIRST},      {"compact", PL_FLOW_FIRST},      {"chunk", PL_FLOW_FIRST},   {"without", PL_FLOW_FIRST},
                 {"intersection", PL_FLOW_FIRST}, {"difference", PL_FLOW_FIRST},   {"sort_by", PL_FLOW_FIRST}, {"distinct_by", PL_FLOW_FIRST},
                 {"filter_by", PL_FLOW_FIRST},    {"find_by", PL_FLOW_FIRST},      {"min_by", PL_FLOW_FIRST},  {"max_by", PL_FLOW_FIRST},
                 {"_sort_by", PL_FLOW_FIRST},     {"_distinct_by", PL_FLOW_FIRST}, {"append", PL_FLOW_ALL},    {"union", PL_FLOW_ALL}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (pl_str_eq_z(m->builtins[builtin], table[i].name)) return table[i].keeps;
    return PL_FLOW_LOSES;
}
