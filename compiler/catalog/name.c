/* SPDX-License-Identifier: MIT */
/* Making names: a word splitter, and the rules for ids and paths on top of it. Works on ASCII; other letters are kept
 * in arguments and make an operationId unusable as a name (the path is used then). */
#include "compiler/catalog/name.h"

/* Whether a word stands in a list that ends in NULL; case does not count. */
static bool is_listed(PlStr word, const char *const *list)
{
    for (; *list; list++)
        if (pl_str_eq_nocase(word, pl_str_z(*list))) return true;
    return false;
}

enum { LONGEST_NAME = 80, HASH_LENGTH = 16, PATH_IN_ID = 30 };

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_alnum(char c)
{
    return is_lower(c) || is_upper(c) || is_digit(c);
}
static char to_lower(char c)
{
    return is_upper(c) ? (char)(c + 32) : c;
}

static char at(PlStr s, size_t i)
{
    return i < s.len ? s.ptr[i] : 0;
}

/* Whether a word begins at i, given that i - 1 belongs to a word. */
static bool word_begins(PlStr s, size_t i)
{
    char before = s.ptr[i - 1], here = s.ptr[i], after = at(s, i + 1);
    if (!is_upper(here)) return false;
    if (is_lower(before) || is_digit(before)) {
        bool oauth = here == 'A' && before == 'o' && pl_str_eq_nocase(pl_str_slice(s, i, i + 4), PL_STR("auth"));
        return !(oauth && (i < 2 || !is_alnum(s.ptr[i - 2])));
    }
    if (!is_lower(after)) return false;
    bool plural = after == 's' && !is_lower(at(s, i + 2));
    bool oauth = here == 'A' && before == 'O' && pl_str_eq(pl_str_slice(s, i, i + 4), PL_STR("Auth"));
    return !plural && !oauth;
}

static PlStr words_of(PlArena *arena, PlStr text, bool by_case)
{
    char *out = pl_arena_alloc(arena, text.len * 2 + 2, 1);
    size_t n = 0;
    bool in_word = false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i])) {
            in_word = false;
            continue;
        }
        bool begins = !in_word || (by_case && word_begins(text, i));
        if (begins && n) out[n++] = '_';
        if (n == 0 && is_digit(text.ptr[i])) out[n++] = '_';
        out[n++] = to_lower(text.ptr[i]);
        in_word = true;
    }
    out[n] = 0;
    return pl_str(out, n);
}

PlStr pl_name_snake(PlArena *arena, PlStr text)
{
    return words_of(arena, text, true);
}

PlStr pl_name_argument(PlArena *arena, PlStr text)
{
    char *out = pl_arena_alloc(arena, text.len + 2, 1);
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool keeps = is_alnum(c) || (unsigned char)c >= 0x80 || c == '_';
        if (!keeps) {
            gap = n > 0;
            continue;
        }
        if (gap) out[n++] = '_';
        gap = false;
        if (n == 0 && is_digit(c)) out[n++] = '_';
        out[n++] = c;
    }
    bool dashes = pl_str_find_char(text, '-', 0) != PL_STR_NONE;
    for (size_t i = 0; dashes && i < n; i++) out[i] = to_lower(out[i]); /* header style */
    return n ? pl_str(out, n) : PL_STR("value");
}

PlStr pl_name_key(PlArena *arena, PlStr name)
{
    char *out = pl_arena_alloc(arena, name.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++)
        if (is_alnum(name.ptr[i]) || (unsigned char)name.ptr[i] >= 0x80) out[n++] = to_lower(name.ptr[i]);
    out[n] = 0;
    return pl_str(out, n);
}

/* Append a part to a dotted name. */
static PlStr dotted(PlArena *arena, PlStr name, PlStr part)
{
    if (part.len == 0) return name;
    if (name.len == 0) return part;
    return pl_arena_printf(arena, PL_FMT "." PL_FMT, PL_ARG(name), PL_ARG(part));
}

/* ---- operationId ------------------------------------------------------------------------------------------------- */

static bool looks_like_hash(PlStr part)
{
    size_t run = 0, digits = 0;
    for (size_t i = 0; i < part.len; i++) {
        char c = to_lower(part.ptr[i]);
        bool hex = is_digit(c) || (c >= 'a' && c <= 'f');
        if (!hex && c != '-') return false;
        run += hex;
        digits += is_digit(c);
    }
    return run >= HASH_LENGTH && digits > 0;
}

static bool was_chosen(PlStr id)
{
    bool letters = false;
    if (id.len > LONGEST_NAME) return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if ((unsigned char)c >= 0x80 || c == '{' || c == '}' || c == '?' || c == '<') return false;
        letters |= is_lower(c) || is_upper(c);
    }
    if (!letters || looks_like_hash(id) || id.ptr[0] == '/') return false;
    size_t cut = 0; /* "GET /users", "get-/users" */
    while (cut < id.len && is_alnum(id.ptr[cut])) cut++;
    PlMethod method;
    bool path_follows = at(id, cut) && (at(id, cut + 1) == '/' || at(id, cut) == '/');
    return !(path_follows && pl_method_by_name(pl_str_slice(id, 0, cut), &method));
}

/* FastAPI makes "read_items_items__item_id__get" from a function's name, the path and the method. */
static PlStr without_path(PlArena *arena, PlStr id, PlMethod method, PlStr path)
{
    PlStr verb = pl_name_key(arena, pl_str_z(pl_method_name(method)));
    char *made = pl_arena_alloc(arena, path.len + verb.len + 2, 1);
    size_t n = 0;
    for (size_t i = 0; i < path.len; i++) made[n++] = is_alnum(path.ptr[i]) ? path.ptr[i] : '_';
    made[n++] = '_';
    memcpy(made + n, verb.ptr, verb.len);
    n += verb.len;
    PlStr suffix = pl_str(made, n);
    return id.len > n && pl_str_ends(id, suffix) ? pl_str_slice(id, 0, id.len - n) : id;
}

/* A long id of nothing but method and path, templates included, in one order or the other. */
static bool is_path_again(PlArena *arena, PlStr id, PlMethod method, PlStr path)
{
    if (id.len <= PATH_IN_ID || pl_str_find_char(path, '{', 0) == PL_STR_NONE) return false;
    PlStr key = pl_name_key(arena, id), of_path = pl_name_key(arena, path), verb = pl_name_key(arena, pl_str_z(pl_method_name(method)));
    if (key.len != of_path.len + verb.len) return false;
    bool verb_first = pl_str_starts(key, verb) && pl_str_ends(key, of_path);
    return verb_first || (pl_str_starts(key, of_path) && pl_str_ends(key, verb));
}

bool pl_name_is_form(PlStr id)
{
    size_t end = id.len;
    while (end > 0 && is_digit(id.ptr[end - 1])) end--;
    return end > 1 && end < id.len && id.ptr[end - 1] == '.';
}

PlStr pl_name_from_id(PlArena *arena, PlStr id, PlMethod method, PlStr path)
{
    id = without_path(arena, pl_str_trim(id), method, path);
    if (is_path_again(arena, id, method, path)) return PL_STR("");
    PlStr name = PL_STR("");
    if (id.len == 0 || !was_chosen(id)) return name;
    while (pl_name_is_form(id)) {
        while (is_digit(id.ptr[id.len - 1])) id.len--;
        id.len--;
    }
    for (size_t i = 0; i < id.len;) {
        size_t end = i;
        while (end < id.len && !memchr("/.:#", id.ptr[end], 4)) end++;
        name = dotted(arena, name, pl_name_snake(arena, pl_str_slice(id, i, end)));
        i = end + 1;
    }
    return name;
}

/* ---- path -------------------------------------------------------------------------------------------------------- */

static bool is_version(PlStr segment)
{
    if (segment.len < 2 || to_lower(segment.ptr[0]) != 'v') return false;
    for (size_t i = 1; i < segment.len; i++)
        if (!is_digit(segment.ptr[i]) && segment.ptr[i] != '.') return false;
    return true;
}

/* "2026-09", "2026-09-03-beta": a version by its date, wherever it stands. */
static bool is_dated(PlStr segment)
{
    static const char shape[] = "dddd-dd";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (i >= segment.len || (shape[i] == 'd' ? !is_digit(segment.ptr[i]) : segment.ptr[i] != '-')) return false;
    return true;
}

/* A GET gives many of these; of anything else it gives one: the account, the settings, the forecast. */
static bool is_plural(PlStr words)
{
    static const char *const one[] = {"settings", "details", "stats", "statistics", "metrics", "preferences", "credentials", "totals", "diagnostics", NULL},
                            *const many[] = {"people", "children", "media", "news", "series", "staff", "history", "feed", "all", "list", NULL};
    size_t start = words.len;
    while (start > 0 && words.ptr[start - 1] != '_') start--;
    PlStr word = pl_str_slice(words, start, words.len);
    if (is_listed(word, one)) return false;
    if (is_listed(word, many)) return true;
    bool singular = pl_str_ends(word, PL_STR("ss")) || pl_str_ends(word, PL_STR("us")) || pl_str_ends(word, PL_STR("is"));
    return pl_str_ends(word, PL_STR("s")) && !singular;
}

/* "spec.yaml": one thing. */
static bool is_file(PlStr segment)
{
    static const char *const ends[] = {".yaml", ".yml", ".xml", ".csv", ".txt", ".html", ".pdf", ".zip", ".ics"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (pl_str_ends(segment, pl_str_z(ends[i]))) return true;
    return false;
}

static bool is_prefix(PlStr segment)
{
    return is_version(segment) || pl_str_eq_nocase(segment, PL_STR("api")) || pl_str_eq_nocase(segment, PL_STR("rest"));
}

static bool is_verb(PlStr word)
{
    static const char *const verbs[] = {
        "abort", "accept", "acknowledge", "activate", "add", "apply", "approve", "archive", "assign", "attach",
        "authenticate", "authorize", "batch", "block", "broadcast", "calculate", "cancel", "capture", "charge",
        "check", "checkout", "clear", "clone", "close", "commit", "complete", "confirm", "convert", "copy", "count",
        "create", "deactivate", "decline", "decrypt", "delete", "deploy", "detach", "disable", "discard", "dismiss",
        "download", "edit", "enable", "encrypt", "estimate", "evaluate", "exchange", "execute", "expire", "export",
        "fetch", "find", "finish", "flush", "follow", "forward", "freeze", "generate", "get", "grant", "import",
        "increment", "install", "interrupt", "invalidate", "invite", "join", "kick", "kill", "launch", "leave",
        "list", "lock", "login", "logout", "lookup", "mark", "merge", "move", "notify", "open", "override", "pause",
        "ping", "poll", "post", "preview", "process", "promote", "provision", "publish", "purge", "query", "read",
        "reboot", "rebuild", "recover", "refresh", "refund", "register", "reindex", "reject", "release", "remove",
        "rename", "renew", "reopen", "repair", "replace", "replay", "reply", "rerun", "resend", "reset", "resolve",
        "restart", "restore", "resume", "retrieve", "retry", "revert", "revoke", "rollback", "rotate", "run", "save",
        "search", "send", "set", "share", "shutdown", "simulate", "skip", "snooze", "split", "start", "stop",
        "submit", "subscribe", "suspend", "swap", "sync", "terminate", "test", "toggle", "transfer", "translate",
        "trigger", "truncate", "unarchive", "unassign", "unblock", "undo", "unfollow", "uninstall", "unlink",
        "unlock", "unpin", "unstar", "unsubscribe", "update", "upgrade", "upload", "upsert", "validate", "verify",
        "void", "watch", "withdraw", NULL};
    return is_listed(word, verbs);
}

/* Verbs that a GET may mean; any other word of its path is the thing that it gives: GET /orders/{id}/refund. */
static bool is_reading_verb(PlStr word)
{
    static const char *const verbs[] = {"calculate", "check", "count",    "download", "export", "fetch",  "find",  "generate", "get",    "list",
                                        "login",     "logout", "lookup",  "ping",     "poll",   "preview", "query", "read",    "resolve", "retrieve",
                                        "search",    "simulate", "translate", "validate", "verify", "watch", NULL};
    return is_listed(word, verbs);
}

/* Whether a POST to a path that ends in these words does what they say: "send_invoice", "email_upsert"; but "checkout_fields" and "import_jobs" are
 * lists of things, whose name begins with a word that is a noun as well. */
static bool is_act(PlStr words)
{
    static const char *const nouns[] = {"batch",  "charge",   "check",   "checkout", "copy",   "count",  "download", "estimate", "exchange", "export",
                                        "import", "launch",   "lock",    "lookup",   "merge",  "post",   "preview",  "process",  "query",    "refund",
                                        "release", "replay",  "reset",   "run",      "scan",   "search", "share",    "sync",     "test",     "transfer",
                                        "trigger", "upgrade", "upload",  "watch",    NULL};
    size_t cut = pl_str_find_char(words, '_', 0), tail = words.len;
    while (tail > 0 && words.ptr[tail - 1] != '_') tail--;
    PlStr first = pl_str_slice(words, 0, cut);
    if (cut == PL_STR_NONE || !pl_str_ends(words, PL_STR("s"))) return is_verb(first) || is_verb(pl_str_slice(words, tail, words.len));
    return is_verb(first) && !is_listed(first, nouns);
}

/* /settings/create/{id}, /users/delete/{id}: a verb before the templates that says what the method does. */
static bool says_method(PlMethod method, PlStr word)
{
    static const char *const gets[] = {"get", "fetch", "find", "retrieve", "read", "search", "lookup", "verify", "validate", "download", "export", NULL},
                            *const deletes[] = {"delete", "remove", "destroy", NULL},
                            *const writes[] = {"create", "add",     "insert",  "update", "edit",    "modify",   "replace",    "save",    "delete",    "remove",
                                               "destroy", "cancel", "close",   "send",   "approve", "reject",   "enable", "disable", "activate", "deactivate",
                                               "publish", "unpublish", "archive", "unarchive", "restore", "search", "find", NULL};
    return is_listed(word, method == PL_GET ? gets : method == PL_DELETE ? deletes : writes);
}

static const char *verb_for(PlMethod method, bool one)
{
    switch (method) {
    case PL_GET: return one ? "get" : "list";
    case PL_POST: return one ? "post" : "create";
    case PL_PUT: return "replace";
    case PL_PATCH: return "update";
    case PL_DELETE: return "delete";
    case PL_HEAD: return "head";
    case PL_OPTIONS: return "options";
    case PL_TRACE: return "trace";
    case PL_QUERY: return "query";
    case PL_METHOD_COUNT: break;
    }
    return "call";
}

PlStr pl_name_from_path(PlArena *arena, PlMethod method, PlStr path, bool of_many)
{
    PlStr name = PL_STR(""), last = PL_STR("");
    bool template_last = false, file = false;
    size_t end_of_path = path.len;
    for (size_t i = 0; i < end_of_path;) {
        size_t end = i;
        while (end < end_of_path && path.ptr[end] != '/' && path.ptr[end] != '?' && path.ptr[end] != '#') end++;
        PlStr segment = pl_str_slice(path, i, end);
        i = end + 1;
        if (segment.len == 0 || (name.len == 0 && is_prefix(segment)) || is_dated(segment)) continue;
        template_last = segment.ptr[0] == '{';
        if (template_last) continue;
        if (pl_str_ends(segment, PL_STR(".json")) || pl_str_ends(segment, PL_STR(".atom"))) segment.len -= 5;
        segment = pl_str_slice(segment, 0, pl_str_find_char(segment, '{', 0));
        file = is_file(segment);
        last = pl_name_snake(arena, segment);
        name = dotted(arena, name, last);
    }
    bool root = name.len == 0;
    if (root) name = PL_STR("root");
    PlStr first = pl_str_slice(last, 0, pl_str_find_char(last, '_', 0));
    bool acts = method == PL_POST ? is_act(last) : method == PL_PUT ? is_verb(first) : method == PL_GET && is_reading_verb(first);
    acts = template_last ? name.len > last.len && says_method(method, last) : acts;
    bool one = !of_many && (template_last || (method == PL_GET && (root || file || !is_plural(last))));
    return acts ? name : dotted(arena, name, pl_str_z(verb_for(method, one)));
}

/* ---- plugin ------------------------------------------------------------------------------------------------------ */

static bool is_idle_word(PlStr word)
{
    bool digits = word.len > 0;
    for (size_t i = 0; i < word.len; i++) digits &= is_digit(word.ptr[i]);
    return digits || is_version(word) || pl_str_eq_z(word, "api") || pl_str_eq_z(word, "apis") ||
           pl_str_eq_z(word, "rest") || pl_str_eq_z(word, "restful");
}

PlStr pl_name_plugin(PlArena *arena, PlStr title)
{
    PlStr name = words_of(arena, title, false);
    if (pl_str_starts(name, PL_STR("the_"))) name = pl_str_slice(name, 4, name.len);
    for (;;) { /* numbers and the word api at the end say nothing */
        size_t start = name.len;
        while (start > 0 && name.ptr[start - 1] != '_') start--;
        if (start < 2 || !is_idle_word(pl_str_slice(name, start, name.len))) return name;
        name = pl_str_slice(name, 0, start - 1);
    }
}

PlStr pl_name_file(PlArena *arena, PlStr stem)
{
    return words_of(arena, stem, false);
}

/* ---- on the wire ------------------------------------------------------------------------------------------------- */

bool pl_name_is_token(PlStr name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && (name.ptr[i] == 0 || !strchr("!#$%&'*+-.^_`|~", name.ptr[i]))) return false;
    return name.len > 0;
}

bool pl_name_is_plain(PlStr name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f) return false;
    return name.len > 0;
}
