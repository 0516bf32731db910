// SPDX-License-Identifier: Apache-2.0
// What libpq.a and libstdc++.a ask for and the machine of an App does not have. Costs nothing.
//
// libpq can log in by Kerberos and look its servers up by LDAP; there are no static libraries of
// either, and Lakebase knows neither. Here both are told to have failed: libpq then goes on without
// Kerberos (gssencmode is `prefer`), and an `ldap://` service is an error. The functions take no
// parameters because they look at none; callers pass theirs in registers.
#include <cstdint>
#include <cstdlib>
#include <sys/random.h>

namespace {

// RFC 2744: a routine error, GSS_S_FAILURE.
constexpr std::uint32_t gss_failure = 13U << 16U;
// LDAP_OTHER; also what a count or a handle that is none looks like to libpq.
constexpr int ldap_other = 80;

} // namespace

extern "C" {

void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;

std::uint32_t gss_acquire_cred() {
    return gss_failure;
}

std::uint32_t gss_delete_sec_context() {
    return gss_failure;
}

std::uint32_t gss_display_status() {
    return gss_failure;
}

std::uint32_t gss_import_name() {
    return gss_failure;
}

std::uint32_t gss_init_sec_context() {
    return gss_failure;
}

std::uint32_t gss_release_buffer() {
    return gss_failure;
}

std::uint32_t gss_release_cred() {
    return gss_failure;
}

std::uint32_t gss_release_name() {
    return gss_failure;
}

std::uint32_t gss_unwrap() {
    return gss_failure;
}

std::uint32_t gss_wrap() {
    return gss_failure;
}

std::uint32_t gss_wrap_size_limit() {
    return gss_failure;
}

const char* ldap_err2string() {
    return "this program was linked without LDAP";
}

void* ldap_init() {
    return nullptr;
}

void* ldap_first_entry() {
    return nullptr;
}

void* ldap_get_values_len() {
    return nullptr;
}

int ldap_count_entries() {
    return 0;
}

int ldap_msgfree() {
    return 0;
}

int ldap_result() {
    return -1;
}

int ldap_search_st() {
    return ldap_other;
}

int ldap_set_option() {
    return ldap_other;
}

int ldap_simple_bind() {
    return -1;
}

int ldap_unbind() {
    return 0;
}

void ldap_value_free_len() {}

// glibc has it since 2.36, the machine of an App is 2.35; libstdc++'s random_device asks for it.
std::uint32_t arc4random() {
    std::uint32_t value = 0;
    while (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
        // Interrupted before the kernel had any; it has after the first time.
    }
    return value;
}
}
