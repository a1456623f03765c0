/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648) of bytes in files, builtins, tools and native calls. Credentials are written by vm/io/secrets.h. */
#ifndef PL_BASE_BASE64_H
#define PL_BASE_BASE64_H

#include "vm/base/buf.h"

void pl_base64_put(PlBuf *out, PlStr bytes, bool url); /* url: '-' and '_', no padding */
/* Both alphabets, with or without padding, white space between. False: it is none; what was put before stays. */
bool pl_base64_read(PlBuf *out, PlStr text);

#endif
