/* SPDX-License-Identifier: MIT */
/* What is known of a letter follows from two marks: the last byte of it was handed over (from then on the server may have it), and a reply came after that
 * (then it says so itself). The name is looked up once, by us: the addresses that were judged are those that are connected to. */
#include "vm/io/smtp.h"

#include "vm/base/fault.h"
#include "vm/base/utf8.h"
#include "vm/io/address.h"
#include "vm/io/http_curl.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ADDRESSES = 8, CONNECT_MS = 10000, TIMEOUT_MS = 30000, URL = 400, BYE = 221 };

struct PlSmtp {
    const PlCurl *curl;
    PlSmtpServer server;
    char resolve[URL + ADDRESSES * 48]; /* "host:port:address,address" */
    /* the letter at hand */
    PlStr left;
    bool has_ended;            /* all of the letter was handed over */
    bool logs_in, is_in;       /* a login is meant; the server took it (235) */
    unsigned reply, reply_to_end;
    int socket;
    char words[300];
};

static void say(PlSmtpOutcome *out, PlEvidence evidence, PlNetFault fault, const char *words)
{
    *out = (PlSmtpOutcome){.evidence = evidence, .fault = fault};
    snprintf(out->words, sizeof out->words, "%s", words);
}

/* ---- before the walls ---- */

static bool is_allowed(const PlSmtp *s, const struct sockaddr *address, const char **words)
{
    PlAddressClass kind = pl_address_class(address, words);
    return kind == PL_ADDRESS_PUBLIC || (kind == PL_ADDRESS_PRIVATE && s->server.allow_private);
}

static bool take_addresses(PlSmtp *s, const struct addrinfo *found, const char **words)
{
    unsigned count = 0;
    int at = snprintf(s->resolve, sizeof s->resolve, "%s:%u:", s->server.host, s->server.port);
    for (const struct addrinfo *a = found; a && count < ADDRESSES; a = a->ai_next) {
        char text[48];
        bool six = a->ai_family == AF_INET6;
        if (!is_allowed(s, a->ai_addr, words)) continue;
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0) continue;
        at += snprintf(s->resolve + at, sizeof s->resolve - (size_t)at, "%s%s%s%s", count ? "," : "", six ? "[" : "", text, six ? "]" : "");
        count++;
    }
    return count > 0;
}

static bool prepare(void *self, const PlSmtpServer *server, PlSmtpOutcome *out)
{
    PlSmtp *s = self;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found = NULL;
    const char *words = "an address of no use";
    char why[360];
    s->server = *server;
    s->curl = pl_http_curl_open();
    if (!s->curl) {
        say(out, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, "libcurl.so.4 cannot be loaded (Debian: libcurl4)");
        return false;
    }
    if (strlen(server->host) > 255 || getaddrinfo(server->host, NULL, &hints, &found) != 0) {
        snprintf(why, sizeof why, "%.255s: the server's name was not found", server->host);
        say(out, PL_EVIDENCE_NEVER_SENT, PL_NET_RESOLVE, why);
        return false;
    }
    bool good = take_addresses(s, found, &words);
    freeaddrinfo(found);
    snprintf(why, sizeof why, "%.255s is at %s, which the project does not name", server->host, words);
    if (!good) say(out, PL_EVIDENCE_NEVER_SENT, PL_NET_REFUSED_ADDRESS, why);
    return good;
}

/* ---- libcurl's calls ---- */

/* The end is handed over when nothing is left: libcurl then writes the line with the dot. Its size is never told: libcurl counts the dots that it doubles
 * against it, and would cut the letter short. A server that let us in without the login that it was to be given gets nothing. */
static size_t give(char *to, size_t size, size_t count, void *user)
{
    PlSmtp *s = user;
    size_t room = size * count, n = s->left.len < room ? s->left.len : room;
    if (s->logs_in && !s->is_in) return CURL_READFUNC_ABORT;
    s->has_ended = n == 0;
    memcpy(to, s->left.ptr, n);
    s->left = pl_str_slice(s->left, n, s->left.len);
    return n;
}

/* A line of a reply: "250-SIZE 1000", "250 OK". The last of a reply has a blank behind the code. */
static size_t hear(char *line, size_t size, size_t count, void *user)
{
    PlSmtp *s = user;
    PlStr text = pl_str_trim(pl_str(line, size * count));
    int64_t code;
    if (text.len < 3 || !pl_str_to_int(pl_str_slice(text, 0, 3), &code) || code < 200 || code > 599) return size * count;
    if ((text.len > 3 && text.ptr[3] == '-') || code == BYE || s->reply_to_end) return size * count;
    s->reply = (unsigned)code;
    if (s->has_ended) s->reply_to_end = s->reply;
    if (code == 235) s->is_in = true;
    PlBuf plain;
    pl_buf_init(&plain, sizeof s->words - 1);
    pl_utf8_put_line(&plain, pl_str_slice(text, 0, 120));
    snprintf(s->words, sizeof s->words, PL_FMT, PL_ARG(pl_buf_str(&plain)));
    pl_buf_deinit(&plain);
    return size * count;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    PlSmtp *s = user;
    const char *words;
    if (purpose != CURLSOCKTYPE_IPCXN || !is_allowed(s, &address->addr, &words)) return CURL_SOCKET_BAD;
    return s->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* When it has said QUIT there is nothing left to hear, and libcurl would wait for the answer. */
static int overhear(CURL *easy, curl_infotype kind, char *bytes, size_t size, void *user)
{
    PlSmtp *s = user;
    (void)easy;
    if (kind == CURLINFO_HEADER_OUT && size >= 4 && memcmp(bytes, "QUIT", 4) == 0) shutdown(s->socket, SHUT_RD);
    return 0;
}

static bool set_up(PlSmtp *s, CURL *easy, const PlSmtpLetter *letter, struct curl_slist *to, struct curl_slist *resolve)
{
    const PlCurl *curl = s->curl;
    const PlSmtpServer *server = &s->server;
    bool tls = server->tls == PL_SMTP_TLS, six = strchr(server->host, ':') != NULL;
    const char *scheme = tls ? "smtps" : "smtp";
    char url[URL];
    int len = snprintf(url, sizeof url, "%s://%s%s%s:%u/localhost", scheme, six ? "[" : "", server->host, six ? "]" : "", server->port);
    uint64_t ms = server->timeout_us ? server->timeout_us / 1000 : TIMEOUT_MS;
    bool good = len < URL && curl->easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK && curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme) == CURLE_OK;
    good = good && curl->easy_setopt(easy, CURLOPT_USE_SSL, (long)(server->tls == PL_SMTP_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL)) == CURLE_OK;
    good = good && curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK && curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    if (server->ca_file) good = good && curl->easy_setopt(easy, CURLOPT_CAINFO, server->ca_file) == CURLE_OK;
    if (!six) good = good && curl->easy_setopt(easy, CURLOPT_RESOLVE, resolve) == CURLE_OK;
    if (letter->user) { /* the plain ways, and the one that hides the password: none that looks for a ticket or a key of this machine */
        good = good && curl->easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5") == CURLE_OK;
        good = good && curl->easy_setopt(easy, CURLOPT_USERNAME, letter->user) == CURLE_OK;
        good = good && curl->easy_setopt(easy, CURLOPT_PASSWORD, letter->password) == CURLE_OK;
    }
    good = good && curl->easy_setopt(easy, CURLOPT_MAIL_FROM, letter->from) == CURLE_OK && curl->easy_setopt(easy, CURLOPT_MAIL_RCPT, to) == CURLE_OK;
    good = good && curl->easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK && curl->easy_setopt(easy, CURLOPT_READFUNCTION, give) == CURLE_OK;
    curl->easy_setopt(easy, CURLOPT_READDATA, s);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, s);
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, s);
    curl->easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl->easy_setopt(easy, CURLOPT_DEBUGFUNCTION, overhear);
    curl->easy_setopt(easy, CURLOPT_DEBUGDATA, s);
    curl->easy_setopt(easy, CURLOPT_PROXY, "");
    curl->easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl->easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(ms < 100 ? 100 : ms > 3600000 ? 3600000 : ms));
    return good;
}

/* ---- what became of it ---- */

static PlNetFault fault_of(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return PL_NET_RESOLVE;
    case CURLE_COULDNT_CONNECT: return PL_NET_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return PL_NET_TIMEOUT;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return PL_NET_TLS;
    default: return PL_NET_RESET;
    }
}

static void judge(const PlSmtp *s, CURLcode code, PlSmtpOutcome *out)
{
    bool answered = s->has_ended ? s->reply_to_end >= 200 : s->reply >= 400;
    if (answered && (s->reply < 300 || s->reply >= 400)) {
        say(out, PL_EVIDENCE_ANSWERED, PL_NET_OK, s->words);
        out->reply = s->reply;
        return;
    }
    char words[380];
    PlNetFault fault = fault_of(code);
    const char *what = s->curl->easy_strerror(code);
    if (s->has_ended) {
        snprintf(words, sizeof words, "the letter was handed over, and the server did not say whether it has it (%s)", what);
        say(out, PL_EVIDENCE_UNKNOWN, fault == PL_NET_TIMEOUT ? PL_NET_TIMEOUT : PL_NET_RESET, words);
        return;
    }
    if (s->logs_in && !s->is_in && code == CURLE_ABORTED_BY_CALLBACK) what = "it takes no login";
    else if (code == CURLE_USE_SSL_FAILED) what = "it offers no STARTTLS";
    snprintf(words, sizeof words, "%.200s:%u: nothing was delivered (%s)", s->server.host, s->server.port, what);
    say(out, PL_EVIDENCE_NEVER_SENT, fault, words);
}

static void send_letter(void *self, const PlSmtpLetter *letter, PlSmtpOutcome *out)
{
    PlSmtp *s = self;
    const PlCurl *curl = s->curl;
    struct curl_slist *to = NULL, *resolve = curl->slist_append(NULL, s->resolve);
    CURL *easy = pl_fault_hit(PL_FAULT_NET) ? NULL : curl->easy_init();
    bool good = easy && resolve;
    s->left = letter->text;
    s->logs_in = letter->user != NULL;
    for (uint32_t i = 0; good && letter->to[i]; i++) {
        struct curl_slist *more = curl->slist_append(to, letter->to[i]);
        good = more != NULL;
        if (more) to = more;
    }
    if (good && set_up(s, easy, letter, to, resolve)) judge(s, curl->easy_perform(easy), out);
    else say(out, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, "out of memory");
    if (easy) curl->easy_cleanup(easy);
    curl->slist_free_all(to);
    curl->slist_free_all(resolve);
}

static void close_port(void *self)
{
    PlSmtp *s = self;
    pl_http_curl_close(s->curl);
    pl_free(s);
}

PlSmtp *pl_smtp_new(void)
{
    return pl_zalloc(sizeof(PlSmtp));
}

PlSmtpPort pl_smtp_port(PlSmtp *smtp)
{
    return (PlSmtpPort){smtp, prepare, send_letter, close_port};
}
