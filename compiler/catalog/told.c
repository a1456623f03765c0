/* SPDX-License-Identifier: MIT */
/* Maps of a few keys; a key that is not known is an error, as everywhere in pilot.yaml. */
#include "compiler/catalog/told.h"

#include "vm/value/time.h"

typedef struct Teller {
    PlArena *arena;
    PlDiags *diags;
    bool good;
} Teller;

static void bad(Teller *t, PlStr key, const PlNode *node, const char *wanted)
{
    PL_REPORT(t->diags, PROJECT_BAD_VALUE, pl_node_span(node), PL_ARG(key), wanted);
    t->good = false;
}

static void unknown(Teller *t, const PlPair *pair, const char *keys)
{
    PlStr key = pl_pair_key(pair);
    PlDiag *d = PL_REPORT(t->diags, PROJECT_UNKNOWN_KEY, pl_pair_span(pair), PL_ARG(key));
    pl_diag_help(t->diags, d, "the keys here are %s", keys);
    t->good = false;
}

static PlStr text(Teller *t, PlStr key, const PlNode *node)
{
    bool plain = node->kind != PL_NODE_LIST && node->kind != PL_NODE_MAP && node->kind != PL_NODE_NULL;
    if (plain) return pl_arena_str(t->arena, pl_str_trim(pl_node_raw(node, t->diags->sources)));
    bad(t, key, node, "a text");
    return PL_STR("");
}

static uint64_t duration(Teller *t, PlStr key, const PlNode *node)
{
    int64_t us;
    int32_t months;
    if (pl_time_read_duration(text(t, key, node), &us, &months) && us > 0 && months == 0) return (uint64_t)us;
    if (t->good) bad(t, key, node, "a duration such as `5 seconds`");
    return 0;
}

static PlStr pointer(Teller *t, PlStr key, const PlNode *node)
{
    PlStr place = text(t, key, node);
    if (t->good && !pl_str_starts(place, PL_STR("/"))) bad(t, key, node, "a JSON pointer such as `/links/status`");
    return place;
}

static PlProbePair *pairs(Teller *t, PlStr key, const PlNode *node, uint32_t *count)
{
    *count = 0;
    if (node->kind != PL_NODE_MAP) {
        bad(t, key, node, "a map of names to arguments");
        return NULL;
    }
    PlProbePair *out = PL_NEW_N(t->arena, PlProbePair, pl_node_count(node) + 1);
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        out[(*count)++] = (PlProbePair){pl_arena_str(t->arena, pl_pair_key(pair)), text(t, pl_pair_key(pair), &pair->value)};
    }
    return out;
}

static void probe_key(Teller *t, const PlPair *pair, PlToldProbe *out)
{
    PlStr key = pl_pair_key(pair);
    const PlNode *value = &pair->value;
    PlProbe *p = &out->probe;
    if (pl_str_eq_z(key, "operation")) p->action = text(t, key, value);
    else if (pl_str_eq_z(key, "with")) p->with = pairs(t, key, value, &p->with_count);
    else if (pl_str_eq_z(key, "match")) p->match = pairs(t, key, value, &p->match_count);
    else if (pl_str_eq_z(key, "after")) p->after_us = duration(t, key, value);
    else if (pl_str_eq_z(key, "absent")) {
        PlStr word = text(t, key, value);
        p->absent_is_sure = pl_str_eq_z(word, "not applied");
        if (!p->absent_is_sure && !pl_str_eq_z(word, "unknown")) bad(t, key, value, "`unknown` or `not applied`");
    } else {
        unknown(t, pair, "`operation`, `with`, `match`, `after`, `absent`");
    }
}

bool pl_told_probe(PlArena *arena, PlDiags *diags, const PlNode *node, PlToldProbe *out)
{
    Teller t = {arena, diags, true};
    *out = (PlToldProbe){.operation = PL_STR(""), .span = pl_node_span(node)};
    out->probe.action = PL_STR("");
    if (node->kind == PL_NODE_TEXT) out->probe.action = text(&t, PL_STR("probe"), node);
    else if (node->kind != PL_NODE_MAP) bad(&t, PL_STR("probe"), node, "the name of an operation, or a map");
    for (uint32_t i = 0; node->kind == PL_NODE_MAP && i < pl_node_count(node); i++) probe_key(&t, pl_node_at(node, i), out);
    if (t.good && !out->probe.action.len) bad(&t, PL_STR("operation"), node, "the name of an operation that reads");
    return t.good;
}

static void wait_key(Teller *t, const PlPair *pair, PlToldWait *out)
{
    PlStr key = pl_pair_key(pair);
    const PlNode *value = &pair->value;
    PlAwait *a = &out->await;
    if (pl_str_eq_z(key, "header")) {
        char *lower = (char *)(uintptr_t)(a->header = text(t, key, value)).ptr;
        for (size_t i = 0; i < a->header.len; i++)
            if (lower[i] >= 'A' && lower[i] <= 'Z') lower[i] = (char)(lower[i] + 32);
    } else if (pl_str_eq_z(key, "place")) a->place = pointer(t, key, value);
    else if (pl_str_eq_z(key, "state")) a->state = pointer(t, key, value);
    else if (pl_str_eq_z(key, "result")) a->result = pointer(t, key, value);
    else if (pl_str_eq_z(key, "gives")) out->gives = text(t, key, value);
    else if (pl_str_eq_z(key, "every")) a->every_us = duration(t, key, value);
    else if (pl_str_eq_z(key, "within")) a->within_us = duration(t, key, value);
    else unknown(t, pair, "`header`, `place`, `state`, `result`, `gives`, `every`, `within`");
}

bool pl_told_wait(PlArena *arena, PlDiags *diags, const PlNode *node, PlToldWait *out)
{
    Teller t = {arena, diags, true};
    *out = (PlToldWait){.operation = PL_STR(""), .gives = PL_STR(""), .span = pl_node_span(node)};
    out->await = (PlAwait){.on = true, .header = PL_STR(""), .place = PL_STR(""), .state = PL_STR(""), .result = PL_STR("")};
    if (node->kind == PL_NODE_YESNO) out->never = !node->as.yes;
    else if (node->kind != PL_NODE_MAP) bad(&t, PL_STR("wait"), node, "yes, no, or a map");
    for (uint32_t i = 0; node->kind == PL_NODE_MAP && i < pl_node_count(node); i++) wait_key(&t, pl_node_at(node, i), out);
    return t.good;
}
