/* SPDX-License-Identifier: MIT */
/* What kind of place an IP address is: the table behind the address gate. spec/net.md has it in words. Sources: RFC 6890 and the IANA
 * special-purpose registries, RFC 6598 (100.64/10), RFC 6052 (NAT64), RFC 3056 (6to4), the cloud vendors' metadata addresses. */
#ifndef PL_IO_ADDRESS_H
#define PL_IO_ADDRESS_H

#include "vm/base/str.h"

struct sockaddr;

typedef enum PlAddressClass {
    PL_ADDRESS_PUBLIC,
    PL_ADDRESS_PRIVATE, /* loopback, private, shared: only for a server that the user named */
    PL_ADDRESS_NEVER    /* link-local, metadata, multicast, translated, reserved: nobody's API */
} PlAddressClass;

/* *words (may be NULL): "a loopback address"; static. Anything but AF_INET and AF_INET6 is NEVER. */
PlAddressClass pl_address_class(const struct sockaddr *address, const char **words);
/* Of an address as inet_pton reads it, perhaps with a %zone. Anything else is NEVER. */
PlAddressClass pl_address_class_of_text(PlStr text, const char **words);

#endif
