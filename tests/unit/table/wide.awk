# A schema whose table has 1,001 columns, as design 3 promises: more than Boost.Describe (52) and Boost.PFR (100) hold.
BEGIN {
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
    for (at = 1; at <= 1000; at++) print "      - {name: c" at ", type: double, max: 100}"
}
