#include "tools/avahictl/arguments.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "avahid/varlink/wire/text.hpp"
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/completion.hpp"
#include "tools/avahictl/escape.hpp"

namespace avahictl {

namespace {

using Words = std::vector<std::string>;

/// Thrown to CLI11, which prints it and says how to get help.
[[noreturn]] void complain(const std::string& message) {
    throw CLI::ValidationError("avahictl", message);
}

class Parser {
public:
    Parser();
    boost::system::result<Command, Exit> parse(int argc, const char* const* argv);

private:
    CLI::App* verb(const char* name, const char* help);
    void add_scope(CLI::App* app);
    void add_status();
    void add_browse();
    void add_resolve();
    void add_query();
    void add_publish();
    void add_completion();
    void add_machine();
    void finish_common();
    void finish_browse();
    void finish_resolve();
    void finish_publish();
    void finish_publish_service();

    CLI::App app_{"Addresses, names and services on links nobody administers: asks avahid."};
    Command command_;
    double timeout_ = 0;
    bool ipv4_ = false;
    bool ipv6_ = false;

    BrowseOptions browse_;
    bool all_ = false;
    bool no_lookup_ = false;  // avahi-browse's
    Words resolve_words_;
    bool resolve_service_ = false;
    std::string resolve_domain_;
    QueryOptions query_;
    Words publish_words_;
    PublishOptions publish_;
    bool publish_address_ = false;
    bool no_reverse_ = false;
    HostNameOptions host_name_;
    Ipv4llOptions ipv4ll_;
    std::string cache_action_ = "show";
    std::string shell_;
};

Parser::Parser() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", std::string("avahictl ") + AVAHICTL_VERSION);
    app_.add_flag("--json", command_.common.json, "one JSON object a line");
    app_.add_option("--socket", command_.common.socket, "control socket of avahid")
        ->envname("AVAHID_SOCKET")
        ->capture_default_str();
    app_.add_option("--timeout", timeout_, "end after so many seconds")->check(CLI::PositiveNumber);
    add_status();
    add_browse();
    add_resolve();
    add_query();
    add_publish();
    add_machine();
    add_completion();
}

CLI::App* Parser::verb(const char* name, const char* help) {
    CLI::App* sub = app_.add_subcommand(name, help);
    sub->fallthrough();
    return sub;
}

void Parser::add_scope(CLI::App* app) {
    app->add_option("-i,--interface", command_.common.interface, "only on this interface");
    auto* ipv4 = app->add_flag("-4", ipv4_, "IPv4 only");
    app->add_flag("-6", ipv6_, "IPv6 only")->excludes(ipv4);
}

void Parser::add_status() {
    verb("status", "links, addresses, host name, counters")->callback([this] {
        command_.verb = StatusOptions{};
    });
}

void Parser::add_browse() {
    auto* sub = verb("browse", "services of one type, or of all");
    sub->add_option("TYPE", browse_.type, "such as _http._tcp; all types when not given");
    sub->add_flag("-a,--all", all_, "all types");
    sub->add_flag("-r,--resolve", browse_.resolve, "host, port, addresses and TXT, too");
    sub->add_flag("-t,--terminate", browse_.until_all, "end when the list is complete");
    sub->add_flag("-c,--cache", browse_.until_cache, "end when all that is known already is told");
    sub->add_flag("-l,--ignore-local", browse_.ignore_local, "leave out this machine's services");
    sub->add_flag("-p,--parsable", command_.common.parsable, "in the format of avahi-browse -p -k");
    sub->add_flag("-k,--no-db-lookup", no_lookup_, "nothing: types are never translated");
    sub->add_option("-d,--domain", browse_.domain, "domain to browse in");
    sub->add_option("--subtype", browse_.subtype, "such as _printer");
    add_scope(sub);
    sub->callback([this] { finish_browse(); });
}

void Parser::add_resolve() {
    auto* sub = verb("resolve", "addresses of a name, name of an address, data of a service");
    sub->add_option("WORDS", resolve_words_, "NAME or ADDRESS; with -s: INSTANCE TYPE")->required();
    sub->add_flag("-s,--service", resolve_service_, "resolve a service");
    sub->add_flag("-p,--parsable", command_.common.parsable, "in the format of Avahi's tools");
    sub->add_option("-d,--domain", resolve_domain_, "domain of the service");
    add_scope(sub);
    sub->callback([this] { finish_resolve(); });
}

void Parser::add_query() {
    auto* sub = verb("query", "records of any type, as they come and go");
    sub->add_option("NAME", query_.name, "DNS name")->required();
    sub->add_option("--type", query_.type, "A, TXT, TYPE65280 …; ANY when not given");
    sub->add_flag("-t,--terminate", query_.until_all, "end when the list is complete");
    add_scope(sub);
    sub->callback([this] { command_.verb = query_; });
}

void Parser::add_publish() {
    auto* sub = verb("publish", "publish a service or an address, until interrupted");
    sub->add_option("WORDS", publish_words_,
                    "INSTANCE TYPE PORT [KEY=VALUE…]; with --address: NAME ADDRESS")
        ->required();
    sub->add_flag("--address", publish_address_, "a name for an address");
    sub->add_flag("--no-reverse", no_reverse_, "no name for the address back");
    sub->add_option("--subtype", publish_.subtypes, "such as _printer; may be repeated")
        ->expected(1)
        ->allow_extra_args(false)  // or "--" after it would be taken for the end of a list
        ->take_all();
    sub->add_option("--host", publish_.host, "name of the host that offers it; else this one");
    sub->add_option("-d,--domain", publish_.domain, "domain to publish in");
    add_scope(sub);
    sub->callback([this] { finish_publish(); });
}

/// For whoever builds packages.
void Parser::add_completion() {
    auto* sub = verb("completion", "print a completion script")->group("");
    sub->add_option("SHELL", shell_, "bash, zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
    sub->callback([this] {
        command_.verb =
            CompletionOptions{shell_ == "bash" ? bash_completion(app_) : zsh_completion(app_)};
    });
}

void Parser::add_machine() {
    auto* host = verb("hostname", "show the host name, or set it");
    host->add_option("NEW", host_name_.wanted, "one label");
    host->callback([this] {
        if (host_name_.wanted && host_name_.wanted->empty()) complain("a host name is not empty");
        command_.verb = host_name_;
    });

    auto* ipv4ll = verb("ipv4ll", "IPv4 link-local addresses");
    ipv4ll->add_option("INTERFACE", ipv4ll_.interface, "only this one");
    ipv4ll->add_option("ACTION", ipv4ll_.action, "on, off, renew")
        ->check(CLI::IsMember({"on", "off", "renew"}));
    ipv4ll->callback([this] { command_.verb = ipv4ll_; });

    auto* cache = verb("cache", "what other hosts said");
    cache->add_option("ACTION", cache_action_, "show, flush")
        ->check(CLI::IsMember({"show", "flush"}));
    cache->callback([this] { command_.verb = CacheOptions{.flush = cache_action_ == "flush"}; });

    verb("metrics", "all counters, as Prometheus reads them")->callback([this] {
        command_.verb = MetricsOptions{};
    });
    auto* monitor = verb("monitor", "packets as they come and go, and why each was sent");
    add_scope(monitor);
    monitor->callback([this] { command_.verb = MonitorOptions{}; });
    verb("doctor", "why names under .local do not work, and how to mend it")->callback([this] {
        command_.verb = DoctorOptions{};
    });
    verb("reload", "read configuration and service files again")->callback([this] {
        command_.verb = ReloadOptions{};
    });
}

/// _printer._sub._ipp._tcp is how Avahi's tools write a subtype.
void split_subtype(BrowseOptions& browse) {
    constexpr std::string_view mark = "._sub.";
    const auto at = browse.type.find(mark);
    if (at == std::string::npos || !browse.subtype.empty()) return;
    browse.subtype = browse.type.substr(0, at);
    browse.type.erase(0, at + mark.size());
}

void Parser::finish_browse() {
    if (all_ && !browse_.type.empty()) complain("either TYPE or --all");
    split_subtype(browse_);
    if (browse_.type.empty() && !browse_.subtype.empty()) complain("--subtype needs TYPE");
    command_.verb = browse_;
}

bool is_address(const std::string& word) {
    boost::system::error_code error;
    boost::asio::ip::make_address(word.substr(0, word.find('%')), error);
    return !error;
}

/// One label is a host on the link.
std::string host_name(const std::string& word) {
    return word.find('.') == std::string::npos ? word + ".local" : word;
}

void Parser::finish_resolve() {
    if (resolve_service_) {
        if (resolve_words_.size() != 2) complain("resolve -s needs INSTANCE TYPE");
        command_.verb = ResolveServiceOptions{.instance = unescape_label(resolve_words_[0]),
                                              .type = resolve_words_[1],
                                              .domain = resolve_domain_};
        return;
    }
    if (resolve_words_.size() != 1) complain("resolve needs one NAME or ADDRESS");
    const std::string& word = resolve_words_.front();
    if (is_address(word)) {
        command_.verb = ResolveAddressOptions{.address = word};
    } else {
        command_.verb = ResolveHostOptions{.name = host_name(word)};
    }
}

std::uint16_t to_port(const std::string& word) {
    std::uint16_t port = 0;
    const char* end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data(), end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end) complain("PORT must be from 0 to 65535");
    return port;
}

void Parser::finish_publish_service() {
    if (publish_words_.size() < 3) complain("publish needs INSTANCE TYPE PORT");
    if (no_reverse_) complain("--no-reverse is for --address");
    publish_.instance = unescape_label(publish_words_[0]);
    if (!avahid::varlink::wire::is_utf8(publish_.instance)) complain("INSTANCE must be UTF-8");
    publish_.type = publish_words_[1];
    publish_.port = to_port(publish_words_[2]);
    publish_.txt.assign(publish_words_.begin() + 3, publish_words_.end());
    command_.verb = publish_;
}

void Parser::finish_publish() {
    if (!publish_address_) return finish_publish_service();
    if (publish_words_.size() != 2) complain("publish --address needs NAME ADDRESS");
    command_.verb = PublishAddressOptions{.name = host_name(publish_words_[0]),
                                          .address = publish_words_[1],
                                          .reverse = !no_reverse_};
}

void Parser::finish_common() {
    auto& common = command_.common;
    if (timeout_ > 0) {
        constexpr double longest = 1e9;  // 31 years, and no overflow
        const auto count = static_cast<std::int64_t>(std::min(timeout_, longest) * 1000);
        common.timeout = std::chrono::milliseconds(count);
    }
    if (ipv4_) common.family = "ipv4";
    if (ipv6_) common.family = "ipv6";
    const char* terminal = std::getenv("TERM");
    common.in_place =
        ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
    common.colour = common.in_place && std::getenv("NO_COLOR") == nullptr;
}

boost::system::result<Command, Exit> Parser::parse(int argc, const char* const* argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
        std::ostringstream out;
        app_.exit(error, out);
        print_text(out.str());
        return asked ? Exit::found : Exit::usage;
    }
    finish_common();
    return command_;
}

}  // namespace

boost::system::result<Command, Exit> parse_arguments(int argc, const char* const* argv) {
    return Parser().parse(argc, argv);
}

}  // namespace avahictl
