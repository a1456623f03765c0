/* SPDX-License-Identifier: MIT */
/* The bytes of a request in parts and of an answer: multipart out, header lines and body in, each under its ceiling. The body's ceiling holds
 * twice: for the bytes on the wire (an endless stream that decompresses to nothing) and for what they decompress to. */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"

#include "vm/io/http_curl.h"
#include <stdio.h>

/* ---- an answer's lines ---- */

static unsigned status_of(PlStr line)
{
    size_t space = pl_str_find_char(line, ' ', 0);
    unsigned status = 0;
    for (size_t i = space; space != PL_STR_NONE && i + 1 < line.len && i < space + 3; i++) {
        char c = line.ptr[i + 1];
        if (c < '0' || c > '9') return 0;
        status = status * 10 + (unsigned)(c - '0');
    }
    return status;
}

bool pl_http_body_line(PlHttpTransfer *transfer, PlStr line)
{
    transfer->head_bytes += line.len;
    if (transfer->head_bytes > PL_LIMIT_HEADER_BYTES) {
        transfer->call->too_large = true;
        return false;
    }
    if (transfer->head_done) return true;
    if (pl_str_starts(line, PL_STR("HTTP/"))) {
        pl_buf_clear(&transfer->head);
        unsigned status = status_of(line);
        transfer->is_interim = status >= 100 && status < 200 && status != 101;
        return true;
    }
    PlStr text = line;
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) text.len--;
    if (!text.len) {
        transfer->head_done = !transfer->is_interim;
        return true;
    }
    pl_buf_put(&transfer->head, text);
    pl_buf_put_char(&transfer->head, '\n');
    return transfer->head.status == PL_OK;
}

static size_t take_line(char *ptr, size_t size, size_t count, void *user)
{
    return pl_http_body_line(user, pl_str(ptr, size * count)) ? size * count : 0;
}

static void tell_piece(const PlHttpTransfer *transfer, PlStr bytes)
{
    const PlHttpCall *call = transfer->call;
    long status = 0;
    if (!call->piece || call->http->curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) return;
    if (status >= 200 && status < 300) call->piece(call->user, bytes);
}

static size_t take_body(char *ptr, size_t size, size_t count, void *user)
{
    PlHttpTransfer *transfer = user;
    PlStr bytes = pl_str(ptr, size * count);
    if (pl_http_files_wants(transfer, bytes.len)) return pl_http_files_take(transfer, bytes) ? bytes.len : 0;
    pl_buf_put(&transfer->body, bytes);
    if (transfer->body.status == PL_OK) {
        tell_piece(transfer, bytes);
        return bytes.len;
    }
    transfer->call->too_large = transfer->body.status == PL_LIMIT;
    return 0;
}

static int watch_wire(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    (void)up_total, (void)up_now;
    const PlHttpTransfer *transfer = user;
    PlHttpCall *call = transfer->call;
    if (!call || (now <= (curl_off_t)call->max_body && (call->method == PL_HEAD || total <= (curl_off_t)call->max_body)))
        return 0;
    call->too_large = true;
    return 1;
}

void pl_http_body_attach(const PlCurl *curl, void *easy, PlHttpTransfer *transfer)
{
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl->easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_wire);
    curl->easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl->easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

static bool header_room(PlHttpTransfer *transfer, uint32_t count)
{
    if (count < transfer->header_cap) return true;
    uint32_t cap = transfer->header_cap ? transfer->header_cap * 2 : 16;
    PlHeader *headers = pl_realloc(transfer->headers, cap * sizeof *headers);
    if (!headers) return false;
    transfer->headers = headers;
    transfer->header_cap = cap;
    return true;
}

/* Lines of head, each ended by '\n' unless memory ran out. A line that begins with white space goes on with the value before it
 * (obsolete folding, RFC 9112 section 5.2); one without a colon is dropped. */
uint32_t pl_http_body_headers(PlHttpTransfer *transfer)
{
    uint32_t count = 0;
    char *p = transfer->head.ptr, *end = p ? p + transfer->head.len : NULL;
    while (p < end) {
        char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) break; /* memory ran out within this line */
        PlStr line = pl_str(p, (size_t)(stop - p));
        if ((*p == ' ' || *p == '\t') && count) {
            PlStr *value = &transfer->headers[count - 1].value;
            if (value->len) {
                value->len = (size_t)(stop - value->ptr);
                for (char *c = p - 1; *c == '\n' || *c == '\t'; c++) *c = ' ';
            } else {
                *value = pl_str_trim(line);
            }
            p = stop + 1;
            continue;
        }
        size_t colon = pl_str_find_char(line, ':', 0);
        if (colon != PL_STR_NONE && colon > 0) {
            if (!header_room(transfer, count)) return UINT32_MAX;
            for (size_t i = 0; i < colon; i++)
                if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] + 32);
            transfer->headers[count++] =
                (PlHeader){pl_str_trim(pl_str_slice(line, 0, colon)), pl_str_trim(pl_str_slice(line, colon + 1, line.len))};
        }
        p = stop + 1;
    }
    return count;
}

/* ---- multipart/form-data ---- */

/* Names in quotes as browsers write them: '"', CR and LF as %22, %0D, %0A (HTML, multipart form data). */
static void put_name(PlBuf *out, PlStr name)
{
    pl_buf_put_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '"')
            pl_buf_put_z(out, "%22");
        else if (c == '\r')
            pl_buf_put_z(out, "%0D");
        else if (c == '\n')
            pl_buf_put_z(out, "%0A");
        else
            pl_buf_put_char(out, c);
    }
    pl_buf_put_char(out, '"');
}

static bool put_part(PlBuf *out, const char *boundary, const PlPart *part, PlHttpCall *call)
{
    pl_buf_printf(out, "--%s\r\nContent-Disposition: form-data; name=", boundary);
    put_name(out, part->name);
    if (part->filename.len) {
        pl_buf_put_z(out, "; filename=");
        put_name(out, part->filename);
    }
    if (part->content_type.len && pl_http_gate_is_header(PL_STR("content-type"), part->content_type))
        pl_buf_printf(out, "\r\nContent-Type: " PL_FMT, PL_ARG(part->content_type));
    pl_buf_put_z(out, "\r\n\r\n");
    bool good = !part->file || (call && pl_http_files_cut(call, out->len, part->file));
    if (!part->file) pl_buf_put(out, part->bytes);
    pl_buf_put_z(out, "\r\n");
    return good;
}

/* The boundary is a hash of all that stands between boundaries: who could make a part that contains it could break SHA-256. */
PlStatus pl_http_body_multipart(PlBuf *out, const PlPart *parts, uint32_t count, char content_type[96], PlHttpCall *call)
{
    uint8_t hash[32] = {0};
    char boundary[48] = "pilot-";
    for (uint32_t i = 0; i < count; i++) {
        PlStr bytes = parts[i].file ? pl_str((const char *)parts[i].file->hash, 32) : parts[i].bytes;
        PlStr pieces[] = {pl_str((const char *)hash, sizeof hash), parts[i].name, PL_STR_INIT("\0"), parts[i].filename,
                          PL_STR_INIT("\0"), parts[i].content_type, PL_STR_INIT("\0"), bytes};
        pl_hash_parts(pieces, sizeof pieces / sizeof *pieces, hash);
    }
    pl_hash_hex(hash, 16, boundary + strlen(boundary));
    for (uint32_t i = 0; i < count; i++)
        if (!put_part(out, boundary, &parts[i], call)) return PL_NOMEM;
    pl_buf_printf(out, "--%s--\r\n", boundary);
    snprintf(content_type, 96, "multipart/form-data; boundary=%s", boundary);
    return out->status;
}
