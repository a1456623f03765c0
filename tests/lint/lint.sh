#!/bin/bash
# SPDX-License-Identifier: MIT
# The rules of the house that a machine can check. One rule, one test; every rule runs.
set -u
cd "$(dirname "$0")/../.."
export LC_ALL=C
passed=0 failed=0
mapfile -t sources < <(git ls-files -co --exclude-standard '*.c' '*.h' '*.re' '*.y' '*.def' | while read -r f; do [ -f "$f" ] && echo "$f"; done)
c_files=() headers=() tables=()
for f in "${sources[@]}"; do
    case $f in
    *.h) headers+=("$f") c_files+=("$f") ;;
    *.def) tables+=("$f") ;;
    *) c_files+=("$f") ;;
    esac
done

# rule NAME OUTPUT: passes when the output (lines of complaint) is empty
rule() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'lint: %s:\n%s\n' "$1" "$2"
    fi
}

rule "floors (tests/lint/layers.def)" "$(awk -f tests/lint/layers.awk tests/lint/layers.def "${c_files[@]}")"
rule "a file has at most 600 lines" "$(wc -l "${c_files[@]}" | awk '$2 != "total" && $1 > 600')"
rule "a line has at most 160 columns" "$(awk 'length > 160 { print FILENAME ":" FNR ": " length }' "${c_files[@]}")"
rule "a file opens with its SPDX line" "$(for f in "${sources[@]}"; do
    head -n 1 "$f" | grep -qE 'SPDX-License-Identifier: MIT|^#' || echo "$f"; done)"
rule "the top level" "$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u |
    grep -vxE 'Makefile|README\.md|compiler|vm|stdlib|grammar|examples|spec|tests|docs|LICENSE|CHANGELOG\.md|\..*')"
rule "nothing left open" "$(grep -nwE 'TODO|FIXME|XXX' "${c_files[@]}" "${tables[@]}")"
rule "no exit in a library" "$(grep -nE '(^|[^_a-z.>])exit\(' $(printf '%s\n' "${c_files[@]}" | grep -vE '^(tests|examples)/|/cli/') /dev/null)"

# Messages: lower case, no full stop, never "illegal". The format is the fourth argument of PL_DIAG.
rule "messages of diagnostics" "$(grep -hoE '^PL_DIAG\([A-Z0-9_]+, *"P[0-9]{4}", *[A-Z]+, *"([^"\\]|\\.)*"' vm/base/diag_*.def | awk '
    { code = $2; text = $0; sub(/^[^"]*"[^"]*"[^"]*"/, "", text); sub(/"$/, "", text) }
    text ~ /\.$/ && text !~ /\.\.\.$/ { print code " ends with a full stop: " text }
    text ~ /^[A-Z][a-z]/ { print code " begins with a capital: " text }
    tolower(text) ~ /illegal/ { print code " says illegal: " text }')"
rule "codes stand once and in order" "$(for f in vm/base/diag_*.def; do
    grep -oE '"P[0-9]{4}"' "$f" | sort -c 2>&1 | sed "s|^|$f: |"; done
    grep -ohE '^PL_DIAG\([A-Z0-9_]+, *"P[0-9]{4}"' vm/base/diag_*.def | grep -oE 'P[0-9]{4}' | sort | uniq -d)"
rule "each limit has a test" "$(sed -nE 's/^PL_LIMIT\(([A-Z0-9_]+),.*/\1/p' vm/base/limits.def | while read -r name; do
    grep -rqE "(PL_LIMIT_|_|\b)$name(\b|_)" tests/limit tests/unit 2>/dev/null || echo "$name"; done)"
rule "no functions that do not fit a screen" "$(awk -v max=60 -f tests/lint/functions.awk $(printf '%s\n' "${c_files[@]}" |
    grep '\.c$'))"

# Each header compiles alone, with each compiler there is.
flags="-std=c17 -D_GNU_SOURCE -I. -Ibuild/release/gen -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -x c $(pkg-config --cflags libcurl jansson sqlite3 libffi yaml-0.1 libpcre2-8 libutf8proc libcrypto libmicrohttpd 2>/dev/null |
  tr '\n' ' ')"
for cc in gcc clang; do
    command -v $cc >/dev/null || continue
    rule "headers compile alone ($cc)" "$(printf '%s\n' "${headers[@]}" | grep -v '^tests/unit/unit.h$' |
        xargs -P 2 -I{} sh -c "echo '#include \"{}\"' | $cc $flags - 2>&1 | head -n 5")"
done

echo "suite lint: $passed passed, $failed failed"
[ "$failed" = 0 ]
