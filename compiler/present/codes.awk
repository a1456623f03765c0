# SPDX-License-Identifier: MIT
# From compiler/present/codes/*.txt to C: an entry of pl_code_examples for each "== CODE". examples.h has the format.
function quote(s) {
    gsub(/["\\]/, "\\\\&", s); gsub(/\t/, "\\t", s)
    return "\"" s "\\n\""
}
function flush_entry() {
    if (code != "") entries[code] = "    {\"" code "\", " (command == "" ? "\"\"" : command) ",\n     " (files == "" ? "\"\"" : files) ",\n     " (mend == "" ? "\"\"" : mend) "},"
}
/^== P[0-9][0-9][0-9][0-9]$/ { flush_entry(); code = $2; command = files = mend = ""; part = "plan.pilot"; begun = 0; next }
code == "" || /^#!/ { next }
/^\$ / && !begun { command = command (command == "" ? "" : "\n     ") quote(substr($0, 3)); next }
/^--- / { part = $2; begun = 1; if (part != "mend") files = files (files == "" ? "" : "\n     ") quote($0); next }
part == "mend" { if ($0 != "") mend = mend (mend == "" ? "" : "\n     ") quote($0); next }
!begun { begun = 1; files = quote("--- plan.pilot") }
{ files = files "\n     " quote($0) }
END {
    flush_entry()
    print "/* Made by compiler/present/codes.awk; do not edit. */\n#include \"compiler/present/examples.h\"\n"
    print "const PlCodeExample pl_code_examples[] = {"
    n = 0
    for (c in entries) sorted[++n] = c
    for (i = 2; i <= n; i++) for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) { t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t }
    for (i = 1; i <= n; i++) print entries[sorted[i]]
    print "    {NULL, NULL, NULL, NULL}};"
}
