/* SPDX-License-Identifier: MIT */
/* A library for the suite native: one function for each thing that a manifest can say. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Point {
    int8_t tag;
    double x, y;
    bool far;
} Point;

int8_t narrow(int8_t a) { return (int8_t)(a - 1); }
uint64_t widest(uint64_t a) { return a; }
double half(double a) { return a / 2; }
float third(float a) { return a / 3; }
bool flip(bool a) { return !a; }
void nothing(void) {}
int chatty(void)
{
    puts("200\n{\"result\": 1}");
    return 7;
}
int failing(int code) { return code; }
char *doubled(const char *text)
{
    size_t len = strlen(text);
    char *out = malloc(2 * len + 1);
    memcpy(out, text, len);
    memcpy(out + len, text, len + 1);
    return out;
}
const char *none(void) { return NULL; }
int split_at(const char *text, char **tail) { *tail = strdup(text + 1); return text[0]; }
void scale(Point *p, double by) { p->x *= by, p->y *= by, p->far = p->x > 100, p->tag = (int8_t)-p->tag; }
long sum(const unsigned char *bytes, size_t len)
{
    long all = 0;
    for (size_t i = 0; i < len; i++) all += bytes[i];
    return all;
}
void fill(unsigned char *out, unsigned *len)
{
    memset(out, 'z', *len);
    *len = *len < 5 ? *len : 5;
}
int crash(void) { return *(volatile int *)8; }
int who(void) { return (int)getpid(); }
int above(void) { return (int)getppid(); }
int spin(void) { for (;;) pause(); }
int steal(void) { return open("/etc/passwd", 0) < 0 ? -1 : execl("/bin/sh", "sh", (char *)0); }
