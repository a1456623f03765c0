# SPDX-License-Identifier: MIT
# Functions that do not fit a screen: longer than `max` lines from brace to brace (function braces stand in column 1).
/^\{/ { start = FNR; name = previous }
/^\}/ && start {
    if (FNR - start - 1 > max) printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start - 1, name
    start = 0
}
FNR == 1 { start = 0 }
{ previous = $0 }
