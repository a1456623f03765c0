/* SPDX-License-Identifier: MIT */
/* Instructions, registers, jumps and the module's tables. Registers are a stack: a function's names lie at the bottom, temporaries above them
 * live until the mark they were made after is released. */
#include "compiler/emit/emit_internal.h"

#include "stdlib/builtin.h"
#include "vm/base/limits.h"

void pl_emit_too_large(PlEmit *e, const char *what, uint64_t limit)
{
    if (!e->failed) {
        PlSpan span = {e->plan->source, e->fn ? e->fn->position : 0, e->fn ? e->fn->position : 0};
        PlDiag *d = PL_REPORT(e->diags, BYTECODE_LIMIT, span, what, (unsigned long long)limit);
        pl_diag_help(e->diags, d, "split the plan in two");
    }
    e->failed = true;
}

uint32_t pl_emit_op(PlEmit *e, PlOpcode op, uint8_t x, uint32_t a, uint32_t b, uint32_t c)
{
    PlEmitFn *fn = e->fn;
    if (fn->code.len >= PL_LIMIT_FUNC_CODE) {
        pl_emit_too_large(e, "instructions in one function", PL_LIMIT_FUNC_CODE);
        return 0;
    }
    PlInsn insn = {(uint8_t)op, x, (uint16_t)a, (uint16_t)b, (uint16_t)c};
    pl_vec_push(e->arena, &fn->code, insn);
    pl_vec_push(e->arena, &fn->positions, fn->position);
    return fn->code.len - 1;
}

uint32_t pl_emit_here(const PlEmit *e)
{
    return e->fn->code.len;
}

uint32_t pl_emit_jump(PlEmit *e, PlOpcode op, uint32_t a, uint32_t b)
{
    return pl_emit_op(e, op, 0, a, b, 0);
}

/* The compare-and-jump instructions have a 16-bit jump in c, all others a 32-bit one in b and c. */
static bool has_short_jump(uint8_t op)
{
    return op >= PL_OP_JEQ && op <= PL_OP_JGEI;
}

void pl_emit_patch(PlEmit *e, uint32_t insn, uint32_t target)
{
    if (e->failed) return;
    PlInsn *i = &e->fn->code.items[insn];
    int32_t distance = (int32_t)target - (int32_t)insn - 1; /* both are below PL_LIMIT_FUNC_CODE, so it fits 16 bits */
    if (has_short_jump(i->op)) {
        i->c = (uint16_t)distance;
    } else {
        i->b = (uint16_t)((uint32_t)distance & 0xffff);
        i->c = (uint16_t)((uint32_t)distance >> 16);
    }
}

void pl_emit_patch_all(PlEmit *e, const PlEmitJumps *jumps, uint32_t target)
{
    for (uint32_t i = 0; i < jumps->len; i++) pl_emit_patch(e, jumps->items[i], target);
}

uint16_t pl_emit_temp(PlEmit *e, uint32_t count)
{
    PlEmitFn *fn = e->fn;
    uint32_t first = fn->top;
    fn->top += count;
    if (fn->top > fn->max) fn->max = fn->top;
    if (fn->top > PL_LIMIT_FUNC_REGS) {
        pl_emit_too_large(e, "values in one function", PL_LIMIT_FUNC_REGS);
        fn->top = first;
        return 0;
    }
    return (uint16_t)first;
}

void pl_emit_release(PlEmit *e, uint32_t mark)
{
    e->fn->top = mark;
}

void pl_emit_give_reg(PlEmit *e, const PlSymbol *symbol, uint16_t reg)
{
    e->fn->regs[symbol->id] = (uint32_t)reg + 1;
}

uint16_t pl_emit_reg(PlEmit *e, const PlSymbol *symbol)
{
    uint32_t reg = e->fn->regs[symbol->id];
    if (reg == 0) { /* a name that nothing binds on any way here reads as nothing */
        reg = (uint32_t)pl_emit_temp(e, 1) + 1;
        e->fn->regs[symbol->id] = reg;
    }
    return (uint16_t)(reg - 1);
}

/* The bytes under which a literal is found again: kind, then its value. */
static PlStr literal_key(PlEmit *e, const PlLiteral *literal)
{
    switch (literal->kind) {
    case PL_LIT_TEXT:
    case PL_LIT_JSON:
        return pl_arena_printf(e->arena, "%d:" PL_FMT, literal->kind, PL_ARG(literal->as.text));
    case PL_LIT_DOUBLE: {
        uint64_t bits;
        memcpy(&bits, &literal->as.number, sizeof bits);
        return pl_arena_printf(e->arena, "%d:%llx", literal->kind, (unsigned long long)bits);
    }
    case PL_LIT_YESNO:
        return pl_arena_printf(e->arena, "%d:%d", literal->kind, literal->as.yes);
    default:
        return pl_arena_printf(e->arena, "%d:%lld:%d", literal->kind, (long long)literal->as.integer, literal->offset);
    }
}

uint16_t pl_emit_constant(PlEmit *e, const PlLiteral *literal)
{
    bool added;
    PlMapEntry *entry = pl_map_put(&e->constant_ids, literal_key(e, literal), &added);
    if (added) {
        if (e->constants.len >= UINT16_MAX) {
            pl_emit_too_large(e, "constants", UINT16_MAX);
            return 0;
        }
        pl_vec_push(e->arena, &e->constants, *literal);
        entry->value.num = e->constants.len;
    }
    return (uint16_t)(entry->value.num - 1);
}

uint16_t pl_emit_text(PlEmit *e, PlStr text)
{
    PlLiteral literal = {.kind = PL_LIT_TEXT, .as.text = text};
    return pl_emit_constant(e, &literal);
}

uint16_t pl_emit_shape(PlEmit *e, const PlRecordField *fields, uint32_t count)
{
    uint32_t *names = PL_NEW_N(e->arena, uint32_t, count ? count : 1);
    for (uint32_t i = 0; i < count; i++) names[i] = pl_emit_text(e, fields[i].name);
    for (uint32_t i = 0; i < e->shapes.len; i++) {
        const PlShape *s = &e->shapes.items[i];
        if (s->count == count && (count == 0 || memcmp(s->names, names, count * sizeof *names) == 0)) return (uint16_t)i;
    }
    if (e->shapes.len >= UINT16_MAX) pl_emit_too_large(e, "record literals", UINT16_MAX);
    pl_vec_push(e->arena, &e->shapes, (PlShape){names, count});
    return (uint16_t)(e->shapes.len - 1);
}

void pl_emit_builtin(PlEmit *e, const char *name, uint16_t dst, uint16_t args, uint8_t count)
{
    PlStr key = pl_str_z(name);
    if (!pl_builtin_find(key)) {
        /* a fault of this build: whoever compiles says so */
        e->failed = true;
        return;
    }
    bool added;
    PlMapEntry *entry = pl_map_put(&e->builtin_ids, key, &added);
    if (added) {
        pl_vec_push(e->arena, &e->builtins, key);
        entry->value.num = e->builtins.len;
    }
    pl_emit_op(e, PL_OP_BUILTIN, count, dst, args, (uint32_t)(entry->value.num - 1));
}

PlTypeId pl_emit_type(PlEmit *e, PlTypeId of_checker)
{
    PlTypeId id = pl_type_copy(&e->types, of_checker);
    if (id > UINT16_MAX) pl_emit_too_large(e, "types", UINT16_MAX);
    return id;
}
