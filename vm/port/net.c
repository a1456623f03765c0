/* SPDX-License-Identifier: MIT */
/* Names of what can go wrong on the way to a server, as rows and error records carry them. */
#include "vm/port/net.h"

const char *pl_net_fault_name(PlNetFault fault)
{
    static const char *const names[PL_NET_FAULT_COUNT] = {
        [PL_NET_OK] = "",
        [PL_NET_REFUSED_ORIGIN] = "refused_origin",
        [PL_NET_REFUSED_ADDRESS] = "refused_address",
        [PL_NET_REFUSED_RESEND] = "refused_resend",
        [PL_NET_NO_CREDENTIAL] = "no_credential",
        [PL_NET_RESOLVE] = "resolve",
        [PL_NET_CONNECT] = "connect",
        [PL_NET_TLS] = "tls",
        [PL_NET_TIMEOUT] = "timeout",
        [PL_NET_RESET] = "reset",
        [PL_NET_TOO_LARGE] = "too_large",
        [PL_NET_PROTOCOL] = "protocol",
        [PL_NET_CANCELLED] = "cancelled",
        [PL_NET_NO_DOOR] = "no_door",
        [PL_NET_FILE] = "file",
    };
    return (unsigned)fault < PL_NET_FAULT_COUNT ? names[fault] : "?";
}

const char *pl_evidence_name(PlEvidence evidence)
{
    static const char *const names[] = {"never_sent", "answered", "unknown"};
    return (unsigned)evidence < 3 ? names[evidence] : "?";
}
