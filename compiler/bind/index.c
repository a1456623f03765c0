/* SPDX-License-Identifier: MIT */
/* The frame of an index, written and read, and looking up a term. Reading trusts nothing: a damaged or hostile file is no index. */
#include "compiler/bind/index.h"

#include "compiler/bind/index_file.h"

static const char magic[8] = "PLINDEX";
static const uint32_t sizes[PL_INDEX_SECTIONS] = {sizeof(PlIndexPlugin), sizeof(PlIndexDoc),  sizeof(PlIndexParam),
                                                  sizeof(PlIndexTerm),   sizeof(PlPosting),   sizeof(uint32_t),
                                                  sizeof(PlIndexText),   sizeof(PlIndexFile), 1};

static uint32_t record_bytes(void)
{
    uint32_t sum = 0;
    for (int i = 0; i < PL_INDEX_SECTIONS; i++) sum = sum * 31 + sizes[i];
    return sum;
}

/* Four lanes of multiply and rotate: finds what a disk or a crash does to a file. */
uint64_t pl_index_sum(PlStr bytes)
{
    uint64_t lanes[4] = {0x9E3779B97F4A7C15u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u, 0x27D4EB2F165667C5u};
    size_t at = 0;
    for (; at + 32 <= bytes.len; at += 32)
        for (int i = 0; i < 4; i++) {
            uint64_t word;
            memcpy(&word, bytes.ptr + at + 8 * i, 8);
            uint64_t x = (lanes[i] ^ word) * 0x9FB21C651E98DF25u;
            lanes[i] = x ^ (x >> 29);
        }
    uint64_t sum = bytes.len;
    for (int i = 0; i < 4; i++) sum = (sum ^ lanes[i]) * 0x9FB21C651E98DF25u + (sum >> 31);
    for (; at < bytes.len; at++) sum = (sum ^ (unsigned char)bytes.ptr[at]) * 0x100000001B3u;
    return sum ^ (sum >> 32);
}

static void put_section(PlBuf *out, const void *records, size_t bytes)
{
    if (bytes) pl_buf_put(out, pl_str(records, bytes));
    while (out->len % 8 && out->status == PL_OK) pl_buf_put_char(out, 0);
}

void pl_index_write(const PlIndexSections *s, PlBuf *out)
{
    PlIndexHeader header = {.version = PL_INDEX_VERSION,
                            .record_bytes = record_bytes(),
                            .counts = {s->plugin_count, s->doc_count, s->param_count, s->term_count, s->posting_count,
                                       s->word_count, s->value_count, s->file_count, (uint32_t)s->texts.len}};
    const void *sections[PL_INDEX_SECTIONS] = {s->plugins, s->docs,   s->params, s->terms,    s->postings,
                                               s->words,   s->values, s->files,  s->texts.ptr};
    size_t start = out->len;
    memcpy(header.magic, magic, sizeof magic);
    pl_buf_put(out, pl_str((const char *)&header, sizeof header));
    for (int i = 0; i < PL_INDEX_SECTIONS; i++) put_section(out, sections[i], (size_t)header.counts[i] * sizes[i]);
    if (out->status != PL_OK) return;
    PlStr body = pl_str(out->ptr + start + sizeof header, out->len - start - sizeof header);
    header.bytes = body.len;
    header.sum = pl_index_sum(body);
    memcpy(out->ptr + start, &header, sizeof header);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

static bool in(uint64_t start, uint64_t count, uint64_t total)
{
    return start <= total && count <= total - start;
}

static bool text_fits(const PlIndex *x, PlIndexText t)
{
    return in(t.at, t.len, x->text_bytes);
}

static bool docs_fit(const PlIndex *x)
{
    for (uint32_t i = 0; i < x->doc_count; i++) {
        const PlIndexDoc *d = &x->docs[i];
        if (!text_fits(x, d->name) || !text_fits(x, d->id) || !text_fits(x, d->title) || !text_fits(x, d->path))
            return false;
        if (d->plugin >= x->plugin_count || !in(d->params, d->param_count, x->param_count)) return false;
        if (d->method >= PL_METHOD_COUNT || d->verb >= PL_VERB_COUNT) return false;
        for (int f = 0; f < PL_FIELD_COUNT; f++)
            if (d->fields[f] > d->fields[f + 1] || d->fields[f + 1] - d->fields[f] > 200) return false;
        if (d->fields[PL_FIELD_COUNT] > x->word_count) return false;
    }
    return true;
}

static bool rest_fits(const PlIndex *x)
{
    for (uint32_t i = 0; i < x->plugin_count; i++) {
        const PlIndexPlugin *p = &x->plugins[i];
        bool texts = text_fits(x, p->name) && text_fits(x, p->title) && text_fits(x, p->path) &&
                     text_fits(x, p->server) && text_fits(x, p->version) && text_fits(x, p->hash);
        if (!texts || p->hash.len != 32) return false;
    }
    for (uint32_t i = 0; i < x->file_count; i++)
        if (!text_fits(x, x->files[i].path)) return false;
    for (uint32_t i = 0; i < x->param_count; i++) {
        const PlIndexParam *p = &x->params[i];
        if (!text_fits(x, p->name) || !in(p->words, p->word_count, x->word_count)) return false;
        if (!in(p->values, p->value_count, x->value_count)) return false;
    }
    for (uint32_t i = 0; i < x->value_count; i++)
        if (!text_fits(x, x->values[i])) return false;
    for (uint32_t i = 0; i < x->term_count; i++)
        if (!text_fits(x, x->terms[i].text) || !in(x->terms[i].postings, x->terms[i].count, x->posting_count))
            return false;
    for (uint32_t i = 0; i < x->word_count; i++)
        if (x->words[i] >= x->term_count) return false;
    for (uint32_t i = 0; i < x->posting_count; i++)
        if (x->postings[i].doc >= x->doc_count) return false;
    return true;
}

bool pl_index_open(PlStr bytes, PlIndex *out)
{
    PlIndexHeader header;
    *out = (PlIndex){.bytes = bytes};
    if (bytes.len < sizeof header || (uintptr_t)bytes.ptr % 8) return false;
    memcpy(&header, bytes.ptr, sizeof header);
    PlStr body = pl_str_slice(bytes, sizeof header, bytes.len);
    if (memcmp(header.magic, magic, sizeof magic) != 0 || header.version != PL_INDEX_VERSION) return false;
    if (header.record_bytes != record_bytes() || header.bytes != body.len || header.sum != pl_index_sum(body))
        return false;
    const char *at[PL_INDEX_SECTIONS];
    uint64_t offset = 0;
    for (int i = 0; i < PL_INDEX_SECTIONS; i++) {
        uint64_t size = (uint64_t)header.counts[i] * sizes[i];
        if (!in(offset, size, body.len)) return false;
        at[i] = body.ptr + offset;
        offset = (offset + size + 7) / 8 * 8;
    }
    out->plugins = (const void *)at[0];
    out->docs = (const void *)at[1];
    out->params = (const void *)at[2];
    out->terms = (const void *)at[3];
    out->postings = (const void *)at[4];
    out->words = (const void *)at[5];
    out->values = (const void *)at[6];
    out->files = (const void *)at[7];
    out->texts = at[8];
    out->plugin_count = header.counts[0];
    out->doc_count = header.counts[1];
    out->param_count = header.counts[2];
    out->term_count = header.counts[3];
    out->posting_count = header.counts[4];
    out->word_count = header.counts[5];
    out->value_count = header.counts[6];
    out->file_count = header.counts[7];
    out->text_bytes = header.counts[8];
    return docs_fit(out) && rest_fits(out);
}

uint32_t pl_index_term(const PlIndex *index, PlStr stem)
{
    uint32_t low = 0, high = index->term_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = pl_str_cmp(pl_index_text(index, index->terms[middle].text), stem);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}
