/* SPDX-License-Identifier: MIT */
/* A module as text: what `pilotvm dump` prints. Instructions with what their operands name, every other section as a list. Takes a verified
 * module, or one of the emitter that would verify. The text is for people and goldens; nothing reads it back. */
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/code/label.h"
#include "vm/code/opcode.h"

static void put_text(PlBuf *out, PlStr text)
{
    enum { MOST = 60 };
    pl_buf_put_json(out, pl_str_slice(text, 0, MOST));
    if (text.len > MOST) pl_buf_put_z(out, "...");
}

static void put_type(PlBuf *out, const PlModule *m, PlTypeId type)
{
    pl_type_print(out, &m->types, type, 60);
}

static void put_time(PlBuf *out, const char *what, uint64_t us)
{
    if (us % 1000000 == 0)
        pl_buf_printf(out, ", %s %llu s", what, (unsigned long long)(us / 1000000));
    else
        pl_buf_printf(out, ", %s %llu us", what, (unsigned long long)us);
}

static void put_literal(PlBuf *out, PlLiteral v)
{
    switch (v.kind) {
    case PL_LIT_NOTHING: pl_buf_put_z(out, "nothing"); break;
    case PL_LIT_YESNO: pl_buf_put_z(out, v.as.yes ? "yes" : "no"); break;
    case PL_LIT_INT: pl_buf_put_int(out, v.as.integer); break;
    case PL_LIT_DOUBLE: pl_buf_put_double(out, v.as.number); break;
    case PL_LIT_TEXT: put_text(out, v.as.text); break;
    case PL_LIT_JSON:
        pl_buf_put_z(out, "json ");
        put_text(out, v.as.text);
        break;
    case PL_LIT_DATE: pl_buf_printf(out, "date day %lld", (long long)v.as.integer); break;
    case PL_LIT_DATETIME: pl_buf_printf(out, "datetime %lld us, offset %d", (long long)v.as.integer, v.offset); break;
    case PL_LIT_DURATION: pl_buf_printf(out, "duration %lld us, %d months", (long long)v.as.integer, v.offset); break;
    case PL_LIT_KIND_COUNT: break;
    }
}

static void put_regs(PlBuf *out, const uint16_t *regs, uint32_t count)
{
    pl_buf_put_char(out, '(');
    for (uint32_t i = 0; i < count; i++) pl_buf_printf(out, "%sr%u", i ? " " : "", regs[i]);
    pl_buf_put_char(out, ')');
}

static void put_site(PlBuf *out, const PlModule *m, uint32_t site)
{
    pl_buf_printf(out, "step " PL_FMT, PL_ARG(m->sites[site].step));
}

static void begin(PlBuf *out, const char *section, uint32_t count)
{
    if (count) pl_buf_printf(out, "\n%s (%u)\n", section, count);
}

/* ---- code ----------------------------------------------------------------------------------------------------- */

static void put_operand(PlBuf *out, const PlModule *m, PlOperand kind, uint16_t n, PlInsn i, uint32_t pc)
{
    int64_t target = 0;
    switch (kind) {
    case PL_OPERAND_NO:
    case PL_OPERAND_COUNT:
    case PL_OPERAND_SITE: break;
    case PL_OPERAND_W:
    case PL_OPERAND_R:
    case PL_OPERAND_RW: pl_buf_printf(out, " r%u", n); break;
    case PL_OPERAND_RW3: pl_buf_printf(out, " r%u..r%u", n, n + 2); break;
    case PL_OPERAND_R2: pl_buf_printf(out, " r%u r%u", n, n + 1); break;
    case PL_OPERAND_RN:
        if (i.x == 0)
            pl_buf_put_z(out, " ()");
        else
            pl_buf_printf(out, i.x == 1 ? " (r%u)" : " (r%u..r%u)", n, n + i.x - 1);
        break;
    case PL_OPERAND_K:
        pl_buf_put_char(out, ' ');
        put_literal(out, m->constants[n]);
        break;
    case PL_OPERAND_N:
        pl_buf_put_z(out, " .");
        put_text(out, m->constants[n].as.text);
        break;
    case PL_OPERAND_S: pl_buf_printf(out, " shape %u", n); break;
    case PL_OPERAND_T:
        pl_buf_put_char(out, ' ');
        put_type(out, m, n);
        break;
    case PL_OPERAND_B: pl_buf_printf(out, " " PL_FMT, PL_ARG(m->builtins[n])); break;
    case PL_OPERAND_CALL:
        pl_buf_printf(out, " call %u " PL_FMT "." PL_FMT, n, PL_ARG(m->actions[m->calls[n].action].plugin),
                      PL_ARG(m->actions[m->calls[n].action].name));
        break;
    case PL_OPERAND_ASK: pl_buf_printf(out, " ask %u", n); break;
    case PL_OPERAND_WAIT: pl_buf_printf(out, " wait %u", n); break;
    case PL_OPERAND_SCATTER: pl_buf_printf(out, " scatter %u", n); break;
    case PL_OPERAND_TOGETHER: pl_buf_printf(out, " together %u", n); break;
    case PL_OPERAND_I: pl_buf_printf(out, " %d", (int16_t)n); break;
    case PL_OPERAND_U: break;
    case PL_OPERAND_FLAG:
        if (n) pl_buf_printf(out, " flags %u", n);
        break;
    case PL_OPERAND_J:
    case PL_OPERAND_J32:
        (void)pl_opcode_jump(i, pc, &target);
        pl_buf_printf(out, " -> %lld", (long long)target);
        break;
    }
}

static void put_insn(PlBuf *out, const PlModule *m, PlInsn i, uint32_t pc)
{
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    pl_buf_printf(out, "  %4u  %-8s", pc, info->name);
    put_operand(out, m, info->a, i.a, i, pc);
    if (i.op == PL_OP_LOADB) pl_buf_put_z(out, i.x ? " yes" : " no");
    put_operand(out, m, info->b, i.b, i, pc);
    if (info->b != PL_OPERAND_J32) put_operand(out, m, info->c, i.c, i, pc);
    put_operand(out, m, info->x, i.x, i, pc);
    if (info->b == PL_OPERAND_SITE || info->c == PL_OPERAND_SITE) {
        pl_buf_put_z(out, "  ; ");
        put_site(out, m, info->b == PL_OPERAND_SITE ? i.b : i.c);
    }
    pl_buf_put_char(out, '\n');
}

/* The steps that begin at each instruction, in their order: lists through `next` from `first` of a function, then of an instruction. */
typedef struct Steps {
    uint32_t *of_function, *at, *next; /* [function_count], [PL_LIMIT_FUNC_CODE], [site_count]; site + 1, 0 ends */
} Steps;

static bool steps_init(Steps *steps, const PlModule *m)
{
    steps->of_function = pl_zalloc((m->function_count + 1) * sizeof(uint32_t));
    steps->at = pl_zalloc((PL_LIMIT_FUNC_CODE + 1) * sizeof(uint32_t));
    steps->next = pl_zalloc((m->site_count + 1) * sizeof(uint32_t));
    if (!steps->of_function || !steps->at || !steps->next) return false;
    for (uint32_t s = m->site_count; s-- > 0;) {
        steps->next[s] = steps->of_function[m->sites[s].function];
        steps->of_function[m->sites[s].function] = s + 1;
    }
    return true;
}

static void steps_deinit(Steps *steps)
{
    pl_free(steps->of_function);
    pl_free(steps->at);
    pl_free(steps->next);
}

/* Turn the list of a function into lists of its instructions; the last step first, so that each list comes out in order. */
static void steps_spread(Steps *steps, const PlModule *m, uint32_t function)
{
    memset(steps->at, 0, (PL_LIMIT_FUNC_CODE + 1) * sizeof(uint32_t));
    uint32_t back = 0;
    for (uint32_t s = steps->of_function[function], after; s; s = after) {
        after = steps->next[s - 1];
        steps->next[s - 1] = back;
        back = s;
    }
    for (uint32_t s = back, before; s; s = before) {
        const PlSite *site = &m->sites[s - 1];
        before = steps->next[s - 1];
        if (site->begin == site->end) continue;
        steps->next[s - 1] = steps->at[site->begin];
        steps->at[site->begin] = s;
    }
}

static void put_function(PlBuf *out, const PlModule *m, uint32_t index, Steps *steps)
{
    const PlFunction *f = &m->functions[index];
    pl_buf_printf(out, "\nfunction %u " PL_FMT ": %u registers, %u parameters, returns %u\n", index, PL_ARG(f->name),
                  f->regs, f->params, f->returns);
    steps_spread(steps, m, index);
    for (uint32_t pc = 0; pc < f->code_count; pc++) {
        for (uint32_t s = steps->at[pc]; s; s = steps->next[s - 1]) {
            pl_buf_put_z(out, "        ; ");
            put_site(out, m, s - 1);
            pl_buf_put_char(out, ' ');
            put_text(out, m->sites[s - 1].text);
            pl_buf_put_char(out, '\n');
        }
        put_insn(out, m, f->code[pc], pc);
    }
    for (uint32_t i = 0; i < f->handler_count; i++) {
        const PlHandler *h = &f->handlers[i];
        pl_buf_printf(out, "  handler %u..%u -> %u, error in r%u", h->begin, h->end - 1, h->target, h->error);
        if (h->status) pl_buf_printf(out, ", status %u only", h->status);
        pl_buf_put_char(out, '\n');
    }
}

static void put_functions(PlBuf *out, const PlModule *m)
{
    Steps steps;
    if (steps_init(&steps, m)) {
        for (uint32_t i = 0; i < m->function_count; i++) put_function(out, m, i, &steps);
    } else if (out->status == PL_OK) {
        out->status = PL_NOMEM;
    }
    steps_deinit(&steps);
}

/* ---- descriptors ---------------------------------------------------------------------------------------------- */

static void put_call(PlBuf *out, const PlModule *m, uint32_t index)
{
    static const char *const flags[] = {"ask first", "all pages", "in order", NULL, "doubling"};
    const PlCallSite *s = &m->calls[index];
    const PlAction *a = &m->actions[s->action];
    pl_buf_printf(out, "  %u ", index);
    put_site(out, m, s->site);
    pl_buf_printf(out, ": " PL_FMT "." PL_FMT "(", PL_ARG(a->plugin), PL_ARG(a->name));
    for (uint32_t i = 0; i < s->arg_count; i++)
        pl_buf_printf(out, "%s" PL_FMT "=r%u", i ? ", " : "", PL_ARG(a->params[s->args[i].param].name), s->args[i].reg);
    pl_buf_put_char(out, ')');
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i] && s->flags & 1u << i) pl_buf_printf(out, ", %s", flags[i]);
    if (s->flags & PL_CALL_HAS_KEY) pl_buf_printf(out, ", key r%u", s->key);
    if (s->flags & PL_CALL_KEEPS_TAG) pl_buf_printf(out, ", tag to r%u", s->tag);
    if (s->retries) pl_buf_printf(out, ", %u retries", s->retries);
    if (s->retry_wait_us) put_time(out, "waiting", s->retry_wait_us);
    if (s->timeout_us) put_time(out, "within", s->timeout_us);
    if (s->max_items) pl_buf_printf(out, ", up to %u items", s->max_items);
    if (s->expect != PL_T_ANY) {
        pl_buf_put_z(out, ", as ");
        put_type(out, m, s->expect);
    }
    pl_buf_put_char(out, '\n');
}

static void put_gathers(PlBuf *out, const PlGather *gathers, uint32_t count)
{
    static const char *const kinds[] = {"append to", "add to", "set"};
    for (uint32_t i = 0; i < count; i++) pl_buf_printf(out, ", %s r%u", kinds[gathers[i].kind], gathers[i].reg);
}

static void put_scatter(PlBuf *out, const PlModule *m, uint32_t index)
{
    const PlScatter *s = &m->scatters[index];
    pl_buf_printf(out, "  %u ", index);
    put_site(out, m, s->site);
    pl_buf_printf(out, ": function %u for each of r%u, ", s->function, s->list);
    pl_buf_printf(out, s->cap ? "%u at a time, captures " : "r%u at a time, captures ", s->cap ? s->cap : s->cap_reg);
    put_regs(out, s->captures, s->capture_count);
    put_gathers(out, s->gathers, s->gather_count);
    if (s->tolerate == UINT32_MAX)
        pl_buf_put_z(out, ", tolerates all failures");
    else if (s->tolerate)
        pl_buf_printf(out, ", tolerates %u%s failures", s->tolerate, s->tolerate_percent ? "%" : "");
    pl_buf_printf(out, ", failures in r%u\n", s->failures);
}

static void put_together(PlBuf *out, const PlModule *m, uint32_t index)
{
    const PlTogether *t = &m->togethers[index];
    pl_buf_printf(out, "  %u ", index);
    put_site(out, m, t->site);
    pl_buf_printf(out, ": failures in r%u%s\n", t->failures, t->go_on ? ", goes on" : "");
    for (uint16_t i = 0; i < t->branch_count; i++) {
        const PlBranch *b = &t->branches[i];
        pl_buf_printf(out, "    function %u, captures ", b->function);
        put_regs(out, b->captures, b->capture_count);
        put_gathers(out, b->gathers, b->gather_count);
        pl_buf_put_char(out, '\n');
    }
}

static void put_asks_and_waits(PlBuf *out, const PlModule *m)
{
    begin(out, "asks", m->ask_count);
    for (uint32_t i = 0; i < m->ask_count; i++) {
        const PlAskSite *s = &m->asks[i];
        pl_buf_printf(out, "  %u ", i);
        put_site(out, m, s->site);
        pl_buf_printf(out, ": %s r%u", s->kind == PL_ASK_APPROVE ? "approve" : "ask", s->text);
        if (s->role.len) pl_buf_printf(out, " of " PL_FMT, PL_ARG(s->role));
        pl_buf_put_z(out, " as ");
        put_type(out, m, s->type);
        if (s->within_us) put_time(out, "within", s->within_us);
        pl_buf_put_char(out, '\n');
    }
    static const char *const kinds[] = {"for", "until", "for the event"};
    begin(out, "waits", m->wait_count);
    for (uint32_t i = 0; i < m->wait_count; i++) {
        const PlWaitSite *s = &m->waits[i];
        pl_buf_printf(out, "  %u ", i);
        put_site(out, m, s->site);
        pl_buf_printf(out, ": %s r%u", kinds[s->kind], s->reg);
        if (s->within_us) put_time(out, "up to", s->within_us);
        pl_buf_put_char(out, '\n');
    }
}

/* ---- actions and manifest ------------------------------------------------------------------------------------- */

static void put_params(PlBuf *out, const PlModule *m, const PlAction *a)
{
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        pl_buf_printf(out, "    %s " PL_FMT "%s: ", pl_place_name(p->place), PL_ARG(p->fixed ? p->wire : p->name),
                      p->required || p->fixed ? "" : "?");
        put_type(out, m, p->type);
        if (!p->fixed && !pl_str_eq(p->name, p->wire)) pl_buf_printf(out, ", sent as " PL_FMT, PL_ARG(p->wire));
        if (p->whole_body) pl_buf_put_z(out, ", the whole body");
        if (p->is_key) pl_buf_put_z(out, ", the idempotency key");
        if (p->fixed || p->has_default) {
            pl_buf_put_z(out, p->fixed ? ", always " : ", default ");
            put_literal(out, p->value);
        }
        pl_buf_put_char(out, '\n');
    }
}

static void put_said(PlBuf *out, const char *what, PlStr name)
{
    if (name.len) pl_buf_printf(out, ", %s " PL_FMT, what, PL_ARG(name));
}

static void put_paging(PlBuf *out, const PlPaging *p)
{
    if (p->form == PL_PAGE_NONE) return;
    pl_buf_printf(out, "    pages by %s", pl_paging_form_name(p->form));
    put_said(out, "parameter", p->param);
    put_said(out, "size", p->size);
    put_said(out, "next at", p->next);
    put_said(out, "more at", p->more);
    put_said(out, "items at", p->items);
    put_said(out, "total at", p->total);
    pl_buf_put_char(out, '\n');
}

static void put_hints(PlBuf *out, const PlHints *h)
{
    if (h->rate_limited) pl_buf_put_z(out, "    has a rate limit\n");
    if (h->long_running) pl_buf_put_z(out, "    only begins the work");
    if (h->long_running) put_said(out, "status at header", h->status_header);
    if (h->long_running) pl_buf_put_char(out, '\n');
    if (h->look.len) pl_buf_printf(out, "    " PL_FMT " shows whether it was applied\n", PL_ARG(h->look));
}

static void put_pairs(PlBuf *out, const char *lead, const PlProbePair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        pl_buf_printf(out, "%s" PL_FMT "=" PL_FMT, i ? ", " : lead, PL_ARG(pairs[i].name), PL_ARG(pairs[i].arg));
}

static void put_probe(PlBuf *out, const PlProbe *p)
{
    if (p->action.len == 0) return;
    pl_buf_printf(out, "    asked when in doubt: " PL_FMT "(", PL_ARG(p->action));
    put_pairs(out, "", p->with, p->with_count);
    pl_buf_put_char(out, ')');
    put_pairs(out, " for ", p->match, p->match_count);
    if (p->after_us) put_time(out, "after", p->after_us);
    pl_buf_put_z(out, p->absent_is_sure ? "; what is not there was not applied\n" : "\n");
}

static void put_await(PlBuf *out, const PlModule *m, const PlAwait *a)
{
    if (!a->on) return;
    pl_buf_put_z(out, "    its end is awaited");
    put_said(out, "address at header", a->header);
    put_said(out, "address at", a->place);
    put_said(out, "state at", a->state);
    put_said(out, "result at", a->result);
    if (a->every_us) put_time(out, "every", a->every_us);
    if (a->within_us) put_time(out, "within", a->within_us);
    pl_buf_put_z(out, ", gives ");
    put_type(out, m, a->type);
    pl_buf_put_char(out, '\n');
}

static void put_action(PlBuf *out, const PlModule *m, const PlAction *a)
{
    pl_buf_printf(out, "  " PL_FMT "." PL_FMT ": %s " PL_FMT PL_FMT ", %s, %s", PL_ARG(a->plugin), PL_ARG(a->name),
                  pl_method_name(a->method), PL_ARG(a->server), PL_ARG(a->path), pl_effect_name(a->effect),
                  pl_doubt_name(a->doubt));
    if (a->body != PL_BODY_NONE) pl_buf_printf(out, ", body " PL_FMT, PL_ARG(a->body_type));
    pl_buf_put_char(out, '\n');
    put_params(out, m, a);
    for (uint32_t i = 0; i < a->response_count; i++) {
        const PlResponse *r = &a->responses[i];
        if (r->low)
            pl_buf_printf(out, "    %u-%u: ", r->low, r->high);
        else
            pl_buf_put_z(out, "    otherwise: ");
        put_type(out, m, r->type);
        pl_buf_put_char(out, '\n');
    }
    put_paging(out, &a->paging);
    put_hints(out, &a->hints);
    put_probe(out, &a->probe);
    put_await(out, m, &a->await);
    for (uint32_t i = 0; i < a->auth_count; i++) {
        pl_buf_put_z(out, a->auth[i].count ? "    needs" : "    needs no credential");
        for (uint32_t k = 0; k < a->auth[i].count; k++)
            pl_buf_printf(out, "%s " PL_FMT " (%s)", k ? " and" : "", PL_ARG(a->auth[i].all[k].credential),
                          pl_auth_kind_name(a->auth[i].all[k].kind));
        pl_buf_put_char(out, '\n');
    }
}

static void put_manifest(PlBuf *out, const PlModule *m)
{
    const PlManifest *f = &m->manifest;
    pl_buf_printf(out, "\nmanifest\n  effect: %s\n  calls at most: %llu\n", pl_effect_name(f->effect),
                  (unsigned long long)f->max_calls);
    if (f->max_time_us) pl_buf_printf(out, "  time at most: %llu s\n", (unsigned long long)(f->max_time_us / 1000000));
    if (f->max_tokens) pl_buf_printf(out, "  tokens at most: %llu\n", (unsigned long long)f->max_tokens);
    if (f->max_money) pl_buf_printf(out, "  costs at most: %.6f\n", (double)f->max_money / 1000000);
    if (f->asks_person) pl_buf_put_z(out, "  asks a person\n");
    for (uint32_t i = 0; i < f->host_count; i++)
        pl_buf_printf(out, "  host " PL_FMT " for " PL_FMT "\n", PL_ARG(f->hosts[i].origin),
                      PL_ARG(f->hosts[i].plugin));
    for (uint32_t i = 0; i < f->credential_count; i++)
        pl_buf_printf(out, "  credential " PL_FMT "\n", PL_ARG(f->credentials[i]));
    for (uint32_t i = 0; i < f->door_count; i++)
        pl_buf_printf(out, "  door " PL_FMT ": %s " PL_FMT "\n", PL_ARG(f->doors[i].plugin), pl_door_scheme(f->doors[i].kind), PL_ARG(f->doors[i].config));
    if (f->policy != PL_POLICY_DEFAULT) pl_buf_printf(out, "  policy %s\n", pl_policy_name(f->policy));
    for (uint32_t i = 0; i < f->trust_count; i++) {
        pl_buf_put_z(out, f->trusts[i].from == PL_TRUST_ALL ? "  selector " : "  trusts ");
        pl_label_print_trust(out, m, &f->trusts[i]);
        pl_buf_put_char(out, '\n');
    }
    for (uint32_t i = 0; i < m->action_count; i++) {
        pl_buf_printf(out, "  " PL_FMT "." PL_FMT ": ", PL_ARG(m->actions[i].plugin), PL_ARG(m->actions[i].name));
        if (f->calls_at_most[i] == UINT64_MAX)
            pl_buf_put_z(out, "no bound of its own\n");
        else
            pl_buf_printf(out, "%llu calls\n", (unsigned long long)f->calls_at_most[i]);
    }
}

/* ---- the module ----------------------------------------------------------------------------------------------- */

static void put_head(PlBuf *out, const PlModule *m)
{
    char hash[65];
    pl_hash_hex(m->hash, 32, hash);
    pl_buf_printf(out, "module %s, version %d\n", hash, PL_MODULE_VERSION);
    pl_hash_hex(m->effect_hash, 32, hash);
    pl_buf_printf(out, "effects %s\n", hash);
    const struct {
        const char *name;
        PlStr text;
    } lines[] = {{"title", m->title},
                 {"goal", m->goal},
                 {"source", m->source_name},
                 {"schedule", m->schedule},
                 {"zone", m->zone}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].text.len) {
            pl_buf_printf(out, "%s: ", lines[i].name);
            pl_buf_put_json(out, lines[i].text);
            pl_buf_put_char(out, '\n');
        }
    pl_buf_put_z(out, "output: ");
    put_type(out, m, m->output);
    pl_buf_put_char(out, '\n');
    begin(out, "inputs", m->input_count);
    for (uint32_t i = 0; i < m->input_count; i++) {
        pl_buf_printf(out, "  r%u " PL_FMT ": ", m->inputs[i].reg, PL_ARG(m->inputs[i].name));
        put_type(out, m, m->inputs[i].type);
        if (m->inputs[i].has_default) {
            pl_buf_put_z(out, " = ");
            put_literal(out, m->inputs[i].value);
        }
        pl_buf_put_char(out, '\n');
    }
}

static void put_shapes(PlBuf *out, const PlModule *m)
{
    begin(out, "shapes", m->shape_count);
    for (uint32_t i = 0; i < m->shape_count; i++) {
        pl_buf_printf(out, "  %u {", i);
        for (uint32_t k = 0; k < m->shapes[i].count; k++) {
            if (k) pl_buf_put_z(out, ", ");
            put_text(out, m->constants[m->shapes[i].names[k]].as.text);
        }
        pl_buf_put_z(out, "}\n");
    }
}

void pl_module_dump(PlBuf *out, const PlModule *m)
{
    put_head(out, m);
    put_functions(out, m);
    begin(out, "calls", m->call_count);
    for (uint32_t i = 0; i < m->call_count; i++) put_call(out, m, i);
    begin(out, "scatters", m->scatter_count);
    for (uint32_t i = 0; i < m->scatter_count; i++) put_scatter(out, m, i);
    begin(out, "togethers", m->together_count);
    for (uint32_t i = 0; i < m->together_count; i++) put_together(out, m, i);
    put_asks_and_waits(out, m);
    put_shapes(out, m);
    begin(out, "actions", m->action_count);
    for (uint32_t i = 0; i < m->action_count; i++) put_action(out, m, &m->actions[i]);
    put_manifest(out, m);
}
