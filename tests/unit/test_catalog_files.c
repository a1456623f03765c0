/* SPDX-License-Identifier: MIT */
#include "tests/unit/catalog_world.h"

#include "compiler/present/catalog_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64]; /* of the test's documents */

static void bed_begin(Bed *bed)
{
    strcpy(dir, "/tmp/pilot_catalog_XXXXXX");
    CHECK(mkdtemp(dir) != NULL);
    bed_init(bed);
}

static void bed_end(Bed *bed)
{
    PlStr command = pl_arena_printf(bed->arena, "rm -rf '%s'", dir);
    CHECK(system(command.ptr) == 0);
    bed_close(bed);
}

static const char *path_of(Bed *bed, const char *name)
{
    return pl_arena_printf(bed->arena, "%s/%s", dir, name).ptr;
}

static void put(Bed *bed, const char *name, const char *text)
{
    CHECK(pl_buf_write_file(path_of(bed, name), pl_str_z(text)) == PL_OK);
}

static PlStr result_of(Bed *bed, const PlPlugin *plugin, uint32_t index)
{
    const PlAction *action = pl_catalog_action(bed->catalog, plugin->operations[index]);
    pl_buf_clear(&bed->out);
    pl_type_print(&bed->out, &bed->types, action->result, 0);
    return pl_buf_str(&bed->out);
}

#define ANSWER(ref) "{'200': {description: x, content: {application/json: {schema: {$ref: '" ref "'}}}}}"

static void put_project(Bed *bed)
{
    CHECK(mkdir(path_of(bed, "api"), 0700) == 0 && mkdir(path_of(bed, "api/parts"), 0700) == 0);
    put(bed, "secret.yaml", "type: string\n");
    put(bed, "api/parts/pet.yaml",
        "type: object\n"
        "properties:\n"
        "  name: {type: string}\n"
        "  owner: {$ref: 'owner.json'}\n"
        "  pet: {$ref: '#'}\n");
    put(bed, "api/parts/owner.json",
        "{\"type\": \"object\", \"properties\": {\"id\": {\"$ref\": \"../root.yaml#/components/schemas/Id\"}}}");
    put(bed, "api/parts/path.yaml", "get: {operationId: viaFile, responses: " ANSWER("pet.yaml") "}\n");
    put(bed, "api/parts/broken.yaml", "a: [b\n");
    /* clang-format off */
    put(bed, "api/root.yaml",
        "openapi: 3.0.0\npaths:\n"
        "  /a: {$ref: parts/path.yaml}\n"
        "  /b: {get: {responses: " ANSWER("parts/pet.yaml#/properties/name") "}}\n"
        "  /c: {get: {responses: " ANSWER("../secret.yaml") "}}\n"
        "  /d: {get: {responses: " ANSWER("parts/none.yaml") "}}\n"
        "  /e: {get: {responses: " ANSWER("parts/broken.yaml") "}}\n"
        "  /f: {get: {responses: " ANSWER("parts") "}}\n"
        "  /g: {get: {responses: " ANSWER("/etc/hostname") "}}\n"
        "components: {schemas: {Id: {type: integer}}}\n");
    /* clang-format on */
}

TEST(references_to_files)
{
    Bed bed;
    bed_begin(&bed);
    put_project(&bed);
    PlPlugin *plugin = NULL;
    CHECK(pl_catalog_add_file(bed.catalog, PL_STR("root"), path_of(&bed, "api/root.yaml"), NULL, &plugin) == PL_OK);
    if (!plugin) return;
    CHECK(plugin->operation_count == 7);
    CHECK_STR(plugin->operations[0]->name, "via_file");
    CHECK_STR(result_of(&bed, plugin, 0), "{name?: text, owner?: {id?: integer}, pet?: pet}");
    CHECK_STR(result_of(&bed, plugin, 1), "text");
    CHECK(!bed_has(&bed, PL_D_REF_OUTSIDE));
    CHECK_STR(result_of(&bed, plugin, 2), "any");
    CHECK(bed_has(&bed, PL_D_REF_OUTSIDE));
    CHECK_STR(result_of(&bed, plugin, 3), "any");
    CHECK(bed_has(&bed, PL_D_REF_UNREADABLE));
    CHECK_STR(result_of(&bed, plugin, 4), "any");
    CHECK(bed_has(&bed, PL_D_DOC_NOT_YAML));
    CHECK_STR(result_of(&bed, plugin, 5), "any");
    CHECK_STR(result_of(&bed, plugin, 6), "any");
    CHECK(bed.diags.errors == 0);
    bed_end(&bed);
}

TEST(a_link_does_not_lead_out)
{
    Bed bed;
    bed_begin(&bed);
    CHECK(mkdir(path_of(&bed, "api"), 0700) == 0);
    put(&bed, "secret.yaml", "type: string\n");
    CHECK(symlink("../secret.yaml", path_of(&bed, "api/link.yaml")) == 0);
    put(&bed, "api/root.yaml", "openapi: 3.0.0\npaths: {/a: {get: {responses: " ANSWER("link.yaml") "}}}\n");
    PlPlugin *plugin = NULL;
    CHECK(pl_catalog_add_file(bed.catalog, PL_STR(""), path_of(&bed, "api/root.yaml"), NULL, &plugin) == PL_OK);
    CHECK_STR(plugin->name, "root");
    CHECK_STR(result_of(&bed, plugin, 0), "any");
    CHECK(bed_has(&bed, PL_D_REF_OUTSIDE));
    bed_end(&bed);
}

TEST(files_change_the_hash)
{
    uint8_t hashes[2][32];
    for (int i = 0; i < 2; i++) {
        Bed bed;
        bed_begin(&bed);
        put(&bed, "part.yaml", i ? "type: string\n" : "type: integer\n");
        put(&bed, "root.yaml", "openapi: 3.0.0\npaths: {/a: {get: {responses: " ANSWER("part.yaml") "}}}\n");
        PlPlugin *plugin = NULL;
        CHECK(pl_catalog_add_file(bed.catalog, PL_STR(""), path_of(&bed, "root.yaml"), NULL, &plugin) == PL_OK);
        (void)pl_catalog_action(bed.catalog, plugin->operations[0]);
        memcpy(hashes[i], plugin->hash, 32);
        bed_end(&bed);
    }
    CHECK(memcmp(hashes[0], hashes[1], 32) != 0);
}

TEST(folders)
{
    Bed bed;
    bed_begin(&bed);
    put(&bed, "Two-Words.yaml", "openapi: 3.0.0\npaths: {/a: {get: {}}}\n");
    put(&bed, "a.json", "{\"swagger\": \"2.0\", \"paths\": {\"/a\": {\"get\": {}}}}");
    put(&bed, "notes.yml", "just: notes\n");
    put(&bed, "readme.txt", "openapi: 3.0.0\n");
    put(&bed, ".hidden.yaml", "openapi: 3.0.0\n");
    CHECK(pl_catalog_add_dir(bed.catalog, dir) == PL_OK);
    CHECK(pl_catalog_plugin_count(bed.catalog) == 2);
    CHECK_STR(pl_catalog_plugin(bed.catalog, 0)->name, "two_words");
    CHECK_STR(pl_catalog_plugin(bed.catalog, 1)->name, "a");
    CHECK(bed.diags.errors == 0 && bed.diags.warnings == 1);
    CHECK(pl_catalog_add_dir(bed.catalog, "/no/such/folder") == PL_IO);
    CHECK(pl_catalog_add_file(bed.catalog, PL_STR("x"), path_of(&bed, "none.yaml"), NULL, NULL) == PL_IO);
    bed_end(&bed);
}

TEST(printing)
{
    Bed bed;
    bed_begin(&bed);
    PlPlugin *plugin = NULL;
    PlStr text =
        PL_STR("openapi: 3.0.0\ninfo: {title: Pets}\nservers: [{url: 'https://p.example'}]\nsecurity: [{k: []}]\n"
               "components: {securitySchemes: {k: {type: apiKey, in: header, name: X-K}}}\n"
               "paths:\n  /pets:\n    get: {operationId: listPets, summary: List pets, parameters: [{name: limit, in: "
               "query, schema: {type: integer, default: 5}}], responses: {'200': {description: all}}}\n"
               "    post: {operationId: addPet, summary: Add a pet, deprecated: true}\n");
    CHECK(pl_catalog_add_text(bed.catalog, PL_STR(""), PL_STR("p.yaml"), text, NULL, &plugin) == PL_OK);
    pl_catalog_print(&bed.out, bed.catalog, NULL, PL_STR(""), false);
    CHECK_STR(pl_buf_str(&bed.out), "pets: Pets (OpenAPI 3.0.0), at https://p.example, 2 actions\n"
                                    "  list_pets  read    GET    /pets  List pets\n"
                                    "  add_pet    write   POST   /pets  Add a pet (deprecated)\n");
    pl_buf_clear(&bed.out);
    pl_catalog_print(&bed.out, bed.catalog, plugin, PL_STR("list pets"), true);
    CHECK(pl_str_find(pl_buf_str(&bed.out), PL_STR("  pets.list_pets  read "), 0) == 0);
    CHECK(pl_str_find(pl_buf_str(&bed.out), PL_STR("integer, default 5 (query)"), 0) != PL_STR_NONE);
    CHECK(pl_str_find(pl_buf_str(&bed.out), PL_STR("credentials: pets.k (api key)"), 0) != PL_STR_NONE);
    pl_buf_clear(&bed.out);
    CHECK(pl_catalog_json(&bed.out, bed.catalog, NULL, PL_STR(""), true) == PL_OK);
    json_t *root = json_loadb(bed.out.ptr, bed.out.len, 0, NULL);
    CHECK(json_array_size(json_object_get(root, "actions")) == 2);
    json_t *first = json_array_get(json_object_get(root, "actions"), 0);
    CHECK(strcmp(json_string_value(json_object_get(first, "name")), "list_pets") == 0);
    CHECK(json_array_size(json_object_get(first, "arguments")) == 1);
    json_decref(root);
    bed_end(&bed);
}

/* file: is a file, where it may be read as without the word. */
TEST(references_with_file_before_them)
{
    static const char *const refs[] = {"file:part.yaml#/a", "file://part.yaml#/a", "FILE:./part.yaml#/a", "file://localhost%s/part.yaml#/a",
        "file://%s/part.yaml#/a"};
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
        Bed bed;
        bed_begin(&bed);
        put(&bed, "part.yaml", "a: {type: integer}\n");
        char ref[128];
        const char *at = strstr(refs[i], "%s");
        snprintf(ref, sizeof ref, "%.*s%s%s", at ? (int)(at - refs[i]) : (int)strlen(refs[i]), refs[i], at ? dir : "", at ? at + 2 : "");
        PlStr text = pl_arena_printf(bed.arena, "openapi: 3.0.3\ninfo: {title: T}\npaths: {/a: {get: {operationId: a, responses: {'200': {description: x, "
            "content: "
                                                "{application/json: {schema: {$ref: '%s'}}}}}}}}\n", ref);
        put(&bed, "root.yaml", text.ptr);
        PlPlugin *plugin;
        CHECK(pl_catalog_add_file(bed.catalog, PL_STR("t"), path_of(&bed, "root.yaml"), NULL, &plugin) == PL_OK);
        CHECK_STR(result_of(&bed, plugin, 0), "integer");
        CHECK(bed.diags.warnings == 0);
        bed_end(&bed);
    }
    Bed bed;
    bed_begin(&bed);
    put(&bed, "root.yaml", "openapi: 3.0.3\ninfo: {title: T}\npaths: {/a: {get: {operationId: a, responses: {'200': {description: x, content: "
        "{application/json: {schema: "
                           "{$ref: 'file:///etc/passwd'}}}}}}}}\n");
    PlPlugin *plugin;
    CHECK(pl_catalog_add_file(bed.catalog, PL_STR("t"), path_of(&bed, "root.yaml"), NULL, &plugin) == PL_OK);
    CHECK_STR(result_of(&bed, plugin, 0), "any");
    CHECK(bed_has(&bed, PL_D_REF_OUTSIDE) && !bed_has(&bed, PL_D_REF_REMOTE));
    bed_end(&bed);
}

UNIT_MAIN
