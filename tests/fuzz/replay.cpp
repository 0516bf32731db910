// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over its committed corpus: every file of the folders named on the command
// line.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator{argv[i]}) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        std::fputs("no corpus to replay\n", stderr);
        return 1;
    }
    for (const auto& file : files) {
        // Printed first, so that an abort is preceded by its input.
        std::printf("%s\n", file.filename().c_str());
        std::fflush(stdout);
        std::ifstream stream{file, std::ios::binary};
        const std::string input{std::istreambuf_iterator<char>{stream}, {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
    std::printf("%zu inputs replayed\n", files.size());
}
