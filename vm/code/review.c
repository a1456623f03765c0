/* SPDX-License-Identifier: MIT */
/* The review as text and as JSON, from the same walk over the module. A person approves what the text says, so nobody's words (of a plan, a document, a
 * module that somebody made by hand) may begin a line of their own or tell the terminal anything: free texts are put by pl_utf8_put_line, the names
 * that the verifier has looked at have no line end, and of the whole only what may be shown gets out. */
#include "vm/code/review.h"

#include "vm/base/utf8.h"
#include "vm/code/hash.h"
#include "vm/code/label.h"

static PlStr server_of(const PlAction *action, const PlReviewOptions *options)
{
    for (uint32_t i = 0; options && i < options->server_count; i++) {
        if (pl_str_eq(options->servers[2 * i], action->plugin)) return options->servers[2 * i + 1];
    }
    return action->server;
}

void pl_review_at_most(PlBuf *out, const PlModule *module, uint32_t action)
{
    uint64_t n = module->manifest.calls_at_most[action];
    if (n == UINT64_MAX) pl_buf_put_z(out, "once for each item");
    else if (n == 0) pl_buf_put_z(out, "only to settle a doubt");
    else if (n == 1) pl_buf_put_z(out, "once");
    else pl_buf_printf(out, "%llu times at most", (unsigned long long)n);
}

static void print_duration(PlBuf *out, uint64_t us)
{
    uint64_t seconds = us / 1000000;
    if (seconds % 3600 == 0 && seconds) pl_buf_printf(out, "%llu h", (unsigned long long)(seconds / 3600));
    else if (seconds % 60 == 0 && seconds) pl_buf_printf(out, "%llu min", (unsigned long long)(seconds / 60));
    else pl_buf_printf(out, "%llu s", (unsigned long long)seconds);
}

static void print_pairs(PlBuf *out, const char *lead, const PlProbePair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool said = pl_str_starts(pairs[i].arg, PL_STR("="));
        pl_buf_put_z(out, i ? " and " : lead);
        pl_utf8_put_line(out, pairs[i].name);
        pl_buf_put_z(out, said ? " is " : " as the call's ");
        pl_utf8_put_line(out, said ? pl_str_slice(pairs[i].arg, 1, pairs[i].arg.len) : pairs[i].arg);
    }
}

static void print_doubt(PlBuf *out, const PlAction *a)
{
    const PlProbe *p = &a->probe;
    pl_buf_put_z(out, "          if nobody knows whether it happened: ");
    if (a->doubt != PL_DOUBT_RECONCILABLE) {
        pl_buf_printf(out, "%s\n", a->doubt == PL_DOUBT_UNSAFE ? "a person decides, it is not sent again" : "it is sent again, which is safe here");
        return;
    }
    pl_buf_printf(out, PL_FMT " is asked", PL_ARG(p->action));
    print_pairs(out, " with ", p->with, p->with_count);
    print_pairs(out, ", for what has ", p->match, p->match_count);
    pl_buf_printf(out, ";\n          what is found was done, else %s\n", p->absent_is_sure ? "it was not, and is sent again" : "a person decides");
}

static void print_actions(PlBuf *out, const PlModule *m, const PlReviewOptions *options)
{
    if (m->action_count == 0) {
        pl_buf_put_z(out, "\nIt calls nothing.\n");
        return;
    }
    pl_buf_put_z(out, "\nIt calls\n");
    for (uint32_t i = 0; i < m->action_count; i++) {
        const PlAction *a = &m->actions[i];
        PlStr server = server_of(a, options);
        pl_buf_printf(out, "  %-6s  " PL_FMT "." PL_FMT ", ", pl_effect_name(a->effect), PL_ARG(a->plugin), PL_ARG(a->name));
        pl_review_at_most(out, m, i);
        pl_buf_printf(out, "\n          %s " PL_FMT PL_FMT "\n", pl_method_name(a->method), PL_ARG(server), PL_ARG(a->path));
        if (a->effect >= PL_EFFECT_WRITE) print_doubt(out, a);
        if (a->await.on) pl_buf_put_z(out, "          its answer may only begin the work: the end is awaited\n");
        if (a->deprecated) pl_buf_put_z(out, "          its document calls it deprecated\n");
    }
}

static bool is_behind(const PlHostRule *host, const PlDoor *door)
{
    PlDoorKind kind;
    return pl_str_eq(host->plugin, door->plugin) && !pl_door_origin(host->origin, &kind);
}

/* What opens each door, and the hosts behind it: a tool's config is not in its address. */
static void print_doors(PlBuf *out, const PlModule *m)
{
    enum { SHOWN = 400 };
    const PlManifest *manifest = &m->manifest;
    if (manifest->door_count) pl_buf_put_z(out, "\nIt opens\n");
    for (uint32_t i = 0; i < manifest->door_count; i++) {
        const PlDoor *door = &manifest->doors[i];
        PlStr config = pl_str_slice(door->config, 0, door->config.len > SHOWN ? SHOWN : door->config.len);
        bool any = false;
        pl_buf_printf(out, "  " PL_FMT ", %s: ", PL_ARG(door->plugin), pl_door_words(door->kind));
        pl_utf8_put_line(out, config);
        pl_buf_put_z(out, config.len < door->config.len ? " ...\n" : "\n");
        for (uint32_t h = 0; h < manifest->host_count; h++) {
            if (!is_behind(&manifest->hosts[h], door)) continue;
            pl_buf_printf(out, "%s" PL_FMT, any ? ", " : "          it reaches ", PL_ARG(manifest->hosts[h].origin));
            any = true;
        }
        if (any) pl_buf_put_char(out, '\n');
    }
}

static void print_set(PlBuf *out, const PlModule *m, const PlFlow *flow, const PlFlowSet *set)
{
    bool first = true;
    for (uint32_t s = 0; s < flow->source_count; s++) {
        if (!pl_flow_has(set, s)) continue;
        if (!first) pl_buf_put_z(out, ", ");
        first = false;
        pl_flow_source_print(out, m, &flow->sources[s]);
    }
}

static void print_flows(PlBuf *out, const PlModule *m, const PlFlow *flow)
{
    bool any = false;
    for (uint32_t c = 0; c < m->call_count; c++) {
        const PlCallSite *call = &m->calls[c];
        const PlAction *action = &m->actions[call->action];
        for (uint32_t a = 0; a < call->arg_count && flow->args[c]; a++) {
            if (!pl_flow_any(flow, &flow->args[c][a])) continue;
            if (!any) pl_buf_put_z(out, "\nWhat goes where\n");
            any = true;
            pl_buf_printf(out, "  step " PL_FMT "  " PL_FMT "." PL_FMT "  " PL_FMT " <- ", PL_ARG(m->sites[call->site].step),
                          PL_ARG(action->plugin), PL_ARG(action->name), PL_ARG(action->params[call->args[a].param].name));
            print_set(out, m, flow, &flow->args[c][a]);
            pl_buf_put_char(out, '\n');
        }
    }
}

static void print_decisions(PlBuf *out, const PlModule *m, const PlFlow *flow)
{
    if (flow->decision_count) pl_buf_put_z(out, "\nWhat came from outside decides\n");
    for (uint32_t d = 0; d < flow->decision_count; d++) {
        pl_buf_printf(out, "  step " PL_FMT "  by ", PL_ARG(m->sites[flow->decisions[d].site].step));
        print_set(out, m, flow, &flow->decisions[d].from);
        pl_buf_put_char(out, '\n');
    }
}

/* One source, as words of the arena. */
static PlStr source_words(PlArena *arena, const PlModule *m, const PlFlowSource *source)
{
    PlBuf words;
    pl_buf_init(&words, 4096);
    pl_flow_source_print(&words, m, source);
    PlStr copy = pl_arena_str(arena, pl_buf_str(&words));
    pl_buf_deinit(&words);
    return copy;
}

static void print_labels(PlBuf *out, PlArena *arena, const PlModule *m, const PlFlow *flow)
{
    PlLabels labels;
    pl_labels_of(arena, m, flow, &labels);
    if (labels.all.len) pl_buf_put_z(out, "\nWho or what is chosen from outside\n");
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        const PlAction *action = &m->actions[m->calls[f->call].action];
        PlStr what = f->param == PL_TRUST_ALL ? PL_STR("whether it is made") : action->params[f->param].name;
        pl_buf_printf(out, "  step " PL_FMT "  " PL_FMT "." PL_FMT "  " PL_FMT " <- " PL_FMT ": %s\n", PL_ARG(m->sites[m->calls[f->call].site].step),
                      PL_ARG(action->plugin), PL_ARG(action->name), PL_ARG(what), PL_ARG(source_words(arena, m, &flow->sources[f->source])),
                      f->is_trusted ? "the project trusts it" : "a person is asked");
    }
    if (m->manifest.policy != PL_POLICY_DEFAULT) pl_buf_printf(out, "\nPolicy: %s\n", pl_policy_name(m->manifest.policy));
}

static void print_people(PlBuf *out, const PlModule *m)
{
    if (!m->manifest.asks_person) return;
    pl_buf_put_z(out, "\nA person is asked\n");
    for (uint32_t i = 0; i < m->ask_count; i++) {
        const PlAskSite *ask = &m->asks[i];
        pl_buf_printf(out, "  step " PL_FMT "  %s", PL_ARG(m->sites[ask->site].step), ask->kind == PL_ASK_APPROVE ? "an approval" : "a question");
        if (ask->role.len) pl_buf_put_z(out, ", for ");
        pl_utf8_put_line(out, ask->role);
        pl_buf_put_char(out, '\n');
    }
    for (uint32_t i = 0; i < m->call_count; i++) {
        if (!(m->calls[i].flags & PL_CALL_ASK_FIRST)) continue;
        const PlAction *a = &m->actions[m->calls[i].action];
        pl_buf_printf(out, "  step " PL_FMT "  before each " PL_FMT "." PL_FMT "\n", PL_ARG(m->sites[m->calls[i].site].step),
                      PL_ARG(a->plugin), PL_ARG(a->name));
    }
}

static void print_limits(PlBuf *out, const PlModule *m)
{
    const PlManifest *manifest = &m->manifest;
    pl_buf_printf(out, "\nLimits: %llu calls", (unsigned long long)manifest->max_calls);
    if (manifest->max_time_us) {
        pl_buf_put_z(out, ", ");
        print_duration(out, manifest->max_time_us);
    }
    if (manifest->max_tokens) pl_buf_printf(out, ", %llu tokens", (unsigned long long)manifest->max_tokens);
    if (manifest->max_money) pl_buf_printf(out, ", costs of %.6g", (double)manifest->max_money / 1000000);
    pl_buf_put_char(out, '\n');
    if (manifest->credential_count) pl_buf_put_z(out, "Credentials, by name:");
    for (uint32_t i = 0; i < manifest->credential_count; i++) {
        pl_buf_printf(out, "%s " PL_FMT, i ? "," : "", PL_ARG(manifest->credentials[i]));
    }
    if (manifest->credential_count) pl_buf_put_char(out, '\n');
    char hex[65];
    pl_hash_hex(m->effect_hash, 32, hex);
    pl_buf_printf(out, "Approval hash: %s\n", hex);
}

static void print_lines(PlBuf *out, PlArena *arena, const PlModule *module, const PlReviewOptions *options)
{
    PlFlow flow;
    pl_flow_of(arena, module, &flow);
    pl_utf8_put_line(out, module->title.len ? module->title : module->source_name);
    pl_buf_put_char(out, '\n');
    pl_utf8_put_line(out, module->goal);
    if (module->goal.len) pl_buf_put_char(out, '\n');
    print_actions(out, module, options);
    print_doors(out, module);
    print_flows(out, module, &flow);
    print_decisions(out, module, &flow);
    print_labels(out, arena, module, &flow);
    print_people(out, module);
    print_limits(out, module);
}

void pl_review_print(PlBuf *out, PlArena *arena, const PlModule *module, const PlReviewOptions *options)
{
    PlBuf lines;
    pl_buf_init(&lines, 0);
    print_lines(&lines, arena, module, options);
    pl_utf8_put_lines(out, pl_buf_str(&lines));
    if (lines.status != PL_OK) out->status = lines.status;
    pl_buf_deinit(&lines);
}

/* ---- JSON ---- */

static void json_text(PlBuf *out, const char *key, PlStr value, bool comma)
{
    pl_buf_printf(out, "%s\"%s\":", comma ? "," : "", key);
    pl_buf_put_json(out, value);
}

static void json_set(PlBuf *out, const PlModule *m, const PlFlow *flow, const PlFlowSet *set, PlArena *arena)
{
    bool first = true;
    pl_buf_put_char(out, '[');
    for (uint32_t s = 0; s < flow->source_count; s++) {
        if (!pl_flow_has(set, s)) continue;
        if (!first) pl_buf_put_char(out, ',');
        first = false;
        pl_buf_put_json(out, source_words(arena, m, &flow->sources[s]));
    }
    pl_buf_put_char(out, ']');
}

static void json_action(PlBuf *out, const PlModule *m, uint32_t i, const PlReviewOptions *options)
{
    const PlAction *a = &m->actions[i];
    pl_buf_put_char(out, '{');
    json_text(out, "plugin", a->plugin, false);
    json_text(out, "action", a->name, true);
    json_text(out, "effect", pl_str_z(pl_effect_name(a->effect)), true);
    json_text(out, "in_doubt", pl_str_z(pl_doubt_name(a->doubt)), true);
    json_text(out, "method", pl_str_z(pl_method_name(a->method)), true);
    json_text(out, "server", server_of(a, options), true);
    json_text(out, "path", a->path, true);
    if (a->probe.action.len) json_text(out, "asks", a->probe.action, true);
    if (a->await.on) pl_buf_put_z(out, ",\"awaited\":true");
    uint64_t n = m->manifest.calls_at_most[i];
    if (n == UINT64_MAX) pl_buf_put_z(out, ",\"calls_at_most\":null}");
    else pl_buf_printf(out, ",\"calls_at_most\":%llu}", (unsigned long long)n);
}

static void json_flows(PlBuf *out, PlArena *arena, const PlModule *m, const PlFlow *flow)
{
    bool first = true;
    for (uint32_t c = 0; c < m->call_count; c++) {
        const PlCallSite *call = &m->calls[c];
        for (uint32_t a = 0; a < call->arg_count && flow->args[c]; a++) {
            if (!first) pl_buf_put_char(out, ',');
            first = false;
            pl_buf_put_char(out, '{');
            json_text(out, "step", m->sites[call->site].step, false);
            json_text(out, "argument", m->actions[call->action].params[call->args[a].param].name, true);
            pl_buf_put_z(out, ",\"from\":");
            json_set(out, m, flow, &flow->args[c][a], arena);
            pl_buf_put_char(out, '}');
        }
    }
}

static void json_labels(PlBuf *out, PlArena *arena, const PlModule *m, const PlFlow *flow)
{
    PlLabels labels;
    pl_labels_of(arena, m, flow, &labels);
    pl_buf_printf(out, "],\"policy\":\"%s\",\"selectors\":[", pl_policy_name(m->manifest.policy));
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        const PlAction *action = &m->actions[m->calls[f->call].action];
        pl_buf_put_z(out, i ? ",{" : "{");
        json_text(out, "step", m->sites[m->calls[f->call].site].step, false);
        json_text(out, "plugin", action->plugin, true);
        json_text(out, "action", action->name, true);
        if (f->param == PL_TRUST_ALL) json_text(out, "condition", m->sites[f->site].step, true);
        else json_text(out, "argument", action->params[f->param].name, true);
        json_text(out, "from", source_words(arena, m, &flow->sources[f->source]), true);
        json_text(out, "decided", f->is_trusted ? PL_STR("trusted") : PL_STR("asked"), true);
        pl_buf_put_char(out, '}');
    }
}

static void json_doors(PlBuf *out, const PlManifest *manifest)
{
    for (uint32_t i = 0; i < manifest->door_count; i++) {
        const PlDoor *door = &manifest->doors[i];
        bool any = false;
        pl_buf_put_z(out, i ? ",{" : "{");
        json_text(out, "plugin", door->plugin, false);
        json_text(out, "kind", pl_str_z(pl_door_scheme(door->kind)), true);
        pl_buf_printf(out, ",\"config\":" PL_FMT ",\"hosts\":[", PL_ARG(door->config));
        for (uint32_t h = 0; h < manifest->host_count; h++) {
            if (!is_behind(&manifest->hosts[h], door)) continue;
            if (any) pl_buf_put_char(out, ',');
            pl_buf_put_json(out, manifest->hosts[h].origin);
            any = true;
        }
        pl_buf_put_z(out, "]}");
    }
}

void pl_review_json(PlBuf *out, PlArena *arena, const PlModule *module, const PlReviewOptions *options)
{
    PlFlow flow;
    char hex[65];
    pl_flow_of(arena, module, &flow);
    pl_buf_put_char(out, '{');
    json_text(out, "workflow", module->title, false);
    json_text(out, "effect", pl_str_z(pl_effect_name(module->manifest.effect)), true);
    pl_buf_put_z(out, ",\"actions\":[");
    for (uint32_t i = 0; i < module->action_count; i++) {
        if (i) pl_buf_put_char(out, ',');
        json_action(out, module, i, options);
    }
    pl_buf_put_z(out, "],\"data\":[");
    json_flows(out, arena, module, &flow);
    pl_buf_put_z(out, "],\"decisions\":[");
    for (uint32_t d = 0; d < flow.decision_count; d++) {
        pl_buf_put_z(out, d ? ",{" : "{");
        json_text(out, "step", module->sites[flow.decisions[d].site].step, false);
        pl_buf_put_z(out, ",\"from\":");
        json_set(out, module, &flow, &flow.decisions[d].from, arena);
        pl_buf_put_char(out, '}');
    }
    json_labels(out, arena, module, &flow);
    pl_buf_put_z(out, "],\"doors\":[");
    json_doors(out, &module->manifest);
    pl_buf_put_z(out, "],\"credentials\":[");
    for (uint32_t i = 0; i < module->manifest.credential_count; i++) {
        if (i) pl_buf_put_char(out, ',');
        pl_buf_put_json(out, module->manifest.credentials[i]);
    }
    pl_buf_printf(out, "],\"asks_person\":%s,\"max_calls\":%llu,\"max_time_us\":%llu", module->manifest.asks_person ? "true" : "false",
                  (unsigned long long)module->manifest.max_calls, (unsigned long long)module->manifest.max_time_us);
    if (module->manifest.max_tokens) pl_buf_printf(out, ",\"max_tokens\":%llu", (unsigned long long)module->manifest.max_tokens);
    if (module->manifest.max_money) pl_buf_printf(out, ",\"max_money\":%.6f", (double)module->manifest.max_money / 1000000);
    pl_hash_hex(module->effect_hash, 32, hex);
    json_text(out, "approval_hash", pl_str_z(hex), true);
    pl_hash_hex(module->hash, 32, hex);
    json_text(out, "module_hash", pl_str_z(hex), true);
    pl_buf_put_char(out, '}');
}
