// mdns/wire/name.hpp: domain names, as values (Name) and as places in a datagram (NameView).
// RFC 1035 §3.1 and §4.1.4, RFC 6762 §16 (UTF-8, ASCII-only case folding) and Appendix C (256
// bytes). Text is the presentation form: labels joined by dots, "." and "\" inside a label escaped
// by "\", other unprintable bytes as \DDD; the final dot may be given and is never printed.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mdns/wire/errc.hpp"

namespace mdns::wire {

template <class T>
using Result = boost::system::result<T, Errc>;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t max_label = 63;
constexpr std::size_t max_name = 256;  // with the final zero byte: RFC 6762 Appendix C

/// Secret of one engine: names are hashed with SipHash-1-3, so nobody can aim for one bucket.
struct HashKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
};

/// A domain name, kept in uncompressed wire form (length byte, label, …, zero). Letter case is
/// kept.
class Name {
public:
    Name() = default;  // the root
    static Result<Name> from_text(std::string_view text);
    static Result<Name> from_labels(std::span<const std::string_view> labels);
    static Result<Name> from_labels(std::initializer_list<std::string_view> labels);
    /// \param wire  exactly one uncompressed name, final zero included
    static Result<Name> from_wire(Bytes wire);

    /// This name below one more label: Name("local").prepend("host") is host.local.
    Result<Name> prepend(std::string_view label) const;
    /// All labels of this name, then those of suffix.
    Result<Name> concat(const Name& suffix) const;
    /// Without the first label; the root's parent is the root.
    Name parent() const;

    std::size_t label_count() const;
    /// \param index  0 is the leftmost label; empty when there is none
    std::string_view label(std::size_t index) const;
    bool is_root() const { return labels_.empty(); }
    /// Equal to suffix, or below it.
    bool ends_with(const Name& suffix) const;

    Bytes wire() const {
        return {reinterpret_cast<const std::uint8_t*>(labels_.c_str()), labels_.size() + 1};
    }
    std::string to_text() const;

    /// ASCII letters compare without case, all other bytes exactly (RFC 6762 §16).
    friend bool operator==(const Name& left, const Name& right);

private:
    explicit Name(std::string labels) : labels_(std::move(labels)) {}
    friend class NameView;
    std::string labels_;  // the wire form; its final zero is the one every std::string ends with
};

/// One label as text, escaped so that it pastes back into a full name ("Dr\. Pepper").
std::string escape_label(std::string_view label);

/// A name inside a datagram, possibly compressed. Only Reader makes them, after checking
/// every pointer, so walking one cannot fail. Valid as long as the datagram is.
class NameView {
public:
    NameView() = default;
    Name to_name() const;
    bool equals(const Name& name) const;
    bool equals(const NameView& other) const;
    std::string to_text() const { return to_name().to_text(); }
    /// Appends the uncompressed wire form.
    void append_to(std::vector<std::uint8_t>& out) const;

private:
    friend class Reader;
    friend std::uint64_t hash(const NameView& name, const HashKey& key);
    NameView(Bytes message, std::size_t offset) : message_(message), offset_(offset) {}
    Bytes message_;
    std::size_t offset_ = 0;
};

/// Equal names have equal hashes, whatever their letter case or compression.
std::uint64_t hash(const Name& name, const HashKey& key);
std::uint64_t hash(const NameView& name, const HashKey& key);

}  // namespace mdns::wire
