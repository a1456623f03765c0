/* SPDX-License-Identifier: MIT */
/* Loading libcurl by the name of its interface, which has been version 4 since 2006. Invariant: a table that is given out has no hole. */
#include "vm/io/http_curl.h"

#include "vm/base/fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

#define PLACE(name) {"curl_" #name, offsetof(PlCurl, name)},
static const struct {
    const char *name;
    size_t at; /* of the member */
} places[] = {PL_CURL_FUNCTIONS(PLACE)};

/* POSIX has dlsym give functions as void *, which C has no cast for: the bytes are copied. */
static bool fill(PlCurl *curl, void *library)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        void *function = dlsym(library, places[i].name);
        if (!function) return false;
        memcpy((char *)curl + places[i].at, &function, sizeof function);
    }
    return curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const PlCurl *pl_http_curl_open(void)
{
    PlCurl *curl = pl_zalloc(sizeof *curl);
    if (!curl) errno = ENOMEM;
    void *library = curl ? dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE) : NULL;
    if (library && fill(curl, library)) return curl;
    pl_free(curl);
    return NULL;
}

void pl_http_curl_close(const PlCurl *curl)
{
    pl_free((void *)(uintptr_t)curl);
}
