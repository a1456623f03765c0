/* SPDX-License-Identifier: MIT */
/* Two tables, most telling row first; an IPv6 address outside of 2000::/3 that no row names is not global unicast and never allowed. */
#include "vm/io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef struct Block4 {
    uint8_t net[4];
    uint8_t bits;
    PlAddressClass kind;
    const char *words;
} Block4;

typedef struct Block6 {
    uint16_t net[8];
    uint8_t bits;
    PlAddressClass kind;
    const char *words;
} Block6;

static const Block4 blocks4[] = {
    {{168, 63, 129, 16}, 32, PL_ADDRESS_NEVER, "a cloud's metadata address"},
    {{100, 100, 100, 200}, 32, PL_ADDRESS_NEVER, "a cloud's metadata address"},
    {{169, 254, 0, 0}, 16, PL_ADDRESS_NEVER, "a link-local address"},
    {{127, 0, 0, 0}, 8, PL_ADDRESS_PRIVATE, "a loopback address"},
    {{0, 0, 0, 0}, 32, PL_ADDRESS_PRIVATE, "this machine's own address"},
    {{0, 0, 0, 0}, 8, PL_ADDRESS_NEVER, "an address of this network"},
    {{10, 0, 0, 0}, 8, PL_ADDRESS_PRIVATE, "a private address"},
    {{172, 16, 0, 0}, 12, PL_ADDRESS_PRIVATE, "a private address"},
    {{192, 168, 0, 0}, 16, PL_ADDRESS_PRIVATE, "a private address"},
    {{100, 64, 0, 0}, 10, PL_ADDRESS_PRIVATE, "an address shared by a provider's customers"},
    {{198, 18, 0, 0}, 15, PL_ADDRESS_PRIVATE, "an address for measurements"},
    {{192, 0, 0, 0}, 24, PL_ADDRESS_NEVER, "an address of IETF protocols"},
    {{192, 0, 2, 0}, 24, PL_ADDRESS_NEVER, "an address for documentation"},
    {{198, 51, 100, 0}, 24, PL_ADDRESS_NEVER, "an address for documentation"},
    {{203, 0, 113, 0}, 24, PL_ADDRESS_NEVER, "an address for documentation"},
    {{192, 88, 99, 0}, 24, PL_ADDRESS_NEVER, "a 6to4 relay"},
    {{224, 0, 0, 0}, 4, PL_ADDRESS_NEVER, "a multicast address"},
    {{240, 0, 0, 0}, 4, PL_ADDRESS_NEVER, "a reserved address"},
};

static const Block6 blocks6[] = {
    {{0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254}, 128, PL_ADDRESS_NEVER, "a cloud's metadata address"},
    {{0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254}, 128, PL_ADDRESS_NEVER, "a cloud's metadata address"},
    {{0, 0, 0, 0, 0, 0, 0, 1}, 128, PL_ADDRESS_PRIVATE, "a loopback address"},
    {{0}, 128, PL_ADDRESS_PRIVATE, "this machine's own address"},
    {{0}, 96, PL_ADDRESS_NEVER, "an IPv4-compatible address"},
    {{0, 0, 0, 0, 0xffff, 0, 0, 0}, 96, PL_ADDRESS_NEVER, "a translated IPv4 address"},
    {{0x0064, 0xff9b}, 96, PL_ADDRESS_NEVER, "a NAT64 address"},
    {{0x0064, 0xff9b, 1}, 48, PL_ADDRESS_NEVER, "a NAT64 address"},
    {{0x0100}, 64, PL_ADDRESS_NEVER, "an address that discards"},
    {{0x2001, 0}, 32, PL_ADDRESS_NEVER, "a Teredo address"},
    {{0x2001, 0}, 23, PL_ADDRESS_NEVER, "an address of IETF protocols"},
    {{0x2001, 0x0db8}, 32, PL_ADDRESS_NEVER, "an address for documentation"},
    {{0x2002}, 16, PL_ADDRESS_NEVER, "a 6to4 address"},
    {{0x3fff}, 20, PL_ADDRESS_NEVER, "an address for documentation"},
    {{0xfc00}, 7, PL_ADDRESS_PRIVATE, "a private address"},
    {{0xfe80}, 10, PL_ADDRESS_NEVER, "a link-local address"},
    {{0xfec0}, 10, PL_ADDRESS_NEVER, "a site-local address"},
    {{0xff00}, 8, PL_ADDRESS_NEVER, "a multicast address"},
};

static bool has_prefix(const uint8_t *address, const uint8_t *net, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    if (memcmp(address, net, bytes) != 0) return false;
    return rest == 0 || ((address[bytes] ^ net[bytes]) >> (8 - rest)) == 0;
}

static PlAddressClass give(PlAddressClass kind, const char *text, const char **words)
{
    if (words) *words = text;
    return kind;
}

static PlAddressClass class4(const uint8_t address[4], const char **words)
{
    for (size_t i = 0; i < sizeof blocks4 / sizeof *blocks4; i++)
        if (has_prefix(address, blocks4[i].net, blocks4[i].bits)) return give(blocks4[i].kind, blocks4[i].words, words);
    return give(PL_ADDRESS_PUBLIC, "a public address", words);
}

static PlAddressClass class6(const uint8_t address[16], const char **words)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(address, mapped, sizeof mapped) == 0) return class4(address + 12, words);
    for (size_t i = 0; i < sizeof blocks6 / sizeof *blocks6; i++) {
        uint8_t net[16];
        for (int w = 0; w < 8; w++) {
            net[2 * w] = (uint8_t)(blocks6[i].net[w] >> 8);
            net[2 * w + 1] = (uint8_t)blocks6[i].net[w];
        }
        if (has_prefix(address, net, blocks6[i].bits)) return give(blocks6[i].kind, blocks6[i].words, words);
    }
    if (address[0] >> 5 != 1) return give(PL_ADDRESS_NEVER, "not a global unicast address", words);
    return give(PL_ADDRESS_PUBLIC, "a public address", words);
}

PlAddressClass pl_address_class(const struct sockaddr *address, const char **words)
{
    uint8_t bytes[16];
    if (address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
        return class4(bytes, words);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
        return class6(bytes, words);
    }
    return give(PL_ADDRESS_NEVER, "not an Internet address", words);
}

PlAddressClass pl_address_class_of_text(PlStr text, const char **words)
{
    char copy[INET6_ADDRSTRLEN + 1];
    size_t len = pl_str_find_char(text, '%', 0);
    if (len == PL_STR_NONE) len = text.len;
    uint8_t bytes[16];
    if (len < sizeof copy) {
        memcpy(copy, text.ptr, len);
        copy[len] = '\0';
        if (inet_pton(AF_INET, copy, bytes) == 1) return class4(bytes, words);
        if (inet_pton(AF_INET6, copy, bytes) == 1) return class6(bytes, words);
    }
    return give(PL_ADDRESS_NEVER, "not an Internet address", words);
}
