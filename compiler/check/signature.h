/* SPDX-License-Identifier: MIT */
/* Signatures of builtins as they stand in stdlib/builtins.def: read once, then matched against the types of a call.
 * SIGNATURE := "(" [PARAM {"," PARAM}] ")" "->" TYPE    PARAM := NAME ["?"] ":" TYPE | "..." ":" TYPE
 * TYPE := ATOM {"or" ATOM}    ATOM := "list of" ATOM | "{" NAME ["?"] ":" TYPE, ... "}" | "one of" "TEXT", ... | "(" TYPE ")" | WORD
 * T, U, V are type variables. spec/stdlib.md. */
#ifndef PL_COMPILER_CHECK_SIGNATURE_H
#define PL_COMPILER_CHECK_SIGNATURE_H

#include "vm/code/type.h"

enum { PL_SIGNATURE_PARAMS = 16, PL_SIGNATURE_VARS = 3 };

typedef struct PlSignatureParam {
    PlStr name; /* "..." for the one that repeats */
    PlTypeId type;
    bool optional;
} PlSignatureParam;

typedef struct PlSignature {
    PlSignatureParam params[PL_SIGNATURE_PARAMS];
    uint32_t count;
    bool repeats; /* the last one */
    PlTypeId result;
} PlSignature;

typedef struct PlSignatureVars { /* what the variables stand for in one call; PL_TYPE_NONE: not yet known */
    PlTypeId of[PL_SIGNATURE_VARS];
} PlSignatureVars;

/* False when the text is no signature: a mistake in builtins.def, which test_check_signature finds. */
bool pl_signature_read(PlTypes *types, PlStr text, PlSignature *out);
/* The parameter that takes the nth argument; NULL when there is none. */
const PlSignatureParam *pl_signature_param(const PlSignature *signature, uint32_t index);

void pl_signature_vars_init(PlSignatureVars *vars);
/* Learn what variables of `pattern` stand for from an argument of type `actual`. */
void pl_signature_match(PlTypes *types, PlSignatureVars *vars, PlTypeId pattern, PlTypeId actual);
/* The pattern with its variables filled; those that nothing is known of are any. */
PlTypeId pl_signature_fill(PlTypes *types, const PlSignatureVars *vars, PlTypeId pattern);

#endif
