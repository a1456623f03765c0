/* SPDX-License-Identifier: MIT */
/* A fuzz target is a file tests/fuzz/fuzz_NAME.c that defines this one function and aborts where the code is wrong.
 * `make fuzz T=NAME` runs it; tests/fuzz/corpus/NAME is its seed and is replayed by `make check`. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
