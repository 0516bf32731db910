// SPDX-License-Identifier: Apache-2.0
// The local workspace as a process, for the tests that meet it with Databricks' own clients.
import { spawn } from "node:child_process";

/** Starts it with the given options; `base` is its address, `admin(path, body)` asks for faults and the like, `ended()` waits. */
export async function startWorkspace(program, options = []) {
  const running = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  const log = [];
  const base = await new Promise((resolve, reject) => {
    running.stdout.on("data", (text) => {
      log.push(String(text));
      const found = /listening on (http:\S+)/.exec(log.join(""));
      if (found) resolve(found[1]);
    });
    running.on("exit", (code) => reject(new Error(`the workspace ended with ${code}`)));
  });
  const admin = async (path, body) => {
    const answer = await fetch(`${base}/admin/${path}`, body ? { method: "POST", body: JSON.stringify(body) } : {});
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const stop = () => running.kill("SIGTERM");
  const ended = () => new Promise((resolve) => { running.on("exit", resolve); stop(); });
  return { base, admin, stop, ended };
}

/** Runs every case in turn; the exit code says whether all held. */
export async function runCases(cases, ...given) {
  let failed = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run(...given);
      console.log(`ok ${name}`);
    } catch (failure) {
      failed += 1;
      console.log(`FAILED ${name}\n${failure.stack}`);
    }
  }
  return failed === 0 ? 0 : 1;
}
