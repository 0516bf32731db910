// SPDX-License-Identifier: Apache-2.0
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstring>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace secret_cases {

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

bool holds(const unsigned char* memory, std::size_t size, std::string_view text) {
    return ::memmem(memory, size, text.data(), text.size()) != nullptr;
}

} // namespace

TEST_CASE("a secret neither prints nor converts nor logs") {
    STATIC_REQUIRE(!printable<weir::secret>);
    STATIC_REQUIRE(!std::is_convertible_v<weir::secret, std::string>);
    STATIC_REQUIRE(!std::is_convertible_v<weir::secret, std::string_view>);
    STATIC_REQUIRE(!std::is_convertible_v<std::string, weir::secret>);
    STATIC_REQUIRE(!std::is_convertible_v<const char*, weir::secret>);
    STATIC_REQUIRE(!std::is_constructible_v<weir::log_field, const char*, weir::secret>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<weir::secret>);
    STATIC_REQUIRE(std::is_nothrow_move_assignable_v<weir::secret>);
}

TEST_CASE("a secret reveals what it was given") {
    weir::secret password{"hunter2"};
    REQUIRE(password.reveal() == "hunter2");
    REQUIRE_FALSE(password.empty());
    const auto copy = password;
    REQUIRE((copy == password));
    REQUIRE_FALSE((copy == weir::secret{"hunter3"}));
    REQUIRE_FALSE((copy == weir::secret{"hunter"}));
    REQUIRE((weir::secret{} == weir::secret{""}));
    password = weir::secret{std::string(200, 'x')};
    REQUIRE(password.reveal().size() == 200);
    password = copy;
    REQUIRE(password.reveal() == "hunter2");
    auto& itself = password;
    password = itself;
    password = std::move(itself);
    REQUIRE(password.reveal() == "hunter2");
}

TEST_CASE("a short secret leaves nothing in the memory it lived in") {
    alignas(weir::secret) unsigned char memory[sizeof(weir::secret)];
    auto* const password = new (memory) weir::secret{"hunter2"};
    REQUIRE(holds(memory, sizeof memory, "hunter2"));
    password->~secret();
    REQUIRE_FALSE(holds(memory, sizeof memory, "unter2"));
}

TEST_CASE("moving a secret wipes where it came from") {
    std::string typed = "hunter2";
    weir::secret first{std::move(typed)};
    REQUIRE_FALSE(holds(reinterpret_cast<const unsigned char*>(&typed), sizeof typed, "unter2"));
    weir::secret second{std::move(first)};
    REQUIRE_FALSE(holds(reinterpret_cast<const unsigned char*>(&first), sizeof first, "unter2"));
    REQUIRE(second.reveal() == "hunter2");
    weir::secret third{"another"};
    third = std::move(second);
    REQUIRE_FALSE(holds(reinterpret_cast<const unsigned char*>(&second), sizeof second, "unter2"));
    REQUIRE_FALSE(holds(reinterpret_cast<const unsigned char*>(&third), sizeof third, "another"));
}

} // namespace secret_cases
