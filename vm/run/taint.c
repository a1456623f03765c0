/* SPDX-License-Identifier: MIT */
/* A table of labels, each there once, so that a register's label is a number. What an instruction gives is worked out before it is executed and
 * written when it has succeeded: an instruction that fails leaves its register as it was. */
#include "vm/run/taint.h"

#include "vm/code/flow_part.h"
#include "vm/code/label.h"
#include "vm/code/opcode.h"

static const uint32_t NONE = UINT32_MAX; /* more than an enumerator may be */
enum { DEEPEST = 4, MOST_FIELDS = 64, MOST_LABELS = 1 << 16 };

/* What was worked out once is looked up from then on: a loop costs no memory. */
typedef enum What { JOINED, PICKED, MADE, PLAIN, LISTED, INDEXED, SOURCE, WITH_FIELD } What;

typedef struct Field {
    PlStr name;
    PlTaint label;
} Field;

typedef struct Label {
    uint64_t *set;
    Field *fields;      /* of a record that the plan built: those that are known */
    uint32_t field_count;
    PlTaint items;      /* of a list that the plan built; NONE: its items have the list's label */
    uint32_t depth;
} Label;

struct PlTaints {
    PlFlow flow;
    PlFlowParts parts;
    PL_VEC(Label) all;
    PlMap index;       /* of labels by their bytes */
    PlTaint top;       /* made from anything */
    PlMap known;       /* What and up to three numbers: the label */
};

/* ---- the table ---- */

static size_t set_size(const PlTaints *t)
{
    return t->flow.word_count * sizeof(uint64_t);
}

static uint64_t *set_new(PlRun *run)
{
    return pl_arena_zalloc(run->keep, set_size(run->taints) + 1, 8);
}

static void add(uint64_t *set, uint32_t source)
{
    set[source / 64] |= (uint64_t)1 << (source % 64);
}

static bool has(const uint64_t *set, uint32_t source)
{
    return (set[source / 64] >> (source % 64)) & 1;
}

static const Label *label_of(const PlTaints *t, PlTaint id)
{
    return &t->all.items[id];
}

static void join_set(const PlTaints *t, uint64_t *into, const uint64_t *from)
{
    for (uint32_t w = 0; w < t->flow.word_count; w++) into[w] |= from[w];
}

/* As parts of something new: of a whole answer only that it was made from it. */
static void join_made(const PlTaints *t, uint64_t *into, const uint64_t *from)
{
    for (uint32_t s = 0; s < t->flow.source_count; s++)
        if (has(from, s)) add(into, t->parts.made[s]);
}

/* The label with this content. The content is copied. */
static PlTaint intern(PlRun *run, const Label *label)
{
    PlTaints *t = run->taints;
    size_t size = set_size(t) + (1 + 2 * (size_t)label->field_count) * sizeof(uint64_t);
    uint64_t *key = pl_arena_zalloc(run->keep, size, 8);
    memcpy(key, label->set, set_size(t));
    key[t->flow.word_count] = label->items;
    for (uint32_t i = 0; i < label->field_count; i++) {
        key[t->flow.word_count + 1 + 2 * i] = (uint64_t)(uintptr_t)label->fields[i].name.ptr;
        key[t->flow.word_count + 2 + 2 * i] = label->fields[i].label;
    }
    bool added;
    PlMapEntry *entry = pl_map_put(&t->index, pl_str((const char *)key, size), &added);
    if (!added) return (PlTaint)entry->value.num;
    if (t->all.len >= MOST_LABELS) return (PlTaint)(entry->value.num = t->top);
    entry->value.num = t->all.len;
    Label copy = *label;
    copy.set = key;
    copy.fields = PL_NEW_N(run->keep, Field, label->field_count + 1);
    for (uint32_t i = 0; i < label->field_count; i++) copy.fields[i] = label->fields[i];
    pl_vec_push(run->keep, &t->all, copy);
    return t->all.len - 1;
}

static PlTaint flat(PlRun *run, const uint64_t *set)
{
    return intern(run, &(Label){.set = (uint64_t *)(uintptr_t)set, .items = NONE});
}

static bool recall(const PlRun *run, What what, uint32_t a, uint32_t b, uint32_t c, PlTaint *out)
{
    const uint32_t key[] = {what, a, b, c};
    const PlMapEntry *entry = pl_map_find(&run->taints->known, pl_str((const char *)key, sizeof key));
    if (entry) *out = (PlTaint)entry->value.num;
    return entry != NULL;
}

static PlTaint keep(PlRun *run, What what, uint32_t a, uint32_t b, uint32_t c, PlTaint result)
{
    const uint32_t key[] = {what, a, b, c};
    pl_map_put(&run->taints->known, pl_arena_str(run->keep, pl_str((const char *)key, sizeof key)), NULL)->value.num = result;
    return result;
}

static PlTaint of_source(PlRun *run, uint32_t source)
{
    PlTaint result;
    if (recall(run, SOURCE, source, 0, 0, &result)) return result;
    uint64_t *set = set_new(run);
    add(set, source);
    return keep(run, SOURCE, source, 0, 0, flat(run, set));
}

/* Of an input, a question, an event, the clock: each is a source (flow_part.c). */
static PlTaint of_kind(PlRun *run, PlSourceKind kind, uint32_t index)
{
    const PlFlowSource *sources = run->taints->flow.sources;
    uint32_t s = 0;
    while (sources[s].kind != kind || sources[s].index != index) s++;
    return of_source(run, s);
}

static PlTaint join(PlRun *run, PlTaint a, PlTaint b);

/* Fields that both know, joined; a field that one does not know is known by its set alone. */
static void join_fields(PlRun *run, const Label *x, const Label *y, Label *out)
{
    for (uint32_t i = 0; i < x->field_count; i++)
        for (uint32_t k = 0; k < y->field_count; k++) {
            Field a = x->fields[i], b = y->fields[k];
            if (pl_str_eq(a.name, b.name)) out->fields[out->field_count++] = (Field){a.name, join(run, a.label, b.label)};
        }
}

static PlTaint join_anew(PlRun *run, PlTaint a, PlTaint b)
{
    PlTaints *t = run->taints;
    Label x = *label_of(t, a), y = *label_of(t, b); /* copies: the table may move */
    Field fields[MOST_FIELDS];
    Label out = {.set = set_new(run), .fields = fields, .items = NONE, .depth = x.depth > y.depth ? x.depth : y.depth};
    join_set(t, out.set, x.set);
    join_set(t, out.set, y.set);
    join_fields(run, &x, &y, &out);
    if (x.items != NONE && y.items != NONE) out.items = join(run, x.items, y.items);
    return intern(run, &out);
}

static PlTaint join(PlRun *run, PlTaint a, PlTaint b)
{
    PlTaint result;
    if (a == b || b == 0) return a;
    if (a == 0) return b;
    return recall(run, JOINED, a, b, 0, &result) ? result : keep(run, JOINED, a, b, 0, join_anew(run, a, b));
}

/* ---- parts ---- */

/* What picking `name` from each source gives. */
static PlTaint pick(PlRun *run, PlTaint of, uint32_t constant)
{
    PlTaint result;
    if (recall(run, PICKED, of, constant, 0, &result)) return result;
    const PlTaints *t = run->taints;
    const uint64_t *from = label_of(t, of)->set;
    uint32_t name = t->parts.name_of[constant];
    uint64_t *set = set_new(run);
    for (uint32_t s = 0; s < t->flow.source_count; s++)
        if (has(from, s)) add(set, name == NONE ? t->parts.made[s] : t->parts.child[s * t->parts.name_count + name]);
    return keep(run, PICKED, of, constant, 0, flat(run, set));
}

static PlTaint items_of(const PlRun *run, PlTaint of)
{
    PlTaint items = label_of(run->taints, of)->items;
    return items == NONE ? of : items;
}

static PlTaint field_of(PlRun *run, PlTaint of, uint32_t constant)
{
    PlTaint from = items_of(run, of); /* a field of a list is that of its items */
    const Label *label = label_of(run->taints, from);
    PlStr name = run->module->constants[constant].as.text;
    for (uint32_t i = 0; i < label->field_count; i++)
        if (pl_str_eq(label->fields[i].name, name)) return label->fields[i].label;
    return pick(run, from, constant);
}

static PlTaint made(PlRun *run, PlTaint of)
{
    PlTaint result;
    if (of == 0 || recall(run, MADE, of, 0, 0, &result)) return of == 0 ? 0 : result;
    uint64_t *set = set_new(run);
    join_made(run->taints, set, label_of(run->taints, of)->set);
    return keep(run, MADE, of, 0, 0, flat(run, set));
}

static PlTaint without_parts(PlRun *run, PlTaint of)
{
    PlTaint result;
    const Label *label = label_of(run->taints, of);
    if (!label->field_count && label->items == NONE) return of;
    return recall(run, PLAIN, of, 0, 0, &result) ? result : keep(run, PLAIN, of, 0, 0, flat(run, label->set));
}

static PlTaint list_of(PlRun *run, PlTaint items)
{
    PlTaint result;
    const Label *label = label_of(run->taints, items);
    Label list = {.set = label->set, .items = items, .depth = label->depth + 1};
    if (items == 0 || list.depth > DEEPEST) return without_parts(run, items);
    return recall(run, LISTED, items, 0, 0, &result) ? result : keep(run, LISTED, items, 0, 0, intern(run, &list));
}

/* `old` with one field set. */
static PlTaint with_field(PlRun *run, PlTaint old, uint32_t constant, PlTaint value)
{
    PlTaint result;
    if (recall(run, WITH_FIELD, old, constant, value, &result)) return result;
    const PlTaints *t = run->taints;
    PlStr name = run->module->constants[constant].as.text;
    Label before = *label_of(t, old);
    Field fields[MOST_FIELDS];
    Label out = {.set = set_new(run), .fields = fields, .items = NONE, .depth = before.depth};
    join_made(t, out.set, before.set);
    join_made(t, out.set, label_of(t, value)->set);
    uint32_t deep = label_of(t, value)->depth + 1;
    for (uint32_t i = 0; i < before.field_count; i++)
        if (!pl_str_eq(before.fields[i].name, name)) fields[out.field_count++] = before.fields[i];
    if (deep > out.depth) out.depth = deep;
    if (deep <= DEEPEST && out.field_count < MOST_FIELDS) fields[out.field_count++] = (Field){name, value};
    return keep(run, WITH_FIELD, old, constant, value, intern(run, &out));
}

/* ---- what an instruction gives ---- */

/* What it reads, joined. */
static PlTaint read_operands(PlFiber *fiber, PlInsn i)
{
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    const PlTaint *r = fiber->taints;
    PlTaint all = 0;
    const PlOperand kinds[] = {info->a, info->b, info->c};
    const uint16_t firsts[] = {i.a, i.b, i.c};
    for (int o = 0; o < 3; o++) {
        uint32_t n = kinds[o] == PL_OPERAND_R || kinds[o] == PL_OPERAND_RW ? 1 : kinds[o] == PL_OPERAND_R2 ? 2 : kinds[o] == PL_OPERAND_RN ? i.x : 0;
        for (uint32_t k = 0; k < n; k++) all = join(fiber->run, all, r[firsts[o] + k]);
        if (kinds[o] == PL_OPERAND_RW3) all = join(fiber->run, all, r[firsts[o] + 1]);
    }
    return all;
}

static PlTaint record(PlFiber *fiber, PlInsn i)
{
    PlRun *run = fiber->run;
    const PlShape *shape = &run->module->shapes[i.c];
    PlTaint all = 0;
    for (uint32_t k = 0; k < i.x; k++) all = with_field(run, all, shape->names[k], fiber->taints[i.b + k]);
    return all;
}

static bool gives_item(PlStr name)
{
    static const char *const names[] = {"first", "last", "find_by", "min_by", "max_by"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(name, names[i])) return true;
    return false;
}

static bool changes_depth(PlStr name)
{
    return pl_str_eq_z(name, "flatten") || pl_str_eq_z(name, "chunk");
}

static PlTaint builtin(PlFiber *fiber, PlInsn i)
{
    PlRun *run = fiber->run;
    PlFlowKeeps keeps = pl_flow_keeps(run->module, i.c);
    PlStr name = run->module->builtins[i.c];
    if (keeps == PL_FLOW_LOSES || i.x == 0) return made(run, read_operands(fiber, i));
    PlTaint first = fiber->taints[i.b];
    if (keeps == PL_FLOW_ALL) return without_parts(run, read_operands(fiber, i));
    if (changes_depth(name)) return without_parts(run, first);
    return gives_item(name) ? items_of(run, first) : first;
}

/* A call's answer, a person's, an event, the time. */
static PlTaint born(PlRun *run, PlInsn i)
{
    const PlModule *m = run->module;
    switch (i.op) {
    case PL_OP_CALL: {
        uint32_t root = run->taints->parts.root[m->calls[i.b].action];
        return of_source(run, m->calls[i.b].expect == PL_T_ANY ? root : root - 1); /* as in flow.c */
    }
    case PL_OP_ASK: return of_kind(run, PL_FROM_PERSON, i.b);
    case PL_OP_WAIT: return m->waits[i.b].kind == PL_WAIT_EVENT ? of_kind(run, PL_FROM_EVENT, i.b) : 0;
    case PL_OP_NOW:
    case PL_OP_TODAY: return of_kind(run, PL_FROM_CLOCK, 0);
    default: return 0;
    }
}

static PlTaint append(PlRun *run, PlTaint list, PlTaint item)
{
    return list_of(run, join(run, list == 0 ? 0 : items_of(run, list), item));
}

static PlTaint index_of(PlFiber *fiber, PlInsn i)
{
    PlRun *run = fiber->run;
    PlTaint from = fiber->taints[i.b], key = fiber->taints[i.c];
    const PlTaints *t = run->taints;
    PlTaint result;
    if (label_of(t, from)->items != NONE) return join(run, items_of(run, from), without_parts(run, key));
    if (recall(run, INDEXED, from, key, 0, &result)) return result;
    uint64_t *set = set_new(run);
    const uint64_t *of = label_of(t, from)->set, *by = label_of(t, key)->set;
    for (uint32_t s = 0; s < t->flow.source_count; s++)
        if (has(of, s) || has(by, s)) add(set, t->parts.is_list[s] ? s : t->parts.made[s]);
    return keep(run, INDEXED, from, key, 0, flat(run, set));
}

static PlTaint gives(PlFiber *fiber, PlInsn i)
{
    PlRun *run = fiber->run;
    const PlTaint *r = fiber->taints;
    switch (i.op) {
    case PL_OP_MOVE: return r[i.b];
    case PL_OP_FIELD: return field_of(run, r[i.b], i.c);
    case PL_OP_PROJECT: return list_of(run, items_of(run, field_of(run, r[i.b], i.c)));
    case PL_OP_INDEX: return index_of(fiber, i);
    case PL_OP_INDEXI: return items_of(run, r[i.b]);
    case PL_OP_SLICE: return join(run, r[i.b], join(run, r[i.c], r[i.c + 1]));
    case PL_OP_LIST: return list_of(run, read_operands(fiber, i));
    case PL_OP_APPEND: return append(run, r[i.a], r[i.b]);
    case PL_OP_EXTEND: return join(run, r[i.a], r[i.b]);
    case PL_OP_RECORD: return record(fiber, i);
    case PL_OP_WITH: return with_field(run, r[i.a], i.c, r[i.b]);
    case PL_OP_EACH: return items_of(run, r[i.a + 1]);
    case PL_OP_EACHKV: return made(run, r[i.a + 1]);
    case PL_OP_BUILTIN: return builtin(fiber, i);
    case PL_OP_COERCE: return r[i.b];
    default: {
        PlTaint read = without_parts(run, read_operands(fiber, i)), new = born(run, i);
        return join(run, read, new);
    }
    }
}

/* What a child returns becomes its parent's: as many values as are gathered (verify_code.c). */
static void hand_over(PlFiber *child, PlInsn i)
{
    PlGroup *group = child->group;
    const PlBranch *branch = group->together ? &group->together->branches[child->index] : NULL;
    const PlGather *gathers = branch ? branch->gathers : group->scatter->gathers;
    uint16_t count = branch ? branch->gather_count : group->scatter->gather_count;
    for (uint16_t g = 0; g < count; g++) {
        PlTaint *to = &group->parent->taints[gathers[g].reg];
        *to = join(child->run, *to, child->taints[i.b + g]);
    }
}

/* Tolerated errors may hold anything that the children saw. */
static void gather_failures(PlFiber *fiber, PlInsn i)
{
    const PlModule *m = fiber->run->module;
    if (i.op == PL_OP_SCATTER && m->scatters[i.b].tolerate) fiber->taints[m->scatters[i.b].failures] = fiber->run->taints->top;
    if (i.op == PL_OP_TOGETHER && m->togethers[i.b].go_on) fiber->taints[m->togethers[i.b].failures] = fiber->run->taints->top;
}

/* The instruction before this one succeeded when it stands right before; a loop that ended wrote nothing. */
static void settle(PlFiber *fiber)
{
    uint32_t pc = fiber->taint_pc;
    fiber->taint_pc = NONE;
    if (pc != NONE && fiber->pc == pc + 1) fiber->taints[fiber->taint_reg] = fiber->taint_next;
}

void pl_taint_at(PlFiber *fiber)
{
    PlInsn i = fiber->function->code[fiber->pc];
    PlOperand kind = pl_opcode_infos[i.op].a;
    settle(fiber);
    if (i.op == PL_OP_RETURNS) hand_over(fiber, i);
    gather_failures(fiber, i);
    if (kind != PL_OPERAND_W && kind != PL_OPERAND_RW && kind != PL_OPERAND_RW3) return;
    fiber->taint_next = gives(fiber, i);
    fiber->taint_reg = kind == PL_OPERAND_RW3 ? (uint16_t)(i.a + 2) : i.a;
    fiber->taint_pc = fiber->pc;
}

void pl_taint_raised(PlFiber *fiber, uint16_t error)
{
    PlRun *run = fiber->run;
    PlInsn i = fiber->function->code[fiber->pc];
    PlTaint quoted = i.op == PL_OP_SCATTER || i.op == PL_OP_TOGETHER ? run->taints->top : made(run, read_operands(fiber, i));
    const PlCallSite *call = i.op == PL_OP_CALL ? &run->module->calls[i.b] : NULL;
    if (call) quoted = join(run, quoted, of_source(run, run->taints->parts.root[call->action] - 1));
    for (uint32_t a = 0; call && a < call->arg_count; a++) quoted = join(run, quoted, made(run, fiber->taints[call->args[a].reg]));
    fiber->taint_pc = NONE;
    fiber->taints[error] = i.op == PL_OP_RETHROW ? fiber->taints[i.a] : without_parts(run, quoted);
}

/* ---- fibers ---- */

void pl_taint_init(PlRun *run)
{
    if (!pl_labels_matter(run->module)) return;
    PlTaints *t = run->taints = PL_NEW(run->keep, PlTaints);
    pl_flow_parts_of(run->keep, run->module, &t->flow, &t->parts);
    pl_map_init(&t->index, run->keep);
    pl_map_init(&t->known, run->keep);
    PlTaint plan = flat(run, set_new(run));
    uint64_t *all = set_new(run);
    for (uint32_t s = 0; s < t->flow.source_count; s++) add(all, t->parts.made[s]);
    t->top = flat(run, all);
    (void)plan; /* number 0 */
}

void pl_taint_begin(PlFiber *fiber)
{
    PlRun *run = fiber->run;
    const PlModule *m = run->module;
    memset(fiber->taints, 0, fiber->function->regs * sizeof *fiber->taints);
    fiber->taint_pc = NONE;
    for (uint32_t i = 0; !fiber->group && i < m->input_count; i++) fiber->taints[m->inputs[i].reg] = of_kind(run, PL_FROM_INPUT, i);
}

void pl_taint_birth(PlFiber *child, const uint16_t *captures, uint16_t capture_count, bool has_item)
{
    const PlFiber *parent = child->group->parent;
    if (!child->taints) return;
    for (uint16_t i = 0; i < capture_count; i++) child->taints[i] = parent->taints[captures[i]];
    if (has_item) child->taints[capture_count] = items_of(child->run, parent->taints[child->group->scatter->list]);
}

/* ---- calls ---- */

static bool find(const PlCall *call, uint32_t arg, PlLabelFinding *f)
{
    const PlRun *run = call->run;
    const PlModule *m = run->module;
    const PlCallSite *site = call->site;
    const PlFlowSet set = {label_of(run->taints, call->fiber->taints[site->args[arg].reg])->set};
    *f = (PlLabelFinding){.call = (uint32_t)(site - m->calls), .param = site->args[arg].param, .site = site->site};
    return pl_label_selects(m, site->action, f->param) && pl_label_judge(m, &run->taints->flow, &set, f) && !f->is_trusted;
}

bool pl_taint_asks(const PlCall *call)
{
    PlLabelFinding finding;
    bool any = false;
    if (!call->run->taints) return false;
    for (uint32_t a = 0; a < call->site->arg_count && !any; a++) any = find(call, a, &finding);
    return any;
}

void pl_taint_print(const PlCall *call, PlBuf *out)
{
    const PlRun *run = call->run;
    const char *lead = " ";
    for (uint32_t a = 0; a < call->site->arg_count; a++) {
        PlLabelFinding f;
        if (!find(call, a, &f)) continue;
        pl_buf_printf(out, "%s`" PL_FMT "` follows ", lead, PL_ARG(call->action->params[f.param].name));
        pl_flow_source_print(out, run->module, &run->taints->flow.sources[f.source]);
        lead = ", ";
    }
}
