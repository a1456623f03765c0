/* SPDX-License-Identifier: MIT */
/* Reading the arguments of a builtin. An argument that is not given and one that is nothing are the same for those that may be left out. Each
 * reader gives false after writing to context->error what it wanted and what it found; the caller returns PL_INVALID. Texts that are borrowed
 * from an argument live as long as it does. Wire forms count: a text that reads as a time is one. */
#ifndef PL_STDLIB_ARGS_H
#define PL_STDLIB_ARGS_H

#include "stdlib/builtin.h"

typedef struct PlArgs {
    PlBuiltinContext *context;
    const PlValue *all;
    uint32_t count;
} PlArgs;

static inline PlValue pl_args_at(const PlArgs *args, uint32_t i)
{
    return i < args->count ? args->all[i] : pl_nothing();
}
static inline bool pl_args_has(const PlArgs *args, uint32_t i)
{
    return pl_args_at(args, i).tag != PL_NOTHING;
}

PlStatus pl_args_fail(PlBuiltinContext *context, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "argument 1 must be text, found 5"; returns false */
bool pl_args_wrong(const PlArgs *args, uint32_t i, const char *wanted);

bool pl_args_text(const PlArgs *args, uint32_t i, PlStr *out);
bool pl_args_text_or(const PlArgs *args, uint32_t i, PlStr other, PlStr *out); /* `other` when it is not given */
bool pl_args_list(const PlArgs *args, uint32_t i, PlList **out);
bool pl_args_record(const PlArgs *args, uint32_t i, PlValue *out);
bool pl_args_integer(const PlArgs *args, uint32_t i, int64_t low, int64_t high, int64_t *out); /* a whole double too */
bool pl_args_integer_or(const PlArgs *args, uint32_t i, int64_t low, int64_t high, int64_t other, int64_t *out);
bool pl_args_number(const PlArgs *args, uint32_t i, PlValue *out);
bool pl_args_double(const PlArgs *args, uint32_t i, double *out);
bool pl_args_time(const PlArgs *args, uint32_t i, PlValue *out);     /* a date or datetime */
bool pl_args_duration(const PlArgs *args, uint32_t i, PlValue *out);
bool pl_args_yesno_or(const PlArgs *args, uint32_t i, bool other, bool *out);

/* The scratch buffer's text as the result. */
PlStatus pl_args_give_scratch(const PlArgs *args, PlValue *out);
PlStatus pl_args_give_text(const PlArgs *args, PlStr valid, PlValue *out);
double pl_args_as_double(PlValue number);

/* Every function of builtins.def. */
#define PL_BUILTIN(name, fn, signature, min, max, doc, example, result) PlStatus fn(PlBuiltinContext *, const PlValue *, uint32_t, PlValue *);
#define PL_BUILTIN_ALIAS(name, of)
#include "stdlib/builtins.def"
#undef PL_BUILTIN
#undef PL_BUILTIN_ALIAS

#endif
