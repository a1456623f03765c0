/* SPDX-License-Identifier: MIT */
/* The rule of spec/labels.md. It errs on the side of asking: what is not known to be trusted is not, and an argument whose name says "whom" is taken at its
 * word. */
#include "vm/code/label.h"

#include "vm/code/flow_part.h"
#include "vm/code/verify.h"

typedef struct Selector {
    const char *word;
    bool is_address;
} Selector;

static const Selector selectors[] = {
#define PL_SELECTOR(word, is_address) {word, is_address},
#include "vm/code/selectors.def"
#undef PL_SELECTOR
};

const char *pl_policy_name(PlPolicy policy)
{
    static const char *const names[PL_POLICY_COUNT] = {"default", "strict", "open"};
    return names[policy];
}

/* The last word of a name: "message_id" and "messageId" give "id", "URL" gives "url". At most `size` bytes, in small letters. */
static PlStr last_word(PlStr name, char *word, size_t size)
{
    size_t from = name.len;
    while (from > 0) {
        char c = name.ptr[from - 1];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
        if (!is_word) break;
        from--;
        bool capital = c >= 'A' && c <= 'Z', inside = from > 0 && name.ptr[from - 1] >= 'A' && name.ptr[from - 1] <= 'Z';
        if (capital && !inside) break;
    }
    size_t len = name.len - from < size ? name.len - from : size;
    for (size_t i = 0; i < len; i++) {
        char c = name.ptr[from + i];
        word[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return pl_str(word, len);
}

static const Selector *selector_of(PlStr name)
{
    char word[32];
    PlStr last = last_word(name, word, sizeof word);
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++)
        if (pl_str_eq_z(last, selectors[i].word)) return &selectors[i];
    return NULL;
}

/* Can free text be in it, through lists and unions. */
static bool takes_text(const PlTypes *types, PlTypeId id, int depth, PlTextFormat *format)
{
    const PlType *t = pl_type(types, id);
    enum { DEPTH = 16 };
    if (depth > DEPTH || t->kind == PL_TYPE_ANY || t->kind == PL_TYPE_RECORD || t->open) return true;
    if (t->kind == PL_TYPE_LIST) return takes_text(types, t->elem, depth + 1, format);
    if (t->kind == PL_TYPE_TEXT) *format = t->format;
    bool takes = t->kind == PL_TYPE_TEXT || t->kind == PL_TYPE_FILE;
    for (uint32_t i = 0; t->kind == PL_TYPE_UNION && i < t->count; i++) takes |= takes_text(types, t->members[i], depth + 1, format);
    return takes;
}

static bool is_named_selector(const PlModule *m, uint32_t action, uint32_t param)
{
    for (uint32_t i = 0; i < m->manifest.trust_count; i++) {
        const PlTrust *t = &m->manifest.trusts[i];
        if (t->from == PL_TRUST_ALL && t->to == action && (t->param == PL_TRUST_ALL || t->param == param)) return true;
    }
    return false;
}

bool pl_label_selects(const PlModule *m, uint32_t action_index, uint32_t param_index)
{
    const PlAction *action = &m->actions[action_index];
    const PlParam *param = &action->params[param_index];
    PlTextFormat format = PL_FORMAT_NONE;
    bool writes = action->effect >= PL_EFFECT_WRITE, takes = takes_text(&m->types, param->type, 0, &format);
    if (writes && m->manifest.policy == PL_POLICY_STRICT) return true;
    if (is_named_selector(m, action_index, param_index)) return true;
    if (!takes) return false;
    const Selector *selector = selector_of(param->name);
    bool is_address = format == PL_FORMAT_URL || format == PL_FORMAT_HOSTNAME || format == PL_FORMAT_IP;
    if (!writes) return is_address || (selector && selector->is_address && param->place != PL_IN_PATH);
    return param->place == PL_IN_PATH || is_address || format == PL_FORMAT_EMAIL || selector != NULL;
}

/* ---- trust ---- */

static bool is_minted_name(PlStr name)
{
    static const char *const words[] = {"id", "uuid", "guid", "sha", "etag", "cursor"};
    char word[32];
    PlStr last = last_word(name, word, sizeof word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(last, words[i])) return true;
    return false;
}

bool pl_label_is_trusted(const PlModule *module, const PlFlowSource *source)
{
    if (source->kind == PL_FROM_EVENT) return false;
    if (source->kind != PL_FROM_ACTION) return true;
    if (source->made || source->model || module->manifest.policy == PL_POLICY_STRICT) return false;
    if (pl_type(&module->types, source->type)->kind == PL_TYPE_ANY) return is_minted_name(source->field); /* the document says nothing: its name does */
    if (!pl_flow_is_scalar(&module->types, source->type)) return false;
    PlTextFormat format = PL_FORMAT_NONE;
    return !takes_text(&module->types, source->type, 0, &format) || format == PL_FORMAT_UUID || is_minted_name(source->field);
}

static bool project_trusts(const PlModule *m, const PlFlowSource *source, uint32_t action, uint32_t param)
{
    for (uint32_t i = 0; i < m->manifest.trust_count && source->kind == PL_FROM_ACTION; i++) {
        const PlTrust *t = &m->manifest.trusts[i];
        bool from = t->from == source->index && (t->field.len == 0 || pl_str_eq(t->field, source->field));
        bool to = t->to == PL_TRUST_ALL || (t->to == action && (t->param == PL_TRUST_ALL || t->param == param));
        if (from && to) return true;
    }
    return false;
}

bool pl_label_judge(const PlModule *m, const PlFlow *flow, const PlFlowSet *set, PlLabelFinding *f)
{
    bool found = false;
    uint32_t action = m->calls[f->call].action;
    f->is_trusted = true;
    for (uint32_t s = 0; s < flow->source_count; s++) {
        if (!pl_flow_has(set, s) || pl_label_is_trusted(m, &flow->sources[s])) continue;
        bool trusted = project_trusts(m, &flow->sources[s], action, f->param);
        if (found && (trusted || !f->is_trusted)) continue;
        f->source = s;
        f->is_trusted = trusted;
        found = true;
    }
    return found;
}

/* ---- findings ---- */

static void look_at_arguments(PlArena *arena, const PlModule *m, const PlFlow *flow, uint32_t call, PlLabels *out)
{
    const PlCallSite *site = &m->calls[call];
    for (uint32_t a = 0; a < site->arg_count; a++) {
        PlLabelFinding f = {.call = call, .param = site->args[a].param, .site = site->site};
        if (!pl_label_selects(m, site->action, f.param) || !pl_label_judge(m, flow, &flow->args[call][a], &f)) continue;
        pl_vec_push(arena, &out->all, f);
    }
}

/* Strict: the conditions of the steps around it. */
static void look_at_conditions(PlArena *arena, const PlModule *m, const PlFlow *flow, uint32_t call, PlLabels *out)
{
    if (m->manifest.policy != PL_POLICY_STRICT || m->actions[m->calls[call].action].effect < PL_EFFECT_WRITE) return;
    for (uint32_t site = m->calls[call].site; site != PL_NO_SITE; site = m->sites[site].parent) {
        for (uint32_t d = 0; d < flow->decision_count; d++) {
            PlLabelFinding f = {.call = call, .param = PL_TRUST_ALL, .site = site};
            if (flow->decisions[d].site == site && pl_label_judge(m, flow, &flow->decisions[d].from, &f)) pl_vec_push(arena, &out->all, f);
        }
    }
}

void pl_labels_of(PlArena *arena, const PlModule *module, const PlFlow *flow, PlLabels *out)
{
    *out = (PlLabels){0};
    if (module->manifest.policy == PL_POLICY_OPEN) return;
    for (uint32_t c = 0; c < module->call_count; c++) {
        look_at_arguments(arena, module, flow, c, out);
        look_at_conditions(arena, module, flow, c, out);
    }
}

bool pl_labels_matter(const PlModule *m)
{
    bool any = false;
    for (uint32_t c = 0; c < m->call_count && !any; c++) {
        const PlCallSite *site = &m->calls[c];
        const PlAction *action = &m->actions[site->action];
        for (uint32_t a = 0; a < site->arg_count && !any; a++)
            any = pl_label_selects(m, site->action, site->args[a].param);
        any |= m->manifest.policy == PL_POLICY_STRICT && action->effect >= PL_EFFECT_WRITE;
    }
    return any && m->manifest.policy != PL_POLICY_OPEN;
}

void pl_verify_labels(PlVerify *v)
{
    const PlModule *m = v->m;
    PlFlow flow;
    PlLabels labels;
    v->what = "call site";
    if (!pl_labels_matter(m)) return;
    pl_flow_of(v->scratch, m, &flow);
    pl_labels_of(v->scratch, m, &flow, &labels);
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        v->index = f->call;
        pl_verify_need(v, f->is_trusted || (m->calls[f->call].flags & PL_CALL_ASK_FIRST) != 0,
                       "what it acts on follows text from outside, and nobody is asked first");
    }
}

/* ---- words ---- */

static void print_argument(PlBuf *out, const PlModule *module, const PlTrust *trust)
{
    const PlAction *to = &module->actions[trust->to];
    pl_buf_printf(out, PL_FMT "." PL_FMT ".", PL_ARG(to->plugin), PL_ARG(to->name));
    pl_buf_put(out, trust->param == PL_TRUST_ALL ? PL_STR("*") : to->params[trust->param].name);
}

void pl_label_print_trust(PlBuf *out, const PlModule *module, const PlTrust *trust)
{
    if (trust->from == PL_TRUST_ALL) {
        print_argument(out, module, trust);
        return;
    }
    const PlAction *from = &module->actions[trust->from];
    pl_buf_printf(out, PL_FMT "." PL_FMT ".", PL_ARG(from->plugin), PL_ARG(from->name));
    pl_buf_put(out, trust->field.len ? trust->field : PL_STR("*"));
    if (trust->to == PL_TRUST_ALL) return;
    pl_buf_put_z(out, " -> ");
    print_argument(out, module, trust);
}

void pl_label_print_call(PlBuf *out, PlArena *scratch, const PlModule *module, uint32_t call)
{
    PlFlow flow;
    PlLabels labels;
    const char *lead = " ";
    pl_flow_of(scratch, module, &flow);
    pl_labels_of(scratch, module, &flow, &labels);
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        if (f->call != call || f->is_trusted) continue;
        const PlAction *action = &module->actions[module->calls[call].action];
        if (f->param == PL_TRUST_ALL) pl_buf_printf(out, "%sthe condition of step " PL_FMT " follows ", lead, PL_ARG(module->sites[f->site].step));
        else pl_buf_printf(out, "%s`" PL_FMT "` follows ", lead, PL_ARG(action->params[f->param].name));
        pl_flow_source_print(out, module, &flow.sources[f->source]);
        lead = ", ";
    }
}
