/* SPDX-License-Identifier: MIT */
/* One document from an address, for a compiler that was told to fetch. */
#include "vm/io/http_fetch.h"

#include "vm/io/http_curl.h"

enum { TIMEOUT_S = 30, REDIRECTS = 5 };

static size_t take(char *bytes, size_t size, size_t count, void *out)
{
    pl_buf_put(out, pl_str(bytes, size * count));
    return ((PlBuf *)out)->status == PL_OK ? size * count : 0;
}

static void say(PlBuf *error, const char *words)
{
    pl_buf_put_z(error, words);
}

static void transfer(const PlCurl *curl, const char *url, PlBuf *out, PlBuf *error)
{
    CURL *easy = curl->easy_init();
    long status = 0;
    if (!easy) {
        say(error, "out of memory");
        return;
    }
    curl->easy_setopt(easy, CURLOPT_URL, url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl->easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, out);
    CURLcode code = curl->easy_perform(easy);
    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (out->status != PL_OK)
        say(error, pl_status_words(out->status));
    else if (code != CURLE_OK)
        say(error, curl->easy_strerror(code));
    else if (status != 200)
        pl_buf_printf(error, "the server answers %ld", status);
    curl->easy_cleanup(easy);
}

bool pl_http_fetch(const char *url, PlBuf *out, PlBuf *error)
{
    const PlCurl *curl = pl_http_curl_open();
    if (curl)
        transfer(curl, url, out, error);
    else
        say(error, "libcurl cannot be loaded");
    pl_http_curl_close(curl);
    return error->len == 0 && error->status == PL_OK;
}
