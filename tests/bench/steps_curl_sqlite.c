/* SPDX-License-Identifier: MIT */
/* The bare peer of a journaled step: libcurl easy on one connection, and two SQLite rows a step (before the call, after it), each committed
 * (WAL, synchronous NORMAL), the answer parsed for nothing but its length. With "post" each step is a POST to BASE/orders, and the row before it is on the
 * disk when it is sent (synchronous FULL; the row after it is covered by the next). usage: steps_curl_sqlite BASE COUNT DB [post] */
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Body {
    char bytes[65536];
    size_t len;
} Body;

static size_t take(char *data, size_t size, size_t count, void *user)
{
    Body *body = user;
    size_t n = size * count;
    if (body->len + n > sizeof body->bytes) return 0;
    memcpy(body->bytes + body->len, data, n);
    body->len += n;
    return n;
}

static void row(sqlite3 *db, sqlite3_stmt *insert, int seq, const char *kind, const char *text, size_t len)
{
    sqlite3_exec(db, "begin immediate", NULL, NULL, NULL);
    sqlite3_bind_int(insert, 1, seq);
    sqlite3_bind_text(insert, 2, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, text, (int)len, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) exit(1);
    sqlite3_reset(insert);
    sqlite3_exec(db, "commit", NULL, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) return 2;
    bool posts = argc == 5;
    int count = atoi(argv[2]);
    sqlite3 *db;
    sqlite3_stmt *insert;
    unlink(argv[3]);
    if (sqlite3_open(argv[3], &db)) return 1;
    sqlite3_exec(db, "pragma journal_mode=wal; pragma synchronous=normal; create table row(seq integer, kind text, body text)", NULL, NULL, NULL);
    if (sqlite3_prepare_v2(db, "insert into row values(?,?,?)", -1, &insert, NULL)) return 1;
    CURL *curl = curl_easy_init();
    static Body body;
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    struct curl_slist *json = curl_slist_append(NULL, "Content-Type: application/json");
    if (posts) curl_easy_setopt(curl, CURLOPT_HTTPHEADER, json);
    if (posts) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"item\":\"abc\"}");
    for (int i = 0; i < count; i++) {
        char url[256];
        if (posts) snprintf(url, sizeof url, "%s/orders", argv[1]);
        else snprintf(url, sizeof url, "%s/item-%d.json", argv[1], i % 10);
        if (posts) sqlite3_exec(db, "pragma synchronous=full", NULL, NULL, NULL);
        row(db, insert, 2 * i, "INTENT", url, strlen(url));
        if (posts) sqlite3_exec(db, "pragma synchronous=normal", NULL, NULL, NULL);
        body.len = 0;
        curl_easy_setopt(curl, CURLOPT_URL, url);
        if (curl_easy_perform(curl) != CURLE_OK) return 1;
        row(db, insert, 2 * i + 1, "RESULT", body.bytes, body.len);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(json);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return 0;
}
