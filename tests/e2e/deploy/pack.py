#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs a service, and runs what was packed where nothing is but glibc, a shell and four tools of coreutils.

    pack.py WEIR [SERVICE]      SERVICE: linked as for Apps; without it nothing is run (exit 77)"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import yaml

sys.dont_write_bytecode = True
import facts  # noqa: E402
from stage import ask, checks, process, run, skip, stage, workspace  # noqa: E402

root = pathlib.Path(__file__).resolve().parents[3]
SCHEMA = root / "schemas/field_ops.yaml"
DEPLOYMENT = root / "examples/3_service/deployment.yaml"
TABLES = """version: 1
name: sights
backends: {warehouse: {catalog: "${UC_CATALOG:-main}", schema: sights}}
defaults: {backend: warehouse}
tables:
  - {name: read, key: [id], columns: [{name: id, type: bigint, required: true}], api: {operations: [list, get]}}
  - {name: grown, key: [id], columns: [{name: id, type: bigint, required: true}], api: {}}
  - {name: theirs, key: [id], columns: [{name: id, type: bigint, required: true}], access: {run_as: user}}
"""
# Each with what is told of it.
WRONG = {
    "version: 1\napp: {name: a}\nwarehous: {id: b}\n":
        "3:1: error: deployment.yaml has no key 'warehous' [unknown-key]|did you mean 'warehouse'?",
    "version: 1\napp: {name: Big_App}\n": "2:13: error: 'Big_App' is no name of an app",
    "version: 1\napp: {name: a}\nsettings: {DATABRICKS_TOKEN: dapi1}\n": "is a secret, and this file is no place for one [raw-secret]",
    "version: 1\napp: {name: a}\nsettings: {A_PASSWORD: b}\n": "[raw-secret]",
    "version: 1\napp: {name: a}\nsettings: {LAKEBASE_ENDPOINT: b}\n": "comes from what 'lakebase' and 'warehouse' say",
    "version: 1\napp: {name: a}\nlakebase: {project: p, instance: i}\n": "names a project and an instance",
    "version: 1\napp: {name: a}\nlakebase: {instance: i, max_cu: 2}\n": "3:25: error: an instance has no 'max_cu'",
    "version: 1\napp: {name: a}\nlakebase: {project: p, min_cu: 8, max_cu: 2}\n": "'max_cu' must be 'min_cu' or up to 16 more",
    "version: 1\napp: {name: a, permissions: [{level: CAN_VIEW, group_name: g}]}\n": "'CAN_VIEW' is no level|known here: CAN_USE, CAN_MANAGE",
    "version: 1\napp: {name: a}\nenvironments: {prod: {}}\n": "has no key 'prod'",
    "version: 1\napp: {name: a}\nsettings: {A: b}\nenvironments: {production: {settings: {B: c}}}\n": "has no 'B'",
    "version: 1\napp: {name: a}\nenvironments: {production: {warehouse: {id: x}}}\n": "production has other parts",
    "version: 1\napp: {name: a}\nsettings: {A: b}\nsecrets: {A: {scope: s, key: k}}\n": "'A' is in 'settings' already",
    "version: 1\n": "deployment.yaml has no 'app'",
}


def is_told(text, wanted):
    return all(part in text for part in wanted.split("|"))


def refuses_what_cannot_run(check, weir, folder):
    source = folder / "newer.cpp"
    source.write_text('#include <stdlib.h>\nint main() { return arc4random() == 0; }\n')
    newer = folder / "newer"
    # The symbol is new in glibc 2.36; an older machine cannot link it, and needs no such check.
    if subprocess.run(["c++", source, "-o", newer], capture_output=True).returncode == 0:
        told = run([weir, "pack", newer, SCHEMA, "-o", folder / "no"], expected=1).stderr
        check.true("the symbol is told", "needs the symbol arc4random (GLIBC_2.36)" in told)
        check.true("the table of symbols is told", "has a symbol table" in told)
    source.write_text('#include <zlib.h>\nint main() { return zlibVersion() == nullptr; }\n')
    run(["c++", source, "-o", newer, "-lz", "-s"])
    told = run([weir, "pack", newer, SCHEMA, "-o", folder / "no"], expected=1).stderr
    check.true("the library is told", "needs the library libz.so.1" in told)
    check.true("nothing else is", "symbol" not in told)
    run(["c++", source, "-o", newer, "-l:libz.a", "-s", "-static"])
    told = run([weir, "pack", newer, SCHEMA, "-o", folder / "no"], expected=1).stderr
    check.true("a static glibc is told", "has glibc in it" in told)
    told = run([weir, "pack", SCHEMA, SCHEMA, "-o", folder / "no"], expected=1).stderr
    check.true("what is no program is told", "is no program for Linux on x86-64" in told)
    check.equal("nothing was written", (folder / "no").exists(), False)
    run([weir, "pack", folder / "absent", SCHEMA, "-o", folder / "no"], expected=3)


def small_program(folder):
    source, program = folder / "small.c", folder / "Small_Service"
    source.write_text("int main(void) { return 0; }\n")
    run(["cc", source, "-o", program, "-s"])
    return program


def reads_deployments(check, weir, folder):
    program = small_program(folder)
    file = folder / "deployment.yaml"
    schema = folder / "sights.yaml"
    schema.write_text(TABLES)
    for text, wanted in WRONG.items():
        file.write_text(text)
        told = run([weir, "pack", program, schema, "--deployment", file, "-o", folder / "no"], expected=1).stderr
        check.true(f"{text!r} is told: {told}", is_told(told, wanted))
    file.write_text("version: 1\napp: {name: a}\n")
    told = run([weir, "pack", program, schema, "--deployment", file, "-o", folder / "no"], expected=1).stderr
    check.true("what the tables need is told", "the table read is on a warehouse, and deployment.yaml names no 'warehouse'" in told)


def packed(weir, program, schema, to, *more):
    told = json.loads(run([weir, "pack", program, schema, "-o", to, *more, "--format", "json"]).stdout)
    sizes = {each["file"]: each["bytes"] for each in told["files"]}
    if sizes != {str(each): each.stat().st_size for each in to.rglob("*") if each.is_file()}:
        raise AssertionError(f"what is told of {to}: {told}")
    return yaml.safe_load((to / "app/app.yaml").read_text()), yaml.safe_load((to / "databricks.yml").read_text())


def gives_the_least_rights(check, weir, folder):
    program = small_program(folder)
    schema = folder / "sights.yaml"
    schema.write_text(TABLES)
    app, bundle = packed(weir, program, schema, folder / "least")
    facts.check_bundle(check, bundle, {"warehouse_id"})
    service = bundle["resources"]["apps"]["service"]
    facts.check_app_yaml(check, app, [each["name"] for each in service["resources"]])
    tables = [(each["uc_securable"]["securable_full_name"], each["uc_securable"]["permission"])
              for each in service["resources"] if "uc_securable" in each]
    check.equal("rights on tables", tables, [("main.sights.read", "SELECT"), ("main.sights.grown", "SELECT"), ("main.sights.grown", "MODIFY")])
    check.equal("scopes", service["user_api_scopes"], ["sql"])
    check.equal("the app", bundle["variables"]["app_name"]["default"], "small-service-dev")
    check.true("no database", "postgres_projects" not in bundle["resources"])

    file = folder / "deployment.yaml"
    file.write_text('version: 1\napp: {name: a}\nlakebase: {instance: "i-${target}", capacity: CU_2}\nwarehouse: {id: w}\n'
                    "serving: {RANKER: rank}\nenvironments: {production: {lakebase: {capacity: CU_8}, serving: {RANKER: best}}}\n")
    app, bundle = packed(weir, program, schema, folder / "instance", "--deployment", file, "--env", "production")
    facts.check_bundle(check, bundle, set())
    service = bundle["resources"]["apps"]["service"]
    facts.check_app_yaml(check, app, [each["name"] for each in service["resources"]])
    check.equal("the instance", {"name": "LAKEBASE_INSTANCE_NAME", "value": "i-prod"} in app["env"], True)
    check.equal("what differs", bundle["targets"]["prod"]["variables"],
                {"lakebase_capacity": "CU_8", "lakebase_instance": "i-prod", "serving_ranker_name": "best",
                 "setting_LAKEBASE_INSTANCE_NAME": "i-prod"})


def does_what_the_documentation_says(check, weir, folder):
    """Every line of docs/deployment.md that calls weir pack, as it stands there."""
    here = folder / "documented"
    here.mkdir()
    for name in ("schemas", "examples"):
        (here / name).symlink_to(root / name)
    shutil.copy(small_program(folder), here / "field-ops")
    blocks = re.findall(r"^```sh\n(.*?)^```", (root / "docs/deployment.md").read_text(), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("weir pack")]
    check.true("there are commands", len(lines) >= 3)
    for line in lines:
        run([weir, *shlex.split(line)[1:]], cwd=here)
        check.true(line, (here / "packed/databricks.yml").exists() and (here / "packed/app/field-ops").exists())
        shutil.rmtree(here / "packed")


def bare_root(folder):
    """What a machine has at the least: glibc, a shell, and what run.sh calls."""
    bare = folder / "root"
    programs = [shutil.which(each) for each in ("sh", "cat", "chmod", "dirname", "mktemp", "uname")]
    libraries = set(re.findall(r"(/\S+\.so\S*)", run(["ldd", *programs]).stdout)) - set(programs)
    glibc = pathlib.Path(next(each for each in libraries if "/libc.so.6" in each)).parent
    for each in [*programs, *libraries, str(glibc / "libm.so.6")]:
        to = bare / "bin" / pathlib.Path(each).name if each in programs else bare / each[1:]
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(each, to)
    (bare / "tmp").mkdir()
    return bare


def enter(bare):
    """How a program is started there: by whom, and with which arguments."""
    chroot = [shutil.which("chroot", path=os.environ["PATH"] + ":/usr/sbin"), bare]
    ways = {"chroot in a user namespace": [shutil.which("unshare"), "-r", *chroot]}
    if os.geteuid() == 0:
        ways = {"chroot": chroot, **ways}
    for name, each in ways.items():
        if subprocess.run([*each, "/bin/uname"], capture_output=True).returncode == 0:
            return name, each
    raise SystemExit("neither chroot nor unshare may be used here")


def platform_environment(at, ws, app, bundle):
    """What an App's process is given: by the platform, and by app.yaml out of the app's resources."""
    values = {"postgres": "projects/local/branches/production/endpoints/primary", "sql-warehouse": "local",
              "secret-weir-cursor-key": "0123456789abcdef0123456789abcdef"}
    known = [each["name"] for each in bundle["resources"]["apps"]["service"]["resources"]]
    given = {each["name"]: each.get("value") or values[each["valueFrom"]] for each in app["env"]
             if "value" in each or each["valueFrom"] in known}
    return given | {
        "DATABRICKS_APP_NAME": "field-ops-prod", "DATABRICKS_APP_PORT": "0", "DATABRICKS_HOST": ws.address,
        "DATABRICKS_CLIENT_ID": "weir_app", "DATABRICKS_CLIENT_SECRET": "a-client-secret", "PGHOST": "127.0.0.1",
        "PGPORT": at.port, "PGDATABASE": "databricks_postgres", "PGUSER": "weir_app", "PGSSLMODE": "require",
        "PGAPPNAME": "field-ops-prod", "PATH": "/bin",
        # Not the platform's: the rehearsal stays on this machine, and trusts its certificate.
        "WEIR_HOST": "127.0.0.1", "PGSSLROOTCERT": "/ca.pem"}


def serves(check, at, url):
    her = {"X-Forwarded-User": "u1", "X-Forwarded-Email": "lena@example.com"}
    status, health = ask(url + "/api/v1/healthcheck")
    check.equal("the healthcheck", (status, health["components"]["database"], health["components"]["warehouse"]),
                (200, "connected", "connected"))
    status, made = ask(url + "/api/v1/orders", "POST", {"tags": ["x"]}, her)
    check.equal("an order", status, 201)
    status, read = ask(f"{url}/api/v1/orders/{made['id']}", headers=her)
    check.equal("its reader", (status, read["customer"]), (200, "u1"))
    well = {"api10": 4300000001, "api14": 43000000010000, "wellname": "A"}
    check.equal("a well", ask(url + "/api/v1/wells", "POST", well, her)[0], 201)
    check.equal("its name", ask(url + "/api/v1/wells/4300000001", headers=her)[1]["wellname"], "A")
    check.equal("connections without TLS", at.sql("select count(*) from pg_stat_ssl join pg_stat_activity using (pid) "
                                                  "where usename = 'weir_app' and not ssl"), "0")
    check.true("connections with it", int(at.sql("select count(*) from pg_stat_ssl join pg_stat_activity using (pid) "
                                                 "where usename = 'weir_app' and ssl")) > 0)


def runs_from_a_bare_root(check, weir, service, folder, at):
    to = folder / "packed"
    # Not optimised it is too large for one file, which is told, and goes in parts.
    told = run([weir, "pack", service, SCHEMA, "--deployment", DEPLOYMENT, "-o", to], expected=1).stderr
    check.true("its size is told", "and a file there has at most 10485760" in told)
    app, bundle = packed(weir, service, SCHEMA, to, "--deployment", DEPLOYMENT, "--env", "production", "--split")
    facts.check_bundle(check, bundle, {"lakebase_database_id"})
    facts.check_app_yaml(check, app, [each["name"] for each in bundle["resources"]["apps"]["service"]["resources"]])
    for each in sorted((to / "app").iterdir()):
        check.true(f"{each.name} is small enough", each.stat().st_size <= 10485760)
    text = (to / "databricks.yml").read_text() + (to / "app/app.yaml").read_text()
    check.true("it is the same for whoever packs", str(folder) not in text and str(root) not in text)

    bare = bare_root(folder)
    shutil.copytree(to / "app", bare / "app")
    # Files of a workspace come without the right to be executed.
    for each in (bare / "app").iterdir():
        each.chmod(0o644)
    shutil.copy(at.certificate, bare / "ca.pem")
    how, enters = enter(bare)
    print(f"run by: {how}")
    with workspace(at) as ws:
        env = platform_environment(at, ws, app, bundle)
        command = [*enters, "/bin/sh", "-c", 'cd /app && exec "$@"', "sh", *app["command"]]
        with process(command, env=env) as started:
            serves(check, at, started.wait_until_listening().address)
            check.equal("its end", started.stop(), 0)
            for secret in ("a-client-secret", "0123456789abcdef0123456789abcdef"):
                check.true("no secret is logged", secret not in started.output())


def main():
    weir, *service = [pathlib.Path(each).resolve() for each in sys.argv[1:]]
    check = checks()
    if not service:
        skip("no static libraries here: run subprojects/static_libs.sh .local/static-libs, then meson setup --reconfigure")
    with stage() as (folder, at):
        refuses_what_cannot_run(check, weir, folder)
        reads_deployments(check, weir, folder)
        gives_the_least_rights(check, weir, folder)
        does_what_the_documentation_says(check, weir, folder)
        runs_from_a_bare_root(check, weir, service[0], folder, at)
    check.end()


main()
