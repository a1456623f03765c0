/* SPDX-License-Identifier: MIT */
/* A language model that helps pilotc: the one that the project names (docs/ai.md), asked through the same peer as a plan's steps. Nothing of it is in a
 * compile: what a model says is written into a plan's text, which is checked like any other. */
#ifndef PL_COMPILER_CLI_MODEL_H
#define PL_COMPILER_CLI_MODEL_H

#include "compiler/ask/session.h"
#include "vm/base/limits.h"
#include "vm/port/usage.h"

enum { PLC_MODEL_ROUNDS = 2 };

typedef struct PlcModel {
    PlArena *arena;
    struct PlcModelWorld *world; /* NULL: not open */
    PlStr name;                  /* of the model */
    unsigned asked, rounds;
    PlUsage used;
    uint64_t elapsed_us;
} PlcModel;

/* The model of plugin `plugin` of the project, or of its first one (NULL). -1, or the exit code after a message. */
int plc_model_open(PlcModel *model, PlArena *arena, const PlProject *project, const char *plugin);
void plc_model_close(PlcModel *model);
/* One question. `schema` "": the answer is a text, else JSON that fits; in the arena. False after a message. */
bool plc_model_ask(PlcModel *model, PlStr system, PlStr user, PlStr schema, PlStr *said);
/* "test-model: 2 requests, 1 round, 1234 tokens, 0.0123 dollars, 2.5 s" on stderr. */
void plc_model_say_used(const PlcModel *model);

/* model_fix.c: what is open, and with `errors` what is wrong, goes to the model once; what it says is written into the session's text, each answer said on
 * stderr. False when there was nothing to ask, or nothing changed. */
bool plc_model_round(PlcModel *model, PlSession *session, PlStr goal, bool errors);
/* Rounds until nothing is open or the rounds are used up. */
void plc_model_rounds(PlcModel *model, PlSession *session, PlStr goal, bool errors);
/* Replace lines ({"line", "text"}) of a text: only those that `may` says, NULL: all. In the arena. `lines` is a jansson array. */
PlStr plc_model_lines(PlArena *arena, PlStr text, const void *lines, const bool *may, uint32_t may_count);

typedef enum PlcVerdict { PLC_VERDICT_NONE, PLC_VERDICT_APPROVE, PLC_VERDICT_REPAIR, PLC_VERDICT_BLOCK } PlcVerdict;

/* model_judge.c: a model's judgement of a compiled plan; reasons, and the diff of a repair, on stderr. *repaired is the changed text. NONE after a message. */
PlcVerdict plc_model_judge(PlcModel *model, PlCompiled *compiled, PlStr goal, PlStr *repaired);

#endif
