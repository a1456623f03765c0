/* SPDX-License-Identifier: MIT */
/* Values and conditions of a plan as runtime expressions. A path into a result becomes an output of the step that gave
 * it. */
#include "compiler/trade/arazzo_out.h"

#include "compiler/check/tree.h"
#include "compiler/syntax/print_expr.h"

static PlStr take(PlOut *o, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = status == PL_OK ? pl_arena_str(o->arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(o->arena, status);
    return text;
}

const PlExpr *pl_out_bare(const PlExpr *e)
{
    for (;;) {
        if (e->kind == PL_EXPR_COERCE)
            e = e->left;
        else if (e->kind == PL_EXPR_CALL && e->items.len == 1 && e->fields.len == 0 && pl_str_eq_z(e->text, "text"))
            e = e->items.items[0];
        else
            return e;
    }
}

/* ---- paths ---- */

/* The name at the root, and the way from it as a JSON pointer. False when a part is neither a field nor a fixed index. */
static bool put_pointer(PlBuf *buf, const PlExpr *e, const PlExpr **root)
{
    e = pl_out_bare(e);
    if (e->kind == PL_EXPR_NAME) return *root = e, true;
    if (e->kind != PL_EXPR_FIELD && e->kind != PL_EXPR_INDEX) return false;
    if (!put_pointer(buf, e->left, root)) return false;
    pl_buf_put_char(buf, '/');
    PlStr token = e->text;
    if (e->kind == PL_EXPR_INDEX) {
        const PlExpr *index = e->right;
        if (index->kind != PL_EXPR_LITERAL) return false;
        if (index->literal.kind == PL_LIT_INT && index->literal.as.integer >= 0) {
            pl_buf_put_int(buf, index->literal.as.integer);
            return true;
        }
        if (index->literal.kind != PL_LIT_TEXT) return false;
        token = index->literal.as.text;
    }
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '/')
            pl_buf_put_z(buf, "~1");
        else if (token.ptr[i] == '~')
            pl_buf_put_z(buf, "~0");
        else
            pl_buf_put_char(buf, token.ptr[i]);
    }
    return true;
}

/* A name for an output, made of its pointer: "/items/0/id" -> "items_0_id". */
static PlStr output_name(PlOut *o, const PlOutStep *step, PlStr pointer)
{
    char *z = pl_arena_alloc(o->arena, pointer.len + 8, 1);
    size_t len = 0;
    for (size_t i = 0; i < pointer.len; i++) {
        char c = pointer.ptr[i];
        bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-';
        if (word)
            z[len++] = c;
        else if (len && z[len - 1] != '_')
            z[len++] = '_';
    }
    PlStr name = len ? pl_str(z, len) : PL_STR("result"), base = name;
    for (unsigned n = 2;; n++) {
        bool taken = false;
        for (uint32_t i = 0; i < step->outputs.len; i++) taken = taken || pl_str_eq(step->outputs.items[i].name, name);
        if (!taken) return name;
        name = pl_arena_printf(o->arena, PL_FMT "_%u", PL_ARG(base), n);
    }
}

static PlStr output_of(PlOut *o, PlOutStep *step, PlStr pointer)
{
    for (uint32_t i = 0; i < step->outputs.len; i++)
        if (pl_str_eq(step->outputs.items[i].pointer, pointer)) return step->outputs.items[i].name;
    PlStr name = output_name(o, step, pointer);
    pl_vec_push(o->arena, &step->outputs, (PlOutOutput){name, pointer});
    return name;
}

PlStr pl_out_path(PlOut *o, const PlExpr *e, const PlOutStep *own)
{
    PlBuf buf;
    const PlExpr *root = NULL;
    PlStr input = pl_out_input_of(o, pl_out_bare(e));
    if (input.len) return pl_arena_printf(o->arena, "$inputs." PL_FMT, PL_ARG(input));
    pl_buf_init(&buf, 0);
    bool good = put_pointer(&buf, e, &root);
    PlStr pointer = take(o, &buf);
    const PlOutName *name = good ? pl_map_get(&o->names, root->text) : NULL;
    if (!name || name->count != 1) return PL_STR("");
    const char *hash = pointer.len ? "#" : "";
    if (name->input.len)
        return pl_arena_printf(o->arena, "$inputs." PL_FMT "%s" PL_FMT, PL_ARG(name->input), hash, PL_ARG(pointer));
    if (name->value && !pointer.len) return pl_out_path(o, name->value, own);
    if (!name->step) return PL_STR("");
    if (name->step == own) return pl_arena_printf(o->arena, "$response.body%s" PL_FMT, hash, PL_ARG(pointer));
    PlStr output = output_of(o, name->step, pointer);
    return pl_arena_printf(o->arena, "$steps." PL_FMT ".outputs." PL_FMT, PL_ARG(name->step->id), PL_ARG(output));
}

/* ---- values ---- */

const PlExpr *pl_out_set_value(PlOut *o, const PlExpr *e)
{
    e = pl_out_bare(e);
    if (e->kind != PL_EXPR_NAME) return NULL;
    const PlOutName *name = pl_map_get(&o->names, e->text);
    return name && name->count == 1 ? name->value : NULL;
}

static bool can_at(PlOut *o, const PlExpr *e, unsigned level)
{
    e = pl_out_bare(e);
    if (level > 50) return false;
    if (pl_out_input_of(o, e).len) return true;
    if (pl_out_set_value(o, e)) return can_at(o, pl_out_set_value(o, e), level + 1);
    if (e->kind == PL_EXPR_LITERAL) return e->literal.kind != PL_LIT_JSON;
    if (e->kind != PL_EXPR_LIST && e->kind != PL_EXPR_RECORD && e->kind != PL_EXPR_TEXT) return pl_out_path(o, e, NULL).len > 0;
    for (uint32_t i = 0; i < e->items.len; i++)
        if (!can_at(o, e->items.items[i], level + 1)) return false;
    for (uint32_t i = 0; i < e->fields.len; i++)
        if (!can_at(o, e->fields.items[i].value, level + 1)) return false;
    return true;
}

bool pl_out_can(PlOut *o, const PlExpr *e)
{
    return can_at(o, e, 0);
}

static void put_hole(PlOut *o, PlBuf *buf, const PlExpr *e)
{
    while (pl_out_set_value(o, e)) e = pl_out_set_value(o, e);
    e = pl_out_bare(e);
    if (e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_TEXT) {
        pl_buf_put(buf, e->literal.as.text);
    } else if (e->kind == PL_EXPR_TEXT) {
        for (uint32_t i = 0; i < e->items.len; i++) put_hole(o, buf, e->items.items[i]);
    } else {
        PlStr path = pl_out_path(o, e, NULL);
        if (path.len)
            pl_buf_printf(buf, "{" PL_FMT "}", PL_ARG(path));
        else
            pl_print_expr(buf, e);
    }
}

static void value(PlOut *o, const PlExpr *e)
{
    while (pl_out_set_value(o, e)) e = pl_out_set_value(o, e);
    e = pl_out_bare(e);
    PlBuf *buf = o->json.buf;
    if (e->kind == PL_EXPR_LIST || e->kind == PL_EXPR_RECORD) {
        bool list = e->kind == PL_EXPR_LIST;
        pl_buf_put_char(buf, list ? '[' : '{');
        o->json.depth++;
        o->json.first = true;
        for (uint32_t i = 0; list && i < e->items.len; i++) {
            pl_json_out_next(&o->json, NULL);
            value(o, e->items.items[i]);
        }
        for (uint32_t i = 0; !list && i < e->fields.len; i++) {
            pl_json_out_key(&o->json, e->fields.items[i].name);
            value(o, e->fields.items[i].value);
        }
        pl_json_out_end(&o->json, list ? ']' : '}');
        return;
    }
    if (e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_NOTHING)
        pl_buf_put_z(buf, "null");
    else if (e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_YESNO)
        pl_buf_put_z(buf, e->literal.as.yes ? "true" : "false");
    else if (e->kind == PL_EXPR_LITERAL && (e->literal.kind == PL_LIT_INT || e->literal.kind == PL_LIT_DOUBLE))
        pl_print_expr(buf, e);
    else {
        PlBuf text;
        pl_buf_init(&text, 0);
        PlStr path = e->kind == PL_EXPR_TEXT || e->kind == PL_EXPR_LITERAL ? PL_STR("") : pl_out_path(o, e, NULL);
        if (path.len)
            pl_buf_put(&text, path);
        else
            put_hole(o, &text, e);
        pl_buf_put_json(buf, take(o, &text));
    }
}

bool pl_out_value(PlOut *o, PlStr key, const PlExpr *e)
{
    if (!pl_out_can(o, e)) return false;
    pl_json_out_key(&o->json, key);
    value(o, e);
    return true;
}

/* ---- conditions ---- */

static bool put_operand(PlOut *o, PlBuf *out, const PlExpr *e, const PlOutStep *own)
{
    while (pl_out_set_value(o, e)) e = pl_out_set_value(o, e);
    e = pl_out_bare(e);
    if (e->kind != PL_EXPR_LITERAL) {
        PlStr path = pl_out_path(o, e, own);
        pl_buf_put(out, path);
        return path.len > 0;
    }
    switch (e->literal.kind) {
    case PL_LIT_NOTHING: pl_buf_put_z(out, "null"); return true;
    case PL_LIT_YESNO: pl_buf_put_z(out, e->literal.as.yes ? "true" : "false"); return true;
    case PL_LIT_INT:
    case PL_LIT_DOUBLE: pl_print_expr(out, e); return true;
    case PL_LIT_TEXT:
        pl_buf_put_char(out, '\'');
        for (size_t i = 0; i < e->literal.as.text.len; i++) {
            if (e->literal.as.text.ptr[i] == '\'') pl_buf_put_char(out, '\'');
            pl_buf_put_char(out, e->literal.as.text.ptr[i]);
        }
        pl_buf_put_char(out, '\'');
        return true;
    default: return false;
    }
}

static bool put_condition(PlOut *o, PlBuf *out, const PlExpr *e, const PlOutStep *own)
{
    static const char *const words[PL_OPR_COUNT] = {
        [PL_OPR_OR] = "||", [PL_OPR_AND] = "&&", [PL_OPR_IS] = "==", [PL_OPR_IS_NOT] = "!=",
        [PL_OPR_LT] = "<",  [PL_OPR_LE] = "<=",  [PL_OPR_GT] = ">",  [PL_OPR_GE] = ">="};
    e = pl_out_bare(e);
    if (e->kind == PL_EXPR_UNARY && e->op == PL_OPR_NOT) {
        pl_buf_put_z(out, "!(");
        if (!put_condition(o, out, e->left, own)) return false;
        pl_buf_put_char(out, ')');
        return true;
    }
    if (e->kind == PL_EXPR_UNARY && (e->op == PL_OPR_EXISTS || e->op == PL_OPR_MISSING)) {
        if (!put_operand(o, out, e->left, own)) return false;
        pl_buf_put_z(out, e->op == PL_OPR_EXISTS ? " != null" : " == null");
        return true;
    }
    if (e->kind != PL_EXPR_BINARY) {
        if (!put_operand(o, out, e, own)) return false;
        pl_buf_put_z(out, " == true");
        return true;
    }
    if (!words[e->op]) return false;
    bool logic = e->op == PL_OPR_AND || e->op == PL_OPR_OR;
    const PlExpr *sides[2] = {e->left, e->right};
    bool good = true;
    for (int i = 0; i < 2 && good; i++) {
        const PlExpr *side = pl_out_bare(sides[i]);
        bool brackets =
            side->kind == PL_EXPR_BINARY && (side->op == PL_OPR_AND || side->op == PL_OPR_OR) && side->op != e->op;
        if (i) pl_buf_printf(out, " %s ", words[e->op]);
        if (brackets) pl_buf_put_char(out, '(');
        good = logic ? put_condition(o, out, side, own) : put_operand(o, out, side, own);
        if (brackets) pl_buf_put_char(out, ')');
    }
    return good;
}

PlStr pl_out_condition(PlOut *o, const PlExpr *e, const PlOutStep *own)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    bool good = put_condition(o, &buf, e, own);
    PlStr text = take(o, &buf);
    return good ? text : PL_STR("");
}

/* ---- outputs ---- */

static void visit(void *context, PlExpr **slot)
{
    PlOut *o = context;
    PlStr path = pl_out_path(o, *slot, NULL); /* the longest path is met first */
    if (!path.len) pl_tree_operands(*slot, visit, o);
}

static void collect(PlOut *o, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i]->kind == PL_STEP_ACTION) pl_tree_step_exprs(steps[i], visit, o);
        collect(o, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_out_collect(PlOut *o)
{
    collect(o, o->plan->steps.items, o->plan->steps.len);
    PlExpr *output = o->plan->output;
    if (output) visit(o, &output);
}
