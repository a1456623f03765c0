# SPDX-License-Identifier: MIT
# Reads layers.def, then C files: each #include must be allowed by the floor of the file it stands in.
function folder_of(path,    best, f) {
    best = ""
    for (f in allowed) if (index(path, f "/") == 1 && length(f) > length(best)) best = f
    return best
}
function matches(path, patterns,    n, i, list, p) {
    n = split(patterns, list, " ")
    for (i = 1; i <= n; i++) {
        p = list[i]
        if (p == "*" || path == p || index(path, p "/") == 1) return 1
        if (index(p, "*")) {
            gsub(/\./, "\\.", p)
            gsub(/\*/, ".*", p)
            if (path ~ "^" p "$") return 1
        }
    }
    return 0
}
FNR == NR {
    if (/^#/ || NF == 0) next
    if (/^</) { third[substr($1, 2)] = substr($0, length($1) + 2); next }
    name = $1; sub(/:$/, "", name)
    allowed[name] = substr($0, length($1) + 2)
    next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    match($0, /"[^"]+"/)
    target = substr($0, RSTART + 1, RLENGTH - 2)
    floor = folder_of(FILENAME)
    if (floor == "") { print FILENAME ":" FNR ": lies on no floor of layers.def"; bad = 1; next }
    if (index(target, floor "/") == 1 || matches(target, allowed[floor])) next
    print FILENAME ":" FNR ": " floor " may not include \"" target "\""
    bad = 1
}
/^[ \t]*#[ \t]*include[ \t]*</ && FILENAME !~ /^tests\// {
    match($0, /<[^>]+>/)
    target = substr($0, RSTART + 1, RLENGTH - 2)
    for (t in third)
        if (index(target, t) == 1 && !matches(FILENAME, third[t])) {
            print FILENAME ":" FNR ": <" target "> belongs to " third[t] " only"
            bad = 1
        }
}
END { exit bad }
