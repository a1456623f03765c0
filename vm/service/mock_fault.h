/* SPDX-License-Identifier: MIT */
/* Faults that a mock is told to have.
 *     fault  = action ["=" part *("," part)] [":" when] ["@" target [":" when]]
 *     part   = an action's own value | when | "retry-after=" seconds
 *     action = "slow" duration | "fail" status | "429" | "reset" "before"|"after" | "half" | "wrong-type" "content"|"value" | "later" N
 *     when   = "always" | N "%" | "first" N | "every" N | "after" N | "only" N
 *     target = method | [method] path | operation
 * docs/mock.md, "Faults". Which request is hit depends on the seed and the count of requests to the target alone. */
#ifndef PL_SERVICE_MOCK_FAULT_H
#define PL_SERVICE_MOCK_FAULT_H

#include "vm/base/diag.h"
#include "vm/code/action.h"

typedef enum PlMockFaultKind {
    PL_MOCK_SLOW,
    PL_MOCK_FAIL,
    PL_MOCK_RESET_BEFORE,
    PL_MOCK_RESET_AFTER,
    PL_MOCK_HALF,
    PL_MOCK_WRONG_CONTENT,
    PL_MOCK_WRONG_VALUE,
    PL_MOCK_LATER
} PlMockFaultKind;

typedef enum PlMockWhen { PL_MOCK_ALWAYS, PL_MOCK_SHARE, PL_MOCK_FIRST, PL_MOCK_EVERY, PL_MOCK_AFTER, PL_MOCK_ONLY } PlMockWhen;

typedef struct PlMockFault {
    PlStr text;            /* as given */
    PlMockFaultKind kind;
    PlMockWhen when;
    uint64_t number;       /* of `when`; SHARE: per million */
    int64_t slow_us, slow_to_us;
    unsigned status;
    uint64_t polls;        /* of LATER */
    int64_t retry_after;   /* seconds; -1: not sent */
    bool has_method;
    PlMethod method;
    PlStr path, operation; /* "" : any */
    uint64_t count;        /* of requests to the target */
} PlMockFault;

typedef struct PlMockFaults {
    PlMockFault *all;
    uint32_t count;
} PlMockFaults;

typedef struct PlMockVerdict { /* what happens to one request */
    int64_t slow_us;
    const PlMockFault *before; /* FAIL or RESET_BEFORE: instead of an answer; NULL */
    const PlMockFault *after;  /* what becomes of the answer; NULL */
} PlMockVerdict;

typedef struct PlMockTarget { /* what a request is, for the targets of faults */
    PlMethod method;
    PlStr path, template; /* template: as served; "" when no operation fits */
    PlStr operation, operation_id, plugin;
} PlMockTarget;

/* False with a diagnostic at `span`. */
bool pl_mock_fault_read(PlDiags *diags, PlStr text, PlMockFault *out);
bool pl_mock_fault_hits(const PlMockFault *fault, const PlMockTarget *target); /* the target alone, not `when` */
PlMockVerdict pl_mock_fault_decide(PlMockFaults *faults, const PlMockTarget *target, uint64_t seed);

#endif
