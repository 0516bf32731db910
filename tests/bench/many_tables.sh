# Tables of 30 columns each, to be sourced: many_tables NAME FIRST COUNT writes a schema file.
many_tables() {
    local table column type
    printf 'version: 1\nname: %s\ntables:\n' "$1"
    for ((table = $2; table < $2 + $3; ++table)); do
        printf '  - name: table_%03d\n    row: row_%03d\n    key: [id]\n    columns:\n' "$table" "$table"
        printf '      - {name: id, type: bigint, generated: identity}\n'
        for ((column = 1; column < 30; ++column)); do
            case $((column % 5)) in
            0) type='string, required: true, min_length: 1, max_length: 100' ;;
            1) type='"decimal(12,2)", default: "0.00", min: "0.00"' ;;
            2) type='timestamp' ;;
            3) type='array<string>, default: [], max_items: 20' ;;
            4) type='double, min: 0, description: A measured value' ;;
            esac
            printf '      - {name: column_%02d, type: %s}\n' "$column" "$type"
        done
        printf '    api: {path: table-%03d, order_by: [column_05 desc]}\n' "$table"
    done
}
