/* SPDX-License-Identifier: MIT */
/* Fault sites: the one place with process-wide state. Off (and one predictable branch) unless a test arms it,
 * or PILOT_FAULT=alloc:17 is in the environment of a debug build. Also the only door to malloc for libraries. */
#ifndef PL_BASE_FAULT_H
#define PL_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PlFault {
#define PL_FAULT(name, words) PL_FAULT_##name,
#include "vm/base/faults.def"
#undef PL_FAULT
    PL_FAULT_COUNT
} PlFault;

/* The nth hit (from 0) of this site fails, and each one after it when `sticky`. */
void pl_fault_arm(PlFault site, uint64_t nth, bool sticky);
void pl_fault_disarm(void);
bool pl_fault_fired(void);      /* since the last arm */
bool pl_fault_hit(PlFault site); /* called at the site: true = behave as if it failed */
void pl_fault_from_env(void);   /* reads PILOT_FAULT, and PILOT_FAULT_TELL: a file that gets a line when it happens; for mains */

/* malloc family through the ALLOC site. */
void *pl_alloc(size_t size);
void *pl_zalloc(size_t size);
void *pl_realloc(void *ptr, size_t size); /* keeps ptr when it fails */
void pl_free(void *ptr);
char *pl_strdup_n(const char *ptr, size_t len); /* NUL behind it */

#endif
