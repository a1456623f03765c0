/* SPDX-License-Identifier: MIT */
/* The parts of a chat's body that only an agent's turn has: the functions, and what was called. Both formats, and in words for servers without
 * functions. Internal to wire.c. */
#ifndef PL_STDLIB_AI_WIRE_TURN_H
#define PL_STDLIB_AI_WIRE_TURN_H

#include "stdlib/ai/config.h"
#include "stdlib/ai/task.h"

/* `,"tools":[...],"tool_choice":...` */
void pl_ai_wire_turn_tools(PlBuf *out, PlAiApi api, const PlAiTask *task);
/* The messages of what was called, each behind a comma. `is_plain`: in words. */
void pl_ai_wire_turn_called(PlBuf *out, PlAiApi api, const PlAiTurn *turn, bool is_plain);
/* Behind the task of the system's text: how to answer; in words also the functions. */
void pl_ai_wire_turn_system(PlBuf *text, const PlAiTask *task, bool is_plain);

#endif
