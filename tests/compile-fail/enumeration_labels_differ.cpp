// SPDX-License-Identifier: Apache-2.0
// An enumeration with one label too few.
#include <weir/table/enumeration.hpp>

#include <boost/describe/enum.hpp>

#include <array>

enum class colour { red, green, blue };

BOOST_DESCRIBE_ENUM(colour, red, green, blue)

#ifdef WEIR_EXPECT_ERROR
constexpr std::array<std::string_view, 2> labels{"red", "green"};
#else
constexpr std::array<std::string_view, 3> labels{"red", "green", "blue"};
#endif

template <>
inline constexpr std::span<const std::string_view> weir::enumeration_labels<colour>{labels};

static_assert(weir::label_of(colour::green) == "green");
