/* SPDX-License-Identifier: MIT */
/* Inside vm/run: telling the hooks. */
#ifndef PL_RUN_HOOK_H
#define PL_RUN_HOOK_H

#include "vm/run/state.h"

/* Fill in run and time, tell every hook. False when this is a BEFORE event and a hook vetoed; then *reason is its word. */
bool pl_hook_tell(PlRun *run, PlHookEvent *event, PlStr *reason);
void pl_hook_run_begin(PlRun *run);
void pl_hook_run_end(PlRun *run, PlRunState state);
/* Does a hook want the answers of models as they come? */
bool pl_hook_takes_pieces(const PlRun *run);
/* A piece of what answers this call: tells the hooks that want it. Does not escape. */
void pl_hook_piece(PlRun *run, const PlCall *call, PlStr text);
/* A resumed run that has written nothing but its RESUME row: it still retells what its journal holds. */
bool pl_hook_is_replay(const PlRun *run);

#endif
