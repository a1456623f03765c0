/* SPDX-License-Identifier: MIT */
/* Prints a page of docs/ref from the table it documents: gen_docs diagnostics > docs/ref/diagnostics.md. `make docs` writes
 * all pages, `make docs-check` compares them. */
#include "compiler/syntax/phrase.h"
#include "vm/base/diag.h"
#include "vm/base/limits.h"
#include "vm/code/opcode.h"

#include <stdio.h>
#include <stdlib.h>

static void put_head(const char *title, const char *table)
{
    printf("# %s\n\nWritten by `make docs` from `%s`; edit that.\n", title, table);
}

/* A format string as a reader sees it: "%s" and the like become "...". */
static void put_format(const char *format)
{
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            putchar(*p);
        } else if (p[1] == '%') {
            putchar(*p++);
        } else {
            fputs("...", stdout);
            p += 1 + strspn(p + 1, "-+ #0123456789.*hlzjt"); /* the flags; p is then at the conversion */
        }
    }
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const PlDiagInfo *)a)->code, ((const PlDiagInfo *)b)->code);
}

static void put_diagnostics(void)
{
    static const char *const severities[] = {"note", "warning", "question", "error"};
    static const struct {
        const char *prefix, *title;
    } ranges[] = {{"P00", "Command line and files"}, {"P01", "Reading a plan"},          {"P02", "Names and scopes"},
                  {"P03", "Actions and arguments"},  {"P04", "Types"},                   {"P05", "Control flow and bounds"},
                  {"P06", "Effects and policy"},     {"P07", "API documents"},           {"P08", "Bytecode"},
                  {"P09", "Runs"},                   {"P10", "Store and journal"},       {"P11", "Network and credentials"},
                  {"P12", "Project file"},            {"P13", "Limits of the bytecode"},   {"P14", "The mock server"}};
    static PlDiagInfo sorted[PL_DIAG_COUNT];
    memcpy(sorted, pl_diag_infos, sizeof sorted);
    qsort(sorted, PL_DIAG_COUNT, sizeof *sorted, by_code);
    put_head("Diagnostics", "vm/base/diag_*.def");
    printf("\n`pilotc explain CODE` prints one of these. A code is never given a second meaning.\n");
    const char *range = "";
    for (size_t i = 0; i < PL_DIAG_COUNT; i++) {
        if (strncmp(range, sorted[i].code, 3) != 0) {
            range = sorted[i].code;
            for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
                if (strncmp(range, ranges[r].prefix, 3) == 0) printf("\n## %s: %s\n", ranges[r].prefix, ranges[r].title);
        }
        printf("\n### %s\n\n%s: ", sorted[i].code, severities[sorted[i].severity]);
        put_format(sorted[i].format);
        printf("\n\n%s\n", sorted[i].explain);
    }
}

/* 1048576 as "1 MB" behind the number, where that is shorter. */
static void put_amount(uint64_t value, const char *unit)
{
    static const char *const names[] = {"KB", "MB", "GB"};
    printf("%llu %s", (unsigned long long)value, unit);
    if (strcmp(unit, "bytes") != 0) return;
    for (int i = 2; i >= 0; i--) {
        uint64_t size = UINT64_C(1) << (10 * (i + 1));
        if (value % size != 0) continue;
        printf(" (%llu %s)", (unsigned long long)(value / size), names[i]);
        return;
    }
}

static void put_limits(void)
{
    put_head("Limits", "vm/base/limits.def");
    printf("\nEach is tested at its edge and one past it.\n\n| limit | value | what it bounds |\n|---|---|---|\n");
    for (size_t i = 0; i < pl_limit_count; i++) {
        printf("| %s | ", pl_limit_infos[i].name);
        put_amount(pl_limit_infos[i].value, pl_limit_infos[i].unit);
        printf(" | %s |\n", pl_limit_infos[i].words);
    }
}

static void put_statuses(void)
{
    put_head("Exit codes", "vm/base/status.def");
    printf("\nWhat a command returns. `PL_NAME` is the status inside the library.\n\n| code | status | meaning |\n|---|---|---|\n");
    for (int i = 0; i < PL_STATUS_COUNT; i++)
        printf("| %d | %s | %s |\n", pl_status_exit_code((PlStatus)i), pl_status_name((PlStatus)i),
               pl_status_words((PlStatus)i));
}

static void put_operand(PlOperand kind)
{
    printf(" %s |", kind == PL_OPERAND_NO ? "-" : pl_opcode_operand_name(kind));
}

static void put_opcodes(void)
{
    put_head("Instructions", "vm/code/opcodes.def");
    printf("\nAn instruction is 8 bytes: op and x of 8 bits, then a, b and c of 16 bits, little-endian.\n\n"
           "| op | name | x | a | b | c | meaning |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < PL_OPCODE_COUNT; i++) {
        const PlOpInfo *op = &pl_opcode_infos[i];
        printf("| %zu | %s |", i, op->name);
        put_operand(op->x);
        put_operand(op->a);
        put_operand(op->b);
        put_operand(op->c);
        printf(" %s |\n", op->meaning);
    }
    printf("\n## Operands\n\n| kind | what it is |\n|---|---|\n");
    for (size_t i = 0; i < PL_OPERAND_COUNT; i++)
        printf("| %s | %s |\n", i == PL_OPERAND_NO ? "-" : pl_opcode_operand_name((PlOperand)i), pl_opcode_operand_words((PlOperand)i));
}

#if __has_include("stdlib/builtins.def")
#include "stdlib/builtin.h"

static void put_builtins(void)
{
    put_head("Functions", "stdlib/builtins.def");
    printf("\nEach is called as `f(x, y)` or `x.f(y)`, works on its arguments only, and changes nothing. Every example runs as a test.\n");
    for (uint32_t i = 0; i < pl_builtin_count; i++) {
        const PlBuiltin *b = &pl_builtins[i];
        if (b->name[0] == '_') continue;
        printf("\n### %s\n\n`%s%s`\n\n%s\n\n```\n%s\n=> %s\n```\n", b->name, b->name, b->signature, b->doc, b->example, b->result);
    }
}
#else
#define put_builtins NULL /* the standard library is not part of this checkout */
#endif

/* The rows of one place, those of one meaning together, in the table's order. */
static void put_place(PlPlaceOf place, const char *title, const char *what)
{
    printf("\n## %s\n\n%s\n\n| exact form | also accepted |\n|---|---|\n", title, what);
    for (uint32_t i = 0; i < pl_spelling_count; i++) {
        const PlSpelling *row = &pl_spellings[i];
        bool first = row->place == place;
        for (uint32_t k = 0; k < i && first; k++)
            first = pl_spellings[k].place != place || pl_spellings[k].kind != row->kind || !pl_str_eq(pl_spellings[k].exact, row->exact);
        if (!first) continue;
        printf("| %s%.*s%s |", row->exact.len ? "`" : "", (int)row->exact.len, row->exact.ptr, row->exact.len ? "`" : "");
        const char *before = " ";
        for (uint32_t k = i; k < pl_spelling_count; k++) {
            const PlSpelling *other = &pl_spellings[k];
            if (other->place != place || other->kind != row->kind || !pl_str_eq(other->exact, row->exact)) continue;
            printf("%s`", before);
            for (size_t c = 0; c < other->accepted.len; c++) {
                if (other->accepted.ptr[c] == '|') putchar('\\');
                putchar(other->accepted.ptr[c]);
            }
            printf("`");
            before = ", ";
        }
        printf(" |\n");
    }
}

static void put_spellings(void)
{
    put_head("Accepted spellings", "grammar/spellings.def");
    printf("\nLetters match in any case. The exact form is what `pilotc fmt` prints. Forms that change shape are in `spec/language.md`.\n");
    put_place(PL_AT_OPENING, "First words of a step", "What a step begins with.");
    put_place(PL_AT_PREFIX, "Where a value is expected", "Words that stand for a value or before one.");
    put_place(PL_AT_INFIX, "Behind a value", "Operators, list clauses, and what leads to a name for the result.");
    put_place(PL_AT_TAIL, "Clauses", "Behind a comma, on a line of their own, or behind a finished call.");
    put_place(PL_AT_COUNT, "Inside a clause", "Behind a number.");
    put_place(PL_AT_FAIL, "Behind `if it fails,`", "What is done then.");
    put_place(PL_AT_UNIT, "Units", "Behind a number.");
    put_place(PL_AT_TYPE, "Types", "Behind `as` and `name:`.");
    put_place(PL_AT_HEADER, "Header lines", "The key of a line above the steps.");
    put_place(PL_AT_BIND, "A result's name in words", "Parts of `and save the result as x`.");
    put_place(PL_AT_PART, "Lines under a step", "Keys of `Key: value` lines; any other key is an argument.");
}

static const struct {
    const char *name;
    void (*put)(void);
} pages[] = {{"builtins", put_builtins}, {"diagnostics", put_diagnostics}, {"exit-codes", put_statuses},
             {"limits", put_limits},     {"opcodes", put_opcodes},         {"spellings", put_spellings}};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (argc == 1) printf("%s\n", pages[i].name);
        if (argc != 2 || strcmp(argv[1], pages[i].name) != 0 || !pages[i].put) continue;
        pages[i].put();
        return 0;
    }
    return argc != 1;
}
