/* SPDX-License-Identifier: MIT */
/* What the three programs' mains have in common. A first word that is neither a command nor a file, but near a command, is a slip. */
#include "vm/cli/cli_main.h"

#include "vm/base/fault.h"
#include "vm/base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define CLOSES_MEMORY false
#else
#define CLOSES_MEMORY true
#endif

static void help(const PlCliProgram *p, FILE *out)
{
    int width = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if ((int)strlen(p->entries[i].name) > width) width = (int)strlen(p->entries[i].name);
    fprintf(out, "usage: ");
    if (p->usage) fprintf(out, "%s %s\n       ", p->name, p->usage);
    fprintf(out, "%s COMMAND ... [--help]\n\n%s\n\ncommands:\n", p->name, p->words);
    for (uint32_t i = 0; i < p->count; i++) fprintf(out, "  %-*s  %s\n", width, p->entries[i].name, p->entries[i].words);
    fprintf(out, "\n`%s COMMAND --help` lists a command's options.%s%s\n", p->name, p->behind ? " " : "", p->behind ? p->behind : "");
}

static bool is_word(const char *text, const char *word, const char *letter, const char *option)
{
    return strcmp(text, word) == 0 || strcmp(text, letter) == 0 || strcmp(text, option) == 0;
}

/* The command whose name is nearest to the word; NULL when none is near. */
static const char *nearest(const PlCliProgram *p, const char *word)
{
    enum { NEAR = 2 };
    size_t best = NEAR + 1;
    const char *name = NULL;
    for (uint32_t i = 0; i < p->count; i++) {
        size_t distance = pl_str_distance(pl_str_z(word), pl_str_z(p->entries[i].name), NEAR);
        if (distance < best) best = distance, name = p->entries[i].name;
    }
    return name;
}

static int unknown(const PlCliProgram *p, const char *word)
{
    const char *near = nearest(p, word);
    if (word[0] == '-') return pl_cli_fail(PL_USAGE, "unknown option %s\n  = help: `%s --help` lists the commands", word, p->name);
    if (near) return pl_cli_fail(PL_USAGE, "%s has no command %s\n  = help: did you mean `%s %s`?", p->name, word, p->name, near);
    return pl_cli_fail(PL_USAGE, "%s has no command %s\n  = help: `%s --help` lists them", p->name, word, p->name);
}

static const PlCliEntry *entry_of(const PlCliProgram *p, const char *word)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (strcmp(word, p->entries[i].name) == 0) return &p->entries[i];
    return NULL;
}

int pl_cli_dispatch(const PlCliProgram *p, PlArena *arena, int argc, char **argv)
{
    if (argc < 1) {
        help(p, stderr);
        return pl_status_exit_code(PL_USAGE);
    }
    const char *word = argv[0];
    if (is_word(word, "help", "-h", "--help")) {
        help(p, stdout);
        return 0;
    }
    const PlCliEntry *entry = entry_of(p, word);
    if (entry) return entry->run(arena, argc - 1, argv + 1);
    bool slip = word[0] != '-' && !strpbrk(word, "./") && access(word, F_OK) != 0 && nearest(p, word);
    return p->otherwise && !slip ? p->otherwise(arena, argc, argv) : unknown(p, word);
}

static int out_of_memory(const char *name)
{
    fprintf(stderr, "error[P0003]: out of memory while running %s\n", name);
    return pl_status_exit_code(PL_NOMEM);
}

/* Secrets are in this process's memory: no core file of it, and no other process of the user looks in. LeakSanitizer must. */
static void close_memory(void)
{
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || (CLOSES_MEMORY && prctl(PR_SET_DUMPABLE, 0) != 0)) { /* then it is as it was */
    }
}

/* Where a standard stream was closed, what is opened next (a journal, a socket) would take its number and get what is printed. What is put there
 * instead can only be read: printing fails as it should. */
static void keep_streams(void)
{
    int fd;
    do fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= 2);
    if (fd > 2) close(fd);
}

int pl_cli_main(const PlCliProgram *p, int argc, char **argv)
{
    keep_streams();
    close_memory();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is found at the write */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may grow no more (ulimit -f) */
    pl_fault_from_env();
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("%s " PL_VERSION_TEXT "\n", p->name);
        return 0;
    }
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return out_of_memory(p->name);
    int code;
    if (setjmp(escape.at) == 0) code = pl_cli_dispatch(p, arena, argc - 1, argv + 1);
    else code = escape.status == PL_NOMEM ? out_of_memory(p->name) : pl_cli_fail(escape.status, "%s", pl_status_words(escape.status));
    pl_arena_free(arena);
    const PlCliEntry *entry = argc > 1 ? entry_of(p, argv[1]) : NULL;
    pl_cli_json_end(entry ? entry->name : p->entries[0].name, code);
    return code;
}
