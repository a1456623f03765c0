/* SPDX-License-Identifier: MIT */
/* What a module looks like in a file: a function for each record, whose calls are its fields in their order. The same functions
 * read and write (codec.h). spec/bytecode.md says this in words. A change here is a new PL_MODULE_VERSION. */
#include "vm/code/layout.h"

#include "vm/code/hash.h"

/* ---- types and literals --------------------------------------------------------------------------------------- */

static void code_literal(PlCodec *c, void *item)
{
    PlLiteral *v = item;
    PL_CODEC_ENUM(c, v->kind, PL_LIT_KIND_COUNT, "the kind of a literal");
    switch (v->kind) {
    case PL_LIT_YESNO: pl_codec_bool(c, &v->as.yes); break;
    case PL_LIT_INT:
    case PL_LIT_DATE: pl_codec_i64(c, &v->as.integer); break;
    case PL_LIT_DOUBLE: pl_codec_double(c, &v->as.number); break;
    case PL_LIT_TEXT:
    case PL_LIT_JSON: pl_codec_str(c, &v->as.text); break;
    case PL_LIT_DATETIME:
    case PL_LIT_DURATION:
        pl_codec_i64(c, &v->as.integer);
        pl_codec_i32(c, &v->offset);
        break;
    default: break;
    }
}

static void code_field(PlCodec *c, void *item)
{
    PlField *f = item;
    pl_codec_str(c, &f->name);
    pl_codec_type(c, &f->type);
    pl_codec_bool(c, &f->required);
    pl_codec_bool(c, &f->read_only);
    pl_codec_bool(c, &f->write_only);
}

static void code_rest(PlCodec *c, PlType *t)
{
    bool has = t->rest != PL_TYPE_NONE;
    pl_codec_bool(c, &has);
    if (has) pl_codec_type(c, &t->rest);
    if (has && c->mode == PL_CODEC_READ && t->rest == PL_TYPE_NONE) pl_codec_fail(c, "a type that is none");
}

static void code_type(PlCodec *c, void *item)
{
    PlType *t = item;
    if (c->mode == PL_CODEC_READ) t->elem = t->rest = PL_TYPE_NONE;
    PL_CODEC_ENUM(c, t->kind, PL_TYPE_VAR, "the kind of a type");
    pl_codec_str(c, &t->name);
    switch (t->kind) {
    case PL_TYPE_TEXT: PL_CODEC_ENUM(c, t->format, PL_FORMAT_COUNT, "the format of a text"); break;
    case PL_TYPE_LIST: pl_codec_type(c, &t->elem); break;
    case PL_TYPE_RECORD:
        code_rest(c, t);
        pl_codec_bool(c, &t->closed);
        PL_CODEC_ARRAY(c, t->fields, t->count, code_field);
        break;
    case PL_TYPE_UNION: PL_CODEC_ARRAY(c, t->members, t->count, pl_codec_item_type); break;
    case PL_TYPE_ENUM: PL_CODEC_ARRAY(c, t->values, t->count, code_literal); break;
    default: break;
    }
}

static void code_types(PlCodec *c, PlTypes *types)
{
    bool reading = c->mode == PL_CODEC_READ;
    if (reading) pl_types_init(types, c->arena);
    PlType *items = reading ? NULL : types->all.items + PL_T_FIRST_FREE;
    uint32_t count = reading ? 0 : types->all.len - PL_T_FIRST_FREE;
    PL_CODEC_ARRAY(c, items, count, code_type);
    for (uint32_t i = 0; reading && i < count; i++) pl_vec_push(c->arena, &types->all, items[i]);
}

/* ---- actions -------------------------------------------------------------------------------------------------- */

static void code_param(PlCodec *c, void *item)
{
    PlParam *p = item;
    pl_codec_str(c, &p->name);
    pl_codec_str(c, &p->wire);
    PL_CODEC_ENUM(c, p->place, PL_PLACE_COUNT, "a parameter's place");
    PL_CODEC_ENUM(c, p->style, PL_STYLE_COUNT, "a parameter's style");
    pl_codec_bool(c, &p->explode);
    pl_codec_bool(c, &p->allow_reserved);
    pl_codec_bool(c, &p->required);
    pl_codec_bool(c, &p->whole_body);
    pl_codec_bool(c, &p->is_key);
    pl_codec_bool(c, &p->fixed);
    pl_codec_bool(c, &p->has_default);
    code_literal(c, &p->value);
    pl_codec_type(c, &p->type);
    pl_codec_str(c, &p->content_type);
}

static void code_response(PlCodec *c, void *item)
{
    PlResponse *r = item;
    pl_codec_u16(c, &r->low);
    pl_codec_u16(c, &r->high);
    PL_CODEC_ENUM(c, r->body, PL_BODY_KIND_COUNT, "a response's body");
    pl_codec_type(c, &r->type);
    pl_codec_str(c, &r->content_type);
}

static void code_auth(PlCodec *c, void *item)
{
    PlAuth *a = item;
    PL_CODEC_ENUM(c, a->kind, PL_AUTH_KIND_COUNT, "the kind of a credential");
    pl_codec_str(c, &a->scheme);
    pl_codec_str(c, &a->credential);
    PL_CODEC_ENUM(c, a->place, PL_PLACE_COUNT, "a credential's place");
    pl_codec_str(c, &a->wire);
    pl_codec_str(c, &a->token_url);
    PL_CODEC_ARRAY(c, a->scopes, a->scope_count, pl_codec_item_str);
}

static void code_auth_set(PlCodec *c, void *item)
{
    PlAuthSet *set = item;
    PL_CODEC_ARRAY(c, set->all, set->count, code_auth);
}

static void code_paging(PlCodec *c, PlPaging *p)
{
    PL_CODEC_ENUM(c, p->form, PL_PAGE_FORM_COUNT, "a form of paging");
    pl_codec_str(c, &p->param);
    pl_codec_str(c, &p->size);
    pl_codec_str(c, &p->next);
    pl_codec_str(c, &p->more);
    pl_codec_str(c, &p->items);
    pl_codec_str(c, &p->total);
}

static void code_hints(PlCodec *c, PlHints *h)
{
    pl_codec_bool(c, &h->rate_limited);
    pl_codec_bool(c, &h->long_running);
    pl_codec_str(c, &h->status_header);
    pl_codec_str(c, &h->look);
}

static void code_probe_pair(PlCodec *c, void *item)
{
    PlProbePair *p = item;
    pl_codec_str(c, &p->name);
    pl_codec_str(c, &p->arg);
}

static void code_probe(PlCodec *c, PlProbe *p)
{
    pl_codec_str(c, &p->action);
    PL_CODEC_ARRAY(c, p->with, p->with_count, code_probe_pair);
    PL_CODEC_ARRAY(c, p->match, p->match_count, code_probe_pair);
    pl_codec_u64(c, &p->after_us);
    pl_codec_bool(c, &p->absent_is_sure);
}

static void code_await(PlCodec *c, PlAwait *a)
{
    pl_codec_bool(c, &a->on);
    pl_codec_str(c, &a->header);
    pl_codec_str(c, &a->place);
    pl_codec_str(c, &a->state);
    pl_codec_str(c, &a->result);
    pl_codec_u64(c, &a->every_us);
    pl_codec_u64(c, &a->within_us);
    pl_codec_type(c, &a->type);
}

static void code_action(PlCodec *c, void *item)
{
    PlAction *a = item;
    pl_codec_str(c, &a->plugin);
    pl_codec_str(c, &a->name);
    pl_codec_str(c, &a->operation_id);
    pl_codec_str(c, &a->title);
    PL_CODEC_ENUM(c, a->effect, PL_EFFECT_COUNT, "an effect");
    PL_CODEC_ENUM(c, a->doubt, PL_DOUBT_COUNT, "a class of doubt");
    PL_CODEC_ENUM(c, a->method, PL_METHOD_COUNT, "a method");
    pl_codec_str(c, &a->server);
    pl_codec_str(c, &a->path);
    PL_CODEC_ARRAY(c, a->params, a->param_count, code_param);
    PL_CODEC_ENUM(c, a->body, PL_BODY_KIND_COUNT, "an action's body");
    pl_codec_str(c, &a->body_type);
    pl_codec_bool(c, &a->body_required);
    PL_CODEC_ARRAY(c, a->responses, a->response_count, code_response);
    pl_codec_type(c, &a->result);
    PL_CODEC_ARRAY(c, a->auth, a->auth_count, code_auth_set);
    pl_codec_bool(c, &a->deprecated);
    code_paging(c, &a->paging);
    code_hints(c, &a->hints);
    code_probe(c, &a->probe);
    code_await(c, &a->await);
    pl_codec_bytes(c, a->contract, sizeof a->contract);
}

/* ---- code ----------------------------------------------------------------------------------------------------- */

static void code_insn(PlCodec *c, void *item)
{
    PlInsn *i = item;
    PL_CODEC_ENUM(c, i->op, PL_OPCODE_COUNT, "an opcode");
    pl_codec_u8(c, &i->x);
    pl_codec_u16(c, &i->a);
    pl_codec_u16(c, &i->b);
    pl_codec_u16(c, &i->c);
}

static void code_handler(PlCodec *c, void *item)
{
    PlHandler *h = item;
    pl_codec_u16(c, &h->begin);
    pl_codec_u16(c, &h->end);
    pl_codec_u16(c, &h->target);
    pl_codec_u16(c, &h->error);
    pl_codec_u16(c, &h->status);
}

static void code_function(PlCodec *c, void *item)
{
    PlFunction *f = item;
    pl_codec_str(c, &f->name);
    pl_codec_u16(c, &f->regs);
    pl_codec_u16(c, &f->params);
    pl_codec_u16(c, &f->returns);
    PL_CODEC_ARRAY(c, f->code, f->code_count, code_insn);
    PL_CODEC_ITEMS(c, f->positions, f->code_count, pl_codec_item_u32);
    PL_CODEC_ARRAY(c, f->handlers, f->handler_count, code_handler);
}

static void code_site(PlCodec *c, void *item)
{
    PlSite *s = item;
    pl_codec_str(c, &s->step);
    pl_codec_str(c, &s->text);
    pl_codec_u32(c, &s->span.start);
    pl_codec_u32(c, &s->span.end);
    pl_codec_u32(c, &s->parent);
    pl_codec_u16(c, &s->function);
    pl_codec_u32(c, &s->begin);
    pl_codec_u32(c, &s->end);
    PL_CODEC_ARRAY(c, s->loops, s->loop_count, pl_codec_item_u16);
    PL_CODEC_ITEMS(c, s->loop_sites, s->loop_count, pl_codec_item_u32);
}

static void code_shape(PlCodec *c, void *item)
{
    PlShape *s = item;
    PL_CODEC_ARRAY(c, s->names, s->count, pl_codec_item_u32);
}

/* ---- descriptors of instructions ------------------------------------------------------------------------------ */

static void code_arg(PlCodec *c, void *item)
{
    PlArg *a = item;
    pl_codec_u16(c, &a->param);
    pl_codec_u16(c, &a->reg);
}

static void code_call(PlCodec *c, void *item)
{
    PlCallSite *s = item;
    pl_codec_u32(c, &s->action);
    pl_codec_u32(c, &s->site);
    PL_CODEC_ARRAY(c, s->args, s->arg_count, code_arg);
    pl_codec_u32(c, &s->flags);
    pl_codec_u16(c, &s->key);
    pl_codec_u16(c, &s->retries);
    pl_codec_u64(c, &s->retry_wait_us);
    pl_codec_u64(c, &s->timeout_us);
    pl_codec_u32(c, &s->max_items);
    pl_codec_type(c, &s->expect);
    pl_codec_u16(c, &s->tag);
}

static void code_gather(PlCodec *c, void *item)
{
    PlGather *g = item;
    PL_CODEC_ENUM(c, g->kind, PL_GATHER_KIND_COUNT, "the kind of a gather");
    pl_codec_u16(c, &g->reg);
}

static void code_scatter(PlCodec *c, void *item)
{
    PlScatter *s = item;
    pl_codec_u32(c, &s->site);
    pl_codec_u16(c, &s->function);
    pl_codec_u16(c, &s->list);
    pl_codec_u16(c, &s->cap);
    pl_codec_u16(c, &s->cap_reg);
    PL_CODEC_ARRAY(c, s->captures, s->capture_count, pl_codec_item_u16);
    PL_CODEC_ARRAY(c, s->gathers, s->gather_count, code_gather);
    pl_codec_u32(c, &s->tolerate);
    pl_codec_bool(c, &s->tolerate_percent);
    pl_codec_u16(c, &s->failures);
}

static void code_branch(PlCodec *c, void *item)
{
    PlBranch *b = item;
    pl_codec_u16(c, &b->function);
    PL_CODEC_ARRAY(c, b->captures, b->capture_count, pl_codec_item_u16);
    PL_CODEC_ARRAY(c, b->gathers, b->gather_count, code_gather);
}

static void code_together(PlCodec *c, void *item)
{
    PlTogether *t = item;
    pl_codec_u32(c, &t->site);
    PL_CODEC_ARRAY(c, t->branches, t->branch_count, code_branch);
    pl_codec_bool(c, &t->go_on);
    pl_codec_u16(c, &t->failures);
}

static void code_ask(PlCodec *c, void *item)
{
    PlAskSite *s = item;
    pl_codec_u32(c, &s->site);
    PL_CODEC_ENUM(c, s->kind, PL_ASK_KIND_COUNT, "the kind of a question");
    pl_codec_u16(c, &s->text);
    pl_codec_str(c, &s->role);
    pl_codec_type(c, &s->type);
    pl_codec_u64(c, &s->within_us);
}

static void code_wait(PlCodec *c, void *item)
{
    PlWaitSite *s = item;
    pl_codec_u32(c, &s->site);
    PL_CODEC_ENUM(c, s->kind, PL_WAIT_KIND_COUNT, "the kind of a wait");
    pl_codec_u16(c, &s->reg);
    pl_codec_u64(c, &s->within_us);
    pl_codec_type(c, &s->type);
}

static void code_input(PlCodec *c, void *item)
{
    PlInput *i = item;
    pl_codec_str(c, &i->name);
    pl_codec_type(c, &i->type);
    pl_codec_bool(c, &i->has_default);
    code_literal(c, &i->value);
    pl_codec_u16(c, &i->reg);
}

static void code_host(PlCodec *c, void *item)
{
    PlHostRule *h = item;
    pl_codec_str(c, &h->origin);
    pl_codec_str(c, &h->plugin);
}

static void code_trust(PlCodec *c, void *item)
{
    PlTrust *t = item;
    pl_codec_u32(c, &t->from);
    pl_codec_u32(c, &t->to);
    pl_codec_str(c, &t->field);
    pl_codec_u32(c, &t->param);
}

static void code_door(PlCodec *c, void *item)
{
    PlDoor *d = item;
    pl_codec_str(c, &d->plugin);
    PL_CODEC_ENUM(c, d->kind, PL_DOOR_KIND_COUNT, "the kind of a door");
    pl_codec_str(c, &d->config);
}

/* ---- sections ------------------------------------------------------------------------------------------------- */

static void section_meta(PlCodec *c, PlModule *m)
{
    pl_codec_str(c, &m->title);
    pl_codec_str(c, &m->goal);
    pl_codec_str(c, &m->schedule);
    pl_codec_str(c, &m->zone);
    pl_codec_str(c, &m->source_name);
    pl_codec_type(c, &m->output);
}

static void section_types(PlCodec *c, PlModule *m)
{
    code_types(c, &m->types);
}

static void section_constants(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->constants, m->constant_count, code_literal);
}

static void section_shapes(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->shapes, m->shape_count, code_shape);
}

static void section_actions(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->actions, m->action_count, code_action);
}

static void section_functions(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->functions, m->function_count, code_function);
}

static void section_sites(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->sites, m->site_count, code_site);
}

static void section_calls(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->calls, m->call_count, code_call);
}

static void section_scatters(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->scatters, m->scatter_count, code_scatter);
}

static void section_togethers(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->togethers, m->together_count, code_together);
}

static void section_asks(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->asks, m->ask_count, code_ask);
}

static void section_waits(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->waits, m->wait_count, code_wait);
}

static void section_builtins(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->builtins, m->builtin_count, pl_codec_item_str);
}

static void section_inputs(PlCodec *c, PlModule *m)
{
    PL_CODEC_ARRAY(c, m->inputs, m->input_count, code_input);
}

static void section_manifest(PlCodec *c, PlModule *m)
{
    PlManifest *f = &m->manifest;
    PL_CODEC_ARRAY(c, f->hosts, f->host_count, code_host);
    PL_CODEC_ITEMS(c, f->calls_at_most, m->action_count, pl_codec_item_u64);
    PL_CODEC_ENUM(c, f->effect, PL_EFFECT_COUNT, "an effect");
    pl_codec_u64(c, &f->max_calls);
    pl_codec_u64(c, &f->max_time_us);
    pl_codec_u64(c, &f->max_tokens);
    pl_codec_u64(c, &f->max_money);
    pl_codec_bool(c, &f->asks_person);
    PL_CODEC_ARRAY(c, f->credentials, f->credential_count, pl_codec_item_str);
    PL_CODEC_ENUM(c, f->policy, PL_POLICY_COUNT, "a policy");
    PL_CODEC_ARRAY(c, f->trusts, f->trust_count, code_trust);
    PL_CODEC_ARRAY(c, f->doors, f->door_count, code_door);
}

static void section_texts(PlCodec *c, PlModule *m)
{
    pl_codec_str(c, &m->source);
    pl_codec_str(c, &m->exact);
}

const PlSection pl_layout_sections[PL_SECTION_COUNT] = {
#define PL_SECTION(name, holds) {#name, holds, section_##name},
#include "vm/code/sections.def"
#undef PL_SECTION
};

/* The exact plan, the manifest and the actions, with the types that these reach numbered by first use: what else the module holds
 * does not show in it. */
PlStatus pl_layout_effect_hash(PlModule *module, PlArena *scratch, PlBuf *work)
{
    PlTypes reached;
    PlTypeCopy renumber;
    pl_types_init(&reached, scratch);
    pl_type_copy_init(&renumber, &module->types, &reached);
    pl_buf_clear(work);
    PlCodec c = {.mode = PL_CODEC_WRITE, .out = work, .renumber = &renumber};
    pl_codec_str(&c, &module->exact);
    section_manifest(&c, module);
    section_actions(&c, module);
    c.renumber = NULL;
    code_types(&c, &reached);
    if (work->status == PL_OK) pl_hash_bytes(pl_buf_str(work), module->effect_hash);
    return work->status;
}
