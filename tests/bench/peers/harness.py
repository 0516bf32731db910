"""Starts each peer, drives it with wrk, reads CPU and memory from /proc, prints a table.

CPU of the service and of PostgreSQL is counted apart: on two shared cores requests per second
say how much the neighbours were doing, CPU seconds per 1000 requests say what the peer costs.
`other` is the share of both cores that was spent on neither service, PostgreSQL nor wrk.
"""
import json
import os
import resource
import signal
import socket
import statistics as st
import subprocess
import sys
import time
import urllib.error
import urllib.request

E = os.environ
WORK, DIR = E["PEERS_WORK"], E["PEERS_DIR"]
ROWS = int(E.get("PG_ROWS", "1000000"))
TICK = os.sysconf("SC_CLK_TCK")
ROUNDS = int(E.get("ROUNDS", "5"))
SECS = float(E.get("SECS", "3"))
WARM = float(E.get("WARM", "1"))
CELLS = E.get("CELLS", "get:1,32 page:8 post:8 batch:8 patch:8")
OUT = E.get("OUT", WORK + "/raw/results.json")
PY = "/usr/bin/python3"
UV = (f"{PY} -m uvicorn %s:app --app-dir {DIR}/src/py --host 127.0.0.1 --port $PORT --workers {E['WORKERS']} "
      "--loop uvloop --http httptools --no-access-log --log-level warning")

PEERS = {
    "fastapi-sqlalchemy": (UV % "app_sqlalchemy", {}),
    "fastapi-psycopg-perreq": (UV % "app_psycopg", {"PEER_MODE": "perreq"}),
    "fastapi-psycopg-pool": (UV % "app_psycopg", {"PEER_MODE": "pool"}),
    "fastapi-asyncpg": (UV % "app_asyncpg", {}),
    "fastify-pg": (f"node {WORK}/node/fastify-pg.mjs", {}),
    "lakebase-express": (f"node {WORK}/node/lakebase-express.mjs", {}),
    "appkit": (f"node {WORK}/node-appkit/appkit.mjs", {"NODE_ENV": "production", "DISABLE_APPKIT_INTERNAL_TELEMETRY": "true"}),
    "weir": (E.get("PEER_WEIR", f"{WORK}/bin/weir"), {"WEIR_LOCAL_USER": "bench", "LAKEBASE_SCHEMA": "public",
                                                       "WEIR_PORT": "$PORT"}),
    "hand-cpp": (f"{WORK}/bin/hand", {}),
    "tuned-httplib": (f"{WORK}/bin/tuned", {"TUNED_MODE": "direct"}),
    "tuned-coalesce": (f"{WORK}/bin/tuned", {"TUNED_MODE": "coalesce"}),
    "lean-pipeline": (f"{WORK}/bin/lean", {"LEAN_MODE": "pipeline", "THREADS": "1", "CONNS": "2"}),
    "lean-coalesce": (f"{WORK}/bin/lean", {"LEAN_MODE": "coalesce", "THREADS": "1", "CONNS": "1"}),
    "hello-epoll": (f"{WORK}/bin/lean", {"LEAN_MODE": "hello", "THREADS": "1"}),
    "hello-httplib": (f"{WORK}/bin/hello", {}),
}
ONLY = {"hello-httplib": ("get",), "hello-epoll": ("get",), "lean-pipeline": ("get", "page"), "lean-coalesce": ("get", "page")}
for line in E.get("EXTRA_PEERS", "").splitlines():
    if "=" in line:
        k, v = line.split("=", 1)
        PEERS[k.strip()] = (v.strip(), PEERS["weir"][1] if k.strip().startswith("weir") else {})


def present(cmd):
    words = cmd.split()
    return all(os.path.exists(w) for w in words[:2] if w.startswith("/"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stat(pid):
    """(ppid, own ticks, reaped children's ticks)"""
    with open(f"/proc/{pid}/stat") as f:
        v = f.read().rsplit(")", 1)[1].split()
    return int(v[1]), int(v[11]) + int(v[12]), int(v[13]) + int(v[14])


def tree(root):
    kids, seen = {}, {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                s = stat(d)
            except OSError:
                continue
            kids.setdefault(s[0], []).append(int(d))
            seen[int(d)] = s
    todo, out = [root], {}
    while todo:
        p = todo.pop()
        if p in seen:
            out[p] = seen[p]
            todo += kids.get(p, [])
    return out


def cpu(root):
    t = tree(root)
    return sum(s[1] + s[2] for s in t.values()) / TICK


def hwm(root):
    total = 0
    for p in tree(root):
        try:
            with open(f"/proc/{p}/status") as f:
                total += sum(int(x.split()[1]) for x in f if x.startswith("VmHWM"))
        except OSError:
            pass
    return total / 1024


def machine():
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return (sum(v) - v[3] - v[4]) / TICK


def psql(*sql):
    args = ["psql", "-qAt", "-v", "ON_ERROR_STOP=1"]
    for s in sql:
        args += ["-c", s]
    return subprocess.run(args, check=True, capture_output=True, text=True, timeout=300).stdout


def postmaster():
    return int(psql("select pg_backend_pid()") and open(f"{WORK}/pg/data/postmaster.pid").readline())


def reset():
    psql("DELETE FROM wells WHERE api10 >= 5000000000",
         "UPDATE wells SET is_deleted=false, deleted_at=NULL, deleted_by=NULL WHERE is_deleted",
         "VACUUM (ANALYZE) wells", "CHECKPOINT")


def call(port, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    r = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data,
                               {"Content-Type": "application/json"} if data else {}, method=method)
    if isinstance(body, list):  # weir gives the rows back unless told not to; the others never do
        r.add_header("Prefer", "return=minimal")
    try:
        with urllib.request.urlopen(r, timeout=20) as f:
            return f.status, json.loads(f.read() or b"null")
    except urllib.error.HTTPError as e:
        return e.code, None


def shape(name):
    """The dialect of a peer: `weir`, and extra peers called weir-something, speak weir's."""
    return "weir" if name.startswith("weir") else ""


def path_of(name, path):
    """Where a peer has what the others have at `path`."""
    if shape(name) != "weir":
        return path
    return "/api/v1" + path.replace("/wells/batch", "/wells").replace("oileur_gt=", "oileur=gt.")


class Service:
    def __init__(self, name):
        self.name, (cmd, extra) = name, PEERS[name]
        self.port = free_port()
        self.log = open(f"{WORK}/raw/{name}.log", "w")
        self.p = subprocess.Popen(["bash", "-c", "exec " + cmd], stdout=self.log, stderr=self.log, cwd=WORK,
                                  env={**E, **{k: v.replace("$PORT", str(self.port)) for k, v in extra.items()},
                                       "PORT": str(self.port)}, start_new_session=True)
        end = time.time() + 40
        while True:
            try:
                if call(self.port, "GET", path_of(name, "/wells/4200000001"))[0] == 200:
                    break
            except OSError:
                pass
            if time.time() > end or self.p.poll() is not None:
                self.stop()
                raise RuntimeError(f"{name} did not start; see {self.log.name}")
            time.sleep(0.1)
        time.sleep(1.0)

    def stop(self):
        pids = list(tree(self.p.pid))
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
            try:
                self.p.wait(8)
            except subprocess.TimeoutExpired:
                pass
        for pid in pids:  # only what this service itself started
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        self.p.wait()
        self.log.close()


SERIAL = [int(time.time()) % 100000]


def wrk(name, port, mode, conns, secs):
    SERIAL[0] += 1
    base = 5_000_000_000 + SERIAL[0] * 10_000_000
    out = subprocess.run(["wrk", "-t1", f"-c{conns}", f"-d{max(1, round(secs))}s", "--timeout", "10s", "-s",
                          f"{DIR}/lua/load.lua", f"http://127.0.0.1:{port}", "--", mode, str(SERIAL[0]), str(ROWS),
                          str(base + SERIAL[0] % 20 * 50000), shape(name)],
                         capture_output=True, text=True, timeout=secs + 60).stdout
    line = [x for x in out.splitlines() if x.startswith("RESULT ")]
    if not line:
        raise RuntimeError(out)
    return json.loads(line[0][7:])


def speed():
    """Millions of loop turns per CPU second right now: the host slows down in phases, this shows them."""
    a, n = time.thread_time(), 0
    for n in range(1_500_000):
        pass
    return (n + 1) / (time.thread_time() - a) / 1e6


def measure(svc, pg, mode, conns):
    wrk(svc.name, svc.port, mode, conns, WARM)
    fast = speed()
    a = (cpu(svc.p.pid), cpu(pg), resource.getrusage(resource.RUSAGE_CHILDREN), machine())
    r = wrk(svc.name, svc.port, mode, conns, SECS)
    b = (cpu(svc.p.pid), cpu(pg), resource.getrusage(resource.RUSAGE_CHILDREN), machine())
    ru = lambda x: x.ru_utime + x.ru_stime
    n, secs = max(1, r["requests"]), r["us"] / 1e6
    load = ru(b[2]) - ru(a[2])
    errors = r["e_connect"] + r["e_read"] + r["e_write"] + r["e_status"] + r["e_timeout"]
    return {"peer": svc.name, "mode": mode, "conns": conns, "rps": r["requests"] / secs, "p50_us": r["p50"],
            "p99_us": r["p99"], "errors": errors, "requests": r["requests"], "bytes_per_req": r["bytes"] / n,
            "svc_cpu_us": (b[0] - a[0]) / n * 1e6, "pg_cpu_us": (b[1] - a[1]) / n * 1e6, "load_cpu_us": load / n * 1e6,
            "speed": fast, "svc_cores": (b[0] - a[0]) / secs, "pg_cores": (b[1] - a[1]) / secs,
            "other": max(0.0, (b[3] - a[3] - (b[0] - a[0]) - (b[1] - a[1]) - load) / secs / os.cpu_count())}


def cells(name):
    for part in CELLS.split():
        mode, cs = part.split(":")
        if name in ONLY and mode not in ONLY[name]:
            continue
        for c in cs.split(","):
            yield mode, int(c)


def table(res):
    groups = {}
    for r in res:
        groups.setdefault((r["mode"], r["conns"]), {}).setdefault(r["peer"], []).append(r)
    lines = []
    for (mode, c), peers in groups.items():
        lines += ["", f"#### {mode}, {c} connections", "",
                  "| peer | rps | p50 ms | p99 ms | errors | service CPU s/1k | PG CPU s/1k | RSS MB | CPU vs hand | rps vs hand | other |",
                  "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
        m = lambda rs, k: st.median(x[k] for x in rs)
        ref = peers.get("hand-cpp")
        for p, rs in sorted(peers.items(), key=lambda kv: m(kv[1], "svc_cpu_us")):
            lines.append("| %s | %.0f | %.2f | %.2f | %d | %.3f | %.3f | %.0f | %s | %s | %.0f%% |" % (
                p, m(rs, "rps"), m(rs, "p50_us") / 1e3, m(rs, "p99_us") / 1e3, sum(x["errors"] for x in rs),
                m(rs, "svc_cpu_us") / 1e3, m(rs, "pg_cpu_us") / 1e3, max(x.get("rss_mb", 0) for x in rs),
                "%.2f" % (m(rs, "svc_cpu_us") / max(0.001, m(ref, "svc_cpu_us"))) if ref else "",
                "%.2f" % (m(rs, "rps") / m(ref, "rps")) if ref else "", 100 * m(rs, "other")))
    return "\n".join(lines)


def summary(res, pick=(("get", 1), ("get", 8), ("get", 32), ("page", 8), ("page", 32), ("post", 8), ("batch", 8), ("patch", 8))):
    """One line per peer. STAT=median, or STAT=best: the round a neighbour disturbed least (noise only ever adds)."""
    best = E.get("STAT", "median") == "best"
    low, high = (min, max) if best else (st.median, st.median)
    names = list(dict.fromkeys(r["peer"] for r in res))
    m = lambda p, k, what: [r[what] for r in res if r["peer"] == p and (r["mode"], r["conns"]) == k]
    cost = {p: [m(p, k, "svc_cpu_us") for k in pick] for p in names}
    names.sort(key=lambda p: low(next((c for c in cost[p][1:] if c), [0])))
    lines = ["| peer | " + " | ".join(f"{a} c{b}" for a, b in pick) + " | RSS MB |", "|---" + "|--:" * (len(pick) + 1) + "|"]
    for what in ("cpu", "rps", "p99"):
        lines.append("| **" + {"cpu": "CPU us per request, service + PG", "rps": "requests/s", "p99": "p50 / p99 ms"}[what] + "** |" + " |" * (len(pick) + 1))
        for p in names:
            row = []
            for k in pick:
                if not m(p, k, "rps"):
                    row.append("")
                elif what == "cpu":
                    row.append("%.0f + %.0f" % (low(m(p, k, "svc_cpu_us")), low(m(p, k, "pg_cpu_us"))))
                elif what == "rps":
                    row.append("%.0f" % high(m(p, k, "rps")))
                else:
                    row.append("%.2f / %.1f" % (low(m(p, k, "p50_us")) / 1e3, low(m(p, k, "p99_us")) / 1e3))
            rss = [r.get("rss_mb", 0) for r in res if r["peer"] == p]
            lines.append(f"| {p} | " + " | ".join(row) + f" | {max(rss):.0f} |")
    return "\n".join(lines)


def ratios(res, pick=(("get", 1), ("get", 8), ("get", 32), ("page", 8), ("post", 8), ("batch", 8), ("patch", 8)), ref="hand-cpp"):
    """CPU per request over that of the hand-written C++ server: service only / service + PostgreSQL; lowest of the rounds."""
    low = lambda p, k, w: min((r[w] for r in res if r["peer"] == p and (r["mode"], r["conns"]) == k), default=None)
    names = [p for p in dict.fromkeys(r["peer"] for r in res) if not p.startswith("hello")]
    names.sort(key=lambda p: low(p, pick[1], "svc_cpu_us") or 0)
    lines = ["| peer | " + " | ".join(f"{a} c{b}" for a, b in pick) + " |", "|---" + "|--:" * len(pick) + "|"]
    for p in names:
        row = []
        for k in pick:
            a, b, ra, rb = (low(x, k, w) for x in (p, ref) for w in ("svc_cpu_us", "pg_cpu_us"))
            row.append("" if a is None or ra is None else "%.2f / %.2f" % (a / ra, (a + b) / (ra + rb)))
        lines.append(f"| {p} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def bench(names):
    pg, res = postmaster(), []
    for rnd in range(ROUNDS):
        for name in names:
            try:
                svc = Service(name)
            except RuntimeError as e:
                print(e, flush=True)
                continue
            mine = []
            try:
                for mode, c in cells(name):
                    r = measure(svc, pg, mode, c)
                    r["round"] = rnd
                    mine.append(r)
                    print("%d %-24s %-6s c%-3d %8.0f rps  p50 %8.0f  p99 %9.0f us  err %d  svc %7.0f  pg %7.0f us/req  other %2.0f%%  speed %.0f" % (
                        rnd, name, mode, c, r["rps"], r["p50_us"], r["p99_us"], r["errors"], r["svc_cpu_us"],
                        r["pg_cpu_us"], 100 * r["other"], r["speed"]), flush=True)
            except (RuntimeError, subprocess.TimeoutExpired) as e:
                print(name, "gave up:", e, flush=True)
            finally:
                rss = hwm(svc.p.pid)
                svc.stop()
            for r in mine:
                r["rss_mb"] = rss
            res += mine
            reset()
            with open(OUT, "w") as f:
                json.dump(res, f, indent=1)
    md = summary(res) + "\n\n" + ratios(res) + "\n" + table(res)
    with open(OUT.replace(".json", ".md"), "w") as f:
        f.write(md + "\n")
    print(md)


def alike(name, status):
    """weir says 400 where the other peers say 422."""
    return 422 if shape(name) == "weir" and status == 400 else status


def check(names):
    base = {"api14": 1, "wellname": "CHECK \"1\" \u00e9", "spuddate": None, "oileur": 1.5}
    seen, bad = {}, 0
    for i, name in enumerate(names):
        k = 9_000_000_000 + int(time.time()) % 1_000_000 * 100 + i
        if name in ONLY:
            continue
        try:
            svc = Service(name)
        except RuntimeError as e:
            print(e)
            bad += 1
            continue
        got = {}
        try:
            def ask(method, path, body=None):
                status, told = call(svc.port, method, path_of(name, path), body)
                if shape(name) == "weir" and status == 204:
                    return 200, {"count": 1}
                return alike(name, status), told

            s, j = ask("GET", "/wells/4200000007")
            got["get"] = (s, len(j), j["api10"], j["wellname"], j["oileur"], j["compldate"], j["record_uuid"],
                          j["inserted_at"][:19], j["is_deleted"], j["deleted_by"])
            got["404"] = ask("GET", "/wells/1")[0]
            s, j = ask("GET", "/wells?limit=100&oileur_gt=400000.5")
            got["page"] = (s, j["count"], len(j["data"]), [r["api10"] for r in j["data"]][:3], len(j["data"][5]))
            s, j = ask("POST", "/wells", {"api10": k, **base})
            got["post"] = (s, j["api10"] == k, j["wellname"], j["oileur"], j["gaseur"], j["inserted_by"], len(j["record_uuid"]))
            got["409"] = ask("POST", "/wells", {"api10": k, **base})[0]
            got["422"] = [ask("POST", "/wells", b)[0] for b in (
                {**base}, {"api10": "x", **base}, {"api10": k, "zzz": 1, **base}, {"api10": k, "api14": 1, "wellname": None})]
            rows = [{"api10": k + 1000 * (n + 1) * 1_000_000, **base} for n in range(1000)]
            got["batch"] = ask("POST", "/wells/batch", rows)
            got["batch422"] = ask("POST", "/wells/batch", [{"api10": 1}])[0]
            s, j = ask("PATCH", f"/wells/{k}", {"oileur": 2.25, "gaseur": None})
            got["patch"] = (s, j["oileur"], j["gaseur"], j["updated_by"], j["updated_at"] is not None)
            got["del"] = ask("DELETE", f"/wells/{k}")
            got["gone"] = (ask("GET", f"/wells/{k}")[0], ask("DELETE", f"/wells/{k}")[0])
        except Exception as e:
            got["exception"] = repr(e)
        finally:
            svc.stop()
        seen[name] = got
        first = next(iter(seen.values()))
        diff = {x: got.get(x) for x in first if got.get(x) != first[x]}
        bad += bool(diff or "exception" in got)
        print(name, "agrees" if not diff and "exception" not in got else f"DIFFERS {diff} {got.get('exception', '')}", flush=True)
    print(json.dumps(next(iter(seen.values()), {}), default=str))
    reset()
    return bad


def pgbench():
    pg, res = postmaster(), []
    for rnd in range(ROUNDS):
        for where in ("tcp", "unix"):
            for mode in ("get", "page", "post", "patch"):
                for c in [int(x) for x in E.get("CLIENTS", "1,2,4,8,16").split(",")]:
                    if where == "unix" and c not in (1, 8):
                        continue
                    host = E["PGSOCK"] if where == "unix" else "127.0.0.1"
                    a = (cpu(pg), resource.getrusage(resource.RUSAGE_CHILDREN), machine())
                    out = subprocess.run(["pgbench", "-h", host, "-n", "-M", "prepared", "-f", f"{DIR}/sql/{mode}.pgbench",
                                          "-D", f"rows={ROWS}", "-c", str(c), "-j", str(min(c, 2)), "-T", str(round(SECS))],
                                         capture_output=True, text=True, timeout=SECS + 60).stdout
                    b = (cpu(pg), resource.getrusage(resource.RUSAGE_CHILDREN), machine())
                    f = {x.split(" = ")[0]: x.split(" = ")[1].split()[0] for x in out.splitlines() if " = " in x}
                    tps, lat = float(f["tps"]), float(f["latency average"])
                    n = tps * SECS
                    ru = lambda x: x.ru_utime + x.ru_stime
                    r = {"round": rnd, "where": where, "mode": mode, "clients": c, "tps": tps, "lat_ms": lat,
                         "pg_cpu_us": (b[0] - a[0]) / n * 1e6, "client_cpu_us": (ru(b[1]) - ru(a[1])) / n * 1e6,
                         "other": max(0, (b[2] - a[2] - (b[0] - a[0]) - (ru(b[1]) - ru(a[1]))) / SECS / os.cpu_count())}
                    res.append(r)
                    print("%d %-5s %-6s c%-3d %8.0f tps  %7.3f ms  pg %6.1f  client %6.1f us/tx  other %2.0f%%" % (
                        rnd, where, mode, c, tps, lat, r["pg_cpu_us"], r["client_cpu_us"], 100 * r["other"]), flush=True)
        reset()
    with open(OUT.replace("results", "pgbench"), "w") as f:
        json.dump(res, f, indent=1)


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "bench"
    names = [n for n in (sys.argv[2:] or PEERS) if n in PEERS]
    gone = [n for n in names if not present(PEERS[n][0])]
    if gone:
        print("not here, skipped:", ", ".join(gone))
    names = [n for n in names if n not in gone]
    if what == "check":
        sys.exit(1 if check(names) else 0)
    if what == "pgbench":
        return pgbench()
    if what == "table":
        res = json.load(open(OUT))
        print(summary(res) + "\n\n" + ratios(res) + "\n" + table(res))
        return
    bench(names)


main()
