/* SPDX-License-Identifier: MIT */
/* Arguments from JSON into C, the call through libffi, results back. Memory of a call lives in the arena; what the library gives away is freed by the
 * function that the manifest names. Numbers are held to the range of their C type. */
#include "stdlib/native.h"

#include "vm/base/base64.h"
#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"

#include <dlfcn.h>
#include <ffi.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ARGS = 32, FIELDS = 32, TEXT_MOST = 64 << 20 };

static const struct {
    const char *name;
    ffi_type *type;
    int64_t low;
    uint64_t high;
} kinds[PL_NATIVE_KIND_COUNT] = {
    [PL_NATIVE_VOID] = {"void", &ffi_type_void, 0, 0},
    [PL_NATIVE_BOOL] = {"bool", &ffi_type_uint8, 0, 1},
    [PL_NATIVE_I8] = {"int8", &ffi_type_sint8, INT8_MIN, INT8_MAX},
    [PL_NATIVE_U8] = {"uint8", &ffi_type_uint8, 0, UINT8_MAX},
    [PL_NATIVE_I16] = {"int16", &ffi_type_sint16, INT16_MIN, INT16_MAX},
    [PL_NATIVE_U16] = {"uint16", &ffi_type_uint16, 0, UINT16_MAX},
    [PL_NATIVE_I32] = {"int32", &ffi_type_sint32, INT32_MIN, INT32_MAX},
    [PL_NATIVE_U32] = {"uint32", &ffi_type_uint32, 0, UINT32_MAX},
    [PL_NATIVE_I64] = {"int64", &ffi_type_sint64, INT64_MIN, INT64_MAX},
    [PL_NATIVE_U64] = {"uint64", &ffi_type_uint64, 0, UINT64_MAX},
    [PL_NATIVE_INT] = {"int", &ffi_type_sint, INT_MIN, INT_MAX},
    [PL_NATIVE_UINT] = {"uint", &ffi_type_uint, 0, UINT_MAX},
    [PL_NATIVE_LONG] = {"long", &ffi_type_slong, LONG_MIN, LONG_MAX},
    [PL_NATIVE_ULONG] = {"ulong", &ffi_type_ulong, 0, ULONG_MAX},
    [PL_NATIVE_SIZE] = {"size", &ffi_type_ulong, 0, SIZE_MAX},
    [PL_NATIVE_FLOAT] = {"float", &ffi_type_float, 0, 0},
    [PL_NATIVE_DOUBLE] = {"double", &ffi_type_double, 0, 0},
    [PL_NATIVE_TEXT] = {"text", &ffi_type_pointer, 0, 0},
    [PL_NATIVE_BYTES] = {"bytes", &ffi_type_pointer, 0, 0},
    [PL_NATIVE_STRUCT] = {"struct", &ffi_type_pointer, 0, 0},
};

const char *pl_native_kind_name(PlNativeKind kind)
{
    return kinds[kind].name;
}

bool pl_native_kind_by_name(PlStr name, PlNativeKind *out)
{
    for (int i = 0; i < PL_NATIVE_KIND_COUNT; i++) {
        if (!pl_str_eq_z(name, kinds[i].name)) continue;
        *out = (PlNativeKind)i;
        return true;
    }
    return false;
}

bool pl_native_is_number(PlNativeKind kind)
{
    return kind >= PL_NATIVE_BOOL && kind <= PL_NATIVE_DOUBLE;
}

/* ---- the declaration ---- */

typedef union Slot { /* what a pointer or a register holds */
    uint64_t bits;
    float f;
    double d;
    void *ptr;
} Slot;

typedef struct Field {
    PlStr name;
    PlNativeKind kind;
    size_t offset;
} Field;

typedef struct Arg {
    PlStr name;
    PlNativeKind kind;
    bool is_out, base64, has_default;
    PlStr length_of, capacity_of, otherwise; /* otherwise: the default, JSON */
    uint64_t capacity;                       /* of bytes that come out */
    Field fields[FIELDS];
    uint32_t field_count;
    size_t size;                             /* of a struct */
    Slot slot, pointee;                      /* passed; where a pointer to a number leads */
    PlStr bytes;                             /* BYTES: what goes in, or the room of what comes out */
} Arg;

typedef struct Native {
    PlArena *arena;
    PlBuf *out;
    PlStr function, spec, args;
    Arg all[ARGS];
    uint32_t count;
    PlNativeKind returns;
    bool result_base64;
} Native;

static unsigned fail(Native *n, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static unsigned fail(Native *n, unsigned status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlStr words = pl_arena_vprintf(n->arena, format, args);
    va_end(args);
    pl_buf_clear(n->out);
    pl_buf_put_z(n->out, "{\"error\":");
    pl_buf_put_json(n->out, words);
    pl_buf_put_char(n->out, '}');
    return status;
}

static bool is_true(PlStr object, const char *key)
{
    PlStr raw;
    return pl_json_find(object, key, &raw) && pl_str_eq_z(raw, "true");
}

static bool read_fields(Native *n, Arg *a, PlStr list)
{
    PlJsonScan scan;
    size_t most = 1;
    bool good = true;
    pl_json_scan_init(&scan, list);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (good && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        event = pl_json_scan_skip(&scan);
        PlStr item = pl_str(start, (size_t)(scan.end - start));
        Field *f = &a->fields[a->field_count];
        good = a->field_count < FIELDS && pl_native_kind_by_name(pl_json_find_text(n->arena, item, "type"), &f->kind) && pl_native_is_number(f->kind);
        if (!good) break;
        const ffi_type *type = kinds[f->kind].type;
        f->name = pl_json_find_text(n->arena, item, "name");
        f->offset = (a->size + type->alignment - 1) / type->alignment * type->alignment;
        a->size = f->offset + type->size;
        if (type->alignment > most) most = type->alignment;
        a->field_count++;
    }
    pl_json_scan_deinit(&scan);
    a->size = (a->size + most - 1) / most * most;
    return good && a->field_count > 0;
}

static bool read_arg(Native *n, PlStr item)
{
    Arg *a = &n->all[n->count];
    PlStr raw;
    int64_t capacity;
    if (n->count == ARGS || !pl_native_kind_by_name(pl_json_find_text(n->arena, item, "type"), &a->kind) || a->kind == PL_NATIVE_VOID) return false;
    n->count++;
    a->name = pl_json_find_text(n->arena, item, "name");
    a->is_out = is_true(item, "out");
    a->base64 = pl_str_eq_z(pl_json_find_text(n->arena, item, "encoding"), "base64");
    a->length_of = pl_json_find_text(n->arena, item, "length_of");
    a->capacity_of = pl_json_find_text(n->arena, item, "capacity_of");
    a->has_default = pl_json_find(item, "default", &a->otherwise);
    if (pl_json_find(item, "capacity", &raw) && pl_str_to_int(raw, &capacity) && capacity > 0 && capacity <= TEXT_MOST) a->capacity = (uint64_t)capacity;
    if (a->kind == PL_NATIVE_BYTES && a->is_out && !a->capacity) return false;
    return a->kind != PL_NATIVE_STRUCT || (pl_json_find(item, "fields", &raw) && read_fields(n, a, raw));
}

static bool read_spec(Native *n)
{
    PlStr list = PL_STR("[]");
    PlJsonScan scan;
    bool good = pl_native_kind_by_name(pl_json_find_text(n->arena, n->spec, "returns"), &n->returns) && n->returns != PL_NATIVE_BYTES &&
                n->returns != PL_NATIVE_STRUCT;
    pl_json_find(n->spec, "args", &list);
    pl_json_scan_init(&scan, list);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (good && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        event = pl_json_scan_skip(&scan);
        good = read_arg(n, pl_str(start, (size_t)(scan.end - start)));
    }
    pl_json_scan_deinit(&scan);
    return good;
}

static Arg *arg_by_name(Native *n, PlStr name)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (name.len && pl_str_eq(n->all[i].name, name)) return &n->all[i];
    return NULL;
}

/* ---- values in ---- */

static bool number_in(PlStr raw, PlNativeKind kind, Slot *out)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, raw);
    PlJsonEvent event = pl_json_scan_next(&scan);
    double real = event == PL_JSON_INT ? (double)scan.integer : scan.number;
    bool is_number = event == PL_JSON_INT || event == PL_JSON_NUMBER, good = false;
    int64_t whole = scan.integer;
    pl_json_scan_deinit(&scan);
    if (kind == PL_NATIVE_BOOL && (event == PL_JSON_TRUE || event == PL_JSON_FALSE)) {
        out->bits = event == PL_JSON_TRUE;
        good = true;
    } else if (kind == PL_NATIVE_FLOAT || kind == PL_NATIVE_DOUBLE) {
        good = is_number;
        if (kind == PL_NATIVE_FLOAT) out->f = (float)real;
        else out->d = real;
    } else if (event == PL_JSON_INT) {
        good = whole < 0 ? whole >= kinds[kind].low : (uint64_t)whole <= kinds[kind].high;
        out->bits = (uint64_t)whole;
    } else if (event == PL_JSON_NUMBER && kinds[kind].high == UINT64_MAX && real >= 0 && real < 18446744073709551616.0 && real == floor(real)) {
        good = true;
        out->bits = (uint64_t)real;
    }
    return good;
}

static bool text_in(Native *n, PlStr raw, PlStr *out)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, raw);
    bool good = pl_json_scan_next(&scan) == PL_JSON_STRING;
    if (good) *out = pl_arena_str(n->arena, scan.text);
    pl_json_scan_deinit(&scan);
    return good;
}

static bool bytes_in(Native *n, Arg *a, PlStr raw)
{
    PlStr text;
    if (!text_in(n, raw, &text)) return false;
    a->bytes = text;
    if (!a->base64) return true;
    PlBuf bytes;
    pl_buf_init(&bytes, 0);
    bool good = pl_base64_read(&bytes, text) && bytes.status == PL_OK;
    if (good) a->bytes = pl_arena_str(n->arena, pl_buf_str(&bytes));
    pl_buf_deinit(&bytes);
    return good;
}

static void store(char *at, PlNativeKind kind, const Slot *slot)
{
    memcpy(at, slot, kinds[kind].type->size); /* little endian, as every machine we build for */
}

static bool struct_in(Native *n, Arg *a, PlStr raw)
{
    char *memory = pl_arena_zalloc(n->arena, a->size, 16);
    a->slot.ptr = memory;
    for (uint32_t i = 0; i < a->field_count && raw.len; i++) {
        PlStr value;
        Slot slot = {0};
        if (!pl_json_find(raw, a->fields[i].name.ptr, &value)) continue;
        if (!number_in(value, a->fields[i].kind, &slot)) return false;
        store(memory + a->fields[i].offset, a->fields[i].kind, &slot);
    }
    return true;
}

static bool value_in(Native *n, Arg *a, PlStr raw)
{
    PlStr text;
    switch (a->kind) {
    case PL_NATIVE_TEXT:
        if (!text_in(n, raw, &text) || memchr(text.ptr, 0, text.len)) return false;
        a->slot.ptr = (void *)(uintptr_t)text.ptr;
        return true;
    case PL_NATIVE_BYTES:
        if (!bytes_in(n, a, raw)) return false;
        a->slot.ptr = (void *)(uintptr_t)a->bytes.ptr;
        return true;
    case PL_NATIVE_STRUCT: return struct_in(n, a, raw);
    default: return number_in(raw, a->kind, a->is_out ? &a->pointee : &a->slot);
    }
}

/* Room for what comes out; numbers that come out start as what was given, else zero. */
static bool place(Native *n, Arg *a)
{
    PlStr raw = PL_STR("");
    bool given = pl_json_find(n->args, a->name.ptr, &raw) && !pl_str_eq_z(raw, "null");
    if (!given && a->has_default) raw = a->otherwise, given = true;
    if (a->is_out && a->kind == PL_NATIVE_BYTES) {
        a->slot.ptr = pl_arena_zalloc(n->arena, a->capacity, 16);
        a->bytes = pl_str(a->slot.ptr, a->capacity);
        return true;
    }
    if (a->is_out && pl_native_is_number(a->kind)) {
        bool good = !given || value_in(n, a, raw);
        a->slot.ptr = &a->pointee;
        return good;
    }
    if (a->is_out && a->kind == PL_NATIVE_TEXT) { /* char ** */
        a->slot.ptr = &a->pointee;
        return true;
    }
    if (a->is_out && !given) return struct_in(n, a, PL_STR(""));
    return given ? value_in(n, a, raw) : a->length_of.len > 0;
}

static unsigned place_all(Native *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (!place(n, &n->all[i]))
            return fail(n, 400, PL_FMT " must be %s", PL_ARG(n->all[i].name), pl_native_kind_name(n->all[i].kind));
    for (uint32_t i = 0; i < n->count; i++) {
        Arg *a = &n->all[i];
        const Arg *of = arg_by_name(n, a->length_of.len ? a->length_of : a->capacity_of);
        if (!of) continue;
        if (a->capacity_of.len) a->pointee.bits = of->capacity;
        else a->slot.bits = of->bytes.len;
        if (of->bytes.len > kinds[a->kind].high) return fail(n, 400, PL_FMT " is too long", PL_ARG(of->name));
    }
    return 0;
}

/* ---- values out ---- */

static void put_number(PlBuf *out, PlNativeKind kind, const Slot *slot)
{
    switch (kind) {
    case PL_NATIVE_BOOL: pl_buf_put_z(out, (slot->bits & 0xff) ? "true" : "false"); return;
    case PL_NATIVE_FLOAT:
    case PL_NATIVE_DOUBLE: {
        double real = kind == PL_NATIVE_FLOAT ? (double)slot->f : slot->d;
        if (isfinite(real)) pl_buf_put_double(out, real);
        else pl_buf_put_z(out, "null");
        return;
    }
    default: break;
    }
    unsigned bits = (unsigned)kinds[kind].type->size * 8;
    uint64_t raw = bits == 64 ? slot->bits : slot->bits & ((UINT64_C(1) << bits) - 1);
    if (kinds[kind].low == 0) {
        pl_buf_printf(out, "%llu", (unsigned long long)raw);
        return;
    }
    int64_t whole = bits == 64 ? (int64_t)raw : (int64_t)(raw << (64 - bits)) >> (64 - bits);
    pl_buf_printf(out, "%lld", (long long)whole);
}

static void put_text(PlBuf *out, PlStr text)
{
    PlBuf good;
    size_t at = 0;
    pl_buf_init(&good, 0);
    for (int32_t c; (c = pl_utf8_next(text, &at)) >= 0;) pl_utf8_put(&good, c);
    pl_buf_put_json(out, pl_buf_str(&good));
    pl_buf_deinit(&good);
}

static void put_pointer_text(PlBuf *out, const char *text)
{
    if (text) put_text(out, pl_str(text, strnlen(text, TEXT_MOST)));
    else pl_buf_put_z(out, "null");
}

static void put_bytes(Native *n, const Arg *a)
{
    PlStr bytes = a->bytes;
    for (uint32_t i = 0; i < n->count; i++) { /* how much of the room is filled */
        const Arg *length = &n->all[i];
        if (pl_str_eq(length->capacity_of, a->name) && length->pointee.bits < bytes.len) bytes.len = (size_t)length->pointee.bits;
    }
    if (!a->base64) {
        put_text(n->out, bytes);
        return;
    }
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_base64_put(&text, bytes, false);
    pl_buf_put_json(n->out, pl_buf_str(&text));
    pl_buf_deinit(&text);
}

static void put_struct(Native *n, const Arg *a)
{
    for (uint32_t i = 0; i < a->field_count; i++) {
        Slot slot = {0};
        memcpy(&slot, (const char *)a->slot.ptr + a->fields[i].offset, kinds[a->fields[i].kind].type->size);
        pl_buf_put_char(n->out, i ? ',' : '{');
        pl_buf_put_json(n->out, a->fields[i].name);
        pl_buf_put_char(n->out, ':');
        put_number(n->out, a->fields[i].kind, &slot);
    }
    pl_buf_put_char(n->out, '}');
}

static void put_out(Native *n, const Arg *a)
{
    pl_buf_put_char(n->out, ',');
    pl_buf_put_json(n->out, a->name);
    pl_buf_put_char(n->out, ':');
    if (a->kind == PL_NATIVE_BYTES) put_bytes(n, a);
    else if (a->kind == PL_NATIVE_STRUCT) put_struct(n, a);
    else if (a->kind == PL_NATIVE_TEXT) put_pointer_text(n->out, a->pointee.ptr);
    else put_number(n->out, a->kind, &a->pointee);
}

/* {"ok":[0]}, {"fails":"negative" | "null" | "nonzero"}: what the returned value says. */
static bool says_failure(const Native *n, const Slot *result)
{
    PlStr how = pl_json_find_text(n->arena, n->spec, "fails");
    PlBuf text;
    pl_buf_init(&text, 64);
    if (pl_native_is_number(n->returns)) put_number(&text, n->returns, result);
    PlStr number = pl_buf_str(&text);
    bool failed = false;
    if (pl_str_eq_z(how, "nonzero")) failed = !pl_str_eq_z(number, "0");
    else if (pl_str_eq_z(how, "zero")) failed = pl_str_eq_z(number, "0");
    else if (pl_str_eq_z(how, "negative")) failed = number.len && number.ptr[0] == '-';
    else if (pl_str_eq_z(how, "null")) failed = n->returns == PL_NATIVE_TEXT && !result->ptr;
    pl_buf_deinit(&text);
    return failed;
}

static void free_text(Native *n, void *library, char *text, const char *key)
{
    PlStr name = pl_json_find_text(n->arena, n->spec, key);
    void (*free_it)(void *) = NULL;
    void *symbol = name.len && text ? dlsym(RTLD_DEFAULT, name.ptr) : NULL; /* `free` as the library itself finds it */
    if (!symbol && name.len && text) symbol = dlsym(library, name.ptr);
    memcpy(&free_it, &symbol, sizeof free_it);
    if (free_it) free_it(text);
}

static unsigned give(Native *n, void *library, Slot *result)
{
    PlStr ignored;
    bool failed = says_failure(n, result);
    if (failed) {
        pl_buf_printf(n->out, "{\"error\":\"" PL_FMT " failed\",\"result\":", PL_ARG(n->function));
    } else {
        pl_buf_put_z(n->out, "{\"result\":");
    }
    if (n->returns == PL_NATIVE_VOID) pl_buf_put_z(n->out, "null");
    else if (n->returns == PL_NATIVE_TEXT) put_pointer_text(n->out, result->ptr);
    else put_number(n->out, n->returns, result);
    for (uint32_t i = 0; i < n->count; i++)
        if (n->all[i].is_out && (!failed || n->all[i].kind == PL_NATIVE_TEXT)) put_out(n, &n->all[i]);
    pl_buf_put_char(n->out, '}');
    if (n->returns == PL_NATIVE_TEXT && pl_json_find(n->spec, "free", &ignored)) free_text(n, library, result->ptr, "free");
    for (uint32_t i = 0; i < n->count; i++)
        if (n->all[i].is_out && n->all[i].kind == PL_NATIVE_TEXT && pl_json_find(n->spec, "free_out", &ignored))
            free_text(n, library, n->all[i].pointee.ptr, "free_out");
    return failed ? 422 : 200;
}

void *pl_native_open(PlStr library, PlBuf *why, PlArena *arena)
{
    void *handle = dlopen(library.len ? pl_arena_str(arena, library).ptr : NULL, RTLD_NOW | RTLD_LOCAL);
    const char *error = handle ? NULL : dlerror();
    if (!handle) pl_buf_put_z(why, error ? error : "it cannot be loaded");
    return handle;
}

unsigned pl_native_call(PlArena *arena, void *library, PlStr function, PlStr spec, PlStr args, PlBuf *out)
{
    Native *n = PL_NEW(arena, Native);
    *n = (Native){.arena = arena, .out = out, .function = function, .spec = spec, .args = args};
    void (*target)(void) = NULL;
    PlStr symbol_name = pl_json_find_text(arena, spec, "symbol");
    void *symbol = dlsym(library, pl_arena_str(arena, symbol_name.len ? symbol_name : function).ptr);
    memcpy(&target, &symbol, sizeof target);
    if (!target) return fail(n, 404, "the library has no function " PL_FMT, PL_ARG(symbol_name.len ? symbol_name : function));
    if (!read_spec(n)) return fail(n, 400, "the declaration of " PL_FMT " cannot be read", PL_ARG(function));
    unsigned status = place_all(n);
    if (status) return status;
    ffi_cif cif;
    ffi_type *types[ARGS];
    void *values[ARGS];
    for (uint32_t i = 0; i < n->count; i++) {
        types[i] = n->all[i].is_out ? &ffi_type_pointer : kinds[n->all[i].kind].type;
        values[i] = &n->all[i].slot;
    }
    union {
        ffi_arg whole;
        Slot slot;
    } result = {0};
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, n->count, kinds[n->returns].type, types) != FFI_OK)
        return fail(n, 400, "the declaration of " PL_FMT " cannot be called", PL_ARG(function));
    ffi_call(&cif, target, &result, values);
    return give(n, library, &result.slot);
}
