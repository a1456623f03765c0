/* SPDX-License-Identifier: MIT */
/* Allow and Never lines: each rule is an action (plugin.action, also with `*`), a plugin, a host or an effect. A rule that means nothing is an
 * error, because it would protect from nothing. spec/checking.md, "Rules". */
#include "compiler/bind/bind.h"

static PlStr rule_text(const PlRule *rule)
{
    return pl_str_trim(rule->text);
}

static bool is_effect(PlStr text, PlEffect *out)
{
    static const struct Word {
        const char *word;
        PlEffect effect;
    } words[] = {{"read", PL_EFFECT_READ},      {"reads", PL_EFFECT_READ},     {"reading", PL_EFFECT_READ},
                 {"write", PL_EFFECT_WRITE},    {"writes", PL_EFFECT_WRITE},   {"writing", PL_EFFECT_WRITE},
                 {"delete", PL_EFFECT_DELETE},  {"deletes", PL_EFFECT_DELETE}, {"deletions", PL_EFFECT_DELETE},
                 {"deleting", PL_EFFECT_DELETE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(text, pl_str_z(words[i].word))) {
            *out = words[i].effect;
            return true;
        }
    return false;
}

/* "api.example.com" of "https://api.example.com:8443/v1". */
static PlStr host_of(PlStr server)
{
    size_t at = pl_str_find(server, PL_STR("://"), 0);
    size_t start = at == PL_STR_NONE ? 0 : at + 3, end = start;
    while (end < server.len && server.ptr[end] != '/' && server.ptr[end] != ':' && server.ptr[end] != '?') end++;
    return pl_str_slice(server, start, end);
}

static bool same_host(PlStr rule, PlStr host)
{
    if (pl_str_starts(rule, PL_STR("*."))) {
        PlStr tail = pl_str_slice(rule, 1, rule.len);
        return host.len > tail.len && pl_str_eq_nocase(pl_str_slice(host, host.len - tail.len, host.len), tail);
    }
    return host.len && pl_str_eq_nocase(host_of(rule), host);
}

/* Splits "plugin.action"; the action may be "*" or end in "*". */
static PlPlugin *plugin_of(const PlChecker *c, PlStr text, PlStr *action)
{
    size_t dot = pl_str_find_char(text, '.', 0);
    *action = PL_STR("");
    if (dot == PL_STR_NONE) return pl_catalog_plugin_by_name(c->catalog, text);
    *action = pl_str_slice(text, dot + 1, text.len);
    return pl_catalog_plugin_by_name(c->catalog, pl_str_slice(text, 0, dot));
}

static bool same_action(const PlChecker *c, PlPlugin *plugin, PlStr pattern, PlStr name)
{
    if (!pattern.len || pl_str_eq_z(pattern, "*")) return true;
    if (pattern.ptr[pattern.len - 1] == '*') return pl_str_starts(name, pl_str_slice(pattern, 0, pattern.len - 1));
    bool ambiguous;
    const PlOperation *op = pl_catalog_find(c->catalog, plugin, pattern, &ambiguous);
    return op && pl_str_eq(op->name, name);
}

static bool covers(const PlChecker *c, const PlRule *rule, const PlAction *a)
{
    PlStr text = rule_text(rule), action;
    PlEffect effect;
    if (is_effect(text, &effect)) return a->effect == effect;
    PlPlugin *plugin = plugin_of(c, text, &action);
    if (plugin && pl_str_eq(plugin->name, a->plugin) && same_action(c, plugin, action, a->name)) return true;
    return same_host(text, host_of(a->server));
}

/* ---- rules mean something --------------------------------------------------------------------------------------------------- */

static bool means_something(const PlChecker *c, const PlRule *rule)
{
    PlStr text = rule_text(rule), action;
    PlEffect effect;
    if (is_effect(text, &effect)) return true;
    PlPlugin *plugin = plugin_of(c, text, &action);
    for (uint32_t i = 0; plugin && i < plugin->operation_count; i++)
        if (same_action(c, plugin, action, plugin->operations[i]->name)) return true;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(c->catalog); i++)
        if (same_host(text, host_of(pl_catalog_plugin(c->catalog, i)->server))) return true;
    return false;
}

static void report_unknown(PlChecker *c, const PlRule *rule)
{
    PlStr text = rule_text(rule), action;
    PlDiag *d = PL_REPORT(c->diags, RULE_UNKNOWN, rule->span, PL_ARG(text));
    PlPlugin *plugin = plugin_of(c, text, &action);
    PlNear near;
    if (plugin && pl_catalog_nearest(c->catalog, plugin, action, PL_STR(""), &near, 1)) {
        pl_diag_help(c->diags, d, "did you mean `%.*s.%.*s`?", PL_ARG(plugin->name), PL_ARG(near.operation->name));
        return;
    }
    PL_VEC(PlStr) words = {0};
    for (uint32_t i = 0; i < pl_catalog_plugin_count(c->catalog); i++)
        pl_vec_push(c->arena, &words, pl_catalog_plugin(c->catalog, i)->name);
    pl_vec_push(c->arena, &words, PL_STR("read"));
    pl_vec_push(c->arena, &words, PL_STR("write"));
    pl_vec_push(c->arena, &words, PL_STR("delete"));
    PlStr word = pl_words_near(text, words.items, words.len);
    if (word.len)
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(word));
    else
        pl_diag_help(c->diags, d, "rules here can be: " PL_FMT, PL_ARG(pl_words_list(c, words.items, words.len, 10)));
}

void pl_rules_check(PlChecker *c)
{
    for (uint32_t i = 0; i < c->plan->allow.len; i++)
        if (!means_something(c, &c->plan->allow.items[i])) report_unknown(c, &c->plan->allow.items[i]);
    for (uint32_t i = 0; i < c->plan->never.len; i++)
        if (!means_something(c, &c->plan->never.items[i])) report_unknown(c, &c->plan->never.items[i]);
}

/* ---- calls against rules ---------------------------------------------------------------------------------------------------- */

void pl_rules_step(PlChecker *c, const PlStep *step)
{
    const PlAction *a = step->bound;
    PlStr name = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(a->plugin), PL_ARG(a->name));
    for (uint32_t i = 0; i < c->plan->never.len; i++) {
        const PlRule *rule = &c->plan->never.items[i];
        if (!covers(c, rule, a)) continue;
        PlDiag *d = PL_REPORT(c->diags, RULE_NEVER, step->action_span, PL_ARG(name), PL_ARG(rule_text(rule)));
        pl_diag_related(c->diags, d, rule->span, "the rule");
        pl_diag_label(c->diags, d, "%s %.*s", pl_effect_name(a->effect), PL_ARG(host_of(a->server)));
        return;
    }
    if (c->plan->allow.len == 0) return;
    for (uint32_t i = 0; i < c->plan->allow.len; i++)
        if (covers(c, &c->plan->allow.items[i], a)) return;
    PlDiag *d = PL_REPORT(c->diags, RULE_NOT_ALLOWED, step->action_span, PL_ARG(name));
    pl_diag_related(c->diags, d, c->plan->allow.items[0].span, "what is allowed");
    pl_diag_help(c->diags, d, "add `Allow: %.*s`", PL_ARG(name));
}
