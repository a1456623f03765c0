/* SPDX-License-Identifier: MIT */
/* Every rule of spec/bytecode.md on a module as a whole: this file has types, constants and the small tables, the others
 * actions and manifest (verify_action.c), loops (verify_loop.c), instructions (verify_code.c), bodies, branches and steps
 * (verify_spawn.c). What the interpreter needs not ask again after this: every index, register, jump and nesting. */
#include "vm/code/verify.h"

#include "vm/base/json_scan.h"
#include "vm/base/limits.h"

#include <math.h>
#include <stdio.h>

enum { MOST_NAMED = 65536 }; /* what an instruction names has an index of 16 bits */

/* ---- failing -------------------------------------------------------------------------------------------------- */

static void fail(PlVerify *v, const char *format, va_list args)
{
    char why[200];
    vsnprintf(why, sizeof why, format, args);
    if (v->function) {
        const char *op = v->pc < v->function->code_count && v->function->code[v->pc].op < PL_OPCODE_COUNT
                             ? pl_opcode_infos[v->function->code[v->pc].op].name
                             : "?";
        pl_flaw_set(v->flaw, PL_CORRUPT, PL_D_MODULE_CODE, PL_DF_MODULE_CODE, (unsigned)(v->function - v->m->functions),
                    v->pc, op, why);
    } else {
        pl_flaw_set(v->flaw, PL_CORRUPT, PL_D_MODULE_RECORD, PL_DF_MODULE_RECORD, v->what, v->index, why);
    }
}

void pl_verify_fail(PlVerify *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(v, format, args);
    va_end(args);
    pl_arena_escape(v->scratch, PL_CORRUPT);
}

void pl_verify_need(PlVerify *v, bool holds, const char *format, ...)
{
    if (holds) return;
    va_list args;
    va_start(args, format);
    fail(v, format, args);
    va_end(args);
    pl_arena_escape(v->scratch, PL_CORRUPT);
}

void pl_verify_index(PlVerify *v, uint64_t index, uint64_t count, const char *what)
{
    pl_verify_need(v, index < count, "%s %llu, but there are %llu", what, (unsigned long long)index,
                   (unsigned long long)count);
}

void pl_verify_limit(PlVerify *v, uint64_t found, uint64_t limit, const char *unit)
{
    if (found <= limit) return;
    char where[60];
    snprintf(where, sizeof where, "%s %u", v->what, v->index);
    pl_flaw_set(v->flaw, PL_LIMIT, PL_D_MODULE_LIMIT, PL_DF_MODULE_LIMIT, where, (unsigned long long)found, unit,
                (unsigned long long)limit);
    pl_arena_escape(v->scratch, PL_LIMIT);
}

/* ---- literals ------------------------------------------------------------------------------------------------- */

/* Years 1 to 9999, as RFC 3339 writes them; and offsets of less than a day. */
#define FIRST_DAY INT64_C(-719162)
#define LAST_DAY  INT64_C(2932896)
#define DAY_US    INT64_C(86400000000)

bool pl_verify_is_json(PlStr text)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, text);
    PlJsonEvent event = pl_json_scan_next(&scan);
    bool container = event == PL_JSON_ARRAY_BEGIN || event == PL_JSON_OBJECT_BEGIN;
    while (event != PL_JSON_END && event != PL_JSON_ERROR) event = pl_json_scan_next(&scan);
    pl_json_scan_deinit(&scan);
    return container && event == PL_JSON_END;
}

void pl_verify_literal(PlVerify *v, const PlLiteral *value)
{
    int64_t n = value->as.integer;
    switch (value->kind) {
    case PL_LIT_NOTHING:
    case PL_LIT_YESNO:
    case PL_LIT_INT:
    case PL_LIT_TEXT: return;
    case PL_LIT_DOUBLE: pl_verify_need(v, isfinite(value->as.number), "a number that is not finite"); return;
    case PL_LIT_JSON: pl_verify_need(v, pl_verify_is_json(value->as.text), "not JSON of a list or record"); return;
    case PL_LIT_DATE: pl_verify_need(v, n >= FIRST_DAY && n <= LAST_DAY, "a date outside the years 1 to 9999"); return;
    case PL_LIT_DATETIME:
        pl_verify_need(v, n >= FIRST_DAY * DAY_US && n < (LAST_DAY + 1) * DAY_US, "a time outside the years 1 to 9999");
        pl_verify_need(v, value->offset > -1440 && value->offset < 1440, "an offset of a day or more");
        return;
    case PL_LIT_DURATION:
        pl_verify_need(v, n >= -LAST_DAY * DAY_US && n <= LAST_DAY * DAY_US, "a duration of more than 8000 years");
        pl_verify_need(v, value->offset >= -120000 && value->offset <= 120000, "a duration of more than 10000 years");
        return;
    case PL_LIT_KIND_COUNT: break;
    }
    pl_verify_fail(v, "a literal of kind %u", (unsigned)value->kind);
}

void pl_verify_no_control(PlVerify *v, PlStr text, const char *what)
{
    for (size_t i = 0; i < text.len; i++)
        pl_verify_need(v, (uint8_t)text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f, "%s has a control character", what);
}

/* ---- tables --------------------------------------------------------------------------------------------------- */

static void need_new_name(PlVerify *v, PlMap *seen, PlStr name, const char *what)
{
    bool added;
    pl_verify_need(v, name.len > 0, "%s without a name", what);
    pl_verify_no_control(v, name, "its name");
    pl_map_put(seen, name, &added);
    pl_verify_need(v, added, "%s of a name that another has", what);
}

static void verify_fields(PlVerify *v, const PlType *t, uint32_t types)
{
    PlMap seen;
    PlArenaMark mark = pl_arena_mark(v->scratch);
    pl_map_init(&seen, v->scratch);
    for (uint32_t i = 0; i < t->count; i++) {
        bool added;
        pl_verify_index(v, t->fields[i].type, types, "type");
        pl_map_put(&seen, t->fields[i].name, &added);
        pl_verify_need(v, added, "a field named twice");
    }
    if (t->rest != PL_TYPE_NONE) pl_verify_index(v, t->rest, types, "type");
    pl_arena_rewind(v->scratch, mark);
}

static void verify_members(PlVerify *v, const PlType *t, uint32_t types)
{
    pl_verify_need(v, t->count >= 2, "a union of %u", t->count);
    for (uint32_t i = 0; i < t->count; i++) {
        pl_verify_index(v, t->members[i], types, "type");
        pl_verify_need(v, pl_type(&v->m->types, t->members[i])->kind != PL_TYPE_UNION, "a union in a union");
    }
}

static void verify_types(PlVerify *v)
{
    const PlTypes *types = &v->m->types;
    v->what = "type";
    pl_verify_need(v, types->all.len >= PL_T_FIRST_FREE, "the fixed types are missing");
    for (v->index = PL_T_FIRST_FREE; v->index < types->all.len; v->index++) {
        const PlType *t = pl_type(types, v->index);
        pl_verify_need(v, t->kind < PL_TYPE_VAR && !t->open && t->format < PL_FORMAT_COUNT, "a type of no known kind");
        if (t->kind == PL_TYPE_LIST) pl_verify_index(v, t->elem, types->all.len, "type");
        if (t->kind == PL_TYPE_RECORD) verify_fields(v, t, types->all.len);
        if (t->kind == PL_TYPE_UNION) verify_members(v, t, types->all.len);
        if (t->kind != PL_TYPE_ENUM) continue;
        pl_verify_need(v, t->count > 0, "an enum without values");
        for (uint32_t i = 0; i < t->count; i++) {
            PlLiteralKind kind = t->values[i].kind;
            pl_verify_need(v,
                           kind == PL_LIT_TEXT || kind == PL_LIT_INT || kind == PL_LIT_DOUBLE || kind == PL_LIT_YESNO,
                           "an enum's value that is no text, number or yes/no");
            pl_verify_literal(v, &t->values[i]);
        }
    }
}

static void verify_constants(PlVerify *v)
{
    v->what = "constant";
    for (v->index = 0; v->index < v->m->constant_count; v->index++) pl_verify_literal(v, &v->m->constants[v->index]);
}

static void verify_shapes(PlVerify *v)
{
    v->what = "shape";
    for (v->index = 0; v->index < v->m->shape_count; v->index++) {
        const PlShape *s = &v->m->shapes[v->index];
        PlArenaMark mark = pl_arena_mark(v->scratch);
        PlMap seen;
        pl_map_init(&seen, v->scratch);
        for (uint32_t i = 0; i < s->count; i++) {
            bool added;
            pl_verify_index(v, s->names[i], v->m->constant_count, "constant");
            const PlLiteral *name = &v->m->constants[s->names[i]];
            pl_verify_need(v, name->kind == PL_LIT_TEXT, "a field name that is no text");
            pl_map_put(&seen, name->as.text, &added);
            pl_verify_need(v, added, "a field named twice");
        }
        pl_arena_rewind(v->scratch, mark);
    }
}

static void verify_names(PlVerify *v)
{
    PlArenaMark mark = pl_arena_mark(v->scratch);
    PlMap builtins, inputs;
    pl_map_init(&builtins, v->scratch);
    pl_map_init(&inputs, v->scratch);
    v->what = "library function";
    for (v->index = 0; v->index < v->m->builtin_count; v->index++)
        need_new_name(v, &builtins, v->m->builtins[v->index], "a function");
    v->what = "input";
    for (v->index = 0; v->index < v->m->input_count; v->index++) {
        const PlInput *input = &v->m->inputs[v->index];
        need_new_name(v, &inputs, input->name, "an input");
        pl_verify_index(v, input->type, v->m->types.all.len, "type");
        pl_verify_index(v, input->reg, v->m->functions[0].regs, "register");
        pl_verify_literal(v, &input->value);
        pl_verify_need(v, input->has_default || input->value.kind == PL_LIT_NOTHING, "a default that is none");
    }
    pl_arena_rewind(v->scratch, mark);
}

static void verify_functions(PlVerify *v)
{
    v->what = "function";
    pl_verify_need(v, v->m->function_count > 0, "there is no main function");
    for (v->index = 0; v->index < v->m->function_count; v->index++) {
        const PlFunction *f = &v->m->functions[v->index];
        pl_verify_limit(v, f->regs, PL_LIMIT_FUNC_REGS, "registers");
        pl_verify_limit(v, f->code_count, PL_LIMIT_FUNC_CODE, "instructions");
        pl_verify_need(v, f->params <= f->regs, "%u parameters in %u registers", f->params, f->regs);
        pl_verify_need(v, f->code_count > 0, "there is no code");
        pl_verify_no_control(v, f->name, "its name");
        for (uint32_t i = 0; i < f->code_count; i++)
            pl_verify_need(v, f->positions[i] <= v->m->source.len, "instruction %u stands behind the source's end", i);
    }
}

static void verify_counts(PlVerify *v)
{
    const PlModule *m = v->m;
    const struct {
        const char *what;
        uint32_t count;
    } tables[] = {
        {"constants", m->constant_count}, {"shapes", m->shape_count},  {"functions", m->function_count},
        {"steps", m->site_count},         {"calls", m->call_count},    {"scatters", m->scatter_count},
        {"togethers", m->together_count}, {"questions", m->ask_count}, {"waits", m->wait_count},
        {"functions", m->builtin_count},  {"inputs", m->input_count},  {"actions", m->action_count},
    };
    v->what = "module";
    v->index = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        pl_verify_limit(v, tables[i].count, MOST_NAMED, tables[i].what);
    pl_verify_limit(v, m->source.len, PL_LIMIT_SOURCE_BYTES, "bytes of source");
    pl_verify_limit(v, m->exact.len, PL_LIMIT_SOURCE_BYTES * 4, "bytes of exact plan");
    pl_verify_index(v, m->output, m->types.all.len, "type");
}

void pl_verify_module(const PlModule *module, PlArena *scratch, PlFlaw *flaw)
{
    PlVerify v = {.m = module, .scratch = scratch, .flaw = flaw};
    verify_counts(&v);
    verify_types(&v);
    verify_constants(&v);
    verify_shapes(&v);
    verify_functions(&v);
    verify_names(&v);
    pl_verify_actions(&v);
    pl_verify_manifest(&v);
    pl_verify_code(&v);
    v.loops = PL_NEW_N(scratch, PlLoops, module->function_count);
    for (uint32_t i = 0; i < module->function_count; i++) pl_verify_loops(&v, i, &v.loops[i]);
    pl_verify_spawns(&v);
    pl_verify_sites(&v);
    pl_verify_labels(&v);
}

PlStatus pl_module_verify(const PlModule *module, PlDiags *diags)
{
    PlEscape escape;
    PlFlaw flaw = {.code = PL_DIAG_COUNT};
    PlArena *scratch = pl_arena_new(&escape, 0);
    if (scratch && setjmp(escape.at) == 0) {
        pl_verify_module(module, scratch, &flaw);
        pl_arena_free(scratch);
        return PL_OK;
    }
    pl_arena_free(scratch);
    if (flaw.code == PL_DIAG_COUNT)
        pl_flaw_set(&flaw, PL_NOMEM, PL_D_OUT_OF_MEMORY, PL_DF_OUT_OF_MEMORY, "checking bytecode");
    pl_flaw_report(&flaw, diags);
    return flaw.status;
}
