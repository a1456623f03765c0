/* SPDX-License-Identifier: MIT */
/* A letter of any texts: a line each for from, to, cc, reply-to, subject and a file's name (`~` is a line break in them), then the text, a zero byte and the
 * HTML. What is written has the headers that it should have, each once, in lines that no reader refuses, whatever the texts say. */
#include "tests/fuzz/fuzz.h"

#include "stdlib/tools/letter.h"
#include "vm/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void need(bool holds)
{
    if (!holds) abort();
}

static PlStr take_line(PlArena *arena, PlStr *text)
{
    size_t end = pl_str_find_char(*text, '\n', 0);
    PlStr line = pl_arena_str(arena, pl_str_slice(*text, 0, end == PL_STR_NONE ? text->len : end));
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '~') ((char *)(uintptr_t)line.ptr)[i] = '\n';
    *text = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(*text, end + 1, text->len);
    return line;
}

/* The headers of a letter, one of each; what goes on begins with a blank. */
static void look_at_head(PlStr head)
{
    static const char *const names[] = {"Date: ", "From: ", "To: ", "Cc: ", "Reply-To: ", "Subject: ", "Message-ID: ", "Auto-Submitted: ",
                                        "MIME-Version: ", "Content-Type: ", "Content-Transfer-Encoding: "};
    unsigned seen = 0;
    while (head.len) {
        size_t end = pl_str_find(head, PL_STR("\r\n"), 0);
        PlStr line = pl_str_slice(head, 0, end == PL_STR_NONE ? head.len : end);
        head = pl_str_slice(head, end == PL_STR_NONE ? head.len : end + 2, head.len);
        bool known = line.len > 1 && line.ptr[0] == ' ' && seen;
        for (unsigned i = 0; i < sizeof names / sizeof *names && !known; i++) {
            known = pl_str_starts(line, pl_str_z(names[i]));
            need(!known || !(seen >> i & 1));
            if (known) seen |= 1u << i;
        }
        need(known);
    }
}

static void look_at_lines(PlStr all)
{
    size_t width = 0;
    for (size_t i = 0; i < all.len; i++) {
        unsigned char c = (unsigned char)all.ptr[i];
        need(c && c < 0x80 && (c >= ' ' || c == '\t' || c == '\r' || c == '\n'));
        need((c == '\r') == (i + 1 < all.len && all.ptr[i + 1] == '\n'));
        need(c != '\n' || (i > 0 && all.ptr[i - 1] == '\r'));
        width = c == '\n' ? 0 : width + 1;
        need(width <= 999); /* with its CR */
    }
}

static void use(PlArena *arena, const uint8_t *data, size_t size, PlBuf *out)
{
    PlStr text = pl_str(size ? (const char *)data : "", size);
    if (pl_utf8_check(text) != size) return;
    PlLetter *l = PL_NEW(arena, PlLetter);
    PlLetterList *const lists[] = {&l->from, &l->to, &l->cc, &l->reply_to};
    PlStr why = PL_STR("");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (pl_letter_addresses(arena, take_line(arena, &text), lists[i], &why)) continue;
        need(why.len > 0);
        return;
    }
    l->subject = take_line(arena, &text);
    l->files[0] = (PlLetterFile){take_line(arena, &text), PL_STR("bytes")};
    l->file_count = l->files[0].name.len > 0 && l->files[0].name.len < 256; /* as a file system has them */
    size_t zero = pl_str_find_char(text, 0, 0);
    l->text = pl_str_slice(text, 0, zero == PL_STR_NONE ? text.len : zero);
    l->html = zero == PL_STR_NONE ? PL_STR("") : pl_str_slice(text, zero + 1, text.len);
    l->id = PL_STR("<1@example.com>");
    if (!pl_letter_check(arena, l, &why)) return;
    pl_letter_put(out, l);
    if (out->status != PL_OK) return;
    PlStr all = pl_buf_str(out);
    size_t end = pl_str_find(all, PL_STR("\r\n\r\n"), 0);
    need(end != PL_STR_NONE);
    look_at_head(pl_str_slice(all, 0, end));
    look_at_lines(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 64 << 20);
    PlBuf out;
    pl_buf_init(&out, 8 << 20);
    if (arena && setjmp(escape.at) == 0) use(arena, data, size, &out);
    pl_buf_deinit(&out);
    pl_arena_free(arena);
    return 0;
}
