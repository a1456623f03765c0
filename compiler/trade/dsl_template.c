/* SPDX-License-Identifier: MIT */
/* Templates back to expressions. `{{step1.data.x}}` is the name that step 1's result has, `{{input.x}}` the input;
 * relatives of the format write `steps.step1.output.x`, `inputs.x`, `variables.x`, `loop.item.x`. A name that the file
 * itself binds is always that name. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/phrase.h"
#include "compiler/trade/dsl_internal.h"

/* ---- nodes ---- */

static PlExpr *new_expr(PlDslReader *r, PlExprKind kind, PlSpan span)
{
    PlExpr *e = pl_expr_new(r->arena, kind, span);
    e->depth = 1;
    return e;
}

PlExpr *pl_dsl_literal_text(PlDslReader *r, PlStr text, PlSpan span)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, span);
    e->literal.kind = PL_LIT_TEXT;
    e->literal.as.text = text;
    return e;
}

PlExpr *pl_dsl_literal_int(PlDslReader *r, int64_t n)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, PL_NO_SPAN);
    e->literal.kind = PL_LIT_INT;
    e->literal.as.integer = n;
    return e;
}

PlExpr *pl_dsl_name_expr(PlDslReader *r, PlStr name)
{
    PlExpr *e = new_expr(r, PL_EXPR_NAME, PL_NO_SPAN);
    e->text = name;
    return e;
}

/* ---- references ---- */

static bool is_one_of(PlStr s, const char *const *words)
{
    for (; *words; words++)
        if (pl_str_eq_nocase(s, pl_str_z(*words))) return true;
    return false;
}

static bool is_result_word(PlStr s)
{
    static const char *const words[] = {"data", "output", "outputs", "result", "results", "response", NULL};
    return is_one_of(s, words);
}

static PlExpr *step_result(PlDslReader *r, const PlExpr *at, PlStr id)
{
    PlDslStep *step = pl_map_get(&r->ids, id);
    if (!step) return NULL;
    step->used = true;
    PlExpr *e = new_expr(r, PL_EXPR_NAME, at->span);
    e->text = step->name;
    return e;
}

static bool plain_name(const PlDslReader *r, const PlExpr *e)
{
    return e && e->kind == PL_EXPR_NAME && !pl_map_find(&r->names, e->text);
}

static PlExpr *loop_item(PlDslReader *r, const PlExpr *at)
{
    if (!r->items.len) return NULL;
    PlExpr *e = new_expr(r, PL_EXPR_NAME, at->span);
    e->text = r->items.items[r->items.len - 1].name;
    return e;
}

/* What `NAME.field` is when NAME is one of the format's words; NULL when it is a field of that name. */
static PlExpr *of_word(PlDslReader *r, const PlExpr *e)
{
    static const char *const inputs[] = {"input", "inputs", "$input", "$inputs", "workflow_input", "trigger", NULL};
    static const char *const variables[] = {"var", "vars", "variable", "variables", "context", NULL};
    static const char *const steps[] = {"steps", "$steps", NULL};
    static const char *const loops[] = {"loop", "current", "iteration", NULL};
    PlStr name = e->left->text;
    if (is_one_of(name, steps)) return step_result(r, e, e->text);
    bool is_input = is_one_of(name, inputs);
    if (is_input || is_one_of(name, variables)) {
        PlExpr *out = new_expr(r, PL_EXPR_NAME, e->span);
        out->text = pl_dsl_name(r->arena, e->text);
        return out;
    }
    if (is_one_of(name, loops) && (pl_str_eq_z(e->text, "item") || pl_str_eq_z(e->text, "value")))
        return loop_item(r, e);
    PlExpr *result = step_result(r, e, name);
    if (!result || is_result_word(e->text)) return result;
    PlExpr *field = new_expr(r, PL_EXPR_FIELD, e->span);
    field->left = result;
    field->text = e->text;
    field->depth = 2;
    return field;
}

/* `step1` and `step 3.1` are references of our own; here they are ids. */
static void step_as_name(PlDslReader *r, PlExpr *e)
{
    if (!e || e->kind != PL_EXPR_STEP_REF) return;
    PlStr id = pl_arena_printf(r->arena, "step" PL_FMT, PL_ARG(e->text));
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] == '.') ((char *)(uintptr_t)id.ptr)[i] = '_';
    if (!pl_map_find(&r->ids, id)) return;
    e->kind = PL_EXPR_NAME;
    e->text = id;
}

static void rewrite(PlDslReader *r, PlExpr **slot);

static void rewrite_field(PlDslReader *r, PlExpr **slot)
{
    PlExpr *e = *slot;
    step_as_name(r, e->left);
    if (plain_name(r, e->left)) {
        PlExpr *out = of_word(r, e);
        if (out) {
            *slot = out;
            return;
        }
    }
    bool of_steps = e->left->kind == PL_EXPR_FIELD && plain_name(r, e->left->left) &&
                    (pl_str_eq_z(e->left->left->text, "steps") || pl_str_eq_z(e->left->left->text, "$steps"));
    rewrite(r, &e->left);
    bool resolved = of_steps && e->left->kind == PL_EXPR_NAME;
    if (resolved && is_result_word(e->text)) *slot = e->left;
}

static void rewrite_name(PlDslReader *r, PlExpr **slot)
{
    PlExpr *e = *slot;
    bool is_item =
        pl_str_eq_z(e->text, "item") || pl_str_eq_z(e->text, "current") || pl_str_eq_z(e->text, "current_item");
    PlExpr *out = is_item ? loop_item(r, e) : NULL;
    if (!out) out = step_result(r, e, e->text);
    if (out) *slot = out;
}

/* Depth is bounded by the parser's PL_LIMIT_EXPR_DEPTH. */
static void rewrite(PlDslReader *r, PlExpr **slot)
{
    PlExpr *e = *slot;
    if (!e) return;
    if (e->kind == PL_EXPR_FIELD) {
        rewrite_field(r, slot);
        return;
    }
    step_as_name(r, e);
    if (plain_name(r, e)) {
        rewrite_name(r, slot);
        return;
    }
    rewrite(r, &e->left);
    rewrite(r, &e->right);
    rewrite(r, &e->cond);
    for (uint32_t i = 0; i < e->items.len; i++) rewrite(r, &e->items.items[i]);
    for (uint32_t i = 0; i < e->fields.len; i++) rewrite(r, &e->fields.items[i].value);
}

static uint32_t depth_of(const PlExpr *e)
{
    return e ? e->depth : 0;
}

/* One expression; NULL when the text is none. Its spans are in a text of its own, so they are of no use to anybody. */
static PlExpr *parse(PlDslReader *r, PlStr text)
{
    PlDiags quiet;
    pl_diags_init(&quiet, r->arena, r->diags->sources);
    uint32_t source = pl_sources_add(r->diags->sources, PL_STR("template"), pl_arena_str(r->arena, text));
    PlExpr *e = text.len ? pl_parse_expr(r->arena, &quiet, source) : NULL;
    if (!e || quiet.errors || e->kind == PL_EXPR_BAD) return NULL;
    rewrite(r, &e);
    return e;
}

/* "input.user email": a declared input whose name is no name of a plan. */
static PlExpr *odd_input(PlDslReader *r, PlStr text)
{
    size_t dot = pl_str_find_char(text, '.', 0);
    PlStr word = pl_str_slice(text, 0, dot);
    if (dot == PL_STR_NONE || !(pl_str_eq_z(word, "input") || pl_str_eq_z(word, "inputs"))) return NULL;
    PlStr name = pl_dsl_name(r->arena, pl_str_slice(text, dot + 1, text.len));
    return pl_map_find(&r->inputs, name) ? pl_dsl_name_expr(r, name) : NULL;
}

/* ---- texts ---- */

/* Where the `}}` of a template begins whose inside begins at `from`; brackets and quotes inside are passed over. */
static size_t template_end(PlStr s, size_t from)
{
    unsigned depth = 0;
    char quote = 0;
    for (size_t i = from; i < s.len; i++) {
        char c = s.ptr[i];
        if (quote) {
            if (c == '\\')
                i++;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'' || c == '`') {
            quote = c;
        } else if (c == '{' || c == '[' || c == '(') {
            depth++;
        } else if (c == '}' && depth == 0) {
            if (i + 1 < s.len && s.ptr[i + 1] == '}') return i;
            break;
        } else if (c == '}' || c == ']' || c == ')') {
            depth -= depth > 0;
        }
    }
    return pl_str_find(s, PL_STR("}}"), from);
}

static void push(PlDslReader *r, PlExpr *text, PlExpr *item)
{
    pl_vec_push(r->arena, &text->items, item);
    if (item->depth + 1 > text->depth) text->depth = item->depth + 1;
}

static void push_text(PlDslReader *r, PlExpr *text, PlStr piece, PlSpan span)
{
    if (piece.len) push(r, text, pl_dsl_literal_text(r, piece, span));
}

static PlExpr *read_text(PlDslReader *r, PlStr s, PlSpan span)
{
    PlExpr *text = new_expr(r, PL_EXPR_TEXT, span);
    size_t from = 0, kept = 0;
    while ((from = pl_str_find(s, PL_STR("{{"), from)) != PL_STR_NONE) {
        size_t end = template_end(s, from + 2);
        if (end == PL_STR_NONE) break;
        PlStr inner = pl_str_trim(pl_str_slice(s, from + 2, end));
        PlExpr *e = parse(r, inner);
        if (!e) e = odd_input(r, inner);
        if (!e || depth_of(e) >= PL_LIMIT_EXPR_DEPTH - 2) {
            PL_REPORT(r->diags, TRADE_BAD_EXPRESSION, span, PL_ARG(inner));
            from = end + 2;
            continue;
        }
        push_text(r, text, pl_str_slice(s, kept, from), span);
        push(r, text, e);
        from = kept = end + 2;
    }
    push_text(r, text, pl_str_slice(s, kept, s.len), span);
    bool one = text->items.len == 1;
    if (one) return text->items.items[0];
    return text->items.len ? text : pl_dsl_literal_text(r, s, span);
}

/* ---- values ---- */

static PlExpr *scalar(PlDslReader *r, const PlNode *node)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, pl_node_span(node));
    switch (node->kind) {
    case PL_NODE_YESNO:
        e->literal.kind = PL_LIT_YESNO;
        e->literal.as.yes = node->as.yes;
        break;
    case PL_NODE_INT:
        e->literal.kind = PL_LIT_INT;
        e->literal.as.integer = node->as.integer;
        break;
    case PL_NODE_NUMBER:
        e->literal.kind = PL_LIT_DOUBLE;
        e->literal.as.number = node->as.number;
        pl_expr_keep_digits(r->arena, e, pl_node_raw(node, r->diags->sources));
        break;
    default: e->literal.kind = PL_LIT_NOTHING; break;
    }
    return e;
}

static PlExpr *value_at(PlDslReader *r, const PlNode *node, unsigned level)
{
    if (node->kind == PL_NODE_TEXT) return read_text(r, pl_node_text(node), pl_node_span(node));
    if (node->kind < PL_NODE_LIST) return scalar(r, node);
    bool list = node->kind == PL_NODE_LIST;
    PlExpr *e = new_expr(r, list ? PL_EXPR_LIST : PL_EXPR_RECORD, pl_node_span(node));
    for (uint32_t i = 0; i < node->count; i++) {
        const PlNode *item = list ? pl_node_item(node, i) : &pl_node_at(node, i)->value;
        if (!list && (item->flags & PL_NODE_SHADOWED)) continue;
        PlExpr *value = level + 1 < PL_LIMIT_EXPR_DEPTH / 2 ? value_at(r, item, level + 1) : NULL;
        if (!value || value->depth + 1 >= PL_LIMIT_EXPR_DEPTH) {
            PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(item), "a value", "nested less deeply");
            value = new_expr(r, PL_EXPR_LITERAL, pl_node_span(item));
        }
        if (list) {
            pl_vec_push(r->arena, &e->items, value);
        } else {
            pl_vec_push(r->arena, &e->fields,
                        (PlRecordField){pl_pair_key(pl_node_at(node, i)), pl_node_span(item), value});
        }
        if (value->depth + 1 > e->depth) e->depth = value->depth + 1;
    }
    return e;
}

PlExpr *pl_dsl_read_value(PlDslReader *r, const PlNode *node)
{
    return node ? value_at(r, node, 0) : NULL;
}

/* ---- words ---- */

/* "5s", "30 min", "2h": what other formats write for a duration. */
static PlStr long_duration(PlDslReader *r, PlStr s)
{
    static const struct {
        const char *unit, *words;
    } units[] = {{"ms", "milliseconds"}, {"s", "seconds"},    {"sec", "seconds"}, {"secs", "seconds"}, {"m", "minutes"},
                 {"min", "minutes"},     {"mins", "minutes"}, {"h", "hours"},     {"hr", "hours"},     {"d", "days"}};
    size_t digits = 0;
    while (digits < s.len && ((s.ptr[digits] >= '0' && s.ptr[digits] <= '9') || s.ptr[digits] == '.')) digits++;
    PlStr unit = pl_str_trim(pl_str_slice(s, digits, s.len));
    for (size_t i = 0; digits && i < sizeof units / sizeof *units; i++)
        if (pl_str_eq_nocase(unit, pl_str_z(units[i].unit)))
            return pl_arena_printf(r->arena, PL_FMT " %s", PL_ARG(pl_str_slice(s, 0, digits)), units[i].words);
    return s;
}

PlExpr *pl_dsl_read_text_as_words(PlDslReader *r, PlStr text, PlSpan span)
{
    PlStr s = long_duration(r, pl_str_trim(text));
    PlExpr *e = NULL;
    if (pl_str_starts(s, PL_STR("{{")) && template_end(s, 2) + 2 == s.len) e = parse(r, pl_str_slice(s, 2, s.len - 2));
    if (!e) e = parse(r, s);
    if (e) return e;
    PL_REPORT(r->diags, TRADE_BAD_EXPRESSION, span, PL_ARG(s));
    return read_text(r, s, span);
}

PlExpr *pl_dsl_read_words(PlDslReader *r, const PlNode *node)
{
    if (!node || node->kind == PL_NODE_NULL) return NULL;
    if (node->kind != PL_NODE_TEXT) return pl_dsl_read_value(r, node);
    return pl_dsl_read_text_as_words(r, pl_node_text(node), pl_node_span(node));
}

/* ---- types ---- */

static const char *plan_type(PlStr s)
{
    static const struct {
        const char *other, *ours;
    } words[] = {{"string", "text"},
                 {"str", "text"},
                 {"boolean", "yes/no"},
                 {"bool", "yes/no"},
                 {"int", "integer"},
                 {"float", "number"},
                 {"double", "number"},
                 {"array", "list"},
                 {"list", "list"},
                 {"object", "record"},
                 {"dict", "record"},
                 {"json", "any"},
                 {"uri", "url"},
                 {"null", "nothing"},
                 {"select", "text"},
                 {"textarea", "text"},
                 {"timestamp", "datetime"},
                 {"string[]", "list of text"},
                 {"number[]", "list of number"},
                 {"date-time", "datetime"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(s, pl_str_z(words[i].other))) return words[i].ours;
    return NULL;
}

PlTypeExpr *pl_dsl_read_type(PlDslReader *r, const PlNode *node)
{
    if (pl_node_is(node, PL_NODE_MAP)) node = PL_GET(node, "type");
    if (!pl_node_is(node, PL_NODE_TEXT)) return NULL;
    PlStr s = pl_node_text(node);
    if (plan_type(s)) s = pl_str_z(plan_type(s));
    PlDiags quiet;
    pl_diags_init(&quiet, r->arena, r->diags->sources);
    uint32_t source = pl_sources_add(r->diags->sources, PL_STR("type"), pl_arena_str(r->arena, s));
    PlTypeExpr *type = pl_parse_type(r->arena, &quiet, source);
    if (type && !quiet.errors) return type;
    PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "type", "a type, such as text or list of number");
    return NULL;
}
