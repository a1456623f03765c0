# stdlib/plugins/*.yaml as C: for each document its lines, and a table of all by name.
FNR == 1 {
    if (names++) print "NULL};"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.yaml$/, "", name)
    all[names] = name
    if (names == 1) print "/* made from stdlib/plugins */\n#include \"compiler/doors/doors.h\"\n"
    print "static const char *const tool_" name "[] = {"
}
{
    gsub(/[\\"]/, "\\\\&")
    print "\"" $0 "\\n\","
}
END {
    print "NULL};\n\nconst PlDoorTool pl_door_tools[] = {"
    for (i = 1; i <= names; i++) print "{\"" all[i] "\", tool_" all[i] "},"
    print "{NULL, NULL}};"
}
