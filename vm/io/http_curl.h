/* SPDX-License-Identifier: MIT */
/* libcurl as a table of its functions, loaded when the first server is to be called. Linking it would make every start pay for the thirty libraries
 * behind it (TLS, Kerberos, LDAP), also that of a plan which calls nobody. The one header beside http*.c that sees curl/curl.h. */
#ifndef PL_IO_HTTP_CURL_H
#define PL_IO_HTTP_CURL_H

#include <curl/curl.h>

#define PL_CURL_FUNCTIONS(X)                                                                                           \
    X(global_init)                                                                                                     \
    X(version_info)                                                                                                    \
    X(free)                                                                                                            \
    X(slist_append)                                                                                                    \
    X(slist_free_all)                                                                                                  \
    X(easy_init)                                                                                                       \
    X(easy_setopt)                                                                                                     \
    X(easy_perform)                                                                                                    \
    X(easy_getinfo)                                                                                                    \
    X(easy_strerror)                                                                                                   \
    X(easy_cleanup)                                                                                                    \
    X(multi_init)                                                                                                      \
    X(multi_setopt)                                                                                                    \
    X(multi_add_handle)                                                                                                \
    X(multi_remove_handle)                                                                                             \
    X(multi_socket_action)                                                                                             \
    X(multi_info_read)                                                                                                 \
    X(multi_cleanup)                                                                                                   \
    X(url)                                                                                                             \
    X(url_set)                                                                                                         \
    X(url_get)                                                                                                         \
    X(url_cleanup)

#define PL_CURL_MEMBER(name) __typeof__(curl_##name) *name;
typedef struct PlCurl {
    PL_CURL_FUNCTIONS(PL_CURL_MEMBER)
} PlCurl;

/* The table, with libcurl made ready; NULL: out of memory (errno is ENOMEM), or the library is missing or too old. The library stays loaded; close
 * frees the table. */
const PlCurl *pl_http_curl_open(void);
void pl_http_curl_close(const PlCurl *curl);

#endif
