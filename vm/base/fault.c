/* SPDX-License-Identifier: MIT */
/* Fault sites and the door to malloc. The state is process-wide and atomic, so a site may be hit from any thread. */
#include "vm/base/fault.h"

#include "vm/base/str.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 * 1024 * 1024, LARGE = 2 * HUGE_PAGE };

typedef struct FaultState {
    atomic_int site; /* a PlFault, or -1 when off */
    atomic_bool sticky, fired;
    atomic_uint_fast64_t left; /* hits before the one that fails */
} FaultState;

static FaultState state = {.site = -1};
static const char *tell_path; /* a test's file, which gets a line when the fault happens */

static const char *const names[PL_FAULT_COUNT] = {
#define PL_FAULT(name, words) #name,
#include "vm/base/faults.def"
#undef PL_FAULT
};

void pl_fault_arm(PlFault site, uint64_t nth, bool sticky)
{
    atomic_store(&state.site, -1);
    atomic_store(&state.left, nth);
    atomic_store(&state.sticky, sticky);
    atomic_store(&state.fired, false);
    atomic_store(&state.site, (int)site);
}

void pl_fault_disarm(void)
{
    atomic_store(&state.site, -1);
}

bool pl_fault_fired(void)
{
    return atomic_load(&state.fired);
}

static void tell(void)
{
    int fd = tell_path ? open(tell_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd < 0) return;
    ssize_t ignored = write(fd, "fault\n", strlen("fault\n"));
    (void)ignored;
    close(fd);
}

static bool hit_armed(void)
{
    if (atomic_load(&state.fired)) return atomic_load(&state.sticky);
    if (atomic_fetch_sub(&state.left, 1) != 0) return false;
    atomic_store(&state.fired, true);
    tell();
    return true;
}

bool pl_fault_hit(PlFault site)
{
    int armed = atomic_load_explicit(&state.site, memory_order_relaxed);
    return __builtin_expect(armed == (int)site, 0) && hit_armed();
}

/* PILOT_FAULT=site:nth[:sticky], the site in any case, and PILOT_FAULT_TELL=FILE. Anything else is ignored: it is a test's switch. */
void pl_fault_from_env(void)
{
    PlStr text = pl_str_z(getenv("PILOT_FAULT"));
    size_t colon = pl_str_find_char(text, ':', 0);
    if (colon == PL_STR_NONE) return;
    PlStr site = pl_str_slice(text, 0, colon), rest = pl_str_slice(text, colon + 1, text.len);
    bool sticky = pl_str_ends(rest, PL_STR(":sticky"));
    if (sticky) rest.len -= strlen(":sticky");
    int64_t nth;
    if (!pl_str_to_int(rest, &nth) || nth < 0) return;
    for (int i = 0; i < PL_FAULT_COUNT; i++)
        if (pl_str_eq_nocase(site, pl_str_z(names[i]))) tell_path = getenv("PILOT_FAULT_TELL"), pl_fault_arm((PlFault)i, (uint64_t)nth, sticky);
}

/* A block this large will be filled from end to end (a document, its copy for the journal, a slab of values): huge pages spare it most of the page
 * faults. A kernel that has none to give says no, and nothing is lost. */
static void *want_huge_pages(void *block, size_t size)
{
    uintptr_t from = ((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
    uintptr_t to = ((uintptr_t)block + size) & ~(uintptr_t)(HUGE_PAGE - 1);
    int refused = block && from < to ? madvise((void *)from, to - from, MADV_HUGEPAGE) : 0;
    (void)refused;
    return block;
}

void *pl_alloc(size_t size)
{
    void *block = pl_fault_hit(PL_FAULT_ALLOC) ? NULL : malloc(size ? size : 1);
    return size < LARGE ? block : want_huge_pages(block, size);
}

void *pl_zalloc(size_t size)
{
    return pl_fault_hit(PL_FAULT_ALLOC) ? NULL : calloc(1, size ? size : 1);
}

void *pl_realloc(void *ptr, size_t size)
{
    void *block = pl_fault_hit(PL_FAULT_ALLOC) ? NULL : realloc(ptr, size ? size : 1);
    return size < LARGE ? block : want_huge_pages(block, size);
}

void pl_free(void *ptr)
{
    free(ptr);
}

char *pl_strdup_n(const char *ptr, size_t len)
{
    if (len == SIZE_MAX) return NULL;
    char *copy = pl_alloc(len + 1);
    if (!copy) return NULL;
    if (len) memcpy(copy, ptr, len);
    copy[len] = 0;
    return copy;
}
