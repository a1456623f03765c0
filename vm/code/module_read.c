/* SPDX-License-Identifier: MIT */
/* Any bytes to a verified module, or to what is wrong with them. The order: size, magic, version, size said, hash, directory, each
 * section to its last byte, then the verifier. There is one file for a module: sections lie without gaps in one order, integers
 * have one encoding, nothing may follow. So what was read is written as the same bytes. */
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/code/layout.h"
#include "vm/code/verify.h"

typedef struct Box { /* a module's memory: the escape lives as long as the arena */
    PlModule module;
    PlEscape escape;
} Box;

static uint32_t u32_at(PlStr bytes, size_t at)
{
    uint32_t n = 0;
    for (size_t i = 4; i-- > 0;) n = n << 8 | (uint8_t)bytes.ptr[at + i];
    return n;
}

static bool damaged(PlFlaw *flaw, const char *where, size_t at, const char *why)
{
    pl_flaw_set(flaw, PL_CORRUPT, PL_D_MODULE_DAMAGED, PL_DF_MODULE_DAMAGED, where, at, why);
    return false;
}

static bool check_head(PlStr bytes, PlFlaw *flaw)
{
    if (bytes.len < PL_LAYOUT_MAGIC.len || !pl_str_starts(bytes, PL_LAYOUT_MAGIC)) {
        pl_flaw_set(flaw, PL_CORRUPT, PL_D_MODULE_MAGIC, "%s", PL_DF_MODULE_MAGIC);
        return false;
    }
    if (bytes.len < PL_LAYOUT_HEAD) return damaged(flaw, "head", bytes.len, "the file ends here");
    unsigned version = (uint8_t)bytes.ptr[6] | (unsigned)(uint8_t)bytes.ptr[7] << 8;
    if (version != PL_MODULE_VERSION) {
        pl_flaw_set(flaw, PL_VERSION, PL_D_MODULE_VERSION, PL_DF_MODULE_VERSION, version, PL_MODULE_VERSION);
        return false;
    }
    if (bytes.len > PL_LIMIT_MODULE_BYTES) {
        pl_flaw_set(flaw, PL_LIMIT, PL_D_MODULE_LIMIT, PL_DF_MODULE_LIMIT, "the file", (unsigned long long)bytes.len,
                    "bytes", (unsigned long long)PL_LIMIT_MODULE_BYTES);
        return false;
    }
    if (bytes.len < PL_LAYOUT_LEAST) return damaged(flaw, "head", bytes.len, "the file ends here");
    if (u32_at(bytes, 8) != bytes.len) return damaged(flaw, "head", 8, "the size said is not the size of the file");
    return true;
}

static bool check_hash(PlStr bytes, uint8_t hash[32], PlFlaw *flaw)
{
    pl_hash_bytes(pl_str_slice(bytes, 0, bytes.len - PL_LAYOUT_HASH), hash);
    if (memcmp(hash, bytes.ptr + bytes.len - PL_LAYOUT_HASH, PL_LAYOUT_HASH) == 0) return true;
    pl_flaw_set(flaw, PL_CORRUPT, PL_D_MODULE_HASH, "%s", PL_DF_MODULE_HASH);
    return false;
}

/* Sections 1, 2, 3 ... each beginning where the one before ended, the last ending at the hash. */
static bool check_directory(PlStr bytes, PlFlaw *flaw)
{
    if (u32_at(bytes, 12) != PL_SECTION_COUNT)
        return damaged(flaw, "head", 12, "the number of sections is not this version's");
    size_t offset = PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY, end = bytes.len - PL_LAYOUT_HASH;
    for (uint32_t i = 0; i < PL_SECTION_COUNT; i++) {
        size_t entry = PL_LAYOUT_HEAD + i * PL_LAYOUT_ENTRY;
        if (u32_at(bytes, entry) != i + 1)
            return damaged(flaw, "directory", entry, "the sections are not in order of their ids");
        if (u32_at(bytes, entry + 4) != offset)
            return damaged(flaw, "directory", entry + 4, "a section does not begin where the one before ends");
        uint32_t length = u32_at(bytes, entry + 8);
        if (length > end - offset) return damaged(flaw, "directory", entry + 8, "a section is longer than the file");
        offset += length;
    }
    if (offset != end) return damaged(flaw, "directory", offset, "bytes that belong to no section");
    return true;
}

static void read_sections(PlModule *module, PlStr bytes, PlFlaw *flaw)
{
    PlCodec c = {.mode = PL_CODEC_READ, .in = pl_arena_str(module->arena, bytes), .arena = module->arena, .flaw = flaw};
    c.pos = PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY;
    for (uint32_t i = 0; i < PL_SECTION_COUNT; i++) {
        c.section = pl_layout_sections[i].name;
        c.end = c.pos + u32_at(bytes, PL_LAYOUT_HEAD + i * PL_LAYOUT_ENTRY + 8);
        pl_layout_sections[i].code(&c, module);
        if (c.pos != c.end) pl_codec_fail(&c, "%zu bytes too many", c.end - c.pos);
    }
}

static void out_of_memory(PlFlaw *flaw)
{
    pl_flaw_set(flaw, PL_NOMEM, PL_D_OUT_OF_MEMORY, PL_DF_OUT_OF_MEMORY, "reading bytecode");
}

/* Everything that can leave through the arena's escape. `work` outlives that. */
static bool read_module(Box *box, PlStr bytes, PlBuf *work, PlFlaw *flaw)
{
    if (setjmp(box->escape.at) != 0) {
        if (flaw->code == PL_DIAG_COUNT) out_of_memory(flaw);
        return false;
    }
    read_sections(&box->module, bytes, flaw);
    pl_verify_module(&box->module, box->module.arena, flaw);
    if (pl_layout_effect_hash(&box->module, box->module.arena, work) == PL_OK) return true;
    out_of_memory(flaw);
    return false;
}

PlStatus pl_module_read(PlStr bytes, PlDiags *diags, PlModule **out)
{
    PlFlaw flaw = {.code = PL_DIAG_COUNT};
    uint8_t hash[32];
    *out = NULL;
    if (check_head(bytes, &flaw) && check_hash(bytes, hash, &flaw) && check_directory(bytes, &flaw)) {
        Box *box = pl_zalloc(sizeof *box);
        if (box) box->module.arena = pl_arena_new(&box->escape, 64 * PL_LIMIT_MODULE_BYTES);
        PlBuf work;
        pl_buf_init(&work, 2 * PL_LIMIT_MODULE_BYTES);
        if (!box || !box->module.arena)
            out_of_memory(&flaw);
        else if (read_module(box, bytes, &work, &flaw))
            *out = &box->module;
        pl_buf_deinit(&work);
        if (*out) memcpy((*out)->hash, hash, sizeof hash);
        if (!*out && box) pl_module_free(&box->module);
    }
    if (*out) return PL_OK;
    pl_flaw_report(&flaw, diags);
    return flaw.status;
}

void pl_module_free(PlModule *module)
{
    if (!module) return;
    pl_arena_free(module->arena);
    pl_free((Box *)module);
}
