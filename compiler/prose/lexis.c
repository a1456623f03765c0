/* SPDX-License-Identifier: MIT */
/* The words of a phrase: paths, calls and texts in quotes are one word each, so that no pattern looks inside of them.
 * And what English does to words: articles, plurals, numbers in letters. */
#include "compiler/prose/prose_internal.h"

/* ---- cleaning ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* A sign of several bytes, or 0: those that people write between words. */
static unsigned long_sign(const char *p, const char *limit)
{
    static const char *const signs[] = {"×", "÷", "≤", "≥", "≠", "–", "—", "−", "→", "⇒"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if ((size_t)(limit - p) >= n && memcmp(p, signs[i], n) == 0) return (unsigned)n;
    }
    return 0;
}

/* Back-ticks around a name fall away; a curly apostrophe becomes a straight one; so do a last full stop and white
 * space. */
static PlStr cleaned(PlArena *arena, PlStr prose)
{
    prose = pl_str_trim(prose);
    while (prose.len && (prose.ptr[prose.len - 1] == '.' || prose.ptr[prose.len - 1] == '!')) prose.len--;
    char *out = pl_arena_alloc(arena, prose.len + 1, 1);
    size_t n = 0;
    bool text = false;
    for (size_t i = 0; i < prose.len; i++) {
        if (prose.ptr[i] == '"') text = !text;
        bool curly = prose.len - i >= 3 && memcmp(prose.ptr + i, "\xe2\x80\x99", 3) == 0;
        size_t end = !text && prose.ptr[i] == '`' ? pl_str_find_char(prose, '`', i + 1) : PL_STR_NONE;
        if (end != PL_STR_NONE && pl_str_find(pl_str_slice(prose, i, end), PL_STR("${"), 0) == PL_STR_NONE &&
            pl_str_find_char(pl_str_slice(prose, i, end), ' ', 0) == PL_STR_NONE) {
            memcpy(out + n, prose.ptr + i + 1, end - i - 1);
            n += end - i - 1;
            i = end;
        } else if (curly && !text) {
            out[n++] = '\'';
            i += 2;
        } else {
            out[n++] = prose.ptr[i];
        }
    }
    out[n] = 0;
    return pl_str(out, n);
}

/* ---- words ---- */

static const char *bracket_end(const char *p, const char *limit)
{
    unsigned depth = 0;
    char closer;
    for (; p < limit; p++) {
        depth += *p == '(' || *p == '[' || *p == '{';
        depth -= *p == ')' || *p == ']' || *p == '}';
        if (depth == 0) return p + 1;
        const char *end = pl_text_quote(p, limit, &closer) && p[-1] != ' ' + 1 && strchr(" ([{,=:", p[-1])
                              ? pl_text_end(p, limit)
                              : NULL;
        if (end) p = end - 1;
    }
    return NULL;
}

static bool in_word(const char *p, const char *limit)
{
    if (is_letter(*p) || is_digit(*p)) return true;
    if ((unsigned char)*p >= 0x80) return !long_sign(p, limit);
    bool inside = p + 1 < limit && (is_letter(p[1]) || is_digit(p[1]));
    return (*p == '-' || *p == '.' || *p == '\'') && inside;
}

/* A word with what hangs on it: a.b, a[0].b, f(x), job's. */
static const char *word_end(const char *p, const char *limit)
{
    while (p < limit) {
        if (in_word(p, limit)) {
            p++;
            continue;
        }
        const char *end = *p == '[' || *p == '(' ? bracket_end(p, limit) : NULL;
        if (!end) break;
        p = end;
    }
    return p;
}

static const char *number_end(const char *p, const char *limit)
{
    while (p < limit && (is_digit(*p) || (strchr(".,-:", *p) && p + 1 < limit && is_digit(p[1])))) p++;
    return p < limit && is_letter(*p) ? word_end(p, limit) : p;
}

static PlWord word_at(const char *p, const char *limit)
{
    char closer;
    const char *end = pl_text_quote(p, limit, &closer) ? pl_text_end(p, limit) : NULL;
    if (end) return (PlWord){pl_str(p, (size_t)(end - p)), PL_WORD_QUOTE};
    if ((*p == '[' || *p == '{') && (end = bracket_end(p, limit)))
        return (PlWord){pl_str(p, (size_t)(end - p)), PL_WORD_GROUP};
    if (is_digit(*p)) return (PlWord){pl_str(p, (size_t)(number_end(p, limit) - p)), PL_WORD_NUMBER};
    if (is_letter(*p) || ((unsigned char)*p >= 0x80 && !long_sign(p, limit)))
        return (PlWord){pl_str(p, (size_t)(word_end(p, limit) - p)), PL_WORD_WORD};
    unsigned n = long_sign(p, limit);
    bool two = limit - p > 1 && ((p[1] == '=' && strchr("<>=!", *p)) || (p[1] == '>' && strchr("-=", *p)));
    return (PlWord){pl_str(p, n ? n : two ? 2 : 1), PL_WORD_SIGN};
}

/* "are still open": the adverb says nothing. */
static bool is_adverb(const PlWord *words, uint32_t count, PlStr word, const char *behind, const char *limit)
{
    static const char *const adverbs[] = {"still", "already", "currently", "now", "also"}, *const verbs[] = {
                                                                                               "is", "are", "was",
                                                                                               "were", "be"};
    bool adverb = false, verb = false;
    for (size_t i = 0; i < sizeof adverbs / sizeof *adverbs; i++)
        adverb |= pl_str_eq_nocase(word, pl_str_z(adverbs[i]));
    for (size_t i = 0; count && i < sizeof verbs / sizeof *verbs; i++)
        verb |= pl_str_eq_nocase(words[count - 1].text, pl_str_z(verbs[i]));
    return adverb && verb && limit - behind > 1 && is_letter(behind[1]);
}

bool pl_lexis_split(PlReader *r, PlStr prose)
{
    PL_VEC(PlWord) words = {0};
    r->text = cleaned(r->c->arena, prose);
    const char *limit = r->text.ptr + r->text.len;
    for (const char *p = r->text.ptr; p < limit;) {
        if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
            p++;
            continue;
        }
        if (words.len == PL_PROSE_WORDS) return false;
        PlWord word = word_at(p, limit);
        p += word.text.len;
        if (!is_adverb(words.items, words.len, word.text, p, limit)) pl_vec_push(r->c->arena, &words, word);
    }
    static const char *const openings[] = {"then", "now", "next", "finally", "please", "also", "only", "just", ","};
    r->words = words.items;
    r->count = words.len;
    for (bool more = true; more && r->count > 2;) { /* "Then sort ...", "Only keep ..." */
        more = false;
        for (size_t i = 0; i < sizeof openings / sizeof *openings && !more; i++) more = pl_lexis_is(r, 0, openings[i]);
        if (more) r->words++, r->count--;
    }
    return r->count > 0;
}

PlStr pl_lexis_text(const PlReader *r, PlRange range)
{
    if (range.from >= range.to) return PL_STR("");
    const char *start = r->words[range.from].text.ptr;
    PlStr last = r->words[range.to - 1].text;
    return pl_str(start, (size_t)(last.ptr + last.len - start));
}

PlStr pl_lexis_bare(const PlReader *r, PlRange range)
{
    PlStr text = pl_lexis_text(r, range);
    char *out = pl_arena_alloc(r->c->arena, text.len + (range.to > range.from ? range.to - range.from : 0) + 1, 1); /* words may stand without a blank */
    size_t n = 0;
    for (uint32_t i = range.from; i < range.to; i++) {
        if (n) out[n++] = '_';
        for (size_t k = 0; k < r->words[i].text.len; k++) {
            char ch = r->words[i].text.ptr[k];
            out[n++] = ch == '-' ? '_' : lower(ch);
        }
    }
    out[n] = 0;
    return pl_str(out, n);
}

bool pl_lexis_is(const PlReader *r, uint32_t at, const char *word)
{
    return at < r->count && pl_str_eq_nocase(r->words[at].text, pl_str_z(word));
}

PlRange pl_lexis_without_article(const PlReader *r, PlRange range)
{
    static const char *const articles[] = {"the", "a",   "an",    "all", "each", "every", "of",   "those", "these",
                                           "any", "its", "their", "our", "my",   "both",  "this", "that"};
    for (bool more = true; more && range.from + 1 < range.to;) {
        more = false;
        for (size_t i = 0; i < sizeof articles / sizeof *articles && !more; i++)
            more = pl_lexis_is(r, range.from, articles[i]);
        if (more) range.from++;
    }
    return range;
}

/* Two or three words that are a name: no sign, no word that parts a phrase. */
bool pl_lexis_is_plain(const PlReader *r, PlRange range)
{
    static const char *const others[] = {"out", "who", "which", "by",   "in",  "of",  "from", "to",   "with", "for",
                                         "and", "or",  "where", "is",   "are", "per", "than", "that", "not",  "on",
                                         "at",  "was", "has",   "have", "if",  "as",  "the",  "a",    "each", "all"};
    for (uint32_t i = range.from; i < range.to; i++) {
        PlStr word = r->words[i].text;
        if (r->words[i].kind != PL_WORD_WORD || !pl_lexis_is_name(word) ||
            pl_str_find_char(word, '_', 0) != PL_STR_NONE)
            return false;
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            if (pl_lexis_is(r, i, others[k])) return false;
    }
    return range.to - range.from <= 3;
}

bool pl_lexis_is_name(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.ptr[i]) && !(i && is_digit(s.ptr[i]))) return false;
    return s.len > 0;
}

/* ---- sameness ---- */

static bool ends(PlStr s, const char *tail)
{
    return s.len > strlen(tail) && pl_str_eq_nocase(pl_str_slice(s, s.len - strlen(tail), s.len), pl_str_z(tail));
}

PlStr pl_lexis_singular(PlReader *r, PlStr word)
{
    if (ends(word, "ies") && word.len > 4)
        return pl_arena_printf(r->c->arena, PL_FMT "y", PL_ARG(pl_str_slice(word, 0, word.len - 3)));
    if (ends(word, "sses") || ends(word, "shes") || ends(word, "ches") || ends(word, "xes"))
        return pl_str_slice(word, 0, word.len - 2);
    if (ends(word, "ss") || ends(word, "us") || ends(word, "is") || word.len < 3) return word;
    return ends(word, "s") ? pl_str_slice(word, 0, word.len - 1) : word;
}

/* Small letters, words parted with '_', also dueDate and due-date; the last word in the singular. */
static PlStr normal(PlReader *r, PlStr s)
{
    PlStr *known = pl_map_get(&r->c->prose_words, s);
    if (known) return *known;
    char *out = pl_arena_alloc(r->c->arena, 2 * s.len + 2, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        bool hump =
            i && ch >= 'A' && ch <= 'Z' && ((s.ptr[i - 1] >= 'a' && s.ptr[i - 1] <= 'z') || is_digit(s.ptr[i - 1]));
        if (hump) out[n++] = '_';
        out[n++] = ch == '-' || ch == ' ' || ch == '.' ? '_' : lower(ch);
    }
    out[n] = 0;
    known = PL_NEW(r->c->arena, PlStr);
    *known = pl_lexis_singular(r, pl_str(out, n));
    pl_map_put(&r->c->prose_words, s, NULL)->value.ptr = known;
    return *known;
}

PlStr pl_lexis_normal(PlReader *r, PlStr s)
{
    return normal(r, s);
}

/* The singular of a word begins as the plural does. */
static bool begin_alike(PlStr a, PlStr b)
{
    size_t i = 0, k = 0;
    while (i < a.len && strchr("_- .", a.ptr[i])) i++;
    while (k < b.len && strchr("_- .", b.ptr[k])) k++;
    return i < a.len && k < b.len && lower(a.ptr[i]) == lower(b.ptr[k]);
}

bool pl_lexis_same(PlReader *r, PlStr a, PlStr b)
{
    if (!begin_alike(a, b)) return a.len == 0 && b.len == 0;
    return pl_words_same(normal(r, a), normal(r, b));
}

bool pl_lexis_ends(PlReader *r, PlStr name, PlStr words)
{
    PlStr n = normal(r, name), w = normal(r, words);
    return n.len > w.len && pl_str_ends(n, w) && n.ptr[n.len - w.len - 1] == '_';
}

bool pl_lexis_has(PlReader *r, PlStr name, PlStr words)
{
    PlStr n = normal(r, name), w = normal(r, words);
    for (size_t at = pl_str_find(n, w, 0); at != PL_STR_NONE && w.len; at = pl_str_find(n, w, at + 1)) {
        size_t end = at + w.len;
        if ((at == 0 || n.ptr[at - 1] == '_') &&
            (end == n.len || n.ptr[end] == '_' || (n.ptr[end] == 's' && end + 1 == n.len)))
            return true;
    }
    return false;
}

/* ---- numbers ---- */

static PlStr in_digits(PlStr word)
{
    static const char *const words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i]))) return pl_str_z(digits[i]);
    return PL_STR("");
}

static PlStr without_marks(const PlReader *r, PlStr number)
{
    char *out = pl_arena_alloc(r->c->arena, number.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < number.len; i++) {
        bool mark = number.ptr[i] == ',' && number.len - i > 3 && is_digit(number.ptr[i + 3]) &&
                    (number.len - i == 4 || !is_digit(number.ptr[i + 4]));
        if (!mark) out[n++] = number.ptr[i];
    }
    out[n] = 0;
    return pl_str(out, n);
}

PlStr pl_lexis_count(const PlReader *r, PlRange range)
{
    if (range.to != range.from + 1) return PL_STR("");
    const PlWord *word = &r->words[range.from];
    if (word->kind == PL_WORD_WORD) return in_digits(word->text);
    int64_t n;
    PlStr number = word->kind == PL_WORD_NUMBER ? without_marks(r, word->text) : PL_STR("");
    return pl_str_to_int(number, &n) ? number : PL_STR("");
}

/* 100, 1,200.50, $100, 100 EUR, 10 dollars: the number alone. */
PlStr pl_lexis_number(const PlReader *r, PlRange range)
{
    static const char *const money[] = {"$", "€", "£", "EUR", "USD", "GBP", "dollars", "euros", "pounds", "US$"};
    if (range.to - range.from == 2) {
        for (size_t i = 0; i < sizeof money / sizeof *money; i++) {
            if (pl_lexis_is(r, range.from, money[i])) return pl_lexis_number(r, (PlRange){range.from + 1, range.to});
            if (pl_lexis_is(r, range.to - 1, money[i])) return pl_lexis_number(r, (PlRange){range.from, range.to - 1});
        }
        return PL_STR("");
    }
    if (range.to != range.from + 1) return PL_STR("");
    PlStr word = r->words[range.from].text;
    for (size_t i = 1; i < 3; i++)
        if (pl_str_starts(word, pl_str_z(money[i]))) word = pl_str_slice(word, strlen(money[i]), word.len);
    double unused;
    PlStr number = without_marks(r, word);
    return pl_str_to_double(number, &unused) ? number : pl_lexis_count(r, range);
}

static bool is_unit(PlStr word)
{
    static const char *const units[] = {"second", "minute", "hour", "day", "week", "month", "year"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        PlStr unit = pl_str_z(units[i]);
        if (pl_str_eq_nocase(word, unit)) return true;
        if (word.len == unit.len + 1 && lower(word.ptr[unit.len]) == 's' &&
            pl_str_eq_nocase(pl_str_slice(word, 0, unit.len), unit))
            return true;
    }
    return false;
}

/* 30 days, two weeks, an hour, week */
PlStr pl_lexis_duration(const PlReader *r, PlRange range)
{
    uint32_t words = range.to - range.from;
    if (words == 0 || words > 2 || !is_unit(r->words[range.to - 1].text)) return PL_STR("");
    PlStr unit = pl_lexis_bare(r, (PlRange){range.to - 1, range.to});
    if (unit.ptr[unit.len - 1] == 's') unit.len--;
    if (words == 1) return pl_arena_printf(r->c->arena, "1 " PL_FMT, PL_ARG(unit));
    bool one = pl_lexis_is(r, range.from, "a") || pl_lexis_is(r, range.from, "an");
    PlStr count = one ? PL_STR("1") : pl_lexis_count(r, (PlRange){range.from, range.from + 1});
    if (!count.len) return PL_STR("");
    return pl_arena_printf(r->c->arena, PL_FMT " " PL_FMT "%s", PL_ARG(count), PL_ARG(unit),
                           pl_str_eq_z(count, "1") ? "" : "s");
}

/* ---- dates ---- */

static unsigned month_of(PlStr word)
{
    static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    for (unsigned i = 0; i < 12; i++)
        if (pl_str_eq_nocase(word, pl_str_z(months[i])) ||
            (word.len == 3 && pl_str_eq_nocase(word, pl_str(months[i], 3))))
            return i + 1;
    return 0;
}

static bool in_range(PlStr digits, int64_t least, int64_t most, int64_t *out)
{
    return pl_str_to_int(digits, out) && *out >= least && *out <= most;
}

static bool is_iso(PlStr s)
{
    static const char form[] = "dddd-dd-dd";
    if (s.len != sizeof form - 1) return false;
    for (size_t i = 0; i < s.len; i++)
        if (form[i] == 'd' ? !is_digit(s.ptr[i]) : s.ptr[i] != form[i]) return false;
    return true;
}

PlStr pl_lexis_date(const PlReader *r, PlRange range)
{
    PlStr words[3] = {{0}};
    uint32_t n = 0;
    for (uint32_t i = range.from; i < range.to; i++) {
        if (pl_lexis_is(r, i, ",") || pl_lexis_is(r, i, "of")) continue;
        if (n == 3) return PL_STR("");
        words[n++] = r->words[i].text;
    }
    if (n == 1 && is_iso(words[0])) return pl_arena_printf(r->c->arena, "\"%.*s\"", PL_ARG(words[0]));
    if (n != 3) return PL_STR("");
    int64_t day, year;
    bool first = month_of(words[0]) > 0;
    unsigned month = month_of(words[first ? 0 : 1]);
    if (!month || !in_range(words[first ? 1 : 0], 1, 31, &day) || !in_range(words[2], 1000, 9999, &year))
        return PL_STR("");
    return pl_arena_printf(r->c->arena, "\"%04d-%02u-%02d\"", (int)year, month, (int)day);
}
