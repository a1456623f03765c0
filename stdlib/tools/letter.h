/* SPDX-License-Identifier: MIT */
/* A letter as it goes to a mail server: addresses read, headers and bodies written. Not here: the server (vm/port/smtp.h), and who may write to whom. No text
 * that is given can end a header or begin another one: a control character in one is refused before anything is written. Sources: RFC 5322 (headers), RFC 2045
 * and 2047 (MIME, encoded words), RFC 2231 (names of files), RFC 3834 (Auto-Submitted). */
#ifndef PL_TOOLS_LETTER_H
#define PL_TOOLS_LETTER_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"

typedef struct PlLetterAddress {
    PlStr name; /* "" : none */
    PlStr spec; /* "anna@example.com": ASCII, no blanks */
} PlLetterAddress;

enum { PL_LETTER_ADDRESSES = 100, PL_LETTER_FILES = 20 };

typedef struct PlLetterList {
    PlLetterAddress all[PL_LETTER_ADDRESSES];
    uint32_t count;
} PlLetterList;

typedef struct PlLetterFile {
    PlStr name, bytes;
} PlLetterFile;

typedef struct PlLetter {
    PlLetterList from, to, cc, reply_to; /* from: one. Who gets a copy unseen stands nowhere in a letter */
    PlStr subject, text, html;           /* UTF-8; html "" : none */
    PlLetterFile files[PL_LETTER_FILES];
    uint32_t file_count;
    PlStr id;                            /* "<...@...>" */
    int64_t time_s;                      /* since 1970 UTC */
} PlLetter;

/* Appends the addresses of `text`: `anna@example.com`, `Anna <anna@example.com>`, several with commas between them. False: *why, in the arena. */
bool pl_letter_addresses(PlArena *arena, PlStr text, PlLetterList *list, PlStr *why);
/* False: *why says which text has a control character where only a line may stand. */
bool pl_letter_check(PlArena *arena, const PlLetter *letter, PlStr *why);
/* All of it, lines ending in CR LF, as DATA takes it before its dots are doubled. The letter was checked. */
void pl_letter_put(PlBuf *out, const PlLetter *letter);

#endif
