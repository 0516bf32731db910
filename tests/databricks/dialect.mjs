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

const answered = [
  ["SELECT a, b FROM VALUES (1, 'x'), (2, NULL) AS t(a, b) ORDER BY a", [["1", "x"], ["2", null]]],
  ["SELECT x FROM VALUES (1), (NULL) AS t(x) ORDER BY x", [[null], ["1"]]],
  ["SELECT x FROM VALUES (1), (NULL) AS t(x) ORDER BY x DESC", [["1"], [null]]],
  ["WITH c AS (SELECT 2 AS a UNION ALL SELECT 1) SELECT a, row_number() OVER (ORDER BY a) FROM c ORDER BY a", [["1", "1"], ["2", "2"]]],
  ["SELECT l.a FROM VALUES (1), (2) AS l(a) JOIN VALUES (2), (3) AS r(a) ON l.a = r.a", [["2"]]],
  ["SELECT count(*), sum(range), min(range), max(range) FROM range(10)", [["10", "45", "0", "9"]]],
  ["SELECT range % 2 AS odd, count(*) FROM range(5) GROUP BY 1 HAVING count(*) > 2", [["0", "3"]]],
  ["SELECT date_trunc('month', date'2024-05-17'), date_add(date'2024-01-01', 3)", [["2024-05-01T00:00:00.000Z", "2024-01-04"]]],
  ["SELECT datediff(date'2024-01-03', date'2024-01-01')", [["2"]]],
  ["SELECT cast('12.50' AS DECIMAL(10,2)), cast(1 AS STRING)", [["12.50", "1"]]],
  ["SELECT explode(array(1, 2))", [["1"], ["2"]]],
  ["SELECT from_json('{\"a\":1}', 'a INT')", [['{"a":1}']]],
];

const refused = [
  ["SELECT 1/0", "DIVIDE_BY_ZERO", "22012"],
  ["SELECT cast('a' AS INT)", "CAST_INVALID_INPUT", "22018"],
  ["SELECT 9223372036854775807 + 1", "ARITHMETIC_OVERFLOW", "22003"],
  ["SELECT cast(127 AS TINYINT) + cast(1 AS TINYINT)", "ARITHMETIC_OVERFLOW", "22003"],
  ["SELECT a FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"],
  ["SELECT nowhere(1)", "UNRESOLVED_ROUTINE", "42883"],
  ["SELECT", "PARSE_SYNTAX_ERROR", "42601"],
  ["OPTIMIZE t", "UNSUPPORTED_FEATURE", "0A000"],
  ["DESCRIBE TABLE t", "UNSUPPORTED_FEATURE", "0A000"],
  ["SELECT * FROM information_schema.tables", "UNSUPPORTED_FEATURE", "0A000"],
];

const cases = {};
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

const code = await runCases(cases);
local.stop();
process.exit(code);
