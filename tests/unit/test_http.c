/* SPDX-License-Identifier: MIT */
/* What the net port decides without a network: addresses, origins, headers, bodies. What happens on the wire: tests/net. */
#include "tests/unit/unit.h"
#include "vm/io/address.h"
#include "vm/io/http_call.h"
#include "vm/io/http_curl.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include <stdlib.h>

typedef struct Spelling {
    const char *text;
    PlAddressClass kind;
} Spelling;

static const Spelling spellings[] = {
    {"8.8.8.8", PL_ADDRESS_PUBLIC}, {"1.1.1.1", PL_ADDRESS_PUBLIC}, {"9.255.255.255", PL_ADDRESS_PUBLIC},
    {"11.0.0.0", PL_ADDRESS_PUBLIC}, {"172.15.255.255", PL_ADDRESS_PUBLIC}, {"172.32.0.0", PL_ADDRESS_PUBLIC},
    {"192.167.255.255", PL_ADDRESS_PUBLIC}, {"192.169.0.0", PL_ADDRESS_PUBLIC}, {"100.63.255.255", PL_ADDRESS_PUBLIC},
    {"100.128.0.0", PL_ADDRESS_PUBLIC}, {"126.255.255.255", PL_ADDRESS_PUBLIC}, {"128.0.0.1", PL_ADDRESS_PUBLIC},
    {"169.253.255.255", PL_ADDRESS_PUBLIC}, {"169.255.0.0", PL_ADDRESS_PUBLIC}, {"223.255.255.255", PL_ADDRESS_PUBLIC},
    {"198.17.255.255", PL_ADDRESS_PUBLIC}, {"198.20.0.0", PL_ADDRESS_PUBLIC}, {"168.63.129.17", PL_ADDRESS_PUBLIC},
    {"2606:4700::1111", PL_ADDRESS_PUBLIC}, {"2a00:1450:4001::200e", PL_ADDRESS_PUBLIC},
    {"2001:200::1", PL_ADDRESS_PUBLIC}, {"2003::1", PL_ADDRESS_PUBLIC}, {"::ffff:8.8.8.8", PL_ADDRESS_PUBLIC},
    {"127.0.0.1", PL_ADDRESS_PRIVATE}, {"127.255.255.255", PL_ADDRESS_PRIVATE}, {"0.0.0.0", PL_ADDRESS_PRIVATE},
    {"10.0.0.0", PL_ADDRESS_PRIVATE}, {"10.255.255.255", PL_ADDRESS_PRIVATE}, {"172.16.0.0", PL_ADDRESS_PRIVATE},
    {"172.31.255.255", PL_ADDRESS_PRIVATE}, {"192.168.0.1", PL_ADDRESS_PRIVATE}, {"100.64.0.1", PL_ADDRESS_PRIVATE},
    {"100.127.255.255", PL_ADDRESS_PRIVATE}, {"198.18.0.1", PL_ADDRESS_PRIVATE}, {"::1", PL_ADDRESS_PRIVATE},
    {"::", PL_ADDRESS_PRIVATE}, {"fc00::1", PL_ADDRESS_PRIVATE}, {"fdff:ffff::1", PL_ADDRESS_PRIVATE},
    {"::ffff:127.0.0.1", PL_ADDRESS_PRIVATE}, {"::ffff:7f00:1", PL_ADDRESS_PRIVATE}, {"::ffff:10.1.2.3", PL_ADDRESS_PRIVATE},
    {"0:0:0:0:0:ffff:c0a8:0101", PL_ADDRESS_PRIVATE}, {"0.0.0.1", PL_ADDRESS_NEVER}, {"169.254.169.254", PL_ADDRESS_NEVER},
    {"169.254.0.1", PL_ADDRESS_NEVER}, {"::ffff:169.254.169.254", PL_ADDRESS_NEVER}, {"::ffff:a9fe:a9fe", PL_ADDRESS_NEVER},
    {"100.100.100.200", PL_ADDRESS_NEVER}, {"168.63.129.16", PL_ADDRESS_NEVER}, {"192.0.0.192", PL_ADDRESS_NEVER},
    {"192.0.2.1", PL_ADDRESS_NEVER}, {"198.51.100.1", PL_ADDRESS_NEVER}, {"203.0.113.9", PL_ADDRESS_NEVER},
    {"192.88.99.1", PL_ADDRESS_NEVER}, {"224.0.0.1", PL_ADDRESS_NEVER}, {"239.255.255.250", PL_ADDRESS_NEVER},
    {"240.0.0.1", PL_ADDRESS_NEVER}, {"255.255.255.255", PL_ADDRESS_NEVER}, {"fd00:ec2::254", PL_ADDRESS_NEVER},
    {"fd20:ce::254", PL_ADDRESS_NEVER}, {"fe80::1", PL_ADDRESS_NEVER}, {"fe80::1%eth0", PL_ADDRESS_NEVER},
    {"febf::1", PL_ADDRESS_NEVER}, {"fec0::1", PL_ADDRESS_NEVER}, {"ff02::1", PL_ADDRESS_NEVER},
    {"64:ff9b::7f00:1", PL_ADDRESS_NEVER}, {"64:ff9b::169.254.169.254", PL_ADDRESS_NEVER}, {"64:ff9b:1::1", PL_ADDRESS_NEVER},
    {"2002:7f00:1::", PL_ADDRESS_NEVER}, {"2002:a9fe:a9fe::1", PL_ADDRESS_NEVER}, {"2001::1", PL_ADDRESS_NEVER},
    {"2001:0:53aa:64c:0:1234:5678:9abc", PL_ADDRESS_NEVER}, {"2001:db8::1", PL_ADDRESS_NEVER}, {"2001:10::1", PL_ADDRESS_NEVER},
    {"3fff::1", PL_ADDRESS_NEVER}, {"3fff:fff:ffff::1", PL_ADDRESS_NEVER}, {"100::1", PL_ADDRESS_NEVER},
    {"::127.0.0.1", PL_ADDRESS_NEVER}, {"::ffff:0:127.0.0.1", PL_ADDRESS_NEVER}, {"4000::1", PL_ADDRESS_NEVER},
    {"5f00::1", PL_ADDRESS_NEVER}, {"", PL_ADDRESS_NEVER}, {"localhost", PL_ADDRESS_NEVER}, {"127.1", PL_ADDRESS_NEVER},
    {"0x7f.0.0.1", PL_ADDRESS_NEVER}, {"/run/docker.sock", PL_ADDRESS_NEVER},
};

TEST(addresses)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const char *words = NULL;
        PlAddressClass kind = pl_address_class_of_text(pl_str_z(spellings[i].text), &words);
        if (kind != spellings[i].kind) fprintf(stderr, "%s: %d, %s\n", spellings[i].text, kind, words);
        CHECK(kind == spellings[i].kind);
        CHECK(words != NULL);
    }
}

TEST(origins_are_read_as_libcurl_reads_them)
{
    const PlCurl *curl = pl_http_curl_open();
    CHECK(curl != NULL);
    static const char *const good[][2] = {
        {"https://API.Example.com", "https://api.example.com:443"},
        {"http://example.com/a?b#c", "http://example.com:80"},
        {"https://example.com:8443/x", "https://example.com:8443"},
        {"http://127.1/", "http://127.0.0.1:80"},
        {"http://2130706433/", "http://127.0.0.1:80"},
        {"http://0x7f.1/", "http://127.0.0.1:80"},
        {"http://017700000001/", "http://127.0.0.1:80"},
        {"http://[::1]:8080/", "http://[::1]:8080"},
        {"HTTPS://example.com?x=1", "https://example.com:443"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *why;
        char *origin = pl_http_gate_origin(curl, good[i][0], &why);
        CHECK(origin && strcmp(origin, good[i][1]) == 0);
        pl_free(origin);
    }
    static const char *const bad[] = {"", "example.com:x", "ftp://example.com/", "file:///etc/passwd", "gopher://h/", "https://",
                                      "https://user@example.com/", "https://user:pw@example.com/", "http://[fe80::1%25eth0]/",
                                      "http://exa mple.com/", "http://example.com:99999/", "http://a\nb/", "dict://h/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = NULL;
        char *origin = pl_http_gate_origin(curl, bad[i], &why);
        CHECK(!origin && why);
        pl_free(origin);
    }
    pl_http_curl_close(curl);
}

typedef struct Got {
    int count;
    PlEvidence evidence;
    PlNetFault fault;
    char message[400];
} Got;

static void on_done(void *user, const PlNetAnswer *answer)
{
    Got *got = user;
    got->count++;
    got->evidence = answer->evidence;
    got->fault = answer->fault;
    snprintf(got->message, sizeof got->message, "%.*s", PL_ARG(answer->message));
}

static Got ask_with(const char *url, const char *plugin, const PlHttpRule *rules, uint32_t rule_count, PlSecrets *secrets,
                    const PlNetRequest *base)
{
    PlLoop *loop = pl_loop_new();
    PlHttp *http = pl_http_new(loop, secrets, &(PlHttpOptions){.rules = rules, .rule_count = rule_count});
    PlNetPort port = pl_http_port(http);
    Got got = {0};
    uint64_t call;
    PlNetRequest request = base ? *base : (PlNetRequest){0};
    request.url = pl_str_z(url);
    request.plugin = pl_str_z(plugin);
    request.timeout_us = 2000000;
    CHECK(port.send(port.self, &request, on_done, &got, &call) == PL_OK);
    CHECK(got.count == 0);
    while (pl_loop_turn(loop, -1)) {}
    CHECK(got.count == 1);
    pl_http_free(http);
    pl_loop_free(loop);
    return got;
}

static const PlHttpRule rules[] = {{PL_STR_INIT("https://api.example.com:443"), PL_STR_INIT("shop"), false},
                                   {PL_STR_INIT("http://localhost:1"), PL_STR_INIT("local"), false},
                                   {PL_STR_INIT("http://127.0.0.1:1"), PL_STR_INIT("local"), false},
                                   {PL_STR_INIT("http://169.254.169.254"), PL_STR_INIT("meta"), true},
                                   {PL_STR_INIT("http://[::1]:1"), PL_STR_INIT("local"), false},
                                   {PL_STR_INIT("http://127.0.0.1:1"), PL_STR_INIT("named"), true}};

static Got ask(const char *url, const char *plugin)
{
    return ask_with(url, plugin, rules, sizeof rules / sizeof *rules, NULL, NULL);
}

TEST(other_origins_are_refused)
{
    static const char *const urls[] = {"https://api.example.com.evil.test/", "https://api.example.com:444/",
                                       "http://api.example.com/", "https://evil.test/https://api.example.com/",
                                       "https://api.example.com@evil.test/", "https://api.example.com\\@evil.test/",
                                       "https://api.example.com#@evil.test/..", "file:///etc/passwd", "", "//api.example.com/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        if (i == 6) continue; /* that one is the right host */
        Got got = ask(urls[i], "shop");
        CHECK(got.fault == PL_NET_REFUSED_ORIGIN && got.evidence == PL_EVIDENCE_NEVER_SENT);
        CHECK(got.message[0]);
    }
    CHECK(ask("https://api.example.com/", "other").fault == PL_NET_REFUSED_ORIGIN);
}

TEST(private_addresses_need_to_be_named)
{
    static const char *const urls[] = {"http://localhost:1/", "http://127.0.0.1:1/", "http://127.1:1/", "http://0x7f000001:1/",
                                       "http://[::1]:1/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        Got got = ask(urls[i], "local");
        CHECK(got.fault == PL_NET_REFUSED_ADDRESS && got.evidence == PL_EVIDENCE_NEVER_SENT);
        CHECK(strstr(got.message, "loopback"));
    }
    CHECK(ask("http://169.254.169.254/latest/", "meta").fault == PL_NET_REFUSED_ADDRESS);
    Got named = ask("http://127.0.0.1:1/", "named"); /* allowed, but nobody listens there */
    CHECK(named.fault == PL_NET_CONNECT && named.evidence == PL_EVIDENCE_NEVER_SENT);
}

TEST(a_line_break_in_a_header_is_refused)
{
    PlHeader headers[] = {{PL_STR_INIT("X-A"), PL_STR_INIT("a\r\nX-B: b")}};
    PlNetRequest request = {.headers = headers, .header_count = 1};
    Got got = ask_with("http://127.0.0.1:1/", "named", rules, 6, NULL, &request);
    CHECK(got.fault == PL_NET_PROTOCOL && got.evidence == PL_EVIDENCE_NEVER_SENT);
    headers[0] = (PlHeader){PL_STR_INIT("X A"), PL_STR_INIT("a")};
    CHECK(ask_with("http://127.0.0.1:1/", "named", rules, 6, NULL, &request).fault == PL_NET_PROTOCOL);
}

TEST(a_missing_credential_is_named)
{
    PlAuth auth[] = {{.kind = PL_AUTH_BEARER, .credential = PL_STR_INIT("shop.token")},
                     {.kind = PL_AUTH_BASIC, .credential = PL_STR_INIT("shop.login")}};
    PlAuthSet sets[] = {{&auth[0], 1}, {&auth[1], 1}};
    PlNetRequest request = {.auth = sets, .auth_count = 2};
    PlSecrets *secrets = pl_secrets_new();
    Got got = ask_with("http://127.0.0.1:1/", "named", rules, 6, secrets, &request);
    CHECK(got.fault == PL_NET_NO_CREDENTIAL && got.evidence == PL_EVIDENCE_NEVER_SENT);
    CHECK(strstr(got.message, "PILOT_CREDENTIAL_SHOP_TOKEN, or PILOT_CREDENTIAL_SHOP_LOGIN (user:password)"));
    setenv("PILOT_CREDENTIAL_SHOP_LOGIN", "a:b", 1);
    CHECK(ask_with("http://127.0.0.1:1/", "named", rules, 6, secrets, &request).fault == PL_NET_CONNECT);
    unsetenv("PILOT_CREDENTIAL_SHOP_LOGIN");
    PlAuthSet optional[] = {{&auth[0], 1}, {NULL, 0}};
    request = (PlNetRequest){.auth = optional, .auth_count = 2};
    CHECK(ask_with("http://127.0.0.1:1/", "named", rules, 6, secrets, &request).fault == PL_NET_CONNECT);
    pl_secrets_free(secrets);
}

TEST(cancel_before_it_was_sent)
{
    PlLoop *loop = pl_loop_new();
    PlHttp *http = pl_http_new(loop, NULL, &(PlHttpOptions){.rules = rules, .rule_count = 6, .max_connections = 1});
    PlNetPort port = pl_http_port(http);
    Got got[2] = {0};
    uint64_t call[2];
    PlNetRequest request = {.url = PL_STR_INIT("http://127.0.0.1:1/"), .plugin = PL_STR_INIT("named")};
    for (int i = 0; i < 2; i++) CHECK(port.send(port.self, &request, on_done, &got[i], &call[i]) == PL_OK);
    for (int i = 0; i < 2; i++) port.cancel(port.self, call[1 - i]);
    port.cancel(port.self, call[0]);
    port.cancel(port.self, 12345);
    CHECK(pl_loop_turn(loop, -1));
    for (int i = 0; i < 2; i++)
        CHECK(got[i].count == 1 && got[i].fault == PL_NET_CANCELLED && got[i].evidence == PL_EVIDENCE_NEVER_SENT);
    port.cancel(port.self, call[0]);
    while (pl_loop_turn(loop, -1)) {}
    CHECK(got[0].count == 1);
    pl_http_free(http);
    pl_loop_free(loop);
}

TEST(free_with_calls_under_way)
{
    PlLoop *loop = pl_loop_new();
    PlHttp *http = pl_http_new(loop, NULL, &(PlHttpOptions){.rules = rules, .rule_count = 6, .max_connections = 1});
    PlNetPort port = pl_http_port(http);
    Got got = {0};
    uint64_t call;
    PlNetRequest request = {.url = PL_STR_INIT("http://127.0.0.1:1/"), .plugin = PL_STR_INIT("named")};
    for (int i = 0; i < 3; i++) CHECK(port.send(port.self, &request, on_done, &got, &call) == PL_OK);
    request.plugin = PL_STR("nobody");
    CHECK(port.send(port.self, &request, on_done, &got, &call) == PL_OK);
    pl_http_free(http);
    CHECK(!pl_loop_turn(loop, 0));
    CHECK(got.count == 0);
    pl_loop_free(loop);
}

TEST(a_rule_that_is_no_origin_is_refused)
{
    PlLoop *loop = pl_loop_new();
    PlHttpRule rule = {PL_STR_INIT("file:///etc"), PL_STR_INIT("x"), false};
    CHECK(!pl_http_new(loop, NULL, &(PlHttpOptions){.rules = &rule, .rule_count = 1}));
    pl_loop_free(loop);
}

TEST(multipart)
{
    PlPart parts[] = {{PL_STR_INIT("note"), PL_STR_INIT(""), PL_STR_INIT(""), PL_STR_INIT("hi"), NULL},
                      {PL_STR_INIT("f"), PL_STR_INIT("a\"b\r\n.txt"), PL_STR_INIT("text/plain"), PL_STR_INIT("--x\r\n"), NULL}};
    PlBuf a, b;
    char type[96], again[96];
    pl_buf_init(&a, 0);
    pl_buf_init(&b, 0);
    CHECK(pl_http_body_multipart(&a, parts, 2, type, NULL) == PL_OK && pl_http_body_multipart(&b, parts, 2, again, NULL) == PL_OK);
    CHECK(pl_str_eq(pl_buf_str(&a), pl_buf_str(&b)) && strcmp(type, again) == 0);
    char *boundary = strstr(type, "boundary=") + 9;
    char expected[1024];
    snprintf(expected, sizeof expected,
             "--%s\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n"
             "--%s\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a%%22b%%0D%%0A.txt\"\r\n"
             "Content-Type: text/plain\r\n\r\n--x\r\n\r\n--%s--\r\n",
             boundary, boundary, boundary);
    CHECK_STR(pl_buf_str(&a), expected);
    pl_buf_deinit(&a);
    pl_buf_deinit(&b);
}

TEST(headers_of_an_answer)
{
    PlHttpTransfer transfer = {0};
    pl_buf_init(&transfer.head, 0);
    pl_buf_put_z(&transfer.head, "Content-Type: text/html \nX-Fold: a\n\tb\nnonsense\n: x\nEmpty:\nX-Fold:  c\nX-Cut: of");
    CHECK(pl_http_body_headers(&transfer) == 4);
    CHECK_STR(transfer.headers[0].name, "content-type");
    CHECK_STR(transfer.headers[0].value, "text/html");
    CHECK_STR(transfer.headers[1].value, "a  b");
    CHECK_STR(transfer.headers[2].name, "empty");
    CHECK_STR(transfer.headers[2].value, "");
    CHECK_STR(transfer.headers[3].value, "c");
    pl_buf_deinit(&transfer.head);
    pl_free(transfer.headers);
}

TEST(head_of_an_answer_line_by_line)
{
    PlHttpCall call = {0};
    PlHttpTransfer transfer = {.call = &call};
    pl_buf_init(&transfer.head, 0);
    static const char *const lines[] = {"HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "B: 2\n", "\r\n",
                                        "Trailer: late\r\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        CHECK(pl_http_body_line(&transfer, pl_str_z(lines[i])));
        CHECK(transfer.head_done == (i >= 6));
    }
    CHECK_STR(pl_buf_str(&transfer.head), "A: 1\nB: 2\n");
    pl_buf_deinit(&transfer.head);
}

TEST(headers_have_a_ceiling)
{
    PlHttpCall call = {0};
    PlHttpTransfer transfer = {.call = &call};
    pl_buf_init(&transfer.head, 0);
    char line[1024];
    memset(line, 'x', sizeof line);
    for (size_t i = 0; i < PL_LIMIT_HEADER_BYTES / sizeof line; i++) CHECK(pl_http_body_line(&transfer, pl_str(line, sizeof line)));
    CHECK(!call.too_large);
    CHECK(!pl_http_body_line(&transfer, PL_STR("\n")) && call.too_large);
    pl_buf_deinit(&transfer.head);
}

UNIT_MAIN
