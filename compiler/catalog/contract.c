/* SPDX-License-Identifier: MIT */
/* The contract of an action: a SHA-256 over all that a call depends on, in one canonical form. Words for people
 * (titles, docs) and the server do not count; types count by structure, numbered in the order in which they are met, so
 * ids and cycles do not show. */
#include "compiler/catalog/api.h"
#include "vm/code/hash.h"

typedef struct Writer {
    PlArena *arena;
    const PlTypes *types;
    PlBuf out;
    uint32_t *number; /* [types] number + 1 of a type that was met */
    PL_VEC(PlTypeId) met;
} Writer;

static void put_str(Writer *w, PlStr s)
{
    pl_buf_put_u32(&w->out, (uint32_t)s.len);
    pl_buf_put(&w->out, s);
}

static void put_type(Writer *w, PlTypeId id)
{
    if (id == PL_TYPE_NONE) {
        pl_buf_put_u32(&w->out, UINT32_MAX);
        return;
    }
    if (!w->number[id]) {
        pl_vec_push(w->arena, &w->met, id);
        w->number[id] = w->met.len;
    }
    pl_buf_put_u32(&w->out, w->number[id]);
}

static void put_literal(Writer *w, PlLiteral value)
{
    pl_buf_put_u8(&w->out, (uint8_t)value.kind);
    switch (value.kind) {
    case PL_LIT_YESNO: pl_buf_put_u8(&w->out, value.as.yes); break;
    case PL_LIT_DOUBLE: pl_buf_put_double(&w->out, value.as.number); break;
    case PL_LIT_TEXT:
    case PL_LIT_JSON: put_str(w, value.as.text); break;
    case PL_LIT_NOTHING: break;
    default: pl_buf_put_u64(&w->out, (uint64_t)value.as.integer); break;
    }
}

static void describe_type(Writer *w, const PlType *type)
{
    pl_buf_put_u8(&w->out, (uint8_t)type->kind);
    pl_buf_put_u8(&w->out, (uint8_t)type->format);
    pl_buf_put_u8(&w->out, type->closed);
    if (type->kind == PL_TYPE_LIST) put_type(w, type->elem);
    if (type->kind == PL_TYPE_RECORD) put_type(w, type->rest);
    pl_buf_put_u32(&w->out, type->count);
    for (uint32_t i = 0; i < type->count; i++) {
        if (type->kind == PL_TYPE_RECORD) {
            const PlField *f = &type->fields[i];
            put_str(w, f->name);
            put_type(w, f->type);
            pl_buf_put_u8(&w->out, (uint8_t)(f->required | f->read_only << 1 | f->write_only << 2));
        } else if (type->kind == PL_TYPE_UNION) {
            put_type(w, type->members[i]);
        } else if (type->kind == PL_TYPE_ENUM) {
            put_literal(w, type->values[i]);
        }
    }
}

static void put_param(Writer *w, const PlParam *p)
{
    put_str(w, p->name);
    put_str(w, p->wire);
    put_str(w, p->content_type);
    pl_buf_put_u8(&w->out, (uint8_t)p->place);
    pl_buf_put_u8(&w->out, (uint8_t)p->style);
    pl_buf_put_u8(&w->out, (uint8_t)(p->explode | p->allow_reserved << 1 | p->required << 2 | p->whole_body << 3 |
                                     p->is_key << 4 | p->fixed << 5));
    if (p->fixed) put_literal(w, p->value);
    put_type(w, p->type);
}

static void put_auth(Writer *w, const PlAuth *a)
{
    pl_buf_put_u8(&w->out, (uint8_t)a->kind);
    pl_buf_put_u8(&w->out, (uint8_t)a->place);
    put_str(w, a->scheme);
    put_str(w, a->wire);
    put_str(w, a->token_url);
    pl_buf_put_u32(&w->out, a->scope_count);
    for (uint32_t i = 0; i < a->scope_count; i++) put_str(w, a->scopes[i]);
}

static void put_action(Writer *w, const PlAction *a)
{
    pl_buf_put_u8(&w->out, (uint8_t)a->method);
    pl_buf_put_u8(&w->out, (uint8_t)a->effect);
    pl_buf_put_u8(&w->out, (uint8_t)a->doubt);
    pl_buf_put_u8(&w->out, (uint8_t)a->body);
    pl_buf_put_u8(&w->out, a->body_required);
    put_str(w, a->path);
    put_str(w, a->body_type);
    pl_buf_put_u32(&w->out, a->param_count);
    for (uint32_t i = 0; i < a->param_count; i++) put_param(w, &a->params[i]);
    pl_buf_put_u32(&w->out, a->response_count);
    for (uint32_t i = 0; i < a->response_count; i++) {
        const PlResponse *r = &a->responses[i];
        pl_buf_put_u16(&w->out, r->low);
        pl_buf_put_u16(&w->out, r->high);
        pl_buf_put_u8(&w->out, (uint8_t)r->body);
        put_str(w, r->content_type);
        put_type(w, r->type);
    }
    put_type(w, a->result);
    pl_buf_put_u8(&w->out, (uint8_t)a->paging.form);
    put_str(w, a->paging.param);
    put_str(w, a->paging.next);
    pl_buf_put_u32(&w->out, a->auth_count);
    for (uint32_t i = 0; i < a->auth_count; i++) {
        pl_buf_put_u32(&w->out, a->auth[i].count);
        for (uint32_t k = 0; k < a->auth[i].count; k++) put_auth(w, &a->auth[i].all[k]);
    }
}

void pl_contract_hash(const PlTypes *types, const PlAction *action, uint8_t out[32])
{
    Writer w = {.arena = types->arena, .types = types};
    pl_buf_init(&w.out, 0);
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(types->arena, &escape);
    Writer *volatile writer = &w;
    PlArenaMark mark = pl_arena_mark(types->arena);
    if (setjmp(escape.at) == 0) {
        writer->number = PL_NEW_N(types->arena, uint32_t, types->all.len);
        put_action(writer, action);
        for (uint32_t i = 0; i < writer->met.len; i++) describe_type(writer, pl_type(types, writer->met.items[i]));
        if (writer->out.status != PL_OK)
            escape.status = writer->out.status;
        else
            pl_hash_bytes(pl_buf_str(&writer->out), out);
    }
    pl_arena_rewind(types->arena, mark);
    pl_buf_deinit(&w.out);
    pl_arena_set_escape(types->arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(types->arena, escape.status);
}
