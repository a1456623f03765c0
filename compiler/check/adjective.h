/* SPDX-License-Identifier: MIT */
/* Whether a word says something of a record for sure, by the record's type alone: "paid" where a field lists it as a value, "active" where a yes/no field is
 * called so, "unpaid" as the opposite, "overdue" where there is a due date. No guess: a word that no field says is none. spec/prose.md */
#ifndef PL_COMPILER_CHECK_ADJECTIVE_H
#define PL_COMPILER_CHECK_ADJECTIVE_H

#include "compiler/check/checker.h"

typedef struct PlAdjective {
    PlStr field, value; /* value: of a field that lists its values; empty: a yes/no, or a date before today */
    bool date, not_so;
    uint32_t count;     /* fields that say it: the first stands here */
} PlAdjective;

/* `record` may be a list of records, or nothing. False: it says nothing of it. */
bool pl_adjective_read(PlChecker *c, PlTypeId record, PlStr word, PlAdjective *out);
/* As a condition on `subject`: `order.status is "paid"`. */
PlStr pl_adjective_condition(PlChecker *c, const PlAdjective *a, PlStr subject);

typedef struct PlSubject { /* what adjectives may speak of */
    PlStr text;            /* `order`; empty: no name that could stand in a condition */
    PlTypeId type;
} PlSubject;
typedef PL_VEC(PlSubject) PlSubjects;

/* The records that the call is given something of; with `given` the items of what it gives. */
void pl_adjective_subjects(PlChecker *c, const PlStep *step, bool given, PlSubjects *out);

#endif
