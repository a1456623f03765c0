/* SPDX-License-Identifier: MIT */
/* Random plans for the simulator: loops in loops, several at a time, branches, waits, questions, and calls of every class. Each call that changes something
 * has a tag that no other instance has, so the server can count. The same seed gives the same plan. */
#ifndef TESTS_SIM_PLAN_H
#define TESTS_SIM_PLAN_H

#include "vm/base/buf.h"

#include <stdio.h>

typedef struct Rng {
    uint64_t state;
} Rng;

static uint64_t rng_next(Rng *r) /* splitmix64 */
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t rng_below(Rng *r, uint32_t n)
{
    return (uint32_t)(rng_next(r) % n);
}

static bool rng_chance(Rng *r, uint32_t percent)
{
    return rng_below(r, 100) < percent;
}

enum { PLAN_DEPTH = 3 };

typedef struct PlanMaker {
    Rng *rng;
    PlBuf *out;
    char number[64];         /* of the block around: "2.1." */
    char tags[PLAN_DEPTH + 1][16]; /* loop variables in scope, as text that tells instances apart */
    uint32_t depth, loops, names, calls;
    bool in_parallel;
} PlanMaker;

static void plan_block(PlanMaker *m, uint32_t steps);

static void plan_tag(PlanMaker *m, char *tag, size_t size)
{
    size_t at = (size_t)snprintf(tag, size, "t%u", m->calls++);
    for (uint32_t i = 0; i < m->loops; i++) at += (size_t)snprintf(tag + at, size - at, "-{%s}", m->tags[i]);
}

static void plan_call(PlanMaker *m, const char *number, bool gathers)
{
    static const char *const writes[] = {"create_order(item=\"%s\")", "create_payment(item=\"%s\")", "create_order(item=\"%s\")", "create_parcel(item=\"%s\")",
                                         "start_job(item=\"%s\")"};
    char tag[128], action[200];
    uint32_t name = m->names++;
    plan_tag(m, tag, sizeof tag);
    if (rng_chance(m->rng, 55)) snprintf(action, sizeof action, writes[rng_below(m->rng, 5)], tag);
    else if (rng_chance(m->rng, 50)) snprintf(action, sizeof action, "get_item(id=\"%s\")", tag);
    else snprintf(action, sizeof action, "put_stock(id=\"%s\", count=%u)", tag, m->calls);
    bool has_id = strncmp(action, "put", 3) != 0;
    bool in_order = m->in_parallel && rng_chance(m->rng, 15);
    pl_buf_printf(m->out, "%s Call using shop.%s -> n%u, retry 9 times%s\n", number, action, name, in_order ? ", in order" : "");
    if (has_id && gathers) pl_buf_printf(m->out, "%s Add n%u.id to l%u\n", number, name, rng_below(m->rng, 4));
}

static void plan_inside(PlanMaker *m, const char *number, uint32_t steps)
{
    char around[64];
    snprintf(around, sizeof around, "%s", m->number);
    snprintf(m->number, sizeof m->number, "%s", number);
    m->depth++;
    plan_block(m, steps);
    m->depth--;
    snprintf(m->number, sizeof m->number, "%s", around);
}

static void plan_loop(PlanMaker *m, const char *number)
{
    uint32_t name = m->names++;
    bool counts = rng_chance(m->rng, 30), parallel = !counts && rng_chance(m->rng, 55), was = m->in_parallel;
    if (counts) {
        pl_buf_printf(m->out, "%s Set c%u to 0\n%s Repeat %u times:\n", number, name, number, 1 + rng_below(m->rng, 3));
        snprintf(m->tags[m->loops++], sizeof *m->tags, "c%u", name);
        pl_buf_printf(m->out, "%s1. Increase c%u by 1\n", number, name);
    } else {
        pl_buf_printf(m->out, "%s For each v%u in found.items", number, name);
        if (parallel) pl_buf_printf(m->out, ", up to %u at a time", 1 + rng_below(m->rng, 4));
        pl_buf_put_z(m->out, ":\n");
        snprintf(m->tags[m->loops++], sizeof *m->tags, "v%u.id", name);
    }
    m->in_parallel |= parallel;
    plan_inside(m, number, 1 + rng_below(m->rng, 3));
    m->in_parallel = was;
    m->loops--;
}

static void plan_step(PlanMaker *m, const char *number)
{
    uint32_t what = rng_below(m->rng, 100), name = m->names;
    bool may_nest = m->depth < PLAN_DEPTH - 1;
    if (what < 45 || (!may_nest && what < 75)) {
        plan_call(m, number, true);
    } else if (what < 65) {
        plan_loop(m, number);
    } else if (what < 71) {
        m->names++;
        pl_buf_printf(m->out, "%s At the same time:\n", number);
        char inner[80];
        for (int b = 1; b <= 2; b++) {
            snprintf(inner, sizeof inner, "%s%d.", number, b);
            plan_call(m, inner, false);
        }
    } else if (what < 75) {
        pl_buf_printf(m->out, "%s If count(found.items) > %u:\n", number, rng_below(m->rng, 6));
        plan_inside(m, number, 1 + rng_below(m->rng, 2));
    } else if (what < 81) {
        pl_buf_printf(m->out, "%s Wait %u seconds\n", number, 1 + rng_below(m->rng, 50));
    } else if (what < 87) {
        pl_buf_printf(m->out, "%s Note \"n {count(found.items)}\"\n", number);
    } else if (what < 93 && !m->in_parallel) {
        m->names++;
        pl_buf_printf(m->out, "%s Ask \"Which %u?\" as text -> a%u\n", number, name, name);
    } else {
        m->names++;
        pl_buf_printf(m->out, "%s Set d%u to now\n", number, name);
    }
}

/* Steps are numbered anew by the reader: only their nesting counts here. */
static void plan_block(PlanMaker *m, uint32_t steps)
{
    char number[64];
    for (uint32_t i = 1; i <= steps; i++) {
        if (snprintf(number, sizeof number, "%s%u.", m->number, i + 1) >= (int)sizeof number) return;
        plan_step(m, number);
    }
}

__attribute__((unused)) static void plan_make(PlBuf *out, uint64_t seed)
{
    Rng rng = {seed};
    PlanMaker m = {.rng = &rng, .out = out};
    pl_buf_put_z(out, "Use: shop\nOutput: {a: l0, b: l1, c: l2, d: l3}\n\n1. List using shop.list_items() -> found, retry 9 times\n");
    for (int i = 0; i < 4; i++) pl_buf_printf(out, "1. Set l%d to []\n", i);
    plan_block(&m, 2 + rng_below(&rng, 5));
}

#endif
