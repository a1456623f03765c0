/* SPDX-License-Identifier: MIT */
/* Reading 20 MB of nested orders: the scanner of vm/base/json_scan.c against jansson, in one run. */
#include "vm/base/json_scan.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

enum { BYTES = 20 * 1000 * 1000, ROUNDS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_orders(PlBuf *out)
{
    pl_buf_put_char(out, '[');
    for (unsigned i = 0; out->len < BYTES; i++) {
        pl_buf_printf(out, "%s{\"id\":%u,\"number\":\"ORD-%07u\",\"paid\":%s,\"total\":%u.%02u,", i ? "," : "", i * 7919u, i,
                      i % 3 ? "true" : "false", i % 900 + 10, i % 100);
        pl_buf_printf(out,
                      "\"customer\":{\"name\":\"J\xc3\xbcrgen Example %u\",\"email\":\"customer%u@example.com\",\"note\":null},", i,
                      i);
        pl_buf_put_z(out, "\"lines\":[");
        for (unsigned j = 0; j <= i % 4; j++)
            pl_buf_printf(out,
                          "%s{\"sku\":\"SKU-%05u\",\"title\":\"A thing of \\\"some\\\" use, in blue and in green\","
                          "\"quantity\":%u,\"price\":%u.5,\"tags\":[\"new\",\"sale\",\"outdoor\"]}",
                          j ? "," : "", i + j, j + 1, j * 3 + 7);
        pl_buf_put_z(out, "]}");
    }
    pl_buf_put_char(out, ']');
}

static double time_scan(PlStr text)
{
    double start = now();
    PlJsonScan scan;
    pl_json_scan_init(&scan, text);
    PlJsonEvent event;
    do event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR);
    pl_json_scan_deinit(&scan);
    return event == PL_JSON_END ? now() - start : 1e9;
}

static double time_jansson(PlStr text)
{
    double start = now();
    json_t *tree = json_loadb(text.ptr, text.len, 0, NULL);
    double took = tree ? now() - start : 1e9;
    json_decref(tree);
    return took;
}

int main(void)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    make_orders(&text);
    double ours = 1e9, theirs = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double a = time_scan(pl_buf_str(&text)), b = time_jansson(pl_buf_str(&text));
        if (a < ours) ours = a;
        if (b < theirs) theirs = b;
    }
    double megabytes = (double)text.len / 1e6;
    printf("json: scan %.0f MB/s, jansson %.0f MB/s, ratio %.1f\n", megabytes / ours, megabytes / theirs, theirs / ours);
    pl_buf_deinit(&text);
    return 0;
}
