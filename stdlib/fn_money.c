/* SPDX-License-Identifier: MIT */
/* Money: amounts are numbers in a currency's main unit; what is exact to the last cent is counted in minor units. How many digits a currency has is ISO
 * 4217. */
#include "stdlib/args.h"

#include <math.h>

enum { MOST_PARTS = 10000 };
static const double LARGEST = 1e15; /* minor units that a double still tells apart */

/* The digits of the currencies that have not two. */
static const struct Currency {
    char code[4];
    int digits;
} currencies[] = {{"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"ISK", 0}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"PYG", 0}, {"RWF", 0}, {"UGX", 0},
                  {"UYI", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0}, {"BHD", 3}, {"IQD", 3}, {"JOD", 3}, {"KWD", 3}, {"LYD", 3},
                  {"OMR", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4}};

static bool currency_at(const PlArgs *args, uint32_t i, PlStr *code, int *digits)
{
    if (!pl_args_text_or(args, i, PL_STR("EUR"), code)) return false;
    bool good = code->len == 3;
    for (size_t k = 0; k < code->len && good; k++) good = (code->ptr[k] >= 'A' && code->ptr[k] <= 'Z') || (code->ptr[k] >= 'a' && code->ptr[k] <= 'z');
    if (!good) return pl_args_wrong(args, i, "a currency such as \"EUR\"");
    *digits = 2;
    for (size_t k = 0; k < sizeof currencies / sizeof *currencies; k++)
        if (pl_str_eq_nocase(*code, pl_str(currencies[k].code, 3))) *digits = currencies[k].digits;
    return true;
}

/* What is half way goes away from 0, by the decimal digits: 1.005 EUR is 101 cents. */
static PlStatus minor_of(const PlArgs *args, PlValue amount, int digits, int64_t *out)
{
    PlValue rounding[] = {amount, pl_int(digits)}, rounded;
    PlStatus status = pl_fn_round_half_up(args->context, rounding, 2, &rounded);
    if (status != PL_OK) return status;
    double units = pl_args_as_double(rounded) * pow(10, digits);
    if (!(fabs(units) <= LARGEST)) return pl_args_fail(args->context, "the amount is too large to be counted exactly");
    *out = llround(units);
    return PL_OK;
}

static PlValue amount_of(int64_t units, int digits)
{
    return digits == 0 ? pl_int(units) : pl_double((double)units / pow(10, digits));
}

PlStatus pl_fn_to_minor(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue amount;
    PlStr code;
    int digits;
    int64_t units;
    if (!pl_args_number(&args, 0, &amount) || !currency_at(&args, 1, &code, &digits)) return PL_INVALID;
    PlStatus status = minor_of(&args, amount, digits, &units);
    *out = pl_int(units);
    return status;
}

PlStatus pl_fn_from_minor(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr code;
    int digits;
    int64_t units;
    if (!pl_args_integer(&args, 0, -(int64_t)LARGEST, (int64_t)LARGEST, &units) || !currency_at(&args, 1, &code, &digits)) return PL_INVALID;
    *out = amount_of(units, digits);
    return PL_OK;
}

PlStatus pl_fn_format_money(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue number;
    PlStr code;
    int digits;
    if (!currency_at(&args, 1, &code, &digits)) return PL_INVALID;
    PlValue format[] = {pl_args_at(&args, 0), pl_int(digits)};
    PlStatus status = pl_fn_format_number(context, format, 2, &number);
    if (status != PL_OK) return status;
    PlBuf *buf = pl_values_scratch(context->values);
    pl_buf_put(buf, pl_text_str(number));
    pl_buf_put_char(buf, ' ');
    for (size_t i = 0; i < code.len; i++) pl_buf_put_char(buf, (char)(code.ptr[i] & ~0x20));
    pl_release(context->values, number);
    return pl_args_give_scratch(&args, out);
}

/* Nothing is lost: the first parts are a minor unit larger where it does not come out even. */
PlStatus pl_fn_split_money(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue amount;
    PlStr code;
    int digits;
    int64_t units, parts;
    if (!pl_args_number(&args, 0, &amount) || !pl_args_integer(&args, 1, 1, MOST_PARTS, &parts) || !currency_at(&args, 2, &code, &digits)) return PL_INVALID;
    PlStatus status = minor_of(&args, amount, digits, &units);
    if (status != PL_OK) return status;
    int64_t each = units / parts, left = units % parts, one = left < 0 ? -1 : 1;
    PlValue list = pl_list(context->values, (uint32_t)parts);
    for (int64_t i = 0; i < parts; i++) list = pl_list_append_take(context->values, list, amount_of(each + (i < left * one ? one : 0), digits));
    *out = list;
    return PL_OK;
}
