/* SPDX-License-Identifier: MIT */
/* Files by their descriptor. */
#ifndef PL_BASE_FD_H
#define PL_BASE_FD_H

#include "vm/base/str.h"

/* All bytes, and on the disk when it returns. False with errno. */
bool pl_fd_write_synced(int fd, PlStr bytes);

#endif
