/* SPDX-License-Identifier: MIT */
/* A module to the bytes of a file. It does not ask whether the module is right: pl_module_verify does. */
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/code/layout.h"

static void put_u32_at(PlBuf *out, size_t at, size_t n)
{
    for (size_t i = 0; i < 4; i++) out->ptr[at + i] = (char)(uint8_t)(n >> (8 * i));
}

/* Sections first with room before them, then the directory, which needs their lengths. */
static void write_sections(PlModule *module, PlBuf *out, size_t start)
{
    pl_buf_put(out, PL_LAYOUT_MAGIC);
    pl_buf_put_u16(out, PL_MODULE_VERSION);
    while (out->status == PL_OK && out->len < start + PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY)
        pl_buf_put_u8(out, 0);
    size_t offsets[PL_SECTION_COUNT + 1];
    for (unsigned i = 0; i < PL_SECTION_COUNT; i++) {
        offsets[i] = out->len - start;
        PlCodec c = {.mode = PL_CODEC_WRITE, .out = out};
        pl_layout_sections[i].code(&c, module);
    }
    offsets[PL_SECTION_COUNT] = out->len - start;
    if (out->status != PL_OK) return;
    put_u32_at(out, start + 8, out->len - start + PL_LAYOUT_HASH);
    put_u32_at(out, start + 12, PL_SECTION_COUNT);
    for (unsigned i = 0; i < PL_SECTION_COUNT; i++) {
        size_t entry = start + PL_LAYOUT_HEAD + i * PL_LAYOUT_ENTRY;
        put_u32_at(out, entry, i + 1);
        put_u32_at(out, entry + 4, offsets[i]);
        put_u32_at(out, entry + 8, offsets[i + 1] - offsets[i]);
    }
}

static PlStatus write_effect_hash(PlModule *module)
{
    PlEscape escape;
    PlArena *scratch = pl_arena_new(&escape, 0);
    if (!scratch) return PL_NOMEM;
    PlBuf work;
    pl_buf_init(&work, 2 * PL_LIMIT_MODULE_BYTES);
    PlStatus status = setjmp(escape.at) == 0 ? pl_layout_effect_hash(module, scratch, &work) : escape.status;
    pl_buf_deinit(&work);
    pl_arena_free(scratch);
    return status;
}

PlStatus pl_module_write(PlModule *module, PlBuf *out)
{
    size_t start = out->len;
    write_sections(module, out, start);
    if (out->status != PL_OK) return out->status;
    if (out->len - start + PL_LAYOUT_HASH > PL_LIMIT_MODULE_BYTES) return PL_LIMIT;
    PlStatus status = write_effect_hash(module);
    if (status != PL_OK) return status;
    pl_hash_bytes(pl_str(out->ptr + start, out->len - start), module->hash);
    pl_buf_put(out, pl_str((const char *)module->hash, sizeof module->hash));
    return out->status;
}
