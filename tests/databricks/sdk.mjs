// SPDX-License-Identifier: Apache-2.0
// @databricks/sdk-experimental, unmodified, against the local workspace: sdk.mjs CLIENTS WORKSPACE
// CLIENTS is the packages' folder. Exits 1 when an answer is not what a user of that client expects.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { runCases, startWorkspace } from "./workspace.mjs";

const [folder, program] = process.argv.slice(2);
const { WorkspaceClient } = createRequire(path.join(folder, "package.json"))("@databricks/sdk-experimental");

const local = await startWorkspace(program, ["--client", "cid:csec", "--token", "ada@example.com=dapi-x", "--token", "bob@example.com=dapi-y"]);
const agent = { product: "weirtest", productVersion: "0.0.1" };
const principal = new WorkspaceClient({ host: local.base, clientId: "cid", clientSecret: "csec", authType: "oauth-m2m" }, agent);
const person = new WorkspaceClient({ host: local.base, token: "dapi-x", authType: "pat" }, agent);

const other = new WorkspaceClient({ host: local.base, token: "dapi-y", authType: "pat" }, agent);

const execute = (client, statement, more = {}) =>
  client.statementExecution.executeStatement({
    statement, warehouse_id: "local", wait_timeout: "30s", on_wait_timeout: "CONTINUE", disposition: "INLINE", format: "JSON_ARRAY", ...more,
  });
const good = async (client, statement, more) => {
  const done = await execute(client, statement, more);
  assert.equal(done.status.state, "SUCCEEDED", JSON.stringify(done.status));
  return done;
};
const until = async (client, statement_id, wanted) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const seen = await client.statementExecution.getStatement({ statement_id });
    if (wanted.includes(seen.status.state)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the statement never got there");
};
const endless = "SELECT count(*) FROM range(100000000) AS a, range(100000) AS b WHERE a.id % 7 = b.id % 11";

const cases = {
  async "one token serves a service principal's calls"() {
    assert.equal((await principal.currentUser.me()).userName, "cid");
    await good(principal, "SELECT 1");
    const { requests } = await local.admin("requests");
    assert.equal(requests.filter((each) => each.target === "/oidc/v1/token").length, 1);
    assert.equal((await person.currentUser.me()).userName, "ada@example.com");
  },

  async "named parameters, NULL and types"() {
    const done = await good(person, "SELECT :a AS a, :n AS n, :d AS d, current_user() AS me", {
      parameters: [{ name: "a", value: "1", type: "INT" }, { name: "n", type: "STRING" }, { name: "d", value: "9.5", type: "DECIMAL(10,2)" }],
    });
    assert.deepEqual(done.result.data_array, [["1", null, "9.50", "ada@example.com"]]);
    assert.deepEqual(done.manifest.schema.columns.map((each) => each.type_name), ["INT", "STRING", "DECIMAL", "STRING"]);
    const unbound = await execute(person, "SELECT :missing");
    assert.equal(unbound.status.state, "FAILED");
    assert.match(unbound.status.error.message, /\[UNBOUND_SQL_PARAMETER\]/);
  },

  async "a statement is polled until it is done"() {
    const begun = await execute(person, "SELECT 7 AS x", { wait_timeout: "0s" });
    assert.equal(begun.status.state, "PENDING");
    const done = await until(person, begun.statement_id, ["SUCCEEDED", "FAILED"]);
    assert.deepEqual(done.result.data_array, [["7"]]);
  },

  async "a statement is cancelled while it runs"() {
    const begun = await execute(person, endless, { wait_timeout: "0s" });
    await until(person, begun.statement_id, ["RUNNING"]);
    await person.statementExecution.cancelExecution({ statement_id: begun.statement_id });
    const ended = await until(person, begun.statement_id, ["CANCELED", "SUCCEEDED", "FAILED"]);
    assert.equal(ended.status.state, "CANCELED");
  },

  async "chunks follow one another to the last row"() {
    await local.admin("settings", { chunk_rows: 400 });
    const done = await good(person, "SELECT id AS x FROM range(1000) ORDER BY 1");
    assert.equal(done.manifest.total_chunk_count, 3);
    const rows = [...done.result.data_array];
    let next = done.result.next_chunk_index;
    while (next !== undefined) {
      const chunk = await person.statementExecution.getStatementResultChunkN({ statement_id: done.statement_id, chunk_index: next });
      assert.equal(chunk.row_offset, rows.length);
      rows.push(...chunk.data_array);
      next = chunk.next_chunk_index;
    }
    await local.admin("settings", { chunk_rows: 100000 });
    assert.deepEqual(rows.map(([x]) => Number(x)), [...Array(1000).keys()]);
  },

  async "external links are fetched without a token, and expire"() {
    const done = await good(person, "SELECT id AS x FROM range(3)", { disposition: "EXTERNAL_LINKS" });
    const [link] = done.result.external_links;
    assert.deepEqual(await (await fetch(link.external_link)).json(), [["0"], ["1"], ["2"]]);
    await local.admin("clock", { advance_seconds: 900 });
    assert.equal((await fetch(link.external_link)).status, 403);
    const fresh = await person.statementExecution.getStatementResultChunkN({ statement_id: done.statement_id, chunk_index: 0 });
    assert.equal((await fetch(fresh.external_links[0].external_link)).status, 200);
  },

  async "changes answer with their counts, tables with their columns"() {
    await good(person, "CREATE SCHEMA IF NOT EXISTS shop.app");
    await good(person, "CREATE TABLE shop.app.orders (id BIGINT NOT NULL, total DECIMAL(10,2))");
    const inserted = await good(person, "INSERT INTO orders VALUES (1, 2.5), (2, NULL)", { catalog: "shop", schema: "app" });
    assert.deepEqual(inserted.manifest.schema.columns.map((each) => each.name), ["num_affected_rows", "num_inserted_rows"]);
    assert.deepEqual(inserted.result.data_array, [["2", "2"]]);
    const table = await person.tables.get({ full_name: "shop.app.orders" });
    assert.deepEqual(table.columns.map((each) => [each.name, each.type_text, each.nullable]), [["id", "bigint", false], ["total", "decimal(10,2)", true]]);
    await assert.rejects(person.tables.get({ full_name: "shop.app.none" }), /does not exist/);
  },

  async "each user sees the rows that the table's filter allows, and changes no others"() {
    for (const statement of [
      "CREATE SCHEMA IF NOT EXISTS hr.app",
      "CREATE TABLE hr.app.pay (owner STRING, amount INT)",
      "INSERT INTO hr.app.pay VALUES ('ada@example.com', 1), ('bob@example.com', 2), ('bob@example.com', 3)",
      "CREATE FUNCTION hr.app.own(who STRING) RETURNS BOOLEAN RETURN who = current_user()",
      "ALTER TABLE hr.app.pay SET ROW FILTER hr.app.own ON (owner)",
    ]) await good(person, statement);
    const sees = async (client, statement) => (await good(client, statement, { catalog: "hr", schema: "app" })).result.data_array;
    for (const statement of [
      "SELECT sum(amount) FROM pay",
      "SELECT sum(amount) FROM hr.app.pay AS p",
      "SELECT sum(p.amount) FROM (SELECT 1 AS x) AS s JOIN pay p ON true",
      "SELECT sum(pay.amount) FROM (SELECT 1 AS x) AS s, pay",
      "SELECT max(s) FROM (SELECT sum(amount) AS s FROM app.pay)",
      "WITH pay AS (SELECT * FROM pay) SELECT sum(amount) FROM pay",
      "WITH c AS (WITH pay AS (SELECT 5 AS amount) SELECT * FROM pay) SELECT sum(pay.amount) FROM pay, c",
      "SELECT sum(amount) FROM pay WHERE amount IN (SELECT amount FROM pay)",
      "SELECT sum(amount) FROM `hr`.`app`.`pay` -- pay",
    ]) {
      assert.deepEqual(await sees(person, statement), [["1"]], statement);
      assert.deepEqual(await sees(other, statement), [["5"]], statement);
    }
    assert.deepEqual(await sees(other, "UPDATE pay SET amount = amount + 10"), [["2"]]);
    assert.deepEqual(await sees(other, "UPDATE pay AS p SET amount = p.amount - 10 WHERE p.amount > 0 OR true"), [["2"]]);
    assert.deepEqual(await sees(other, "DELETE FROM pay WHERE amount = 1"), [["0"]]);
    assert.deepEqual(
      await sees(other, "MERGE INTO pay AS t USING (SELECT 1 AS n) AS s ON t.amount < 3 OR CASE WHEN true THEN true END WHEN MATCHED THEN DELETE"),
      [["2", "0", "2", "0"]],
    );
    assert.deepEqual(await sees(person, "SELECT amount FROM pay"), [["1"]]);
    assert.deepEqual((await person.tables.get({ full_name: "hr.app.pay" })).row_filter, { function_name: "hr.app.own", input_column_names: ["owner"] });
    const refused = async (client, statement, condition) => {
      const done = await execute(client, statement, { catalog: "hr", schema: "app" });
      assert.equal(done.status.state, "FAILED", statement);
      assert.match(done.status.error.message, new RegExp(`^\\[${condition}\\]`));
    };
    await refused(other, "CREATE VIEW everything AS SELECT * FROM pay", "UNSUPPORTED_FEATURE");
    await refused(other, "CREATE TABLE everything AS SELECT * FROM pay", "UNSUPPORTED_FEATURE");
    await refused(other, "ALTER TABLE pay DROP ROW FILTER", "INSUFFICIENT_PERMISSIONS");
    await refused(other, "CREATE OR REPLACE FUNCTION own(who STRING) RETURN true", "INSUFFICIENT_PERMISSIONS");
    await refused(other, "DROP TABLE pay", "INSUFFICIENT_PERMISSIONS");
    await refused(person, "ALTER TABLE pay RENAME TO paid", "UNSUPPORTED_FEATURE");
    await good(person, "ALTER TABLE hr.app.pay DROP ROW FILTER");
    await good(person, "INSERT INTO hr.app.pay VALUES ('bob@example.com', 4)");
    assert.deepEqual(await sees(person, "SELECT count(*) FROM pay"), [["2"]]);
  },

  async "what is granted to nobody is its owner's, and grants open it"() {
    await good(person, "CREATE TABLE hr.app.plans (id INT)");
    await good(person, "INSERT INTO hr.app.plans VALUES (1)");
    await good(other, "SELECT * FROM hr.app.plans");
    await good(person, "REVOKE ALL PRIVILEGES ON TABLE hr.app.plans FROM `account users`");
    const state = async (statement) => (await execute(other, statement)).status.error?.message ?? "done";
    assert.match(await state("SELECT * FROM hr.app.plans"), /^\[INSUFFICIENT_PERMISSIONS\]/);
    assert.match(await state("DESCRIBE hr.app.plans"), /^\[INSUFFICIENT_PERMISSIONS\]/);
    assert.match(await state("GRANT SELECT ON hr.app.plans TO `bob@example.com`"), /^\[INSUFFICIENT_PERMISSIONS\]/);
    await assert.rejects(other.tables.get({ full_name: "hr.app.plans" }), (failure) => failure.errorCode === "PERMISSION_DENIED");
    const names = async () => (await good(other, "SHOW TABLES IN hr.app")).result.data_array.map((row) => row[1]);
    assert.ok(!(await names()).includes("plans"));
    await good(person, "GRANT SELECT ON TABLE hr.app.plans TO `bob@example.com`");
    assert.equal(await state("SELECT * FROM hr.app.plans"), "done");
    assert.match(await state("INSERT INTO hr.app.plans VALUES (2)"), /^\[INSUFFICIENT_PERMISSIONS\]/);
    await good(person, "GRANT MODIFY ON SCHEMA hr.app TO `bob@example.com`");
    assert.equal(await state("INSERT INTO hr.app.plans VALUES (2)"), "done");
    assert.ok((await names()).includes("plans"));
    assert.deepEqual((await good(person, "SHOW GRANTS ON TABLE hr.app.plans")).result.data_array, [["bob@example.com", "SELECT", "TABLE", "hr.app.plans"]]);
    await good(person, "GRANT USE CATALOG ON CATALOG hr TO `bob@example.com`");
    const known = async (client) => (await good(client, "SELECT count(*) FROM hr.information_schema.tables WHERE table_name IN ('pay', 'plans')")).result.data_array;
    assert.deepEqual([await known(person), await known(other)], [[["2"]], [["1"]]]);
    await good(person, "DROP TABLE hr.app.plans");
  },

  async "refusals arrive as the client's errors"() {
    await assert.rejects(execute(person, "SELECT 1", { warehouse_id: "none" }), (failure) => failure.statusCode === 404);
    await assert.rejects(execute(person, "SELECT 1", { wait_timeout: "3s" }), (failure) => failure.errorCode === "INVALID_PARAMETER_VALUE");
    const stranger = new WorkspaceClient({ host: local.base, token: "none", authType: "pat" }, agent);
    await assert.rejects(stranger.currentUser.me(), (failure) => failure.statusCode === 403);
    await assert.rejects(principal.statementExecution.getStatement({ statement_id: "none" }), (failure) => failure.statusCode === 404);
  },

  async "429 is waited out, 503 is told"() {
    await local.admin("faults", { kind: "status", status: 429, retry_after: 1, path: "/api/2.0/sql/statements" });
    await good(person, "SELECT 1");
    await local.admin("faults", { kind: "status", status: 503, path: "/api/2.0/sql/statements" });
    await assert.rejects(execute(person, "SELECT 1"), (failure) => failure.errorCode === "TEMPORARILY_UNAVAILABLE");
  },

  async "warehouses stop, and start with the next statement"() {
    assert.equal((await person.warehouses.get({ id: "local" })).state, "RUNNING");
    await local.admin("settings", { cold_start_ms: 200 });
    await person.warehouses.stop({ id: "local" });
    assert.equal((await person.warehouses.get({ id: "local" })).state, "STOPPED");
    const begun = await execute(person, "SELECT 1", { wait_timeout: "0s" });
    assert.equal((await person.warehouses.get({ id: "local" })).state, "STARTING");
    await until(person, begun.statement_id, ["SUCCEEDED"]);
    assert.equal((await person.warehouses.get({ id: "local" })).state, "RUNNING");
  },

  async "jobs run once per token and can be cancelled"() {
    await local.admin("jobs", { job_id: 7, name: "nightly", duration_ms: 3600000 });
    const { run_id } = await person.jobs.runNow({ job_id: 7, idempotency_token: "k1" });
    assert.ok(run_id > 0);
    assert.equal((await person.jobs.runNow({ job_id: 7, idempotency_token: "k1" })).run_id, run_id);
    assert.equal((await person.jobs.getRun({ run_id })).state.life_cycle_state, "RUNNING");
    await person.jobs.cancelRun({ run_id });
    assert.equal((await person.jobs.getRun({ run_id })).state.result_state, "CANCELED");
    await assert.rejects(person.jobs.getRun({ run_id: 999 }), /does not exist/);
  },

  async "serving endpoints are listed and asked"() {
    await local.admin("serving-endpoints", { name: "ranker" });
    const names = [];
    for await (const each of person.servingEndpoints.list()) names.push(each.name);
    assert.deepEqual(names, ["ranker"]);
    const answered = await person.servingEndpoints.query({ name: "ranker", dataframe_records: [{ a: 1 }] });
    assert.deepEqual(answered.predictions, [{ a: 1 }]);
    const streamed = await fetch(`${local.base}/serving-endpoints/ranker/invocations`, {
      method: "POST", headers: { authorization: "Bearer dapi-x", accept: "text/event-stream" },
      body: JSON.stringify({ messages: [{ role: "user", content: "good day" }], stream: true }),
    });
    const events = (await streamed.text()).split("\n\n").filter(Boolean).map((each) => each.slice("data: ".length));
    assert.equal(events.pop(), "[DONE]");
    assert.equal(events.map((each) => JSON.parse(each).choices[0].delta.content).join(""), "good day");
  },

  async "a deployment is rehearsed"() {
    await person.workspace.mkdirs({ path: "/Workspace/d" });
    await person.workspace.import({ path: "/Workspace/d/app.yaml", content: "aGk=", format: "AUTO", overwrite: true });
    await person.apps.create({ app: { name: "a" } });
    const deployed = await person.apps.deploy({ app_name: "a", app_deployment: { source_code_path: "/Workspace/d", mode: "SNAPSHOT" } });
    assert.equal(deployed.status.state, "IN_PROGRESS");
  },

  async "files come back as they were put"() {
    const at = `${local.base}/api/2.0/fs/files/Volumes/c/s/v/a%20b.txt`;
    const headers = { authorization: "Bearer dapi-x", "content-type": "application/octet-stream" };
    assert.equal((await fetch(at, { method: "PUT", headers, body: "0123456789" })).status, 204);
    assert.equal((await fetch(at, { method: "PUT", headers, body: "x" })).status, 409);
    const part = await fetch(at, { headers: { ...headers, range: "bytes=2-4" } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), "234");
    assert.equal((await fetch(at, { method: "HEAD", headers })).headers.get("content-length"), "10");
  },
};

const call = async (method, path, body) => {
  const answer = await fetch(`${local.base}/api/2.0/sql/${path}`, {
    method, headers: { authorization: "Bearer dapi-x", "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  return { status: answer.status, ...(await answer.json()) };
};
const run = (body) => call("POST", "statements", { warehouse_id: "local", wait_timeout: "30s", ...body });

Object.assign(cases, {
  async "sessions and parameters by position, as drivers send them"() {
    const { session_id } = await call("POST", "sessions", { warehouse_id: "local", catalog: "shop", schema: "app" });
    const counted = await run({ session_id, statement: "SELECT count(*) FROM orders WHERE id < ?", parameters: [{ ordinal: 1, type: "INTEGER", value: "2" }] });
    assert.deepEqual(counted.result?.data_array, [["1"]], JSON.stringify(counted));
    const given = await run({
      session_id, statement: "SELECT ?, ?", parameters: [{ ordinal: 1, type: "DOUBLE", value: "1.5" }, { ordinal: 2, type: "VOID", value: null }],
    });
    assert.deepEqual(given.result.data_array, [["1.5", null]]);
    assert.equal((await call("DELETE", `sessions/${session_id}?warehouse_id=local`)).status, 200);
    assert.equal((await run({ session_id, statement: "SELECT 1" })).status, 404);
  },

  async "the platform's limits are kept"() {
    const many = (count) => [...Array(count).keys()].map((n) => ({ name: `p${n}`, type: "INT", value: "1" }));
    assert.equal((await run({ statement: "SELECT :p255", parameters: many(256) })).status.state, "SUCCEEDED");
    const refusals = [
      [{ statement: "SELECT 1", parameters: many(257) }, "BAD_REQUEST", /257 parameters were given but the limit is 256/],
      [{ statement: "SELECT :a", parameters: [{ name: "a", value: "x".repeat(2 ** 20 + 1) }] }, "BAD_REQUEST", /1048576/],
      [{ statement: `SELECT '${"x".repeat(2 ** 24)}'` }, "BAD_REQUEST", /16777216/],
      [{ statement: "SELECT 1", wait_timeout: "51s" }, "INVALID_PARAMETER_VALUE", /between 5s and 50s/],
      [{ statement: "SELECT 1", wait_timeout: "4s" }, "INVALID_PARAMETER_VALUE", /between 5s and 50s/],
      [{ statement: "SELECT 1", format: "CSV" }, "INVALID_PARAMETER_VALUE", /EXTERNAL_LINKS/],
      [{ statement: "SELECT :a", parameters: [{ name: "a", value: 1 }] }, "BAD_REQUEST", /must be a string/],
    ];
    for (const [body, code, words] of refusals) {
      const refused = await run(body);
      assert.equal(refused.status, 400, JSON.stringify(refused));
      assert.equal(refused.error_code, code);
      assert.match(refused.message, words);
    }
    const arrow = await run({ statement: "SELECT 1", format: "ARROW_STREAM", disposition: "EXTERNAL_LINKS" });
    assert.deepEqual([arrow.status, arrow.error_code], [501, "NOT_IMPLEMENTED"]);
    const cut = await run({ statement: "SELECT id FROM range(10)", row_limit: 3 });
    assert.deepEqual([cut.manifest.truncated, cut.manifest.total_row_count], [true, 3]);
    const large = await run({ statement: "SELECT repeat('x', 1000) FROM range(27000)" });
    assert.match(large.status.error.message, /^Inline byte limit exceeded.*26214400 bytes/);
    const linked = await run({ statement: "SELECT repeat('x', 1000) FROM range(27000)", disposition: "EXTERNAL_LINKS" });
    assert.equal(linked.manifest.total_row_count, 27000);
    const lines = await run({ statement: "SELECT 1 AS a, 'x,y' AS b, NULL AS c", disposition: "EXTERNAL_LINKS", format: "CSV" });
    assert.equal(await (await fetch(lines.result.external_links[0].external_link)).text(), 'a,b,c\r\n1,"x,y",null\r\n');
  },

  async "tables, comments, filters and grants outlive the workspace in its file"() {
    const folder = mkdtempSync(path.join(tmpdir(), "workspace-"));
    const options = ["--database", path.join(folder, "kept.db"), "--token", "ada@example.com=dapi-x", "--token", "bob@example.com=dapi-y"];
    const client = (at, token) => new WorkspaceClient({ host: at.base, token, authType: "pat" }, agent);
    try {
      const first = await startWorkspace(program, options);
      for (const statement of [
        "CREATE SCHEMA IF NOT EXISTS hr.app",
        "CREATE TABLE hr.app.pay (owner STRING COMMENT 'whose', amount INT)",
        "ALTER TABLE hr.app.pay ADD CONSTRAINT positive CHECK (amount > 0)",
        "INSERT INTO hr.app.pay VALUES ('ada@example.com', 1), ('bob@example.com', 2)",
        "CREATE FUNCTION hr.app.own(who STRING) RETURNS BOOLEAN RETURN who = current_user()",
        "ALTER TABLE hr.app.pay SET ROW FILTER hr.app.own ON (owner)",
        "CREATE TABLE hr.app.plans AS SELECT 1 AS id",
        "REVOKE SELECT ON TABLE hr.app.plans FROM `account users`",
      ]) await good(client(first, "dapi-x"), statement);
      await first.ended();
      const second = await startWorkspace(program, options);
      const bob = client(second, "dapi-y");
      assert.deepEqual((await good(bob, "SELECT amount FROM hr.app.pay")).result.data_array, [["2"]]);
      assert.deepEqual((await good(bob, "DESCRIBE hr.app.pay")).result.data_array, [["owner", "string", "whose"], ["amount", "int", null]]);
      assert.equal((await execute(bob, "SELECT * FROM hr.app.plans")).status.sql_state, "42501");
      await second.ended();
    } finally {
      rmSync(folder, { recursive: true });
    }
  },

  async "a result is there for an hour, its statement for twelve"() {
    const done = await run({ statement: "SELECT 1" });
    const again = () => call("GET", `statements/${done.statement_id}`);
    assert.equal((await again()).status.state, "SUCCEEDED");
    await local.admin("clock", { advance_seconds: 3601 });
    assert.equal((await again()).status.state, "CLOSED");
    assert.equal((await call("GET", `statements/${done.statement_id}/result/chunks/0`)).status, 404);
    await local.admin("clock", { advance_seconds: 12 * 3600 });
    assert.equal((await again()).status, 404);
  },
});

const code = await runCases(cases);
local.stop();
process.exit(code);
