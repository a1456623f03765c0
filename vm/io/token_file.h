/* SPDX-License-Identifier: MIT */
/* A token that a person logged in for (`pilotvm login`), and the file it is kept in: ~/.config/pilot/tokens/NAME, mode 0600, written whole. Also how a token
 * server's answer is read (RFC 6749 section 5). docs/credentials.md. */
#ifndef PL_IO_TOKEN_FILE_H
#define PL_IO_TOKEN_FILE_H

#include "vm/base/buf.h"

typedef struct PlToken {
    PlBuf access, refresh;  /* secret; empty: none */
    PlBuf url, client;      /* where it is refreshed, and as whom */
    PlBuf error;            /* of an answer: what the server says is wrong */
    PlBuf device_code;      /* of the answer that begins a device flow (RFC 8628); secret */
    PlBuf user_code, verify, verify_complete;
    int64_t life_s;         /* expires_in; 0: not said */
    int64_t interval_s;
    int64_t expires_at_s;   /* of a file: wall clock; 0: not known */
} PlToken;

void pl_token_init(PlToken *token);
void pl_token_wipe(PlToken *token);
/* The members of a JSON object that are known; the rest is skipped. False: no object, or no memory. */
PL_MUST_USE bool pl_token_parse(PlStr json, PlToken *out);

/* The file of the credential `name`. False: no home, or the name is too long. */
bool pl_token_place(PlStr name, char *out, size_t size);
/* PL_INVALID: there is none or it is damaged; PL_REFUSED: others may read it; *why for people (static). */
PL_MUST_USE PlStatus pl_token_read(const char *path, PlToken *out, const char **why);
/* As of pl_private_write, by whoever holds the file's lock. */
PL_MUST_USE PlStatus pl_token_put(const char *path, const PlToken *token);
/* As of pl_private_write; holds the file's lock. */
PL_MUST_USE PlStatus pl_token_write(const char *path, const PlToken *token);

#endif
