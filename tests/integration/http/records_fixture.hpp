// SPDX-License-Identifier: Apache-2.0
// The table that tests of the records API write, and what they read out of answers.
#pragma once

#include <weir/http/response.hpp>

#include <nlohmann/json.hpp>

#include <catch.hpp>
#include <string>

namespace test {

/// The definition of the well-known service's own example.
inline const std::string well_definition = R"("schema_definition":[
    {"name":"api10","data_type":"BIGINT","nullable":false},
    {"name":"api14","data_type":"BIGINT","nullable":false},
    {"name":"wellname","data_type":"STRING","nullable":false},
    {"name":"spuddate","data_type":"STRING","nullable":true},
    {"name":"firstproddate","data_type":"STRING","nullable":true},
    {"name":"compldate","data_type":"STRING","nullable":true},
    {"name":"oileur","data_type":"DOUBLE","nullable":true},
    {"name":"gaseur","data_type":"DOUBLE","nullable":true},
    {"name":"wellspacing","data_type":"DOUBLE","nullable":true}])";

inline const std::string one_well = R"("data":[{"api10":4201234567,"api14":42012345671234,
    "wellname":"SMITH 1-15H","spuddate":"01/15/2024","firstproddate":"03/20/2024",
    "compldate":"03/10/2024","oileur":125000.50,"gaseur":450000.75,"wellspacing":640.0}])";

inline nlohmann::json parsed(const weir::http::response& answered) {
    CAPTURE(answered.body);
    return nlohmann::json::parse(answered.body);
}

} // namespace test
