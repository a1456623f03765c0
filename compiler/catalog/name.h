/* SPDX-License-Identifier: MIT */
/* Names that plans can write, made from what documents say. The same document gives the same names. spec/catalog.md
 * section 3. */
#ifndef PL_COMPILER_CATALOG_NAME_H
#define PL_COMPILER_CATALOG_NAME_H

#include "vm/code/action.h"

/* "listDNSRecords" -> "list_dns_records": words in lower case joined by '_'. Words end at anything but letters and
 * digits and where case says so; a plural acronym ("IDs") and "OAuth" stay whole. A leading digit gets a '_' before it.
 * May be empty. */
PlStr pl_name_snake(PlArena *arena, PlStr text);
/* The name of an argument: an identifier stays as it is ("perPage"), anything else keeps its letters and digits, joined
 * by '_' ("filter[status]" -> "filter_status", "X-Request-ID" -> "x_request_id"). "value" when nothing is left. */
PlStr pl_name_argument(PlArena *arena, PlStr text);
/* From an operationId: "issues/create-comment" -> "issues.create_comment". Empty when the id is no name that somebody
 * chose: missing, too long, a path with braces, a hash. */
PlStr pl_name_from_id(PlArena *arena, PlStr id, PlMethod method, PlStr path);
/* "search.0", "search.1": forms of one operation. The number is no part of the name. */
bool pl_name_is_form(PlStr id);
/* From method and path: "GET /v1/pets/{id}/photos" -> "pets.photos.list". `of_many`: there are paths of single things below it
 * ("/objects/{type}/{id}" below "/objects/{type}"). Never empty. */
PlStr pl_name_from_path(PlArena *arena, PlMethod method, PlStr path, bool of_many);
/* Of a plugin, by the title: "Swagger Petstore - 1.0" -> "swagger_petstore", "OpenAI API" -> "openai" (case ends no
 * word here). Empty when nothing is left. */
PlStr pl_name_plugin(PlArena *arena, PlStr title);
/* Of a plugin, by the file: "My-Api.v2" -> "my_api_v2". */
PlStr pl_name_file(PlArena *arena, PlStr stem);
/* A field name of HTTP (RFC 9110 section 5.6.2: token); a name without control characters, not empty. */
bool pl_name_is_token(PlStr name);
bool pl_name_is_plain(PlStr name);
/* What two spellings of one name share: lower-case letters and digits only ("issues/create", "issuesCreate" ->
 * "issuescreate"). */
PlStr pl_name_key(PlArena *arena, PlStr name);

#endif
