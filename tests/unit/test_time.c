/* SPDX-License-Identifier: MIT */
/* The calendar, dates, datetimes and durations as text, zones. Zone expectations are facts of the tz database. */
#include "tests/unit/unit.h"
#include "vm/value/time.h"

#include <unistd.h>

TEST(calendar)
{
    CHECK(pl_time_days_of(1970, 1, 1) == 0 && pl_time_days_of(2000, 3, 1) == 11017 && pl_time_days_of(1, 1, 1) == -719162);
    int64_t expected = pl_time_days_of(-4, 1, 1);
    for (int32_t year = -4; year < 2500; year++) {
        static const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (uint32_t month = 1; month <= 12; month++) {
            uint32_t length = month == 2 && leap ? 29 : lengths[month - 1];
            for (uint32_t day = 1; day <= length; day++, expected++) {
                int32_t y;
                uint32_t m, d;
                pl_time_civil(expected, &y, &m, &d);
                if (y != year || m != month || d != day || pl_time_days_of(year, month, day) != expected) {
                    CHECK(!"calendar");
                    return;
                }
            }
        }
    }
}

TEST(months)
{
    int64_t jan31 = pl_time_days_of(2026, 1, 31);
    CHECK(pl_time_add_months(jan31, 1) == pl_time_days_of(2026, 2, 28));
    CHECK(pl_time_add_months(jan31, 25) == pl_time_days_of(2028, 2, 29));
    CHECK(pl_time_add_months(jan31, -2) == pl_time_days_of(2025, 11, 30));
    CHECK(pl_time_add_months(jan31, -13) == pl_time_days_of(2024, 12, 31));
    CHECK(pl_time_add_months(jan31, 0) == jan31);
}

TEST(datetimes)
{
    static const struct {
        const char *text;
        int64_t us;
        int32_t offset;
        const char *written; /* NULL: refused */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"},
        {"2026-11-20T10:00:00.5Z", 1795168800500000, 0, "2026-11-20T10:00:00.5Z"},
        {"2026-11-20 10:00", 1795168800000000, 0, "2026-11-20T10:00:00Z"},
        {"2026-11-20t10:00:00z", 1795168800000000, 0, "2026-11-20T10:00:00Z"},
        {"2026-11-20T11:30:00+01:30", 1795168800000000, 90, "2026-11-20T11:30:00+01:30"},
        {"2026-11-20T05:00:00-0500", 1795168800000000, -300, "2026-11-20T05:00:00-05:00"},
        {"2026-11-20T10:00:00 +00:00", 1795168800000000, 0, "2026-11-20T10:00:00Z"},
        {"2026-11-20T10:00:00.123456789Z", 1795168800123456, 0, "2026-11-20T10:00:00.123456Z"},
        {"1969-12-31T23:59:59.9Z", -100000, 0, "1969-12-31T23:59:59.9Z"},
        {"2016-12-31T23:59:60Z", 1483228800000000, 0, "2017-01-01T00:00:00Z"},
        {"0000-01-01T00:00:00Z", -62167219200000000, 0, "0000-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", 253402300799000000, 0, "9999-12-31T23:59:59Z"},
        {"2026-11-20T10:00:00,5Z", 1795168800500000, 0, "2026-11-20T10:00:00.5Z"},
        {"2026-11-20T10:00:00-05", 1795186800000000, -300, "2026-11-20T10:00:00-05:00"},
        {"2000-02-29T00:00:00Z", 951782400000000, 0, "2000-02-29T00:00:00Z"},
        {"1900-02-29T00:00:00Z", 0, 0, NULL}, {"2026/11-20T10:00:00Z", 0, 0, NULL}, {"2026-1-20T10:00:00Z", 0, 0, NULL}, {"2026-11/20T10:00:00Z", 0, 0, NULL},
        {"2026-11-2T10:00:00Z", 0, 0, NULL}, {"2026-11-00T10:00:00Z", 0, 0, NULL}, {"2026-13-01T10:00:00Z", 0, 0, NULL}, {"2026-11-20T1:00:00Z", 0, 0, NULL},
        {"2026-11-20T10-00:00Z", 0, 0, NULL}, {"2026-11-20T10:0", 0, 0, NULL}, {"2026-11-20T10:00:0", 0, 0, NULL}, {"2026-11-20T10:00:00.x", 0, 0, NULL},
        {"2026-11-20T10:00:00*01:00", 0, 0, NULL}, {"2026-11-20T10:00:00+01:", 0, 0, NULL}, {"2026-11-20T10:00:00+01x", 0, 0, NULL},
        {"2026-11-20T10:00:00+01:60", 0, 0, NULL},
        {"2026-11-20T10:00:00+x1:00", 0, 0, NULL}, {"2026-11-20T10:00:00 ", 0, 0, NULL},
        {"2026-11-20", 0, 0, NULL},
        {"2026-11-20T", 0, 0, NULL},
        {"2026-11-20T24:00:00Z", 0, 0, NULL},
        {"2026-11-20T10:60:00Z", 0, 0, NULL},
        {"2026-11-20T10:00:61Z", 0, 0, NULL},
        {"2026-02-30T10:00:00Z", 0, 0, NULL},
        {"2026-00-10T10:00:00Z", 0, 0, NULL},
        {"2026-11-20T10:00:00.Z", 0, 0, NULL},
        {"2026-11-20T10:00:00+24:00", 0, 0, NULL},
        {"2026-11-20T10:00:00Zx", 0, 0, NULL},
        {"2026-11-20T10:00:00+1", 0, 0, NULL},
        {"26-11-20T10:00:00Z", 0, 0, NULL},
        {" 2026-11-20T10:00:00Z", 0, 0, NULL},
        {"", 0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = 0;
        int32_t offset = 0;
        bool read = pl_time_read_datetime(pl_str_z(rows[i].text), &us, &offset);
        CHECK(read == (rows[i].written != NULL));
        if (!read || !rows[i].written) continue;
        CHECK(us == rows[i].us && offset == rows[i].offset);
        if (us != rows[i].us) fprintf(stderr, "%s: %lld\n", rows[i].text, (long long)us);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_time_put_datetime(&out, us, offset);
        CHECK_STR(pl_buf_str(&out), rows[i].written);
        pl_buf_deinit(&out);
    }
}

TEST(clocks)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } rows[] = {{"9:30", 34200}, {"09:05:08", 32708}, {"0:0", 0}, {"23:59:59", 86399}, {"24:00", 86400}, {"24:00:00", 86400}, {"24:00:01", -1}, {"24:30",
        -1}, {"25:00", -1},
                {"10:60", -1}, {"10:00:60", -1}, {"10", -1}, {"10:", -1}, {"10:00:", -1}, {"10:00:00:", -1}, {"10:00:00:00", -1}, {":10", -1}, {"10:x", -1},
                {"100:00", -1},
                {"10:000", -1}, {"10.30", -1}, {"", -1}, {"10:00 ", -1}, {"x", -1}, {"/:10", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = 0;
        bool read = pl_time_read_clock(pl_str_z(rows[i].text), &us);
        if (read != (rows[i].seconds >= 0)) fprintf(stderr, "%s\n", rows[i].text);
        CHECK(read == (rows[i].seconds >= 0) && (!read || us == rows[i].seconds * 1000000));
    }
}

/* Years that no text has are written all the same: a sum may come there. */
TEST(far_years)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_time_put_date(&out, pl_time_days_of(-5, 3, 1));
    pl_buf_put_char(&out, ' ');
    pl_time_put_date(&out, pl_time_days_of(12345, 12, 31));
    CHECK_STR(pl_buf_str(&out), "-5-03-01 12345-12-31");
    pl_buf_deinit(&out);
}

TEST(dates_of_http)
{
    int64_t us;
    CHECK(pl_time_read_http(PL_STR("Sun, 06 Nov 1994 08:49:37 GMT"), &us) && us == 784111777000000);
    CHECK(pl_time_read_http(PL_STR("Thu, 29 Feb 2024 23:59:60 GMT"), &us) && us == 1709251200000000);
    static const char *const wrong[] = {"", "7", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
                                        "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun", "Sun, 06 No", "Sun 06 Nov 1994 08:49:37 GMT",
                                            "Sun,06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov 1994 08:49:37 GMT",
                                        "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 Nov-1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
                                            "Sun, 06 Nov 1994-08:49:37 GMT",
                                        "Sun, 06 Nov 1994 8:49:37 GMT"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!pl_time_read_http(pl_str_z(wrong[i]), &us));
}

TEST(durations)
{
    static const struct {
        const char *text;
        int64_t us;
        int32_t months;
        const char *written; /* NULL: refused */
    } rows[] = {
        {"PT10M", 600000000, 0, "PT10M"},
        {"10 minutes", 600000000, 0, "PT10M"},
        {"P1Y2M3W4DT5H6M7.5S", 25 * 86400000000 + 18367500000, 14, "P1Y2M25DT5H6M7.5S"},
        {"1 month", 0, 1, "P1M"},
        {"1.5 years", 0, 18, "P1Y6M"},
        {"2 hours 30 minutes", 9000000000, 0, "PT2H30M"},
        {"1 hour and 30 minutes", 5400000000, 0, "PT1H30M"},
        {"1 day, 2 hours, and 3 seconds", 93603000000, 0, "P1DT2H3S"},
        {"90s", 90000000, 0, "PT1M30S"},
        {"1h30m", 5400000000, 0, "PT1H30M"},
        {"250 ms", 250000, 0, "PT0.25S"},
        {"an hour", 3600000000, 0, "PT1H"},
        {"Two Weeks", 1209600000000, 0, "P14D"},
        {"-PT5M", -300000000, 0, "-PT5M"},
        {"-5 minutes", -300000000, 0, "-PT5M"},
        {"P1M-1D", -86400000000, 1, "P1M-1D"},
        {"PT0S", 0, 0, "PT0S"},
        {"PT0.000001S", 1, 0, "PT0.000001S"},
        {"pt1h", 3600000000, 0, "PT1H"},
        {"P-1Y", 0, -12, "-P1Y"}, {"P+1M", 0, 1, "P1M"}, {"-P1M", 0, -1, "-P1M"}, {"-P1MT5S", -5000000, -1, "-P1MT5S"}, {"P-1MT5S", 5000000, -1, "P-1MT5S"},
        {"P-1M5D", 432000000000, -1, "P-1M5D"}, {"1 month -36 hours", -129600000000, 1, "P1M-1DT-12H"}, {"1,5 hours", 5400000000, 0, "PT1H30M"},
        {"0.12345678901234 s", 123456, 0, "PT0.123456S"}, {"1h and 5", 0, 0, NULL}, {"1h and 5m", 3900000000, 0, "PT1H5M"}, {"1 hour,", 0, 0, NULL},
        {"twelve\tdays", 1036800000000, 0, "P12D"}, {"zero days", 0, 0, "PT0S"}, {"thirteen days", 0, 0, NULL}, {"+1 day", 86400000000, 0, "P1D"},
        {"1.x days", 0, 0, NULL},
        {"1. days", 0, 0, NULL}, {"and 5 minutes", 0, 0, NULL}, {"1 day and", 0, 0, NULL}, {"1 day and x", 0, 0, NULL}, {"-", 0, 0, NULL}, {"-P", 0, 0,
         NULL}, {"PT5X", 0, 0, NULL},
        {"PX", 0, 0, NULL}, {"P1.5M", 0, 0, NULL}, {"P99999999999999999999D", 0, 0, NULL}, {"2000000000 months 2000000000 months", 0, 0, NULL},
        {"-2000000000 months -2000000000 months", 0, 0, NULL}, {"60000000 days 60000000 days", 0, 0, NULL}, {"P106751991167D", 0, 0, NULL},
        {"-60000000 days -60000000 days", 0, 0, NULL}, {"P1D,", 0, 0, NULL}, {"1 m!", 0, 0, NULL}, {"5 M", 300000000, 0, "PT5M"},
        {"P", 0, 0, NULL}, {"PT", 0, 0, NULL}, {"P1", 0, 0, NULL}, {"P1DT", 0, 0, NULL}, {"P1D2Y", 0, 0, NULL},
        {"PT1Y", 0, 0, NULL}, {"P1YT1HT1M", 0, 0, NULL}, {"10", 0, 0, NULL}, {"minutes", 0, 0, NULL}, {"10 parsecs", 0, 0, NULL},
        {"", 0, 0, NULL}, {"and", 0, 0, NULL}, {"0.3 months", 0, 0, NULL}, {"9999999999999999999 days", 0, 0, NULL},
        {"99999999999999999 days", 0, 0, NULL}, {"3000000000 months", 0, 0, NULL}, {"10 minutes ago", 0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = 0;
        int32_t months = 0;
        bool read = pl_time_read_duration(pl_str_z(rows[i].text), &us, &months);
        CHECK(read == (rows[i].written != NULL));
        if (read != (rows[i].written != NULL)) fprintf(stderr, "%s\n", rows[i].text);
        if (!read || !rows[i].written) continue;
        CHECK(us == rows[i].us && months == rows[i].months);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_time_put_duration(&out, us, months);
        CHECK_STR(pl_buf_str(&out), rows[i].written);
        int64_t again_us;
        int32_t again_months;
        CHECK(pl_time_read_duration(pl_buf_str(&out), &again_us, &again_months) && again_us == us && again_months == months);
        pl_buf_deinit(&out);
    }
}

static int64_t at(const char *text)
{
    int64_t us = 0;
    int32_t offset;
    CHECK(pl_time_read_datetime(pl_str_z(text), &us, &offset));
    return us;
}

TEST(fixed_zones)
{
    static const struct {
        const char *name;
        int32_t minutes; /* -9999: no such zone */
    } rows[] = {
        {"UTC", 0}, {"Z", 0}, {"+02:00", 120}, {"-0330", -210}, {"+5", 300}, {"+05", 300}, {"-18:00", -1080},
        {"+19:00", -9999}, {"+", -9999}, {"+2:", -9999}, {"+02:0", -9999}, {"+02:60", -9999}, {"+02:00x", -9999}, {"", -9999},
        {"../etc/passwd", -9999}, {"/etc/passwd", -9999}, {"Europe//Berlin", -9999}, {"Europe/", -9999}, {"Nowhere/At_All", -9999},
        {"Europe", -9999}, {"zone.tab", -9999}, {"Europe/Berlin\0x", -9999},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = i + 1 == sizeof rows / sizeof *rows ? 15 : strlen(rows[i].name);
        PlZone *zone = pl_zone_open(pl_str(rows[i].name, len));
        CHECK((zone != NULL) == (rows[i].minutes != -9999));
        if (zone) CHECK(pl_zone_offset(zone, 0) == rows[i].minutes);
        pl_zone_close(zone);
    }
    CHECK(pl_zone_offset(NULL, 0) == 0);
}

TEST(berlin_and_lord_howe)
{
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        printf("skipped: no tzdata\n");
        return;
    }
    PlZone *berlin = pl_zone_open(PL_STR("Europe/Berlin"));
    CHECK(pl_zone_offset(berlin, at("2026-07-01T00:00:00Z")) == 120 && pl_zone_offset(berlin, at("2026-12-01T00:00:00Z")) == 60);
    CHECK(pl_zone_offset(berlin, at("2026-03-29T00:59:59.999999Z")) == 60 && pl_zone_offset(berlin, at("2026-03-29T01:00:00Z")) == 120);
    CHECK(pl_zone_offset(berlin, at("2099-07-01T00:00:00Z")) == 120); /* by the rule */
    CHECK(pl_zone_to_utc(berlin, at("2026-11-20T10:00:00")) == at("2026-11-20T09:00:00Z"));
    CHECK(pl_zone_to_utc(berlin, at("2026-10-25T02:30:00")) == at("2026-10-25T00:30:00Z")); /* twice: the earlier */
    CHECK(pl_zone_to_utc(berlin, at("2026-03-29T02:30:00")) == at("2026-03-29T01:30:00Z")); /* never: the later */
    PlZone *howe = pl_zone_open(PL_STR("Australia/Lord_Howe"));
    CHECK(pl_zone_offset(howe, at("2090-01-01T00:00:00Z")) == 660 && pl_zone_offset(howe, at("2090-07-01T00:00:00Z")) == 630);
    PlZone *nuuk = pl_zone_open(PL_STR("America/Nuuk")); /* its rule begins summer at "-1" o'clock */
    CHECK(pl_zone_offset(nuuk, at("2050-07-01T00:00:00Z")) == -60);
    pl_zone_close(berlin);
    pl_zone_close(howe);
    pl_zone_close(nuuk);
}

UNIT_MAIN
