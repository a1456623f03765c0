/* SPDX-License-Identifier: MIT */
/* Measures JSON to values and back on nested orders: ours against jansson, in one run, as seconds of the best of several rounds.
 *     json_values [MEGABYTES [ROUNDS]]      json_values --write FILE MEGABYTES   (the text itself, to measure other programs on it)
 * Prints lines "name seconds megabytes-per-second ratio" where the ratio is to ours. */
#include "vm/base/heap.h"
#include "vm/value/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_orders(PlBuf *out, size_t bytes)
{
    static const char *const names[] = {"Ann Example", "Bj\xc3\xb6rn Muster", "Chen Wei", "Dana \\\"D\\\" Doe"};
    static const char *const states[] = {"open", "paid", "shipped", "cancelled"};
    pl_buf_put_char(out, '[');
    for (unsigned i = 0; out->len < bytes; i++) {
        pl_buf_printf(out,
                      "%s{\"id\":%u,\"number\":\"A-%07u\",\"created_at\":\"2026-%02u-%02uT%02u:%02u:00Z\",\"status\":\"%s\","
                      "\"paid\":%s,\"customer\":{\"id\":%u,\"name\":\"%s\",\"email\":\"user%u@example.com\",\"address\":{\"street\":"
                      "\"Main Street %u\",\"city\":\"Springfield\",\"zip\":\"%05u\",\"country\":\"DE\"},\"tags\":[\"vip\",\"newsletter\"]},"
                      "\"total\":%u.%02u,\"note\":null,\"lines\":[",
                      i ? "," : "", 100000 + i, i, i % 12 + 1, i % 28 + 1, i % 24, i % 60, states[i % 4], i % 3 ? "true" : "false",
                      i * 7 % 9973, names[i % 4], i % 9973, i % 500, i % 100000, i % 1000, i % 100);
        for (unsigned k = 0; k < 1 + i % 5; k++)
            pl_buf_printf(out, "%s{\"sku\":\"SKU-%05u\",\"quantity\":%u,\"price\":%u.%02u,\"discount\":%s}", k ? "," : "",
                          (i * 31 + k) % 100000, k + 1, i % 300, (i + k) % 100, k % 2 ? "0.05" : "0");
        pl_buf_put_z(out, "]}");
    }
    pl_buf_put_char(out, ']');
}

typedef struct Times {
    double read, write, drop, jansson_read, jansson_write;
    size_t heap;
} Times;

static void keep_least(double *best, double seconds)
{
    if (*best == 0 || seconds < *best) *best = seconds;
}

static void measure_ours(PlStr text, Times *t)
{
    PlEscape escape;
    if (setjmp(escape.at)) abort();
    PlHeap *heap = pl_heap_new(&escape, (size_t)8 << 30);
    PlValues *values = pl_values_new(heap);
    PlValue v;
    size_t at;
    const char *error;
    double start = now();
    if (pl_json_read(values, text, &v, &at, &error) != PL_OK) abort();
    keep_least(&t->read, now() - start);
    t->heap = pl_heap_used(heap);
    PlBuf out;
    pl_buf_init(&out, 0);
    start = now();
    pl_json_write(&out, v);
    keep_least(&t->write, now() - start);
    pl_buf_deinit(&out);
    start = now();
    pl_release(values, v);
    keep_least(&t->drop, now() - start);
    pl_values_free(values);
    pl_heap_free(heap);
}

static void measure_jansson(PlStr text, Times *t)
{
    double start = now();
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    if (!root) abort();
    keep_least(&t->jansson_read, now() - start);
    start = now();
    char *out = json_dumps(root, JSON_COMPACT);
    keep_least(&t->jansson_write, now() - start);
    free(out);
    json_decref(root);
}

static void report(const char *name, double seconds, double ours, size_t bytes)
{
    printf("%-14s %8.4f s %8.1f MB/s %6.2f\n", name, seconds, (double)bytes / 1e6 / seconds, seconds / ours);
}

int main(int argc, char **argv)
{
    bool write = argc == 4 && strcmp(argv[1], "--write") == 0;
    size_t megabytes = write ? strtoul(argv[3], NULL, 10) : argc > 1 ? strtoul(argv[1], NULL, 10) : 20;
    int rounds = argc > 2 && !write ? atoi(argv[2]) : 3;
    PlBuf text;
    pl_buf_init(&text, 0);
    make_orders(&text, megabytes * 1000000);
    if (write) return pl_buf_write_file(argv[2], pl_buf_str(&text)) != PL_OK;
    Times t = {0};
    for (int i = 0; i < rounds; i++) {
        measure_ours(pl_buf_str(&text), &t);
        measure_jansson(pl_buf_str(&text), &t);
    }
    printf("%.1f MB of nested orders, %.1f MB of values\n", (double)text.len / 1e6, (double)t.heap / 1e6);
    report("read", t.read, t.read, text.len);
    report("jansson read", t.jansson_read, t.read, text.len);
    report("write", t.write, t.write, text.len);
    report("jansson write", t.jansson_write, t.write, text.len);
    report("drop", t.drop, t.drop, text.len);
    pl_buf_deinit(&text);
    return 0;
}
