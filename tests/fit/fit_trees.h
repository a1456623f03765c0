/* SPDX-License-Identifier: MIT */
/* Trees for fit_core.c, and what both need: numbers drawn from a fixed seed, memory that is there. */
#ifndef PILOT_FIT_TREES_H
#define PILOT_FIT_TREES_H

#include <stdint.h>

enum { BINS = 48, DEPTH = 3, LEAVES = 8 };

typedef struct Tree {
    int feature[DEPTH];
    float above[DEPTH];
    int bin[DEPTH];
    double value[LEAVES];
} Tree;

typedef struct Table { /* columns in bins, for trees */
    int rows, columns;
    uint8_t *bins;
    float *edges;
} Table;

uint32_t fit_draw(void);
void *fit_must(void *p); /* ends the program when it is NULL */
/* Each column of `x`, a row of `columns` numbers for each of `rows`, cut at its quantiles. The caller frees bins and edges. */
Table fit_table(const float *x, int rows, int columns);
/* One tree whose levels cut all their nodes at one edge, fitted to the slopes g with curvatures h of `n` rows; `share` of the columns are tried. */
void fit_grow(const Table *t, const int *rows, int n, const double *g, const double *h, double smooth, double least, double rate, double share,
              Tree *out);
double fit_tree_value(const Tree *t, const float *x);

#endif
