// SPDX-License-Identifier: Apache-2.0
// What a service answers at /openapi.json is what weir-gen prints, byte for byte, and is cached by its ETag; what /docs
// is made of is cached for good: served.mjs WEIR_GEN SCHEMA FIELD_OPS
import { execFileSync } from "node:child_process";
import { withService } from "./service.mjs";

const [weirGen, schema, program] = process.argv.slice(2);
const faults = [];
const same = (got, wanted, what) => {
  if (got !== wanted) faults.push(`${what}: ${got} instead of ${wanted}`);
};

await withService(program, async (base) => {
  const printed = execFileSync(weirGen, ["openapi", schema], { encoding: "utf8", maxBuffer: 1 << 26 });
  const served = await fetch(`${base}/openapi.json`);
  same(served.status, 200, "status");
  same(served.headers.get("Content-Type"), "application/json", "Content-Type");
  if ((await served.text()) !== printed) faults.push("the served document is not the printed one");

  const etag = served.headers.get("ETag");
  for (const known of [etag, `"other", W/${etag}`, "*"]) {
    const again = await fetch(`${base}/openapi.json`, { headers: { "If-None-Match": known } });
    same(again.status, 304, `with ${known}`);
    same(await again.text(), "", "a body not modified");
  }
  const other = await fetch(`${base}/openapi.json`, { headers: { "If-None-Match": '"other"' } });
  same(other.status, 200, "with another tag");

  const page = await fetch(`${base}/docs`);
  same(page.headers.get("Content-Type"), "text/html; charset=utf-8", "the page's type");
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map((found) => found[1]);
  same(files.length, 3, "files of the page");
  for (const file of files) {
    const answered = await fetch(`${base}/${file}`);
    same(answered.status, 200, file);
    await answered.arrayBuffer();
    if (file.endsWith("start.js")) continue;
    same(answered.headers.get("Cache-Control"), "public, max-age=31536000, immutable", `${file}: Cache-Control`);
    same(answered.headers.get("Content-Encoding"), "gzip", `${file}: Content-Encoding`);
    const plain = await fetch(`${base}/${file}`, { headers: { "Accept-Encoding": "identity" } });
    same(plain.status, 406, `${file} for who takes no gzip`);
  }
});
for (const each of faults) console.error(each);
console.log(faults.length === 0 ? "served as printed" : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
