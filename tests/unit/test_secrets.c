/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "vm/io/secrets.h"
#include "vm/io/spawn.h"

#include "vm/base/limits.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static PlStatus get(PlSecrets *s, const char *name, PlStr *out, PlStr *error)
{
    return pl_secrets_get(s, pl_str_z(name), out, error);
}

TEST(from_the_environment_by_name)
{
    PlSecrets *s = pl_secrets_new();
    PlStr value, error;
    CHECK(get(s, "git-hub.token", &value, &error) == PL_CREDENTIAL);
    CHECK(pl_str_find(error, PL_STR("PILOT_CREDENTIAL_GIT_HUB_TOKEN"), 0) != PL_STR_NONE);
    CHECK(!pl_secrets_has(s, PL_STR("git-hub.token")));
    setenv("PILOT_CREDENTIAL_GIT_HUB_TOKEN", "abc def\n", 1);
    CHECK(pl_secrets_has(s, PL_STR("git-hub.token")));
    CHECK(get(s, "git-hub.token", &value, &error) == PL_OK);
    CHECK_STR(value, "abc def");
    unsetenv("PILOT_CREDENTIAL_GIT_HUB_TOKEN");
    CHECK(get(s, "git-hub.token", &value, &error) == PL_OK); /* kept */
    pl_secrets_free(s);
}

TEST(mapped_sources)
{
    char path[] = "/tmp/test_secrets.XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, "from file\r\n", 11) == 11 && close(fd) == 0);
    PlSecrets *s = pl_secrets_new();
    PlStr value, error;
    setenv("THEIR_NAME", "from env", 1);
    CHECK(pl_secrets_map(s, PL_STR("a"), PL_SECRET_ENV, PL_STR("THEIR_NAME")) == PL_OK);
    CHECK(pl_secrets_map(s, PL_STR("b"), PL_SECRET_FILE, pl_str_z(path)) == PL_OK);
    CHECK(pl_secrets_map(s, PL_STR("c"), PL_SECRET_COMMAND, PL_STR("echo  from command")) == PL_OK);
    CHECK(get(s, "a", &value, &error) == PL_OK);
    CHECK_STR(value, "from env");
    CHECK(get(s, "b", &value, &error) == PL_OK);
    CHECK_STR(value, "from file");
    CHECK(!pl_secrets_warning(s));
    CHECK(get(s, "c", &value, &error) == PL_OK);
    CHECK_STR(value, "from command");
    CHECK(pl_secrets_map(s, PL_STR("b"), PL_SECRET_FILE, pl_str_z(path)) == PL_OK);
    CHECK(chmod(path, 0644) == 0);
    CHECK(get(s, "b", &value, &error) == PL_OK);
    const char *warning = pl_secrets_warning(s);
    CHECK(warning && strstr(warning, path));
    CHECK(!pl_secrets_warning(s));
    unlink(path);
    unsetenv("THEIR_NAME");
    pl_secrets_free(s);
}

TEST(sources_that_fail)
{
    static const struct {
        PlSecretFrom from;
        const char *where, *words;
    } cases[] = {
        {PL_SECRET_ENV, "NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"}, {PL_SECRET_FILE, "/no/such/file", "/no/such/file"},
        {PL_SECRET_COMMAND, "false", "failed"}, {PL_SECRET_COMMAND, "/no/such/program x", "/no/such/program"},
        {PL_SECRET_COMMAND, "  ", "empty"}, {PL_SECRET_COMMAND, "true", "empty"}, {PL_SECRET_FILE, "/dev/null", "empty"},
        {PL_SECRET_COMMAND, "printf 'a\\nb'", "one line"}, {PL_SECRET_COMMAND, "head -c 70000 /dev/zero", "too much"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlSecrets *s = pl_secrets_new();
        PlStr value, error;
        CHECK(pl_secrets_map(s, PL_STR("x.y"), cases[i].from, pl_str_z(cases[i].where)) == PL_OK);
        PlStatus status = get(s, "x.y", &value, &error);
        bool told = pl_str_find(error, pl_str_z(cases[i].words), 0) != PL_STR_NONE && pl_str_find(error, PL_STR("x.y"), 0) != PL_STR_NONE;
        if (status != PL_CREDENTIAL || !told) fprintf(stderr, "%s: %d %.*s\n", cases[i].where, status, PL_ARG(error));
        CHECK(status == PL_CREDENTIAL && told && value.len == 0);
        pl_secrets_free(s);
    }
    CHECK(PL_LIMIT_SECRET_BYTES < 70000);
}

static void check_redacted(PlSecrets *s, const char *before, const char *after)
{
    char text[512];
    snprintf(text, sizeof text, "%s", before);
    size_t len = pl_secrets_redact(s, text, strlen(text));
    CHECK_STR(pl_str(text, len), after);
}

TEST(secrets_are_cut_out_however_they_are_written)
{
    PlSecrets *s = pl_secrets_new();
    PlStr value, error;
    setenv("PILOT_CREDENTIAL_KEY", "p@ss/\"word\xc3\xa9", 1);
    setenv("PILOT_CREDENTIAL_LOGIN", "anna:open sesame", 1);
    setenv("PILOT_CREDENTIAL_TINY", "abc", 1);
    CHECK(get(s, "key", &value, &error) == PL_OK && get(s, "login", &value, &error) == PL_OK && get(s, "tiny", &value, &error) == PL_OK);
    check_redacted(s, "nothing here", "nothing here");
    check_redacted(s, "", "");
    check_redacted(s, "<p@ss/\"word\xc3\xa9><p@ss/\"word\xc3\xa9>", "<[key]><[key]>");
    check_redacted(s, "cEBzcy8id29yZMOp", "[key]");
    check_redacted(s, "Basic YW5uYTpvcGVuIHNlc2FtZQ== sent", "Basic [login]== sent");
    check_redacted(s, "k=p%40ss%2F%22word%C3%A9&", "k=[key]&");
    check_redacted(s, "k=p%40ss%2f%22word%c3%a9&", "k=[key]&");
    check_redacted(s, "704073732f22776f7264c3a9", "[key]");
    check_redacted(s, "704073732F22776F7264C3A9", "[key]");
    check_redacted(s, "{\"k\":\"p@ss/\\\"word\xc3\xa9\"}", "{\"k\":\"[key]\"}");
    check_redacted(s, "open sesame", "[login]");
    check_redacted(s, "abc is too short to be told from a word", "abc is too short to be told from a word");
    CHECK(pl_secrets_note(s, PL_STR("a.very.long.name.for.a.token"), PL_STR("tok123")) == PL_OK);
    check_redacted(s, "Bearer tok123!", "Bearer [a.ve]!");
    CHECK(pl_secrets_begun(s, PL_STR("nothing here")) == 0 && pl_secrets_begun(s, PL_STR("")) == 0);
    CHECK(pl_secrets_begun(s, PL_STR("so it is p@ss")) == 4 && pl_secrets_begun(s, PL_STR("p")) == 1);
    CHECK(pl_secrets_begun(s, PL_STR("cEBzcy8id2")) == 10); /* as base64 */
    CHECK(pl_secrets_begun(s, PL_STR("Bearer tok12")) == 5 && pl_secrets_begun(s, PL_STR("Bearer tok123")) == 0);
    unsetenv("PILOT_CREDENTIAL_KEY");
    pl_secrets_free(s);
}

TEST(encodings)
{
    static const char *const cases[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}}; /* RFC 4648 section 10 */
    PlBuf out;
    pl_buf_init(&out, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pl_buf_clear(&out);
        pl_secrets_put_base64(&out, pl_str_z(cases[i][0]));
        CHECK_STR(pl_buf_str(&out), cases[i][1]);
    }
    pl_buf_clear(&out);
    pl_secrets_put_percent(&out, PL_STR("a-Z_0.~ /\xff"));
    CHECK_STR(pl_buf_str(&out), "a-Z_0.~%20%2F%FF");
    pl_buf_deinit(&out);
}

TEST(children)
{
    PlChild child;
    PlBuf out;
    pl_buf_init(&out, 1000);
    char *cat[] = {"cat", NULL}, *sleeper[] = {"sleep", "60", NULL}, *gone[] = {"true", NULL};
    CHECK(pl_spawn_begin(cat, false, &child) == PL_OK);
    CHECK(pl_spawn_write(&child, PL_STR("one\ntwo\n"), 1000000) == PL_OK);
    CHECK(pl_spawn_read(&child, &out, true, 1000000) == PL_OK);
    CHECK_STR(pl_buf_str(&out), "one\n");
    CHECK(pl_spawn_read(&child, &out, true, 1000000) == PL_OK);
    CHECK_STR(pl_buf_str(&out), "one\ntwo\n");
    CHECK(pl_spawn_read(&child, &out, true, 1000) == PL_LIMIT);
    CHECK(pl_spawn_end(&child, 1000000) == 0);
    CHECK(pl_spawn_begin(sleeper, false, &child) == PL_OK);
    CHECK(pl_spawn_end(&child, 1000) == -1);
    CHECK(pl_spawn_begin(gone, false, &child) == PL_OK);
    pl_buf_clear(&out);
    CHECK(pl_spawn_read(&child, &out, true, 1000000) == PL_IO);
    PlStatus status = PL_OK;
    for (int i = 0; i < 1000 && status == PL_OK; i++) {
        status = pl_spawn_write(&child, PL_STR("nobody reads this\n"), 1000000);
        usleep(1000);
    }
    CHECK(status == PL_IO); /* and no SIGPIPE kills us */
    CHECK(pl_spawn_end(&child, 1000000) == 0);
    CHECK(pl_spawn_write(&child, PL_STR("x"), 1000) == PL_IO);
    pl_buf_deinit(&out);
    CHECK(PL_LIMIT_SECRET_TIME == 30000000 && PL_LIMIT_HOOK_TIME == 30000000);
}

UNIT_MAIN
