/* SPDX-License-Identifier: MIT */
/* Names, where their secrets come from, and the secrets once they were needed. Not here: what a secret is used for (http_auth.c). Each secret keeps the
 * patterns under which it could come back in an answer; redaction is a search for those. */
#include "vm/io/secrets.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/io/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SHORTEST_REDACTED = 6 };

typedef struct Pattern {
    PlBuf bytes;
    struct Pattern *next;
} Pattern;

typedef struct Secret {
    struct Secret *next;
    char *name;
    bool is_mapped, is_loaded, is_noted;
    PlSecretFrom from;
    char *where;
    PlBuf value;
    Pattern *patterns;
} Secret;

typedef struct Warning {
    struct Warning *next;
    char text[320];
} Warning;

struct PlSecrets {
    Secret *all;
    Warning *warnings; /* shown or not */
    Warning *unseen;
    char error[512];
};

PlSecrets *pl_secrets_new(void)
{
    return pl_zalloc(sizeof(PlSecrets));
}

static void wipe(PlBuf *buf)
{
    if (buf->ptr) explicit_bzero(buf->ptr, buf->cap);
    pl_buf_deinit(buf);
}

static void forget_value(Secret *s)
{
    wipe(&s->value);
    for (Pattern *p = s->patterns, *next; p; p = next) {
        next = p->next;
        wipe(&p->bytes);
        pl_free(p);
    }
    s->patterns = NULL;
    s->is_loaded = false;
}

static void forget_where(Secret *s)
{
    if (s->where) explicit_bzero(s->where, strlen(s->where));
    pl_free(s->where);
    s->where = NULL;
}

void pl_secrets_free(PlSecrets *secrets)
{
    if (!secrets) return;
    for (Secret *s = secrets->all, *next; s; s = next) {
        next = s->next;
        forget_value(s);
        pl_free(s->name);
        forget_where(s);
        pl_free(s);
    }
    for (Warning *w = secrets->warnings, *next; w; w = next) {
        next = w->next;
        pl_free(w);
    }
    pl_free(secrets);
}

static Secret *find(PlSecrets *secrets, PlStr name, bool noted)
{
    for (Secret *s = secrets->all; s; s = s->next)
        if (s->is_noted == noted && pl_str_eq_z(name, s->name)) return s;
    return NULL;
}

static Secret *find_or_add(PlSecrets *secrets, PlStr name, bool noted)
{
    Secret *s = find(secrets, name, noted);
    if (s) return s;
    s = pl_zalloc(sizeof *s);
    if (!s) return NULL;
    s->name = pl_strdup_n(name.ptr, name.len);
    if (!s->name) {
        pl_free(s);
        return NULL;
    }
    s->is_noted = noted;
    pl_buf_init(&s->value, PL_LIMIT_SECRET_BYTES);
    s->next = secrets->all;
    secrets->all = s;
    return s;
}

PlStatus pl_secrets_map(PlSecrets *secrets, PlStr name, PlSecretFrom from, PlStr where)
{
    Secret *s = find_or_add(secrets, name, false);
    char *copy = s ? pl_strdup_n(where.ptr, where.len) : NULL;
    if (!copy) return PL_NOMEM;
    forget_value(s);
    forget_where(s);
    s->where = copy;
    s->from = from;
    s->is_mapped = true;
    return PL_OK;
}

void pl_secrets_variable(PlBuf *out, PlStr name)
{
    pl_buf_put_z(out, "PILOT_CREDENTIAL_");
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 32);
        pl_buf_put_char(out, (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_');
    }
}

/* ---- how a secret may be written ---- */

static void put_base64(PlBuf *out, PlStr bytes, const char *alphabet, bool pad)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t n = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
        if (left > 1) n |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
        if (left > 2) n |= (unsigned char)bytes.ptr[i + 2];
        pl_buf_put_char(out, alphabet[n >> 18]);
        pl_buf_put_char(out, alphabet[n >> 12 & 63]);
        if (left > 1 || pad) pl_buf_put_char(out, left > 1 ? alphabet[n >> 6 & 63] : '=');
        if (left > 2 || pad) pl_buf_put_char(out, left > 2 ? alphabet[n & 63] : '=');
    }
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void pl_secrets_put_base64(PlBuf *out, PlStr bytes)
{
    put_base64(out, bytes, base64, true);
}

static void put_percent(PlBuf *out, PlStr bytes, const char *digits)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                     c == '_' || c == '~';
        if (!plain) pl_buf_put_char(out, '%');
        pl_buf_put_char(out, plain ? (char)c : digits[c >> 4]);
        if (!plain) pl_buf_put_char(out, digits[c & 15]);
    }
}

void pl_secrets_put_percent(PlBuf *out, PlStr bytes)
{
    put_percent(out, bytes, "0123456789ABCDEF");
}

static void put_hex(PlBuf *out, PlStr bytes, const char *digits)
{
    for (size_t i = 0; i < bytes.len; i++) {
        pl_buf_put_char(out, digits[(unsigned char)bytes.ptr[i] >> 4]);
        pl_buf_put_char(out, digits[(unsigned char)bytes.ptr[i] & 15]);
    }
}

typedef enum Spelling { RAW, BASE64, BASE64_URL, PERCENT, PERCENT_LOWER, HEX, HEX_UPPER, FORM, JSON, JSON_SLASH, SPELLINGS } Spelling;

/* A form's encoding: as in a URL, with '+' for a space. */
static void spaces_as_plus(PlBuf *out)
{
    size_t to = 0;
    for (size_t i = 0; i < out->len; i++) {
        bool space = i + 2 < out->len && memcmp(out->ptr + i, "%20", 3) == 0;
        out->ptr[to++] = space ? '+' : out->ptr[i];
        if (space) i += 2;
    }
    out->len = to;
}

/* Inside a JSON string; some writers escape '/' too. */
static void put_json(PlBuf *out, PlStr secret, bool slashes)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_json(&text, secret);
    if (text.status != PL_OK) out->status = text.status;
    for (size_t i = 1; i + 1 < text.len; i++) { /* without its quotes */
        if (slashes && text.ptr[i] == '/') pl_buf_put_char(out, '\\');
        pl_buf_put_char(out, text.ptr[i]);
    }
    wipe(&text);
}

static void spell(PlBuf *out, PlStr secret, Spelling how)
{
    switch (how) {
    case BASE64: put_base64(out, secret, base64, false); break;
    case BASE64_URL: put_base64(out, secret, base64_url, false); break;
    case PERCENT: put_percent(out, secret, "0123456789ABCDEF"); break;
    case PERCENT_LOWER: put_percent(out, secret, "0123456789abcdef"); break;
    case HEX: put_hex(out, secret, "0123456789abcdef"); break;
    case HEX_UPPER: put_hex(out, secret, "0123456789ABCDEF"); break;
    case FORM: put_percent(out, secret, "0123456789ABCDEF"), spaces_as_plus(out); break;
    case JSON: put_json(out, secret, false); break;
    case JSON_SLASH: put_json(out, secret, true); break;
    default: pl_buf_put(out, secret);
    }
}

static PlStatus add_patterns(Secret *s, PlStr secret)
{
    for (Spelling how = RAW; secret.len >= SHORTEST_REDACTED && how < SPELLINGS; how++) {
        Pattern *p = pl_zalloc(sizeof *p);
        if (!p) return PL_NOMEM;
        pl_buf_init(&p->bytes, 0);
        spell(&p->bytes, secret, how);
        bool is_known = p->bytes.status != PL_OK;
        for (const Pattern *other = s->patterns; other && !is_known; other = other->next)
            is_known = pl_str_eq(pl_buf_str(&other->bytes), pl_buf_str(&p->bytes));
        if (is_known) {
            PlStatus status = p->bytes.status;
            wipe(&p->bytes);
            pl_free(p);
            if (status != PL_OK) return status;
            continue;
        }
        p->next = s->patterns;
        s->patterns = p;
    }
    return PL_OK;
}

/* The whole, and of "user:password" the password too. */
static PlStatus learn(Secret *s)
{
    PlStr value = pl_buf_str(&s->value);
    PlStatus status = add_patterns(s, value);
    size_t colon = pl_str_find_char(value, ':', 0);
    if (status == PL_OK && colon != PL_STR_NONE) status = add_patterns(s, pl_str_slice(value, colon + 1, value.len));
    return status;
}

PlStatus pl_secrets_note(PlSecrets *secrets, PlStr name, PlStr value)
{
    Secret *s = find_or_add(secrets, name, true);
    if (!s) return PL_NOMEM;
    forget_value(s);
    pl_buf_put(&s->value, value);
    if (s->value.status != PL_OK) return s->value.status;
    return learn(s);
}

static size_t redact_one(char *text, size_t len, PlStr pattern, const char *name)
{
    char *read = text, *write = text, *end = text + len;
    for (char *hit; (hit = memmem(read, (size_t)(end - read), pattern.ptr, pattern.len));) {
        if (write != read) memmove(write, read, (size_t)(hit - read));
        write += hit - read;
        size_t room = pattern.len - 2, name_len = strlen(name);
        if (name_len > room) name_len = room;
        *write++ = '[';
        memcpy(write, name, name_len);
        write += name_len;
        *write++ = ']';
        read = hit + pattern.len;
    }
    if (write == read) return len;
    memmove(write, read, (size_t)(end - read));
    return (size_t)(write - text) + (size_t)(end - read);
}

size_t pl_secrets_redact(PlSecrets *secrets, char *text, size_t len)
{
    for (const Secret *s = secrets->all; s && len; s = s->next)
        for (const Pattern *p = s->patterns; p; p = p->next)
            if (p->bytes.len <= len) len = redact_one(text, len, pl_buf_str(&p->bytes), s->name);
    return len;
}

size_t pl_secrets_begun(const PlSecrets *secrets, PlStr text)
{
    size_t most = 0;
    for (const Secret *s = secrets->all; s; s = s->next)
        for (const Pattern *p = s->patterns; p; p = p->next) {
            size_t n = p->bytes.len ? p->bytes.len - 1 : 0;
            if (n > text.len) n = text.len;
            while (n > most && memcmp(text.ptr + text.len - n, p->bytes.ptr, n) != 0) n--;
            if (n > most) most = n;
        }
    return most;
}

/* ---- where they come from ---- */

static void warn_readable(PlSecrets *secrets, const Secret *s)
{
    Warning *w = pl_zalloc(sizeof *w);
    if (!w) return;
    snprintf(w->text, sizeof w->text, "%.200s (credential %.60s) can be read by others; chmod 600 it", s->where, s->name);
    Warning **tail = &secrets->warnings;
    while (*tail) tail = &(*tail)->next;
    *tail = w;
    if (!secrets->unseen) secrets->unseen = w;
}

const char *pl_secrets_warning(PlSecrets *secrets)
{
    const Warning *w = secrets->unseen;
    if (!w) return NULL;
    secrets->unseen = w->next;
    return w->text;
}

static PlStatus from_env(PlSecrets *secrets, Secret *s, const char *variable)
{
    const char *value = getenv(variable);
    if (value) pl_buf_put_z(&s->value, value);
    if (value) return s->value.status;
    snprintf(secrets->error, sizeof secrets->error, "credential %.100s: the environment variable %.200s is not set", s->name,
             variable);
    return PL_CREDENTIAL;
}

static PlStatus from_file(PlSecrets *secrets, Secret *s)
{
    struct stat file;
    if (stat(s->where, &file) == 0 && (file.st_mode & 077) && S_ISREG(file.st_mode))
        warn_readable(secrets, s);
    PlStatus status = pl_buf_read_file(&s->value, s->where);
    if (status == PL_NOMEM) return status;
    if (status == PL_OK) return PL_OK;
    snprintf(secrets->error, sizeof secrets->error, "credential %.100s: cannot read %.200s: %s", s->name, s->where,
             status == PL_LIMIT ? "too large" : strerror(errno));
    return PL_CREDENTIAL;
}

/* ---- from a program ---- */

typedef struct Printed {
    PlSecrets *secrets;
    Secret *secret;
    PlStatus status;
} Printed;

static PlStatus take_output(PlSecrets *secrets, Secret *s, PlStr output, const char *why)
{
    if (!why) pl_buf_put(&s->value, output);
    if (!why) return s->value.status;
    char program[64];
    size_t len = strcspn(s->where, " \t");
    snprintf(program, sizeof program, "%.*s", (int)(len < sizeof program ? len : sizeof program - 1), s->where);
    snprintf(secrets->error, sizeof secrets->error, "credential %.100s: command %.200s: %s", s->name, program, why);
    return strcmp(why, "out of memory") == 0 ? PL_NOMEM : PL_CREDENTIAL;
}

static void on_printed(void *user, PlStr output, const char *why)
{
    Printed *p = user;
    p->status = take_output(p->secrets, p->secret, output, why);
}

static PlStatus from_command(PlSecrets *secrets, Secret *s)
{
    Printed p = {secrets, s, PL_CREDENTIAL};
    const char *why = pl_command_wait(s->where, PL_LIMIT_SECRET_BYTES, PL_LIMIT_SECRET_TIME, on_printed, &p);
    return why ? take_output(secrets, s, PL_STR(""), why) : p.status;
}

const char *pl_secrets_command(PlSecrets *secrets, PlStr name)
{
    const Secret *s = find(secrets, name, false);
    return s && s->is_mapped && !s->is_loaded && s->from == PL_SECRET_COMMAND ? s->where : NULL;
}

/* One line end goes; what is left is sent in a header, so it must be one line of plain characters. */
static PlStatus settle(PlSecrets *secrets, Secret *s)
{
    PlBuf *v = &s->value;
    while (v->len && (v->ptr[v->len - 1] == '\n' || v->ptr[v->len - 1] == '\r')) v->ptr[--v->len] = '\0';
    bool is_plain = v->len > 0;
    for (size_t i = 0; i < v->len; i++) is_plain &= (unsigned char)v->ptr[i] >= 0x20 && v->ptr[i] != 0x7f;
    if (is_plain) return learn(s);
    snprintf(secrets->error, sizeof secrets->error, "credential %.100s is %s", s->name,
             v->len ? "not one line of plain characters" : "empty");
    return PL_CREDENTIAL;
}

static PlStatus load(PlSecrets *secrets, Secret *s)
{
    forget_value(s);
    if (s->is_mapped && s->from == PL_SECRET_FILE) return from_file(secrets, s);
    if (s->is_mapped && s->from == PL_SECRET_COMMAND) return from_command(secrets, s);
    if (s->is_mapped && s->from == PL_SECRET_VALUE) {
        pl_buf_put_z(&s->value, s->where);
        return s->value.status;
    }
    if (s->is_mapped && s->from == PL_SECRET_LOGIN) {
        snprintf(secrets->error, sizeof secrets->error, "credential %.100s is a login, which only OAuth2 and bearer schemes take", s->name);
        return PL_CREDENTIAL;
    }
    if (s->is_mapped) return from_env(secrets, s, s->where);
    PlBuf variable;
    pl_buf_init(&variable, 0);
    pl_secrets_variable(&variable, pl_str_z(s->name));
    PlStatus status = variable.status == PL_OK ? from_env(secrets, s, variable.ptr) : PL_NOMEM;
    pl_buf_deinit(&variable);
    return status;
}

const char *pl_secrets_login(PlSecrets *secrets, PlStr name)
{
    const Secret *s = secrets ? find(secrets, name, false) : NULL;
    return s && s->is_mapped && s->from == PL_SECRET_LOGIN ? s->where : NULL;
}

/* `status`: how its value was got. */
static PlStatus keep(PlSecrets *secrets, Secret *s, PlStatus status, PlStr *error)
{
    if (status == PL_OK) status = settle(secrets, s);
    s->is_loaded = status == PL_OK;
    if (status == PL_OK) return status;
    if (status == PL_LIMIT) snprintf(secrets->error, sizeof secrets->error, "credential %.100s is too large", s->name);
    forget_value(s);
    *error = pl_str_z(secrets->error);
    return status == PL_LIMIT ? PL_CREDENTIAL : status;
}

PlStatus pl_secrets_get(PlSecrets *secrets, PlStr name, PlStr *out, PlStr *error)
{
    *out = *error = PL_STR("");
    secrets->error[0] = '\0';
    Secret *s = find_or_add(secrets, name, false);
    if (!s) return PL_NOMEM;
    PlStatus status = s->is_loaded ? PL_OK : keep(secrets, s, load(secrets, s), error);
    if (status == PL_OK) *out = pl_buf_str(&s->value);
    return status;
}

PlStatus pl_secrets_take(PlSecrets *secrets, PlStr name, PlStr output, const char *why, PlStr *error)
{
    *error = PL_STR("");
    secrets->error[0] = '\0';
    Secret *s = find_or_add(secrets, name, false);
    if (!s) return PL_NOMEM;
    forget_value(s);
    return keep(secrets, s, take_output(secrets, s, output, why), error);
}

bool pl_secrets_has(PlSecrets *secrets, PlStr name)
{
    const Secret *s = find(secrets, name, false);
    if (s && s->is_loaded) return true;
    if (s && s->is_mapped) return s->from != PL_SECRET_ENV || getenv(s->where) != NULL;
    PlBuf variable;
    pl_buf_init(&variable, 0);
    pl_secrets_variable(&variable, name);
    bool has = variable.status == PL_OK && getenv(variable.ptr) != NULL;
    pl_buf_deinit(&variable);
    return has;
}
