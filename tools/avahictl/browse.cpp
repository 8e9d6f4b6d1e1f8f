// avahictl browse: one stream for a type; for all types one that names them, and one for each.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/browse_view.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

constexpr std::size_t max_streams = 200;  // the daemon serves 256 connections of a user

struct Stream {
    Client client;
    bool of_types = false;  // else of services
    bool complete = false;
};

class Browser {
public:
    Browser(const Common& common, const BrowseOptions& options)
        : common_(common),
          options_(options),
          end_(end_of(common)),
          view_(common, options.resolve, !ends_by_itself()) {}

    Exit run() {
        const bool all = options_.type.empty();
        if (all) {
            start("BrowseTypes", with_scope(options_.domain), true);
        } else {
            browse(options_.type, options_.domain);
        }
        while (!exit_ && !is_complete()) step();
        print_text(view_.rest());
        return exit_ ? *exit_ : outcome();
    }

private:
    json with_scope(const std::string& domain) const {
        json parameters = json::object();
        add_text(parameters, "domain", domain);
        add_scope(parameters, common_);
        return parameters;
    }
    void start(const char* method, json parameters, bool of_types) {
        auto client = open_stream(common_, method, std::move(parameters));
        if (!client) {
            exit_ = client.error();
        } else {
            streams_.push_back({.client = *std::move(client), .of_types = of_types});
        }
    }
    void browse(const std::string& type, const std::string& domain) {
        json parameters = with_scope(domain);
        parameters["type"] = type;
        add_text(parameters, "subtype", options_.subtype);
        if (options_.resolve) parameters["resolve"] = true;
        start("Browse", std::move(parameters), false);
    }

    /// Waits for something to happen, and deals with it.
    void step() {
        std::vector<int> descriptors;
        for (const auto& stream : streams_) descriptors.push_back(stream.client.descriptor());
        const ClientErrc errc = wait_readable(descriptors, next_deadline());
        if (errc == ClientErrc::interrupted) {
            exit_ = outcome();
            return;
        }
        // Streams may be added on the way.
        for (std::size_t i = 0; i < streams_.size() && !exit_; ++i) drain(i);
        print_text(view_.due(Clock::now()));
        if (end_ && Clock::now() >= *end_ && !exit_) {
            exit_ = heard_ ? outcome() : nothing_in_time(common_);
        }
    }
    Deadline next_deadline() const {
        const auto shown = view_.deadline();
        if (!end_ || !shown) return end_ ? end_ : shown;
        return std::min(*end_, *shown);
    }
    Exit outcome() const { return found_ ? Exit::found : Exit::nothing; }

    void drain(std::size_t index) {
        while (!exit_) {
            auto reply = streams_[index].client.take();
            if (!reply) {
                if (reply.error() == ClientErrc::timed_out) return;
                exit_ = complain(common_, reply.error());
            } else if (!reply->error.empty()) {
                return on_error(index, *reply);
            } else {
                on_reply(index, reply->parameters);
            }
        }
    }
    void on_error(std::size_t index, const Reply& reply) {
        const Exit exit = complain(reply);
        // One strange type on the network does not end the list of all others.
        if (options_.type.empty() && !streams_[index].of_types) {
            streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(index));
        } else {
            exit_ = exit;
        }
    }
    void on_reply(std::size_t index, const json& parameters) {
        heard_ = true;
        if (ends_by_itself() && streams_[index].complete) return;  // what comes later is left out
        const std::string event = text_of(parameters, "event");
        if (event == (options_.until_cache ? "cache_exhausted" : "all_for_now")) {
            streams_[index].complete = true;
        } else if (streams_[index].of_types) {
            if (event == "found") on_type(object_of(parameters, "service_type"));
        } else {
            on_service(event, object_of(parameters, "service"));
        }
    }
    void on_type(const json& service_type) {
        const std::string type = text_of(service_type, "type");
        const std::string domain = text_of(service_type, "domain");
        if (!types_.insert({type, domain}).second) return;
        if (streams_.size() < max_streams) return browse(type, domain);
        print_error("too many types: " + printable(type) + " is left out");
    }
    void on_service(const std::string& event, const json& service) {
        if (!service.contains("name")) return;
        if (options_.ignore_local && is_local(service)) return;
        if (event == "found") found_ = true;
        if (event == "resolve_failed" && common_.parsable) {
            print_error(printable(text_of(service, "name")) + ": nobody tells where it is");
        }
        print_text(view_.on_event(Clock::now(), event, service));
    }
    /// Remembers what was local: when it goes, that cannot be told any more.
    bool is_local(const json& service) {
        const std::tuple key{text_of(service, "interface"), text_of(service, "family"),
                             text_of(service, "name")};
        if (flag_of(service, "local")) local_.insert(key);
        return local_.contains(key);
    }

    bool ends_by_itself() const { return options_.until_all || options_.until_cache; }
    bool is_complete() const {
        return ends_by_itself() && std::ranges::all_of(streams_, &Stream::complete);
    }

    const Common& common_;
    const BrowseOptions& options_;
    Deadline end_;
    BrowseView view_;
    std::vector<Stream> streams_;
    std::set<std::pair<std::string, std::string>> types_;
    std::set<std::tuple<std::string, std::string, std::string>> local_;
    std::optional<Exit> exit_;
    bool found_ = false;
    bool heard_ = false;  // the daemon has said something
};

}  // namespace

Exit run(const Common& common, const BrowseOptions& options) {
    return Browser(common, options).run();
}

}  // namespace avahictl
