/* SPDX-License-Identifier: MIT */
/* The tree as text, for goldens and the property "printing keeps the tree". One step a line, expressions with all their brackets; no spans,
 * so that two texts that say the same dump the same. Recursion is bounded by PL_LIMIT_EXPR_DEPTH and PL_LIMIT_STEP_DEPTH. */
#include "compiler/syntax/ast.h"

static void dump_expr(PlBuf *out, const PlExpr *e);

static void dump_text(PlBuf *out, PlStr s)
{
    pl_buf_put_json(out, s);
}

static void dump_literal(PlBuf *out, const PlLiteral *l)
{
    switch (l->kind) {
    case PL_LIT_NOTHING: pl_buf_put_z(out, "nothing"); break;
    case PL_LIT_YESNO: pl_buf_put_z(out, l->as.yes ? "yes" : "no"); break;
    case PL_LIT_INT: pl_buf_put_int(out, l->as.integer); break;
    case PL_LIT_DOUBLE:
        pl_buf_put_z(out, "double:");
        pl_buf_put_double(out, l->as.number);
        break;
    case PL_LIT_TEXT:
    case PL_LIT_JSON: dump_text(out, l->as.text); break;
    case PL_LIT_DURATION:
        pl_buf_put_z(out, "duration:");
        if (l->offset) pl_buf_printf(out, "%dmonths", (int)l->offset);
        if (l->as.integer || !l->offset) pl_buf_printf(out, "%s%lldus", l->offset ? "+" : "", (long long)l->as.integer);
        break;
    default: pl_buf_printf(out, "%d:%lld", (int)l->kind, (long long)l->as.integer); break;
    }
}

static void dump_child(PlBuf *out, const PlExpr *e)
{
    pl_buf_put_char(out, ' ');
    if (e)
        dump_expr(out, e);
    else
        pl_buf_put_char(out, '_');
}

static void dump_items(PlBuf *out, const PlExpr *e)
{
    for (uint32_t i = 0; i < e->items.len; i++) {
        dump_child(out, e->items.items[i]);
        if (e->kind == PL_EXPR_SORTED && (e->flags >> i & 1)) pl_buf_put_z(out, " descending");
    }
    for (uint32_t i = 0; i < e->fields.len; i++) {
        pl_buf_put_char(out, ' ');
        dump_text(out, e->fields.items[i].name);
        pl_buf_put_z(out, ":");
        dump_child(out, e->fields.items[i].value);
    }
}

static void dump_expr(PlBuf *out, const PlExpr *e)
{
    switch (e->kind) {
    case PL_EXPR_LITERAL: dump_literal(out, &e->literal); return;
    case PL_EXPR_NAME: pl_buf_put(out, e->text); return;
    case PL_EXPR_IT: pl_buf_put_z(out, "it"); return;
    default: break;
    }
    pl_buf_put_char(out, '(');
    if (e->kind == PL_EXPR_UNARY || e->kind == PL_EXPR_BINARY)
        pl_buf_put_z(out, e->op == PL_OPR_NEG ? "negative" : pl_operator_text(e->op));
    else
        pl_buf_put_z(out, pl_expr_kind_name(e->kind));
    if (e->text.len) {
        pl_buf_put_char(out, ' ');
        pl_buf_put(out, e->text);
    }
    bool list_clause = e->kind >= PL_EXPR_WHERE && e->kind <= PL_EXPR_DISTINCT;
    if (e->left) dump_child(out, e->left);
    if (e->kind == PL_EXPR_IF || e->kind == PL_EXPR_SLICE) dump_child(out, e->cond);
    if (e->right || e->kind == PL_EXPR_SLICE || (list_clause && e->kind != PL_EXPR_SORTED)) dump_child(out, e->right);
    dump_items(out, e);
    pl_buf_put_char(out, ')');
}

static void dump_type(PlBuf *out, const PlTypeExpr *t)
{
    switch (t->kind) {
    case PL_TE_NAME: pl_buf_put(out, t->name); return;
    case PL_TE_LIST:
        pl_buf_put_z(out, "(list ");
        dump_type(out, t->left);
        break;
    case PL_TE_OR:
        pl_buf_put_z(out, "(or ");
        dump_type(out, t->left);
        pl_buf_put_char(out, ' ');
        dump_type(out, t->right);
        break;
    case PL_TE_RECORD:
        pl_buf_put_z(out, "(record");
        for (uint32_t i = 0; i < t->fields.len; i++) {
            const PlTypeField *f = &t->fields.items[i];
            pl_buf_put_char(out, ' ');
            dump_text(out, f->name);
            pl_buf_put_z(out, f->optional ? "?: " : ": ");
            dump_type(out, f->type);
        }
        break;
    case PL_TE_ONE_OF:
        pl_buf_put_z(out, "(one-of");
        for (uint32_t i = 0; i < t->values.len; i++) dump_child(out, t->values.items[i]);
        break;
    }
    pl_buf_put_char(out, ')');
}

static void dump_field(PlBuf *out, const char *name, const PlExpr *e)
{
    if (!e) return;
    pl_buf_printf(out, " %s=", name);
    dump_expr(out, e);
}

static void dump_str(PlBuf *out, const char *name, PlStr s)
{
    if (!s.len) return;
    pl_buf_printf(out, " %s=", name);
    dump_text(out, s);
}

static void dump_call(PlBuf *out, const PlStep *step)
{
    dump_str(out, "plugin", step->plugin);
    dump_str(out, "action", step->action);
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        pl_buf_put_z(out, " arg:");
        pl_buf_put(out, arg->name);
        pl_buf_put_char(out, '=');
        dump_expr(out, arg->value);
    }
}

static void dump_clause(PlBuf *out, const PlClause *c)
{
    static const char *const does[] = {"continue", "stop", "fail", "use", "action"};
    pl_buf_printf(out, " [%s", pl_clause_kind_name(c->kind));
    dump_field(out, "count", c->count);
    dump_field(out, "duration", c->duration);
    if (c->doubling) pl_buf_put_z(out, " doubling");
    if (c->percent) pl_buf_put_z(out, " percent");
    if (c->kind == PL_CLAUSE_IF_FAILS) pl_buf_printf(out, " %s", does[c->fail_do]);
    dump_field(out, "value", c->value);
    if (c->step) {
        dump_str(out, "prose", c->step->prose);
        dump_call(out, c->step);
    }
    pl_buf_put_char(out, ']');
}

static void dump_comment(PlBuf *out, const PlComment *c, unsigned indent)
{
    for (unsigned i = 0; i < indent; i++) pl_buf_put_z(out, "  ");
    pl_buf_put(out, c->text);
    pl_buf_put_char(out, '\n');
}

/* What it says itself. */
static void dump_words(PlBuf *out, const PlStep *step)
{
    pl_buf_put_z(out, pl_step_kind_name(step->kind));
    dump_str(out, "prose", step->prose);
    dump_call(out, step);
    dump_str(out, "name", step->name);
    dump_str(out, "name2", step->name2);
    dump_field(out, "target", step->target);
    dump_str(out, "role", step->role);
    dump_field(out, "value", step->value);
    dump_field(out, step->is_while ? "while" : "cond", step->cond);
    dump_field(out, step->at_most ? "at-most" : "count", step->count);
    dump_field(out, "every", step->every);
    dump_field(out, "within", step->within);
    dump_field(out, "status", step->status);
    if (step->as_type) {
        pl_buf_put_z(out, " as=");
        dump_type(out, step->as_type);
    }
    for (uint32_t i = 0; i < step->clauses.len; i++) dump_clause(out, &step->clauses.items[i]);
    if (step->bind.len) {
        pl_buf_put_z(out, " -> ");
        pl_buf_put(out, step->bind);
    }
}

static void dump_step(PlBuf *out, const PlStep *step)
{
    for (uint32_t i = 0; i < step->comments.len; i++) dump_comment(out, &step->comments.items[i], step->depth - 1);
    for (uint32_t i = 1; i < step->depth; i++) pl_buf_put_z(out, "  ");
    pl_buf_put(out, step->label);
    pl_buf_put_char(out, ' ');
    dump_words(out, step);
    if (step->chain) pl_buf_printf(out, " after " PL_FMT, PL_ARG(step->chain->label));
    if (step->trailing.text.len) {
        pl_buf_put_z(out, " ");
        pl_buf_put(out, step->trailing.text);
    }
    pl_buf_put_char(out, '\n');
    for (uint32_t i = 0; i < step->steps.len; i++) dump_step(out, step->steps.items[i]);
}

static void dump_line(PlBuf *out, const char *key, PlStr s)
{
    if (!s.len) return;
    pl_buf_put_z(out, key);
    pl_buf_put_char(out, ' ');
    dump_text(out, s);
    pl_buf_put_char(out, '\n');
}

void pl_ast_dump_head(PlBuf *out, const PlPlan *plan)
{
    for (uint32_t i = 0; i < plan->header_comments.len; i++) dump_comment(out, &plan->header_comments.items[i], 0);
    dump_line(out, "workflow", plan->workflow);
    dump_line(out, "goal", plan->goal);
    for (uint32_t i = 0; i < plan->uses.len; i++) {
        pl_buf_put_z(out, "use");
        dump_str(out, "name", plan->uses.items[i].name);
        dump_str(out, "path", plan->uses.items[i].path);
        if (plan->uses.items[i].door.len) dump_str(out, "door", plan->uses.items[i].door);
        pl_buf_put_char(out, '\n');
    }
    for (uint32_t i = 0; i < plan->inputs.len; i++) {
        const PlInputDecl *input = &plan->inputs.items[i];
        pl_buf_printf(out, "input " PL_FMT, PL_ARG(input->name));
        if (input->type) {
            pl_buf_put_z(out, ": ");
            dump_type(out, input->type);
        }
        dump_field(out, "default", input->value);
        pl_buf_put_char(out, '\n');
    }
    dump_line(out, "schedule", plan->schedule);
    if (plan->limit_calls || plan->limit_time || plan->limit_money || plan->limit_tokens) {
        pl_buf_put_z(out, "limit");
        dump_field(out, "calls", plan->limit_calls);
        dump_field(out, "time", plan->limit_time);
        if (plan->limit_money) pl_buf_printf(out, " money=%llu", (unsigned long long)plan->limit_money);
        if (plan->limit_tokens) pl_buf_printf(out, " tokens=%llu", (unsigned long long)plan->limit_tokens);
        pl_buf_put_char(out, '\n');
    }
    for (uint32_t i = 0; i < plan->allow.len; i++) dump_line(out, "allow", plan->allow.items[i].text);
    for (uint32_t i = 0; i < plan->never.len; i++) dump_line(out, "never", plan->never.items[i].text);
    if (plan->output) {
        pl_buf_put_z(out, "output");
        dump_child(out, plan->output);
        pl_buf_put_char(out, '\n');
    }
}

void pl_ast_dump_step(PlBuf *out, const PlStep *step)
{
    for (uint32_t i = 0; i < step->comments.len; i++) dump_comment(out, &step->comments.items[i], 0);
    dump_words(out, step);
    pl_buf_put_char(out, '\n');
    pl_buf_put(out, step->trailing.text);
}

void pl_ast_dump(PlBuf *out, const PlPlan *plan)
{
    pl_ast_dump_head(out, plan);
    for (uint32_t i = 0; i < plan->steps.len; i++) dump_step(out, plan->steps.items[i]);
    for (uint32_t i = 0; i < plan->last_comments.len; i++) dump_comment(out, &plan->last_comments.items[i], 0);
}
