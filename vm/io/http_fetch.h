/* SPDX-License-Identifier: MIT */
/* A document of the network, read at once: no credentials, no journal, no plan. For `--fetch` of pilotc alone; calls of plans go through http.h. */
#ifndef PL_IO_HTTP_FETCH_H
#define PL_IO_HTTP_FETCH_H

#include "vm/base/buf.h"

/* The body behind an http or https address, after at most 5 redirects and within 30 seconds, appended to `out` up to its ceiling. False with words in
 * `error`: both buffers are the caller's. */
bool pl_http_fetch(const char *url, PlBuf *out, PlBuf *error);

#endif
