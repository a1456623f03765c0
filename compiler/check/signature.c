/* SPDX-License-Identifier: MIT */
/* A small reader for one line of text, and unification of one level: variables stand for types, never for each other. */
#include "compiler/check/signature.h"

typedef struct Reader {
    PlTypes *types;
    PlStr text;
    size_t at;
    bool failed;
} Reader;

static PlTypeId read_type(Reader *r);

/* ---- tokens -------------------------------------------------------------------------------------------------------- */

static void skip_space(Reader *r)
{
    while (r->at < r->text.len && r->text.ptr[r->at] == ' ') r->at++;
}

static bool take(Reader *r, const char *token)
{
    skip_space(r);
    PlStr rest = pl_str_slice(r->text, r->at, r->text.len), want = pl_str_z(token);
    if (!pl_str_starts(rest, want)) return false;
    r->at += want.len;
    return true;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/';
}

static PlStr peek_word(Reader *r)
{
    skip_space(r);
    size_t end = r->at;
    while (end < r->text.len && is_word_char(r->text.ptr[end])) end++;
    return pl_str_slice(r->text, r->at, end);
}

static bool take_word(Reader *r, const char *word)
{
    if (!pl_str_eq_z(peek_word(r), word)) return false;
    r->at += strlen(word);
    return true;
}

static PlStr word(Reader *r)
{
    PlStr w = peek_word(r);
    if (!w.len) r->failed = true;
    r->at += w.len;
    return w;
}

/* ---- types --------------------------------------------------------------------------------------------------------- */

static PlTypeId named(Reader *r)
{
    static const struct Name {
        const char *name;
        PlTypeId type;
    } names[] = {{"any", PL_T_ANY},           {"nothing", PL_T_NOTHING},   {"yes/no", PL_T_YESNO},
                 {"integer", PL_T_INTEGER},   {"number", PL_T_NUMBER},     {"text", PL_T_TEXT},
                 {"date", PL_T_DATE},         {"datetime", PL_T_DATETIME}, {"file", PL_T_FILE},
                 {"duration", PL_T_DURATION}, {"record", PL_T_RECORD_ANY}, {"list", PL_T_LIST_ANY}};
    PlStr w = word(r);
    if (w.len == 1 && w.ptr[0] >= 'T' && w.ptr[0] < 'T' + PL_SIGNATURE_VARS)
        return pl_type_var(r->types, (uint32_t)(w.ptr[0] - 'T'));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(w, names[i].name)) return names[i].type;
    PlTextFormat format = pl_type_format_by_name(w);
    if (format == PL_FORMAT_NONE) r->failed = true;
    return pl_type_text(r->types, format);
}

static PlTypeId read_record(Reader *r)
{
    PlField fields[PL_SIGNATURE_PARAMS] = {0};
    uint32_t count = 0;
    while (!r->failed && !take(r, "}")) {
        if (count && !take(r, ",")) r->failed = true;
        if (count == PL_SIGNATURE_PARAMS) r->failed = true;
        if (r->failed) break;
        PlField *f = &fields[count++];
        f->name = word(r);
        f->required = !take(r, "?");
        if (!take(r, ":")) r->failed = true;
        f->type = read_type(r);
    }
    return pl_type_record(r->types, fields, count, PL_TYPE_NONE, false, PL_STR(""));
}

/* A comma goes on only before another quote: elsewhere it ends the parameter. */
static bool take_next_value(Reader *r)
{
    size_t at = r->at;
    if (take(r, ",") && take(r, "\"")) return true;
    r->at = at;
    return false;
}

static PlTypeId read_one_of(Reader *r)
{
    PlLiteral values[PL_SIGNATURE_PARAMS];
    uint32_t count = 0;
    bool more = take(r, "\"");
    if (!more) r->failed = true;
    while (more && !r->failed) {
        size_t end = pl_str_find_char(r->text, '"', r->at);
        if (end == PL_STR_NONE || count == PL_SIGNATURE_PARAMS) {
            r->failed = true;
            break;
        }
        values[count++] = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_slice(r->text, r->at, end)};
        r->at = end + 1;
        more = take_next_value(r);
    }
    return pl_type_enum(r->types, values, count);
}

static PlTypeId read_atom(Reader *r)
{
    if (take(r, "{")) return read_record(r);
    if (take(r, "(")) {
        PlTypeId inner = read_type(r);
        if (!take(r, ")")) r->failed = true;
        return inner;
    }
    if (take(r, "list of ")) return pl_type_list(r->types, read_atom(r));
    if (take(r, "one of ")) return read_one_of(r);
    return named(r);
}

static PlTypeId read_type(Reader *r)
{
    PlTypeId members[PL_SIGNATURE_PARAMS];
    uint32_t count = 0;
    do {
        if (count == PL_SIGNATURE_PARAMS) r->failed = true;
        if (r->failed) return PL_T_ANY;
        members[count++] = read_atom(r);
    } while (take_word(r, "or"));
    return count == 1 ? members[0] : pl_type_union(r->types, members, count);
}

bool pl_signature_read(PlTypes *types, PlStr text, PlSignature *out)
{
    *out = (PlSignature){.result = PL_T_ANY};
    Reader r = {.types = types, .text = text};
    if (!take(&r, "(")) return false;
    while (!r.failed && !take(&r, ")")) {
        if (out->repeats || out->count == PL_SIGNATURE_PARAMS || (out->count && !take(&r, ","))) return false;
        PlSignatureParam *p = &out->params[out->count++];
        out->repeats = take(&r, "...");
        p->name = out->repeats ? PL_STR("...") : word(&r);
        p->optional = out->repeats || take(&r, "?");
        if (!take(&r, ":")) return false;
        p->type = read_type(&r);
    }
    if (!take(&r, "->")) return false;
    out->result = read_type(&r);
    skip_space(&r);
    return !r.failed && r.at == text.len;
}

const PlSignatureParam *pl_signature_param(const PlSignature *signature, uint32_t index)
{
    if (index < signature->count) return &signature->params[index];
    return signature->repeats ? &signature->params[signature->count - 1] : NULL;
}

/* ---- variables ----------------------------------------------------------------------------------------------------- */

void pl_signature_vars_init(PlSignatureVars *vars)
{
    for (uint32_t i = 0; i < PL_SIGNATURE_VARS; i++) vars->of[i] = PL_TYPE_NONE;
}

static void learn(PlTypes *types, PlTypeId *var, PlTypeId actual)
{
    if (*var == PL_TYPE_NONE || *var == actual)
        *var = actual;
    else if (pl_type(types, *var)->kind == PL_TYPE_INTEGER && pl_type(types, actual)->kind == PL_TYPE_NUMBER)
        *var = actual;
    else if (pl_type(types, *var)->kind == PL_TYPE_NUMBER && pl_type(types, actual)->kind == PL_TYPE_INTEGER)
        return;
    else
        *var = pl_type_union(types, (PlTypeId[]){*var, actual}, 2);
}

static void match_union(PlTypes *types, PlSignatureVars *vars, const PlType *p, PlTypeId actual)
{
    PlTypeKind kind = pl_type(types, actual)->kind;
    bool matched = false;
    for (uint32_t i = 0; i < p->count; i++) {
        PlTypeKind member = pl_type(types, p->members[i])->kind;
        if (member != kind || (kind != PL_TYPE_LIST && kind != PL_TYPE_RECORD)) continue;
        pl_signature_match(types, vars, p->members[i], actual);
        matched = true;
    }
    for (uint32_t i = 0; i < p->count && !matched; i++)
        if (pl_type(types, p->members[i])->kind == PL_TYPE_VAR) pl_signature_match(types, vars, p->members[i], actual);
}

void pl_signature_match(PlTypes *types, PlSignatureVars *vars, PlTypeId pattern, PlTypeId actual)
{
    const PlType p = *pl_type(types, pattern);
    if (p.kind == PL_TYPE_VAR) {
        learn(types, &vars->of[p.elem], actual);
        return;
    }
    PlTypeId some = pl_type_without_nothing(types, actual);
    const PlType a = *pl_type(types, some);
    if (p.kind == PL_TYPE_UNION) {
        match_union(types, vars, &p, some);
    } else if (p.kind == PL_TYPE_LIST) {
        if (a.kind == PL_TYPE_NOTHING) return;
        pl_signature_match(types, vars, p.elem, a.kind == PL_TYPE_LIST ? a.elem : some);
    } else if (p.kind == PL_TYPE_RECORD) {
        for (uint32_t i = 0; i < p.count; i++) {
            const PlField *field = pl_type_field(types, some, p.fields[i].name);
            pl_signature_match(types, vars, p.fields[i].type, field ? field->type : PL_T_ANY);
        }
    }
}

static PlTypeId fill_record(PlTypes *types, const PlSignatureVars *vars, const PlType *t)
{
    PlField fields[PL_SIGNATURE_PARAMS];
    for (uint32_t i = 0; i < t->count; i++) {
        fields[i] = t->fields[i];
        fields[i].type = pl_signature_fill(types, vars, fields[i].type);
    }
    return pl_type_record(types, fields, t->count, t->rest, t->closed, t->name);
}

PlTypeId pl_signature_fill(PlTypes *types, const PlSignatureVars *vars, PlTypeId pattern)
{
    const PlType t = *pl_type(types, pattern);
    switch (t.kind) {
    case PL_TYPE_VAR: return vars->of[t.elem] == PL_TYPE_NONE ? PL_T_ANY : vars->of[t.elem];
    case PL_TYPE_LIST: return pl_type_list(types, pl_signature_fill(types, vars, t.elem));
    case PL_TYPE_RECORD: return t.count ? fill_record(types, vars, &t) : pattern;
    case PL_TYPE_UNION: {
        PlTypeId members[PL_SIGNATURE_PARAMS];
        for (uint32_t i = 0; i < t.count; i++) members[i] = pl_signature_fill(types, vars, t.members[i]);
        return pl_type_union(types, members, t.count);
    }
    default: return pattern;
    }
}
