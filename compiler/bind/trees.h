/* SPDX-License-Identifier: MIT */
/* Small trees (trees.def) over the features of a candidate: what a sum of weights cannot say, such as one feature that matters only where another
 * is low. Read by rank.c; fitted by tests/fit. */
#ifndef PL_COMPILER_BIND_TREES_H
#define PL_COMPILER_BIND_TREES_H

#include "compiler/bind/rank.h"

typedef enum PlTreeModel { PL_TREES_SCORE, PL_TREES_RIGHT, PL_TREES_FITS } PlTreeModel;

/* What the trees of a model add. `judged` may be NULL for PL_TREES_SCORE. The same sum in every build: one order, doubles. */
double pl_trees_sum(PlTreeModel model, const PlFeatures *features, const float situation[PL_SITUATIONS], const float *judged);

#endif
