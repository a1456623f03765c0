/* SPDX-License-Identifier: MIT */
/* What makes one candidate more fitting than the others: features that are read when all candidates are there. */
#ifndef PL_COMPILER_BIND_CONTEST_H
#define PL_COMPILER_BIND_CONTEST_H

#include "compiler/bind/rank.h"

/* `met`: for each candidate how well it meets each term of the query, PL_QUERY_TERMS each. */
void pl_contest_read(PlArena *arena, const PlQuery *q, PlRanking *r, float (*met)[PL_QUERY_TERMS]);

#endif
