/* SPDX-License-Identifier: MIT */
/* Ed25519 (RFC 8032): what heads of journals are signed with. libcrypto stands behind it, loaded when something is signed or checked, so that no other
 * start pays for it. Not here: where keys are kept (vm/io/head.h). */
#ifndef PL_IO_SIGN_H
#define PL_IO_SIGN_H

#include "vm/base/status.h"
#include "vm/base/str.h"

enum { PL_SIGN_SEED = 32, PL_SIGN_PUBLIC = 32, PL_SIGN_BYTES = 64 };

/* PL_IO: there is no libcrypto that can do it; PL_NOMEM. */
PL_MUST_USE PlStatus pl_sign_public(const uint8_t seed[PL_SIGN_SEED], uint8_t out[PL_SIGN_PUBLIC]);
PL_MUST_USE PlStatus pl_sign_make(const uint8_t seed[PL_SIGN_SEED], PlStr message, uint8_t out[PL_SIGN_BYTES]);
/* PL_INVALID: it is not this key's signature of this message. */
PL_MUST_USE PlStatus pl_sign_check(const uint8_t key[PL_SIGN_PUBLIC], PlStr message, const uint8_t signature[PL_SIGN_BYTES]);

#endif
