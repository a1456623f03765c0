/* SPDX-License-Identifier: MIT */
/* The door to the standard library's functions: pure work on values. The interpreter knows names; stdlib/ stands behind them. */
#ifndef PL_PORT_FUNCTION_H
#define PL_PORT_FUNCTION_H

#include "vm/value/time.h"
#include "vm/value/value.h"

typedef struct PlBuiltinContext {
    PlValues *values;
    const PlZone *zone;
    PlBuf error; /* a builtin that fails writes why here: lower case, no full stop */
} PlBuiltinContext;

/* Borrows args, gives an owned *out. PL_INVALID with context->error when the arguments do not fit. */
typedef PlStatus (*PlBuiltinFn)(PlBuiltinContext *context, const PlValue *args, uint32_t count, PlValue *out);

typedef struct PlBuiltinRef {
    PlBuiltinFn fn;              /* NULL: there is none of this name */
    uint8_t min_args, max_args;  /* max 255: any number */
} PlBuiltinRef;

typedef PlBuiltinRef (*PlBuiltinLookup)(PlStr name);

#endif
