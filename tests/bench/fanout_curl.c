/* SPDX-License-Identifier: MIT */
/* The bare peer of fanout_port: COUNT GETs of one URL with curl_multi_perform and curl_multi_poll, FLIGHT at a time, easy handles used again, bodies
 * collected. fanout_curl URL COUNT FLIGHT */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct Body {
    char *bytes;
    size_t len, cap;
} Body;

static size_t take(char *ptr, size_t size, size_t count, void *user)
{
    Body *body = user;
    size_t len = size * count;
    if (body->len + len > body->cap) {
        body->cap = (body->len + len) * 2;
        body->bytes = realloc(body->bytes, body->cap);
        if (!body->bytes) abort();
    }
    memcpy(body->bytes + body->len, ptr, len);
    body->len += len;
    return len;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    int count = atoi(argv[2]), flight = atoi(argv[3]), started = 0, done = 0, running = 0, left;
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)flight);
    Body *bodies = calloc((size_t)flight, sizeof *bodies);
    double begin = seconds();
    size_t bytes = 0;
    for (; bodies && started < flight && started < count; started++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bodies[started]);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &bodies[started]);
        curl_multi_add_handle(multi, easy);
    }
    while (done < count) {
        curl_multi_perform(multi, &running);
        for (CURLMsg *msg; (msg = curl_multi_info_read(multi, &left));) {
            char *user = NULL;
            curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &user);
            Body *body = (Body *)(void *)user;
            if (msg->data.result != CURLE_OK) return 1;
            bytes += body->len;
            body->len = 0;
            done++;
            curl_multi_remove_handle(multi, msg->easy_handle);
            if (started < count) {
                curl_multi_add_handle(multi, msg->easy_handle);
                started++;
            } else {
                curl_easy_cleanup(msg->easy_handle);
            }
        }
        if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    printf("%.4f %.4f %zu\n", seconds() - begin, cpu_seconds(), bytes);
    curl_multi_cleanup(multi);
    return 0;
}
