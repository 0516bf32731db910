// SPDX-License-Identifier: Apache-2.0
// A client generated from what the running service answers, compiled strictly and used:
// client.mjs TOOLS WORK FIELD_OPS
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { withService } from "./service.mjs";

const [tools, work, program] = process.argv.slice(2).map((each) => resolve(each));
const here = new URL(".", import.meta.url).pathname;
const bin = join(tools, "node_modules/.bin");

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
if (!existsSync(bin)) throw new Error(`no tools in ${tools}: ./dev setup installs them`);
symlinkSync(join(tools, "node_modules"), join(work, "node_modules"));
copyFileSync(join(here, "client.ts"), join(work, "client.ts"));
writeFileSync(join(work, "package.json"), '{"type": "module"}');
writeFileSync(
  join(work, "tsconfig.json"),
  JSON.stringify({
    compilerOptions: {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      target: "es2022",
      module: "nodenext",
      lib: ["es2022", "dom"],
      types: [],
    },
    files: ["client.ts", "weir.d.ts"],
  }),
);
const run = (tool, ...args) => execFileSync(join(bin, tool), args, { cwd: work, stdio: ["ignore", "ignore", "inherit"] });

await withService(program, async (base) => {
  const answered = await fetch(`${base}/openapi.json`);
  if (answered.status !== 200) throw new Error(`/openapi.json answered ${answered.status}`);
  writeFileSync(join(work, "openapi.json"), await answered.text());
  // Its own idea is that members with a default are always there, which bodies of requests need not keep.
  run("openapi-typescript", "openapi.json", "--output", "weir.d.ts", "--default-non-nullable", "false");
  try {
    execFileSync(join(bin, "tsc"), ["--project", "."], { cwd: work, stdio: "inherit" });
  } catch {
    throw new Error("the client does not compile");
  }
  const { exercise } = await import(pathToFileURL(join(work, "client.js")).href);
  await exercise(base);
});
console.log("the generated client works");
