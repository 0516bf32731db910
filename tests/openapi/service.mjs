// SPDX-License-Identifier: Apache-2.0
// A service as its users start it, for tests that are written in JavaScript.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");

/// Runs `use(base)` while PROGRAM serves from the embedded engine in memory; the service must end well after it.
export async function withService(program, use) {
  const service = spawn(resolve(program), [], {
    cwd: "/",
    env: {
      PATH: process.env.PATH,
      WEIR_EMBEDDED: ":memory:",
      WEIR_DUCKDB_LIBRARY: process.env.WEIR_DUCKDB_LIBRARY ?? `${root}/.local/duckdb/libduckdb.so`,
      WEIR_LOCAL_USER: "ada",
      WEIR_PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((settle) => service.on("exit", (code, signal) => settle(code ?? signal)));
  const base = new Promise((found, failed) => {
    let seen = "";
    service.stdout.setEncoding("utf8");
    service.stdout.on("data", (text) => {
      seen += text;
      const at = /listening on (http:\S+)\n/.exec(seen);
      if (at) found(at[1]);
    });
    service.on("exit", () => failed(new Error(`the service ended before it listened: ${seen}`)));
    service.on("error", failed);
  });
  try {
    await use(await base);
  } finally {
    service.kill("SIGTERM");
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the service ended with ${code}`);
}
