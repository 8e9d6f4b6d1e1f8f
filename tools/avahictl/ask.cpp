#include "tools/avahictl/ask.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>

#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

int first_output_error = 0;  // errno; stdio itself only keeps that there was one

constexpr auto reaction_time = std::chrono::milliseconds(500);  // of a daemon that is well
constexpr auto patience = std::chrono::seconds(10);  // the daemon's own limits are below 6 s

const std::string ours = "org.avahid.Daemon.";
const std::string standard = "org.varlink.service.";

std::string explain_not_found(const std::string& reason) {
    if (reason == "no_such_family") return "the name exists, but has no address of that family";
    if (reason == "timeout") return "nobody answers";
    return "not found";
}

std::string explain_standard(const std::string& error, const json& parameters) {
    if (error == "PermissionDenied") return "only root and the group netdev may do that";
    if (error == "InvalidParameter") {
        return "avahid does not accept the value of '" + text_of(parameters, "parameter") + "'";
    }
    const bool unknown = error == "MethodNotFound" || error == "InterfaceNotFound";
    return unknown ? "this avahid is too old for that" : error;
}

}  // namespace

Call make_call(const char* method, json parameters, bool more) {
    Call call;
    call.method = ours + method;
    call.parameters = std::move(parameters);
    call.more = more;
    return call;
}

void add_text(json& parameters, const char* name, const std::string& value) {
    if (!value.empty()) parameters[name] = value;
}

void add_scope(json& parameters, const Common& common) {
    add_text(parameters, "interface", common.interface);
    add_text(parameters, "family", common.family);
}

Asked<Client> open(const Common& common) {
    auto client = Client::connect(common.socket);
    if (!client) return complain(common, client.error());
    return *std::move(client);
}

Asked<Client> open_stream(const Common& common, const char* method, json parameters) {
    auto client = open(common);
    if (!client) return client.error();
    const ClientErrc errc = client->send(make_call(method, std::move(parameters), true));
    if (errc != ClientErrc::ok) return complain(common, errc);
    return client;
}

Asked<Reply> ask(const Common& common, const char* method, json parameters) {
    auto client = open(common);
    if (!client) return client.error();
    const ClientErrc errc = client->send(make_call(method, std::move(parameters)));
    if (errc != ClientErrc::ok) return complain(common, errc);
    const auto end = end_of(common);
    auto reply = client->next(end ? *end : Clock::now() + patience);
    if (!reply) {
        if (reply.error() == ClientErrc::timed_out && end) return nothing_in_time(common);
        return complain(common, reply.error());
    }
    if (!reply->error.empty()) return complain(*reply);
    return *std::move(reply);
}

Exit nothing_in_time(const Common& common) {
    auto client = Client::connect(common.socket);
    if (!client) return complain(common, client.error());
    Call call;
    call.method = standard + "GetInfo";  // answered at once
    ClientErrc errc = client->send(call);
    if (errc == ClientErrc::ok) {
        const auto reply = client->next(Clock::now() + reaction_time);
        if (!reply) errc = reply.error();
    }
    return errc == ClientErrc::ok ? Exit::nothing : complain(common, errc);
}

Deadline end_of(const Common& common) {
    if (!common.timeout) return std::nullopt;
    return Clock::now() + *common.timeout;
}

Exit complain(const Common& common, ClientErrc errc) {
    if (errc == ClientErrc::interrupted) return Exit::nothing;
    print_error(fmt::format("{}: {}", printable(common.socket), to_string(errc)));
    return Exit::unreachable;
}

Exit complain(const Reply& error) {
    print_error(printable(explain(error)));
    return exit_of(error);
}

std::string explain(const Reply& error) {
    if (error.error == ours + "NotFound")
        return explain_not_found(text_of(error.parameters, "reason"));
    if (error.error.starts_with(standard)) {
        return explain_standard(error.error.substr(standard.size()), error.parameters);
    }
    const std::string message = text_of(error.parameters, "message");
    return message.empty() ? error.error : message;
}

Exit exit_of(const Reply& error) {
    const bool wrong_word = error.error.starts_with(ours + "Bad") ||
                            error.error == ours + "NoSuchInterface" ||
                            error.error == standard + "InvalidParameter";
    return wrong_word ? Exit::usage : Exit::nothing;
}

void print_json(const json& object) {
    print_line(printable_json(avahid::varlink::wire::to_text(object)));
}

void print_line(const std::string& line) { print_text(line + "\n"); }

void print_text(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    const bool flushed = std::fflush(stdout) == 0;  // who reads a pipe sees it as it happens
    if ((!written || !flushed) && first_output_error == 0) first_output_error = errno;
}

int output_error() { return first_output_error; }

void print_error(const std::string& line) { fmt::print(stderr, "avahictl: {}\n", line); }

}  // namespace avahictl
