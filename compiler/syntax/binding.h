/* SPDX-License-Identifier: MIT */
/* A result's name said in words, "and save the result as x", "(stored in x)", "Output: x": as good as `-> x`. */
#ifndef PL_COMPILER_SYNTAX_BINDING_H
#define PL_COMPILER_SYNTAX_BINDING_H

#include "compiler/syntax/phrase.h"

typedef struct PlBinding {
    PlStr name;
    const char *end; /* behind the name and what encloses it */
} PlBinding;

/* Whether such words begin at ptr and end with a name that nothing but punctuation follows. The rows of place BIND say which words. */
bool pl_binding_match(const PlPhrases *phrases, const char *ptr, const char *limit, PlBinding *out);

#endif
