/* SPDX-License-Identifier: MIT */
/* Expressions and types as exact source. Brackets stand where the tree needs them or the author wrote them. What is printed reads back to
 * the same tree: texts inside texts change their quote, a number with a fraction keeps it, an operator whose words would run into the next name
 * gets brackets behind it. Recursion is bounded by PL_LIMIT_EXPR_DEPTH. */
#include "compiler/syntax/print_expr.h"

#include "compiler/syntax/phrase.h"

typedef struct Printer {
    PlBuf *out;
    unsigned texts; /* texts around this expression */
    bool commas;    /* list clauses are set off by commas */
} Printer;

static void print(Printer *pr, const PlExpr *e, PlLevel level);

static PlLevel level_of(const PlExpr *e)
{
    switch (e->kind) {
    case PL_EXPR_WHERE:
    case PL_EXPR_SORTED:
    case PL_EXPR_GROUPED:
    case PL_EXPR_SELECT:
    case PL_EXPR_TAKE:
    case PL_EXPR_DISTINCT: return PL_LEVEL_EXPR;
    case PL_EXPR_IF: return PL_LEVEL_CHOICE;
    case PL_EXPR_COALESCE: return PL_LEVEL_COALESCE;
    case PL_EXPR_COERCE: return level_of(e->left);
    case PL_EXPR_UNARY:
        return e->op == PL_OPR_NOT ? PL_LEVEL_NOT : e->op == PL_OPR_NEG ? PL_LEVEL_UNARY : PL_LEVEL_COMPARE;
    case PL_EXPR_BINARY:
        if (e->op == PL_OPR_OR) return PL_LEVEL_OR;
        if (e->op == PL_OPR_AND) return PL_LEVEL_AND;
        if (e->op == PL_OPR_ADD || e->op == PL_OPR_SUB) return PL_LEVEL_SUM;
        if (e->op == PL_OPR_MUL || e->op == PL_OPR_DIV || e->op == PL_OPR_MOD) return PL_LEVEL_PRODUCT;
        return PL_LEVEL_COMPARE;
    case PL_EXPR_LITERAL: /* -5 and 3 days are no operands of `.` and `[` */
        if (e->literal.kind == PL_LIT_INT || e->literal.kind == PL_LIT_DOUBLE || e->literal.kind == PL_LIT_DURATION)
            return PL_LEVEL_UNARY;
        return PL_LEVEL_POSTFIX;
    default: return PL_LEVEL_POSTFIX;
    }
}

/* ---- literals ---- */

static const struct {
    const char *one, *many;
    int64_t micros;
} units[] = {
    {"day", "days", 86400000000},   {"hour", "hours", 3600000000},         {"minute", "minutes", 60000000},
    {"second", "seconds", 1000000}, {"millisecond", "milliseconds", 1000},
};

static void put_count(PlBuf *out, int64_t n, const char *one, const char *many, bool *some)
{
    if (*some) pl_buf_put_char(out, ' ');
    pl_buf_put_int(out, n);
    pl_buf_put_char(out, ' ');
    pl_buf_put_z(out, n == 1 ? one : many);
    *some = true;
}

static void print_duration(PlBuf *out, const PlLiteral *l)
{
    bool some = false;
    int64_t rest = l->as.integer, months = l->offset;
    if (rest < 0 || months < 0) { /* only a folded constant is negative */
        pl_buf_put_char(out, '-');
        rest = rest < 0 ? -rest : rest;
        months = months < 0 ? -months : months;
    }
    if (months && months % 12 == 0)
        put_count(out, months / 12, "year", "years", &some);
    else if (months)
        put_count(out, months, "month", "months", &some);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (rest / units[i].micros) put_count(out, rest / units[i].micros, units[i].one, units[i].many, &some);
        rest %= units[i].micros;
    }
    if (rest)
        pl_buf_printf(out, "%s0.%03d milliseconds", some ? " " : "", (int)rest);
    else if (!some)
        pl_buf_put_z(out, "0 seconds");
}

static void print_double(PlBuf *out, double d)
{
    size_t start = out->len;
    pl_buf_put_double(out, d);
    for (size_t i = start; i < out->len; i++)
        if (out->ptr[i] == '.' || out->ptr[i] == 'e') return;
    pl_buf_put_z(out, ".0");
}

/* ---- texts ---- */

static const struct {
    const char *open, *close, *brace;
} quotes[] = {
    {"\"", "\"", "{"},
    {"'", "'", "{"},
    {"`", "`", "${"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d", "{"},
    {"\xe2\x80\x98", "\xe2\x80\x99", "{"},
};

/* A piece of text between quotes of that level. Inside another text every quote is escaped: the outer text ends at its own. */
static void print_piece(Printer *pr, PlStr s, unsigned quote)
{
    PlBuf *out = pr->out;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : 0;
        bool curly = quote > 2 && s.len - i >= 3 && memcmp(s.ptr + i, "\xe2\x80", 2) == 0 &&
                     (unsigned char)s.ptr[i + 2] >= 0x98 && (unsigned char)s.ptr[i + 2] <= 0x9d;
        if (curly) {
            pl_buf_printf(out, "\\u20%02x", (unsigned)(unsigned char)s.ptr[i + 2] - 0x80);
            i += 2;
        } else if (c == '\n') {
            pl_buf_put_z(out, "\\n");
        } else if (c == '\r') {
            pl_buf_put_z(out, "\\r");
        } else if (c == '\t') {
            pl_buf_put_z(out, "\\t");
        } else if ((unsigned char)c < 0x20) {
            pl_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
        } else {
            bool quoted = c == '"' || (pr->texts && (c == '\'' || c == '`'));
            bool brace = quote == 2 ? c == '$' && next == '{' : c == '{';
            if (c == '\\' || quoted || brace) pl_buf_put_char(out, '\\');
            pl_buf_put_char(out, c);
        }
    }
}

static unsigned quote_of(const Printer *pr)
{
    unsigned last = sizeof quotes / sizeof *quotes - 1;
    return pr->texts < last ? pr->texts : last;
}

/* Back-ticks around one word are a name, so a literal takes the quotes behind them. */
static void print_literal_text(Printer *pr, PlStr s)
{
    unsigned quote = quote_of(pr);
    if (quotes[quote].open[0] == '`') quote++;
    pl_buf_put_z(pr->out, quotes[quote].open);
    print_piece(pr, s, quote);
    pl_buf_put_z(pr->out, quotes[quote].close);
}

static void print_text(Printer *pr, const PlExpr *e)
{
    unsigned quote = quote_of(pr);
    pl_buf_put_z(pr->out, quotes[quote].open);
    for (uint32_t i = 0; i < e->items.len; i++) {
        const PlExpr *item = e->items.items[i];
        if (item->kind == PL_EXPR_LITERAL && item->literal.kind == PL_LIT_TEXT) {
            print_piece(pr, item->literal.as.text, quote);
            continue;
        }
        Printer inner = {pr->out, pr->texts + 1, false};
        pl_buf_put_z(pr->out, quotes[quote].brace);
        size_t start = pr->out->len;
        print(&inner, item, PL_LEVEL_EXPR);
        if (pr->out->len > start && pr->out->ptr[start] == '{') { /* `{{` means something else */
            pr->out->len = start;
            pl_buf_put_char(pr->out, '(');
            print(&inner, item, PL_LEVEL_EXPR);
            pl_buf_put_char(pr->out, ')');
        }
        pl_buf_put_char(pr->out, '}');
    }
    pl_buf_put_z(pr->out, quotes[quote].close);
}

static void print_literal(Printer *pr, const PlExpr *e)
{
    PlBuf *out = pr->out;
    const PlLiteral *l = &e->literal;
    switch (l->kind) {
    case PL_LIT_NOTHING: pl_buf_put_z(out, "nothing"); break;
    case PL_LIT_YESNO: pl_buf_put_z(out, l->as.yes ? "yes" : "no"); break;
    case PL_LIT_INT: pl_buf_put_int(out, l->as.integer); break;
    case PL_LIT_DOUBLE:
        if (e->text.len) pl_buf_put(out, e->text);
        else print_double(out, l->as.number);
        break;
    case PL_LIT_TEXT: print_literal_text(pr, l->as.text); break;
    case PL_LIT_DURATION: print_duration(out, l); break;
    default: pl_buf_put(out, l->as.text); break;
    }
}

/* ---- names ---- */

static bool is_plain_name(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!pl_phrase_word_char(s.ptr[i]) || (i == 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9')) return false;
    return s.len > 0;
}

static void print_key(Printer *pr, PlStr name)
{
    if (is_plain_name(name))
        pl_buf_put(pr->out, name);
    else
        print_literal_text(pr, name);
}

/* ---- operators ---- */

/* Whether the words at `start` are read as `text` and no longer phrase ("is" and a name `empty`). */
static bool reads_as(const PlBuf *out, size_t start, const char *text)
{
    const char *end;
    const PlSpelling *row = pl_phrase_longest(PL_AT_INFIX, out->ptr + start, out->ptr + out->len, &end);
    return !row || pl_str_eq_z(row->accepted, text);
}

static void print_binary(Printer *pr, const PlExpr *e, PlLevel left, PlLevel right, const char *text)
{
    print(pr, e->left, left);
    pl_buf_put_char(pr->out, ' ');
    size_t start = pr->out->len;
    pl_buf_put_z(pr->out, text);
    pl_buf_put_char(pr->out, ' ');
    size_t operand = pr->out->len;
    print(pr, e->right, right);
    if (pr->out->status != PL_OK || reads_as(pr->out, start, text)) return;
    pr->out->len = operand;
    pl_buf_put_char(pr->out, '(');
    print(pr, e->right, PL_LEVEL_EXPR);
    pl_buf_put_char(pr->out, ')');
}

static void print_operator(Printer *pr, const PlExpr *e)
{
    PlLevel level = level_of(e);
    const char *text = pl_operator_text(e->op);
    if (level == PL_LEVEL_COMPARE)
        print_binary(pr, e, PL_LEVEL_COALESCE, PL_LEVEL_COALESCE, text);
    else
        print_binary(pr, e, level, (PlLevel)(level + 1), text);
}

static void print_unary(Printer *pr, const PlExpr *e)
{
    const char *text = pl_operator_text(e->op);
    if (e->op == PL_OPR_NOT) {
        pl_buf_put_z(pr->out, "not ");
        print(pr, e->left, PL_LEVEL_NOT);
    } else if (e->op == PL_OPR_NEG) {
        bool number = e->left->kind == PL_EXPR_LITERAL; /* else it would be read as one negative number */
        pl_buf_put_z(pr->out, number ? "-(" : "-");
        print(pr, e->left, PL_LEVEL_UNARY);
        if (number) pl_buf_put_char(pr->out, ')');
    } else {
        print(pr, e->left, PL_LEVEL_COALESCE);
        pl_buf_put_char(pr->out, ' ');
        pl_buf_put_z(pr->out, text);
    }
}

/* ---- lists ---- */

static void print_item(Printer *pr, const PlExpr *e)
{
    bool has_comma = e->kind == PL_EXPR_SORTED && e->items.len > 1;
    for (const PlExpr *at = e; at && level_of(at) == PL_LEVEL_EXPR && !has_comma; at = at->left)
        has_comma = at->kind == PL_EXPR_SORTED && at->items.len > 1;
    Printer inner = {pr->out, pr->texts, false};
    print(&inner, e, has_comma ? PL_LEVEL_CHOICE : PL_LEVEL_EXPR);
}

static void print_fields(Printer *pr, const PlExpr *e, const char *sign, bool more)
{
    for (uint32_t i = 0; i < e->fields.len; i++) {
        if (i || more) pl_buf_put_z(pr->out, ", ");
        if (e->kind == PL_EXPR_CALL)
            pl_buf_put(pr->out, e->fields.items[i].name); /* always a name, of whatever script */
        else
            print_key(pr, e->fields.items[i].name);
        pl_buf_put_z(pr->out, sign);
        print_item(pr, e->fields.items[i].value);
    }
}

static void print_items(Printer *pr, const PlExpr *e)
{
    for (uint32_t i = 0; i < e->items.len; i++) {
        if (i) pl_buf_put_z(pr->out, ", ");
        print_item(pr, e->items.items[i]);
    }
}

static void print_list_clause(Printer *pr, const PlExpr *e)
{
    static const char *const words[] = {
        [PL_EXPR_WHERE] = "where",   [PL_EXPR_SORTED] = "sorted by", [PL_EXPR_GROUPED] = "grouped by",
        [PL_EXPR_SELECT] = "select", [PL_EXPR_TAKE] = "take",        [PL_EXPR_DISTINCT] = "distinct by",
    };
    print(pr, e->left, PL_LEVEL_EXPR);
    bool second = level_of(e->left) == PL_LEVEL_EXPR && !(e->left->flags & PL_EXPR_PARENS);
    pl_buf_put_z(pr->out, pr->commas && second ? ", " : " ");
    pl_buf_put_z(pr->out, e->kind == PL_EXPR_DISTINCT && !e->right ? "distinct" : words[e->kind]);
    if (e->right) {
        pl_buf_put_char(pr->out, ' ');
        Printer inner = {pr->out, pr->texts, false};
        print(&inner, e->right, PL_LEVEL_CHOICE);
    }
    for (uint32_t i = 0; i < e->items.len; i++) {
        pl_buf_put_z(pr->out, i ? ", " : " ");
        Printer inner = {pr->out, pr->texts, false};
        print(&inner, e->items.items[i], PL_LEVEL_CHOICE);
        if (e->flags >> i & 1) pl_buf_put_z(pr->out, " descending");
    }
}

static void print_slice(Printer *pr, const PlExpr *e)
{
    print(pr, e->left, PL_LEVEL_POSTFIX);
    pl_buf_put_char(pr->out, '[');
    if (e->cond) print_item(pr, e->cond);
    pl_buf_put_char(pr->out, ':');
    if (e->right) print_item(pr, e->right);
    pl_buf_put_char(pr->out, ']');
}

/* ---- all ---- */

static void print_postfix(Printer *pr, const PlExpr *e)
{
    PlBuf *out = pr->out;
    switch (e->kind) {
    case PL_EXPR_FIELD:
        print(pr, e->left, PL_LEVEL_POSTFIX);
        pl_buf_put_char(out, '.');
        pl_buf_put(out, e->text);
        break;
    case PL_EXPR_PROJECT:
        print(pr, e->left, PL_LEVEL_POSTFIX);
        pl_buf_put_z(out, "[*].");
        pl_buf_put(out, e->text);
        break;
    case PL_EXPR_INDEX:
        print(pr, e->left, PL_LEVEL_POSTFIX);
        pl_buf_put_char(out, '[');
        print_item(pr, e->right);
        pl_buf_put_char(out, ']');
        break;
    case PL_EXPR_CALL:
        pl_buf_put(out, e->text);
        pl_buf_put_char(out, '(');
        print_items(pr, e);
        print_fields(pr, e, "=", e->items.len > 0);
        pl_buf_put_char(out, ')');
        break;
    case PL_EXPR_LIST:
        pl_buf_put_char(out, '[');
        print_items(pr, e);
        pl_buf_put_char(out, ']');
        break;
    case PL_EXPR_RECORD:
        pl_buf_put_char(out, '{');
        print_fields(pr, e, ": ", false);
        pl_buf_put_char(out, '}');
        break;
    default: pl_buf_put(out, e->text); break;
    }
}

static void print_bare(Printer *pr, const PlExpr *e)
{
    switch (e->kind) {
    case PL_EXPR_LITERAL: print_literal(pr, e); break;
    case PL_EXPR_TEXT: print_text(pr, e); break;
    case PL_EXPR_IT: pl_buf_put_z(pr->out, "it"); break;
    case PL_EXPR_NAME: pl_buf_put(pr->out, (e->flags & PL_EXPR_WORDS) && !e->symbol ? e->literal.as.text : e->text); break;
    case PL_EXPR_STEP_REF:
        pl_buf_put_z(pr->out, "step ");
        pl_buf_put(pr->out, e->text);
        break;
    case PL_EXPR_UNARY: print_unary(pr, e); break;
    case PL_EXPR_BINARY: print_operator(pr, e); break;
    case PL_EXPR_COALESCE: print_binary(pr, e, PL_LEVEL_SUM, PL_LEVEL_COALESCE, "??"); break;
    case PL_EXPR_IF:
        print(pr, e->left, PL_LEVEL_OR);
        pl_buf_put_z(pr->out, " if ");
        print(pr, e->cond, PL_LEVEL_OR);
        pl_buf_put_z(pr->out, " otherwise ");
        print(pr, e->right, PL_LEVEL_CHOICE);
        break;
    case PL_EXPR_SLICE: print_slice(pr, e); break;
    case PL_EXPR_WHERE:
    case PL_EXPR_SORTED:
    case PL_EXPR_GROUPED:
    case PL_EXPR_SELECT:
    case PL_EXPR_TAKE:
    case PL_EXPR_DISTINCT: print_list_clause(pr, e); break;
    default: print_postfix(pr, e); break;
    }
}

static void print(Printer *pr, const PlExpr *e, PlLevel level)
{
    while (e->kind == PL_EXPR_COERCE) e = e->left;
    PlLevel own = level_of(e);
    bool kept = (e->flags & PL_EXPR_PARENS) && own < PL_LEVEL_UNARY && level > PL_LEVEL_EXPR;
    if (own >= level && !kept) {
        print_bare(pr, e);
        return;
    }
    Printer inner = {pr->out, pr->texts, false};
    pl_buf_put_char(pr->out, '(');
    print_bare(&inner, e);
    pl_buf_put_char(pr->out, ')');
}

void pl_print_expr_at(PlBuf *out, const PlExpr *expr, PlLevel level)
{
    print(&(Printer){out, 0, false}, expr, level);
}

void pl_print_expr_top(PlBuf *out, const PlExpr *expr)
{
    print(&(Printer){out, 0, true}, expr, PL_LEVEL_EXPR);
}

void pl_print_expr_item(PlBuf *out, const PlExpr *expr)
{
    print_item(&(Printer){out, 0, false}, expr);
}

void pl_print_expr(PlBuf *out, const PlExpr *expr)
{
    pl_print_expr_at(out, expr, PL_LEVEL_EXPR);
}

/* type_atom, where `atom`: a union needs brackets there. */
static void print_type(PlBuf *out, const PlTypeExpr *t, bool atom)
{
    Printer pr = {out, 0, false};
    bool brackets = atom && (t->kind == PL_TE_OR || t->kind == PL_TE_ONE_OF);
    if (brackets) pl_buf_put_char(out, '(');
    switch (t->kind) {
    case PL_TE_NAME: pl_buf_put(out, pl_str_eq_z(t->name, "yes/no") ? PL_STR("yes or no") : t->name); break;
    case PL_TE_LIST:
        pl_buf_put_z(out, "list of ");
        print_type(out, t->left, true);
        break;
    case PL_TE_OR:
        print_type(out, t->left, t->left->kind == PL_TE_ONE_OF);
        pl_buf_put_z(out, " or ");
        print_type(out, t->right, true);
        break;
    case PL_TE_RECORD:
        pl_buf_put_char(out, '{');
        for (uint32_t i = 0; i < t->fields.len; i++) {
            if (i) pl_buf_put_z(out, ", ");
            print_key(&pr, t->fields.items[i].name);
            pl_buf_put_z(out, t->fields.items[i].optional ? "?: " : ": ");
            print_type(out, t->fields.items[i].type, false);
        }
        pl_buf_put_char(out, '}');
        break;
    case PL_TE_ONE_OF:
        pl_buf_put_z(out, "one of ");
        for (uint32_t i = 0; i < t->values.len; i++) {
            if (i) pl_buf_put_z(out, ", ");
            print(&pr, t->values.items[i], PL_LEVEL_POSTFIX - 1);
        }
        break;
    }
    if (brackets) pl_buf_put_char(out, ')');
}

void pl_print_type_expr(PlBuf *out, const PlTypeExpr *type)
{
    print_type(out, type, false);
}
