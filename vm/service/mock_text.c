/* SPDX-License-Identifier: MIT */
/* See mock_text.h. The words are few on purpose: an answer should look made. */
#include "vm/service/mock_text.h"

#include "vm/base/utf8.h"
#include "vm/value/time.h"

enum { TRIES = 20 };
#define US_PER_DAY INT64_C(86400000000)

static const char *const first_names[] = {"Ada", "Ben", "Cleo", "Dara", "Emil", "Fay", "Gus", "Hana", "Ivo", "June"};
static const char *const last_names[] = {"Abbott", "Berg", "Costa", "Diaz", "Engel", "Fischer", "Grant", "Holm", "Ito", "Jansen"};
static const char *const cities[] = {"Berlin", "Lisbon", "Osaka", "Toronto", "Nairobi", "Lima", "Oslo", "Porto"};
static const char *const words[] = {"amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "island", "juniper",
                                    "kelp",  "lagoon", "maple", "north", "opal",  "pine",  "quartz", "river",  "stone",  "tide"};

#define PICK(list, seed) (list)[(seed) % (sizeof(list) / sizeof *(list))]

PlStr pl_mock_uuid(PlArena *arena, uint64_t seed)
{
    uint64_t a = pl_mix(seed, 101), b = pl_mix(seed, 102);
    return pl_arena_printf(arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
                           (unsigned)(0x8000 | (b >> 48 & 0x3fff)), (unsigned long long)(b & 0xffffffffffffu));
}

PlStr pl_mock_datetime(PlArena *arena, int64_t us)
{
    PlBuf buf;
    char bytes[64];
    pl_buf_init(&buf, sizeof bytes - 1);
    pl_time_put_datetime(&buf, us, 0);
    PlStr text = pl_buf_str(&buf);
    memcpy(bytes, text.ptr, text.len);
    pl_buf_deinit(&buf);
    return pl_arena_str(arena, pl_str(bytes, text.len));
}

static PlStr date_text(PlArena *arena, int64_t us)
{
    int32_t year;
    uint32_t month, day;
    pl_time_civil(us / US_PER_DAY, &year, &month, &day);
    return pl_arena_printf(arena, "%04d-%02u-%02u", (int)year, (unsigned)month, (unsigned)day);
}

static bool has_word(PlStr name, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= name.len; i++)
        if (pl_str_eq_nocase(pl_str_slice(name, i, i + len), pl_str(word, len))) return true;
    return false;
}

static bool ends_in(PlStr name, const char *word)
{
    size_t len = strlen(word);
    return name.len >= len && pl_str_eq_nocase(pl_str_slice(name, name.len - len, name.len), pl_str(word, len));
}

/* ---- by format ---------------------------------------------------------------------------------------------------- */

/* What the server notes itself is as old as the item, other times lie before. */
static bool is_noted(PlStr name)
{
    return has_word(name, "creat") || has_word(name, "updat") || has_word(name, "modif");
}

static PlStr of_format(PlArena *arena, PlStr format, int64_t now_us, uint64_t seed)
{
    const char *f = format.ptr;
    unsigned n = (unsigned)(seed % 900 + 100);
    int64_t us = now_us - (int64_t)(seed % 60 * 86400 + seed / 60 % 86400) * 1000000;
#define IS(text) (format.len == sizeof(text) - 1 && memcmp(f, text, sizeof(text) - 1) == 0)
    if (IS("date-time") || IS("datetime") || IS("dateTime")) return pl_mock_datetime(arena, us);
    if (IS("date")) return date_text(arena, us);
    if (IS("time")) return pl_arena_printf(arena, "%02u:%02u:00Z", (unsigned)(seed % 24), (unsigned)(seed / 24 % 60));
    if (IS("duration")) return pl_arena_printf(arena, "PT%uM", (unsigned)(seed % 90 + 1));
    if (IS("google-duration")) return pl_arena_printf(arena, "%us", (unsigned)(seed % 90 + 1));
    if (IS("uuid") || IS("guid")) return pl_mock_uuid(arena, seed);
    if (IS("email") || IS("idn-email")) return pl_arena_printf(arena, "%s%u@example.com", PICK(words, seed), n);
    bool address = IS("uri") || IS("url") || IS("iri") || IS("uri-reference") || IS("iri-reference") || IS("uri-template");
    if (address) return pl_arena_printf(arena, "https://example.com/%s/%u", PICK(words, seed), n);
    if (IS("json-pointer")) return pl_arena_printf(arena, "/%s/%u", PICK(words, seed), n);
    if (IS("relative-json-pointer")) return pl_arena_printf(arena, "%u/%s", n % 3, PICK(words, seed));
    if (IS("hostname") || IS("idn-hostname")) return pl_arena_printf(arena, "%s%u.example.com", PICK(words, seed), n);
    if (IS("ipv4") || IS("ip")) return pl_arena_printf(arena, "192.0.2.%u", (unsigned)(seed % 254 + 1));
    if (IS("ipv6")) return pl_arena_printf(arena, "2001:db8::%x", n);
    if (IS("byte")) return PL_STR("cGlsb3QgbW9jaw==");
    if (IS("decimal") || IS("money")) return pl_arena_printf(arena, "%u.%02u", n, (unsigned)(seed % 100));
    if (IS("int64") || IS("int32") || IS("uint64") || IS("integer")) return pl_arena_printf(arena, "%u", n);
    if (IS("unix-time")) return pl_arena_printf(arena, "%lld", (long long)(us / 1000000));
    if (IS("color") || IS("hex-color")) return pl_arena_printf(arena, "#%06x", (unsigned)(seed & 0xffffff));
    if (IS("currency")) return PL_STR("EUR");
#undef IS
    return PL_STR("");
}

/* ---- by name ------------------------------------------------------------------------------------------------------ */

PlStr pl_mock_text_for(PlArena *arena, PlStr name, uint64_t seed)
{
    unsigned n = (unsigned)(seed % 900 + 100);
    const char *word = PICK(words, seed >> 8), *other = PICK(words, seed >> 16);
    if (has_word(name, "email")) return of_format(arena, PL_STR("email"), 0, seed);
    if (ends_in(name, "uuid") || ends_in(name, "guid")) return pl_mock_uuid(arena, seed);
    if (ends_in(name, "url") || ends_in(name, "uri") || ends_in(name, "href") || ends_in(name, "link")) return of_format(arena, PL_STR("uri"), 0, seed);
    if (has_word(name, "first") && has_word(name, "name")) return pl_str_z(PICK(first_names, seed));
    if (has_word(name, "last") && has_word(name, "name")) return pl_str_z(PICK(last_names, seed));
    if (has_word(name, "full_name") || has_word(name, "fullname") || has_word(name, "author") || has_word(name, "owner"))
        return pl_arena_printf(arena, "%s %s", PICK(first_names, seed), PICK(last_names, seed >> 8));
    if (ends_in(name, "id") || ends_in(name, "key") || ends_in(name, "ref") || ends_in(name, "sha") || ends_in(name, "hash"))
        return pl_arena_printf(arena, "%s-%08x", word, (unsigned)(seed >> 20));
    if (has_word(name, "token") || has_word(name, "secret")) return pl_arena_printf(arena, "mock-%016llx", (unsigned long long)seed);
    if (has_word(name, "phone") || has_word(name, "mobile")) return pl_arena_printf(arena, "+1 555 010 %04u", (unsigned)(seed % 10000));
    if (has_word(name, "city")) return pl_str_z(PICK(cities, seed));
    if (has_word(name, "country")) return PL_STR("DE");
    if (has_word(name, "currency")) return PL_STR("EUR");
    if (has_word(name, "timezone") || has_word(name, "time_zone")) return PL_STR("UTC");
    if (has_word(name, "locale") || has_word(name, "language")) return PL_STR("en");
    if (has_word(name, "color") || has_word(name, "colour")) return of_format(arena, PL_STR("color"), 0, seed);
    if (has_word(name, "address") || has_word(name, "street")) return pl_arena_printf(arena, "%u %s street", n, word);
    if (has_word(name, "description") || has_word(name, "body") || has_word(name, "message") || has_word(name, "text") ||
        has_word(name, "comment") || has_word(name, "note") || has_word(name, "content"))
        return pl_arena_printf(arena, "A made text about %s and %s, number %u.", word, other, n);
    if (name.len == 0) return pl_arena_printf(arena, "%s %u", word, n);
    return pl_arena_printf(arena, "%s %s", word, other);
}

/* ---- by pattern --------------------------------------------------------------------------------------------------- */

typedef struct Pattern {
    PlStr text;
    size_t at;
    uint64_t seed;
    uint32_t depth, steps;
    bool tries; /* what is looked for ahead is passed over: the text may not fit */
    bool mixed; /* something is looked for ahead: any character is one of several kinds in turn */
    char out[512];
    size_t len;
    bool failed;
} Pattern;

static void emit(Pattern *p, char c)
{
    if (p->len < sizeof p->out) p->out[p->len++] = c;
    else p->failed = true;
}

static uint64_t draw(Pattern *p, uint64_t below)
{
    p->seed = pl_mix(p->seed, 7);
    return p->seed % below;
}

static size_t add_range(char *set, size_t count, unsigned char low, unsigned char high)
{
    for (unsigned c = low; c <= high && c < 127 && count < 200; c++) set[count++] = (char)c;
    return count;
}

/* What \d, \w ... stand for; an escaped punctuation sign is itself. 0: something we do not make. */
static size_t add_escape(char *set, size_t count, char c)
{
    switch (c) {
    case 'd': return add_range(set, count, '0', '9');
    case 'w': return add_range(set, add_range(set, count, 'a', 'z'), '0', '9');
    case 's': return add_range(set, count, ' ', ' ');
    case 'S': return add_range(set, count, 'a', 'z');
    case 'D': return add_range(set, count, 'a', 'f');
    default: break;
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter ? 0 : add_range(set, count, (unsigned char)c, (unsigned char)c);
}

static size_t read_class(Pattern *p, char set[256])
{
    size_t count = 0;
    bool negated = p->at < p->text.len && p->text.ptr[p->at] == '^';
    char chosen[256];
    if (negated) p->at++;
    for (bool first = true; p->at < p->text.len && (p->text.ptr[p->at] != ']' || first); first = false) {
        char c = p->text.ptr[p->at++];
        if (c == '\\' && p->at < p->text.len) {
            size_t more = add_escape(chosen, count, p->text.ptr[p->at++]);
            if (more == 0) return 0;
            count = more;
            continue;
        }
        bool range = p->at + 1 < p->text.len && p->text.ptr[p->at] == '-' && p->text.ptr[p->at + 1] != ']';
        char high = range ? p->text.ptr[p->at + 1] : c;
        if (range) p->at += 2;
        if (c == '[' || (c & 0x80) || (high & 0x80) || high < c) return 0;
        count = add_range(chosen, count, (unsigned char)c, (unsigned char)high);
    }
    if (p->at >= p->text.len) return 0;
    p->at++;
    if (!negated) {
        memcpy(set, chosen, count);
        return count;
    }
    size_t kept = 0;
    for (char c = 'a'; c <= 'z'; c++)
        if (count == 0 || !memchr(chosen, c, count)) set[kept++] = c;
    return kept;
}

/* quantifier ::= "?" | "*" | "+" | "{" n ["," [m]] "}" */
static void read_count(Pattern *p, unsigned *low, unsigned *high)
{
    *low = *high = 1;
    char c = p->at < p->text.len ? p->text.ptr[p->at] : 0;
    if (c == '?') *low = 0, *high = 1;
    else if (c == '*') *low = 0, *high = 4;
    else if (c == '+') *low = 1, *high = 5;
    else if (c != '{') return;
    p->at++;
    if (c == '{') {
        unsigned n[2] = {0, 0};
        int which = 0;
        bool open = false;
        for (; p->at < p->text.len && p->text.ptr[p->at] != '}'; p->at++) {
            char d = p->text.ptr[p->at];
            if (d == ',' && which == 0) which = 1, open = true;
            else if (d >= '0' && d <= '9' && n[which] < 1000) n[which] = n[which] * 10 + (unsigned)(d - '0'), open = false;
            else p->failed = true;
        }
        p->at++;
        *low = n[0];
        *high = which == 0 ? n[0] : open ? n[0] + 3 : n[1];
    }
    if (p->at < p->text.len && (p->text.ptr[p->at] == '?' || p->text.ptr[p->at] == '+')) p->at++;
    if (*high < *low) p->failed = true;
    if (*high > *low + 8) *high = *low + 8;
}

static void make_choice(Pattern *p, bool quiet);

/* Where the group's text ends: its contents are made `count` times by reading them again. */
static void make_group(Pattern *p, bool quiet)
{
    char how = p->at + 1 < p->text.len && p->text.ptr[p->at] == '?' ? p->text.ptr[p->at + 1] : 0;
    bool ahead = how == '=' || how == '!'; /* makes nothing; whether it holds is seen afterwards */
    if (how == ':' || ahead) p->at += 2;
    else if (how) p->failed = true;
    if (ahead && !p->tries) p->failed = true;
    p->mixed |= ahead;
    size_t start = p->at, len = p->len;
    make_choice(p, true);
    p->len = len;
    if (p->at >= p->text.len || p->text.ptr[p->at] != ')') p->failed = true;
    p->at++;
    unsigned low, high;
    read_count(p, &low, &high);
    size_t behind = p->at;
    unsigned count = p->failed || quiet || ahead ? 0 : low + (unsigned)draw(p, high - low + 1u);
    for (unsigned i = 0; i < count && !p->failed; i++) {
        p->at = start;
        make_choice(p, false);
    }
    p->at = behind;
}

static void make_atom(Pattern *p, bool quiet)
{
    char set[256], c = p->text.ptr[p->at++];
    size_t count = 0;
    if (++p->steps > 5000 || (c & 0x80)) p->failed = true;
    if (c == '^' || c == '$') return;
    if (c == '(') {
        make_group(p, quiet);
        return;
    }
    if (c == '[') count = read_class(p, set);
    else if (c == '.' && p->mixed) memcpy(set, "aB3!", 4), count = 4;
    else if (c == '.') count = add_range(set, 0, 'a', 'z');
    else if (c == '\\' && p->at < p->text.len) count = add_escape(set, 0, p->text.ptr[p->at++]);
    else set[count++] = c;
    if (count == 0) p->failed = true;
    unsigned low, high;
    read_count(p, &low, &high);
    if (p->failed || quiet) return;
    for (unsigned n = low + (unsigned)draw(p, high - low + 1u); n > 0 && !p->failed; n--)
        emit(p, c == '.' && p->mixed ? set[p->len % count] : set[draw(p, count)]);
}

/* choice ::= sequence ("|" sequence)*: the first one is made, the others are stepped over. */
static void make_choice(Pattern *p, bool quiet)
{
    if (++p->depth > 20) p->failed = true;
    bool skip = false;
    while (!p->failed && p->at < p->text.len && p->text.ptr[p->at] != ')') {
        if (p->text.ptr[p->at] == '|') {
            skip = true;
            p->at++;
            continue;
        }
        make_atom(p, quiet || skip);
    }
    p->depth--;
}

static bool make_pattern(PlArena *arena, PlStr pattern, bool tries, uint64_t seed, PlStr *out)
{
    Pattern p = {.text = pattern, .seed = seed, .tries = tries};
    make_choice(&p, false);
    if (p.failed || p.at < pattern.len) return false;
    *out = pl_arena_str(arena, pl_str(p.out, p.len));
    return true;
}

bool pl_mock_text_of_pattern(PlArena *arena, PlStr pattern, uint64_t seed, PlStr *out)
{
    return make_pattern(arena, pattern, false, seed, out);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

/* Cut or padded to the schema's lengths, which count code points. */
static PlStr fit_length(PlArena *arena, const PlMockSchema *flat, PlStr text)
{
    size_t len = pl_utf8_length(text);
    if (len > flat->max_len) return pl_str_slice(text, 0, pl_utf8_offset(text, (size_t)flat->max_len));
    uint64_t wanted = flat->min_len < 100000 ? flat->min_len : 100000;
    if (len >= wanted) return text;
    size_t more = (size_t)wanted - len;
    char *bytes = pl_arena_alloc(arena, text.len + more + 1, 1);
    if (text.len) memcpy(bytes, text.ptr, text.len);
    for (size_t i = 0; i < more; i++) bytes[text.len + i] = "abcdefghijklmnopqrstuvwxyz"[i % 26];
    bytes[text.len + more] = 0;
    return pl_str(bytes, text.len + more);
}

PlStr pl_mock_text(PlArena *arena, const PlMockSchema *flat, PlStr name, int64_t now_us, uint64_t seed)
{
    PlStr text;
    for (uint64_t i = 0; flat->pattern.len && i < TRIES && make_pattern(arena, flat->pattern, true, i ? pl_mix(seed, i) : seed, &text); i++) {
        size_t len = pl_utf8_length(text);
        if (len >= flat->min_len && len <= flat->max_len) return text;
    }
    bool noted = is_noted(name);
    PlStr format = flat->format;
    if (format.len == 0 && flat->max_len >= 20 && (ends_in(name, "_at") || (noted && ends_in(name, "at")))) format = PL_STR("date-time");
    text = noted ? of_format(arena, format, now_us, 0) : of_format(arena, format, now_us, seed);
    if (text.len == 0) text = pl_mock_text_for(arena, name, seed);
    return fit_length(arena, flat, text);
}
