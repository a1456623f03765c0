/* SPDX-License-Identifier: MIT */
/* Names of plugins, explained. Each way of explaining has a strength; the strongest that fits a single plugin wins. */
#include "compiler/bind/alias.h"

#include "compiler/bind/token.h"

enum { MAX_WORDS = 12, MAX_NAME = 64 };

typedef struct Words {
    PlStr all[MAX_WORDS];
    uint32_t count;
} Words;

static bool is_idle(PlStr word)
{
    static const char *const idle[] = {"api",    "rest",  "the", "service", "services", "openapi", "swagger",
                                       "http",   "https", "www", "com",     "net",      "org",     "io",
                                       "json",   "yaml",  "yml", "v1",      "v2",       "v3",      "web",
                                       "public", "local", "dev", "app",     "example"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (pl_str_eq_z(word, idle[i])) return true;
    return false;
}

static void add_words(PlArena *arena, Words *words, PlStr text)
{
    PlTokens tokens = {0};
    pl_token_name(arena, text, MAX_WORDS, &tokens);
    for (uint32_t i = 0; i < tokens.len && words->count < MAX_WORDS; i++)
        if (!is_idle(tokens.items[i].word) && tokens.items[i].kind == PL_TOKEN_WORD)
            words->all[words->count++] = tokens.items[i].word;
}

static PlStr host_of(PlStr server)
{
    size_t at = pl_str_find(server, PL_STR("://"), 0), start = at == PL_STR_NONE ? 0 : at + 3, end = start;
    while (end < server.len && !memchr("/:?", server.ptr[end], 3)) end++;
    return pl_str_slice(server, start, end);
}

static PlStr file_of(PlStr path)
{
    size_t start = path.len, end = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') start--;
    for (size_t i = start + 1; i < path.len; i++)
        if (path.ptr[i] == '.') end = i;
    return pl_str_slice(path, start, end);
}

/* All words of the name are among the words. */
static bool among(const Words *name, const Words *words)
{
    for (uint32_t i = 0; i < name->count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < words->count; k++) found |= pl_str_eq(name->all[i], words->all[k]);
        if (!found) return false;
    }
    return name->count > 0;
}

/* Small letters and digits only. */
static PlStr squeeze(PlStr text, char out[MAX_NAME])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < MAX_NAME; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    return pl_str(out, n);
}

/* Is `rest` made of beginnings of the words from `at` on, in order, a letter of each at least and the last with three or whole? "gmail" is
 * "Google Mail", "gcal" is "Google Calendar". */
static bool made_of(PlStr rest, const Words *words, uint32_t at)
{
    if (at == words->count) return rest.len == 0;
    PlStr word = words->all[at];
    bool last = at + 1 == words->count;
    for (size_t n = 1; n <= word.len && n <= rest.len && word.ptr[n - 1] == rest.ptr[n - 1]; n++) {
        if (last && n == rest.len && (n >= 3 || n == word.len)) return true;
        if (!last && made_of(pl_str_slice(rest, n, rest.len), words, at + 1)) return true;
    }
    return false;
}

static bool is_initials(PlStr name, const Words *words)
{
    if (name.len < 2 || name.len != words->count) return false;
    for (size_t i = 0; i < name.len; i++)
        if (words->all[i].ptr[0] != name.ptr[i]) return false;
    return true;
}

/* One name is the beginning of the other, two letters shorter at least: "postgres" and "postgresql", but no slip of the pen. */
static bool begins(PlStr a, PlStr b)
{
    bool apart = a.len >= b.len + 2 || b.len >= a.len + 2;
    return apart && a.len >= 4 && b.len >= 4 && (pl_str_starts(a, b) || pl_str_starts(b, a));
}

typedef struct Way {
    unsigned strength;
    const char *by;
} Way;

static Way explain(PlArena *arena, const PlPlugin *plugin, PlStr name)
{
    Words said = {0}, title = {0}, file = {0}, host = {0};
    char room[MAX_NAME], other[MAX_NAME];
    PlStr key = squeeze(name, room);
    if (!key.len) return (Way){0, ""};
    add_words(arena, &said, name);
    add_words(arena, &title, plugin->title);
    add_words(arena, &file, file_of(plugin->path));
    add_words(arena, &host, host_of(plugin->server));
    if (pl_str_eq(squeeze(plugin->title, other), key)) return (Way){9, "the document's title"};
    if (pl_str_eq(squeeze(file_of(plugin->path), other), key)) return (Way){8, "the document's file"};
    if (among(&said, &title)) return (Way){7, "words of the document's title"};
    if (among(&said, &file)) return (Way){6, "the document's file"};
    if (among(&said, &host)) return (Way){6, "the document's host"};
    if (title.count > 1 && title.count < 5 && made_of(key, &title, 0))
        return (Way){5, "the document's title, shortened"};
    if (is_initials(key, &title)) return (Way){4, "the initials of the document's title"};
    if (begins(key, squeeze(plugin->name, other))) return (Way){3, "the beginning of its name"};
    for (uint32_t i = 0; i < host.count; i++)
        if (begins(key, host.all[i])) return (Way){2, "the document's host"};
    return (Way){0, ""};
}

PlPlugin *pl_alias_find(PlArena *arena, const PlCatalog *catalog, PlStr name, const char **by, PlPlugin **out,
                        uint32_t max, uint32_t *count)
{
    PlPlugin *best = NULL;
    unsigned strength = 0, equals = 0;
    *count = 0;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) {
        PlPlugin *plugin = pl_catalog_plugin(catalog, i);
        Way way = explain(arena, plugin, name);
        if (!way.strength) continue;
        if (*count < max) out[(*count)++] = plugin;
        if (way.strength > strength) {
            best = plugin;
            strength = way.strength;
            *by = way.by;
            equals = 1;
        } else if (way.strength == strength) {
            equals++;
        }
    }
    return equals == 1 ? best : NULL;
}
