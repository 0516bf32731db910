// SPDX-License-Identifier: Apache-2.0
// The /docs page of field-ops in headless Chromium: open, try a request, see the answer, with no error on the console
// and no request to any other host: docs.mjs TOOLS FIELD_OPS
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { withService } from "../openapi/service.mjs";

const [tools, program] = process.argv.slice(2).map((each) => resolve(each));
const { chromium } = createRequire(resolve(tools, "package.json"))("playwright-core");

const faults = [];
const fault = (text) => faults.push(text);

await withService(program, async (base) => {
  const browser = await chromium.launch({
    executablePath: process.env.WEIR_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const requests = [];
    page.on("request", (sent) => requests.push(sent.url()));
    page.on("console", (told) => {
      if (["error", "warning"].includes(told.type())) fault(`console ${told.type()}: ${told.text()}`);
    });
    page.on("pageerror", (thrown) => fault(`thrown: ${thrown.message}`));
    page.on("response", (got) => {
      if (got.status() >= 400) fault(`${got.status()} ${got.url()}`);
    });

    const answer = await page.goto(`${base}/docs`);
    if (!answer.headers()["content-security-policy"]?.startsWith("default-src 'none'"))
      fault("the page has no strict Content-Security-Policy");

    // An operation of every table is on the page.
    await page.waitForSelector("#operations-wells-list_wells");
    for (const id of ["orders-get_order", "user_preferences-list_user_preferences"])
      if ((await page.locator(`#operations-${id}`).count()) !== 1) fault(`no operation ${id}`);

    // Create a row as the page proposes it: its example is a body the service takes.
    const opened = async (id) => {
      const operation = page.locator(`#operations-${id}`);
      await operation.locator(".opblock-summary-control").click();
      return operation;
    };
    const run = async (operation) => {
      await operation.locator("button.execute").click();
      const live = operation.locator(".live-responses-table .response-col_status");
      await live.last().waitFor();
      return {
        status: (await live.last().innerText()).trim().slice(0, 3),
        body: await operation.locator(".live-responses-table .response-col_description").last().innerText(),
      };
    };
    const creating = await opened("wells-create_wells");
    const body = creating.locator("textarea.body-param__text");
    const proposed = JSON.parse(await body.inputValue());
    await body.fill(JSON.stringify({ ...proposed, wellname: "SMITH 1-15H" }));
    const created = await run(creating);
    if (created.status !== "201") fault(`creating answered ${created.status}: ${created.body}`);

    // List with a limit, and see the row.
    const listing = await opened("wells-list_wells");
    await listing.locator('tr[data-param-name="limit"] input').fill("5");
    const listed = await run(listing);
    if (listed.status !== "200") fault(`listing answered ${listed.status}: ${listed.body}`);
    if (!listed.body.includes("SMITH 1-15H")) fault(`the answer does not show the row: ${listed.body}`);
    if (!requests.some((url) => url === `${base}/api/v1/wells?limit=5`))
      fault(`no request with the limit: ${requests.join(" ")}`);

    const foreign = requests.filter(
      (url) => !url.startsWith(`${base}/`) && !url.startsWith("data:") && !url.startsWith("blob:"),
    );
    if (foreign.length > 0) fault(`requests to other hosts: ${foreign.join(" ")}`);
    if (requests.length < 6) fault(`only ${requests.length} requests were seen: the test is broken`);
  } finally {
    await browser.close();
  }
});
for (const each of faults) console.error(each);
console.log(faults.length === 0 ? "the page works" : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
