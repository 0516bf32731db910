// SPDX-License-Identifier: Apache-2.0
// A front end's code against the field-ops service: what it may write is what openapi-typescript made of the service's
// document. Compiled with tsc --strict; what must not compile says so.
import createClient from "openapi-fetch";
import type { components, paths } from "./weir.js";

type Well = components["schemas"]["well"];
type Problem = components["schemas"]["weir.problem"];

// Lists can also be streams of text: this client asks for JSON.
type Client = ReturnType<typeof createClient<paths, "application/json">>;

function require(claim: unknown, what: string): asserts claim {
  if (!claim) throw new Error(what);
}

function same<T>(got: T, wanted: T, what: string): void {
  require(Object.is(got, wanted), `${what}: ${String(got)} instead of ${String(wanted)}`);
}

async function wells(client: Client): Promise<void> {
  const created = await client.POST("/api/v1/wells", {
    body: [
      { api10: 4201234567, api14: 42012345670000, wellname: "SMITH 1-15H", oileur: 250000.5 },
      { api10: 4201234568, api14: 42012345680000, wellname: "SMITH 2-15H", spuddate: "05/01/2024" },
      { api10: 4201234569, api14: 42012345690000, wellname: "O'HARA 7", oileur: 90000 },
    ],
  });
  require(created.data && "count" in created.data, "three wells are made");
  same(created.data.count, 3, "wells made");

  // Lists: several filters, a range by repetition, an order, a page.
  const rich = await client.GET("/api/v1/wells", {
    params: {
      query: {
        wellname: ["like.SMITH*"],
        oileur: ["gt.100000", "lt.300000"],
        order: "oileur.desc",
        count: "exact",
        limit: 10,
      },
    },
  });
  require(rich.data, "the list is answered");
  same(rich.data.count, 1, "rich wells");
  same(rich.data.total, 1, "rich wells in all");
  const first: Well | undefined = rich.data.data[0];
  same(first?.wellname, "SMITH 1-15H", "the rich well");
  same(first?.spuddate, null, "a column without a value");

  const grouped = await client.GET("/api/v1/wells", {
    params: { query: { or: '(wellname.eq."O\'HARA 7",spuddate.eq.05/01/2024)', order: "api10" } },
  });
  same(grouped.data?.count, 2, "either of two");

  const asked = await client.POST("/api/v1/wells/query", {
    body: { where: { oileur: { gte: 90000 }, not: { wellname: { like: "SMITH*" } } }, order: ["api10"] },
  });
  same(asked.data?.data[0]?.api10, 4201234569, "the well a body asks for");

  // One row: read, change, replace, delete, restore.
  const path = { key: 4201234568 };
  const read = await client.GET("/api/v1/wells/{key}", { params: { path } });
  same(read.data?.wellname, "SMITH 2-15H", "the well read");
  same(read.data?.inserted_by, "ada", "who made it");

  const changed = await client.PATCH("/api/v1/wells/{key}", { params: { path }, body: { spuddate: null } });
  same(changed.data?.spuddate, null, "a cleared column");

  const replaced = await client.PUT("/api/v1/wells/{key}", {
    params: { path },
    body: { api14: 42012345680000, wellname: "SMITH 2-15HR" },
  });
  same(replaced.data?.wellname, "SMITH 2-15HR", "the well replaced");
  same(replaced.data?.wellspacing, 640, "a default");

  // Versions: a tag that is no longer the row's changes nothing.
  const tag = replaced.response.headers.get("ETag");
  require(tag, "a row has a version");
  const body = { oileur: 1 };
  const mine = await client.PATCH("/api/v1/wells/{key}", { params: { path, header: { "If-Match": tag } }, body });
  same(mine.response.status, 200, "the version seen");
  const late = await client.PATCH("/api/v1/wells/{key}", { params: { path, header: { "If-Match": tag } }, body });
  same(late.response.status, 412, "an older version");
  same(late.error?.code, "precondition", "what an older version answers");

  // Many rows: by filter, and each in its own way.
  const query = { wellname: ["like.SMITH*"] };
  const counted = await client.PATCH("/api/v1/wells", { params: { query: { ...query, dry_run: true } }, body });
  same(counted.data?.count, 2, "rows that would change");
  const batch = await client.PATCH("/api/v1/wells/batch", {
    body: [
      { key: 4201234567, set: { gaseur: 7 } },
      { key: 4299999999, set: { gaseur: 7 } },
    ],
  });
  same(batch.data?.results.map((each) => each.status).join(" "), "200 404", "what became of each change");

  const removed = await client.DELETE("/api/v1/wells/{key}", { params: { path } });
  same(removed.response.status, 204, "deleting");
  const gone = await client.GET("/api/v1/wells/{key}", { params: { path } });
  same(gone.response.status, 404, "a deleted well");
  const problem: Problem | undefined = gone.error;
  same(problem?.code, "not_found", "what a deleted well answers");
  const restored = await client.POST("/api/v1/wells/{key}/restore", { params: { path } });
  same(restored.data?.is_deleted, false, "the restored well");
}

async function mistakes(client: Client): Promise<void> {
  // The document's limits are the service's: both violations come at once, each with its place.
  const refused = await client.POST("/api/v1/wells", { body: { api10: 1, api14: 1, wellname: "" } });
  same(refused.response.status, 400, "a well that breaks rules");
  require(refused.error, "the problem is told");
  same(refused.error.details.errors.map((each) => each.loc.join(".")).join(" "), "body.api10 body.wellname", "where");
  same(refused.error.request_id, refused.response.headers.get("X-Request-ID"), "the request's id");

  // @ts-expect-error: a required column is missing
  const missing = await client.POST("/api/v1/wells", { body: { api10: 4201234599, wellname: "X" } });
  same(missing.response.status, 400, "a missing column");
  // @ts-expect-error: audit columns are nobody's to set
  const change: components["schemas"]["well_update"] = { inserted_by: "eve" };
  const audited = await client.PATCH("/api/v1/wells/{key}", { params: { path: { key: 4201234567 } }, body: change });
  same(audited.response.status, 400, "an audit column");
  const unknown = await client.GET("/api/v1/wells", {
    // @ts-expect-error: there is no such parameter
    params: { query: { limt: 5 } },
  });
  same(unknown.response.status, 400, "an unknown parameter");
}

// Composite keys, enumerations, structures, embedded rows, decimals, columns nobody may see.
async function orders(client: Client): Promise<void> {
  const made = await client.POST("/api/v1/orders", {
    body: { status: "draft", total: "12345678.90", ship_to: { street: "Main 1", city: "Midland" }, tags: ["rush"] },
  });
  require(made.data && "id" in made.data, "one order is made");
  const order = made.data;
  same(order.total, 12345678.9, "an exact sum");
  same(order.customer, "ada", "the owner");
  // @ts-expect-error: a private column
  same(order.margin, undefined, "a private column");
  const location = made.response.headers.get("Location");
  same(location, `/api/v1/orders/${order.id}`, "where the order is");

  for (const line_no of [1, 2]) {
    const line = await client.POST("/api/v1/order-lines", {
      body: {
        order_id: order.id,
        line_no,
        sku: `P-${line_no}`,
        quantity: 3,
        unit_price: 1.25,
        discounts: [{ code: "X", amount: 0.5 }],
      },
    });
    same(line.response.status, 201, "a line");
  }
  const line = await client.GET("/api/v1/order-lines/{key}", { params: { path: { key: [order.id, 2] } } });
  same(line.data?.sku, "P-2", "a line by both parts of its key");

  const whole = await client.GET("/api/v1/orders/{key}", {
    params: {
      path: { key: order.id },
      query: { include: "lines", "lines.order": "line_no.desc", "lines.sku": ["neq.P-9"] },
    },
  });
  same(whole.data?.lines?.length, 2, "embedded lines");
  same(whole.data?.lines?.[0]?.line_no, 2, "their order");
  const full = await client.POST("/api/v1/orders", {
    body: { status: "draft", total: 1, lines: [{ line_no: 1, sku: "P-7", quantity: 1, unit_price: 1 }] },
  });
  require(full.data && "id" in full.data, "an order with its lines is made");
  same(full.data.lines?.[0]?.sku, "P-7", "a line made with its order");
  const tagged = await client.GET("/api/v1/orders", { params: { query: { tags: ["cs.{rush}"], status: ["eq.draft"] } } });
  same(tagged.data?.count, 1, "orders by tag");
}

/// Everything against the service at `baseUrl`; throws where it does not do what its document says.
export async function exercise(baseUrl: string): Promise<void> {
  const client = createClient<paths, "application/json">({ baseUrl });
  await wells(client);
  await mistakes(client);
  await orders(client);
  const health = await client.GET("/api/v1/healthcheck");
  same(health.data?.status, "healthy", "the service's health");
}
