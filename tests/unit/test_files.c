/* SPDX-License-Identifier: MIT */
/* The folder of large files: whole or not there, by the hash of the bytes, never given when they were changed; what is swept; the limits at their edges, also
 * through the net port. */
#include "tests/unit/unit.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/io/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Bed {
    char place[64], folder[80];
    PlFiles *files;
} Bed;

static void open_bed(Bed *bed)
{
    snprintf(bed->place, sizeof bed->place, "/tmp/pilot-files-XXXXXX");
    CHECK(mkdtemp(bed->place) != NULL);
    snprintf(bed->folder, sizeof bed->folder, "%s/x.files", bed->place);
    bed->files = pl_files_new(pl_str_z(bed->folder));
}

static bool none(void *user, PlStr hash)
{
    (void)user, (void)hash;
    return false;
}

static bool all(void *user, PlStr hash)
{
    (void)hash;
    ++*(int *)user;
    return true;
}

static void close_bed(Bed *bed)
{
    pl_files_free(bed->files);
    CHECK(pl_files_sweep(pl_str_z(bed->folder), none, NULL) == PL_OK);
    rmdir(bed->folder);
    CHECK(rmdir(bed->place) == 0);
}

static PlFileRef keep(Bed *bed, PlStr a, PlStr b)
{
    PlStatus status;
    PlFileRef ref = {.len = 0};
    PlFileWriter *w = pl_files_begin(bed->files, &status);
    CHECK(w && status == PL_OK && pl_files_put(w, a) == PL_OK && pl_files_put(w, b) == PL_OK && pl_files_end(w, &ref) == PL_OK);
    return ref;
}

static void path_of(const Bed *bed, const PlFileRef *ref, char path[160])
{
    char hex[65];
    pl_hash_hex(ref->hash, 32, hex);
    snprintf(path, 160, "%s/%s", bed->folder, hex);
}

TEST(what_is_written_is_read)
{
    Bed bed;
    struct stat st;
    open_bed(&bed);
    CHECK(stat(bed.folder, &st) != 0); /* nothing is made for nothing */
    PlFileRef ref = keep(&bed, PL_STR("one "), PL_STR("two"));
    uint8_t hash[32];
    pl_hash_bytes(PL_STR("one two"), hash);
    CHECK(ref.len == 7 && memcmp(ref.hash, hash, 32) == 0);
    PlFilesPort port = pl_files_port(bed.files);
    PlBuf out;
    pl_buf_init(&out, 0);
    CHECK(port.check(port.self, &ref) == PL_OK && port.read(port.self, &ref, &out) == PL_OK);
    CHECK_STR(pl_buf_str(&out), "one two");
    pl_buf_deinit(&out);
    pl_buf_init(&out, 6);
    CHECK(port.read(port.self, &ref, &out) == PL_LIMIT);
    pl_buf_deinit(&out);
    int count = 0;
    CHECK(pl_files_sweep(pl_str_z(bed.folder), all, &count) == PL_OK && count == 1);
    PlFileRef empty = keep(&bed, PL_STR(""), PL_STR(""));
    CHECK(empty.len == 0 && port.check(port.self, &empty) == PL_OK);
    close_bed(&bed);
}

/* Its last bytes are not given: nobody makes something whole of it. */
TEST(what_was_changed_is_not_given)
{
    Bed bed;
    char path[160], room[4];
    open_bed(&bed);
    PlFileRef ref = keep(&bed, PL_STR("0123"), PL_STR("456789"));
    path_of(&bed, &ref, path);
    int fd = open(path, O_WRONLY);
    CHECK(pwrite(fd, "x", 1, 1) == 1);
    PlStatus status;
    PlFileReader *r = pl_files_open(bed.files, &ref, &status);
    size_t got, given = 0;
    CHECK(r != NULL);
    while ((status = pl_files_next(r, room, sizeof room, &got)) == PL_OK && got) given += got;
    CHECK(status == PL_CORRUPT && given < 10);
    pl_files_close(r);
    PlFiles *other = pl_files_new(pl_str_z(bed.folder)); /* another process knows nothing of it */
    PlFilesPort port = pl_files_port(other);
    CHECK(port.check(port.self, &ref) == PL_CORRUPT);
    CHECK(ftruncate(fd, 9) == 0 && port.check(port.self, &ref) == PL_CORRUPT);
    port = pl_files_port(bed.files);
    CHECK(port.check(port.self, &ref) == PL_CORRUPT); /* also where it was known */
    CHECK(unlink(path) == 0 && port.check(port.self, &ref) == PL_INVALID);
    CHECK(symlink("/etc/hostname", path) == 0 && port.check(port.self, &ref) == PL_IO); /* no link is followed */
    close(fd);
    pl_files_free(other);
    close_bed(&bed);
}

TEST(what_is_not_finished_is_nothing)
{
    Bed bed;
    PlStatus status;
    int count = 0;
    open_bed(&bed);
    PlFileWriter *w = pl_files_begin(bed.files, &status);
    CHECK(w && pl_files_put(w, PL_STR("half")) == PL_OK);
    CHECK(pl_files_sweep(pl_str_z(bed.folder), all, &count) == PL_OK && count == 0); /* it is taken away */
    pl_files_drop(w);
    pl_files_drop(NULL);
    CHECK(pl_files_sweep(PL_STR("/tmp/pilot-no-such-folder"), all, &count) == PL_OK && count == 0);
    CHECK(!pl_files_new(pl_str((const char[8000]){0}, 8000)));
    CHECK(!pl_files_port(NULL).self);
    close_bed(&bed);
}

TEST(a_file_of_at_most)
{
    Bed bed;
    PlFileRef ref;
    char path[160];
    open_bed(&bed);
    snprintf(path, sizeof path, "%s/source", bed.place);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    CHECK(write(fd, "12345", 5) == 5);
    lseek(fd, 0, SEEK_SET);
    CHECK(pl_files_take(bed.files, fd, 4, &ref) == PL_LIMIT);
    lseek(fd, 0, SEEK_SET);
    CHECK(pl_files_take(bed.files, fd, 5, &ref) == PL_OK && ref.len == 5);
    close(fd);
    unlink(path);
    close_bed(&bed);
}

TEST(any_place_may_fail)
{
    static const PlFault sites[] = {PL_FAULT_ALLOC, PL_FAULT_READ, PL_FAULT_WRITE, PL_FAULT_SYNC};
    for (size_t s = 0; s < sizeof sites / sizeof *sites; s++) {
        bool fired = true;
        uint64_t nth = 0;
        for (; fired; nth++) {
            Bed bed;
            PlStatus status;
            PlFileRef ref = {.len = 0};
            PlBuf out;
            pl_buf_init(&out, 0);
            open_bed(&bed);
            pl_fault_arm(sites[s], nth, false);
            PlFileWriter *w = pl_files_begin(bed.files, &status);
            if (w) status = pl_files_put(w, PL_STR("some bytes"));
            if (w && status == PL_OK) status = pl_files_end(w, &ref);
            else pl_files_drop(w);
            PlFilesPort port = pl_files_port(bed.files);
            if (status == PL_OK) status = port.read(port.self, &ref, &out);
            fired = pl_fault_fired();
            pl_fault_disarm();
            CHECK(status == PL_OK ? pl_str_eq_z(pl_buf_str(&out), "some bytes") : fired);
            int count = 0;
            CHECK(pl_files_sweep(pl_str_z(bed.folder), all, &count) == PL_OK && count <= 1);
            pl_buf_deinit(&out);
            close_bed(&bed);
        }
        CHECK(nth > 1);
    }
}

/* ---- through the net port ---- */

/* Says `said` bytes and sends `sent` of them. */
static pid_t serve(uint64_t said, uint64_t sent, int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(server, (struct sockaddr *)(void *)&at, sizeof at) == 0 && listen(server, 1) == 0);
    CHECK(getsockname(server, (struct sockaddr *)(void *)&at, &size) == 0);
    *port = ntohs(at.sin_port);
    pid_t child = fork();
    if (child) {
        close(server);
        return child;
    }
    static char piece[65536];
    int client = accept(server, NULL, NULL);
    ssize_t n = read(client, piece, sizeof piece);
    n = dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)said);
    memset(piece, 'x', sizeof piece);
    while (sent && (n = write(client, piece, sent < sizeof piece ? sent : sizeof piece)) > 0) sent -= (uint64_t)n;
    shutdown(client, SHUT_WR);
    while (read(client, piece, sizeof piece) > 0) continue;
    _exit(0);
}

typedef struct Got {
    PlNetFault fault;
    uint64_t len, file;
    bool done, is_file;
} Got;

static void take(void *user, const PlNetAnswer *answer)
{
    *(Got *)user = (Got){answer->fault, answer->body.len, answer->file.len, true, answer->is_file};
}

static Got fetch(Bed *bed, uint64_t said, uint64_t sent)
{
    Got got = {.fault = PL_NET_OK};
    int port = 0;
    pid_t child = serve(said, sent, &port);
    char origin[64], url[80];
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", port);
    snprintf(url, sizeof url, "%s/x", origin);
    PlLoop *loop = pl_loop_new();
    PlHttpRule rule = {pl_str_z(origin), PL_STR("p"), true};
    PlHttp *http = pl_http_new(loop, NULL, &(PlHttpOptions){.rules = &rule, .rule_count = 1, .files = bed->files});
    PlNetPort net = pl_http_port(http);
    PlNetRequest request = {.method = PL_GET, .url = pl_str_z(url), .plugin = PL_STR("p"), .to_file = true};
    uint64_t call;
    CHECK(net.send(net.self, &request, take, &got, &call) == PL_OK);
    while (!got.done && pl_loop_turn(loop, 1000000)) continue;
    pl_http_free(http);
    pl_loop_free(loop);
    waitpid(child, NULL, 0);
    return got;
}

TEST(file_memory)
{
    Bed bed;
    open_bed(&bed);
    Got at = fetch(&bed, PL_LIMIT_FILE_MEMORY, PL_LIMIT_FILE_MEMORY), over = fetch(&bed, PL_LIMIT_FILE_MEMORY + 1, PL_LIMIT_FILE_MEMORY + 1);
    CHECK(at.done && !at.is_file && at.fault == PL_NET_OK && at.len == PL_LIMIT_FILE_MEMORY);
    CHECK(over.done && over.is_file && over.len == 0 && over.file == PL_LIMIT_FILE_MEMORY + 1);
    close_bed(&bed);
}

/* An answer that says that it is larger is not begun; one that is as large is. */
TEST(file_bytes)
{
    Bed bed;
    open_bed(&bed);
    Got at = fetch(&bed, PL_LIMIT_FILE_BYTES, 10), over = fetch(&bed, PL_LIMIT_FILE_BYTES + 1, 10);
    CHECK(at.done && at.fault == PL_NET_RESET);
    CHECK(over.done && over.fault == PL_NET_TOO_LARGE);
    close_bed(&bed);
}

UNIT_MAIN
