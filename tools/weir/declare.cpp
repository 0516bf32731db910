// SPDX-License-Identifier: Apache-2.0
#include "declare.hpp"

#include "commands.hpp"

namespace weir::ops {

namespace {

void add_on(CLI::App& command, std::string& to, const std::string& description) {
    command.add_option("--on", to, description)
        ->check(CLI::IsMember({"lakebase", "warehouse"}))
        ->type_name("WHERE");
}

void add_common(CLI::App& command, schema_options& to) {
    add_schemas(command, to.schemas, to.with);
    add_format(command, to);
    command.add_flag("--sql", to.sql, "print the statements instead of the report");
    add_on(command, to.on, "where the tables are (default: lakebase if any of them is there)");
}

void add_waits(CLI::App& command, unsigned& lock_seconds, unsigned& wait_seconds) {
    command.add_option("--lock-timeout", lock_seconds, "how long to wait for a lock on a table")
        ->type_name("SECONDS");
    command.add_option("--wait", wait_seconds, "how long to wait for another migration to end")
        ->type_name("SECONDS");
}

} // namespace

std::vector<cli::entry> database_settings() {
    return {
        {"DATABASE_URL", "the database, as a connection string of PostgreSQL"},
        {"PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD",
         "the same in parts, where DATABASE_URL is not set"},
        {"LAKEBASE_HOST, LAKEBASE_PORT, LAKEBASE_DATABASE, LAKEBASE_USER",
         "the same, where neither is set"},
        {"LAKEBASE_ENDPOINT, LAKEBASE_INSTANCE_NAME", "where the workspace mints the password"},
        {"LAKEBASE_SCHEMA", "the PostgreSQL schema of all tables, instead of the one in the file"},
        {"DATABRICKS_HOST, DATABRICKS_CONFIG_PROFILE", "the workspace"},
        {"DATABRICKS_TOKEN, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET", "who asks it"},
        {"DATABRICKS_WAREHOUSE_ID", "the SQL warehouse of --on warehouse"},
    };
}

std::vector<cli::entry> settings_files() {
    return {
        {".env, .env.<profile>", "settings that the environment does not have"},
        {"~/.databrickscfg", "profiles of workspaces"},
    };
}

void add_schemas(CLI::App& command, std::vector<std::string>& to, std::vector<std::string>& with) {
    command.add_option("schemas", to, "schema files")->required()->type_name(cli::schema_file);
    command.add_option("--with", with, "schema files that are only referred to")
        ->type_name(cli::schema_file);
}

void add_decisions(
    CLI::App& command, std::vector<std::string>& approved, std::vector<std::string>& kept
) {
    command.add_option("--approve", approved, "a change that loses or exposes data is meant")
        ->type_name("ID")
        ->take_all();
    command.add_option("--keep", kept, "a change that is not to be made")
        ->type_name("ID")
        ->take_all();
}

void add_diff(cli::command_line& to) {
    to.add<diff_options>(
        "diff",
        "show what differs between schema files and the database",
        {
            .description =
                "Compares the tables that schema files declare with those of a PostgreSQL "
                "database, of a SQL warehouse, or of "
                "other versions of the files, and changes nothing. Each difference has an id and "
                "one "
                "of these effects: free, backfill, rewrite, exposes, destroys, refused. Those that "
                "break clients of the API are marked.",
            .examples =
                {{"weir diff schemas/shop.yaml", "what differs from the database"},
                 {"weir diff --on warehouse schemas/wells.yaml", "what differs on the SQL warehouse"
                 },
                 {"weir diff --from old.yaml schemas/shop.yaml",
                  "two versions of a file, without a database"},
                 {"weir diff --format json schemas/shop.yaml", "the same for programs"}},
            .exit_codes =
                {{"0", "nothing differs"},
                 {"1", "a schema file is wrong"},
                 {"4", "something differs"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, diff_options& options) {
            add_common(command, options);
            command
                .add_option("--from", options.from, "compare with these files, not with a database")
                ->type_name(cli::schema_file);
        }
    );
}

void add_migrate(cli::command_line& to) {
    to.add<migrate_options>(
        "migrate",
        "change the database until it is as the schema files say",
        {
            .description = "Makes what weir diff shows, and records it in the table "
                           "weir_migrations. What destroys or "
                           "exposes data is done only when its id is approved; until every such "
                           "change is approved or kept, "
                           "nothing is done. A run that was cut off is completed by the next; a "
                           "second run does nothing.",
            .examples =
                {{"weir migrate --dry-run schemas/shop.yaml", "what would be done"},
                 {"weir migrate schemas/shop.yaml", "do it"},
                 {"weir migrate schemas/shop.yaml --approve drop_column:customers.score",
                  "one loss is meant"},
                 {"weir migrate --sql schemas/shop.yaml > plan.sql", "as a script"}},
            .exit_codes =
                {{"0", "all was done, or there was nothing to do"},
                 {"1", "a schema file is wrong, or a change is refused; nothing was done"},
                 {"5", "something needs approval; nothing was done"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, migrate_options& options) {
            add_common(command, options);
            command.add_flag("--dry-run", options.dry_run, "show what would happen, do nothing");
            add_decisions(command, options.approved, options.kept);
            add_waits(command, options.lock_seconds, options.wait_seconds);
            command.add_flag(
                "--break-lock",
                options.breaks_lock,
                "on a warehouse: the run that holds the lock is known to have ended"
            );
        }
    );
}

void add_init_db(cli::command_line& to) {
    to.add<init_options>(
        "init-db",
        "make schemas and tables, and give a service's role the rights it needs",
        {
            .description = "For whoever may make schemas. Makes the schemas and tables that are "
                           "not there, and gives the role "
                           "what it lacks: connect and temporary on the database, usage and create "
                           "on the schemas, rights on "
                           "tables and sequences, and the same rights on what later migrations "
                           "make; on a warehouse USE CATALOG, USE SCHEMA, CREATE TABLE, SELECT and "
                           "MODIFY. The role itself is not "
                           "made.",
            .examples =
                {{"weir init-db --role field_ops --check schemas/shop.yaml", "all that is missing"},
                 {"weir init-db --role field_ops schemas/shop.yaml", "make it"},
                 {"weir init-db --role field_ops --sql schemas/shop.yaml", "as a script"}},
            .exit_codes =
                {{"0", "nothing is missing, or all was made"},
                 {"1", "a schema file is wrong, a change is refused, or the role is missing"},
                 {"4", "--check: something is missing"},
                 {"5", "a change needs approval: weir migrate"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, init_options& options) {
            add_common(command, options);
            command
                .add_option(
                    "--role",
                    options.role,
                    "the service's database role; on a warehouse its principal"
                )
                ->required()
                ->type_name("ROLE");
            command.add_flag("--check", options.check, "tell all that is missing, do nothing");
            add_waits(command, options.lock_seconds, options.wait_seconds);
        }
    );
}

void add_introspect(cli::command_line& to) {
    to.add<introspect_options>(
        "introspect",
        "write the schema file of tables that are there",
        {
            .description = "Reads the catalogs of a PostgreSQL schema or of Unity Catalog, writes "
                           "the schema file that "
                           "asks for those tables, and "
                           "holds it against the database. What the file cannot say is told on "
                           "stderr and at its head.",
            .examples =
                {{"weir introspect --name shop", "the schema of the settings, to standard output"},
                 {"weir introspect --schema app_data -o shop.yaml", "another, into a file"},
                 {"weir introspect --on warehouse --schema main.app_data", "one on a warehouse"}},
            .exit_codes =
                {{"0", "the file says all that is there"},
                 {"1", "there is no table for a schema file"},
                 {"4", "the file does not say all that is there"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, introspect_options& options) {
            command
                .add_option(
                    "--schema",
                    options.schema,
                    "PostgreSQL schema (default: LAKEBASE_SCHEMA, else app_data); on a warehouse "
                    "CATALOG.SCHEMA"
                )
                ->type_name("NAME");
            command
                .add_option(
                    "--name", options.name, "name of the file's namespace (default: the schema's)"
                )
                ->type_name("NAME");
            command
                .add_option(
                    "--output,-o", options.output, "the file to write (default: standard output)"
                )
                ->type_name(cli::any_file);
            add_on(command, options.on, "where the tables are");
            add_format(command, options);
        }
    );
}

} // namespace weir::ops
