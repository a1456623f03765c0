/* SPDX-License-Identifier: MIT */
/* mail.send: a letter to a mail server of the project. The server's name is looked up first, then the walls close (the network is left, to that port
 * alone), then the arguments are read, the files taken from the workspace, and the letter goes out once. */
#include "stdlib/tools/tool.h"

#include "stdlib/tools/letter.h"
#include "vm/base/json_scan.h"
#include "vm/code/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LETTER_BYTES (25u << 20)

typedef struct Mail {
    PlToolCall *call;
    PlLetter letter;
    PlLetterList bcc;
    const char *to[3 * PL_LETTER_ADDRESSES + 1];
    uint32_t to_count;
} Mail;

static unsigned wrong(Mail *m, const char *what, PlStr why)
{
    return pl_tool_fail(m->call, 400, "%s: " PL_FMT, what, PL_ARG(why));
}

/* ---- the server: "smtp://mail.example.com:587", written so by the compiler ---- */

static bool read_server(const PlToolCall *call, PlStr url, PlSmtpServer *out)
{
    size_t scheme = pl_str_find(url, PL_STR("://"), 0), colon = url.len;
    int64_t port = 0;
    if (scheme == PL_STR_NONE) return false;
    while (colon > scheme + 3 && url.ptr[colon - 1] != ':') colon--;
    PlStr host = pl_str_slice(url, scheme + 3, colon - 1), tls = pl_json_find_text(call->arena, call->config, "tls");
    if (host.len > 2 && host.ptr[0] == '[') host = pl_str_slice(host, 1, host.len - 1);
    if (colon <= scheme + 4 || !host.len || !pl_str_to_int(pl_str_slice(url, colon, url.len), &port) || port < 1 || port > 65535) return false;
    out->host = pl_arena_str(call->arena, host).ptr;
    out->port = (unsigned)port;
    out->tls = pl_str_eq_z(pl_str_slice(url, 0, scheme), "smtps") ? PL_SMTP_TLS : pl_str_eq_z(tls, "none") ? PL_SMTP_PLAIN : PL_SMTP_STARTTLS;
    return true;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static unsigned no_outcome(PlToolCall *call, const PlSmtpOutcome *o)
{
    pl_buf_clear(call->out);
    pl_buf_put_z(call->out, o->words);
    return o->evidence == PL_EVIDENCE_NEVER_SENT ? PL_TOOL_UNSENT : PL_TOOL_IN_DOUBT;
}

static unsigned wall_in(PlToolCall *call, const PlSmtpServer *server)
{
    const char *layer, *readable[] = {"/etc/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", server->ca_file, NULL};
    PlSandbox walls = {.workspace = call->root >= 0 ? call->workspace : NULL, .read_only = true, .network = true, .port = server->port, .readable = readable};
    walls.cpu_seconds = 60;
    walls.memory_bytes = 1ull << 30;
    walls.file_bytes = 1;
    walls.files = 64;
    if (pl_sandbox_enter(&walls, &layer) != PL_OK) return pl_tool_fail(call, 403, "this machine cannot wall the tool in: no %s; nothing was sent", layer);
    prctl(PR_SET_DUMPABLE, 0); /* it holds a password */
    return 0;
}

/* ---- the letter ---- */

/* A text, or a list of texts. */
static unsigned read_list(Mail *m, const char *name, PlLetterList *list)
{
    PlStr *all, why, one = pl_tool_text(m->call, name, "");
    uint32_t count = pl_tool_list(m->call->arena, m->call->args, name, &all);
    if (one.len && !pl_letter_addresses(m->call->arena, one, list, &why)) return wrong(m, name, why);
    for (uint32_t i = 0; i < count; i++)
        if (!pl_letter_addresses(m->call->arena, all[i], list, &why)) return wrong(m, name, why);
    return 0;
}

static unsigned read_people(Mail *m)
{
    PlLetter *l = &m->letter;
    PlStr why, from = pl_json_find_text(m->call->arena, m->call->config, "from");
    if (!pl_letter_addresses(m->call->arena, from, &l->from, &why)) return wrong(m, "`from` of the plugin's config", why);
    if (l->from.count != 1) return wrong(m, "`from` of the plugin's config", PL_STR("one address is wanted"));
    unsigned bad = read_list(m, "to", &l->to);
    if (!bad) bad = read_list(m, "cc", &l->cc);
    if (!bad) bad = read_list(m, "bcc", &m->bcc);
    if (!bad) bad = read_list(m, "reply_to", &l->reply_to);
    const PlLetterList *const lists[] = {&l->to, &l->cc, &m->bcc};
    for (size_t i = 0; i < 3; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++) m->to[m->to_count++] = lists[i]->all[k].spec.ptr;
    m->to[m->to_count] = NULL;
    return !bad && !l->to.count ? wrong(m, "to", PL_STR("there is no address")) : bad;
}

static unsigned read_file(Mail *m, PlStr path, size_t *left)
{
    PlToolCall *call = m->call;
    struct stat info;
    if (call->root < 0) return pl_tool_fail(call, 403, "files are attached from the workspace, and the run has none: `--workspace DIR`");
    int fd = pl_tool_open(call, path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0) return pl_tool_fail_errno(call, errno, path);
    unsigned status = 0;
    size_t size = 0, got = 0;
    char *bytes = NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) status = pl_tool_fail(call, 400, PL_FMT " is no file", PL_ARG(path));
    else if ((uint64_t)info.st_size > *left) status = pl_tool_fail(call, 413, "the letter is larger than %u bytes with " PL_FMT, LETTER_BYTES, PL_ARG(path));
    else size = (size_t)info.st_size;
    if (!status) bytes = pl_arena_alloc(call->arena, size + 1, 1);
    for (ssize_t n = 1; !status && got < size && n > 0; got += n > 0 ? (size_t)n : 0) n = read(fd, bytes + got, size - got);
    close(fd);
    if (status) return status;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    m->letter.files[m->letter.file_count++] = (PlLetterFile){pl_str_slice(path, slash, path.len), pl_str(bytes, got)};
    *left -= got;
    return 0;
}

static unsigned read_letter(Mail *m)
{
    PlToolCall *call = m->call;
    PlLetter *l = &m->letter;
    PlStr *paths, why;
    uint32_t count = pl_tool_list(call->arena, call->args, "attachments", &paths);
    unsigned bad = read_people(m);
    if (bad) return bad;
    l->subject = pl_tool_text(call, "subject", "");
    l->text = pl_tool_text(call, "text", "");
    l->html = pl_tool_text(call, "html", "");
    size_t left = LETTER_BYTES;
    if (l->text.len > left || l->html.len > left - l->text.len) return pl_tool_fail(call, 413, "the letter is larger than %u bytes", LETTER_BYTES);
    left -= l->text.len + l->html.len;
    if (count > PL_LETTER_FILES) return pl_tool_fail(call, 413, "at most %d files go with a letter", PL_LETTER_FILES);
    for (uint32_t i = 0; i < count && !bad; i++) bad = read_file(m, paths[i], &left);
    uint8_t random[12];
    char hex[25];
    pl_hash_random(random, sizeof random);
    pl_hash_hex(random, sizeof random, hex);
    PlStr from = l->from.all[0].spec;
    l->id = pl_arena_printf(call->arena, "<%s" PL_FMT ">", hex, PL_ARG(pl_str_slice(from, pl_str_find_char(from, '@', 0), from.len)));
    l->time_s = (int64_t)time(NULL);
    return bad ? bad : pl_letter_check(call->arena, l, &why) ? 0 : pl_tool_fail(call, 400, PL_FMT, PL_ARG(why));
}

/* ---- what the server said ---- */

/* 4yz: not now. 5yz: no. Neither has delivered anything (RFC 5321 section 4.2.1). */
static unsigned put_outcome(Mail *m, const PlSmtpOutcome *o)
{
    PlToolCall *call = m->call;
    if (o->evidence != PL_EVIDENCE_ANSWERED) {
        unsigned status = no_outcome(call, o);
        pl_buf_printf(call->out, "; Message-ID " PL_FMT, PL_ARG(m->letter.id));
        return status;
    }
    if (o->reply < 300) {
        pl_buf_put_z(call->out, "{\"message_id\":");
        pl_tool_put_text(call->out, m->letter.id);
        pl_buf_printf(call->out, ",\"recipients\":%u,\"answer\":", m->to_count);
        pl_tool_put_text(call->out, pl_str_z(o->words));
        pl_buf_put_char(call->out, '}');
        return 200;
    }
    unsigned status = o->reply < 500 ? PL_TOOL_LATER : o->reply == 535 || o->reply == 534 || o->reply == 530 ? 401 : o->reply == 552 ? 413 : 422;
    return pl_tool_fail(call, status, "the mail server refused: %s", o->words);
}

static unsigned send_letter(Mail *m, const PlSmtpPort *smtp, const PlSmtpServer *server, PlStr login)
{
    PlBuf text;
    PlSmtpOutcome outcome;
    size_t colon = pl_str_find_char(login, ':', 0);
    PlSmtpLetter letter = {.from = m->letter.from.all[0].spec.ptr, .to = m->to};
    if (login.len && colon == PL_STR_NONE) return pl_tool_fail(m->call, 401, "the credential for the mail server is no user:password");
    if (login.len && server->tls == PL_SMTP_PLAIN && !is_loopback(server->host))
        return pl_tool_fail(m->call, 403, "a password is not sent without TLS to another machine");
    if (login.len) {
        letter.user = pl_arena_str(m->call->arena, pl_str_slice(login, 0, colon)).ptr;
        letter.password = pl_arena_str(m->call->arena, pl_str_slice(login, colon + 1, login.len)).ptr;
    }
    pl_buf_init(&text, 2 * (size_t)LETTER_BYTES);
    pl_letter_put(&text, &m->letter);
    letter.text = pl_buf_str(&text);
    unsigned status = 413;
    if (text.status == PL_OK) smtp->send(smtp->self, &letter, &outcome);
    if (text.status == PL_OK) status = put_outcome(m, &outcome);
    else pl_tool_fail(m->call, 413, "the letter is too large");
    pl_buf_deinit(&text);
    return status;
}

unsigned pl_tool_mail(PlToolCall *call, const PlSmtpPort *smtp, PlStr place)
{
    Mail *m = PL_NEW(call->arena, Mail);
    PlSmtpServer server = {0};
    PlSmtpOutcome outcome;
    PlStr raw, ca_file = pl_json_find_text(call->arena, place, "ca_file"), login = pl_json_find_text(call->arena, place, "login");
    int64_t ms;
    m->call = call;
    if (!smtp || !pl_str_eq_z(call->action, "send")) return pl_tool_fail(call, 400, "there is no action mail." PL_FMT, PL_ARG(call->action));
    if (!read_server(call, pl_json_find_text(call->arena, place, "url"), &server)) return pl_tool_fail(call, 400, "the plugin's config names no mail server");
    server.allow_private = pl_json_find(place, "private", &raw) && pl_str_eq_z(raw, "true");
    if (ca_file.len) server.ca_file = ca_file.ptr;
    if (pl_json_find(place, "timeout_ms", &raw) && pl_str_to_int(raw, &ms) && ms > 0) server.timeout_us = (uint64_t)ms * 1000;
    if (!smtp->prepare(smtp->self, &server, &outcome)) return no_outcome(call, &outcome);
    unsigned bad = wall_in(call, &server);
    if (!bad) bad = read_letter(m);
    return bad ? bad : send_letter(m, smtp, &server, login);
}
