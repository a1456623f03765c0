/* SPDX-License-Identifier: MIT */
/* See compiler/bind/mention.h. A word is a mention only when it is spelled as the name is; what is not bound for sure is none. */
#include "compiler/bind/mention.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

enum { MAX_MENTIONS = 24, MAX_STEPS_BACK = 16 };

static bool is_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_part(char c)
{
    return is_first(c) || (c >= '0' && c <= '9');
}

static size_t name_end(PlStr text, size_t at)
{
    while (at < text.len && is_part(text.ptr[at])) at++;
    return at;
}

static size_t skip_spaces(PlStr text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ') at++;
    return at;
}

/* The type of a field; PL_TYPE_NONE: there is none. Of what is of any type nothing is known. */
static PlTypeId field_type(PlChecker *c, PlTypeId type, PlStr name)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, type));
    if (t->kind != PL_TYPE_RECORD) return PL_TYPE_NONE;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_str_eq(t->fields[i].name, name)) return t->fields[i].type;
    return PL_TYPE_NONE;
}

static bool find_root(PlChecker *c, PlStr name, PlMention *out)
{
    PlSymbol *symbol = pl_scope_find(c, name);
    if (!symbol || symbol->kind == PL_SYM_NOW) return false;
    PlVar var = pl_flow_var(c, symbol);
    if (var.bound != PL_BOUND_YES || var.type == c->empty_list) return false;
    *out = (PlMention){.expr = name, .last = name, .symbol = symbol, .type = var.type};
    return true;
}

static bool descend(PlChecker *c, PlMention *m, PlStr field)
{
    PlTypeId type = field_type(c, m->type, field);
    if (type == PL_TYPE_NONE) return false;
    m->expr = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(m->expr), PL_ARG(field));
    m->last = field;
    m->type = type;
    m->is_path = true;
    return true;
}

/* "order number" and "order_number" behind a possessive or before "of": the longer name first. */
static size_t descend_words(PlChecker *c, PlMention *m, PlStr text, size_t at)
{
    size_t one = name_end(text, at), next = skip_spaces(text, one), two = name_end(text, next);
    if (one == at) return 0;
    PlStr first = pl_str_slice(text, at, one);
    if (next > one && two > next) {
        PlStr both = pl_arena_printf(c->arena, PL_FMT "_" PL_FMT, PL_ARG(first), PL_ARG(pl_str_slice(text, next, two)));
        if (descend(c, m, both)) return two;
    }
    return descend(c, m, first) ? one : 0;
}

/* Behind the name `m`: "'s employee_id". */
static size_t possessive(PlChecker *c, PlMention *m, PlStr text, size_t at)
{
    static const char *const marks[] = {"'s ", "\xe2\x80\x99s ", "' "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        PlStr mark = pl_str_z(marks[i]);
        if (pl_str_starts(pl_str_slice(text, at, text.len), mark)) return descend_words(c, m, text, at + mark.len);
    }
    return 0;
}

/* "id of the order": the field stands before its record. */
static size_t field_of(PlChecker *c, PlStr text, size_t at, size_t end, PlMention *out)
{
    static const char *const links[] = {" of the ", " of each ", " of this ", " of that ", " of "};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        PlStr link = pl_str_z(links[i]);
        if (!pl_str_starts(pl_str_slice(text, end, text.len), link)) continue;
        size_t from = end + link.len, to = name_end(text, from);
        if (to > from && find_root(c, pl_str_slice(text, from, to), out) && descend(c, out, pl_str_slice(text, at, end))) return to;
    }
    return 0;
}

/* The mention that begins at `at`: where it ends, 0 when there is none. */
static size_t mention_at(PlChecker *c, PlStr text, size_t at, PlMention *out)
{
    size_t end = name_end(text, at);
    size_t behind = field_of(c, text, at, end, out);
    if (behind) return behind;
    if (!find_root(c, pl_str_slice(text, at, end), out)) return 0;
    while (end + 1 < text.len && text.ptr[end] == '.' && is_first(text.ptr[end + 1])) {
        size_t next = name_end(text, end + 1);
        if (!descend(c, out, pl_str_slice(text, end + 1, next))) return 0;
        end = next;
    }
    if (end < text.len && (text.ptr[end] == '[' || text.ptr[end] == '(')) return 0;
    behind = out->is_path ? 0 : possessive(c, out, text, end);
    return behind ? behind : end;
}

void pl_mention_read(PlChecker *c, PlStr text, PlMentions *out)
{
    bool quoted = false;
    for (size_t at = 0; at < text.len && out->len < MAX_MENTIONS;) {
        char before = at ? text.ptr[at - 1] : ' ';
        PlMention m;
        if (text.ptr[at] == '"') quoted = !quoted;
        bool begins = !quoted && is_first(text.ptr[at]) && !is_part(before) && !strchr(".-#@/$'", before) && (unsigned char)before < 0x80;
        size_t end = begins ? mention_at(c, text, at, &m) : 0;
        bool whole = end && (end == text.len || (text.ptr[end] != '-' && text.ptr[end] != '@' && text.ptr[end] != '/' && (unsigned char)text.ptr[end] < 0x80));
        if (whole) {
            m.at = at;
            m.end = end;
            pl_vec_push(c->arena, out, m);
        }
        at = end ? end : begins ? name_end(text, at) : at + 1;
    }
}

static PlStr root_of(const PlExpr *x)
{
    while (x && x->kind != PL_EXPR_NAME) x = x->left;
    return x ? x->text : PL_STR("");
}

PlStr pl_mention_plugin(const PlChecker *c, const PlSymbol *symbol)
{
    for (int i = 0; symbol && symbol->step && i < MAX_STEPS_BACK; i++) {
        const PlStep *step = symbol->step;
        if (step->kind == PL_STEP_ACTION) return step->bound ? step->bound->plugin : PL_STR("");
        PlStr root = step->kind == PL_STEP_EACH || step->kind == PL_STEP_SET ? root_of(step->value) : PL_STR("");
        const PlSymbol *next = root.len ? pl_scope_find(c, root) : NULL;
        if (next == symbol) break;
        symbol = next;
    }
    return PL_STR("");
}
