/* SPDX-License-Identifier: MIT */
/* Inside vm/run: how a run comes to its end. */
#ifndef PL_RUN_RUN_END_H
#define PL_RUN_RUN_END_H

#include "vm/run/state.h"

void pl_end_check(PlRun *run);                /* was it cancelled, or is its time up: begin to end */
void pl_end_write(PlRun *run);                /* the END row; the run is over */
PlRunState pl_end_park(PlRun *run);           /* nothing moves any more: say why */
PlRunState pl_end_escaped(PlRun *run);        /* the pump was left: no memory, or the journal is broken */
PlRunState pl_end_drain(PlRun *run);          /* the heap is at its end: await what was sent, then end */
void pl_end_limit_time(PlRun *run);           /* start the clock of the manifest's max_time_us */
/* A fiber parks: a PARK row {"reason": ...}; the first one is what pl_run_error tells. `kind` "answer", "event", "in_doubt". */
void pl_end_parked(PlRun *run, uint32_t site, PlStr path, const char *kind, PlDiagCode code, PlStr message, uint32_t attempt);
PL_MUST_USE PlStatus pl_end_recall(PlRun *run, uint64_t seq); /* a journal that has an END row: its outcome */

#endif
