/* SPDX-License-Identifier: MIT */
/* Files on their way, without holding them in memory: the body of a request whose parts lie on disk, and the body of an answer that goes there. What a server
 * reflects of a secret is taken out before it is written, as in an answer in memory. spec/files.md. */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include "vm/io/http_curl.h"
#include <stdio.h>

/* ---- out ---- */

bool pl_http_files_cut(PlHttpCall *call, size_t at, const PlFileRef *file)
{
    if (call->cut_count == call->cut_cap) {
        uint32_t cap = call->cut_cap ? call->cut_cap * 2 : 4;
        PlHttpCut *cuts = pl_realloc(call->cuts, cap * sizeof *cuts);
        if (!cuts) return false;
        call->cuts = cuts;
        call->cut_cap = cap;
    }
    call->cuts[call->cut_count++] = (PlHttpCut){at, *file};
    return true;
}

uint64_t pl_http_files_length(const PlHttpCall *call)
{
    uint64_t len = call->body.len;
    for (uint32_t i = 0; i < call->cut_count; i++) len += call->cuts[i].file.len;
    return len;
}

static size_t stop(PlHttpCall *call, PlStatus status)
{
    static const char *const words[] = {[PL_INVALID] = "it is gone", [PL_CORRUPT] = "it was changed", [PL_NOMEM] = "there is no memory"};
    const char *why = status < sizeof words / sizeof *words && words[status] ? words[status] : "it cannot be read";
    call->fault = PL_NET_FILE;
    snprintf(call->message, sizeof call->message, "a file that is to be sent is not what it was: %s", why);
    return CURL_READFUNC_ABORT;
}

static size_t give(char *to, size_t size, size_t count, void *user)
{
    PlHttpCall *call = user;
    size_t room = size * count;
    while (call->cut_at < call->cut_count && call->cuts[call->cut_at].at == call->text_at) {
        size_t got = 0;
        PlStatus status = PL_OK;
        if (!call->reader) call->reader = pl_files_open(call->http->files, &call->cuts[call->cut_at].file, &status);
        if (status == PL_OK) status = pl_files_next(call->reader, to, room, &got);
        if (status != PL_OK) return stop(call, status);
        if (got) return got;
        pl_files_close(call->reader);
        call->reader = NULL;
        call->cut_at++;
    }
    size_t end = call->cut_at < call->cut_count ? call->cuts[call->cut_at].at : call->body.len, n = end - call->text_at;
    if (n > room) n = room;
    if (n) memcpy(to, call->body.ptr + call->text_at, n);
    call->text_at += n;
    return n;
}

void pl_http_files_send(PlHttpCall *call, void *easy)
{
    const PlCurl *curl = call->http->curl;
    curl->easy_setopt(easy, CURLOPT_POST, 1L);
    curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)pl_http_files_length(call));
    curl->easy_setopt(easy, CURLOPT_READFUNCTION, give);
    curl->easy_setopt(easy, CURLOPT_READDATA, call);
}

void pl_http_files_forget(PlHttpCall *call)
{
    pl_files_close(call->reader);
    pl_free(call->cuts);
    call->reader = NULL;
    call->cuts = NULL;
}

/* ---- in ---- */

static bool refuse(PlHttpTransfer *transfer, PlStatus status)
{
    PlHttpCall *call = transfer->call;
    if (status == PL_OK) return true;
    call->fault = PL_NET_FILE;
    snprintf(call->message, sizeof call->message, "the answer is a large file, and it cannot be written: %s", pl_status_words(status));
    return false;
}

/* What stands in the buffer, but for what may be the beginning of a secret. */
static PlStatus flush(PlHttpTransfer *transfer, bool last)
{
    PlHttpCall *call = transfer->call;
    PlSecrets *secrets = call->credential.len ? call->http->secrets : NULL;
    PlBuf *body = &transfer->body;
    if (secrets) body->len = pl_secrets_redact(secrets, body->ptr, body->len);
    size_t kept = secrets && !last ? pl_secrets_begun(secrets, pl_buf_str(body)) : 0, ready = body->len - kept;
    PlStatus status = pl_files_put(transfer->file, pl_str(body->ptr, ready));
    transfer->file_bytes += ready;
    if (kept) memmove(body->ptr, body->ptr + ready, kept);
    body->len = kept;
    return status;
}

bool pl_http_files_wants(const PlHttpTransfer *transfer, size_t more)
{
    const PlHttpCall *call = transfer->call;
    long status = 0;
    if (transfer->file) return true;
    if (!call->to_file || !call->http->files || transfer->body.len + more <= PL_LIMIT_FILE_MEMORY) return false;
    return call->http->curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200 && status < 300;
}

bool pl_http_files_take(PlHttpTransfer *transfer, PlStr bytes)
{
    PlHttpCall *call = transfer->call;
    PlStatus status = PL_OK;
    if (transfer->file_bytes + transfer->body.len + bytes.len > call->max_body) {
        call->too_large = true;
        return false;
    }
    if (!transfer->file) transfer->file = pl_files_begin(call->http->files, &status);
    if (status == PL_OK && transfer->body.len + bytes.len > PL_LIMIT_FILE_MEMORY) status = flush(transfer, false);
    if (status == PL_OK) pl_buf_put(&transfer->body, bytes);
    if (status == PL_OK) status = transfer->body.status;
    return refuse(transfer, status);
}

bool pl_http_files_end(PlHttpTransfer *transfer, PlFileRef *out)
{
    PlStatus status = flush(transfer, true);
    PlFileWriter *file = transfer->file;
    transfer->file = NULL;
    if (status == PL_OK) status = pl_files_end(file, out);
    else pl_files_drop(file);
    return refuse(transfer, status);
}
