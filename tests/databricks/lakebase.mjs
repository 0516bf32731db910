// SPDX-License-Identifier: Apache-2.0
// @databricks/lakebase, unmodified: credentials of the local workspace open a PostgreSQL.
// lakebase.mjs CLIENTS WORKSPACE; WEIR_TEST_PG is the database's folder. Exits 1 when something does not hold.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { runCases, startWorkspace } from "./workspace.mjs";

const [folder, program] = process.argv.slice(2);
const clients = createRequire(path.join(folder, "package.json"));
const { createLakebasePool } = clients("@databricks/lakebase");
const { Client } = clients("pg");

const database = {};
const settings = execFileSync(process.env.WEIR_POSTGRES_SCRIPT, ["env", process.env.WEIR_TEST_PG], { encoding: "utf8" });
for (const [, name, value] of settings.matchAll(/^export (\w+)=(.*)$/gm)) database[name] = value;

const role = `lakebase-test-${process.pid}`;
const administrator = new Client({ host: database.PGHOST, port: Number(database.PGPORT), user: "postgres", database: "postgres" });
await administrator.connect();
await administrator.query(`CREATE ROLE "${role}" LOGIN`);
await administrator.query(`GRANT CONNECT ON DATABASE ${database.PGDATABASE} TO "${role}"`);

const endpoint = "projects/p/branches/production/endpoints/primary";
const local = await startWorkspace(program, [
  "--client", `${role}:csec`, "--token", `${role}=dapi-role`, "--endpoint", endpoint,
  "--postgres", `host=${database.PGHOST} port=${database.PGPORT} user=postgres dbname=postgres`,
]);
Object.assign(process.env, {
  DATABRICKS_HOST: local.base, DATABRICKS_CLIENT_ID: role, DATABRICKS_CLIENT_SECRET: "csec",
  PGHOST: "127.0.0.1", PGPORT: database.PGPORT, PGDATABASE: database.PGDATABASE, PGSSLMODE: "disable", LAKEBASE_ENDPOINT: endpoint,
});
delete process.env.PGUSER;

const cases = {
  async "fifteen queries at once cost one credential, and run as the principal"() {
    const pool = createLakebasePool();
    const answers = await Promise.all([...Array(15).keys()].map((n) => pool.query("SELECT $1::int AS n, current_user AS me", [n])));
    assert.deepEqual(answers.map(({ rows }) => rows[0]), [...Array(15).keys()].map((n) => ({ n, me: role })));
    await pool.end();
    const { requests } = await local.admin("requests");
    assert.equal(requests.filter((each) => each.target === "/api/2.0/postgres/credentials").length, 1);
  },

  async "the password ends when the token does"() {
    const minted = async () => {
      const headers = { authorization: "Bearer dapi-role" };
      const answer = await fetch(`${local.base}/api/2.0/postgres/credentials`, { method: "POST", headers, body: JSON.stringify({ endpoint }) });
      return answer.json();
    };
    const logIn = async (password) => {
      const client = new Client({ host: "127.0.0.1", port: Number(database.PGPORT), user: role, password, database: database.PGDATABASE });
      await client.connect();
      await client.end();
    };
    const { token, expire_time } = await minted();
    const { rows } = await administrator.query("SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1", [role]);
    assert.equal(new Date(rows[0].rolvaliduntil).getTime(), new Date(expire_time).getTime());
    await logIn(token);
    await local.admin("clock", { advance_seconds: 3000 });
    // Asked for again late in its life, the same token lives longer.
    assert.equal((await minted()).token, token);
    await logIn(token);
    await local.admin("clock", { advance_seconds: 3601 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await assert.rejects(logIn(token), (failure) => failure.code === "28P01");
    const pool = createLakebasePool();
    assert.equal((await pool.query("SELECT current_user AS me")).rows[0].me, role);
    await pool.end();
  },

  async "an endpoint that is not there is refused"() {
    const pool = createLakebasePool({ endpoint: "projects/none/branches/b/endpoints/e" });
    await assert.rejects(pool.query("SELECT 1"));
    await pool.end();
  },
};

const code = await runCases(cases);
await administrator.query(`REVOKE CONNECT ON DATABASE ${database.PGDATABASE} FROM "${role}"`);
await administrator.query(`DROP ROLE "${role}"`);
await administrator.end();
local.stop();
process.exit(code);
