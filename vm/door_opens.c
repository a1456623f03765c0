/* SPDX-License-Identifier: MIT */
/* The table of doors: each row names the function that opens its kind. */
#include "vm/door_opens.h"

#include "stdlib/ai/peer.h"
#include "stdlib/native_peer.h"
#include "vm/base/json_scan.h"
#include "vm/io/door_browser.h"
#include "vm/io/door_http.h"
#include "vm/io/door_mcp.h"
#include "vm/io/door_tool.h"
#include "vm/pilot_world.h"

static PlStatus open_native(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    return pl_native_peer_is_wanted(door) ? pl_native_peer_open(world, door, out, why) : pl_door_tool_open(world, door, out, why);
}

static PlStatus open_tool(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    PlStr tool = PL_STR("");
    pl_json_find(door->config, "tool", &tool);
    if (pl_str_eq_z(tool, "\"http\"")) return pl_door_http_open(world, door, out, why);
    return pl_str_eq_z(tool, "\"browser\"") ? pl_door_browser_open(world, door, out, why) : pl_door_tool_open(world, door, out, why);
}

const PlDoorOpen pl_door_opens[PL_DOOR_KIND_COUNT] = {
    [PL_DOOR_AI] = pl_ai_open,
    [PL_DOOR_TOOL] = open_tool,
    [PL_DOOR_NATIVE] = open_native,
    [PL_DOOR_MCP] = pl_door_mcp_open,
    [PL_DOOR_HOST] = pl_pilot_host_open,
};
