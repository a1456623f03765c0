/* SPDX-License-Identifier: MIT */
/* UTF-8: every boundary of RFC 3629, every code point there and back, case, width, encodings of files. */
#include "tests/unit/unit.h"
#include "vm/base/fault.h"
#include "vm/base/utf8.h"

TEST(every_code_point_there_and_back)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    for (int32_t c = 0; c <= 0x10ffff; c++) {
        pl_buf_clear(&buf);
        pl_utf8_put(&buf, c);
        PlStr s = pl_buf_str(&buf);
        size_t pos = 0;
        int32_t expected = c >= 0xd800 && c < 0xe000 ? 0xfffd : c;
        if (pl_utf8_check(s) != s.len || pl_utf8_next(s, &pos) != expected || pos != s.len) {
            CHECK(!"code point lost");
            break;
        }
    }
    pl_buf_clear(&buf);
    pl_utf8_put(&buf, 0x110000);
    pl_utf8_put(&buf, -1);
    CHECK_STR(pl_buf_str(&buf), "\xef\xbf\xbd\xef\xbf\xbd");
    pl_buf_deinit(&buf);
}

TEST(invalid_sequences)
{
    static const PlStr bad[] = {
        PL_STR_INIT("\x80"),         PL_STR_INIT("\xbf"),         PL_STR_INIT("\xc0\x80"),         PL_STR_INIT("\xc1\xbf"),
        PL_STR_INIT("\xc2"),         PL_STR_INIT("\xc2\x41"),     PL_STR_INIT("\xe0\x9f\xbf"),     PL_STR_INIT("\xed\xa0\x80"),
        PL_STR_INIT("\xed\xbf\xbf"), PL_STR_INIT("\xe2\x82"),     PL_STR_INIT("\xf0\x8f\xbf\xbf"), PL_STR_INIT("\xf4\x90\x80\x80"),
        PL_STR_INIT("\xf5\x80\x80\x80"), PL_STR_INIT("\xff"),     PL_STR_INIT("\xf0\x9f\x98"),     PL_STR_INIT("\xf8\x88\x80\x80\x80")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(pl_utf8_check(bad[i]) == 0);
        size_t pos = 0;
        CHECK(pl_utf8_next(bad[i], &pos) == 0xfffd && pos == 1);
    }
    CHECK(pl_utf8_check(PL_STR("ascii ascii ascii \xff")) == 18);
    CHECK(pl_utf8_check(PL_STR("")) == 0);
    size_t pos = 0;
    CHECK(pl_utf8_next(PL_STR(""), &pos) == -1 && pos == 0);
}

TEST(lengths)
{
    PlStr s = PL_STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff");
    CHECK(pl_utf8_length(s) == 5);
    CHECK(pl_utf8_offset(s, 0) == 0 && pl_utf8_offset(s, 2) == 3 && pl_utf8_offset(s, 4) == 10);
    CHECK(pl_utf8_offset(s, 5) == s.len && pl_utf8_offset(s, 99) == s.len);
}

TEST(width)
{
    CHECK(pl_utf8_width(PL_STR("plain")) == 5);
    CHECK(pl_utf8_width(PL_STR("\xe6\xbc\xa2\xe5\xad\x97")) == 4); /* two ideographs */
    CHECK(pl_utf8_width(PL_STR("e\xcc\x81")) == 1);                /* a combining accent */
    CHECK(pl_utf8_width(PL_STR("\xf0\x9f\x98\x80")) == 2);
    CHECK(pl_utf8_width(PL_STR("\x01\x7f")) == 0);
}

static void check_case(void (*map)(PlBuf *, PlStr), PlStr s, const char *expected)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    map(&buf, s);
    CHECK_STR(pl_buf_str(&buf), expected);
    pl_buf_deinit(&buf);
}

TEST(cases)
{
    check_case(pl_utf8_lower, PL_STR("ABC \xc3\x84\xc3\x96 [@`"), "abc \xc3\xa4\xc3\xb6 [@`");
    check_case(pl_utf8_upper, PL_STR("abc \xc3\xa4\xc3\x9f {|~"), "ABC \xc3\x84SS {|~");
    check_case(pl_utf8_upper, PL_STR("a\xff"), "A\xef\xbf\xbd");
    check_case(pl_utf8_fold, PL_STR("Order"), "order");
    check_case(pl_utf8_fold, PL_STR("Stra\xc3\x9f" "e"), "strasse");
    check_case(pl_utf8_fold, PL_STR("\xef\xac\x81n"), "fin");            /* the fi ligature */
    check_case(pl_utf8_fold, PL_STR("E\xcc\x81"), "\xc3\xa9");           /* composed */
    check_case(pl_utf8_fold, PL_STR("\xef\xbc\xa1\xff"), "a\xef\xbf\xbd"); /* full width, then a stray byte */
    check_case(pl_utf8_fold, PL_STR(""), "");
}

TEST(folding_without_memory)
{
    for (uint64_t n = 0; n < 4; n++) {
        PlBuf buf;
        pl_buf_init(&buf, 0);
        pl_fault_arm(PL_FAULT_ALLOC, n, false);
        pl_utf8_fold(&buf, PL_STR("Stra\xc3\x9f" "e"));
        CHECK(buf.status == (pl_fault_fired() ? PL_NOMEM : PL_OK));
        pl_fault_disarm();
        pl_buf_deinit(&buf);
    }
}

static void check_any(PlStr bytes, const char *expected)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    CHECK(pl_utf8_from_any(&buf, bytes) == (expected != NULL));
    if (expected) CHECK_STR(pl_buf_str(&buf), expected);
    pl_buf_deinit(&buf);
}

TEST(encodings)
{
    check_any(PL_STR("plain"), "plain");
    check_any(PL_STR(""), "");
    check_any(PL_STR("\xef\xbb\xbfmark"), "mark");
    check_any(PL_STR("\xff\xfe" "a\0\xac\x20\x3d\xd8\x00\xde"), "a\xe2\x82\xac\xf0\x9f\x98\x80");
    check_any(PL_STR("\xfe\xff\0a\x20\xac\xd8\x3d\xde\x00"), "a\xe2\x82\xac\xf0\x9f\x98\x80");
    check_any(PL_STR("\xff\xfe"), "");
    check_any(PL_STR("\xff\xfe" "a"), NULL);
    check_any(PL_STR("\xfe\xff\xd8\x3d"), NULL);
    check_any(PL_STR("\xfe\xff\xd8\x3d\0a"), NULL);
    check_any(PL_STR("\xfe\xff\xde\x00"), NULL);
    check_any(PL_STR("\xff\xfe\0\0a\0\0\0"), NULL); /* UTF-32 */
    check_any(PL_STR("caf\xe9"), NULL);             /* Latin-1 */
}

UNIT_MAIN
