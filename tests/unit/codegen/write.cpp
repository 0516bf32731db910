// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <write.hpp>

using namespace weir::gen;

namespace {

struct folder {
    std::string path{"/tmp/weir-gen-XXXXXX"};

    folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }

    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    ~folder() {
        for (const char* name : {"/a", "/a.tmp"})
            unlink((path + name).c_str());
        rmdir(path.c_str());
    }
};

ino_t identity(const std::string& path) {
    struct stat facts{};
    REQUIRE(stat(path.c_str(), &facts) == 0);
    return facts.st_ino;
}

} // namespace

TEST_CASE("a file is replaced only when its text changes") {
    const folder in;
    const auto path = in.path + "/a";
    REQUIRE(write_file(path, "one"));
    const auto first = identity(path);
    REQUIRE(write_file(path, "one"));
    CHECK(identity(path) == first);
    REQUIRE(write_file(path, "two"));
    CHECK(identity(path) != first);
    CHECK(read_file(path) == "two");
    CHECK_FALSE(read_file(path + ".tmp"));
}

TEST_CASE("what cannot be written is reported and leaves nothing behind") {
    const folder in;
    CHECK_FALSE(write_file(in.path + "/missing/a", "x"));
    CHECK_FALSE(write_file(in.path, "x"));
    CHECK_FALSE(read_file(in.path + ".tmp"));
    CHECK_FALSE(read_file(in.path + "/nowhere"));
}

TEST_CASE("depfiles escape what Make would read otherwise") {
    CHECK(
        depfile_text("out dir/a.hpp", {"b.yaml", "c$d#e.yaml"}) ==
        "out\\ dir/a.hpp: b.yaml c$$d\\#e.yaml\n"
    );
}
