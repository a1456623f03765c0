# SPDX-License-Identifier: MIT
# An inbox of files of several kinds, and one name that is taken already.
mkdir inbox papers
for name in "Beach 1.JPG" "invoice.pdf" "notes.txt" "numbers.csv" "setup.exe"; do echo "$name" >"inbox/$name"; done
echo "from last year" >papers/notes.txt
