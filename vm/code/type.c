/* SPDX-License-Identifier: MIT */
/* The table of types: making, interning and looking up. Comparing is in type_equal.c, copying between tables in type_copy.c, the
 * words for people in type_print.c. Invariant: no defined union has a member that is a union or ANY, or two members that are
 * equal; a member that is not yet defined is put right when it is. */
#include "vm/code/type.h"

static PlTypeId type_add(PlTypes *types, PlType type)
{
    pl_vec_push(types->arena, &types->all, type);
    return types->all.len - 1;
}

static PlType type_of(PlTypeKind kind)
{
    return (PlType){.kind = kind, .elem = PL_TYPE_NONE, .rest = PL_TYPE_NONE};
}

void pl_types_init(PlTypes *types, PlArena *arena)
{
    *types = (PlTypes){.arena = arena};
    pl_map_init(&types->by_shape, arena);
    for (PlTypeKind kind = PL_TYPE_ANY; kind <= PL_TYPE_FILE; kind++) type_add(types, type_of(kind));
    (void)pl_type_list(types, PL_T_ANY);
    (void)pl_type_list(types, PL_T_TEXT);
    PlType record = type_of(PL_TYPE_RECORD);
    record.rest = PL_T_ANY;
    type_add(types, record);
}

/* ---- interning: a key of a kind byte and what tells the type apart ------------------------------------------- */

typedef struct Key {
    char *bytes;
    size_t len;
    PlArenaMark mark;
} Key;

static Key key_begin(PlTypes *types, PlTypeKind kind, size_t size)
{
    Key key = {.mark = pl_arena_mark(types->arena)};
    key.bytes = pl_arena_alloc(types->arena, size + 1, 1);
    key.bytes[key.len++] = (char)kind;
    return key;
}

static void key_put(Key *key, const void *bytes, size_t len)
{
    if (len) memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
}

/* The type that has this key, or PL_TYPE_NONE; the key's memory is given back when it is there. */
static PlTypeId key_find(PlTypes *types, Key *key)
{
    const PlMapEntry *entry = pl_map_find(&types->by_shape, pl_str(key->bytes, key->len));
    if (!entry) return PL_TYPE_NONE;
    pl_arena_rewind(types->arena, key->mark);
    return (PlTypeId)entry->value.num;
}

static PlTypeId key_add(PlTypes *types, Key *key, PlType type)
{
    PlTypeId id = type_add(types, type);
    pl_map_put(&types->by_shape, pl_str(key->bytes, key->len), NULL)->value.num = id;
    return id;
}

static PlTypeId intern_by_number(PlTypes *types, uint32_t number, PlType type)
{
    Key key = key_begin(types, type.kind, sizeof number);
    key_put(&key, &number, sizeof number);
    PlTypeId id = key_find(types, &key);
    return id != PL_TYPE_NONE ? id : key_add(types, &key, type);
}

PlTypeId pl_type_text(PlTypes *types, PlTextFormat format)
{
    if (format == PL_FORMAT_NONE) return PL_T_TEXT;
    PlType type = type_of(PL_TYPE_TEXT);
    type.format = format;
    return intern_by_number(types, (uint32_t)format, type);
}

PlTypeId pl_type_list(PlTypes *types, PlTypeId elem)
{
    PlType type = type_of(PL_TYPE_LIST);
    type.elem = elem;
    return intern_by_number(types, elem, type);
}

PlTypeId pl_type_var(PlTypes *types, uint32_t index)
{
    PlType type = type_of(PL_TYPE_VAR);
    type.elem = index;
    return intern_by_number(types, index, type);
}

/* ---- unions --------------------------------------------------------------------------------------------------- */

typedef struct Members {
    PL_VEC(PlTypeId) ids;
    bool any;  /* ANY was among them */
    bool open; /* one of them is not yet defined */
} Members;

static void members_add(PlTypes *types, Members *members, PlTypeId id)
{
    const PlType *type = pl_type(types, id);
    if (type->kind == PL_TYPE_UNION) {
        for (uint32_t i = 0; i < type->count; i++) members_add(types, members, pl_type(types, id)->members[i]);
        return;
    }
    if (type->kind == PL_TYPE_ANY && !type->open) {
        members->any = true;
        return;
    }
    for (uint32_t i = 0; i < members->ids.len; i++) {
        PlTypeId old = members->ids.items[i];
        bool comparable = !type->open && !pl_type(types, old)->open;
        if (old == id || (comparable && pl_type_equal(types, old, id))) return;
    }
    members->open |= type->open;
    pl_vec_push(types->arena, &members->ids, id);
}

static bool members_have(const Members *members, PlTypeId id)
{
    for (uint32_t i = 0; i < members->ids.len; i++)
        if (members->ids.items[i] == id) return true;
    return false;
}

static PlType union_of(const Members *members)
{
    PlType type = type_of(PL_TYPE_UNION);
    type.members = members->ids.items;
    type.count = members->ids.len;
    return type;
}

PlTypeId pl_type_union(PlTypes *types, const PlTypeId *members, uint32_t count)
{
    Members set = {0};
    for (uint32_t i = 0; i < count; i++) members_add(types, &set, members[i]);
    if (set.any) return PL_T_ANY;
    if (set.ids.len == 0) return PL_T_NOTHING;
    if (set.ids.len == 1) return set.ids.items[0];
    size_t size = set.ids.len * sizeof *set.ids.items;
    Key key = key_begin(types, PL_TYPE_UNION, size);
    key_put(&key, set.ids.items, size);
    PlTypeId id = key_find(types, &key);
    if (id != PL_TYPE_NONE) return id;
    id = key_add(types, &key, union_of(&set));
    if (set.open) pl_vec_push(types->arena, &types->open_unions, id);
    return id;
}

PlTypeId pl_type_or_nothing(PlTypes *types, PlTypeId type)
{
    return pl_type_union(types, (PlTypeId[]){type, PL_T_NOTHING}, 2);
}

PlTypeId pl_type_without_nothing(PlTypes *types, PlTypeId type)
{
    const PlType *t = pl_type(types, type);
    if (t->kind != PL_TYPE_UNION || !pl_type_has_nothing(types, type)) return type;
    PlTypeId *rest = PL_NEW_N(types->arena, PlTypeId, t->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_type(types, t->members[i])->kind != PL_TYPE_NOTHING) rest[count++] = t->members[i];
    return pl_type_union(types, rest, count);
}

bool pl_type_has_nothing(const PlTypes *types, PlTypeId type)
{
    const PlType *t = pl_type(types, type);
    if (t->kind == PL_TYPE_NOTHING || t->kind == PL_TYPE_ANY) return true;
    if (t->kind != PL_TYPE_UNION) return false;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_type(types, t->members[i])->kind == PL_TYPE_NOTHING) return true;
    return false;
}

/* ---- enums and records ---------------------------------------------------------------------------------------- */

bool pl_literal_equal(PlLiteral a, PlLiteral b)
{
    if (a.kind != b.kind) return false;
    switch (a.kind) {
    case PL_LIT_NOTHING: return true;
    case PL_LIT_YESNO: return a.as.yes == b.as.yes;
    case PL_LIT_INT:
    case PL_LIT_DATE: return a.as.integer == b.as.integer;
    case PL_LIT_DOUBLE: return memcmp(&a.as.number, &b.as.number, sizeof a.as.number) == 0;
    case PL_LIT_TEXT:
    case PL_LIT_JSON: return pl_str_eq(a.as.text, b.as.text);
    case PL_LIT_DATETIME:
    case PL_LIT_DURATION: return a.as.integer == b.as.integer && a.offset == b.offset;
    case PL_LIT_KIND_COUNT: break;
    }
    return false;
}

static bool literal_is_text(PlLiteral value)
{
    return value.kind == PL_LIT_TEXT || value.kind == PL_LIT_JSON;
}

enum { LITERAL_KEY_HEAD = 1 + sizeof(int32_t) + sizeof(uint64_t) };

static size_t literal_key_size(PlLiteral value)
{
    return LITERAL_KEY_HEAD + (literal_is_text(value) ? value.as.text.len : 0);
}

static void literal_key_put(Key *key, PlLiteral value)
{
    char kind = (char)value.kind;
    uint64_t number = 0;
    switch (value.kind) {
    case PL_LIT_YESNO: number = value.as.yes; break;
    case PL_LIT_TEXT:
    case PL_LIT_JSON: number = value.as.text.len; break;
    case PL_LIT_DOUBLE: memcpy(&number, &value.as.number, sizeof number); break;
    case PL_LIT_NOTHING: break;
    default: number = (uint64_t)value.as.integer; break;
    }
    key_put(key, &kind, 1);
    key_put(key, &value.offset, sizeof value.offset);
    key_put(key, &number, sizeof number);
    if (literal_is_text(value)) key_put(key, value.as.text.ptr, value.as.text.len);
}

PlTypeId pl_type_enum(PlTypes *types, const PlLiteral *values, uint32_t count)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) size += literal_key_size(values[i]);
    Key key = key_begin(types, PL_TYPE_ENUM, size);
    PlMap seen;
    pl_map_init(&seen, types->arena);
    PlType type = type_of(PL_TYPE_ENUM);
    type.values = PL_NEW_N(types->arena, PlLiteral, count);
    for (uint32_t i = 0; i < count; i++) {
        size_t start = key.len;
        literal_key_put(&key, values[i]);
        bool added;
        pl_map_put(&seen, pl_str(key.bytes + start, key.len - start), &added);
        if (added)
            type.values[type.count++] = values[i];
        else
            key.len = start;
    }
    PlTypeId id = key_find(types, &key);
    return id != PL_TYPE_NONE ? id : key_add(types, &key, type);
}

PlTypeId pl_type_record(PlTypes *types, const PlField *fields, uint32_t count, PlTypeId rest, bool closed, PlStr name)
{
    if (count == 0 && rest == PL_T_ANY && !closed && name.len == 0) return PL_T_RECORD_ANY;
    PlType type = type_of(PL_TYPE_RECORD);
    type.rest = rest;
    type.closed = closed;
    type.name = name;
    type.count = count;
    if (count) {
        type.fields = PL_NEW_N(types->arena, PlField, count);
        memcpy(type.fields, fields, count * sizeof *fields);
    }
    return type_add(types, type);
}

const PlField *pl_type_field(const PlTypes *types, PlTypeId record, PlStr name)
{
    const PlType *type = pl_type(types, record);
    if (type->kind != PL_TYPE_RECORD) return NULL;
    for (uint32_t i = 0; i < type->count; i++)
        if (pl_str_eq(type->fields[i].name, name)) return &type->fields[i];
    return NULL;
}

/* ---- recursion ------------------------------------------------------------------------------------------------ */

PlTypeId pl_type_reserve(PlTypes *types)
{
    PlType type = type_of(PL_TYPE_ANY);
    type.open = true;
    return type_add(types, type);
}

/* What the union `id` with these members comes to. */
static PlType settle(PlTypes *types, PlTypeId id, const PlTypeId *members, uint32_t count, PlStr name, bool *open)
{
    Members set = {0};
    for (uint32_t i = 0; i < count; i++) members_add(types, &set, members[i]);
    *open = false;
    if (set.any || set.ids.len == 0 || members_have(&set, id)) return type_of(PL_TYPE_ANY);
    if (set.ids.len == 1 && !set.open) return *pl_type(types, set.ids.items[0]);
    *open = set.open;
    PlType type = union_of(&set);
    type.name = name;
    return type;
}

/* `id` has got its meaning: put the unions right that held it. Unions with members that are still open stay listed. */
static void settle_unions(PlTypes *types, PlTypeId id)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < types->open_unions.len; i++) {
        PlTypeId at = types->open_unions.items[i];
        PlType old = *pl_type(types, at);
        bool held = false, open = old.kind == PL_TYPE_UNION;
        for (uint32_t m = 0; old.kind == PL_TYPE_UNION && m < old.count; m++) held |= old.members[m] == id;
        if (held) types->all.items[at] = settle(types, at, old.members, old.count, old.name, &open);
        if (open) types->open_unions.items[kept++] = at;
    }
    types->open_unions.len = kept;
}

void pl_type_define(PlTypes *types, PlTypeId id, PlType type)
{
    bool open = false;
    if (type.kind == PL_TYPE_UNION) type = settle(types, id, type.members, type.count, type.name, &open);
    type.open = false;
    types->all.items[id] = type;
    if (open) pl_vec_push(types->arena, &types->open_unions, id);
    settle_unions(types, id);
}

/* ---- formats -------------------------------------------------------------------------------------------------- */

static const struct FormatName {
    const char *name;
    PlTextFormat format;
} format_names[] = {
    /* the first of a format is the language's word for it */
    {"email", PL_FORMAT_EMAIL},       {"url", PL_FORMAT_URL},           {"uuid", PL_FORMAT_UUID},
    {"byte", PL_FORMAT_BYTE},         {"password", PL_FORMAT_PASSWORD}, {"ip", PL_FORMAT_IP},
    {"hostname", PL_FORMAT_HOSTNAME}, {"time", PL_FORMAT_TIME},         {"html", PL_FORMAT_HTML},
    {"markdown", PL_FORMAT_MARKDOWN}, {"csv", PL_FORMAT_CSV},           {"idn-email", PL_FORMAT_EMAIL},
    {"uri", PL_FORMAT_URL},           {"uri-reference", PL_FORMAT_URL}, {"iri", PL_FORMAT_URL},
    {"iri-reference", PL_FORMAT_URL}, {"base64", PL_FORMAT_BYTE},       {"guid", PL_FORMAT_UUID},
    {"ipv4", PL_FORMAT_IP},           {"ipv6", PL_FORMAT_IP},           {"idn-hostname", PL_FORMAT_HOSTNAME},
};

PlTextFormat pl_type_format_by_name(PlStr name)
{
    for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++)
        if (pl_str_eq_nocase(name, pl_str_z(format_names[i].name))) return format_names[i].format;
    return PL_FORMAT_NONE;
}

const char *pl_type_format_name(PlTextFormat format)
{
    for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++)
        if (format_names[i].format == format) return format_names[i].name;
    return "";
}
