/* SPDX-License-Identifier: MIT */
/* Agents: `plugin.agent(goal=..., tools=[...])` of a language model's plugin is short for a loop of plain steps, in which the model chooses one of the named
 * actions at a time and each is a call like any other. The exact plan has the loop, so a person reads and approves all that an agent can do, and nothing
 * behind the checker knows of agents. docs/ai.md, "Agents". */
#ifndef PL_COMPILER_CHECK_AGENT_H
#define PL_COMPILER_CHECK_AGENT_H

#include "compiler/check/checker.h"

/* Before names and steps are looked at: each such step is replaced by the steps that it means (P0360), or what is wrong with it is said. */
void pl_agent_expand(PlChecker *c);
/* Behind the binding of a call: an agent that was not expanded, a turn whose `tools` cannot be read. */
void pl_agent_check(PlChecker *c, PlStep *step);

#endif
