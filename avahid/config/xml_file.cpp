#include "avahid/config/xml_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "avahid/config/read_file.hpp"
#include "avahid/config/text.hpp"
#include "avahid/config/xml_text.hpp"

namespace avahid::config {
namespace {

/// The first line that is not UTF-8 or holds control characters, which XML 1.0 §2.2 has not.
std::optional<int> first_bad_line(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        const bool control = std::ranges::any_of(line, [](char c) {
            return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r';
        });
        if (control || !is_utf8(line)) return number;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace

std::string tag(pugi::xml_node node) {
    const auto name = quote(node.name());
    return fmt::format("<{}>", name.substr(1, name.size() - 2));
}

XmlFile::Node XmlFile::load(std::string_view root_name) {
    if (text_.size() > max_file_size) return fail(0, "is larger than 1 MiB");
    auto converted = to_utf8(text_);
    if (!converted.problem.empty()) return fail(1, std::move(converted.problem));
    if (converted.text) text_ = converted_ = std::move(*converted.text);
    if (const auto line = first_bad_line(text_)) return fail(*line, "not valid UTF-8 text");
    // Without parse_escapes: references are resolved here, where an unknown one is an error.
    // parse_fragment shows text beside the root, which pugixml would skip.
    constexpr unsigned flags =
        pugi::parse_cdata | pugi::parse_eol | pugi::parse_ws_pcdata_single | pugi::parse_fragment;
    const auto result =
        document_.load_buffer(text_.data(), text_.size(), flags, pugi::encoding_utf8);
    if (result) return only_root(root_name);
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    return fail(line_at(offset), fmt::format("not well-formed XML: {}", result.description()));
}

XmlFile::Node XmlFile::only_root(std::string_view root_name) {
    Node root;
    for (const Node node : document_.children()) {
        if (!is_tag(node)) continue;
        if (root) error(node, fmt::format("a second root tag {}", tag(node)));
        if (!root) root = node;
    }
    if (!root) return fail(0, fmt::format("holds no <{}>", root_name));
    if (root.name() == root_name) return root;
    error(root, fmt::format("expected <{}>, found {}", root_name, tag(root)));
    return {};
}

std::string XmlFile::content(Node node) {
    std::string text;
    for (const Node child : node.children()) {
        if (child.type() == pugi::node_cdata) {
            text += child.value();
        } else if (child.type() == pugi::node_pcdata) {
            text += unescaped(child, child.value());
        } else {
            error(child, fmt::format("{} inside {}", tag(child), tag(node)));
        }
    }
    return text;
}

std::string XmlFile::word(Node node) { return std::string(trim(content(node))); }

std::string XmlFile::unescaped(Node node, std::string_view raw) {
    auto result = unescape_xml(raw);
    if (result.bad_reference.empty()) return std::move(result.text);
    error(node,
          fmt::format("{} is no character; write '&amp;' for '&'", quote(result.bad_reference)));
    return std::string(raw);  // told: it shall not be called empty as well
}

std::size_t XmlFile::choice(Node node, const char* attribute,
                            std::initializer_list<std::string_view> words) {
    const auto found = node.attribute(attribute);
    if (!found) return 0;
    const auto value = unescaped(node, found.value());
    const auto* at = std::ranges::find(words, value);
    if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
    error(node, fmt::format("{}={} in {} is none of: {}", attribute, quote(value), tag(node),
                            fmt::join(words, ", ")));
    return 0;
}

std::optional<std::string> XmlFile::attribute(Node node, const char* name) {
    const auto found = node.attribute(name);
    if (!found) return std::nullopt;
    return std::string(trim(unescaped(node, found.value())));
}

void XmlFile::no_attributes_but(Node node, std::initializer_list<std::string_view> known) {
    std::vector<std::string_view> seen;
    for (const auto attribute : node.attributes()) {
        const std::string_view name = attribute.name();
        if (std::ranges::find(known, name) == known.end()) {
            error(node, fmt::format("unknown attribute {} in {}", quote(name), tag(node)));
        } else if (std::ranges::find(seen, name) != seen.end()) {
            error(node, fmt::format("{} twice in {}", name, tag(node)));
        }
        seen.push_back(name);
    }
}

bool XmlFile::is_tag(Node node) {
    if (node.type() == pugi::node_element) return true;
    const auto text = trim(node.value());
    if (text.empty()) return false;
    auto message = fmt::format("text {} outside any tag", quote(text));
    // Beside the root it is not XML. Elsewhere Avahi skips it, so files with it exist.
    if (node.parent() == document_)
        error(node, std::move(message));
    else
        warning(node, std::move(message));
    return false;
}

void XmlFile::unknown_tag(Node node) {
    error(node, fmt::format("unknown tag {} in {}", tag(node), tag(node.parent())));
}

void XmlFile::error(Node node, std::string message) {
    diagnostics_.error(line_of(node), std::move(message));
}

void XmlFile::warning(Node node, std::string message) {
    diagnostics_.warning(line_of(node), std::move(message));
}

XmlFile::Node XmlFile::fail(int line, std::string message) {
    diagnostics_.error(line, std::move(message));
    return {};
}

int XmlFile::line_at(std::size_t offset) const {
    return 1 + static_cast<int>(std::ranges::count(text_.substr(0, offset), '\n'));
}

int XmlFile::line_of(Node node) const {
    return line_at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0)));
}

}  // namespace avahid::config
