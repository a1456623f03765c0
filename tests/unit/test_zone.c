/* SPDX-License-Identifier: MIT */
/* Zones from files that no tzdata has: rules of every form (POSIX TZ with RFC 9636's hours), tables, and files that are damaged. `open` below stands in
 * front of libc's: the zone "Test/Made" is the file that a test made. */
#include "tests/unit/unit.h"
#include "vm/value/time.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

static char made[4096];
static size_t made_len;

#pragma GCC visibility push(default)

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    size_t len = strlen(path);
    if (len > 9 && strcmp(path + len - 9, "Test/Made") == 0) {
        int fd = memfd_create("zone", 0);
        bool good = fd >= 0 && write(fd, made, made_len) == (ssize_t)made_len && lseek(fd, 0, SEEK_SET) == 0;
        return good ? fd : -1;
    }
    union {
        void *object;
        int (*function)(const char *path, int flags, ...);
    } real = {dlsym(RTLD_NEXT, "open")};
    return real.function(path, flags, mode);
}

#pragma GCC visibility pop

/* ---- making a file ---- */

static void put(const void *bytes, size_t len)
{
    memcpy(made + made_len, bytes, len);
    made_len += len;
}

static void put_number(int64_t n, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) put(&(char){(char)((uint64_t)n >> 8 * i)}, 1);
}

static void put_header(char version, uint32_t times, uint32_t types)
{
    char head[20] = "TZif";
    head[4] = version;
    put(head, sizeof head);
    uint32_t counts[] = {0, 0, 0, times, types, 4};
    for (int i = 0; i < 6; i++) put_number(counts[i], 4);
}

static void put_block(int width, uint32_t times, const int64_t *at, const char *kinds, uint32_t types, const int32_t *offsets)
{
    for (uint32_t i = 0; i < times; i++) put_number(at[i], width);
    put(kinds, times);
    for (uint32_t i = 0; i < types; i++) {
        put_number(offsets[i], 4);
        put("\0\0", 2);
    }
    put("LMT", 4);
}

/* One of two changes, or none, and a footer. */
static void make(bool table, const char *footer)
{
    static const int64_t at[] = {0, 1000000000};
    static const int32_t offsets[] = {600, 3600};
    made_len = 0;
    put_header('2', 0, 1);
    put_block(4, 0, NULL, "", 1, offsets);
    put_header('2', table ? 2 : 0, 2);
    put_block(8, table ? 2 : 0, at, "\1\0", 2, offsets);
    put(footer, strlen(footer));
}

static int64_t at(const char *text)
{
    int64_t us = 0;
    int32_t offset;
    CHECK(pl_time_read_datetime(pl_str_z(text), &us, &offset));
    return us;
}

static const PlStr name = PL_STR_INIT("Test/Made");

/* What a rule gives in January and in July; no rule: what the file's first type says. */
TEST(rules)
{
    static const struct {
        const char *rule;
        int32_t january, july;
    } rows[] = {
        {"UTC0", 0, 0},
        {"<+0330>-3:30", 210, 210},
        {"<-0430>+4:30:30", -271, -271}, /* the seconds are dropped, down */
        {"EST5EDT,M3.2.0,M11.1.0", -300, -240},
        {"CET-1CEST-2,M3.5.0/2,M10.5.0/3", 60, 120},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 660, 600}, /* summer is in January */
        {"AAA3BBB,J60/0,J300", -180, -120},
        {"AAA3BBB,59/0,299/25:30", -180, -120},
        {"AAA3BBB,J1/0,J365/23", -120, -120},
        {"AAA3BBB,M2.1.0,M12.5.6/-2", -180, -120},
        {"AAA3<BB+1>2:30,M3.2.0,M11.1.0", -180, -150},
        /* none of these is a rule */
        {"", 10, 10}, {"A0", 10, 10}, {"AAA", 10, 10}, {"AAA25", 10, 10}, {"AAAx", 10, 10}, {"<>0", 10, 10}, {"<AA0", 10, 10}, {"<A A>0", 10, 10}, {"A1A0",
         10, 10},
        {"AAA3:", 10, 10}, {"AAA3:60", 10, 10}, {"AAA3:00:", 10, 10}, {"AAA3:00:60", 10, 10}, {"AAA3B", 10, 10}, {"AAA3BBB", 10, 10}, {"AAA3BBB25", 10, 10},
        {"AAA3BBB,", 10, 10}, {"AAA3BBB,M3.2.0", 10, 10}, {"AAA3BBB,M3.2.0,", 10, 10}, {"AAA3BBB,M13.2.0,M11.1.0", 10, 10}, {"AAA3BBB,M0.2.0,M11.1.0", 10,
         10},
        {"AAA3BBB,M3x2.0,M11.1.0", 10, 10}, {"AAA3BBB,M3.6.0,M11.1.0", 10, 10}, {"AAA3BBB,M3.0.0,M11.1.0", 10, 10}, {"AAA3BBB,M3.2x0,M11.1.0", 10, 10},
        {"AAA3BBB,M3.2.7,M11.1.0", 10, 10}, {"AAA3BBB,M.2.0,M11.1.0", 10, 10}, {"AAA3BBB,J0,J300", 10, 10}, {"AAA3BBB,J366,J300", 10, 10},
        {"AAA3BBB,x,J300", 10, 10},
        {"AAA3BBB,J1/168,J300", 10, 10}, {"AAA3BBB,M3.2.0,M11.1.0x", 10, 10}, {"AAA3BBB3x,M3.2.0,M11.1.0", 10, 10},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char footer[64];
        snprintf(footer, sizeof footer, "\n%s\n", rows[i].rule);
        make(false, footer);
        PlZone *zone = pl_zone_open(name);
        int32_t january = pl_zone_offset(zone, at("2024-01-15T00:00:00Z")), july = pl_zone_offset(zone, at("2024-07-15T00:00:00Z"));
        bool good = zone && january == rows[i].january && july == rows[i].july;
        if (!good) fprintf(stderr, "%s: %d and %d\n", rows[i].rule, january, july);
        CHECK(good);
        pl_zone_close(zone);
    }
}

/* Day 60 of a rule with J is 1 March in every year; without it, day 59 is 29 February in a leap year. */
TEST(days_of_leap_years)
{
    static const struct {
        const char *rule, *before, *from;
    } rows[] = {{"\nAAA0BBB,J60/0,J300\n", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"}, {"\nAAA0BBB,J60/0,J300\n", "2023-02-28T23:59:59Z",
        "2023-03-01T00:00:00Z"},
                {"\nAAA0BBB,59/0,299\n", "2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z"}, {"\nAAA0BBB,59/0,299\n", "2023-02-28T23:59:59Z",
                 "2023-03-01T00:00:00Z"},
                {"\nAAA0BBB,J60/0,J300\n", "2100-02-28T23:59:59Z", "2100-03-01T00:00:00Z"}, {"\nAAA0BBB,J60/0,J300\n", "2000-02-29T23:59:59Z",
                 "2000-03-01T00:00:00Z"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(false, rows[i].rule);
        PlZone *zone = pl_zone_open(name);
        CHECK(zone && pl_zone_offset(zone, at(rows[i].before)) == 0 && pl_zone_offset(zone, at(rows[i].from)) == 60);
        pl_zone_close(zone);
    }
}

TEST(a_table_and_what_is_behind_it)
{
    static const struct {
        const char *footer;
        int32_t later;
    } rows[] = {{"\nBBB-2\n", 120}, {"\n\n", 10}, {"", 10}, {"\n", 10}, {"BBB-2\n", 10}, {"\nBBB-2", 10}, {"\nB\n", 10}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(true, rows[i].footer);
        PlZone *zone = pl_zone_open(name);
        CHECK(zone && pl_zone_offset(zone, at("1969-12-31T23:59:59Z")) == 10); /* before the first change */
        CHECK(pl_zone_offset(zone, at("1970-01-01T00:00:00Z")) == 60 && pl_zone_offset(zone, at("2001-09-09T01:46:39Z")) == 60);
        CHECK(pl_zone_offset(zone, at("2001-09-09T01:46:40Z")) == rows[i].later);
        pl_zone_close(zone);
    }
}

/* Every byte of it may be another, and it may end anywhere: no zone, or one that can be asked. */
TEST(damaged_files)
{
    make(true, "\nCET-1CEST-2,M3.5.0/2,M10.5.0/3\n");
    char whole[sizeof made];
    size_t len = made_len, zones = 0;
    memcpy(whole, made, len);
    for (size_t cut = 0; cut <= len; cut++) {
        made_len = cut;
        PlZone *zone = pl_zone_open(name);
        zones += zone != NULL;
        if (zone) CHECK(pl_zone_offset(zone, 0) == 60);
        pl_zone_close(zone);
    }
    CHECK(zones == strlen("\nCET-1CEST-2,M3.5.0/2,M10.5.0/3\n") + 1);
    made_len = len;
    for (size_t i = 0; i < len; i++) {
        for (int change = 1; change < 256; change += 127) {
            memcpy(made, whole, len);
            made[i] = (char)(made[i] ^ change);
            PlZone *zone = pl_zone_open(name);
            if (zone) CHECK(pl_zone_offset(zone, 0) >= -(1 << 26) && pl_zone_offset(zone, INT64_MAX) <= 1 << 26);
            pl_zone_close(zone);
        }
    }
}

/* The clock jumps where a zone changes its mind: each local time has an instant, and that instant shows a time within a day of it. */
TEST(local_times)
{
    static const char *const rules[] = {"\nCET-1CEST-2,M3.5.0/2,M10.5.0/3\n", "\nAAA12BBB-12,J60/0,J300\n", "\nEST5EDT,M3.2.0,M11.1.0\n"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        make(false, rules[i]);
        PlZone *zone = pl_zone_open(name);
        const int64_t hour = 3600000000;
        for (int64_t local = at("2024-01-01T00:00:00Z"); local < at("2025-01-01T00:00:00Z"); local += hour) {
            int64_t utc = pl_zone_to_utc(zone, local), shown = utc + pl_zone_offset(zone, utc) * INT64_C(60000000);
            if (shown != local) CHECK(shown > local - 25 * hour && shown < local + 25 * hour);
        }
        pl_zone_close(zone);
    }
}

UNIT_MAIN
