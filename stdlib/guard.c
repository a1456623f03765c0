/* SPDX-License-Identifier: MIT */
/* One setjmp between the heap's escape and the run's. */
#include "stdlib/guard.h"

PlStatus pl_guard(PlValues *values, PlStatus (*work)(void *with), void (*tidy)(void *with), void *with)
{
    PlEscape here;
    PlHeap *heap = pl_values_heap(values);
    PlEscape *outer = pl_heap_set_escape(heap, &here);
    if (setjmp(here.at) != 0) {
        pl_heap_set_escape(heap, outer);
        tidy(with);
        pl_heap_escape(heap, here.status);
    }
    PlStatus status = work(with);
    pl_heap_set_escape(heap, outer);
    tidy(with);
    return status;
}
