/* SPDX-License-Identifier: MIT */
/* What the scanner's files share and nobody else uses: scan.c (marks, brackets, the way through), scan_word.c (words and signs). */
#ifndef PL_COMPILER_SYNTAX_SCAN_INSIDE_H
#define PL_COMPILER_SYNTAX_SCAN_INSIDE_H

#include "compiler/syntax/scan.h"

/* Over white space, comments and bold marks; sets scan->newline. */
const char *pl_scan_skip(PlScan *scan, const char *ptr, bool keep_comments);
/* The innermost open bracket's letter (PlScan.brackets), 0 when none is open. */
char pl_scan_top(const PlScan *scan);
const PlSpelling *pl_scan_phrase(const PlScan *scan, PlPlaceOf place, const char *ptr, const char **end);
/* A clause that begins at ptr, where a comma, a new line or a finished call stands before it; or NULL. */
const PlSpelling *pl_scan_clause_at(const PlScan *scan, const char *ptr, const char **end);
/* KEY, where `name:`, `name=` or `"name":` stands at the beginning of an argument, a field or an input. */
bool pl_scan_key(PlScan *scan, const char *ptr, const char *end, PlToken *token);
bool pl_scan_is_list_clause(int kind);

/* The token of a row of the table, with the mode that it leads to. */
PlToken pl_scan_spelling(PlScan *scan, const PlSpelling *row, const char *start, const char *end);
/* BAD, after a diagnostic: a character that means nothing here; a bracket that is open at `at`. */
PlToken pl_scan_strange(PlScan *scan, const char *start, const char *end);
PlToken pl_scan_not_closed(PlScan *scan, const char *at);

/* scan_aside.c: the bracket at ptr as a remark behind a value, or as the parameter of a function. */
bool pl_scan_remark(PlScan *scan, const char *ptr, PlToken *token);
bool pl_scan_lambda(PlScan *scan, const char *ptr, PlToken *token);
/* scan_word.c: NAME, with the words behind it where PlScan.words asks for that. */
PlToken pl_scan_name(PlScan *scan, const char *ptr, const char *end);
/* scan_word.c: the raw token [ptr, end) where a value is expected, and behind one. */
PlToken pl_scan_where_value(PlScan *scan, const char *ptr, PlRaw raw, const char *end);
PlToken pl_scan_behind_value(PlScan *scan, const char *ptr, PlRaw raw, const char *end);

#endif
