/* SPDX-License-Identifier: MIT */
/* Whether exact text means something where the phrase stands: it is parsed and checked on the side, and all that this
 * did is undone. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/expr.h"
#include "compiler/check/tree.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

enum { ROOM = 8192 };

PlExpr *pl_try_parse(PlReader *r, PlStr text)
{
    PlDiags quiet;
    pl_diags_init(&quiet, r->c->arena, r->c->diags->sources);
    return pl_parse_expr_text(r->c->arena, &quiet, r->table->phrases, r->c->plan->source, text);
}

static void find_bad(void *context, PlExpr **slot)
{
    bool *bad = context;
    if ((*slot)->kind == PL_EXPR_BAD) *bad = true;
    pl_tree_operands(*slot, find_bad, bad);
}

/* By way of the stack: an arena may escape, and must not leave a buffer behind. What does not fit is empty. */
static PlStr printed(PlReader *r, const PlExpr *x)
{
    char room[ROOM];
    PlBuf buf;
    pl_buf_init(&buf, ROOM);
    pl_print_expr(&buf, x);
    PlStr s = pl_buf_str(&buf);
    size_t len = buf.status == PL_OK && s.len <= ROOM ? s.len : 0;
    memcpy(room, s.ptr, len);
    pl_buf_deinit(&buf);
    return pl_arena_str(r->c->arena, pl_str(room, len));
}

/* Checks in the state at hand; false after a fault. With `list` it must be a list, and *type is its items'. */
static bool check_aside(PlReader *r, PlExpr **slot, bool list, PlTypeId *type)
{
    PlChecker *c = r->c, before = *c;
    PlDiags scratch;
    pl_diags_init(&scratch, c->arena, c->diags->sources);
    c->diags = &scratch;
    c->in_bad = 0;
    c->in_phrase++;
    c->bads.len = 0;
    c->reported.len = 0;
    *type = list ? pl_expr_list(c, slot, PL_STR("it")) : pl_expr_check(c, slot, PL_TYPE_NONE);
    bool bad = scratch.errors + scratch.questions > 0;
    find_bad(&bad, slot);
    c->diags = before.diags;
    c->in_bad = before.in_bad;
    c->in_phrase = before.in_phrase;
    c->bads = before.bads;
    c->reported = before.reported;
    c->symbols.len = before.symbols.len;
    c->infos.len = before.infos.len;
    c->vars.len = before.vars.len;
    c->trail.len = before.trail.len;
    c->touched.len = before.touched.len;
    c->facts = before.facts;
    c->missed = before.missed;
    c->joined = before.joined;
    c->joined_note = before.joined_note;
    return !bad;
}

static bool try_text(PlReader *r, PlStr text, bool list, PlTypeId *type, PlStr *exact)
{
    PlMap *map = list ? &r->lists : &r->values;
    PlTried *tried = pl_map_get(map, text);
    if (!tried) {
        if (r->tries == 0) return false;
        r->tries--;
        tried = PL_NEW(r->c->arena, PlTried);
        pl_map_put(map, text, NULL)->value.ptr = tried;
        PlExpr *x = pl_try_parse(r, text);
        if (x && check_aside(r, &x, list, &tried->type)) tried->exact = printed(r, x);
        tried->fits = tried->exact.len > 0;
    }
    if (!tried->fits) return false;
    *type = tried->type;
    *exact = tried->exact;
    return true;
}

/* Patterns ask for the same ranges of words again and again: what they mean does not change while the phrase is read. */
bool pl_try_known(PlReader *r, char kind, PlRange range, PlStr about, PlSenses *out, PlSenses **keep)
{
    char flags = (char)('0' + r->bracketed + 2 * r->of_many + 4 * r->stated);
    PlStr subject = kind == 'c' ? r->subject : PL_STR("");
    size_t len = 4 + about.len + 1 + subject.len;
    char room[512];
    *keep = NULL;
    if (out->len || len > sizeof room || range.to > 255) return false;
    room[0] = kind;
    room[1] = flags;
    room[2] = (char)range.from;
    room[3] = (char)range.to;
    if (about.len) memcpy(room + 4, about.ptr, about.len);
    room[4 + about.len] = ' ';
    if (subject.len) memcpy(room + 5 + about.len, subject.ptr, subject.len);
    PlSenses *known = pl_map_get(&r->called, pl_str(room, len));
    if (!known) {
        *keep = PL_NEW(r->c->arena, PlSenses);
        pl_map_put(&r->called, pl_arena_str(r->c->arena, pl_str(room, len)), NULL)->value.ptr = *keep;
        return false;
    }
    for (uint32_t i = 0; i < known->len; i++) pl_try_add(r, out, known->items[i]);
    return true;
}

void pl_try_keep(PlReader *r, PlSenses *keep, const PlSenses *out)
{
    for (uint32_t i = 0; keep && i < out->len; i++) pl_try_add(r, keep, out->items[i]);
}

bool pl_try_value(PlReader *r, PlStr text, PlTypeId *type, PlStr *exact)
{
    return try_text(r, text, false, type, exact);
}

bool pl_try_list(PlReader *r, PlStr text, PlTypeId *item, PlStr *exact)
{
    return try_text(r, text, true, item, exact);
}

PlTypeId pl_try_item_type(PlReader *r, const PlItem *item, PlStr text)
{
    PlTypeId type;
    PlStr exact;
    PlStr whole = pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    return pl_try_list(r, whole, &type, &exact) ? type : PL_T_ANY;
}

void pl_try_add(PlReader *r, PlSenses *out, PlSense reading)
{
    for (uint32_t i = 0; i < out->len; i++) {
        PlSense *known = &out->items[i];
        if (!pl_str_eq(known->text, reading.text) || known->ready != reading.ready) continue;
        known->doubt &= reading.doubt;
        return;
    }
    if (out->len < PL_PROSE_SENSES) pl_vec_push(r->c->arena, out, reading);
}
