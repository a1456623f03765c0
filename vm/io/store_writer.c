/* SPDX-License-Identifier: MIT */
/* One mutex, and two conditions: `wake` for the thread, `idle` for the owner who waits for it. The thread gathers for a while before it takes a batch, and
 * sleeps with a deadline meanwhile, so that handing a row over costs no system call. */
#include "vm/io/store_writer.h"

#include "vm/io/store_sqlite.h"

#include <signal.h>
#include <time.h>

enum { GATHER_NS = 2000000 };

void pl_store_writer_lock(PlStore *store)
{
    if (store->writer.is_there) pthread_mutex_lock(&store->writer.lock);
}

void pl_store_writer_unlock(PlStore *store)
{
    if (store->writer.is_there) pthread_mutex_unlock(&store->writer.lock);
}

static void gather(PlStoreWriter *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += GATHER_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (w->is_asked && !w->is_urgent && pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0) {}
}

static void *work(void *user)
{
    PlStore *store = user;
    PlStoreWriter *w = &store->writer;
    pthread_mutex_lock(&w->lock);
    while (!w->is_over) {
        if (!w->is_asked) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        gather(w);
        if (!w->is_asked) continue; /* the owner came first, as it does before it stops this thread */
        w->is_asked = w->is_urgent = false;
        pl_store_rows_take(store);
        w->is_busy = true;
        pthread_mutex_unlock(&w->lock);
        PlStatus sticky = pl_store_rows_write(store); /* the owner finds it in store->broken */
        (void)sticky;
        pthread_mutex_lock(&w->lock);
        w->is_busy = false;
        pthread_cond_signal(&w->idle);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Signals are the owner's: the thread is made with all of them blocked. */
static bool start(PlStore *store)
{
    PlStoreWriter *w = &store->writer;
    pthread_condattr_t monotonic;
    sigset_t all, old;
    if (pthread_condattr_init(&monotonic) != 0) return false;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool good = pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->wake, &monotonic) == 0 && pthread_cond_init(&w->idle, NULL) == 0;
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    w->is_there = good && pthread_create(&w->thread, NULL, work, store) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return w->is_there;
}

bool pl_store_writer_ask(PlStore *store, bool urgent)
{
    PlStoreWriter *w = &store->writer;
    if (!w->is_there && !start(store)) return false;
    pthread_mutex_lock(&w->lock);
    if (!w->is_asked || (urgent && !w->is_urgent)) pthread_cond_signal(&w->wake);
    w->is_asked = true;
    w->is_urgent |= urgent;
    pthread_mutex_unlock(&w->lock);
    return true;
}

void pl_store_writer_drain(PlStore *store)
{
    PlStoreWriter *w = &store->writer;
    if (!w->is_there) return;
    pthread_mutex_lock(&w->lock);
    w->is_asked = w->is_urgent = false;
    while (w->is_busy) pthread_cond_wait(&w->idle, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

void pl_store_writer_stop(PlStore *store)
{
    PlStoreWriter *w = &store->writer;
    if (!w->is_there) return;
    pthread_mutex_lock(&w->lock);
    w->is_over = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->idle);
    pthread_mutex_destroy(&w->lock);
    w->is_there = false;
}
