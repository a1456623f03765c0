/* SPDX-License-Identifier: MIT */
/* Buffers: ceilings and failing memory, numbers and JSON text, files. */
#include "tests/unit/unit.h"
#include "vm/base/buf.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(ceiling_at_its_edge)
{
    PlBuf buf;
    pl_buf_init(&buf, 10);
    pl_buf_put_z(&buf, "0123456789");
    CHECK(buf.status == PL_OK);
    CHECK_STR(pl_buf_str(&buf), "0123456789");
    pl_buf_put_char(&buf, 'x');
    CHECK(buf.status == PL_LIMIT);
    pl_buf_put_z(&buf, "");
    CHECK_STR(pl_buf_str(&buf), "0123456789");
    pl_buf_clear(&buf);
    CHECK(buf.status == PL_OK && buf.len == 0 && buf.ptr[0] == 0);
    pl_buf_printf(&buf, "%s", "01234567890");
    CHECK(buf.status == PL_LIMIT && buf.len == 0);
    pl_buf_clear(&buf);
    pl_buf_printf(&buf, "%s", "0123456789");
    CHECK(buf.status == PL_OK && buf.len == 10);
    pl_buf_deinit(&buf);
    CHECK(buf.ptr == NULL && buf.len == 0 && buf.ceiling == 10);
}

TEST(status_is_sticky)
{
    PlBuf buf;
    pl_buf_init(&buf, 4);
    pl_buf_put_z(&buf, "12345");
    pl_buf_put_z(&buf, "1");
    CHECK(buf.status == PL_LIMIT && buf.len == 0);
    CHECK_STR(pl_buf_str(&buf), "");
    pl_buf_deinit(&buf);
}

TEST(default_ceiling_is_BUF_BYTES)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    CHECK(buf.ceiling == PL_LIMIT_BUF_BYTES);
    pl_buf_put(&buf, (PlStr){"", PL_LIMIT_BUF_BYTES + 1}); /* refused before a byte is read */
    CHECK(buf.status == PL_LIMIT);
    pl_buf_deinit(&buf);
}

TEST(memory_runs_out)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_z(&buf, "kept");
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    for (int i = 0; i < 100; i++) pl_buf_put_z(&buf, "more");
    CHECK(pl_fault_fired() && buf.status == PL_NOMEM);
    CHECK(buf.len % 4 == 0 && buf.len < 100 && memcmp(buf.ptr, "keptmore", 8) == 0 && buf.ptr[buf.len] == 0);
    pl_fault_disarm();
    pl_buf_deinit(&buf);
}

static void check_int(int64_t n, const char *text)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_int(&buf, n);
    CHECK_STR(pl_buf_str(&buf), text);
    pl_buf_deinit(&buf);
}

TEST(integers)
{
    check_int(0, "0");
    check_int(-1, "-1");
    check_int(1234567890, "1234567890");
    check_int(INT64_MAX, "9223372036854775807");
    check_int(INT64_MIN, "-9223372036854775808");
}

static void check_double(double d, const char *text)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_double(&buf, d);
    double back = 1;
    CHECK(pl_str_to_double(pl_buf_str(&buf), &back) && memcmp(&back, &d, sizeof d) == 0);
    if (text) CHECK_STR(pl_buf_str(&buf), text);
    pl_buf_deinit(&buf);
}

TEST(doubles)
{
    check_double(0, "0");
    check_double(-0.0, "-0");
    check_double(100, "100");
    check_double(0.1, "0.1");
    check_double(-12.34, "-12.34");
    check_double(0.3, "0.3");
    check_double(0.1 + 0.2, "0.30000000000000004");
    check_double(1e21, "1e+21");
    check_double(123456789012345680000.0, "123456789012345680000");
    check_double(1e-6, "0.000001");
    check_double(1e-7, "1e-7");
    check_double(1.5e-7, "1.5e-7");
    check_double(DBL_MAX, "1.7976931348623157e+308");
    check_double(DBL_MIN, "2.2250738585072014e-308");
    check_double(4.9406564584124654e-324, "5e-324");
    check_double(9007199254740993.0, "9007199254740992");
    check_double(5e-324 * 3, "1.5e-323");
    check_double(1e15, "1000000000000000");
    check_double(0.000001234, "0.000001234");
    check_double(99999999.99999999, "99999999.99999999");
}

TEST(doubles_of_all_kinds_read_back)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 30000; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        double d;
        memcpy(&d, &state, sizeof d);
        if (isfinite(d)) check_double(d, NULL);
        check_double((double)(int64_t)(state >> 40) / 1000, NULL);
    }
}

static void check_json(PlStr text, const char *expected)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_json(&buf, text);
    CHECK_STR(pl_buf_str(&buf), expected);
    pl_buf_deinit(&buf);
}

TEST(json_text)
{
    check_json(PL_STR(""), "\"\"");
    check_json(pl_str(NULL, 0), "\"\"");
    check_json(PL_STR("plain / text"), "\"plain / text\"");
    check_json(PL_STR("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
    check_json(PL_STR("a\0b\x1f\x7f"), "\"a\\u0000b\\u001f\x7f\"");
    check_json(PL_STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
    check_json(PL_STR("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    check_json(PL_STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(little_endian)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_u8(&buf, 0x01);
    pl_buf_put_u16(&buf, 0x0302);
    pl_buf_put_u32(&buf, 0x07060504);
    pl_buf_put_u64(&buf, UINT64_C(0x0f0e0d0c0b0a0908));
    CHECK_STR(pl_buf_str(&buf), "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");
    pl_buf_deinit(&buf);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static char directory[] = "/tmp/pilot-test-buf-XXXXXX";

static const char *in_directory(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void check_file(const char *name, const char *text)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    CHECK(pl_buf_read_file(&buf, in_directory(name)) == PL_OK);
    CHECK_STR(pl_buf_str(&buf), text);
    pl_buf_deinit(&buf);
}

TEST(write_and_read)
{
    CHECK(mkdtemp(directory) != NULL);
    CHECK(pl_buf_write_file(in_directory("a"), PL_STR("one")) == PL_OK);
    check_file("a", "one");
    CHECK(chmod(in_directory("a"), 0640) == 0);
    CHECK(pl_buf_write_file(in_directory("a"), PL_STR("")) == PL_OK);
    check_file("a", "");
    struct stat st;
    CHECK(stat(in_directory("a"), &st) == 0 && (st.st_mode & 07777) == 0640);
    CHECK(pl_buf_write_file("/dev/null", PL_STR("gone")) == PL_OK);
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

TEST(write_through_a_link)
{
    CHECK(symlink("a", in_directory("link")) == 0);
    CHECK(pl_buf_write_file(in_directory("link"), PL_STR("by link")) == PL_OK);
    check_file("a", "by link");
    struct stat st;
    CHECK(lstat(in_directory("link"), &st) == 0 && S_ISLNK(st.st_mode));
}

TEST(files_that_cannot_be)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    CHECK(pl_buf_read_file(&buf, in_directory("absent")) == PL_IO && errno == ENOENT);
    CHECK(pl_buf_read_file(&buf, directory) == PL_IO && errno == EISDIR);
    CHECK(pl_buf_write_file(in_directory("no/such"), PL_STR("x")) == PL_IO && errno == ENOENT);
    CHECK(pl_buf_write_file(directory, PL_STR("x")) == PL_IO && errno == EISDIR);
    pl_buf_deinit(&buf);
    pl_buf_init(&buf, 6);
    CHECK(pl_buf_read_file(&buf, in_directory("a")) == PL_LIMIT); /* "by link" has 7 bytes */
    pl_buf_deinit(&buf);
    pl_buf_init(&buf, 7);
    CHECK(pl_buf_read_file(&buf, in_directory("a")) == PL_OK);
    pl_buf_deinit(&buf);
}

/* Whatever fails, the old content stays and nothing is left beside it. */
TEST(failed_writes_leave_the_old_file)
{
    static const PlFault sites[] = {PL_FAULT_WRITE, PL_FAULT_SYNC};
    static const PlStatus expected[] = {PL_FULL, PL_IO};
    for (int i = 0; i < 2; i++) {
        pl_fault_arm(sites[i], 0, false);
        CHECK(pl_buf_write_file(in_directory("a"), PL_STR("new")) == expected[i]);
        CHECK(pl_fault_fired());
        pl_fault_disarm();
        check_file("a", "by link");
    }
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_fault_arm(PL_FAULT_READ, 0, false);
    CHECK(pl_buf_read_file(&buf, in_directory("a")) == PL_IO && errno == EIO);
    pl_fault_disarm();
    pl_buf_deinit(&buf);
    CHECK(unlink(in_directory("a")) == 0 && unlink(in_directory("link")) == 0);
    CHECK(rmdir(directory) == 0); /* empty: no temporary file stayed */
}

UNIT_MAIN
