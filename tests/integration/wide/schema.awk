# A schema whose table has as many columns as `columns` says, the eight audit columns among them:
# `awk -v columns=1000 -f schema.awk`. Made at build time, because it would be the largest file here. Small types mostly:
# PostgreSQL keeps a row's fixed-size values on one page of 8 kB.
BEGIN {
    small = split("double bigint string decimal(12,2) boolean date timestamp int smallint float tinyint timestamp_ntz", smalls, " ")
    large = split("binary uuid json array<string> map<string,int>", larges, " ")
    print "version: 1"
    print "name: wide"
    print "backends:"
    print "  lakebase: {schema: app_data}"
    print "tables:"
    print "  - name: readings"
    print "    row: reading"
    print "    key: [id]"
    print "    columns:"
    print "      - {name: id, type: bigint, required: true}"
    print "      - {name: label, type: string, required: true, max_length: 40}"
    print "      - {name: depth, type: double, max: 1000000}"
    for (at = 4; at <= columns - 8; at++)
        printf "      - {name: c%03d, type: \"%s\"}\n", at, at % 20 == 0 ? larges[at / 20 % large + 1] : smalls[at % small + 1]
}
