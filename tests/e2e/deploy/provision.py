#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Provisions an empty workspace as docs/deployment.md tells, cut off at every step, and once more.

    provision.py WEIR"""

import json
import pathlib
import re
import shlex
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
from stage import ADMIN, ask, checks, environment, run, stage, workspace  # noqa: E402

root = pathlib.Path(__file__).resolve().parents[3]
PERSON = "local@example.com"
PROJECT = "projects/field-ops-dev"
# What fails, by whose connection is cut, and the step that tells it. `after`: the workspace has done it all the same.
CUTS = [
    ("drop_after", "POST", "/api/2.0/postgres/projects", "step 2, database, failed"),
    ("drop_after", "POST", "/api/2.0/apps", "step 4, app, failed"),
    ("drop_before", "PATCH", "/api/2.0/permissions", "step 5, permissions, failed"),
    ("drop_before", "POST", "/api/2.0/workspace/import", "step 8, files, failed"),
    ("drop_after", "POST", "/api/2.0/apps/field-ops-dev/deployments", "step 9, deployment, failed"),
]


class rehearsal:
    def __init__(self, weir, folder, at, ws):
        self.weir, self.at, self.url = weir, at, ws.address
        self.here = folder / "here"
        self.here.mkdir()
        for name in ("schemas", "examples"):
            (self.here / name).symlink_to(root / name)
        self.env = {"DATABRICKS_HOST": self.url, "DATABRICKS_TOKEN": "dapi-local", "PGPORT": at.port,
                    "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(at.certificate)}
        blocks = re.findall(r"^```sh\n(.*?)^```", (root / "docs/deployment.md").read_text(), re.DOTALL | re.MULTILINE)
        self.documented = [shlex.split(line.split(" # ")[0])[1:] for block in blocks for line in block.splitlines()
                           if line.startswith("weir provision")]

    def pack(self, text):
        source = self.here / "field-ops.c"
        source.write_text(f'int main(void) {{ return sizeof "{text}" == 0; }}\n')
        run(["cc", source, "-o", self.here / "field-ops", "-s"])
        run([self.weir, "pack", "field-ops", "schemas/field_ops.yaml", "--deployment", "examples/3_service/deployment.yaml",
             "-o", "packed"], cwd=self.here)

    def provision(self, arguments, expected=0):
        return run([self.weir, *arguments], expected, self.env, cwd=self.here)

    def ask(self, path, method="GET", body=None):
        return ask(self.url + path, method, body, ADMIN)[1]

    def changes(self):
        """What was asked of the workspace that may have changed it, since it was last asked for."""
        seen = json.dumps(ask(self.url + "/admin/requests", "DELETE")[1])
        made = re.findall(r'"method": "(POST|PUT|PATCH|DELETE)", "target": "(/api[^"?]*)', seen)
        return [each for each in made if not each[1].endswith("/credentials")]


def tells_what_is_missing(check, of):
    told = of.provision(of.documented[0], 3).stderr
    check.true("the step and the secret are told", "step 1, needs, failed: the secret cursor-key of the scope field-ops is not there" in told)
    check.equal("what was changed", of.changes(), [])
    of.ask("/api/2.0/secrets/put", "POST", {"scope": "field-ops", "key": "cursor-key", "string_value": "a-secret-value"})


def tells_the_calls(check, of):
    of.changes()
    done = of.provision(of.documented[0])
    lines = done.stdout.splitlines()
    check.equal("calls", [line.split(" ", 2)[:2] for line in lines], [
        ["POST", "/api/2.0/postgres/projects?project_id=field-ops-dev"], ["POST", "/api/2.0/apps"],
        ["PATCH", "/api/2.0/permissions/apps/field-ops-dev"], ["POST", "/api/2.0/workspace/mkdirs"],
        *[["POST", "/api/2.0/workspace/import"]] * 4, ["POST", "/api/2.0/apps/field-ops-dev/deployments"]])
    bodies = [json.loads(line.split(" ", 2)[2]) for line in lines]
    check.equal("the project", bodies[0]["spec"]["default_endpoint_settings"],
                {"autoscaling_limit_min_cu": 0.5, "autoscaling_limit_max_cu": 1})
    rights = [each["uc_securable"]["permission"] for each in bodies[1]["resources"] if "uc_securable" in each]
    check.equal("rights on the one table of the warehouse", rights, ["SELECT", "MODIFY"])
    check.true("no secret is told", "a-secret-value" not in done.stdout + done.stderr and "dapi-local" not in done.stdout + done.stderr)
    check.equal("what was changed", of.changes(), [])


def goes_on_after_every_cut(check, of):
    for kind, method, path, wanted in CUTS:
        ask(of.url + "/admin/faults", "POST", {"kind": kind, "method": method, "path": path, "times": 1})
        told = of.provision(of.documented[1], 3).stderr
        check.true(f"'{wanted}' is told: {told}", wanted in told and "run it again to go on" in told)
        struck = ask(of.url + "/admin/faults", "DELETE")
        check.equal("the answer", struck[0] // 100, 2)


def goes_on_after_being_killed(check, of):
    of.pack("another program")
    ask(of.url + "/admin/faults", "POST", {"kind": "hold", "method": "POST", "path": "/api/2.0/workspace/import", "after": 1, "times": 1})
    child = subprocess.Popen([str(of.weir), *of.documented[1]], cwd=of.here, env=environment(of.env), text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in child.stderr:
        if line.startswith("[7/9] rights"):
            break
    check.equal("it runs still", child.poll(), None)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stderr.close()
    ask(of.url + "/admin/faults", "DELETE")


def ends_complete(check, of):
    done = of.provision(of.documented[1])
    app = of.ask("/api/2.0/apps/field-ops-dev")
    check.equal("the url", done.stdout.splitlines()[-1], app["url"])
    check.equal("the deployment", app["active_deployment"]["status"]["state"], "SUCCEEDED")
    folder = app["active_deployment"]["source_code_path"]
    listed = of.ask("/api/2.0/workspace/list?path=" + folder)["objects"]
    check.equal("the files", sorted(each["path"].rsplit("/", 1)[1] for each in listed), ["app.yaml", "field-ops", "run.sh"])
    kinds = [each["name"] for each in app["resources"]]
    check.equal("resources", kinds, ["postgres", "sql-warehouse", "table-wells-select", "table-wells-modify", "secret-weir-cursor-key"])
    database = of.ask(f"/api/2.0/postgres/{PROJECT}/branches/production/databases")["databases"][0]["name"]
    check.equal("the database", app["resources"][0]["postgres"]["database"], database)
    acl = of.ask("/api/2.0/permissions/apps/field-ops-dev")["access_control_list"]
    check.equal("permissions", [(each["group_name"], each["all_permissions"][0]["permission_level"]) for each in acl], [("users", "CAN_USE")])
    role = app["service_principal_client_id"]
    check.equal("the role's rights", of.at.sql(f"""select has_schema_privilege('{role}', 'app_data', 'usage'), bool_and(
        has_table_privilege('{role}', c.oid, 'select') and has_table_privilege('{role}', c.oid, 'insert')) from pg_class as c
        where relnamespace = 'app_data'::regnamespace and relkind = 'r' and relname <> 'weir_migrations'""",
        base="databricks_postgres"), "t|t")


def changes_nothing_twice(check, of):
    of.changes()
    done = of.provision(of.documented[1])
    check.equal("what was changed", of.changes(), [])
    steps = [line.split(": ", 1)[1] for line in done.stderr.splitlines() if re.match(r"\[\d/9\]", line)]
    check.equal("what is told", steps, ["there", "there", "127.0.0.1", "there", "there", "done", "done", "there", "there"])
    dry = json.loads(of.provision([*of.documented[1], "--dry-run", "--format", "json"]).stdout)
    check.equal("what is left", (dry["outcome"], dry["calls"], [each["name"] for each in dry["steps"]]), (
        "planned", [], ["needs", "database", "database is ready", "app", "permissions", "tables", "rights", "files", "deployment"]))


def follows_the_file(check, of):
    file = of.here / "deployment.yaml"
    file.write_text((root / "examples/3_service/deployment.yaml").read_text().replace("max_cu: 1", "max_cu: 4")
                    .replace("Wells, orders and permits", "Wells").replace("LOG_LEVEL: info", "LOG_LEVEL: debug")
                    .replace("group_name: users}", "group_name: users}\n    - {level: CAN_MANAGE, user_name: lena@example.com}"))
    arguments = [str(file) if each.endswith("deployment.yaml") else each for each in of.documented[1]]
    of.changes()
    of.provision(arguments)
    app = of.ask("/api/2.0/apps/field-ops-dev")
    check.equal("the description", app["description"], "Wells")
    endpoint = of.ask(f"/api/2.0/postgres/{PROJECT}/branches/production/endpoints/primary")
    check.equal("the size", endpoint["status"]["autoscaling_limit_max_cu"], 4)
    made = of.changes()
    check.equal("one change of each", sorted({path.split("/")[3] for _, path in made}), ["apps", "permissions", "postgres", "workspace"])
    of.provision(arguments)
    check.equal("what is changed then", of.changes(), [])

    # What loses data needs a person's word, here too.
    of.at.sql("alter table app_data.user_preferences add column remark text", base="databricks_postgres")
    told = of.provision(arguments, 5).stderr
    check.true("the step is told", "[6/9] tables: stopped" in told)
    of.provision([*arguments, "--approve", "drop_column:user_preferences.remark"])


def makes_instances(check, of):
    file = of.here / "instance.yaml"
    text = 'version: 1\napp: {name: other}\nlakebase: {instance: other, capacity: CU_2, schema: other}\nwarehouse: {id: 0123456789abcdef}\n'
    file.write_text(text)
    arguments = [str(file) if each.endswith("deployment.yaml") else each for each in of.documented[1]]
    of.provision(arguments)
    check.equal("its capacity", of.ask("/api/2.0/database/instances/other")["capacity"], "CU_2")
    file.write_text(text.replace("CU_2", "CU_4"))
    of.provision(arguments)
    check.equal("its capacity then", of.ask("/api/2.0/database/instances/other")["capacity"], "CU_4")
    resource = of.ask("/api/2.0/apps/other")["resources"][0]
    check.equal("the resource", resource["database"], {"instance_name": "other", "database_name": "databricks_postgres",
                                                       "permission": "CAN_CONNECT_AND_CREATE"})


def main():
    weir = pathlib.Path(sys.argv[1]).resolve()
    check = checks()
    with stage() as (folder, at):
        at.sql(f'create role "{PERSON}" login; grant create on database databricks_postgres to "{PERSON}"')
        with workspace(at, "--warehouse", "0123456789abcdef") as ws:
            of = rehearsal(weir, folder, at, ws)
            of.pack("a program")
            for part in (tells_what_is_missing, tells_the_calls, goes_on_after_every_cut, goes_on_after_being_killed,
                         ends_complete, changes_nothing_twice, follows_the_file, makes_instances):
                part(check, of)
    check.end()


main()
