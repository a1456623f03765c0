/* SPDX-License-Identifier: MIT */
/* COUNT GETs of one URL over the net port, FLIGHT at a time; prints seconds, seconds of CPU, bytes. fanout_port ORIGIN URL COUNT FLIGHT */
#include "vm/io/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct Fan {
    PlNetPort port;
    PlNetRequest request;
    int count, started, done, failed;
    size_t bytes;
} Fan;

static void send_one(Fan *fan);

static void on_done(void *user, const PlNetAnswer *answer)
{
    Fan *fan = user;
    fan->done++;
    fan->failed += answer->evidence != PL_EVIDENCE_ANSWERED || answer->status != 200;
    fan->bytes += answer->body.len;
    if (fan->started < fan->count) send_one(fan);
}

static void send_one(Fan *fan)
{
    uint64_t call;
    fan->started++;
    if (fan->port.send(fan->port.self, &fan->request, on_done, fan, &call) != PL_OK) abort();
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    int flight = atoi(argv[4]);
    PlHttpRule rule = {pl_str_z(argv[1]), PL_STR_INIT(""), true};
    PlLoop *loop = pl_loop_new();
    PlHttp *http = pl_http_new(loop, NULL, &(PlHttpOptions){.rules = &rule, .rule_count = 1, .max_connections = (uint32_t)flight,
                                                            .max_host_connections = (uint32_t)flight});
    Fan fan = {.port = pl_http_port(http), .request = {.url = pl_str_z(argv[2])}, .count = atoi(argv[3])};
    PlClockPort clock = pl_loop_clock(loop);
    int64_t begin = clock.mono_us(loop);
    while (fan.started < flight && fan.started < fan.count) send_one(&fan);
    while (fan.done < fan.count && pl_loop_turn(loop, -1)) {}
    double seconds = (double)(clock.mono_us(loop) - begin) * 1e-6;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("%.4f %.4f %zu\n", seconds,
           (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6, fan.bytes);
    pl_http_free(http);
    pl_loop_free(loop);
    return fan.failed != 0;
}
