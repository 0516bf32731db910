// SPDX-License-Identifier: Apache-2.0
// Reads the facts out of a server's error text (libpq's verbose form). Light: string_view.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::lakebase::detail {

/// What an error text says besides its words. Lifetime: as long as the text.
struct server_report {
    std::string_view sqlstate{};
    std::string_view table{};
    std::string_view column{};
    std::string_view constraint{};
};

/// The rest of the line that starts with `label`, or nothing.
[[nodiscard]] inline std::string_view
labelled_line(std::string_view text, std::string_view label) noexcept {
    for (std::size_t at = text.find(label); at != std::string_view::npos;
         at = text.find(label, at + 1)) {
        if (at != 0 && text[at - 1] != '\n')
            continue;
        const auto rest = text.substr(at + label.size());
        return rest.substr(0, rest.find('\n'));
    }
    return {};
}

/// Source: libpq's pqBuildErrorMessage3 with PQERRORS_VERBOSE. The labels are libpq's and
/// untranslated unless the program calls setlocale(); a text without them just gives fewer facts.
[[nodiscard]] inline server_report read_report(std::string_view text) noexcept {
    server_report found;
    // `ERROR:  23505: duplicate key …`
    const auto colon = text.find(":  ");
    if (colon != std::string_view::npos && text.size() >= colon + 9 && text[colon + 8] == ':') {
        const auto code = text.substr(colon + 3, 5);
        if (code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
            std::string_view::npos) {
            found.sqlstate = code;
        }
    }
    // The names come after DETAIL, which quotes values: a value that looks like such a line must
    // not count.
    const auto names_at = text.rfind("\nSCHEMA NAME:  ");
    if (names_at == std::string_view::npos)
        return found;
    const auto names = text.substr(names_at + 1);
    found.table = labelled_line(names, "TABLE NAME:  ");
    found.column = labelled_line(names, "COLUMN NAME:  ");
    found.constraint = labelled_line(names, "CONSTRAINT NAME:  ");
    return found;
}

/// The SQLSTATE behind the text of a refused connection, which libpq gives without its code; empty
/// when unknown.
///
/// Source: PostgreSQL 15, src/backend: libpq/auth.c, postmaster/postmaster.c,
/// utils/init/postinit.c. English server messages only; others count as "could not connect".
[[nodiscard]] inline std::string_view sqlstate_of_refusal(std::string_view text) noexcept {
    struct known {
        std::string_view words;
        std::string_view sqlstate;
    };

    static constexpr known refusals[]{
        {"authentication failed for user", "28P01"},
        {"no password supplied", "28P01"},
        {"no pg_hba.conf entry", "28000"},
        {"pg_hba.conf rejects", "28000"},
        {"is not permitted to log in", "28000"},
        {"Failed to decode token", "28000"},
        {"permission denied for database", "42501"},
        {"sorry, too many clients already", "53300"},
        {"remaining connection slots are reserved", "53300"},
        {"too many connections for", "53300"},
        {"the database system is starting up", "57P03"},
        {"the database system is shutting down", "57P03"},
        {"the database system is in recovery mode", "57P03"},
        {"the database system is not", "57P03"},
        {"FATAL:  database \"", "3D000"},
        {"FATAL:  role \"", "28000"},
    };
    for (const auto& one : refusals) {
        if (text.find(one.words) != std::string_view::npos)
            return one.sqlstate;
    }
    return {};
}

} // namespace weir::lakebase::detail
