// SPDX-License-Identifier: Apache-2.0
// @supabase/postgrest-js, unmodified, against a running service: client.mjs CLIENT SERVICE BACKEND
// CLIENT is the package's folder, BACKEND embedded or lakebase. Exits 1 at the first answer that is not what a user of
// that client expects.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const [folder, service, backend] = process.argv.slice(2);
const { PostgrestClient } = createRequire(path.join(folder, "package.json"))("@supabase/postgrest-js");

// A service refuses WEIR_* names it does not know: those of the test run stay here.
const inherited = Object.entries(process.env).filter(([name]) => !/^WEIR_(?!DUCKDB_LIBRARY)/.test(name));
const environment = {
  ...Object.fromEntries(inherited),
  WEIR_PORT: "0",
  WEIR_POSTGREST: "/rest/v1",
  WEIR_TRUST_FORWARDED_HEADERS: "true",
};
if (backend === "embedded") {
  environment.WEIR_EMBEDDED = ":memory:";
} else {
  const exports = execFileSync(process.env.WEIR_POSTGRES_SCRIPT, ["env", process.env.WEIR_TEST_PG], { encoding: "utf8" });
  for (const [, name, value] of exports.matchAll(/^export (\w+)=(.*)$/gm)) environment[name] = value;
  environment.LAKEBASE_SCHEMA = `postgrest_${process.pid}`;
}

const running = spawn(service, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
const log = [];
const base = await new Promise((resolve, reject) => {
  running.stdout.on("data", (text) => {
    log.push(String(text));
    const found = /listening on (http:\S+)/.exec(log.join(""));
    if (found) resolve(found[1]);
  });
  running.on("exit", (code) => reject(new Error(`the service ended with ${code}`)));
});

const as = (user) => new PostgrestClient(`${base}/rest/v1`, { headers: { "X-Forwarded-User": user } });
const good = (answer) => {
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer;
};

const cases = {
  async "rows are inserted and given back, one and many"(db) {
    const one = good(await db.from("orders").insert({ total: "12.50", tags: ["a", "b"] }).select().single());
    assert.equal(one.status, 201);
    assert.equal(one.data.total, 12.5);
    assert.equal(one.data.customer, "ada");
    const quiet = good(await db.from("orders").insert({ total: "1.00" }));
    assert.equal(quiet.status, 201);
    assert.equal(quiet.data, null);
    const many = good(
      await db.from("orders").insert([{ total: "2.00" }, { total: "3.00", status: "placed", placed_at: "2024-05-01T10:00:00Z" }]).select("id,total"),
    );
    assert.deepEqual(many.data.map((row) => Object.keys(row).sort()), [["id", "total"], ["id", "total"]]);
  },

  async "select, alias, filters, order and range"(db) {
    const all = good(await db.from("orders").select("id,amount:total,status").order("total", { ascending: false }));
    assert.deepEqual(all.data.map((row) => row.amount), [12.5, 3, 2, 1]);
    assert.equal(all.data[0].total, undefined);
    const some = good(await db.from("orders").select("total").gt("total", 1.5).lt("total", 10).order("total"));
    assert.deepEqual(some.data, [{ total: 2 }, { total: 3 }]);
    const either = good(await db.from("orders").select("total").or("total.eq.1,and(total.gt.2,status.eq.placed)").order("total"));
    assert.deepEqual(either.data, [{ total: 1 }, { total: 3 }]);
    const listed = good(await db.from("orders").select("total").in("total", [1, 3]).order("total"));
    assert.deepEqual(listed.data, [{ total: 1 }, { total: 3 }]);
    const tagged = good(await db.from("orders").select("total").contains("tags", ["a"]));
    assert.deepEqual(tagged.data, [{ total: 12.5 }]);
    const without = good(await db.from("orders").select("total").is("placed_at", null).not("total", "eq", 1).order("total"));
    assert.deepEqual(without.data, [{ total: 2 }, { total: 12.5 }]);
    const page = good(await db.from("orders").select("total", { count: "exact" }).order("total").range(1, 2));
    assert.deepEqual(page.data, [{ total: 2 }, { total: 3 }]);
    assert.equal(page.count, 4);
    assert.equal(page.status, 206);
    const last = good(await db.from("orders").select("total").order("placed_at", { nullsFirst: false }).limit(1));
    assert.deepEqual(last.data, [{ total: 3 }]);
  },

  async "counts without rows"(db) {
    const counted = good(await db.from("orders").select("*", { count: "exact", head: true }).gt("total", 1));
    assert.equal(counted.count, 3);
    assert.equal(counted.data, null);
  },

  async "text is matched with % and _, in either case"(db) {
    good(await db.from("user_preferences").upsert({ preferences: { theme: "dark" } }, { onConflict: "user_id" }));
    const found = good(await db.from("user_preferences").select("user_id").like("user_id", "a%"));
    assert.deepEqual(found.data, [{ user_id: "ada" }]);
    assert.deepEqual(good(await db.from("user_preferences").select("user_id").ilike("user_id", "AD_")).data, [{ user_id: "ada" }]);
    assert.deepEqual(good(await db.from("user_preferences").select("user_id").like("user_id", "a_")).data, []);
  },

  async "relations are embedded, with their own order, limit and filters"(db) {
    const { data: order } = good(await db.from("orders").select("id").eq("total", 12.5).single());
    good(
      await db.from("order_lines").insert([
        { order_id: order.id, line_no: 1, sku: "A", quantity: 5, unit_price: "1.00" },
        { order_id: order.id, line_no: 2, sku: "B", quantity: 1, unit_price: "2.00" },
        { order_id: order.id, line_no: 3, sku: "C", quantity: 9, unit_price: "3.00" },
      ]),
    );
    const embedded = good(await db.from("orders").select("total,lines(sku,quantity)").eq("id", order.id).single());
    assert.deepEqual(
      embedded.data.lines.map((line) => line.sku).sort(),
      ["A", "B", "C"],
    );
    const few = good(
      await db.from("orders").select("*,items:lines(sku)").eq("id", order.id).gt("items.quantity", 2)
        .order("line_no", { referencedTable: "items", ascending: false }).limit(1, { referencedTable: "items" }).single(),
    );
    assert.deepEqual(few.data.items, [{ sku: "C" }]);
    assert.equal(few.data.total, 12.5);
    const alone = good(await db.from("orders").select("lines(sku)").eq("id", order.id).single());
    assert.deepEqual(Object.keys(alone.data), ["lines"]);
  },

  async "rows are changed and removed by filters"(db) {
    const changed = good(await db.from("orders").update({ total: "4.00" }).eq("total", 3).select("total,status"));
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.data, [{ total: 4, status: "placed" }]);
    const quiet = good(await db.from("orders").update({ total: "5.00" }, { count: "exact" }).eq("total", 4));
    assert.equal(quiet.status, 204);
    assert.equal(quiet.count, 1);
    const removed = good(await db.from("orders").delete().eq("total", 5).select("total"));
    assert.deepEqual(removed.data, [{ total: 5 }]);
    assert.equal(good(await db.from("orders").delete().eq("total", 5)).status, 204);
    const every = await db.from("orders").delete();
    assert.equal(every.status, 400);
    const bounded = await db.from("orders").update({ status: "cancelled" }).lt("total", 100).maxAffected(1);
    assert.equal(bounded.error.code, "PGRST124");
    const one = await db.from("orders").update({ status: "cancelled" }).lt("total", 100).select().single();
    assert.equal(one.error.code, "PGRST116");
    assert.equal(good(await db.from("orders").select("*", { count: "exact", head: true }).eq("status", "cancelled")).count, 0);
  },

  async "rows are merged or left alone"(db) {
    const { data: order } = good(await db.from("orders").select("id").eq("total", 12.5).single());
    const line = { order_id: order.id, line_no: 1, sku: "A2", quantity: 6, unit_price: "1.00" };
    good(await db.from("order_lines").upsert(line));
    const read = () => db.from("order_lines").select("sku").match({ order_id: order.id, line_no: 1 }).single();
    assert.equal(good(await read()).data.sku, "A2");
    good(await db.from("order_lines").upsert([{ ...line, sku: "A3" }], { ignoreDuplicates: true }));
    assert.equal(good(await read()).data.sku, "A2");
    const merged = good(await db.from("order_lines").upsert([{ ...line, sku: "A4" }]).select("sku"));
    assert.deepEqual(merged.data, [{ sku: "A4" }]);
  },

  async "single and maybeSingle tell how many rows there were"(db) {
    const none = await db.from("orders").select().eq("total", 999).single();
    assert.equal(none.status, 406);
    assert.equal(none.error.code, "PGRST116");
    assert.equal(good(await db.from("orders").select().eq("total", 999).maybeSingle()).data, null);
    const many = await db.from("orders").select().single();
    assert.equal(many.error.code, "PGRST116");
  },

  async "failures come in PostgREST's shape"(db) {
    for (const [asked, status, code] of [
      [db.from("nowhere").select(), 404, "PGRST205"],
      [db.from("orders").select("nope"), 400, "PGRST100"],
      [db.from("orders").select().eq("total", "many"), 400, "PGRST100"],
      [db.from("orders").select("total::text"), 400, "PGRST100"],
      [db.from("orders").select("lines!inner(*)"), 400, "PGRST100"],
      [db.from("orders").select().textSearch("customer", "ada"), 400, "PGRST100"],
      [db.from("orders").select().rangeGt("total", "[1,2)"), 400, "PGRST100"],
      [db.from("orders").select().likeAnyOf("customer", ["a%"]), 400, "PGRST100"],
      [db.from("orders").select().order("lines(sku)"), 400, "PGRST100"],
      [db.from("orders").select("margin"), 400, "PGRST100"],
      [db.from("orders").insert({ total: "-1.00" }), 400, "PGRST100"],
      [db.from("orders").insert({ customer: "bob" }), 400, "PGRST100"],
      [db.rpc("anything"), 404, undefined],
    ]) {
      const answer = await asked;
      assert.equal(answer.status, status, JSON.stringify(answer));
      if (code) assert.equal(answer.error.code, code);
      assert.equal(typeof answer.error.message, "string");
    }
    const { data: order } = good(await db.from("orders").select("id").eq("total", 12.5).single());
    const twice = await db.from("orders").insert({ id: order.id });
    assert.equal(twice.status, 409);
    assert.equal(twice.error.code, "23505");
  },

  async "nobody sees or changes rows of others"(db) {
    const other = as("bob");
    assert.deepEqual(good(await other.from("orders").select()).data, []);
    assert.deepEqual(good(await other.from("order_lines").select()).data, []);
    assert.deepEqual(good(await other.from("orders").update({ total: "0.01" }).gte("total", 0).select()).data, []);
    assert.deepEqual(good(await other.from("orders").delete().gte("total", 0).select()).data, []);
    const before = good(await db.from("orders").select("*", { count: "exact", head: true })).count;
    assert.equal(before, 3);
    const nobody = await new PostgrestClient(`${base}/rest/v1`).from("orders").select();
    assert.equal(nobody.status, 401);
  },

  async "CSV and rows without nulls"(db) {
    const table = good(await db.from("orders").select("total,status").order("total").csv());
    assert.match(table.data, /^total,status\r?\n1\.00,draft\r?\n/);
    const bare = good(await db.from("orders").select().eq("total", 1).stripNulls().single());
    assert.ok(!("placed_at" in bare.data));
  },
};

let failed = 0;
try {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run(as("ada"));
      console.log(`ok: ${name}`);
    } catch (wrong) {
      failed += 1;
      console.log(`FAILED: ${name}\n${wrong.stack}`);
    }
  }
} finally {
  running.removeAllListeners("exit");
  running.kill("SIGTERM");
}
process.exit(failed ? 1 : 0);
