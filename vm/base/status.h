/* SPDX-License-Identifier: MIT */
/* What a library call returns. Not a message: the message is a diagnostic (diag.h). */
#ifndef PL_BASE_STATUS_H
#define PL_BASE_STATUS_H

typedef enum PlStatus {
#define PL_STATUS(name, exit_code, words) PL_##name,
#include "vm/base/status.def"
#undef PL_STATUS
    PL_STATUS_COUNT
} PlStatus;

#define PL_MUST_USE __attribute__((warn_unused_result))

/* Static strings; never NULL, "unknown status" for a value outside the enum. */
const char *pl_status_name(PlStatus status);  /* "NOMEM" */
const char *pl_status_words(PlStatus status); /* "out of memory" */
int pl_status_exit_code(PlStatus status);

#endif
