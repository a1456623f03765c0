/* SPDX-License-Identifier: MIT */
/* See adjective.h. */
#include "compiler/check/adjective.h"

#include "compiler/check/tree.h"

static const struct {
    const char *word, *field;
} past[] = {
#define PL_PROSE_PAST(word, field) {word, field},
#include "grammar/prose.def"
#undef PL_PROSE_PAST
};

static bool has_part(PlStr name, PlStr part)
{
    size_t at = pl_str_find(name, part, 0);
    return at != PL_STR_NONE && (at == 0 || name.ptr[at - 1] == '_' || (name.ptr[at] >= 'A' && name.ptr[at] <= 'Z'));
}

/* due, dueDate, due_date */
static bool is_past(PlStr word, PlStr field, PlTypeKind kind)
{
    bool says = false;
    for (size_t i = 0; i < sizeof past / sizeof *past; i++)
        says |= pl_words_same(word, pl_str_z(past[i].word)) && has_part(field, pl_str_z(past[i].field));
    return says && (kind == PL_TYPE_DATE || kind == PL_TYPE_DATETIME);
}

static bool is_flag(PlStr field, PlStr word)
{
    if (pl_words_same(field, word)) return true;
    return pl_str_starts(field, PL_STR("is")) && pl_words_same(pl_str_slice(field, 2, field.len), word);
}

static void found(PlAdjective *out, PlAdjective one)
{
    one.count = out->count + 1;
    if (!out->count) *out = one;
    out->count = one.count;
}

static void look_at_field(PlChecker *c, const PlField *field, PlStr word, bool not_so, PlAdjective *out)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, field->type));
    PlAdjective one = {.field = field->name, .not_so = not_so};
    if (t->kind == PL_TYPE_YESNO && is_flag(field->name, word)) found(out, one);
    for (uint32_t i = 0; t->kind == PL_TYPE_ENUM && i < t->count; i++) {
        if (t->values[i].kind != PL_LIT_TEXT || !pl_words_same(t->values[i].as.text, word)) continue;
        one.value = t->values[i].as.text;
        found(out, one);
    }
    one.date = true;
    if (!not_so && is_past(word, field->name, t->kind)) found(out, one);
}

static void look(PlChecker *c, const PlType *record, PlStr word, bool not_so, PlAdjective *out)
{
    for (uint32_t i = 0; i < record->count; i++) look_at_field(c, &record->fields[i], word, not_so, out);
}

/* The word without what turns it round: "unpaid", "inactive", "non-billable". */
static PlStr turned(PlStr word)
{
    static const char *const heads[] = {"un", "in", "non-", "non", "not-"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (pl_str_starts(word, pl_str_z(heads[i])) && word.len > strlen(heads[i]) + 2) return pl_str_slice(word, strlen(heads[i]), word.len);
    return PL_STR("");
}

bool pl_adjective_read(PlChecker *c, PlTypeId record, PlStr word, PlAdjective *out)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, record));
    *out = (PlAdjective){0};
    if (t->kind == PL_TYPE_LIST) t = pl_type(c->types, pl_type_without_nothing(c->types, t->elem));
    if (t->kind != PL_TYPE_RECORD || word.len < 3) return false;
    look(c, t, word, false, out);
    PlStr rest = out->count ? PL_STR("") : turned(word);
    if (rest.len) look(c, t, rest, true, out);
    return out->count > 0;
}

PlStr pl_adjective_condition(PlChecker *c, const PlAdjective *a, PlStr subject)
{
    const char *is = a->not_so ? "is not" : "is";
    if (a->date) return pl_arena_printf(c->arena, PL_FMT "." PL_FMT " < today", PL_ARG(subject), PL_ARG(a->field));
    if (a->value.len) return pl_arena_printf(c->arena, PL_FMT "." PL_FMT " %s \"" PL_FMT "\"", PL_ARG(subject), PL_ARG(a->field), is, PL_ARG(a->value));
    return pl_arena_printf(c->arena, PL_FMT "." PL_FMT " %s yes", PL_ARG(subject), PL_ARG(a->field), is);
}

/* ---- of what ---- */

typedef struct Finder {
    PlChecker *c;
    PlSubjects *out;
} Finder;

static PlTypeKind kind_of(PlChecker *c, PlTypeId type)
{
    return pl_type(c->types, pl_type_without_nothing(c->types, type))->kind;
}

static void add(PlChecker *c, PlSubjects *out, PlStr text, PlTypeId type)
{
    PlSubject subject = {text, type};
    pl_vec_push(c->arena, out, subject);
}

static void find(void *context, PlExpr **slot)
{
    Finder *f = context;
    const PlExpr *x = *slot, *of = x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT ? x->left : x->kind == PL_EXPR_NAME ? x : NULL;
    if (of && of->type != PL_TYPE_NONE) {
        bool named = of->kind == PL_EXPR_NAME && kind_of(f->c, of->type) == PL_TYPE_RECORD;
        add(f->c, f->out, named ? of->text : PL_STR(""), of->type);
    }
    pl_tree_operands(*slot, find, f);
}

void pl_adjective_subjects(PlChecker *c, const PlStep *step, bool given, PlSubjects *out)
{
    Finder finder = {c, out};
    for (uint32_t i = 0; !given && i < step->args.len; i++) find(&finder, &step->args.items[i].value);
    if (!given || step->type == PL_TYPE_NONE) return;
    const PlType t = *pl_type(c->types, pl_type_without_nothing(c->types, step->type));
    if (t.kind == PL_TYPE_LIST) add(c, out, PL_STR(""), step->type);
    for (uint32_t i = 0; t.kind == PL_TYPE_RECORD && i < t.count; i++)
        if (kind_of(c, t.fields[i].type) == PL_TYPE_LIST) add(c, out, PL_STR(""), t.fields[i].type);
}
