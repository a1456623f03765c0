/* SPDX-License-Identifier: MIT */
#include "vm/run/state.h"
PlGo pl_step_call(PlFiber *fiber, PlInsn insn) { (void)insn; return PL_RAISE(fiber, RUN_NO_SERVER, "call", 5, "calls"); }
bool pl_step_cancel(PlCall *call) { (void)call; return true; }
void pl_step_send_all(PlRun *run) { (void)run; }
void pl_step_abandon_all(PlRun *run) { (void)run; }
void pl_step_drain(PlRun *run) { (void)run; }
