// SPDX-License-Identifier: Apache-2.0
// Finds libduckdb and loads it with dlopen, so that programs link without it and start without it.
// Loading costs about 20 ms once per process. Costs <dlfcn.h> and <memory>.
#pragma once

#include <weir/core/error.hpp>
#include <weir/embedded/duckdb_api.hpp>

#include <charconv>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <string>
#include <string_view>

namespace weir::embedded {

/// The oldest libduckdb whose interface and MERGE weir relies on.
inline constexpr int least_library_major = 1;
inline constexpr int least_library_minor = 4;

namespace detail {

/// Whether `v1.4.4` and the like is new enough; false for text that is no version.
[[nodiscard]] inline bool is_supported_version(std::string_view text) noexcept {
    if (text.starts_with('v'))
        text.remove_prefix(1);
    int major = 0;
    int minor = 0;
    const auto* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, major);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.')
        return false;
    if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc{})
        return false;
    return major > least_library_major ||
           (major == least_library_major && minor >= least_library_minor);
}

/// Where to look: `WEIR_DUCKDB_LIBRARY`, else `preferred`, else the loader's own search.
[[nodiscard]] inline std::string library_path(std::string_view preferred) {
    const char* const named = std::getenv("WEIR_DUCKDB_LIBRARY");
    if (named != nullptr && *named != '\0')
        return named;
    return std::string{preferred.empty() ? std::string_view{"libduckdb.so"} : preferred};
}

} // namespace detail

/// The engine's functions. The library is never unloaded: DuckDB leaves threads and thread-local
/// state behind. Threads: may be shared.
class library {
public:
    /// Loads the library `WEIR_DUCKDB_LIBRARY` names, else `preferred`, else `libduckdb.so` by the
    /// loader's search.
    ///
    /// Errors: configuration_error when there is none, it is older than 1.4, or it lacks a
    /// function.
    explicit library(std::string_view preferred = {}) {
        const auto path = detail::library_path(preferred);
        void* const loaded = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (loaded == nullptr) {
            const char* const reason = ::dlerror();
            throw configuration_error{
                "The embedded engine needs libduckdb 1.4 or later, and '" + path +
                    "' could not be loaded: run ./dev setup, or set WEIR_DUCKDB_LIBRARY to the "
                    "library's path",
                {.server_text = reason != nullptr ? reason : ""}
            };
        }
        duck::for_each_function(functions_, [&](const char* name, auto& function) {
            const auto symbol = std::string{"duckdb_"} + name;
            void* const found = ::dlsym(loaded, symbol.c_str());
            if (found == nullptr) {
                throw configuration_error{
                    "'" + path + "' is not libduckdb 1.4 or later: it has no function " + symbol
                };
            }
            // POSIX's own way from dlsym's object pointer to a function pointer.
            std::memcpy(&function, &found, sizeof function);
        });
        version_ = functions_.library_version();
        if (!detail::is_supported_version(version_)) {
            throw configuration_error{
                "'" + path + "' is DuckDB " + version_ + "; the embedded engine needs 1.4 or later"
            };
        }
    }

    [[nodiscard]] const duck::api& functions() const noexcept { return functions_; }

    /// As the library says it: `v1.4.4`.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }

private:
    duck::api functions_{};
    std::string version_;
};

} // namespace weir::embedded
