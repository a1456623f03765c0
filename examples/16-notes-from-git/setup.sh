# SPDX-License-Identifier: MIT
# A repository with a tag and four commits behind it, the same each time.
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com
export GIT_AUTHOR_DATE="2026-11-02T10:00:00Z" GIT_COMMITTER_DATE="2026-11-02T10:00:00Z"
git init -q -b main .
git config user.name Ann
git config user.email ann@example.com
mkdir notes && echo "the notes of each version" >notes/README
git add . && git commit -q -m "Begin"
git tag v1.0
for message in "feat: export as YAML" "chore: newer compiler" "fix: reminders keep their zone" "feat: a table in each mail"; do
    echo "$message" >>history && git add history && git commit -q -m "$message"
done
