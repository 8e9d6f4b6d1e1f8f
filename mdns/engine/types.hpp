// mdns/engine/types.hpp: the words the engine and its users share. Values only.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "mdns/engine/cause.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::engine {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

enum class Family : std::uint8_t { ipv4, ipv6 };

/// One (interface, family): RFC 6762 §20 makes them separate zones.
struct LinkId {
    int ifindex = 0;
    Family family = Family::ipv4;
    auto operator<=>(const LinkId&) const = default;
};

/// Which links a publication or query is for. Empty fields mean: all.
struct Scope {
    std::optional<int> ifindex;
    std::optional<Family> family;

    bool contains(LinkId link) const {
        return (!ifindex || *ifindex == link.ifindex) && (!family || *family == link.family);
    }
    bool overlaps(const Scope& other) const {
        return (!ifindex || !other.ifindex || *ifindex == *other.ifindex) &&
               (!family || !other.family || *family == *other.family);
    }
    bool operator==(const Scope&) const = default;
};

/// An address of the interface and the length of its on-link prefix (§11).
struct Prefix {
    Address address;
    std::uint8_t length = 0;
    bool ours = true;  // false: the address of the other end of a point-to-point link
    bool operator==(const Prefix&) const = default;
};

/// What the engine must know of a link. Given again whenever any of it changes.
struct LinkInfo {
    std::size_t mtu = 1500;
    std::vector<Prefix> prefixes;  // addresses of this link's family, with their prefix lengths
    bool port_shared = false;      // another stack has UDP 5353 too: never ask for unicast (§15.1)
    bool publish = true;           // false: browse and resolve only (PRODUCT "trust")
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

/// Where a datagram came from and how it was addressed (from IP_PKTINFO, IPV6_PKTINFO).
struct Source {
    Endpoint from;
    bool to_group = true;  // to 224.0.0.251 or ff02::fb; false: to an address of ours
};

enum class PublicationId : std::uint64_t {};
enum class QueryId : std::uint64_t {};

/// How a record is owned (RFC 6762 §2).
enum class Sharing : std::uint8_t {
    shared,        // others may have the same set: no probing, no cache-flush
    unique,        // ours alone: probed first
    known_unique,  // ours alone, known without probing, such as reverse names of own addresses
                   // (§8.1)
};

/// Which records of a unique set other publications of this host may hold, if theirs say so too.
enum class Company : std::uint8_t {
    none,
    same_data,  // the same: it is published as long as either is
    any,        // others, too, such as more addresses of a name
};

struct PublishedRecord {
    wire::Record record;
    Sharing sharing = Sharing::shared;
    Company company = Company::none;
    bool announce = true;  // false: it is answered with only
};

/// Records that are claimed, announced and withdrawn together.
struct Publication {
    Scope scope;
    std::vector<PublishedRecord> records;
};

struct Query {
    wire::Name name;
    std::uint16_t type = wire::type::any;
    std::uint16_t klass = wire::class_in;
    Scope scope;
    /// true: a program waits for this one; it goes out at once and alone. false: 20-120 ms (§5.2).
    bool urgent = true;
};

// ---- what comes out ----

/// Send these bytes. Valid until the next input to the engine.
struct SendDatagram {
    LinkId link;
    std::optional<Endpoint> to;  // empty: the link's multicast group
    std::span<const std::uint8_t> bytes;
    Cause why;  // for people: nothing depends on it
};

struct RecordAdded {
    QueryId query;
    LinkId link;
    wire::Record record;
    bool local = false;  // published by ourselves
};
struct RecordRemoved {
    QueryId query;
    LinkId link;
    wire::Record record;
    bool local = false;
};
/// The owner says that there is no such record (NSEC, §6.1).
struct NoSuchRecord {
    QueryId query;
    LinkId link;
};
/// All that was known when the query began has been told.
struct CacheExhausted {
    QueryId query;
};
/// Whoever wanted to answer the first question has had time to.
struct AllForNow {
    QueryId query;
};
/// Every link has verified the publication's unique names; it is (being) announced.
struct Established {
    PublicationId publication;
};
/// A name of the publication belongs to somebody else. The engine has stopped publishing it there
/// and waits for withdraw(); choosing another name is the caller's business (§9).
struct Conflict {
    PublicationId publication;
    LinkId link;
    wire::Name name;
    Endpoint peer;
};

using Output = std::variant<SendDatagram, RecordAdded, RecordRemoved, NoSuchRecord, CacheExhausted,
                            AllForNow, Established, Conflict>;
/// Of recall(): a RecordAdded or NoSuchRecord, of no query.
using Recalled = std::function<void(const Output&)>;

}  // namespace mdns::engine

template <>
struct std::hash<mdns::engine::LinkId> {
    std::size_t operator()(const mdns::engine::LinkId& link) const noexcept {
        return static_cast<std::size_t>(link.ifindex) * 2 + static_cast<std::size_t>(link.family);
    }
};
