/* SPDX-License-Identifier: MIT */
/* Types as a plan writes them (`Input:`, `as TYPE`) to types of the table. spec/types.md, "Spelling". */
#include "compiler/check/expr.h"

static const struct TypeWord {
    const char *word;
    PlTypeId type;
} type_words[] = {
    {"any", PL_T_ANY},
    {"nothing", PL_T_NOTHING},
    {"yes/no", PL_T_YESNO},
    {"integer", PL_T_INTEGER},
    {"number", PL_T_NUMBER},
    {"text", PL_T_TEXT},
    {"datetime", PL_T_DATETIME},
    {"date", PL_T_DATE},
    {"duration", PL_T_DURATION},
    {"file", PL_T_FILE},
    {"list", PL_T_LIST_ANY},
    {"record", PL_T_RECORD_ANY},
    {"yes or no", PL_T_YESNO},
    {"string", PL_T_TEXT},
    {"str", PL_T_TEXT},
    {"int", PL_T_INTEGER},
    {"float", PL_T_NUMBER},
    {"double", PL_T_NUMBER},
    {"bool", PL_T_YESNO},
    {"boolean", PL_T_YESNO},
    {"object", PL_T_RECORD_ANY},
    {"array", PL_T_LIST_ANY},
    {"null", PL_T_NOTHING},
    {"timestamp", PL_T_DATETIME},
    {"dict", PL_T_RECORD_ANY},
    {"json", PL_T_ANY},
    {"whole number", PL_T_INTEGER},
    {"date-time", PL_T_DATETIME},
};
enum { TYPE_WORDS = sizeof type_words / sizeof *type_words, EXACT_WORDS = 12 };

static PlTypeId read_name(PlChecker *c, const PlTypeExpr *t)
{
    for (size_t i = 0; i < TYPE_WORDS; i++)
        if (pl_str_eq_nocase(t->name, pl_str_z(type_words[i].word))) return type_words[i].type;
    PlTextFormat format = pl_type_format_by_name(t->name);
    if (format != PL_FORMAT_NONE) return pl_type_text(c->types, format);
    PlStr words[EXACT_WORDS + 3];
    for (size_t i = 0; i < EXACT_WORDS; i++) words[i] = pl_str_z(type_words[i].word);
    words[EXACT_WORDS] = PL_STR("email");
    words[EXACT_WORDS + 1] = PL_STR("url");
    words[EXACT_WORDS + 2] = PL_STR("uuid");
    PlStr near = pl_words_near(t->name, words, EXACT_WORDS + 3);
    PlDiag *d = PL_REPORT(c->diags, UNKNOWN_TYPE, t->span, PL_ARG(t->name));
    if (near.len)
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
    else
        pl_diag_help(c->diags, d, "the types are: " PL_FMT, PL_ARG(pl_words_list(c, words, EXACT_WORDS + 3, 20)));
    return PL_T_ANY;
}

static PlTypeId read_record(PlChecker *c, const PlTypeExpr *t)
{
    PlField *fields = PL_NEW_N(c->arena, PlField, t->fields.len);
    for (uint32_t i = 0; i < t->fields.len; i++) {
        const PlTypeField *f = &t->fields.items[i];
        for (uint32_t j = 0; j < i; j++)
            if (pl_str_eq(t->fields.items[j].name, f->name)) PL_REPORT(c->diags, FIELD_TWICE, f->span, PL_ARG(f->name));
        PlTypeId type = f->type ? pl_type_expr_read(c, f->type) : PL_T_ANY;
        fields[i] = (PlField){.name = f->name, .type = type, .required = !f->optional};
    }
    return pl_type_record(c->types, fields, t->fields.len, PL_TYPE_NONE, false, PL_STR(""));
}

static PlTypeId read_one_of(PlChecker *c, const PlTypeExpr *t)
{
    PlLiteral *values = PL_NEW_N(c->arena, PlLiteral, t->values.len);
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->values.len; i++) {
        PlExpr *x = t->values.items[i];
        pl_expr_check(c, &t->values.items[i], PL_TYPE_NONE);
        if (x->kind == PL_EXPR_LITERAL && x->literal.kind != PL_LIT_NOTHING) values[count++] = x->literal;
    }
    return count ? pl_type_enum(c->types, values, count) : PL_T_ANY;
}

PlTypeId pl_type_expr_read(PlChecker *c, const PlTypeExpr *t)
{
    switch (t->kind) {
    case PL_TE_NAME: return read_name(c, t);
    case PL_TE_LIST: return pl_type_list(c->types, t->left ? pl_type_expr_read(c, t->left) : PL_T_ANY);
    case PL_TE_RECORD: return read_record(c, t);
    case PL_TE_OR: {
        PlTypeId left = pl_type_expr_read(c, t->left), right = pl_type_expr_read(c, t->right);
        return pl_type_union(c->types, (PlTypeId[]){left, right}, 2);
    }
    case PL_TE_ONE_OF: return read_one_of(c, t);
    }
    return PL_T_ANY;
}
