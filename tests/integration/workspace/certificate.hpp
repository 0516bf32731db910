// SPDX-License-Identifier: Apache-2.0
// A certificate that nobody signed but itself, and its key, made for one test.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace test {

class certificate {
public:
    /// `name` as a subject alternative name: `IP:127.0.0.1`, `DNS:other.net`.
    explicit certificate(const std::string& name) {
        key_.reset(EVP_RSA_gen(2048));
        made_.reset(X509_new());
        require(key_ != nullptr && made_ != nullptr);
        auto* const made = made_.get();
        require(X509_set_version(made, 2) == 1);
        ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
        X509_gmtime_adj(X509_getm_notBefore(made), -60);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        require(X509_set_pubkey(made, key_.get()) == 1);
        auto* const subject = X509_get_subject_name(made);
        const auto* const common = reinterpret_cast<const unsigned char*>("weir test");
        require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1);
        require(X509_set_issuer_name(made, subject) == 1);
        extend(NID_subject_alt_name, name);
        extend(NID_basic_constraints, "critical,CA:TRUE");
        require(X509_sign(made, key_.get(), EVP_sha256()) != 0);
        write();
    }

    certificate(const certificate&) = delete;
    certificate(certificate&&) = delete;
    certificate& operator=(const certificate&) = delete;
    certificate& operator=(certificate&&) = delete;

    ~certificate() { ::unlink(path_.c_str()); }

    [[nodiscard]] X509* x509() const noexcept { return made_.get(); }

    [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }

    /// The certificate as a PEM file; gone with this object.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    struct release {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

        void operator()(X509* made) const { X509_free(made); }

        void operator()(X509_EXTENSION* each) const { X509_EXTENSION_free(each); }

        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };

    static void require(bool done) {
        if (!done)
            throw std::runtime_error{"certificate: OpenSSL made none"};
    }

    void extend(int nid, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, made_.get(), made_.get(), nullptr, nullptr, 0);
        const std::unique_ptr<X509_EXTENSION, release> extension{
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())
        };
        require(extension != nullptr && X509_add_ext(made_.get(), extension.get(), -1) == 1);
    }

    void write() {
        path_ = "/tmp/weir-certificate-XXXXXX";
        const int open = ::mkstemp(path_.data());
        require(open >= 0);
        const std::unique_ptr<std::FILE, release> file{::fdopen(open, "w")};
        require(file != nullptr && PEM_write_X509(file.get(), made_.get()) == 1);
    }

    std::unique_ptr<EVP_PKEY, release> key_{};
    std::unique_ptr<X509, release> made_{};
    std::string path_{};
};

} // namespace test
