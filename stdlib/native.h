/* SPDX-License-Identifier: MIT */
/* A call of a function of a shared library, as a manifest declares it (spec/plugins.md, "Native functions"). Nothing checks a C function's
 * declaration against the library: a wrong one may do anything to the process, which is why it is a worker by default. */
#ifndef PL_STDLIB_NATIVE_H
#define PL_STDLIB_NATIVE_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"

typedef enum PlNativeKind {
    PL_NATIVE_VOID, PL_NATIVE_BOOL, PL_NATIVE_I8, PL_NATIVE_U8, PL_NATIVE_I16, PL_NATIVE_U16, PL_NATIVE_I32, PL_NATIVE_U32, PL_NATIVE_I64, PL_NATIVE_U64,
    PL_NATIVE_INT, PL_NATIVE_UINT, PL_NATIVE_LONG, PL_NATIVE_ULONG, PL_NATIVE_SIZE, PL_NATIVE_FLOAT, PL_NATIVE_DOUBLE,
    PL_NATIVE_TEXT,   /* const char *, UTF-8 to a zero byte */
    PL_NATIVE_BYTES,  /* a pointer to bytes; another argument has their number */
    PL_NATIVE_STRUCT, /* by pointer */
    PL_NATIVE_KIND_COUNT
} PlNativeKind;

const char *pl_native_kind_name(PlNativeKind kind); /* "ulong" */
bool pl_native_kind_by_name(PlStr name, PlNativeKind *out);
bool pl_native_is_number(PlNativeKind kind); /* or yes/no */

/* `library` is what dlopen takes, `function` its name; `spec` its declaration as JSON, as compiler/doors/native.c writes it. Opens the library: a
 * call before a sandbox is entered, then pl_native_call. NULL with words in `why`. */
void *pl_native_open(PlStr library, PlBuf *why, PlArena *arena);
/* The status of the answer and its body: 200 {"result":..., OUT:...}; 400 arguments do not fit; 404 no such function; 422 the function says that it failed. */
unsigned pl_native_call(PlArena *arena, void *library, PlStr function, PlStr spec, PlStr args, PlBuf *out);

#endif
