/* SPDX-License-Identifier: MIT */
/* The arithmetic of fit_binder.py: reads what that wrote (cases with the features of their candidates), fits, prints predictions and the fitted
 * numbers. Three models: a score per candidate, weights that change with the situation of the text and small trees added; and two judgements of
 * the first candidate (is it right; does anything fit), logistic, with small trees added. No names here: features are columns.
 * Deterministic: a fixed seed, one thread. */
#include "fit_trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 64, SITUATIONS = 4, MAX_FEATURES = 300, RUNS = 4 };

typedef struct Case {
    int32_t set, family, fold, rows, none;
    float weight;
    int first; /* its first row */
} Case;

typedef struct Data {
    int cases, features, judges, rows, columns; /* columns: features, then the situations but the first */
    Case *all;
    float *x, *judged;
    uint8_t *good;
    int32_t *judge_from;
    int32_t *sign; /* of each feature: 1 it never counts against a candidate, -1 never for it, 0 either */
} Data;

typedef struct Plan {
    int epochs, trees, judge_trees;
    double ridge, rate, smooth, least, share, judge_rate, judge_ridge, judge_smooth;
} Plan;

typedef struct Model {
    double *weights; /* SITUATIONS times features */
    Tree *trees;
    double *judge[2];
    Tree *judge_trees[2];
} Model;

static void take(void *to, size_t size, size_t count, FILE *f)
{
    if (fread(to, size, count, f) != count) {
        fprintf(stderr, "the file ends early\n");
        exit(1);
    }
}

static Data load(const char *path)
{
    FILE *f = fit_must(fopen(path, "rb"));
    int32_t head[4];
    take(head, 4, 4, f);
    Data d = {.cases = head[0], .features = head[1], .judges = head[2], .rows = head[3]};
    d.columns = d.features + SITUATIONS - 1;
    if (d.features > MAX_FEATURES) exit(1);
    d.all = fit_must(calloc((size_t)d.cases, sizeof *d.all));
    d.x = fit_must(calloc((size_t)d.rows * (size_t)d.columns, sizeof *d.x));
    d.judged = fit_must(calloc((size_t)d.cases * (size_t)d.judges, sizeof *d.judged));
    d.good = fit_must(calloc((size_t)d.rows, 1));
    d.judge_from = fit_must(calloc((size_t)d.judges, sizeof *d.judge_from));
    take(d.judge_from, 4, (size_t)d.judges, f);
    d.sign = fit_must(calloc((size_t)d.features, sizeof *d.sign));
    take(d.sign, 4, (size_t)d.features, f);
    for (int i = 0, row = 0; i < d.cases; i++) {
        Case *c = &d.all[i];
        float situation[SITUATIONS - 1];
        take(c, 4, 5, f);
        take(&c->weight, 4, 1, f);
        take(situation, 4, SITUATIONS - 1, f);
        c->first = row;
        take(d.good + row, 1, (size_t)c->rows, f);
        for (int k = 0; k < c->rows; k++) {
            float *x = d.x + (size_t)(row + k) * (size_t)d.columns;
            take(x, 4, (size_t)d.features, f);
            memcpy(x + d.features, situation, sizeof situation);
        }
        take(d.judged + (size_t)i * (size_t)d.judges, 4, (size_t)d.judges, f);
        row += c->rows;
    }
    fclose(f);
    return d;
}

/* ---- the score ------------------------------------------------------------------------------------------------------------- */

static double linear(const Data *d, const double *w, const float *x)
{
    double sum = 0;
    for (int s = 0; s < SITUATIONS; s++) {
        double part = 0, by = s ? (double)x[d->features + s - 1] : 1;
        for (int f = 0; by != 0 && f < d->features; f++) part += (double)x[f] * w[s * d->features + f];
        sum += by * part;
    }
    return sum;
}

static int can_teach(const Data *d, const Case *c)
{
    int good = 0;
    for (int k = 0; k < c->rows; k++) good += d->good[c->first + k];
    return good > 0 && good < c->rows;
}

/* What each candidate's score should lose: its share of all less its share of the right ones. */
static void slopes(const Data *d, const Case *c, const double *score, double *g, double *share)
{
    double top = -1e30, all = 0, right = 0, e[MAX_ROWS];
    for (int k = 0; k < c->rows; k++)
        if (score[k] > top) top = score[k];
    for (int k = 0; k < c->rows; k++) {
        e[k] = exp(score[k] - top);
        all += e[k];
        if (d->good[c->first + k]) right += e[k];
    }
    for (int k = 0; k < c->rows; k++) {
        share[k] = e[k] / all;
        g[k] = share[k] - (d->good[c->first + k] ? e[k] / right : 0);
    }
}

/* The weights that a case's situation makes, once for all its candidates; slopes likewise go to all situations at the end. */
static void add_case(const Data *d, const Case *c, const double *w, double part, double *g)
{
    double score[MAX_ROWS] = {0}, slope[MAX_ROWS], share[MAX_ROWS], own[MAX_FEATURES], slant[MAX_FEATURES] = {0};
    const float *first = d->x + (size_t)c->first * (size_t)d->columns;
    for (int f = 0; f < d->features; f++) {
        own[f] = w[f];
        for (int s = 1; s < SITUATIONS; s++) own[f] += (double)first[d->features + s - 1] * w[s * d->features + f];
    }
    for (int k = 0; k < c->rows; k++)
        for (int f = 0; f < d->features; f++) score[k] += (double)first[(size_t)k * (size_t)d->columns + (size_t)f] * own[f];
    slopes(d, c, score, slope, share);
    for (int k = 0; k < c->rows; k++)
        for (int f = 0; fabs(slope[k]) >= 1e-4 && f < d->features; f++)
            slant[f] += slope[k] * (double)first[(size_t)k * (size_t)d->columns + (size_t)f];
    for (int s = 0; s < SITUATIONS; s++) {
        double by = part * (s ? (double)first[d->features + s - 1] : 1);
        for (int f = 0; by != 0 && f < d->features; f++) g[s * d->features + f] += by * slant[f];
    }
}

/* Adam over batches of 64 cases; the mean of the last third of the epochs. `sided`: signs are kept. */
static double *fit_once(const Data *d, const uint8_t *use, const Plan *p, int sided)
{
    size_t n = (size_t)d->features * SITUATIONS;
    double *w = fit_must(calloc(n, 8)), *m = fit_must(calloc(n, 8)), *v = fit_must(calloc(n, 8)), *g = fit_must(calloc(n, 8)), *mean = fit_must(calloc(n, 8));
    int *order = fit_must(malloc(sizeof(int) * (size_t)d->cases)), count = 0, steps = 0, averaged = 0;
    for (int i = 0; i < d->cases; i++)
        if (use[i] && can_teach(d, &d->all[i])) order[count++] = i;
    for (int epoch = 0; epoch < p->epochs; epoch++) {
        double rate = 0.05 * (1 - (double)epoch / p->epochs) + 0.002;
        for (int i = count - 1; i > 0; i--) {
            int j = (int)(fit_draw() % (uint32_t)(i + 1)), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        for (int start = 0; start < count; start += 64) {
            int end = start + 64 < count ? start + 64 : count;
            double total = 0;
            for (int i = start; i < end; i++) total += (double)d->all[order[i]].weight;
            for (size_t k = 0; k < n; k++) g[k] = p->ridge * w[k];
            for (int i = start; i < end; i++) add_case(d, &d->all[order[i]], w, (double)d->all[order[i]].weight / total, g);
            steps++;
            double c1 = 1 - pow(0.9, steps), c2 = 1 - pow(0.999, steps);
            for (size_t k = 0; k < n; k++) {
                m[k] = 0.9 * m[k] + 0.1 * g[k];
                v[k] = 0.999 * v[k] + 0.001 * g[k] * g[k];
                w[k] -= rate * (m[k] / c1) / (sqrt(v[k] / c2) + 1e-8);
                if (sided && k < (size_t)d->features && w[k] * d->sign[k] < 0) w[k] = 0;
            }
        }
        if (epoch < p->epochs * 2 / 3) continue;
        averaged++;
        for (size_t k = 0; k < n; k++) mean[k] += w[k];
    }
    for (size_t k = 0; k < n; k++) mean[k] /= averaged;
    free(w), free(m), free(v), free(g), free(order);
    return mean;
}

/* The mean of several fits, which see the cases in another order; in every other one evidence keeps its side. */
static double *fit_linear(const Data *d, const uint8_t *use, const Plan *p)
{
    size_t n = (size_t)d->features * SITUATIONS;
    double *mean = fit_must(calloc(n, 8));
    for (int run = 0; run < RUNS; run++) {
        double *w = fit_once(d, use, p, run % 2);
        for (size_t k = 0; k < n; k++) mean[k] += w[k] / RUNS;
        free(w);
    }
    return mean;
}

static double mean_weight(const Data *d, const uint8_t *use)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < d->cases; i++)
        if (use[i]) sum += (double)d->all[i].weight, n++;
    return sum / n;
}

static Tree *fit_trees(const Data *d, const Table *t, const uint8_t *use, const Plan *p, double *score)
{
    Tree *trees = fit_must(calloc((size_t)p->trees + 1, sizeof *trees));
    double *g = fit_must(calloc((size_t)d->rows, 8)), *h = fit_must(calloc((size_t)d->rows, 8)), unit = mean_weight(d, use);
    int *rows = fit_must(malloc(sizeof(int) * (size_t)d->rows));
    for (int n = 0; n < p->trees; n++) {
        int count = 0;
        for (int i = 0; i < d->cases; i++) {
            const Case *c = &d->all[i];
            double share[MAX_ROWS];
            if (!use[i] || fit_draw() % 10 >= 7 || !can_teach(d, c)) continue;
            slopes(d, c, score + c->first, g + c->first, share);
            for (int k = 0; k < c->rows; k++) {
                double flat = share[k] * (1 - share[k]);
                g[c->first + k] *= (double)c->weight;
                h[c->first + k] = (double)c->weight * (flat > 1e-6 ? flat : 1e-6);
                if (share[k] > 2e-3 || d->good[c->first + k]) rows[count++] = c->first + k; /* the rest teaches nothing */
            }
        }
        fit_grow(t, rows, count, g, h, p->smooth * unit, p->least * unit, p->rate, p->share, &trees[n]);
        for (int r = 0; r < d->rows; r++) score[r] += fit_tree_value(&trees[n], d->x + (size_t)r * (size_t)d->columns);
    }
    free(g), free(h), free(rows);
    return trees;
}

/* ---- the judgement --------------------------------------------------------------------------------------------------------- */

enum { FROM_CASE = -1, FROM_MARGIN = -2, FROM_SOFT = -3, FROM_SCORE = -4, FROM_MARGIN3 = -5, FROM_IMP_COV = -6, FROM_IMP_SAID = -7 };

static int first_of(const Case *c, const double *score, double *second, double *third)
{
    int best = 0;
    *second = *third = -1e30;
    for (int k = 1; k < c->rows; k++)
        if (score[c->first + k] > score[c->first + best]) best = k;
    for (int k = 0; k < c->rows; k++) {
        double s = score[c->first + k];
        if (k == best) continue;
        if (s > *second) {
            *third = *second;
            *second = s;
        } else if (s > *third) {
            *third = s;
        }
    }
    return best;
}

/* The judged numbers of a case under these scores (rank.c has the same), then the features of the first candidate. */
static int judged(const Data *d, int i, const double *score, float *out)
{
    const Case *c = &d->all[i];
    double second, third, sum = 0;
    int best = first_of(c, score, &second, &third);
    double top = score[c->first + best];
    const float *x = d->x + (size_t)(c->first + best) * (size_t)d->columns;
    for (int k = 0; k < c->rows; k++) sum += exp(score[c->first + k] - top);
    double margin = c->rows > 1 ? top - second : 8, margin3 = c->rows > 2 ? top - third : 8;
    for (int j = 0; j < d->judges; j++) {
        int from = d->judge_from[j];
        if (from >= 0) out[j] = x[from];
        if (from == FROM_CASE) out[j] = d->judged[(size_t)i * (size_t)d->judges + (size_t)j];
        if (from == FROM_MARGIN) out[j] = (float)(margin < 8 ? margin / 8 : 1);
        if (from == FROM_SOFT) out[j] = (float)(1 / sum);
        if (from == FROM_SCORE) out[j] = (float)(top / 10);
        if (from == FROM_MARGIN3) out[j] = (float)(margin3 < 8 ? margin3 / 8 : 1);
    }
    memcpy(out + d->judges, x, sizeof(float) * (size_t)d->columns);
    return best;
}

/* Gauss with pivots; the matrix is symmetric and positive. */
static void solve(double *m, double *b, int n)
{
    for (int i = 0; i < n; i++) {
        int pivot = i;
        for (int r = i + 1; r < n; r++)
            if (fabs(m[r * n + i]) > fabs(m[pivot * n + i])) pivot = r;
        for (int k = 0; k < n; k++) {
            double t = m[i * n + k];
            m[i * n + k] = m[pivot * n + k];
            m[pivot * n + k] = t;
        }
        double t = b[i];
        b[i] = b[pivot];
        b[pivot] = t;
        for (int r = i + 1; r < n; r++) {
            double f = m[r * n + i] / m[i * n + i];
            for (int k = i; f != 0 && k < n; k++) m[r * n + k] -= f * m[i * n + k];
            b[r] -= f * b[i];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) b[i] -= m[i * n + k] * b[k];
        b[i] /= m[i * n + i];
    }
}

static double logistic(double x)
{
    return 1 / (1 + exp(-(x > 30 ? 30 : x < -30 ? -30 : x)));
}

/* Newton's method; rows of `width` numbers of which the first n count. */
static double *fit_logistic(const float *x, size_t width, const double *weight, const uint8_t *y, int rows, int n, double ridge)
{
    double *w = fit_must(calloc((size_t)n, 8)), *g = fit_must(calloc((size_t)n, 8)), *h = fit_must(calloc((size_t)n * (size_t)n, 8)), total = 0;
    for (int r = 0; r < rows; r++) total += weight[r];
    for (int round = 0; round < 12; round++) {
        memset(h, 0, sizeof(double) * (size_t)n * (size_t)n);
        for (int k = 0; k < n; k++) {
            g[k] = ridge * w[k];
            h[k * n + k] = ridge;
        }
        for (int r = 0; r < rows; r++) {
            const float *v = x + (size_t)r * width;
            double s = 0;
            for (int k = 0; k < n; k++) s += w[k] * (double)v[k];
            double p = logistic(s), a = weight[r] * (p - y[r]) / total, b = weight[r] * p * (1 - p) / total;
            for (int k = 0; k < n; k++) {
                if (v[k] == 0) continue;
                g[k] += a * (double)v[k];
                for (int q = 0; q < n; q++) h[k * n + q] += b * (double)v[k] * (double)v[q];
            }
        }
        solve(h, g, n);
        for (int k = 0; k < n; k++) w[k] -= g[k];
    }
    free(g), free(h);
    return w;
}

static Tree *judge_trees(const float *x, int width, const double *weight, const uint8_t *y, int rows, double *score, const Plan *p)
{
    Table t = fit_table(x, rows, width);
    Tree *trees = fit_must(calloc((size_t)p->judge_trees + 1, sizeof *trees));
    double *g = fit_must(calloc((size_t)rows, 8)), *h = fit_must(calloc((size_t)rows, 8)), unit = 0;
    int *taken = fit_must(malloc(sizeof(int) * (size_t)rows));
    for (int r = 0; r < rows; r++) unit += weight[r] / rows;
    for (int n = 0; n < p->judge_trees; n++) {
        int count = 0;
        for (int r = 0; r < rows; r++) {
            double q = logistic(score[r]);
            g[r] = weight[r] * (q - y[r]);
            h[r] = weight[r] * (q * (1 - q) > 1e-4 ? q * (1 - q) : 1e-4);
            if (fit_draw() % 10 < 6) taken[count++] = r;
        }
        fit_grow(&t, taken, count, g, h, p->judge_smooth * unit, 4 * unit, p->judge_rate, 0.3, &trees[n]);
        for (int r = 0; r < rows; r++) score[r] += fit_tree_value(&trees[n], x + (size_t)r * (size_t)width);
    }
    free(t.bins), free(t.edges), free(g), free(h), free(taken);
    return trees;
}

/* ---- fit, apply, print ----------------------------------------------------------------------------------------------------- */

static void score_cases(const Data *d, const Model *m, const Plan *p, double *score)
{
    for (int r = 0; r < d->rows; r++) {
        const float *x = d->x + (size_t)r * (size_t)d->columns;
        score[r] = linear(d, m->weights, x);
        for (int n = 0; n < p->trees; n++) score[r] += fit_tree_value(&m->trees[n], x);
    }
}

/* `held` lists cases to be judged with scores that were not fitted on them, so that margins are as they will be: the judgement learns from all
 * cases in use, with `honest` scores where there are any. */
static void fit_judges(const Data *d, const uint8_t *use, const double *honest, const Plan *p, Model *m)
{
    int width = d->judges + d->columns, rows = 0;
    float *x = fit_must(calloc((size_t)d->cases * (size_t)width, sizeof *x));
    double *weight = fit_must(calloc((size_t)d->cases, 8)), *score = fit_must(calloc((size_t)d->cases, 8));
    uint8_t *y[2] = {fit_must(calloc((size_t)d->cases, 1)), fit_must(calloc((size_t)d->cases, 1))};
    for (int i = 0; i < d->cases; i++) {
        if (!use[i] || !d->all[i].rows) continue;
        int best = judged(d, i, honest, x + (size_t)rows * (size_t)width);
        weight[rows] = (double)d->all[i].weight;
        y[0][rows] = d->good[d->all[i].first + best];
        y[1][rows++] = !d->all[i].none;
    }
    for (int k = 0; k < 2; k++) {
        m->judge[k] = fit_logistic(x, (size_t)width, weight, y[k], rows, d->judges, p->judge_ridge);
        for (int r = 0; r < rows; r++) {
            score[r] = 0;
            for (int j = 0; j < d->judges; j++) score[r] += m->judge[k][j] * (double)x[(size_t)r * (size_t)width + (size_t)j];
        }
        m->judge_trees[k] = judge_trees(x, width, weight, y[k], rows, score, p);
    }
    free(x), free(weight), free(score), free(y[0]), free(y[1]);
}

static Model fit_score(const Data *d, const Table *t, const uint8_t *use, const Plan *p)
{
    Model m = {.weights = fit_linear(d, use, p)};
    double *score = fit_must(malloc(sizeof(double) * (size_t)d->rows));
    for (int r = 0; r < d->rows; r++) score[r] = linear(d, m.weights, d->x + (size_t)r * (size_t)d->columns);
    m.trees = fit_trees(d, t, use, p, score);
    free(score);
    return m;
}

/* "P name case first right fits good good3": of each case that is not in use. */
static void print_predictions(const Data *d, const Model *m, const Plan *p, const uint8_t *skip, const double *score, const char *name)
{
    float *x = fit_must(calloc((size_t)(d->judges + d->columns), sizeof *x));
    for (int i = 0; i < d->cases; i++) {
        const Case *c = &d->all[i];
        if (skip[i]) continue;
        if (!c->rows) {
            printf("P %s %d 0 0 0 0\n", name, i);
            continue;
        }
        int best = judged(d, i, score, x), three = 0;
        double q[2];
        for (int k = 0; k < 2; k++) {
            double s = 0;
            for (int j = 0; j < d->judges; j++) s += m->judge[k][j] * (double)x[j];
            for (int n = 0; n < p->judge_trees; n++) s += fit_tree_value(&m->judge_trees[k][n], x);
            q[k] = logistic(s);
        }
        for (int k = 0; k < c->rows; k++) {
            int before = 0;
            for (int j = 0; j < c->rows; j++) before += score[c->first + j] > score[c->first + k];
            three |= before < 3 && d->good[c->first + k];
        }
        printf("P %s %d %.5f %.5f %d %d\n", name, i, q[0], q[1], d->good[c->first + best], three);
    }
    free(x);
}

static void print_trees(const Tree *trees, int n, const char *kind)
{
    for (int i = 0; i < n; i++) {
        printf("T %s", kind);
        for (int k = 0; k < DEPTH; k++) printf(" %d %.9g", trees[i].feature[k], (double)trees[i].above[k]);
        for (int k = 0; k < LEAVES; k++) printf(" %.5f", trees[i].value[k]);
        printf("\n");
    }
}

static void print_model(const Data *d, const Model *m, const Plan *p)
{
    for (int f = 0; f < d->features; f++) {
        printf("W %d", f);
        for (int s = 0; s < SITUATIONS; s++) printf(" %.4f", m->weights[s * d->features + f]);
        printf("\n");
    }
    for (int j = 0; j < d->judges; j++) printf("J %d %.4f %.4f\n", j, m->judge[0][j], m->judge[1][j]);
    print_trees(m->trees, p->trees, "score");
    print_trees(m->judge_trees[0], p->judge_trees, "right");
    print_trees(m->judge_trees[1], p->judge_trees, "fits");
}

/* Fits on five sixths of `use` at a time and scores the rest, so that every case in use has a score that it did not teach. */
static double *honest_scores(const Data *d, const Table *t, const uint8_t *use, const Plan *p)
{
    double *honest = fit_must(calloc((size_t)d->rows, 8)), *score = fit_must(calloc((size_t)d->rows, 8));
    uint8_t *part = fit_must(calloc((size_t)d->cases, 1));
    for (int fold = 0; fold < 5; fold++) {
        for (int i = 0; i < d->cases; i++) part[i] = use[i] && d->all[i].fold != fold;
        Model m = fit_score(d, t, part, p);
        score_cases(d, &m, p, score);
        for (int i = 0; i < d->cases; i++)
            for (int k = 0; d->all[i].fold == fold && k < d->all[i].rows; k++) honest[d->all[i].first + k] = score[d->all[i].first + k];
        free(m.weights), free(m.trees);
    }
    free(score), free(part);
    return honest;
}

int main(int argc, char **argv)
{
    Plan p = {.epochs = 24, .trees = 800, .judge_trees = 60, .ridge = 1e-3, .rate = 0.08, .smooth = 2, .least = 0.5, .share = 0.4,
              .judge_rate = 0.08, .judge_ridge = 5e-4, .judge_smooth = 20};
    int folds = 0;
    if (argc < 2) return 2;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--folds")) folds = 1;
        if (!strncmp(argv[i], "--trees=", 8)) p.trees = atoi(argv[i] + 8);
        if (!strncmp(argv[i], "--judge-trees=", 14)) p.judge_trees = atoi(argv[i] + 14);
        if (!strncmp(argv[i], "--ridge=", 8)) p.ridge = atof(argv[i] + 8);
    }
    Data d = load(argv[1]);
    Table t = fit_table(d.x, d.rows, d.columns);
    uint8_t *use = fit_must(malloc((size_t)d.cases)), *none = fit_must(calloc((size_t)d.cases, 1));
    double *score = fit_must(calloc((size_t)d.rows, 8));
    memset(use, 1, (size_t)d.cases);
    double *honest = honest_scores(&d, &t, use, &p);
    for (int fold = 0; fold < 5; fold++) { /* by case: scores as above, the judgement left out likewise */
        Model m = {0};
        for (int i = 0; i < d.cases; i++) use[i] = d.all[i].fold != fold;
        fit_judges(&d, use, honest, &p, &m);
        print_predictions(&d, &m, &p, use, honest, "case");
    }
    memset(use, 1, (size_t)d.cases);
    Model m = fit_score(&d, &t, use, &p);
    fit_judges(&d, use, honest, &p, &m);
    score_cases(&d, &m, &p, score);
    print_predictions(&d, &m, &p, none, score, "fitted");
    print_model(&d, &m, &p);
    for (int family = 0; folds && family < 6; family++) {
        for (int i = 0; i < d.cases; i++) use[i] = d.all[i].family != family;
        Model left = fit_score(&d, &t, use, &p);
        score_cases(&d, &left, &p, score);
        fit_judges(&d, use, score, &p, &left);
        print_predictions(&d, &left, &p, use, score, "family");
    }
    return 0;
}
