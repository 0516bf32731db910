# SPDX-License-Identifier: Apache-2.0
"""What app.yaml and databricks.yml may say (the platform's documentation of Apps and of asset bundles)."""

import re

# Resource kinds of an app: their fields, and the permissions they know.
RESOURCES = {
    "sql_warehouse": ({"id"}, {"CAN_USE", "CAN_MANAGE", "IS_OWNER"}),
    "serving_endpoint": ({"name"}, {"CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"}),
    "database": ({"instance_name", "database_name"}, {"CAN_CONNECT_AND_CREATE"}),
    "postgres": ({"branch", "database"}, {"CAN_CONNECT_AND_CREATE"}),
    "secret": ({"scope", "key"}, {"READ", "WRITE", "MANAGE"}),
    "uc_securable": ({"securable_full_name", "securable_type"}, {"SELECT", "MODIFY"}),
}
BUNDLE = {"bundle", "include", "variables", "workspace", "resources", "targets", "permissions", "run_as", "presets", "sync",
          "artifacts", "scripts"}
TARGET = {"default", "mode", "workspace", "variables", "resources", "permissions", "presets", "run_as", "sync", "bundle",
          "git", "artifacts"}
APP = {"name", "description", "source_code_path", "config", "resources", "permissions", "user_api_scopes", "compute_size",
       "compute_min_instances", "compute_max_instances", "lifecycle"}
PROJECT = {"project_id", "display_name", "pg_version", "history_retention_duration", "default_endpoint_settings",
           "default_branch", "enable_pg_native_login", "custom_tags", "purge_on_delete", "permissions", "lifecycle"}
INSTANCE = {"name", "capacity", "node_count", "enable_readable_secondaries", "enable_pg_native_login",
            "retention_window_in_days", "stopped", "custom_tags", "permissions", "lifecycle"}


def check_command(check, of):
    check.true("the command is a list of texts", of and all(isinstance(each, str) for each in of))


def check_variables(check, variables, key, resources):
    """`key`: what names a resource, valueFrom in one file and value_from in the other."""
    for each in variables:
        check.true(f"{each} has a value or {key}", len({"value", key} & set(each)) == 1 and len(each) == 2)
        check.true(f"{each} holds text", all(isinstance(value, str) for value in each.values()))
        if key in each:
            check.true(f"{each} names a resource", each[key] in resources)
    names = [each["name"] for each in variables]
    check.equal("no variable is there twice", len(set(names)), len(names))


def check_app_yaml(check, of, resources):
    check.equal("keys of app.yaml", set(of) - {"command", "env"}, set())
    check_command(check, of["command"])
    check_variables(check, of.get("env", []), "valueFrom", resources)


def check_bundle(check, of, told_later):
    """`told_later`: variables without a value."""
    check.equal("keys of databricks.yml", set(of) - BUNDLE, set())
    check.equal("keys of bundle", set(of["bundle"]), {"name"})
    check.equal("targets", list(of["targets"]), ["dev", "staging", "prod"])
    for name, target in of["targets"].items():
        check.equal(f"keys of target {name}", set(target) - TARGET, set())
        check.true("its mode", target.get("mode") in (None, "development", "production"))
    check.equal("default targets", [name for name, each in of["targets"].items() if each.get("default")], ["dev"])
    check.true("production has a root path of its own", of["targets"]["prod"]["workspace"]["root_path"].startswith("/Workspace/"))

    app = of["resources"]["apps"]["service"]
    check.equal("keys of the app", set(app) - APP, set())
    keys = [each["name"] for each in app.get("resources", [])]
    check.equal("no resource is there twice", len(set(keys)), len(keys))
    for each in app.get("resources", []):
        (kind,) = set(each) - {"name"}
        fields, permissions = RESOURCES[kind]
        check.equal(f"fields of {each['name']}", set(each[kind]), fields | {"permission"})
        check.true(f"permission of {each['name']}", each[kind]["permission"] in permissions)
    check.equal("keys of the app's config", set(app["config"]) - {"command", "env"}, set())
    check_command(check, app["config"]["command"])
    check_variables(check, app["config"].get("env", []), "value_from", keys)
    for each in app.get("permissions", []):
        check.true(f"level of {each}", each["level"] in ("CAN_USE", "CAN_MANAGE"))
        check.equal(f"who {each} is for", len(set(each) & {"user_name", "group_name", "service_principal_name"}), 1)
    for kind, known in (("postgres_projects", PROJECT), ("database_instances", INSTANCE)):
        for each in of["resources"].get(kind, {}).values():
            check.equal(f"keys of {kind}", set(each) - known, set())

    text = str(of["resources"])
    used = set(re.findall(r"\$\{var\.(\w+)\}", text))
    check.equal("variables", set(of.get("variables", {})), used)
    for name, target in of["targets"].items():
        check.equal(f"variables of {name}", set(target.get("variables", {})) - used, set())
    without = {name for name, each in of.get("variables", {}).items() if "default" not in each}
    check.equal("variables that are told later", without, told_later)
    for reference in re.findall(r"\$\{resources\.(\w+)\.(\w+)\.\w+\}", text):
        check.true(f"{reference} is there", reference[1] in of["resources"][reference[0]])
