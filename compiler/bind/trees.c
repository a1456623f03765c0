/* SPDX-License-Identifier: MIT */
/* trees.def, walked. */
#include "compiler/bind/trees.h"

enum { QUESTIONS = 3, FIRST_SITUATION = PL_FEATURE_COUNT, FIRST_JUDGED = PL_FEATURE_COUNT + PL_SITUATIONS };

typedef struct Tree {
    uint8_t model;
    uint16_t column[QUESTIONS];
    float above[QUESTIONS];
    double value[1 << QUESTIONS];
} Tree;

#define PL_TREE_F(name) PL_F_##name
#define PL_TREE_S(name) (FIRST_SITUATION + PL_SITUATION_##name)
#define PL_TREE_J(name) (FIRST_JUDGED + PL_J_##name)
#define PL_TREE(model, c1, n1, c2, n2, c3, n3, ...) {PL_TREES_##model, {c1, c2, c3}, {n1, n2, n3}, {__VA_ARGS__}},
static const Tree trees[] = {
#include "compiler/bind/trees.def"
    {0, {0, 0, 0}, {0, 0, 0}, {0}}, /* adds nothing: a table has a row */
};

static float column(uint16_t number, const PlFeatures *features, const float *situation, const float *judged)
{
    if (number < FIRST_SITUATION) return features->at[number];
    return number < FIRST_JUDGED ? situation[number - FIRST_SITUATION] : judged[number - FIRST_JUDGED];
}

double pl_trees_sum(PlTreeModel model, const PlFeatures *features, const float situation[PL_SITUATIONS], const float *judged)
{
    double sum = 0;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        const Tree *t = &trees[i];
        unsigned leaf = 0;
        if (t->model != model) continue;
        for (int k = 0; k < QUESTIONS; k++)
            leaf = leaf * 2 + (column(t->column[k], features, situation, judged) > t->above[k]);
        sum += t->value[leaf];
    }
    return sum;
}
