/* SPDX-License-Identifier: MIT */
/* Plans as exact source: headers in their order, steps with renewed numbers and three columns of indentation for each level, prose and comments as
 * they were. A call longer than 120 columns puts each argument, and then each clause, on a line of its own. */
#include "compiler/syntax/print.h"

#include "compiler/syntax/print_expr.h"
#include "vm/base/utf8.h"

enum { COLUMNS = 120, INDENT = 3 };

typedef struct Page {
    PlBuf *out;
    const PlPlan *plan;
    size_t line;       /* where the current line begins */
    bool args_wrapped; /* each argument on a line of its own */
    bool tail_wrapped; /* each clause too */
    unsigned inner;    /* columns before a continued line */
} Page;

static void put(Page *page, const char *z)
{
    pl_buf_put_z(page->out, z);
}

static void indent(Page *page, unsigned columns)
{
    for (unsigned i = 0; i < columns; i++) pl_buf_put_char(page->out, ' ');
}

static void new_line(Page *page, unsigned columns)
{
    pl_buf_put_char(page->out, '\n');
    page->line = page->out->len;
    indent(page, columns);
}

static void field(Page *page, const char *before, const PlExpr *e, PlLevel level, const char *behind)
{
    if (!e) return;
    put(page, before);
    pl_print_expr_at(page->out, e, level);
    put(page, behind);
}

/* ---- calls and clauses ---- */

static void print_action(Page *page, const PlStep *step)
{
    if (step->plugin.len) {
        pl_buf_put(page->out, step->plugin);
        pl_buf_put_char(page->out, '.');
    }
    pl_buf_put(page->out, step->action);
    pl_buf_put_char(page->out, '(');
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        if (i) put(page, page->args_wrapped ? "," : ", ");
        if (page->args_wrapped) new_line(page, page->inner);
        if (arg->name.len) {
            pl_buf_put(page->out, arg->name);
            pl_buf_put_char(page->out, '=');
        }
        pl_print_expr_item(page->out, arg->value);
    }
    pl_buf_put_char(page->out, ')');
}

static void print_call(Page *page, const PlStep *step)
{
    pl_buf_put(page->out, step->prose);
    bool bare = step->prose.len == 0 && step->plugin.len > 0;
    if (step->prose.len) pl_buf_put_char(page->out, ' ');
    if (!bare) put(page, "using ");
    print_action(page, step);
}

static void print_fails(Page *page, const PlClause *c)
{
    put(page, "if it fails");
    field(page, " with ", c->count, PL_LEVEL_SUM, "");
    put(page, ", ");
    switch (c->fail_do) {
    case PL_FAIL_CONTINUE: put(page, "continue"); break;
    case PL_FAIL_STOP: put(page, "stop"); break;
    case PL_FAIL_FAIL: put(page, "fail"); break;
    case PL_FAIL_USE: put(page, "use"); break;
    case PL_FAIL_ACTION: {
        Page inner = *page;
        inner.args_wrapped = false;
        if (c->step->prose.len == 0) put(page, "using ");
        if (c->step->prose.len)
            print_call(&inner, c->step);
        else
            print_action(&inner, c->step);
        return;
    }
    }
    field(page, " ", c->value, PL_LEVEL_CHOICE, "");
}

static void print_clause(Page *page, const PlClause *c)
{
    switch (c->kind) {
    case PL_CLAUSE_RETRY:
        field(page, "retry ", c->count, PL_LEVEL_SUM, " times");
        field(page, " waiting ", c->duration, PL_LEVEL_SUM, "");
        if (c->doubling) put(page, ", doubling");
        break;
    case PL_CLAUSE_WITHIN: field(page, "within ", c->duration, PL_LEVEL_SUM, ""); break;
    case PL_CLAUSE_UP_TO: field(page, "up to ", c->count, PL_LEVEL_SUM, " items"); break;
    case PL_CLAUSE_AT_A_TIME: field(page, "up to ", c->count, PL_LEVEL_SUM, " at a time"); break;
    case PL_CLAUSE_IF_FAILS: print_fails(page, c); break;
    case PL_CLAUSE_KEY: field(page, "key ", c->value, PL_LEVEL_CHOICE, ""); break;
    case PL_CLAUSE_TOLERATING:
        field(page, "tolerating ", c->count, PL_LEVEL_SUM, c->percent ? " %" : " failures");
        break;
    case PL_CLAUSE_ALL_PAGES: put(page, "all pages"); break;
    case PL_CLAUSE_ASK_FIRST: put(page, "ask first"); break;
    case PL_CLAUSE_IN_ORDER: put(page, "in order"); break;
    case PL_CLAUSE_GO_ON: put(page, "continue on error"); break;
    case PL_CLAUSE_COUNT: break;
    }
}

static void print_clauses(Page *page, const PlStep *step)
{
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        put(page, page->tail_wrapped ? "," : ", ");
        if (page->tail_wrapped) new_line(page, page->inner);
        print_clause(page, &step->clauses.items[i]);
    }
}

static void print_result(Page *page, const PlStep *step)
{
    if (step->as_type) {
        put(page, " as ");
        pl_print_type_expr(page->out, step->as_type);
    }
    if (step->bind.len) {
        put(page, " -> ");
        pl_buf_put(page->out, step->bind);
    }
}

/* ---- steps by kind ---- */

static void print_target(Page *page, const char *verb, const PlStep *step)
{
    put(page, verb);
    if (step->target)
        pl_print_expr_at(page->out, step->target, PL_LEVEL_POSTFIX);
    else
        pl_buf_put(page->out, step->name);
}

static void print_each(Page *page, const PlStep *step)
{
    put(page, "For each ");
    pl_buf_put(page->out, step->name);
    if (step->name2.len) {
        put(page, ", ");
        pl_buf_put(page->out, step->name2);
    }
    put(page, " in ");
    bool brackets = step->value->kind == PL_EXPR_WHERE; /* else it would be read as the loop's own `where` */
    pl_print_expr_at(page->out, step->value, brackets ? PL_LEVEL_CHOICE : PL_LEVEL_EXPR);
    field(page, " where ", step->cond, PL_LEVEL_CHOICE, "");
    print_clauses(page, step);
    put(page, ":");
}

static void print_repeat(Page *page, const PlStep *step)
{
    if (step->cond) {
        field(page, step->is_while ? "Repeat while " : "Repeat until ", step->cond, PL_LEVEL_EXPR, "");
        field(page, ", at most ", step->count, PL_LEVEL_SUM, " times");
    } else {
        if (!step->count) put(page, "Repeat");
        field(page, "Repeat ", step->count, PL_LEVEL_SUM, " times");
    }
    bool bare = !step->cond && !step->count;
    field(page, bare ? " every " : ", every ", step->every, PL_LEVEL_SUM, "");
    field(page, bare && !step->every ? " for up to " : ", for up to ", step->within, PL_LEVEL_SUM, "");
    put(page, ":");
}

static void print_ask(Page *page, const PlStep *step)
{
    put(page, "Ask ");
    if (step->role.len) {
        pl_buf_put(page->out, step->role);
        put(page, " ");
    }
    pl_print_expr_at(page->out, step->value, PL_LEVEL_POSTFIX);
    if (step->as_type) {
        put(page, " as ");
        pl_print_type_expr(page->out, step->as_type);
    }
    field(page, " within ", step->within, PL_LEVEL_SUM, "");
    if (step->bind.len) {
        put(page, " -> ");
        pl_buf_put(page->out, step->bind);
    }
}

/* A time of day stands without quotes. */
static void print_until(Page *page, const PlExpr *time)
{
    PlStr s = time->kind == PL_EXPR_LITERAL && time->literal.kind == PL_LIT_TEXT ? time->literal.as.text : PL_STR("");
    bool clock = s.len == 5 && s.ptr[2] == ':';
    for (size_t i = 0; clock && i < s.len; i++)
        if (i != 2 && (s.ptr[i] < '0' || s.ptr[i] > '9' || (i == 3 && s.ptr[i] > '5'))) clock = false;
    put(page, "Wait until ");
    if (clock)
        pl_buf_put(page->out, s);
    else
        pl_print_expr(page->out, time);
}

static void print_block(Page *page, const PlStep *step)
{
    switch (step->kind) {
    case PL_STEP_IF: field(page, "If ", step->cond, PL_LEVEL_EXPR, ":"); break;
    case PL_STEP_ELSE_IF: field(page, "Otherwise if ", step->cond, PL_LEVEL_EXPR, ":"); break;
    case PL_STEP_ELSE: put(page, "Otherwise:"); break;
    case PL_STEP_EACH: print_each(page, step); break;
    case PL_STEP_REPEAT: print_repeat(page, step); break;
    case PL_STEP_TOGETHER:
        put(page, "At the same time");
        print_clauses(page, step);
        put(page, ":");
        break;
    case PL_STEP_TRY: put(page, "Try:"); break;
    default:
        put(page, "If it fails");
        field(page, " with ", step->status, PL_LEVEL_SUM, "");
        put(page, ":");
        break;
    }
}

static void print_statement(Page *page, const PlStep *step)
{
    switch (step->kind) {
    case PL_STEP_SET:
        print_target(page, "Set ", step);
        field(page, " to ", step->value, PL_LEVEL_EXPR, "");
        break;
    case PL_STEP_INCREASE:
        print_target(page, "Increase ", step);
        field(page, " by ", step->value, PL_LEVEL_EXPR, "");
        break;
    case PL_STEP_CLEAR: print_target(page, "Clear ", step); break;
    case PL_STEP_ADD:
        field(page, "Add ", step->value, PL_LEVEL_EXPR, "");
        print_target(page, " to ", step);
        break;
    case PL_STEP_KEEP:
        put(page, "Keep ");
        pl_print_expr_top(page->out, step->value);
        print_result(page, step);
        break;
    case PL_STEP_STOP:
        put(page, "Stop");
        field(page, " ", step->value, PL_LEVEL_EXPR, "");
        break;
    case PL_STEP_FAIL:
        put(page, "Fail");
        field(page, " ", step->value, PL_LEVEL_EXPR, "");
        break;
    case PL_STEP_RETURN: field(page, "Return ", step->value, PL_LEVEL_EXPR, ""); break;
    case PL_STEP_SKIP: put(page, "Skip"); break;
    case PL_STEP_LEAVE: put(page, "Leave"); break;
    case PL_STEP_WAIT_FOR: field(page, "Wait ", step->value, PL_LEVEL_EXPR, ""); break;
    case PL_STEP_WAIT_UNTIL: print_until(page, step->value); break;
    case PL_STEP_WAIT_EVENT:
        field(page, "Wait for ", step->value, PL_LEVEL_POSTFIX, "");
        field(page, " up to ", step->within, PL_LEVEL_SUM, "");
        print_result(page, step);
        break;
    case PL_STEP_ASK: print_ask(page, step); break;
    case PL_STEP_APPROVE:
        field(page, "Approve ", step->value, PL_LEVEL_POSTFIX, "");
        field(page, " within ", step->within, PL_LEVEL_SUM, "");
        break;
    case PL_STEP_CHECK:
        field(page, "Check ", step->cond, PL_LEVEL_EXPR, "");
        field(page, ", else fail ", step->value, PL_LEVEL_POSTFIX, "");
        break;
    case PL_STEP_NOTE: field(page, "Note ", step->value, PL_LEVEL_EXPR, ""); break;
    case PL_STEP_ACTION:
        print_call(page, step);
        print_result(page, step);
        print_clauses(page, step);
        break;
    case PL_STEP_PROSE:
        pl_buf_put(page->out, step->prose);
        print_result(page, step);
        print_clauses(page, step);
        break;
    case PL_STEP_BAD: pl_buf_put(page->out, step->prose); break;
    default: print_block(page, step); break;
    }
}

/* ---- lines ---- */

static size_t widest_line(const Page *page, size_t start)
{
    size_t widest = 0;
    PlStr text = pl_str_slice(pl_buf_str(page->out), start, page->out->len);
    for (size_t from = 0; from <= text.len;) {
        size_t end = pl_str_find_char(text, '\n', from);
        if (end == PL_STR_NONE) end = text.len;
        size_t width = pl_utf8_width(pl_str_slice(text, from, end));
        widest = width > widest ? width : widest;
        from = end + 1;
    }
    return widest;
}

static void print_trailing(Page *page, const PlStep *step, size_t start)
{
    PlStr comment = step->trailing.text;
    if (!comment.len) return;
    PlBuf *out = page->out;
    size_t end = pl_str_find_char(pl_buf_str(out), '\n', start);
    if (end == PL_STR_NONE) {
        put(page, " ");
        pl_buf_put(out, comment);
        return;
    }
    /* Several lines: the comment belongs to the first. */
    PlBuf rest;
    pl_buf_init(&rest, 0);
    pl_buf_put(&rest, pl_str_slice(pl_buf_str(out), end, out->len));
    out->len = end;
    put(page, " ");
    pl_buf_put(out, comment);
    pl_buf_put(out, pl_buf_str(&rest));
    pl_buf_deinit(&rest);
}

/* "3)" alone on a line would be a marker, so only arguments with names have lines of their own. */
static bool may_wrap(const PlStep *step)
{
    for (uint32_t i = 0; i < step->args.len; i++)
        if (!step->args.items[i].name.len) return false;
    return step->args.len > 0;
}

static void print_step(Page *page, const PlStep *step)
{
    unsigned columns = (step->depth - 1) * INDENT;
    for (uint32_t i = 0; i < step->comments.len; i++) {
        indent(page, columns);
        pl_buf_put(page->out, step->comments.items[i].text);
        put(page, "\n");
    }
    size_t start = page->out->len;
    static const struct {
        bool args, tail;
    } attempts[] = {{false, false}, {false, true}, {true, false}, {true, true}};
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        bool nothing_new = (attempts[i].args && !may_wrap(step)) || (attempts[i].tail && !step->clauses.len);
        if (i > 0 && (step->kind != PL_STEP_ACTION || nothing_new)) continue;
        page->out->len = page->line = start;
        page->args_wrapped = attempts[i].args;
        page->tail_wrapped = attempts[i].tail;
        page->inner = columns + 2 * INDENT;
        indent(page, columns);
        pl_buf_put(page->out, step->label);
        put(page, ". ");
        print_statement(page, step);
        if (widest_line(page, start) <= COLUMNS) break;
    }
    print_trailing(page, step, start);
    put(page, "\n");
    for (uint32_t i = 0; i < step->steps.len; i++) print_step(page, step->steps.items[i]);
}

static void header(Page *page, const char *key, PlStr text)
{
    if (!text.len) return;
    put(page, key);
    put(page, ": ");
    pl_buf_put(page->out, text);
    put(page, "\n");
}

static void print_input(Page *page, const PlInputDecl *input)
{
    put(page, "Input: ");
    pl_buf_put(page->out, input->name);
    if (input->type) {
        put(page, ": ");
        pl_print_type_expr(page->out, input->type);
    }
    if (input->value) {
        put(page, " = ");
        pl_print_expr_item(page->out, input->value);
    }
    put(page, "\n");
}

static void print_limits(Page *page)
{
    const PlPlan *plan = page->plan;
    const char *lead = plan->limit_calls ? ", " : "";
    put(page, "Limit: ");
    field(page, "", plan->limit_calls, PL_LEVEL_SUM, " calls");
    field(page, lead, plan->limit_time, PL_LEVEL_SUM, "");
    if (plan->limit_time) lead = ", ";
    if (plan->limit_money) {
        put(page, lead);
        pl_buf_put_double(page->out, (double)plan->limit_money / 1e6);
        put(page, plan->limit_money == 1000000 ? " dollar" : " dollars");
        lead = ", ";
    }
    if (plan->limit_tokens) pl_buf_printf(page->out, "%s%llu tokens", lead, (unsigned long long)plan->limit_tokens);
    put(page, "\n");
}

static void print_headers(Page *page)
{
    const PlPlan *plan = page->plan;
    for (uint32_t i = 0; i < plan->header_comments.len; i++) {
        pl_buf_put(page->out, plan->header_comments.items[i].text);
        put(page, "\n");
    }
    header(page, "Workflow", plan->workflow);
    header(page, "Goal", plan->goal);
    for (uint32_t i = 0; i < plan->uses.len; i++) {
        put(page, "Use: ");
        pl_buf_put(page->out, plan->uses.items[i].name);
        if (plan->uses.items[i].path.len)
            pl_buf_printf(page->out, " from " PL_FMT "%s\"" PL_FMT "\"", PL_ARG(plan->uses.items[i].door), plan->uses.items[i].door.len ? " " : "",
                          PL_ARG(plan->uses.items[i].path));
        put(page, "\n");
    }
    for (uint32_t i = 0; i < plan->inputs.len; i++) print_input(page, &plan->inputs.items[i]);
    header(page, "Schedule", plan->schedule);
    if (plan->limit_calls || plan->limit_time || plan->limit_money || plan->limit_tokens) print_limits(page);
    for (uint32_t i = 0; i < plan->allow.len; i++) header(page, "Allow", plan->allow.items[i].text);
    for (uint32_t i = 0; i < plan->never.len; i++) header(page, "Never", plan->never.items[i].text);
    if (plan->output) {
        field(page, "Output: ", plan->output, PL_LEVEL_EXPR, "\n");
    }
}

void pl_print_plan(PlBuf *out, const PlPlan *plan)
{
    Page page = {.out = out, .plan = plan, .line = out->len};
    print_headers(&page);
    if (out->len > page.line && plan->steps.len) put(&page, "\n");
    for (uint32_t i = 0; i < plan->steps.len; i++) print_step(&page, plan->steps.items[i]);
    for (uint32_t i = 0; i < plan->last_comments.len; i++) {
        pl_buf_put(out, plan->last_comments.items[i].text);
        put(&page, "\n");
    }
}
