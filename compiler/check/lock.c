/* SPDX-License-Identifier: MIT */
/* Comparing the request's side of an action, and finding the steps that a change concerns. */
#include "compiler/check/lock.h"
#include "compiler/check/usable.h"
#include "vm/code/opcode.h"

enum { MAX_CHANGES = 2000, TYPE_WIDTH = 80 };

void pl_lock_init(PlLock *lock, PlArena *arena, const PlModule *module, PlTypes *types)
{
    *lock = (PlLock){.arena = arena, .module = module, .types = types};
    pl_type_copy_init(&lock->copy, &module->types, types);
}

void pl_lock_add(PlLock *lock, uint32_t action, bool breaks, const char *kind, PlStr what, PlStr steps,
                 const char *format, ...)
{
    if (lock->changes.len >= MAX_CHANGES) return;
    va_list args;
    va_start(args, format);
    PlStr message = pl_arena_vprintf(lock->arena, format, args);
    va_end(args);
    pl_vec_push(lock->arena, &lock->changes, (PlLockChange){action, breaks, kind, what, message, steps});
    lock->broken += breaks;
}

PlStr pl_lock_type_text(PlLock *lock, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 4096);
    pl_type_print(&buf, lock->types, type, TYPE_WIDTH);
    char text[4096];
    size_t len = buf.len < sizeof text ? buf.len : sizeof text;
    if (len) memcpy(text, buf.ptr, len);
    pl_buf_deinit(&buf); /* before the arena may escape */
    return pl_arena_str(lock->arena, pl_str(text, len));
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void add_step(PlLock *lock, PlStr *steps, PlMap *seen, PlStr step)
{
    bool added;
    pl_map_put(seen, step, &added);
    if (!added) return;
    *steps = steps->len ? pl_arena_printf(lock->arena, PL_FMT ", " PL_FMT, PL_ARG(*steps), PL_ARG(step)) : step;
}

PlStr pl_lock_callers(PlLock *lock, uint32_t action)
{
    const PlModule *m = lock->module;
    PlStr steps = PL_STR("");
    PlMap seen;
    pl_map_init(&seen, lock->arena);
    for (uint32_t i = 0; i < m->call_count; i++)
        if (m->calls[i].action == action) add_step(lock, &steps, &seen, m->sites[m->calls[i].site].step);
    return steps;
}

/* The innermost step that holds an instruction. */
static const PlSite *site_at(const PlModule *m, uint32_t function, uint32_t pc)
{
    const PlSite *best = NULL;
    for (uint32_t i = 0; i < m->site_count; i++) {
        const PlSite *s = &m->sites[i];
        if (s->function == function && s->begin <= pc && pc < s->end &&
            (!best || s->end - s->begin <= best->end - best->begin))
            best = s;
    }
    return best;
}

/* A constant that is the name, or a path with it: "price", "items.price". */
static bool names(const PlModule *m, uint32_t constant, PlStr field)
{
    if (constant >= m->constant_count || m->constants[constant].kind != PL_LIT_TEXT) return false;
    PlStr text = m->constants[constant].as.text;
    for (size_t i = 0; i <= text.len && text.len <= 200;) {
        size_t end = i;
        while (end < text.len && !memchr(".[]", text.ptr[end], 3)) end++;
        if (pl_str_eq(pl_str_slice(text, i, end), field)) return true;
        i = end + 1;
    }
    return false;
}

PlStr pl_lock_readers(PlLock *lock, PlStr field)
{
    const PlModule *m = lock->module;
    PlStr steps = PL_STR("");
    PlMap seen;
    pl_map_init(&seen, lock->arena);
    for (uint32_t f = 0; f < m->function_count; f++)
        for (uint32_t pc = 0; pc < m->functions[f].code_count; pc++) {
            const PlInsn *insn = &m->functions[f].code[pc];
            bool reads = ((insn->op == PL_OP_FIELD || insn->op == PL_OP_PROJECT) && names(m, insn->c, field)) ||
                         (insn->op == PL_OP_LOADK && names(m, insn->b, field));
            const PlSite *site = reads ? site_at(m, f, pc) : NULL;
            if (reads) add_step(lock, &steps, &seen, site ? site->step : PL_STR("the end"));
        }
    return steps;
}

/* The steps that call it and give this parameter (or, `without`, that do not). */
static PlStr givers(PlLock *lock, uint32_t action, const PlParam *param, bool without)
{
    const PlModule *m = lock->module;
    PlStr steps = PL_STR("");
    PlMap seen;
    pl_map_init(&seen, lock->arena);
    for (uint32_t i = 0; i < m->call_count; i++) {
        const PlCallSite *call = &m->calls[i];
        bool gives = false;
        if (call->action != action) continue;
        for (uint32_t k = 0; param && k < call->arg_count; k++)
            gives |= &m->actions[action].params[call->args[k].param] == param;
        if (gives != without) add_step(lock, &steps, &seen, m->sites[call->site].step);
    }
    return steps;
}

/* ---- the request ------------------------------------------------------------------------------------------------- */

static const PlParam *same_param(const PlAction *a, const PlParam *p)
{
    for (uint32_t i = 0; i < a->param_count; i++)
        if (a->params[i].place == p->place && a->params[i].whole_body == p->whole_body &&
            pl_str_eq(a->params[i].wire, p->wire))
            return &a->params[i];
    return NULL;
}

static bool same_literal(const PlParam *a, const PlParam *b)
{
    return a->fixed == b->fixed && (!a->fixed || pl_literal_equal(a->value, b->value));
}

static void compare_type(PlLock *lock, uint32_t action, const PlParam *was, const PlParam *is)
{
    PlTypeId old = pl_type_copy(&lock->copy, was->type);
    PlUsableWhy why = {0};
    PlStr steps = givers(lock, action, was, false);
    if (pl_usable(lock->arena, lock->types, old, is->type, &why) == PL_USABLE_YES) {
        if (!pl_type_equal(lock->types, old, is->type))
            pl_lock_add(lock, action, false, "type widened", was->name, PL_STR(""),
                        "the argument " PL_FMT " takes more than before", PL_ARG(was->name));
        return;
    }
    const PlType *a = pl_type(lock->types, pl_type_without_nothing(lock->types, old)),
                 *b = pl_type(lock->types, pl_type_without_nothing(lock->types, is->type));
    bool narrowed = (a->kind == PL_TYPE_ENUM || a->kind == PL_TYPE_TEXT) && b->kind == PL_TYPE_ENUM;
    PlStr before = pl_lock_type_text(lock, old), now = pl_lock_type_text(lock, is->type);
    pl_lock_add(lock, action, steps.len > 0, narrowed ? "enum narrowed" : "type changed", was->name, steps,
                "the argument " PL_FMT " was " PL_FMT " and is " PL_FMT, PL_ARG(was->name), PL_ARG(before),
                PL_ARG(now));
}

static void compare_param(PlLock *lock, uint32_t action, const PlAction *now, const PlParam *was)
{
    const PlParam *is = same_param(now, was);
    PlStr steps = was->fixed ? pl_lock_callers(lock, action) : givers(lock, action, was, false);
    if (!is) {
        pl_lock_add(lock, action, steps.len > 0, "parameter removed", was->name, steps,
                    "the argument " PL_FMT " is gone", PL_ARG(was->name));
        return;
    }
    PlStr without = givers(lock, action, was, true);
    if (is->required && !was->required && !was->fixed) /* a value that only a new compile would fill in is not sent either */
        pl_lock_add(lock, action, without.len > 0, "parameter required", was->name, without,
                    "the argument " PL_FMT " must be given now", PL_ARG(was->name));
    if (!is->required && was->required && !was->fixed)
        pl_lock_add(lock, action, false, "parameter optional", was->name, PL_STR(""),
                    "the argument " PL_FMT " need not be given any more", PL_ARG(was->name));
    bool sent_otherwise = is->style != was->style || is->explode != was->explode;
    if (sent_otherwise || !same_literal(is, was))
        pl_lock_add(lock, action, steps.len > 0, "parameter sent otherwise", was->name, steps,
                    "the argument " PL_FMT " is written in another way", PL_ARG(was->name));
    compare_type(lock, action, was, is);
}

static void compare_params(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlAction *was = &lock->module->actions[action];
    for (uint32_t i = 0; i < was->param_count; i++) compare_param(lock, action, now, &was->params[i]);
    for (uint32_t i = 0; i < now->param_count; i++) {
        const PlParam *p = &now->params[i];
        if (same_param(was, p)) continue;
        bool must = (p->required || p->fixed) && !p->is_key;
        pl_lock_add(lock, action, must, must ? "parameter required" : "parameter added", p->name,
                    must ? pl_lock_callers(lock, action) : PL_STR(""),
                    must ? "there is a new argument " PL_FMT ", which must be given"
                         : "there is a new argument " PL_FMT,
                    PL_ARG(p->name));
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static bool same_auth(const PlAuth *a, const PlAuth *b)
{
    bool same = a->kind == b->kind && a->place == b->place && pl_str_eq(a->wire, b->wire) &&
                pl_str_eq(a->token_url, b->token_url);
    for (uint32_t i = 0; same && i < b->scope_count; i++) { /* scopes that are needed now must have been asked for */
        bool had = false;
        for (uint32_t k = 0; k < a->scope_count; k++) had |= pl_str_eq(a->scopes[k], b->scopes[i]);
        same = had;
    }
    return same;
}

static bool same_set(const PlAuthSet *a, const PlAuthSet *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++) same = same_auth(&a->all[i], &b->all[i]);
    return same || b->count == 0;
}

/* What proved enough before must be one of the ways now. */
static void compare_auth(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlAction *was = &lock->module->actions[action];
    bool survives = now->auth_count == 0;
    for (uint32_t i = 0; i < was->auth_count && !survives; i++)
        for (uint32_t k = 0; k < now->auth_count && !survives; k++) survives = same_set(&was->auth[i], &now->auth[k]);
    for (uint32_t k = 0; was->auth_count == 0 && k < now->auth_count; k++) survives |= now->auth[k].count == 0;
    if (!survives)
        pl_lock_add(lock, action, true, "credentials changed", PL_STR(""), pl_lock_callers(lock, action),
                    "it asks for other credentials or scopes");
}

static void compare_body(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlAction *was = &lock->module->actions[action];
    if (was->body != now->body || !pl_str_eq(was->body_type, now->body_type))
        pl_lock_add(lock, action, was->body != PL_BODY_NONE, "body changed", PL_STR(""),
                    was->body ? pl_lock_callers(lock, action) : PL_STR(""), "the body was " PL_FMT " and is " PL_FMT,
                    PL_ARG(was->body_type.len ? was->body_type : PL_STR("none")),
                    PL_ARG(now->body_type.len ? now->body_type : PL_STR("none")));
}

static void compare_pages(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlModule *m = lock->module;
    const PlPaging *a = &m->actions[action].paging, *b = &now->paging;
    bool same = a->form == b->form && pl_str_eq(a->param, b->param) && pl_str_eq(a->next, b->next), used = false;
    for (uint32_t i = 0; i < m->call_count; i++)
        used |= m->calls[i].action == action && (m->calls[i].flags & PL_CALL_ALL_PAGES || m->calls[i].max_items);
    if (!same)
        pl_lock_add(lock, action, used, "pages changed", PL_STR(""), used ? pl_lock_callers(lock, action) : PL_STR(""),
                    "its pages go on in another way: %s, and were: %s", pl_paging_form_name(b->form),
                    pl_paging_form_name(a->form));
}

static void compare_place(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlAction *was = &lock->module->actions[action];
    PlStr steps = pl_lock_callers(lock, action);
    if (was->method != now->method)
        pl_lock_add(lock, action, true, "method changed", PL_STR(""), steps, "the method was %s and is %s",
                    pl_method_name(was->method), pl_method_name(now->method));
    if (!pl_str_eq(was->path, now->path))
        pl_lock_add(lock, action, true, "path changed", PL_STR(""), steps, "the path was " PL_FMT " and is " PL_FMT,
                    PL_ARG(was->path), PL_ARG(now->path));
    if (now->server.len && !pl_str_eq(was->server, now->server))
        pl_lock_add(lock, action, false, "server changed", PL_STR(""), PL_STR(""),
                    "the document's server is " PL_FMT "; the plan calls " PL_FMT, PL_ARG(now->server),
                    PL_ARG(was->server.len ? was->server : PL_STR("none")));
    if (was->effect != now->effect || was->doubt != now->doubt)
        pl_lock_add(lock, action, was->effect < now->effect || was->doubt < now->doubt, "effect changed", PL_STR(""),
                    steps, "it was %s, %s, and is %s, %s", pl_effect_name(was->effect), pl_doubt_name(was->doubt),
                    pl_effect_name(now->effect), pl_doubt_name(now->doubt));
    if (now->deprecated && !was->deprecated)
        pl_lock_add(lock, action, false, "deprecated", PL_STR(""), PL_STR(""), "the document calls it deprecated now");
}

void pl_lock_compare(PlLock *lock, uint32_t action, const PlAction *now)
{
    const PlAction *was = &lock->module->actions[action];
    if (!now) {
        pl_lock_add(lock, action, true, "operation removed", PL_STR(""), pl_lock_callers(lock, action),
                    "the document has no such operation any more");
        return;
    }
    bool same = memcmp(was->contract, now->contract, sizeof was->contract) == 0;
    compare_place(lock, action, now);
    if (same) return;
    compare_params(lock, action, now);
    compare_body(lock, action, now);
    compare_auth(lock, action, now);
    compare_pages(lock, action, now);
    pl_lock_answer(lock, action, pl_type_copy(&lock->copy, was->result), now->result);
}

const PlOperation *pl_lock_find(PlCatalog *catalog, const PlPlugin *plugin, const PlAction *action)
{
    const PlOperation *by_place = NULL, *by_name = NULL;
    (void)catalog;
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        const PlOperation *op = plugin->operations[i];
        if (action->operation_id.len && pl_str_eq(op->operation_id, action->operation_id)) return op;
        if (!by_place && op->method == action->method && pl_str_eq(op->path, action->path)) by_place = op;
        if (!by_name && pl_str_eq(op->name, action->name)) by_name = op;
    }
    return by_place ? by_place : by_name;
}
