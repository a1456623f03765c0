#!/bin/bash
# SPDX-License-Identifier: MIT
# Every document of ../shared/data/openapi must load, all its operations must become actions, other readers must see the same operations with no
# parameter more, and loading may take at most four times what libyaml or jansson need only to parse it (all documents together; single ones are
# listed). With PILOT_PEERS (a folder in which npm has installed @redocly/openapi-core, @apidevtools/swagger-parser, @readme/openapi-parser and
# js-yaml) these are run on the same documents.
set -u
cd "$(dirname "$0")/../.."
build=$(realpath -m "${PILOT_BUILD:-build/release}")
here=$PWD/tests/real
data=${PILOT_REAL_DATA:-$PWD/../shared/data}/openapi
if [ ! -f "$data/index.tsv" ]; then
    echo "real openapi: skipped, no $data"
    exit 0
fi
cd "$data" || exit 1
files() { tail -n +2 index.tsv | cut -f1 | tr '\n' '\0'; }
table=$(files | timeout 300 xargs -0 "$build/real/real_openapi") || { echo "$table"; echo "real openapi: failed"; exit 1; }
echo "$table"
documents=$(sed -n 's/^documents \([0-9]*\), .*/\1/p' <<< "$table")
unread=$(sed -n 's/^documents .* API documents \([0-9]*\)$/\1/p' <<< "$table")
operations=$(sed -n 's/^operations \([0-9]*\), actions \([0-9]*\),.*/\1 \2/p' <<< "$table")
status=0
[ "$unread" = 0 ] || { echo "real openapi: failed, $unread of $documents documents are not read"; status=1; }
[ "${operations% *}" = "${operations#* }" ] || { echo "real openapi: failed, operations and actions: $operations"; status=1; }
if python3 -c 'import yaml' 2>/dev/null; then
    list=$(mktemp) && theirs=$(mktemp) && ours=$(mktemp)
    tail -n +2 index.tsv | cut -f1 >"$list"
    timeout 300 python3 "$here/operations.py" . <"$list" >"$theirs"
    files | timeout 300 xargs -0 "$build/real/real_openapi" -p >"$ours"
    python3 "$here/compare_operations.py" "$theirs" "$ours" || { echo "real openapi: failed, other readers see more"; status=1; }
    if [ -n "${PILOT_PEERS:-}" ] && command -v node >/dev/null; then
        peers=$(for peer in parse redocly swagger-parser openapi-parser; do timeout 600 node "$here/peers_openapi.mjs" "$peer" . <"$list" 2>/dev/null | tail -n 1; done)
        printf '%s\n' "$peers"
        seconds=$(sed -n 's/^pilot: .*operations [0-9]*, \([0-9.]*\) s,.*/\1/p' <<< "$table")
        awk -v ours="$seconds" '$1 != "parse:" && /^[a-z-]+: documents/ { for (i = 1; i < NF; i++) if ($(i + 1) == "s,") s = $i
                if (!best || s < best) { best = s; name = $1 } }
            END { if (best) printf "the fastest peer, %s takes %.1f times as long\n", name, best / ours; exit best && best < 5 * ours }' <<< "$peers" ||
            { echo "real openapi: failed, not 5 times as fast as each peer"; status=1; }
    else
        echo "other readers' time: skipped, no PILOT_PEERS or no node"
    fi
    rm -f "$list" "$theirs" "$ours"
else
    echo "operations of other readers: skipped, no PyYAML"
fi
if [ "${PILOT_MODE:-release}" = release ]; then
    speed=$(files | timeout 300 xargs -0 "$build/real/bench_documents")
    echo "$speed"
    awk '/ not read; /{ for (i = 1; i < NF; i++) if ($(i + 1) == "x)," && substr($i, 2) + 0 > 4) bad = 1; seen = 1 } END { exit bad || !seen }' <<< "$speed" ||
        { echo "real openapi: failed, too slow"; status=1; }
fi
exit $status
