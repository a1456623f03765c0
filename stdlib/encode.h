/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648) as the builtins and native calls write and read it. */
#ifndef PL_STDLIB_ENCODE_H
#define PL_STDLIB_ENCODE_H

#include "vm/base/buf.h"

void pl_encode_base64(PlBuf *out, PlStr bytes, bool url); /* url: '-' and '_', no padding */
/* Both alphabets, with or without padding, white space between. False: it is none. */
bool pl_decode_base64(PlBuf *out, PlStr text);

#endif
