// SPDX-License-Identifier: Apache-2.0
// Statements that readers of a warehouse write, by the official client: their answers on the local workspace, or the
// condition they are refused with. dialect.mjs CLIENTS WORKSPACE
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { runCases, startWorkspace } from "./workspace.mjs";

const [folder, program] = process.argv.slice(2);
const { WorkspaceClient } = createRequire(path.join(folder, "package.json"))("@databricks/sdk-experimental");

const local = await startWorkspace(program, ["--token", "ada@example.com=dapi-x"]);
const person = new WorkspaceClient({ host: local.base, token: "dapi-x", authType: "pat" }, { product: "weirtest", productVersion: "0.0.1" });

const execute = (statement) =>
  person.statementExecution.executeStatement({
    statement, warehouse_id: "local", wait_timeout: "30s", on_wait_timeout: "CONTINUE", disposition: "INLINE", format: "JSON_ARRAY",
  });

const prepared = [
  "CREATE SCHEMA IF NOT EXISTS shop.app",
  "CREATE TABLE shop.app.orders (id BIGINT NOT NULL COMMENT 'the key', total DECIMAL(10,2), tags ARRAY<STRING>, made TIMESTAMP) COMMENT 'what was sold'",
  "CREATE VIEW shop.app.totals AS SELECT id, total FROM shop.app.orders",
  "INSERT INTO shop.app.orders VALUES (1, 2.5, array('a'), timestamp'2024-05-17 10:20:30'), (2, NULL, NULL, NULL)",
];

const answered = [
  ["SELECT a, b FROM VALUES (1, 'x'), (2, NULL) AS t(a, b) ORDER BY a", [["1", "x"], ["2", null]]],
  ["SELECT x FROM VALUES (1), (NULL) AS t(x) ORDER BY x", [[null], ["1"]]],
  ["SELECT x FROM VALUES (1), (NULL) AS t(x) ORDER BY x DESC", [["1"], [null]]],
  ["WITH c AS (SELECT 2 AS a UNION ALL SELECT 1) SELECT a, row_number() OVER (ORDER BY a) FROM c ORDER BY a", [["1", "1"], ["2", "2"]]],
  ["SELECT l.a FROM VALUES (1), (2) AS l(a) JOIN VALUES (2), (3) AS r(a) ON l.a = r.a", [["2"]]],
  ["SELECT count(*), sum(id), min(id), max(id) FROM range(10)", [["10", "45", "0", "9"]]],
  ["SELECT id % 2 AS odd, count(*) FROM range(5) GROUP BY 1 HAVING count(*) > 2", [["0", "3"]]],
  ["SELECT date_trunc('month', date'2024-05-17'), date_add(date'2024-01-01', 3)", [["2024-05-01T00:00:00.000Z", "2024-01-04"]]],
  ["SELECT datediff(date'2024-01-03', date'2024-01-01')", [["2"]]],
  ["SELECT cast('12.50' AS DECIMAL(10,2)), cast(1 AS STRING)", [["12.50", "1"]]],
  ["SELECT explode(array(1, 2))", [["1"], ["2"]]],
  ["SELECT from_json('{\"a\":1}', 'a INT')", [['{"a":1}']]],
  ["SELECT date_format(timestamp'2024-05-17 10:20:30', 'yyyy-MM-dd HH:mm'), to_date('17/05/2024', 'dd/MM/yyyy')", [["2024-05-17 10:20", "2024-05-17"]]],
  ["SELECT dateadd(MONTH, 1, date'2024-01-31'), datediff(MONTH, date'2024-01-31', date'2024-03-01')", [["2024-02-29T00:00:00.000Z", "1"]]],
  ["SELECT extract(SECOND FROM timestamp'2024-05-17 10:20:30.5'), trunc(date'2024-05-17', 'MM'), from_unixtime(86399)", [["30.500000", "2024-05-01", "1970-01-01 23:59:59"]]],
  ["SELECT a, x FROM VALUES (1, array(7, 8)), (2, array()) AS l(a, xs) LATERAL VIEW explode(xs) v AS x ORDER BY x", [["1", "7"], ["1", "8"]]],
  ["SELECT percentile(x, 0.5), listagg(s, '-'), listagg(s) FROM VALUES (1, 'a'), (2, 'b') AS t(x, s)", [["1.5", "a-b", "ab"]]],
  ["SELECT a, sum(b) OVER (PARTITION BY a ORDER BY b), lag(b) OVER (ORDER BY b) FROM VALUES (1, 1), (1, 2), (2, 5) AS t(a, b) ORDER BY b",
    [["1", "1", null], ["1", "3", "1"], ["2", "5", "2"]]],
  ["SELECT a, b FROM VALUES (1, 1), (1, 2), (2, 5) AS t(a, b) QUALIFY row_number() OVER (PARTITION BY a ORDER BY b DESC) = 1 ORDER BY a", [["1", "2"], ["2", "5"]]],
  ["SELECT a FROM VALUES (1), (2) AS l(a) LEFT ANTI JOIN VALUES (2) AS r(b) ON a = b", [["1"]]],
  ["SELECT a, b, count(*) FROM VALUES (1, 1), (1, 2) AS t(a, b) GROUP BY ROLLUP (a, b) ORDER BY a, b", [[null, null, "2"], ["1", null, "2"], ["1", "1", "1"], ["1", "2", "1"]]],
  ["SELECT count_if(id > 2), max_by(id, -id), collect_list(id) FROM range(4)", [["1", "0", "[0,1,2,3]"]]],
  ["SELECT pmod(-7, 3), -7 % 3, -7 DIV 2, 7 / 2", [["2", "-1", "-3", "3.5"]]],
  ["SELECT x.a, x.b FROM (SELECT explode(from_json('[{\"a\":1,\"b\":\"u\"},{\"a\":2}]', 'array<struct<a:int,b:string>>')) AS x)", [["1", "u"], ["2", null]]],
  ["MERGE INTO shop.app.orders AS t USING (SELECT 2 AS id, 7.25 AS total UNION ALL SELECT 3, 1) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET total = s.total WHEN NOT MATCHED THEN INSERT (id, total) VALUES (s.id, s.total)",
    [["2", "1", "0", "1"]]],
  ["SELECT id, total FROM shop.app.orders ORDER BY id", [["1", "2.50"], ["2", "7.25"], ["3", "1.00"]]],
  ["DESCRIBE TABLE shop.app.orders", [["id", "bigint", "the key"], ["total", "decimal(10,2)", null], ["tags", "array<string>", null], ["made", "timestamp", null]]],
  ["DESCRIBE EXTENDED shop.app.totals", [["id", "bigint", null], ["total", "decimal(10,2)", null], ["", "", ""], ["# Detailed Table Information", "", ""],
    ["Catalog", "shop", ""], ["Database", "app", ""], ["Table", "totals", ""], ["Type", "VIEW", ""]]],
  ["SHOW TABLES IN shop.app", [["app", "orders", "false"], ["app", "totals", "false"]]],
  ["SHOW TABLES IN shop.app LIKE 'tot*'", [["app", "totals", "false"]]],
  ["SHOW COLUMNS IN shop.app.totals", [["id"], ["total"]]],
  ["SHOW SCHEMAS IN shop LIKE 'app'", [["app"]]],
  ["SELECT table_name, table_type, comment FROM shop.information_schema.tables WHERE table_schema = 'app' ORDER BY table_name",
    [["orders", "MANAGED", "what was sold"], ["totals", "VIEW", null]]],
  ["SELECT c.column_name, c.full_data_type, c.data_type, c.is_nullable, c.numeric_scale FROM shop.information_schema.columns c WHERE table_name = 'orders' ORDER BY ordinal_position",
    [["id", "bigint", "LONG", "NO", "0"], ["total", "decimal(10,2)", "DECIMAL", "YES", "2"], ["tags", "array<string>", "ARRAY", "YES", null], ["made", "timestamp", "TIMESTAMP", "YES", null]]],
  ["SELECT count(*) FROM system.information_schema.schemata WHERE catalog_name = 'shop' AND schema_name = 'app'", [["1"]]],
];

const refused = [
  ["SELECT 1/0", "DIVIDE_BY_ZERO", "22012"],
  ["SELECT cast('a' AS INT)", "CAST_INVALID_INPUT", "22018"],
  ["SELECT 9223372036854775807 + 1", "ARITHMETIC_OVERFLOW", "22003"],
  ["SELECT cast(127 AS TINYINT) + cast(1 AS TINYINT)", "ARITHMETIC_OVERFLOW", "22003"],
  ["SELECT cast('2024-02-30' AS DATE)", "CAST_INVALID_INPUT", "22018"],
  ["SELECT cast(3000000000 AS INT)", "CAST_OVERFLOW", "22003"],
  ["SELECT cast(12345.6 AS DECIMAL(5,2))", "NUMERIC_VALUE_OUT_OF_RANGE", "22003"],
  ["SELECT sum(x) FROM VALUES (9223372036854775807), (1) AS t(x)", "ARITHMETIC_OVERFLOW", "22003"],
  ["SELECT 1 % 0", "DIVIDE_BY_ZERO", "22012"],
  ["SELECT date_format(date'2024-05-17', 'VV')", "UNSUPPORTED_FEATURE", "0A000"],
  ["SELECT * FROM (SELECT 1 AS a, 'x' AS k) PIVOT (sum(a) FOR k IN ('x'))", "UNSUPPORTED_FEATURE", "0A000"],
  ["SELECT a FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"],
  ["SELECT nowhere(1)", "UNRESOLVED_ROUTINE", "42883"],
  ["SELECT", "PARSE_SYNTAX_ERROR", "42601"],
  ["OPTIMIZE t", "UNSUPPORTED_FEATURE", "0A000"],
  ["DESCRIBE TABLE nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"],
  ["DESCRIBE HISTORY shop.app.orders", "UNSUPPORTED_FEATURE", "0A000"],
  ["SHOW CREATE TABLE shop.app.orders", "UNSUPPORTED_FEATURE", "0A000"],
  ["SELECT * FROM shop.information_schema.routines", "UNSUPPORTED_FEATURE", "0A000"],
  ["SELECT created FROM shop.information_schema.tables", "UNRESOLVED_COLUMN", "42703"],
];

// What Delta refuses until it was prepared, in this order; rows where a statement answers some.
const altered = [
  ["CREATE TABLE shop.app.keys (id BIGINT NOT NULL, CONSTRAINT keys_pkey PRIMARY KEY (id)) USING DELTA"],
  ["CREATE TABLE shop.app.things (no BIGINT GENERATED BY DEFAULT AS IDENTITY, word VARCHAR(3) NOT NULL, size INT, key_id BIGINT, CONSTRAINT things_key FOREIGN KEY (key_id) REFERENCES shop.app.keys (id)) USING DELTA CLUSTER BY (word)"],
  ["INSERT INTO shop.app.things (word, size) VALUES ('abc', 1), ('d', 2)"],
  ["ALTER TABLE shop.app.things ALTER COLUMN size SET DEFAULT 7", "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED"],
  ["ALTER TABLE shop.app.things ADD COLUMN (late INT NOT NULL)", "UNSUPPORTED_FEATURE"],
  ["ALTER TABLE shop.app.things RENAME COLUMN size TO bulk", "DELTA_UNSUPPORTED_RENAME_COLUMN"],
  ["ALTER TABLE shop.app.things DROP COLUMN size", "DELTA_UNSUPPORTED_DROP_COLUMN"],
  ["ALTER TABLE shop.app.things ALTER COLUMN size TYPE BIGINT", "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"],
  ["ALTER TABLE shop.app.things ADD CONSTRAINT small CHECK (size < 2)", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"],
  ["ALTER TABLE shop.app.things ADD CONSTRAINT small CHECK (size < 9)"],
  ["ALTER TABLE shop.app.things SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true', 'delta.feature.allowColumnDefaults' = 'supported')"],
  ["ALTER TABLE shop.app.things RENAME COLUMN size TO bulk ", "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE"],
  ["ALTER TABLE shop.app.things ALTER COLUMN size TYPE STRING", "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE"],
  ["SHOW TBLPROPERTIES shop.app.things", [["delta.columnMapping.mode", "name"], ["delta.constraints.small", "size < 9"],
    ["delta.enableTypeWidening", "true"], ["delta.feature.allowColumnDefaults", "supported"]]],
  ["ALTER TABLE shop.app.things DROP CONSTRAINT small"],
  ["ALTER TABLE shop.app.things ALTER COLUMN size TYPE BIGINT "],
  ["ALTER TABLE shop.app.things ALTER COLUMN size TYPE INT", "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"],
  ["ALTER TABLE shop.app.things ALTER COLUMN size SET DEFAULT 3 + 4"],
  ["ALTER TABLE shop.app.things ALTER COLUMN word TYPE VARCHAR(5)"],
  ["INSERT INTO shop.app.things (word) VALUES ('abcdef')", "DELTA_EXCEED_CHAR_VARCHAR_LIMIT"],
  ["INSERT INTO shop.app.things (word) VALUES ('abcde')"],
  ["ALTER TABLE shop.app.things DROP COLUMN word", "DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN"],
  ["SELECT column_name, full_data_type, column_default, is_identity FROM shop.information_schema.columns WHERE table_name = 'things' ORDER BY ordinal_position",
    [["no", "bigint", null, "YES"], ["word", "varchar(5)", null, "NO"], ["size", "bigint", "3 + 4", "NO"], ["key_id", "bigint", null, "NO"]]],
  ["SELECT r.constraint_name, r.unique_constraint_name, k.column_name FROM shop.information_schema.referential_constraints r JOIN shop.information_schema.key_column_usage k ON k.constraint_name = r.constraint_name",
    [["things_key", "keys_pkey", "key_id"]]],
  ["ALTER TABLE shop.app.keys DROP PRIMARY KEY", "PRIMARY_KEY_HAS_DEPENDENTS"],
  ["ALTER TABLE shop.app.things RENAME COLUMN key_id TO keeper"],
  ["SELECT constraint_name FROM shop.information_schema.table_constraints ORDER BY 1", [["keys_pkey"]]],
  ["ALTER TABLE shop.app.things CLUSTER BY (no, keeper)"],
  ["DESCRIBE DETAIL shop.app.things", [["delta", "shop.app.things", "", "[]", '["no","keeper"]',
    '{"delta.columnMapping.mode":"name","delta.enableTypeWidening":"true","delta.feature.allowColumnDefaults":"supported"}']]],
  ["GRANT SELECT, MODIFY ON SCHEMA shop.app TO `bob@example.com`"],
  ["SELECT table_name, privilege_type, inherited_from FROM shop.information_schema.table_privileges WHERE grantee = 'bob@example.com' AND table_name = 'keys' ORDER BY 2",
    [["keys", "MODIFY", "SCHEMA"], ["keys", "SELECT", "SCHEMA"]]],
  ["SHOW GRANTS ON SCHEMA shop.app", [["bob@example.com", "SELECT", "SCHEMA", "shop.app"], ["bob@example.com", "MODIFY", "SCHEMA", "shop.app"]]],
];

const cases = {};
for (const statement of prepared) {
  cases[statement] = async () => assert.equal((await execute(statement)).status.state, "SUCCEEDED");
}
for (const [statement, rows] of answered) {
  cases[statement] = async () => {
    const done = await execute(statement);
    assert.equal(done.status.state, "SUCCEEDED", JSON.stringify(done.status));
    assert.deepEqual(done.result.data_array, rows);
  };
}
for (const [statement, condition, sqlState] of refused) {
  cases[statement] = async () => {
    const done = await execute(statement);
    assert.equal(done.status.state, "FAILED");
    assert.match(done.status.error.message, new RegExp(`^\\[${condition}`));
    assert.equal(done.status.sql_state, sqlState);
  };
}

for (const [statement, wanted] of altered) {
  cases[statement] = async () => {
    const done = await execute(statement);
    if (typeof wanted === "string") {
      assert.match(done.status.error?.message ?? done.status.state, new RegExp(`^\\[${wanted}`));
      return;
    }
    assert.equal(done.status.state, "SUCCEEDED", JSON.stringify(done.status));
    if (wanted) assert.deepEqual(done.result.data_array, wanted);
  };
}

const code = await runCases(cases);
local.stop();
process.exit(code);
