/* SPDX-License-Identifier: MIT */
/* The words, names and exit codes of status.def. */
#include "vm/base/status.h"

typedef struct StatusInfo {
    const char *name, *words;
    int exit_code;
} StatusInfo;

static const StatusInfo infos[PL_STATUS_COUNT] = {
#define PL_STATUS(name, exit_code, words) {#name, words, exit_code},
#include "vm/base/status.def"
#undef PL_STATUS
};

static const StatusInfo unknown = {"UNKNOWN", "unknown status", 70};

static const StatusInfo *info_of(PlStatus status)
{
    return (unsigned)status < PL_STATUS_COUNT ? &infos[status] : &unknown;
}

const char *pl_status_name(PlStatus status)
{
    return (unsigned)status < PL_STATUS_COUNT ? infos[status].name : unknown.words;
}

const char *pl_status_words(PlStatus status)
{
    return info_of(status)->words;
}

int pl_status_exit_code(PlStatus status)
{
    return info_of(status)->exit_code;
}
