#include "mdns/wire/name.hpp"

#include <array>

#include "mdns/wire/escape.hpp"
#include "mdns/wire/fold.hpp"
#include "mdns/wire/label_cursor.hpp"
#include "mdns/wire/reader.hpp"
#include "mdns/wire/siphash.hpp"

namespace mdns::wire {

namespace {

/// Puts a name together label by label; what is wrong first stays.
class Builder {
public:
    void add(std::string_view label) {
        if (label.empty() || label.size() > max_label) return fail(Errc::bad_label);
        if (labels_.size() + 1 + label.size() + 1 > max_name) return fail(Errc::name_too_long);
        labels_ += static_cast<char>(label.size());
        labels_ += label;
    }
    Errc errc() const { return errc_; }
    std::string take() { return std::move(labels_); }

private:
    void fail(Errc errc) {
        if (errc_ == Errc::ok) errc_ = errc;
    }
    std::string labels_;
    Errc errc_ = Errc::ok;
};

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Takes the character after "\" off text: itself, or three digits for one byte.
Result<char> unescape(std::string_view& text) {
    if (text.empty()) return Errc::bad_escape;
    if (!is_digit(text[0])) {
        const char character = text[0];
        text.remove_prefix(1);
        return character;
    }
    if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return Errc::bad_escape;
    const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (value > 255) return Errc::bad_escape;
    text.remove_prefix(3);
    return static_cast<char>(value);
}

/// Takes one label and the dot after it off text.
Result<std::string> take_label(std::string_view& text) {
    std::string label;
    while (!text.empty()) {
        char character = text[0];
        text.remove_prefix(1);
        if (character == '.') break;
        if (character == '\\') {
            const Result<char> unescaped = unescape(text);
            if (!unescaped) return unescaped.error();
            character = *unescaped;
        }
        label += character;
    }
    return label;
}

std::string_view text_of(Bytes label) {
    return {reinterpret_cast<const char*>(label.data()), label.size()};
}

}  // namespace

Result<Name> Name::from_text(std::string_view text) {
    if (text == ".") return Name();
    Builder builder;
    while (!text.empty() && builder.errc() == Errc::ok) {
        const Result<std::string> label = take_label(text);
        if (!label) return label.error();
        builder.add(*label);
    }
    if (builder.errc() != Errc::ok) return builder.errc();
    return Name(builder.take());
}

Result<Name> Name::from_labels(std::span<const std::string_view> labels) {
    Builder builder;
    for (const std::string_view label : labels) builder.add(label);
    if (builder.errc() != Errc::ok) return builder.errc();
    return Name(builder.take());
}

Result<Name> Name::from_labels(std::initializer_list<std::string_view> labels) {
    return from_labels(std::span(labels.begin(), labels.size()));
}

Result<Name> Name::from_wire(Bytes wire) {
    Reader in(wire, 0, wire.size(), Reader::Pointers::refused);
    const NameView name = in.name();
    if (in.errc() != Errc::ok) return in.errc();
    if (!in.at_end()) return Errc::bad_label;  // an empty label before the end
    return name.to_name();
}

Result<Name> Name::prepend(std::string_view label) const {
    const Result<Name> first = from_labels({label});
    if (!first) return first.error();
    return first->concat(*this);
}

Result<Name> Name::concat(const Name& suffix) const {
    if (labels_.size() + suffix.labels_.size() + 1 > max_name) return Errc::name_too_long;
    return Name(labels_ + suffix.labels_);
}

Name Name::parent() const {
    if (is_root()) return {};
    return Name(labels_.substr(1 + label(0).size()));
}

std::size_t Name::label_count() const {
    std::size_t count = 0;
    LabelCursor cursor(wire(), 0);
    while (!cursor.next().empty()) ++count;
    return count;
}

std::string_view Name::label(std::size_t index) const {
    LabelCursor cursor(wire(), 0);
    Bytes label = cursor.next();
    for (; index > 0 && !label.empty(); --index) label = cursor.next();
    return text_of(label);
}

bool Name::ends_with(const Name& suffix) const {
    if (suffix.labels_.size() > labels_.size()) return false;
    const std::size_t start = labels_.size() - suffix.labels_.size();
    std::size_t at = 0;
    while (at < start) at += 1U + wire()[at];
    return at == start && fold_equal(wire().subspan(start), suffix.wire());
}

std::string Name::to_text() const {
    if (is_root()) return ".";
    std::string text;
    LabelCursor cursor(wire(), 0);
    for (Bytes label = cursor.next(); !label.empty(); label = cursor.next()) {
        if (!text.empty()) text += '.';
        append_escaped(text, text_of(label), '.');
    }
    return text;
}

bool operator==(const Name& left, const Name& right) {
    return fold_equal(left.wire(), right.wire());
}

std::string escape_label(std::string_view label) {
    std::string text;
    append_escaped(text, label, '.');
    return text;
}

std::uint64_t hash(const Name& name, const HashKey& key) {
    std::array<std::uint8_t, max_name> folded;
    const Bytes wire = name.wire();
    std::transform(wire.begin(), wire.end(), folded.begin(), fold);
    return siphash13(Bytes(folded).first(wire.size()), key);
}

}  // namespace mdns::wire
