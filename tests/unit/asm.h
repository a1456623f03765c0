/* SPDX-License-Identifier: MIT */
/* Modules assembled by hand, for tests of what runs them: constants, functions, sites, actions and calls, in the order they are asked for. */
#ifndef TESTS_ASM_H
#define TESTS_ASM_H

#include "vm/code/module.h"
#include "vm/code/opcode.h"

#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

typedef struct Asm {
    PlEscape escape;
    PlArena *arena;
    PlModule m;
    PL_VEC(PlFunction) functions;
    PL_VEC(PlLiteral) constants;
    PL_VEC(PlShape) shapes;
    PL_VEC(PlSite) sites;
    PL_VEC(PlAction) actions;
    PL_VEC(PlCallSite) calls;
    PL_VEC(PlScatter) scatters;
    PL_VEC(PlTogether) togethers;
    PL_VEC(PlAskSite) asks;
    PL_VEC(PlWaitSite) waits;
    PL_VEC(PlStr) builtins;
    PL_VEC(PlInput) inputs;
} Asm;

#define I(o, ...) {.op = PL_OP_##o, __VA_ARGS__}
#define J32(n) .b = (uint16_t)(n), .c = (uint16_t)((uint32_t)(int32_t)(n) >> 16)
#define CODE(...) (const PlInsn[]){__VA_ARGS__}, sizeof((const PlInsn[]){__VA_ARGS__}) / sizeof(PlInsn)

UNUSED static Asm *asm_new(void)
{
    Asm *a = calloc(1, sizeof *a);
    a->arena = pl_arena_new(&a->escape, 0);
    pl_types_init(&a->m.types, a->arena);
    return a;
}

UNUSED static void asm_free(Asm *a)
{
    pl_arena_free(a->arena);
    free(a);
}

UNUSED static uint16_t asm_text(Asm *a, const char *text)
{
    pl_vec_push(a->arena, &a->constants, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(text)});
    return (uint16_t)(a->constants.len - 1);
}

UNUSED static uint16_t asm_json(Asm *a, const char *text)
{
    pl_vec_push(a->arena, &a->constants, (PlLiteral){.kind = PL_LIT_JSON, .as.text = pl_str_z(text)});
    return (uint16_t)(a->constants.len - 1);
}

UNUSED static uint16_t asm_int(Asm *a, int64_t n)
{
    pl_vec_push(a->arena, &a->constants, (PlLiteral){.kind = PL_LIT_INT, .as.integer = n});
    return (uint16_t)(a->constants.len - 1);
}

UNUSED static uint16_t asm_lit(Asm *a, PlLiteral lit)
{
    pl_vec_push(a->arena, &a->constants, lit);
    return (uint16_t)(a->constants.len - 1);
}

UNUSED static uint16_t asm_function(Asm *a, const char *name, uint16_t regs, const PlInsn *code, size_t count)
{
    PlFunction f = {.name = pl_str_z(name), .regs = regs, .code_count = (uint32_t)count};
    f.code = PL_NEW_N(a->arena, PlInsn, count);
    memcpy(f.code, code, count * sizeof *code);
    f.positions = PL_NEW_N(a->arena, uint32_t, count);
    pl_vec_push(a->arena, &a->functions, f);
    return (uint16_t)(a->functions.len - 1);
}

UNUSED static uint16_t asm_site(Asm *a, const char *step, uint16_t function, uint32_t begin, uint32_t end, uint32_t parent)
{
    pl_vec_push(a->arena, &a->sites,
                (PlSite){.step = pl_str_z(step), .text = pl_str_z(step), .parent = parent, .function = function, .begin = begin, .end = end});
    return (uint16_t)(a->sites.len - 1);
}

/* The site stands in the sequential loop of another site that counts in `counter`. */
UNUSED static void asm_loop(Asm *a, uint16_t site, uint16_t counter, uint32_t loop_site)
{
    PlSite *s = &a->sites.items[site];
    uint16_t *loops = PL_NEW_N(a->arena, uint16_t, s->loop_count + 1u);
    uint32_t *sites = PL_NEW_N(a->arena, uint32_t, s->loop_count + 1u);
    for (uint16_t i = 0; i < s->loop_count; i++) {
        loops[i] = s->loops[i];
        sites[i] = s->loop_sites[i];
    }
    loops[s->loop_count] = counter;
    sites[s->loop_count++] = loop_site;
    s->loops = loops;
    s->loop_sites = sites;
}

UNUSED static void asm_handler(Asm *a, uint16_t function, uint16_t begin, uint16_t end, uint16_t target, uint16_t error, uint16_t status)
{
    PlFunction *f = &a->functions.items[function];
    PlHandler *all = PL_NEW_N(a->arena, PlHandler, f->handler_count + 1u);
    for (uint32_t i = 0; i < f->handler_count; i++) all[i] = f->handlers[i];
    all[f->handler_count++] = (PlHandler){begin, end, target, error, status};
    f->handlers = all;
}

/* A copy of plain things in the arena. */
#define ASM_NEW(a, T, ...) \
    memcpy(PL_NEW_N((a)->arena, T, sizeof((T[]){__VA_ARGS__}) / sizeof(T)), (T[]){__VA_ARGS__}, sizeof((T[]){__VA_ARGS__}))

/* An action of plugin "shop" at https://shop.test with a JSON answer of any type for 200; parameters: see asm_param. */
UNUSED static uint32_t asm_action(Asm *a, const char *name, PlMethod method, const char *path)
{
    PlAction action = {.plugin = PL_STR("shop"), .name = pl_str_z(name), .method = method, .path = pl_str_z(path)};
    action.server = PL_STR("https://shop.test");
    action.doubt = method == PL_GET || method == PL_HEAD ? PL_DOUBT_SAFE : method == PL_PUT || method == PL_DELETE ? PL_DOUBT_IDEMPOTENT : PL_DOUBT_UNSAFE;
    action.effect = method == PL_GET ? PL_EFFECT_READ : method == PL_DELETE ? PL_EFFECT_DELETE : PL_EFFECT_WRITE;
    action.responses = ASM_NEW(a, PlResponse, {.low = 200, .high = 200, .body = PL_BODY_JSON, .content_type = PL_STR("application/json")},
                               {.low = 204, .high = 204, .type = PL_T_NOTHING});
    action.response_count = 2;
    pl_vec_push(a->arena, &a->actions, action);
    return a->actions.len - 1;
}

UNUSED static PlParam *asm_param(Asm *a, uint32_t action, const char *name, PlPlace place, PlStyle style, bool explode)
{
    PlAction *x = &a->actions.items[action];
    PlParam *all = PL_NEW_N(a->arena, PlParam, x->param_count + 1);
    for (uint32_t i = 0; i < x->param_count; i++) all[i] = x->params[i];
    x->params = all;
    all[x->param_count] = (PlParam){.name = pl_str_z(name), .wire = pl_str_z(name), .place = place, .style = style, .explode = explode};
    if (place == PL_IN_BODY && x->body == PL_BODY_NONE) x->body = PL_BODY_JSON;
    return &all[x->param_count++];
}

/* Arguments go to the action's parameters in order, from registers `first`, `first` + 1... */
UNUSED static uint16_t asm_call(Asm *a, uint32_t action, uint16_t site, uint16_t first, uint32_t count, PlCallSite with)
{
    PlArg *args = PL_NEW_N(a->arena, PlArg, count);
    for (uint32_t i = 0; i < count; i++) args[i] = (PlArg){(uint16_t)i, (uint16_t)(first + i)};
    with.action = action;
    with.site = site;
    with.args = args;
    with.arg_count = count;
    pl_vec_push(a->arena, &a->calls, with);
    return (uint16_t)(a->calls.len - 1);
}

UNUSED static const PlModule *asm_done(Asm *a)
{
    PlModule *m = &a->m;
    m->functions = a->functions.items;
    m->function_count = a->functions.len;
    m->constants = a->constants.items;
    m->constant_count = a->constants.len;
    m->shapes = a->shapes.items;
    m->shape_count = a->shapes.len;
    m->sites = a->sites.items;
    m->site_count = a->sites.len;
    m->actions = a->actions.items;
    m->action_count = a->actions.len;
    m->calls = a->calls.items;
    m->call_count = a->calls.len;
    m->scatters = a->scatters.items;
    m->scatter_count = a->scatters.len;
    m->togethers = a->togethers.items;
    m->together_count = a->togethers.len;
    m->asks = a->asks.items;
    m->ask_count = a->asks.len;
    m->waits = a->waits.items;
    m->wait_count = a->waits.len;
    m->builtins = a->builtins.items;
    m->builtin_count = a->builtins.len;
    m->inputs = a->inputs.items;
    m->input_count = a->inputs.len;
    m->title = PL_STR("test");
    m->zone = PL_STR("UTC");
    if (!m->manifest.max_calls) m->manifest.max_calls = 10000;
    if (!m->manifest.hosts) {
        m->manifest.hosts = ASM_NEW(a, PlHostRule, {PL_STR("https://shop.test:443"), PL_STR("shop")});
        m->manifest.host_count = 1;
    }
    if (!m->manifest.calls_at_most) {
        m->manifest.calls_at_most = PL_NEW_N(a->arena, uint64_t, m->action_count);
        for (uint32_t i = 0; i < m->action_count; i++) m->manifest.calls_at_most[i] = UINT64_MAX;
    }
    m->hash[0] = (uint8_t)(m->function_count + m->action_count);
    return m;
}

/* One call at step "1", its result returned; an error is returned as its message when `handled`. */
static inline Asm *asm_one_call(PlMethod method, PlCallSite with, bool handled)
{
    Asm *a = asm_new();
    uint16_t message = asm_text(a, "message");
    uint32_t action = asm_action(a, "act", method, "/things");
    uint16_t f = asm_function(a, "main", 4, CODE(I(CALL, .a = 0, .b = 0), I(RETURN, .a = 0), I(FIELD, .a = 0, .b = 1, .c = message), I(RETURN, .a = 0)));
    uint16_t site = asm_site(a, "1", f, 0, 1, PL_NO_SITE);
    asm_call(a, action, site, 0, 0, with);
    if (handled) asm_handler(a, f, 0, 1, 2, 1, 0);
    return a;
}

#endif
