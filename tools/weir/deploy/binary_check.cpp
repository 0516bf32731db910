// SPDX-License-Identifier: Apache-2.0
#include "deploy/binary_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <elf.h>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace weir::ops {

namespace {

constexpr unsigned newest_glibc = 35; // 2.35

constexpr std::array<std::string_view, 10> glibc_libraries{
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libresolv.so.2",
    "libutil.so.1",
    "libanl.so.1",
    "libmvec.so.1",
    "ld-linux-x86-64.so.2",
};

/// Reads structures at offsets; whatever lies beyond the file's end is absent.
class elf_file {
public:
    explicit elf_file(std::string_view bytes) : bytes_(bytes) {}

    template <class T>
    [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T))
            return std::nullopt;
        T read;
        std::memcpy(&read, bytes_.data() + offset, sizeof read);
        return read;
    }

    [[nodiscard]] std::string text(std::uint64_t offset) const {
        if (offset >= bytes_.size())
            return {};
        const auto rest = bytes_.substr(offset);
        return std::string{rest.substr(0, rest.find('\0'))};
    }

    /// Sections of one type.
    [[nodiscard]] std::vector<Elf64_Shdr> sections(std::uint32_t type) const {
        std::vector<Elf64_Shdr> found;
        const auto header = at<Elf64_Ehdr>(0);
        for (unsigned i = 0; header && i < header->e_shnum; ++i) {
            const auto each = section(i);
            if (each && each->sh_type == type)
                found.push_back(*each);
        }
        return found;
    }

    [[nodiscard]] std::optional<Elf64_Shdr> section(std::uint64_t index) const {
        const auto header = at<Elf64_Ehdr>(0);
        if (!header || index >= header->e_shnum)
            return std::nullopt;
        return at<Elf64_Shdr>(header->e_shoff + index * sizeof(Elf64_Shdr));
    }

    /// A text of the string table that a section is linked with.
    [[nodiscard]] std::string linked_text(const Elf64_Shdr& of, std::uint64_t offset) const {
        const auto strings = section(of.sh_link);
        return strings ? text(strings->sh_offset + offset) : std::string{};
    }

private:
    std::string_view bytes_;
};

bool is_program(const elf_file& file) {
    const auto header = file.at<Elf64_Ehdr>(0);
    return header && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
           header->e_machine == EM_X86_64 &&
           (header->e_type == ET_EXEC || header->e_type == ET_DYN);
}

std::vector<std::string> libraries_of(const elf_file& file) {
    std::vector<std::string> found;
    for (const auto& dynamic : file.sections(SHT_DYNAMIC)) {
        for (std::uint64_t at = 0; at < dynamic.sh_size; at += sizeof(Elf64_Dyn)) {
            const auto each = file.at<Elf64_Dyn>(dynamic.sh_offset + at);
            if (!each || each->d_tag == DT_NULL)
                break;
            if (each->d_tag == DT_NEEDED)
                found.push_back(file.linked_text(dynamic, each->d_un.d_val));
        }
    }
    return found;
}

bool is_too_new(std::string_view version) {
    constexpr std::string_view prefix = "GLIBC_2.";
    if (version == "GLIBC_PRIVATE" || version == "GLIBC_ABI_DT_RELR")
        return true;
    if (!version.starts_with(prefix))
        return false;
    version.remove_prefix(prefix.size());
    unsigned minor = 0;
    std::from_chars(version.data(), version.data() + version.size(), minor);
    return minor > newest_glibc;
}

/// Versions that symbols are marked with, by the marks.
std::map<unsigned, std::string> new_versions(const elf_file& file) {
    std::map<unsigned, std::string> found;
    for (const auto& needs : file.sections(SHT_GNU_verneed)) {
        auto at = needs.sh_offset;
        for (std::uint64_t library = 0; library < needs.sh_info; ++library) {
            const auto need = file.at<Elf64_Verneed>(at);
            if (!need)
                break;
            auto entry = at + need->vn_aux;
            for (unsigned i = 0; i < need->vn_cnt; ++i) {
                const auto version = file.at<Elf64_Vernaux>(entry);
                if (!version)
                    break;
                auto name = file.linked_text(needs, version->vna_name);
                if (is_too_new(name))
                    found.emplace(version->vna_other, std::move(name));
                entry += version->vna_next;
            }
            if (need->vn_next == 0)
                break;
            at += need->vn_next;
        }
    }
    return found;
}

/// `arc4random (GLIBC_2.36)` for every symbol of such a version; the version alone when none is.
std::vector<std::string> new_symbols(const elf_file& file) {
    const auto versions = new_versions(file);
    std::vector<std::string> found;
    std::set<std::string> explained;
    const auto marks = file.sections(SHT_GNU_versym);
    const auto symbols = file.sections(SHT_DYNSYM);
    if (!marks.empty() && !symbols.empty() && !versions.empty()) {
        const auto count = symbols.front().sh_size / sizeof(Elf64_Sym);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto mark = file.at<Elf64_Half>(marks.front().sh_offset + i * sizeof(Elf64_Half));
            const auto symbol =
                file.at<Elf64_Sym>(symbols.front().sh_offset + i * sizeof(Elf64_Sym));
            if (!mark || !symbol)
                break;
            const auto version = versions.find(*mark);
            if (version == versions.end())
                continue;
            explained.insert(version->second);
            found.push_back(
                file.linked_text(symbols.front(), symbol->st_name) + " (" + version->second + ")"
            );
        }
    }
    for (const auto& [mark, name] : versions) {
        if (!explained.contains(name))
            found.push_back(name);
    }
    return found;
}

} // namespace

std::vector<std::string> find_obstacles(std::string_view program, bool may_be_large) {
    const elf_file file{program};
    if (!is_program(file))
        return {"is no program for Linux on x86-64"};
    std::vector<std::string> found;
    const auto libraries = libraries_of(file);
    if (libraries.empty())
        found.emplace_back(
            "has glibc in it: names of hosts are found by the glibc of the machine, link it "
            "dynamically"
        );
    for (const auto& each : libraries) {
        if (std::find(glibc_libraries.begin(), glibc_libraries.end(), each) ==
            glibc_libraries.end())
            found.push_back(
                "needs the library " + each + ", which is not there: link it statically"
            );
    }
    for (const auto& each : new_symbols(file))
        found.push_back("needs the symbol " + each + ", and the glibc there is 2.35");
    if (!file.sections(SHT_SYMTAB).empty())
        found.emplace_back("has a symbol table: strip it, or link it with -s");
    if (program.size() > most_file_bytes && !may_be_large)
        found.push_back(
            "has " + std::to_string(program.size()) + " bytes, and a file there has at most " +
            std::to_string(most_file_bytes) + ": optimise for size, or --split it"
        );
    return found;
}

} // namespace weir::ops
