#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/bind/catalogs: three small documents of ours, in the shapes that real ones have."""
import json, os

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogs")


def op(oid, summary, params=(), body=None, required=(), gives=None, description=""):
    out = {"operationId": oid, "summary": summary, "responses": {"200": {"description": "ok"}}}
    if description: out["description"] = description
    if params: out["parameters"] = [{"name": n.strip("*"), "in": "path" if n.startswith("*") else "query", "required": n.startswith("*"), "schema": s}
                                    for n, s in params]
    if body: out["requestBody"] = {"content": {"application/json": {"schema": {"type": "object", "required": list(required), "properties": body}}}}
    if gives: out["responses"]["200"]["content"] = {"application/json": {"schema": gives}}
    return out


T, I, D, E = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date"}, {"type": "string", "format": "email"}
obj = lambda **p: {"type": "object", "properties": p}
rows = lambda item: {"type": "array", "items": item}
ticket = obj(id=T, title=T, state=T, owner=E)
room = obj(id=T, city=T, price=I)

desk = {"/tickets": {"get": op("listTickets", "List the tickets of the desk", [("state", dict(T, enum=["open", "closed", "waiting"])), ("since", D), ("limit", I)], gives=rows(ticket)),
                     "post": op("createTicket", "Open a new ticket", body={"title": T, "text": T, "priority": dict(T, enum=["low", "high"])}, required=["title"], gives=ticket)},
        "/tickets/{ticket_id}": {"get": op("getTicket", "Get one ticket", [("*ticket_id", T)], gives=ticket),
                                 "patch": op("updateTicket", "Change a ticket's title, state or owner", [("*ticket_id", T)], body={"title": T, "state": T, "owner": E}, gives=ticket),
                                 "delete": op("deleteTicket", "Delete a ticket", [("*ticket_id", T)])},
        "/tickets/{ticket_id}/comments": {"get": op("listComments", "List the comments on a ticket", [("*ticket_id", T)], gives=rows(obj(id=T, text=T))),
                                          "post": op("addComment", "Comment on a ticket", [("*ticket_id", T)], body={"text": T}, required=["text"])},
        "/people": {"get": op("searchPeople", "Search people by name or e-mail address", [("query", T)], gives=rows(obj(id=T, name=T, email=E)))},
        "/people/me": {"get": op("getMe", "Get the authenticated person", gives=obj(id=T, name=T, email=E))},
        "/people/{person_id}": {"get": op("getPerson", "Get a person", [("*person_id", T)], gives=obj(id=T, name=T, email=E))},
        "/reports/monthly": {"get": op("monthlyReport", "Number of tickets by state for a month", [("month", T)], gives=obj(open=I, closed=I))}}
stay = {"/rooms/search": {"get": op("findRooms", "Find free hotel rooms in a city", [("city", T), ("from_date", D), ("to_date", D), ("max_price", I), ("guests", I)], gives=rows(room))},
        "/bookings": {"post": op("bookRoom", "Book a room", body={"room_id": T, "guest_email": E}, required=["room_id", "guest_email"], gives=obj(booking_id=T)),
                      "get": op("listBookings", "List your bookings", gives=rows(obj(booking_id=T, room_id=T)))},
        "/bookings/{booking_id}": {"get": op("getBooking", "Show a booking", [("*booking_id", T)]), "delete": op("cancelBooking", "Cancel a booking", [("*booking_id", T)])},
        "/weather": {"get": op("forecast", "Weather forecast for a place and a day", [("place", T), ("day", D)], gives=obj(temperature=I, rain=I))}}
home = {"/lights/on": {"post": op("turnOnLight", "Turn a light on", body={"room": T})}, "/lights/off": {"post": op("turnOffLight", "Turn a light off", body={"room": T})},
        "/lights/level": {"post": op("setBrightness", "Set the brightness or the color of a light", body={"room": T, "level": I, "color": T})},
        "/state": {"get": op("getState", "State of a device or a sensor", [("device", T)])},
        "/timers": {"post": op("startTimer", "Start a timer", body={"minutes": I}), "delete": op("cancelTimer", "Cancel a timer")},
        "/music/play": {"post": op("playMusic", "Play a song, an album or a playlist", body={"name": T})}, "/music/pause": {"post": op("pauseMusic", "Pause the music")},
        "/shopping": {"post": op("addToShoppingList", "Add an item to the shopping list", body={"item": T})}}
for name, title, paths in (("desk", "Help Desk API", desk), ("stay", "Hotel Stay", stay), ("home", "Home Control", home)):
    doc = {"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "servers": [{"url": f"https://{name}.example/v1"}], "paths": paths}
    with open(os.path.join(HERE, name + ".json"), "w") as f:
        json.dump(doc, f, indent=1)
        f.write("\n")
with open(os.path.join(HERE, "all.list"), "w") as f: f.write("catalogs/desk.json\ncatalogs/home.json\ncatalogs/stay.json\n")
