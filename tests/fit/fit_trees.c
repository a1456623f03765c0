/* SPDX-License-Identifier: MIT */
/* Small trees that are fitted to slopes: columns in bins, one edge for all nodes of a level. */
#include "fit_trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;
uint32_t fit_draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

void *fit_must(void *p)
{
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return p;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

Table fit_table(const float *x, int rows, int columns)
{
    Table t = {rows, columns, fit_must(malloc((size_t)rows * (size_t)columns)), fit_must(malloc(sizeof(float) * (size_t)columns * BINS))};
    float *sorted = fit_must(malloc(sizeof(float) * (size_t)rows)), *unique = fit_must(malloc(sizeof(float) * (size_t)rows));
    for (int f = 0; f < columns; f++) {
        for (int r = 0; r < rows; r++) sorted[r] = x[(size_t)r * (size_t)columns + (size_t)f];
        qsort(sorted, (size_t)rows, sizeof(float), by_value);
        int n = 0, edges = 0, low = 0;
        for (int r = 0; r < rows; r++)
            if (!r || sorted[r] != sorted[r - 1]) unique[n++] = sorted[r];
        float *e = t.edges + (size_t)f * BINS;
        for (int i = 0; n <= BINS && i + 1 < n; i++) e[edges++] = (unique[i] + unique[i + 1]) / 2;
        while (low < rows && sorted[low] <= unique[0]) low++;
        for (int i = 0; n > BINS && i < BINS - 1; i++) { /* quantiles of what is not the least value */
            int at = low + (int)((double)(rows - 1 - low) * i / (BINS - 1)), before = at;
            while (before > 0 && sorted[before] == sorted[at]) before--;
            float edge = (sorted[at] + sorted[before]) / 2;
            if (!edges || edge > e[edges - 1]) e[edges++] = edge;
        }
        while (edges < BINS) e[edges++] = INFINITY;
        for (int r = 0; r < rows; r++) {
            int b = 0, high = BINS - 1;
            float v = x[(size_t)r * (size_t)columns + (size_t)f];
            while (b < high) {
                int middle = (b + high) / 2;
                if (v > e[middle])
                    b = middle + 1;
                else
                    high = middle;
            }
            t.bins[(size_t)f * (size_t)rows + (size_t)r] = (uint8_t)b;
        }
    }
    free(sorted);
    free(unique);
    return t;
}

typedef double Cell[BINS][2];

/* The best edge of one column when every node of a level is cut there. */
static double best_edge(Cell *cells, int nodes, double smooth, double least, int *edge)
{
    double gain[BINS] = {0}, best = -1;
    int cuts[BINS] = {0};
    for (int k = 0; k < nodes; k++) {
        double g = 0, h = 0, left_g = 0, left_h = 0;
        for (int b = 0; b < BINS; b++) {
            g += cells[k][b][0];
            h += cells[k][b][1];
        }
        for (int b = 0; b + 1 < BINS; b++) {
            left_g += cells[k][b][0];
            left_h += cells[k][b][1];
            double right_g = g - left_g, right_h = h - left_h;
            if (left_h < least || right_h < least) {
                gain[b] += g * g / (h + smooth);
                continue;
            }
            cuts[b]++;
            gain[b] += left_g * left_g / (left_h + smooth) + right_g * right_g / (right_h + smooth);
        }
    }
    for (int b = 0; b + 1 < BINS; b++)
        if (cuts[b] && gain[b] > best) {
            best = gain[b];
            *edge = b;
        }
    return best;
}

/* One tree whose levels cut all their nodes at one edge, fitted to the gradients of `rows`. */
void fit_grow(const Table *t, const int *rows, int n, const double *g, const double *h, double smooth, double least, double rate,
                 double share, Tree *out)
{
    uint8_t *node = fit_must(calloc((size_t)t->rows, 1));
    Cell *cells = fit_must(malloc(sizeof(Cell) * LEAVES));
    uint8_t *taken = fit_must(calloc((size_t)t->columns, 1));
    for (int f = 0; f < t->columns; f++) taken[f] = fit_draw() % 1000 < share * 1000;
    for (int d = 0; d < DEPTH; d++) {
        double best = -1;
        for (int f = 0; f < t->columns; f++) {
            if (!taken[f]) continue;
            const uint8_t *column = t->bins + (size_t)f * (size_t)t->rows;
            memset(cells, 0, sizeof(Cell) * (size_t)(1 << d));
            for (int i = 0; i < n; i++) {
                double *cell = cells[node[rows[i]]][column[rows[i]]];
                cell[0] += g[rows[i]];
                cell[1] += h[rows[i]];
            }
            int edge = 0;
            double gain = best_edge(cells, 1 << d, smooth, least, &edge);
            if (gain <= best) continue;
            best = gain;
            out->feature[d] = f;
            out->bin[d] = edge;
        }
        out->above[d] = t->edges[(size_t)out->feature[d] * BINS + (size_t)out->bin[d]];
        const uint8_t *column = t->bins + (size_t)out->feature[d] * (size_t)t->rows;
        for (int i = 0; i < n; i++) node[rows[i]] = (uint8_t)(node[rows[i]] * 2 + (column[rows[i]] > out->bin[d]));
    }
    double sum_g[LEAVES] = {0}, sum_h[LEAVES] = {0};
    for (int i = 0; i < n; i++) {
        sum_g[node[rows[i]]] += g[rows[i]];
        sum_h[node[rows[i]]] += h[rows[i]];
    }
    for (int k = 0; k < LEAVES; k++) out->value[k] = sum_h[k] < least / 4 ? 0 : -rate * sum_g[k] / (sum_h[k] + smooth);
    free(node);
    free(cells);
    free(taken);
}

double fit_tree_value(const Tree *t, const float *x)
{
    int k = 0;
    for (int d = 0; d < DEPTH; d++) k = k * 2 + (x[t->feature[d]] > t->above[d]);
    return t->value[k];
}
