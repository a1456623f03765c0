/* SPDX-License-Identifier: MIT */
/* What of the text is a value, and which arguments take it. */
#include "compiler/bind/match.h"

#include <math.h>

static bool param_said(const PlMatch *m, const PlIndexParam *p)
{
    double met = 0;
    if (!p->word_count) return false;
    for (uint32_t i = 0; i < p->word_count; i++)
        met += pl_match_worth(m, m->q->index->words[p->words + i], false, NULL) >= 0.6f;
    return met * 2 > p->word_count;
}

/* Does the text say this value, as whole words? */
static bool text_has(PlStr text, PlStr value)
{
    if (value.len < 3 || value.len > text.len) return false;
    for (size_t i = 0; i + value.len <= text.len; i++) {
        if ((text.ptr[i] | 32) != (value.ptr[0] | 32)) continue;
        if (!pl_str_eq_nocase(pl_str_slice(text, i, i + value.len), value)) continue;
        bool before = i == 0 || !((text.ptr[i - 1] | 32) >= 'a' && (text.ptr[i - 1] | 32) <= 'z');
        size_t end = i + value.len;
        bool after =
            end == text.len || !((text.ptr[end] | 32) >= 'a' && (text.ptr[end] | 32) <= 'z') || text.ptr[end] == 's';
        if (before && after) return true;
    }
    return false;
}

static float nearness(uint32_t a, uint32_t b)
{
    return 1.0f / (1.0f + (float)(a > b ? a - b : b - a));
}

/* How likely the text fills an argument: 1 when it speaks of it, less when it has a value of that kind. */
static float evidence(const PlMatch *m, const PlIndexParam *p, bool said, bool *lacking)
{
    uint32_t kinds = p->shapes & (PL_SHAPE_EMAIL | PL_SHAPE_DATE | PL_SHAPE_URL | PL_SHAPE_NUMBER | PL_SHAPE_MONEY | PL_SHAPE_PLACE);
    uint32_t values = m->q->shapes | (m->q->shapes & PL_SHAPE_MONEY ? PL_SHAPE_NUMBER : 0) | (m->q->shapes & PL_SHAPE_NUMBER ? PL_SHAPE_MONEY : 0);
    *lacking = kinds && !(kinds & values) && !said;
    if (said) return 1;
    if (kinds) return kinds & values ? 0.8f : 0;
    return m->q->values ? 0.4f : 0.1f;
}

void pl_evidence_read(PlMatch *m)
{
    const PlIndex *x = m->q->index;
    uint32_t shapes = 0, said_count = 0, required = 0, required_said = 0, in_path = 0, enums = 0, numbers = 0, lacks = 0;
    float filled = 0;
    for (uint32_t i = 0; i < m->doc->param_count; i++) {
        const PlIndexParam *p = &x->params[m->doc->params + i];
        bool value = false;
        for (uint32_t v = 0; v < p->value_count && !value; v++)
            value = text_has(m->q->text, pl_index_text(x, x->values[p->values + v]));
        bool is_said = value || param_said(m, p) ||
                       (p->shapes & m->q->shapes & (PL_SHAPE_EMAIL | PL_SHAPE_DATE | PL_SHAPE_URL | PL_SHAPE_MONEY));
        shapes |= p->shapes;
        enums += value;
        said_count += is_said;
        if (p->place == PL_IN_PATH) in_path++;
        if (!p->required) continue;
        bool lacking;
        filled += evidence(m, p, is_said, &lacking);
        lacks += lacking;
        required++;
        numbers += (p->shapes & PL_SHAPE_NUMBER) != 0;
        required_said += is_said;
    }
    uint32_t kinds = 0, fit = 0;
    for (uint32_t bit = 1; bit < PL_SHAPE_YESNO; bit <<= 1) {
        if (!(m->q->shapes & bit)) continue;
        kinds++;
        fit += (shapes & bit) != 0;
    }
    m->at[PL_F_REQ_FILLED] = required ? filled / (float)required : 0.5f;
    m->at[PL_F_REQ_LACK] = (float)(lacks > 4 ? 4 : lacks) / 4.0f;
    m->at[PL_F_PLACE_FIT] = (m->q->shapes & PL_SHAPE_PLACE) && (shapes & PL_SHAPE_PLACE);
    m->at[PL_F_DATE_FIT] = (m->q->shapes & PL_SHAPE_DATE) && (shapes & PL_SHAPE_DATE);
    bool id = m->q->shapes & PL_SHAPE_ID || m->q->one;
    m->at[PL_F_COUNT_FIT] = m->q->values ? nearness(m->q->values, required) : 0;
    m->at[PL_F_COUNT_LESS] =
        (float)(required > m->q->values ? (required - m->q->values > 4 ? 4 : required - m->q->values) : 0) / 4.0f;
    m->at[PL_F_NUMBER_FIT] = m->q->numbers ? nearness(m->q->numbers, numbers) : 0;
    m->at[PL_F_NUMBER_LESS] =
        (float)(numbers > m->q->numbers ? (numbers - m->q->numbers > 4 ? 4 : numbers - m->q->numbers) : 0) / 4.0f;
    m->at[PL_F_VALUE_FIT] = kinds ? (float)fit / (float)kinds : 0;
    m->at[PL_F_ENUM_SAID] = enums > 2 ? 1 : (float)enums / 2.0f;
    m->at[PL_F_PARAM_SAID] = m->doc->param_count ? (float)said_count / (float)m->doc->param_count : 0;
    m->at[PL_F_REQ_SAID] = required ? (float)required_said / (float)required : 0;
    m->at[PL_F_REQ_OPEN] = (float)(required - required_said > 5 ? 5 : required - required_said) / 5.0f;
    m->at[PL_F_ID_FIT] = id && in_path > 0;
    m->at[PL_F_ID_NEED] = id ? 0 : (float)(in_path > 3 ? 3 : in_path) / 3.0f;
    bool search = m->doc->verb == PL_VERB_SEARCH;
    for (uint32_t i = 0; i < m->doc->param_count && !search; i++) {
        static const char *const names[] = {"q",    "query", "search", "keyword", "keywords",
                                            "term", "text",  "name",   "title",   "filter"};
        const PlIndexParam *p = &x->params[m->doc->params + i];
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            search |= p->place != PL_IN_PATH && pl_str_eq_nocase(pl_index_text(x, p->name), pl_str_z(names[k]));
    }
    m->at[PL_F_NAMED_SEARCH] = m->q->named && !id && search;
    m->at[PL_F_NAMED_PATH] = m->q->named && !(m->q->shapes & PL_SHAPE_ID) && in_path > 0;
    m->at[PL_F_PARAM_COUNT] = logf(1.0f + (float)m->doc->param_count) / 4.0f;
}
