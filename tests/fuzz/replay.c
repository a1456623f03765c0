/* SPDX-License-Identifier: MIT */
/* Feeds files to a fuzz target without libFuzzer: the corpus as a test, or one crash under a debugger. */
#include "tests/fuzz/fuzz.h"
#include "vm/base/buf.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    for (int i = 1; i < argc; i++) {
        pl_buf_clear(&buf);
        if (pl_buf_read_file(&buf, argv[i]) != PL_OK) {
            perror(argv[i]);
            return 2;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)pl_buf_str(&buf).ptr, buf.len);
    }
    pl_buf_deinit(&buf);
    return 0;
}
