/* SPDX-License-Identifier: MIT */
/* A write may take a part, or be interrupted: it goes on until all is there (write(2)). */
#include "vm/base/fd.h"

#include <errno.h>
#include <unistd.h>

bool pl_fd_write_synced(int fd, PlStr bytes)
{
    while (bytes.len) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes = pl_str_slice(bytes, (size_t)put, bytes.len);
    }
    return fsync(fd) == 0;
}
