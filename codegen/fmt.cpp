// SPDX-License-Identifier: Apache-2.0
#include "fmt.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "unquoted_type.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

using key_list = std::span<const std::string_view>;

constexpr std::size_t widest_list = 100;
constexpr std::size_t widest_aligned_type = 28;

bool looks_special(std::string_view text) {
    constexpr std::string_view words[]{
        "true", "false", "null", "Null", "NULL", "~", "True", "False", "TRUE", "FALSE"
    };
    if (std::find(std::begin(words), std::end(words), text) != std::end(words))
        return true;
    return text.find_first_not_of("0123456789+-.eExXoabcdfABCDF_") == std::string_view::npos &&
           text.find_first_of("0123456789") != std::string_view::npos;
}

bool is_plain_text(std::string_view text, bool in_flow) {
    const std::string_view unsafe{in_flow ? ",[]{}:#\"'\\" : ":#\"\\"};
    if (text.empty() || text.front() == ' ' || text.back() == ' ')
        return false;
    if (std::string_view{"-?:#&*!|>'\"%@`=<~,[]{}"}.find(text.front()) != std::string_view::npos) {
        // A number may begin with its sign.
        if (text.size() < 2 || text.front() != '-' || text[1] < '0' || text[1] > '9')
            return false;
    }
    return std::all_of(text.begin(), text.end(), [unsafe](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F &&
               unsafe.find(c) == std::string_view::npos;
    });
}

std::string double_quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (c == '\n') {
            made += "\\n";
        } else if (c == '\t') {
            made += "\\t";
        } else if (code < 0x20 || code == 0x7F) {
            made += "\\x";
            made += digits[code >> 4U];
            made += digits[code & 0xFU];
        } else {
            made += c;
        }
    }
    return made + '"';
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width)
        text.append(width - text.size(), ' ');
    return text;
}

// Everything that has a line of its own in the canonical form.
struct unit {
    range at;
    bool is_leaf = false;
    std::vector<std::string> above{};
    /// Whether an empty line follows each comment above.
    std::vector<bool> gap_after{};
    std::string behind{};
};

class formatter {
public:
    formatter(const source& file, const document& parsed) : file_(&file), parsed_(&parsed) {}

    std::string all() {
        root_ = parsed_->root;
        plan();
        place_comments();
        print();
        return std::move(text_);
    }

private:
    // The canonical layout as a tree of lines.
    struct line_node {
        std::string text{};
        std::size_t unit = 0;
        std::vector<line_node> below{};
        /// A list item: its first line below stands behind the dash.
        bool is_item = false;
        bool gap_before = false;
        /// Lines of a literal text.
        std::vector<std::string> literal{};
    };

    std::size_t add_unit(range at, bool is_leaf) {
        units_.push_back({at, is_leaf, {}, {}, {}});
        return units_.size() - 1;
    }

    static range joined(const node& key, const node& value) {
        return {key.at.file, key.at.begin, std::max(key.at.end, value.at.end)};
    }

    static std::vector<const entry*> ordered(const node& map, key_list keys) {
        // By place in the language's order, then as written.
        std::vector<std::pair<std::ptrdiff_t, const entry*>> ranked;
        for (const auto& each : map.entries)
            ranked.emplace_back(
                std::find(keys.begin(), keys.end(), each.key.text) - keys.begin(), &each
            );
        std::sort(ranked.begin(), ranked.end());
        std::vector<const entry*> made;
        for (const auto& [rank, each] : ranked)
            made.push_back(each);
        return made;
    }

    static std::string flow(const node& of, key_list keys = {}, bool in_flow = true) {
        std::string made;
        switch (of.is) {
        case node::kind::null:
            return of.text;
        case node::kind::scalar:
            return scalar_text(of.text, !of.is_plain(), in_flow);
        case node::kind::sequence:
            for (const auto& item : of.items)
                made += (made.empty() ? "" : ", ") +
                        (item.is_null() && item.text.empty() ? "~" : flow(item));
            return '[' + made + ']';
        case node::kind::map:
            for (const auto* each : ordered(of, keys))
                made += (made.empty() ? "" : ", ") + pair(*each);
            return '{' + made + '}';
        }
        return made;
    }

    static std::string pair(const entry& of) {
        const auto value = flow(of.value);
        return flow(of.key) + (value.empty() ? ":" : ": " + value);
    }

    line_node leaf(const entry& of, key_list keys = {}, std::size_t key_width = 0) {
        line_node made;
        made.unit = add_unit(joined(of.key, of.value), true);
        const auto value = flow(of.value, keys, false);
        made.text = flow(of.key) + ':';
        if (!value.empty())
            made.text = padded(std::move(made.text), key_width) + ' ' + value;
        return made;
    }

    // A text of several lines keeps them where there is room for a block.
    line_node text_leaf(const entry& of) {
        const std::string_view text{of.value.text};
        const bool literal =
            of.value.is_scalar() && text.find('\n') != std::string_view::npos &&
            text.front() != ' ' && text.front() != '\n' &&
            text.find(" \n") == std::string_view::npos && text.back() != ' ' &&
            !text.ends_with("\n\n") && std::all_of(text.begin(), text.end(), [](char c) {
                return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
            });
        if (!literal)
            return leaf(of);
        line_node made;
        made.unit = add_unit(joined(of.key, of.value), true);
        made.text = flow(of.key) + (text.ends_with('\n') ? ": |" : ": |-");
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            made.literal.emplace_back(text.substr(at, end - at));
            at = end + 1;
        }
        return made;
    }

    line_node list_item(const node& item, std::string text) {
        line_node made;
        made.is_item = true;
        made.unit = add_unit(item.at, true);
        made.text = std::move(text);
        return made;
    }

    // `columns` and `struct`: one line per column, names and types in columns of their own.
    line_node columns(const entry& of, key_list keys) {
        if (!of.value.is_sequence() || of.value.items.empty())
            return leaf(of);
        line_node made;
        made.text = flow(of.key) + ':';
        made.unit = add_unit(of.key.at, false);
        std::vector<node> mended;
        diagnostics unused;
        for (const auto& item : of.value.items)
            mended.push_back(mend_type(item, *file_, unused));
        std::size_t name_width = 0;
        std::size_t type_width = 0;
        for (const auto& item : mended) {
            const auto parts = ordered(item, keys);
            if (parts.size() > 1)
                name_width = std::max(name_width, pair(*parts[0]).size());
            if (parts.size() > 2) {
                const auto width = pair(*parts[1]).size();
                if (width <= widest_aligned_type)
                    type_width = std::max(type_width, width);
            }
        }
        for (std::size_t at = 0; at < mended.size(); ++at) {
            made.below.push_back(
                list_item(of.value.items[at], column(mended[at], keys, name_width, type_width))
            );
        }
        return made;
    }

    static std::string
    column(const node& of, key_list keys, std::size_t name_width, std::size_t type_width) {
        if (!of.is_map())
            return flow(of);
        const auto parts = ordered(of, keys);
        std::string made = "{";
        for (std::size_t at = 0; at < parts.size(); ++at) {
            auto text = pair(*parts[at]);
            if (at + 1 < parts.size()) {
                text += ',';
                const auto width = at == 0 ? name_width + 1 : (at == 1 ? type_width + 1 : 0);
                text = padded(std::move(text), width) + ' ';
            }
            made += text;
        }
        return made + '}';
    }

    line_node flow_list(const entry& of, key_list keys) {
        if (!of.value.is_sequence() || of.value.items.empty())
            return leaf(of);
        line_node made;
        made.text = flow(of.key) + ':';
        made.unit = add_unit(of.key.at, false);
        for (const auto& item : of.value.items)
            made.below.push_back(list_item(item, flow(item, keys)));
        return made;
    }

    // A list of words that would be a very long line becomes one line each.
    line_node word_list(const entry& of) {
        if (flow(of.value).size() > widest_list)
            return flow_list(of, {});
        return leaf(of);
    }

    line_node block(const entry& of) {
        line_node made;
        made.text = flow(of.key) + ':';
        made.unit = add_unit(of.key.at, false);
        return made;
    }

    line_node small_map(const entry& of, key_list keys, bool aligned) {
        if (!of.value.is_map() || of.value.entries.empty())
            return leaf(of);
        auto made = block(of);
        std::size_t width = 0;
        for (const auto& each : of.value.entries)
            width = std::max(width, flow(each.key).size() + 1);
        for (const auto* each : ordered(of.value, keys)) {
            made.below.push_back(leaf(*each, words::warehouse_keys, aligned ? width : 0));
        }
        return made;
    }

    line_node named_types(const entry& of) {
        if (!of.value.is_map() || of.value.entries.empty())
            return leaf(of);
        auto made = block(of);
        for (const auto& each : of.value.entries) {
            if (!each.value.is_map() ||
                (each.value.find("struct") == nullptr && each.value.find("enum") == nullptr)) {
                diagnostics unused;
                const entry mended{each.key, mend_type(each.value, *file_, unused)};
                made.below.push_back(leaf(mended, words::named_type_keys));
                continue;
            }
            auto type = block(each);
            for (const auto* part : ordered(each.value, words::named_type_keys)) {
                if (part->key.text == "struct") {
                    type.below.push_back(columns(*part, words::field_keys));
                } else if (part->key.text == "enum") {
                    type.below.push_back(word_list(*part));
                } else {
                    type.below.push_back(text_leaf(*part));
                }
            }
            made.below.push_back(std::move(type));
        }
        return made;
    }

    line_node table(const node& of) {
        line_node made;
        made.is_item = true;
        made.gap_before = true;
        made.unit = add_unit({of.at.file, of.at.begin, of.at.begin}, false);
        for (const auto* each : ordered(of, words::table_keys))
            made.below.push_back(table_entry(*each));
        return made;
    }

    line_node table_entry(const entry& of) {
        const std::string_view key{of.key.text};
        if (key == "columns")
            return columns(of, words::column_keys);
        if (key == "relations")
            return flow_list(of, words::relation_keys);
        if (key == "checks")
            return flow_list(of, words::check_keys);
        if (key == "indexes")
            return flow_list(of, words::index_keys);
        if (key == "access")
            return leaf(of, words::access_keys);
        if (key == "api")
            return leaf(of, words::api_keys);
        return text_leaf(of);
    }

    line_node tables(const entry& of) {
        if (!of.value.is_sequence() || of.value.items.empty())
            return leaf(of);
        auto made = block(of);
        for (const auto& item : of.value.items) {
            if (!item.is_map() || item.entries.empty()) {
                made.below.push_back(list_item(item, flow(item)));
            } else {
                made.below.push_back(table(item));
            }
        }
        made.below.front().gap_before = false;
        return made;
    }

    void plan() {
        if (!root_.is_map()) {
            // No schema; the rules will say so.
            line_node made;
            made.text = flow(root_, {}, false);
            made.unit = add_unit(root_.at, true);
            lines_.push_back(std::move(made));
            return;
        }
        for (const auto* each : ordered(root_, words::file_keys)) {
            const std::string_view key{each->key.text};
            auto made = key == "backends"   ? small_map(*each, words::backend_names, true)
                        : key == "defaults" ? small_map(*each, words::defaults_keys, false)
                        : key == "types"    ? named_types(*each)
                        : key == "tables"   ? tables(*each)
                                            : leaf(*each);
            made.gap_before = key != "version" && key != "name";
            lines_.push_back(std::move(made));
        }
        if (!lines_.empty())
            lines_.front().gap_before = false;
    }

    // What stands above everything and apart from it belongs to the file, wherever its first key
    // goes.
    [[nodiscard]] std::uint32_t end_of_header() const {
        std::uint32_t first = static_cast<std::uint32_t>(file_->text().size());
        for (const auto& each : units_)
            first = std::min(first, each.at.begin);
        std::uint32_t end = 0;
        for (const auto& each : parsed_->comments) {
            if (each.at.begin < first && blank_line_follows(each.at.end))
                end = each.at.end;
        }
        return end;
    }

    void place_comments() {
        const auto header_end = end_of_header();
        for (const auto& each : parsed_->comments) {
            const auto text = std::string{file_->text_of(each.at)};
            const auto gap = blank_line_follows(each.at.end);
            if (each.at.begin < header_end) {
                header_.above.push_back(text);
                header_.gap_after.push_back(gap);
                continue;
            }
            if (auto* inside = unit_around(each.at.begin); inside != nullptr) {
                inside->above.push_back(text);
                inside->gap_after.push_back(false);
            } else if (each.alone) {
                auto* next = unit_after(each.at.begin);
                auto& above = next != nullptr ? next->above : footer_.above;
                auto& gaps = next != nullptr ? next->gap_after : footer_.gap_after;
                above.push_back(text);
                gaps.push_back(gap);
            } else if (auto* before = unit_before(each.at.begin); before != nullptr) {
                if (before->behind.empty()) {
                    before->behind = text;
                } else {
                    before->above.push_back(text);
                    before->gap_after.push_back(false);
                }
            } else {
                footer_.above.push_back(text);
                footer_.gap_after.push_back(gap);
            }
        }
    }

    [[nodiscard]] bool blank_line_follows(std::size_t at) const {
        int ends = 0;
        const std::string_view text{file_->text()};
        for (; at < text.size() && (text[at] == '\n' || text[at] == '\r' || text[at] == ' ');
             ++at) {
            if (text[at] == '\n')
                ++ends;
        }
        return ends > 1 && at < text.size();
    }

    unit* unit_around(std::uint32_t offset) {
        for (auto& each : units_) {
            if (each.is_leaf && each.at.begin < offset && offset < each.at.end)
                return &each;
        }
        return nullptr;
    }

    // The first unit that begins later; of equals the outer one, which was planned first.
    unit* unit_after(std::uint32_t offset) {
        unit* found = nullptr;
        for (auto& each : units_) {
            if (each.at.begin > offset && (found == nullptr || each.at.begin < found->at.begin))
                found = &each;
        }
        return found;
    }

    // The last unit that begins earlier; of equals the inner one.
    unit* unit_before(std::uint32_t offset) {
        unit* found = nullptr;
        for (auto& each : units_) {
            if (each.at.begin <= offset && (found == nullptr || each.at.begin >= found->at.begin))
                found = &each;
        }
        return found;
    }

    void put(const std::string& indent, const std::string& text) {
        text_ += text.empty() ? "\n" : indent + text + '\n';
    }

    void comments_above(const unit& of, const std::string& indent) {
        for (std::size_t at = 0; at < of.above.size(); ++at) {
            put(indent, of.above[at]);
            if (of.gap_after[at])
                text_ += '\n';
        }
    }

    // `first` replaces the indent of the first line: it carries the dash of a list item.
    void print(const line_node& of, const std::string& indent, const std::string& first) {
        const auto& here = units_[of.unit];
        if (of.is_item && of.text.empty()) {
            if (of.gap_before)
                text_ += '\n';
            comments_above(here, indent);
            for (std::size_t at = 0; at < of.below.size(); ++at) {
                print(of.below[at], indent + "  ", at == 0 ? indent + "- " : indent + "  ");
            }
            return;
        }
        if (of.gap_before)
            text_ += '\n';
        if (first != indent && !here.above.empty() && !of.is_item) {
            // Comments cannot stand between the dash and its first key.
            comments_above(here, indent.substr(0, indent.size() - 2));
        } else {
            comments_above(here, indent);
        }
        auto text = (of.is_item ? indent + "- " : first) + of.text;
        if (!here.behind.empty())
            text += "  " + here.behind;
        text_ += text + '\n';
        for (const auto& each : of.literal)
            put(indent + "  ", each);
        for (const auto& each : of.below)
            print(each, indent + "  ", indent + "  ");
    }

    void print() {
        comments_above(header_, "");
        for (const auto& each : lines_)
            print(each, "", "");
        if (footer_.above.empty())
            return;
        if (!lines_.empty())
            text_ += '\n';
        comments_above(footer_, "");
    }

    const source* file_;
    const document* parsed_;
    node root_;
    std::vector<unit> units_;
    std::vector<line_node> lines_;
    unit header_{};
    unit footer_{};
    std::string text_;
};

// The same values, whatever the order of keys and the style.
bool same_values(const node& a, const node& b) {
    if (a.is != b.is || a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
        return false;
    if (a.is_scalar() &&
        (a.text != b.text || (looks_special(a.text) && a.is_plain() != b.is_plain())))
        return false;
    for (std::size_t at = 0; at < a.items.size(); ++at) {
        if (!same_values(a.items[at], b.items[at]))
            return false;
    }
    return std::all_of(a.entries.begin(), a.entries.end(), [&b](const entry& each) {
        const auto* other = b.find(each.key.text);
        return other != nullptr && same_values(each.value, *other);
    });
}

// Unquoted types are mended on the way, so the file's own tree is mended for the comparison too.
node mended(const node& of, const source& file) {
    diagnostics unused;
    auto made = of.is_map() ? mend_type(of, file, unused) : of;
    for (auto& each : made.items)
        each = mended(each, file);
    for (auto& each : made.entries)
        each.value = mended(each.value, file);
    return made;
}

std::multiset<std::string> comment_texts(const source& file, const document& parsed) {
    std::multiset<std::string> made;
    for (const auto& each : parsed.comments)
        made.emplace(file.text_of(each.at));
    return made;
}

} // namespace

std::string scalar_text(std::string_view text, bool quoted, bool in_flow) {
    if (is_plain_text(text, in_flow) && !(quoted && looks_special(text)))
        return std::string{text};
    const bool readable_in_single = text.find('\'') == std::string_view::npos &&
                                    text.find_first_of("\\\"") != std::string_view::npos &&
                                    std::all_of(text.begin(), text.end(), [](char c) {
                                        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
                                    });
    if (readable_in_single)
        return '\'' + std::string{text} + '\'';
    return double_quoted(text);
}

std::optional<std::string>
format_schema(const sources& files, std::uint32_t file, const document& parsed) {
    auto text = formatter{files[file], parsed}.all();
    sources again;
    again.emplace_back(files[file].path(), text);
    diagnostics found;
    const auto reread = parse_yaml(again, 0, found);
    if (!reread || found.has_errors())
        return std::nullopt;
    if (!same_values(mended(parsed.root, files[file]), reread->root))
        return std::nullopt;
    if (comment_texts(files[file], parsed) != comment_texts(again[0], *reread))
        return std::nullopt;
    return text;
}

} // namespace weir::gen
