// SPDX-License-Identifier: Apache-2.0
#include "yaml.hpp"

#include <weir/core/utf8.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace weir::gen {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Everything the bytes alone tell; yaml-cpp would accept or misread these.
void check_bytes(const source& text, std::uint32_t file, diagnostics& to) {
    const std::string_view all{text.text()};
    bool in_indentation = true;
    bool tab_told = false;
    for (std::size_t at = 0; at < all.size();) {
        const auto length = utf8_length(all.substr(at));
        const auto here = static_cast<std::uint32_t>(at);
        const range one{file, here, here + 1};
        if (length == 0) {
            to.error("yaml-utf8", one, "this byte is not valid UTF-8", "save the file as UTF-8");
            return;
        }
        const char c = all[at];
        const bool line_end = c == '\r' && at + 1 < all.size() && all[at + 1] == '\n';
        const auto code = static_cast<unsigned char>(c);
        if (length == 1 && (code < 0x20 || code == 0x7F) && c != '\n' && c != '\t' && !line_end) {
            to.error(
                "yaml-control-character",
                one,
                "a control character does not belong here",
                "remove it, or write it as an escape in double quotes"
            );
            return;
        }
        if (c == '\n') {
            in_indentation = true;
            tab_told = false;
        } else if (c == '\t') {
            if (in_indentation && !tab_told) {
                to.error("yaml-tab", one, "a tab indents this line", "YAML indents with spaces");
                tab_told = true;
            }
        } else if (c != ' ') {
            in_indentation = false;
        }
        at += length;
    }
}

// Builds the tree from yaml-cpp's events. Its marks say where a node starts; where it ends is read
// from the text.
class builder final : public YAML::EventHandler {
public:
    builder(const source& text, std::uint32_t file, diagnostics& to)
        : text_(text.text()), file_(file), to_(&to) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ != 2)
            return;
        const auto here = offset(mark);
        const range at{file_, here, here + 1};
        // Without a marker it is a line that fits nowhere, which ends the document too.
        const auto between = text_.substr(last_end_, here + 3 - std::min(here, last_end_));
        if (between.find("---") == std::string_view::npos &&
            between.find("...") == std::string_view::npos) {
            to_->error(
                "yaml-syntax",
                at,
                "this does not belong to what stands above it",
                "check the indentation: keys and list items cannot stand side by side"
            );
        } else {
            to_->error(
                "yaml-documents",
                at,
                "a second document begins before this",
                "a schema file holds one document: remove the '---'"
            );
        }
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        node made;
        made.at = {file_, offset(mark), offset(mark)};
        const auto rest = text_.substr(made.at.begin);
        for (const std::string_view spelling : {"null", "Null", "NULL", "~"}) {
            if (rest.starts_with(spelling)) {
                made.text = spelling;
                made.at.end += static_cast<std::uint32_t>(spelling.size());
                last_end_ = made.at.end;
                break;
            }
        }
        // Nothing was written: point at what came before, the key in most cases.
        if (made.text.empty())
            made.at = {file_, last_begin_, last_end_};
        check_anchor(anchor, made.at);
        add(std::move(made));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        node made;
        made.at = {file_, offset(mark), word_end(offset(mark))};
        last_end_ = made.at.end;
        anchor_error(made.at, "an alias stands here");
        add(std::move(made));
    }

    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override {
        node made;
        made.is = node::kind::scalar;
        made.text = value;
        std::erase(made.text, '\r');
        made.at = {file_, offset(mark), offset(mark)};
        find_scalar_end(made, tag == "?");
        last_begin_ = made.at.begin;
        last_end_ = made.at.end;
        check_anchor(anchor, made.at);
        if (tag != "?" && tag != "!")
            tag_error(made.at);
        add(std::move(made));
    }

    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override {
        open(node::kind::sequence, mark, tag, anchor, style);
    }

    void OnSequenceEnd() override { close(']'); }

    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override {
        open(node::kind::map, mark, tag, anchor, style);
    }

    void OnMapEnd() override { close('}'); }

    [[nodiscard]] node take_root() { return std::move(root_); }

    [[nodiscard]] int documents() const noexcept { return documents_; }

    [[nodiscard]] const std::vector<range>& scalars() const noexcept { return scalars_; }

private:
    struct level {
        node made;
        std::optional<node> key;
    };

    static std::uint32_t offset(const YAML::Mark& mark) {
        return static_cast<std::uint32_t>(std::max(mark.pos, 0));
    }

    std::uint32_t word_end(std::size_t at) const {
        const auto end = text_.find_first_of(" \t\r\n,]}", at);
        return static_cast<std::uint32_t>(std::min(end, text_.size()));
    }

    void check_anchor(YAML::anchor_t anchor, range at) {
        if (anchor != 0)
            anchor_error(at, "an anchor names this value");
    }

    void anchor_error(range at, const std::string& what) {
        to_->error(
            "yaml-anchor",
            at,
            what + "; anchors and aliases are not part of the schema language",
            "write the value out, or name it under 'types'"
        );
    }

    void tag_error(range at) {
        to_->error(
            "yaml-tag",
            at,
            "a tag marks this value; tags are not part of the schema language",
            "remove the '!…': the schema decides types"
        );
    }

    void find_scalar_end(node& made, bool plain) {
        const auto begin = made.at.begin;
        const char first = begin < text_.size() ? text_[begin] : '\0';
        std::size_t end = begin;
        if (!plain && (first == '"' || first == '\'')) {
            made.written = node::style::quoted;
            end = quoted_end(begin, first);
        } else if (!plain && (first == '|' || first == '>')) {
            made.written = node::style::literal;
            end = block_end(begin);
        } else {
            end = plain_end(begin, made.text);
        }
        made.at.end = static_cast<std::uint32_t>(end);
        scalars_.push_back(made.at);
    }

    std::size_t quoted_end(std::size_t begin, char quote) {
        for (std::size_t at = begin + 1; at < text_.size(); ++at) {
            if (quote == '"' && text_[at] == '\\') {
                ++at;
            } else if (text_[at] == quote) {
                if (quote == '\'' && at + 1 < text_.size() && text_[at + 1] == quote) {
                    ++at;
                } else {
                    return at + 1;
                }
            }
        }
        const auto here = static_cast<std::uint32_t>(begin);
        to_->error("yaml-syntax", {file_, here, here + 1}, "this quote is never closed", "");
        return text_.size();
    }

    // Plain text may run over lines; yaml-cpp folds them into one space each.
    std::size_t plain_end(std::size_t begin, std::string_view value) const {
        std::size_t at = begin;
        for (const char c : value) {
            if (c == ' ' || c == '\n') {
                while (at < text_.size() &&
                       (is_blank(text_[at]) || text_[at] == '\n' || text_[at] == '\r'))
                    ++at;
            } else if (at < text_.size() && text_[at] == c) {
                ++at;
            }
        }
        return at;
    }

    // A block scalar ends before the first line that is indented less than its own first line.
    std::size_t block_end(std::size_t begin) const {
        std::size_t line = next_line(begin);
        std::optional<std::size_t> indent;
        std::size_t end = line;
        while (line < text_.size()) {
            std::size_t at = line;
            while (at < text_.size() && text_[at] == ' ')
                ++at;
            const bool blank = at >= text_.size() || text_[at] == '\n' || text_[at] == '\r';
            if (!blank) {
                if (!indent)
                    indent = at - line;
                if (at - line < *indent || *indent <= indentation_of(begin))
                    break;
                end = next_line(at);
            }
            line = next_line(at);
        }
        return end;
    }

    std::size_t next_line(std::size_t at) const {
        const auto end = text_.find('\n', at);
        return end == std::string_view::npos ? text_.size() : end + 1;
    }

    std::size_t indentation_of(std::size_t at) const {
        const auto start = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
        return text_.find_first_not_of(' ', start) - start;
    }

    void open(
        node::kind is,
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) {
        level next;
        next.made.is = is;
        next.made.written =
            style == YAML::EmitterStyle::Flow ? node::style::flow : node::style::block;
        next.made.at = {file_, offset(mark), offset(mark) + 1};
        check_anchor(anchor, next.made.at);
        if (tag != "?" && tag != "!")
            tag_error(next.made.at);
        if (next.made.written == node::style::flow)
            last_end_ = next.made.at.end;
        open_.push_back(std::move(next));
    }

    void close(char bracket) {
        auto made = std::move(open_.back().made);
        open_.pop_back();
        made.at.end = std::max(made.at.end, last_end_);
        if (made.written == node::style::flow) {
            const auto end = skip_to(made.at.end, bracket);
            made.at.end = static_cast<std::uint32_t>(end);
            last_end_ = made.at.end;
        }
        add(std::move(made));
    }

    // From the last item to the closing bracket only blanks, commas, colons and comments can stand.
    std::size_t skip_to(std::size_t at, char bracket) const {
        while (at < text_.size() && text_[at] != bracket) {
            at = text_[at] == '#' ? next_line(at) : at + 1;
        }
        return std::min(at + 1, text_.size());
    }

    void add(node made) {
        if (documents_ > 1)
            return;
        if (open_.empty()) {
            root_ = std::move(made);
            return;
        }
        auto& parent = open_.back();
        if (parent.made.is_sequence()) {
            parent.made.items.push_back(std::move(made));
        } else if (!parent.key) {
            parent.key = std::move(made);
        } else {
            add_entry(parent.made, {std::move(*parent.key), std::move(made)});
            parent.key.reset();
        }
    }

    void add_entry(node& to, entry made) {
        for (const auto& other : to.entries) {
            if (made.key.is_scalar() && other.key.is_scalar() && other.key.text == made.key.text) {
                to_->add(
                    {"duplicate-key",
                     severity::error,
                     made.key.at,
                     "'" + made.key.text + "' is given twice",
                     {},
                     {{other.key.at, "first given here"}}}
                );
                return;
            }
        }
        to.entries.push_back(std::move(made));
    }

    std::string_view text_;
    std::uint32_t file_;
    diagnostics* to_;
    int documents_ = 0;
    node root_;
    std::vector<level> open_;
    std::vector<range> scalars_;
    std::uint32_t last_begin_ = 0;
    std::uint32_t last_end_ = 0;
};

struct rewording {
    std::string_view parser_says;
    std::string_view message;
    std::string_view hint;
};

constexpr std::array rewordings{
    rewording{
        "end of map flow not found",
        "this does not fit inside '{ }'",
        "close the '{' and separate entries with commas; quote text that holds any of { } [ ] , : #"
    },
    rewording{
        "end of sequence flow not found",
        "this does not fit inside '[ ]'",
        "close the '[' and separate items with commas; quote text that holds any of { } [ ] , : #"
    },
    rewording{
        "end of map not found",
        "this line does not belong to the mapping above it",
        "write 'key: value', indented like its neighbours"
    },
    rewording{
        "end of sequence not found",
        "this line does not belong to the list above it",
        "begin it with '- ', indented like its neighbours"
    },
    rewording{
        "illegal map value",
        "a ':' cannot stand here",
        "check the indentation, and that the line above is a complete 'key: value'; quote text "
        "that holds ': '"
    },
    rewording{"illegal map key", "a key cannot stand here", "check the indentation"},
    rewording{"illegal block entry", "a list item cannot stand here", "check the indentation"},
    rewording{
        "illegal flow end",
        "this bracket closes nothing",
        "remove it, or quote the text it belongs to"
    },
    rewording{"unknown token", "this character cannot begin a value", "quote the text: \"…\""},
    rewording{"illegal EOF in scalar", "the file ends inside this text", "close the quote"},
    rewording{
        "illegal document indicator in scalar",
        "the document ends inside this text",
        "close the quote"
    },
    rewording{
        "the referenced anchor is not defined",
        "an alias stands here; anchors and aliases are not part of the schema language",
        "write the value out, or quote the text if it begins with '*'"
    },
    rewording{"alias not found after *", "text cannot begin with '*'", "quote it: \"*…\""},
    rewording{"anchor not found after &", "text cannot begin with '&'", "quote it: \"&…\""},
};

void report(const YAML::Exception& thrown, std::uint32_t file, diagnostics& to) {
    const auto here = static_cast<std::uint32_t>(std::max(thrown.mark.pos, 0));
    const range at{file, here, here + 1};
    const std::string_view said{thrown.msg};
    for (const auto& each : rewordings) {
        if (said.starts_with(each.parser_says)) {
            to.error("yaml-syntax", at, std::string{each.message}, std::string{each.hint});
            return;
        }
    }
    to.error("yaml-syntax", at, "not valid YAML: " + thrown.msg, "");
}

// What lies between scalars is punctuation, blanks and comments.
std::vector<comment> find_comments(
    std::string_view text, std::uint32_t file, std::vector<range> scalars, diagnostics& to
) {
    std::vector<comment> found;
    std::sort(scalars.begin(), scalars.end(), [](range a, range b) { return a.begin < b.begin; });
    auto next = scalars.begin();
    bool alone = true;
    bool after_blank = true;
    for (std::size_t at = 0; at < text.size();) {
        while (next != scalars.end() && next->end <= at)
            ++next;
        if (next != scalars.end() && at >= next->begin) {
            // The header line of a block scalar may carry a comment; the text below it may not.
            const bool block = text[at] == '|' || text[at] == '>';
            at = std::max<std::size_t>(next->end, at + 1);
            alone = block;
            after_blank = block;
            continue;
        }
        const char c = text[at];
        if (c == '#' && after_blank) {
            auto end = text.find('\n', at);
            if (end == std::string_view::npos)
                end = text.size();
            auto last = end;
            while (last > at && (text[last - 1] == '\r' || is_blank(text[last - 1])))
                --last;
            found.push_back(
                {{file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(last)}, alone}
            );
            at = end;
            continue;
        }
        if (c == '\t' && !alone) {
            const auto here = static_cast<std::uint32_t>(at);
            to.error("yaml-tab", {file, here, here + 1}, "a tab separates these", "use spaces");
        }
        after_blank = is_blank(c) || c == '\n' || c == '\r';
        if (c == '\n') {
            alone = true;
        } else if (!is_blank(c) && c != '\r') {
            alone = false;
        }
        ++at;
    }
    return found;
}

} // namespace

const node* node::find(std::string_view key) const {
    for (const auto& each : entries) {
        if (each.key.text == key)
            return &each.value;
    }
    return nullptr;
}

std::optional<document> parse_yaml(const sources& files, std::uint32_t file, diagnostics& to) {
    const auto& text = files[file];
    diagnostics bytes;
    check_bytes(text, file, bytes);
    for (const auto& each : bytes.found())
        to.add(each);
    if (bytes.has_errors())
        return std::nullopt;

    builder made{text, file, to};
    try {
        std::istringstream stream{text.text()};
        YAML::Parser parser{stream};
        // A second one is an error already; yaml-cpp can find empty ones without end.
        while (made.documents() < 2 && parser.HandleNextDocument(made)) {
        }
    } catch (const YAML::Exception& thrown) {
        report(thrown, file, to);
        return std::nullopt;
    }
    if (made.documents() == 0) {
        to.error(
            "yaml-empty",
            {file, 0, 0},
            "the file holds no schema",
            "begin with 'version: 1' and 'name: …'"
        );
        return std::nullopt;
    }
    auto comments = find_comments(text.text(), file, made.scalars(), to);
    return document{made.take_root(), std::move(comments)};
}

} // namespace weir::gen
