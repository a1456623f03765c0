/* SPDX-License-Identifier: MIT */
/* Dates, times, durations as numbers: RFC 3339, ISO 8601 durations, the proleptic Gregorian calendar, zones from the system's tzdata
 * (read by us: no setenv, no global state). */
#ifndef PL_VALUE_TIME_H
#define PL_VALUE_TIME_H

#include "vm/base/buf.h"

__extension__ typedef __int128 PlWide; /* sums and products of times do not overflow in it */

bool pl_time_read_datetime(PlStr s, int64_t *us, int32_t *offset); /* "2026-11-20T10:00:00.5Z", also with a space, also without seconds */
bool pl_time_read_clock(PlStr s, int64_t *us);                     /* "9:30", "10:00", "23:59:59": since midnight; also "24:00" */
bool pl_time_read_http(PlStr s, int64_t *us);                      /* "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate of RFC 9110 5.6.7 */
bool pl_time_read_date(PlStr s, int64_t *days);                    /* "2026-11-20" */
bool pl_time_read_duration(PlStr s, int64_t *us, int32_t *months); /* "P1DT2H", "10 minutes", "1 month" */
void pl_time_put_datetime(PlBuf *out, int64_t us, int32_t offset);
void pl_time_put_date(PlBuf *out, int64_t days);
void pl_time_put_duration(PlBuf *out, int64_t us, int32_t months); /* ISO 8601: "PT10M" */

int64_t pl_time_days_of(int32_t year, uint32_t month, uint32_t day);
void pl_time_civil(int64_t days, int32_t *year, uint32_t *month, uint32_t *day);
int64_t pl_time_add_months(int64_t days, int32_t months); /* clamps to the month's end */

typedef struct PlZone PlZone;
/* "Europe/Berlin" from /usr/share/zoneinfo (names of letters, digits, '_', '-', '+', '/' only), "UTC", or "+02:00". NULL when unknown. */
PlZone *pl_zone_open(PlStr name);
void pl_zone_close(PlZone *zone);
int32_t pl_zone_offset(const PlZone *zone, int64_t us); /* minutes east of UTC at that instant */
int64_t pl_zone_to_utc(const PlZone *zone, int64_t local_us); /* of a wall clock time; the earlier of two, the later at a gap */

#endif
