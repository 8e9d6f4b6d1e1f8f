// tests/avahid/avahictl/support/fake_daemon.hpp: answers calls on a socket of its own from a
// script.
#pragma once

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace avahictl::test {

class FakeDaemon {
public:
    /// What is sent for a call, NULs included.
    struct Answer {
        std::string bytes;
        bool hang_up = false;  // else the connection stays open until the client goes
    };
    using Script = std::function<Answer(const nlohmann::json& call)>;

    explicit FakeDaemon(Script script);
    ~FakeDaemon();

    const std::string& path() const { return path_; }
    std::vector<nlohmann::json> calls() const;

private:
    void accept_all();
    void serve(int connection);

    Script script_;
    std::string folder_;
    std::string path_;
    int listener_ = -1;
    mutable std::mutex mutex_;
    std::vector<nlohmann::json> calls_;
    std::vector<std::thread> connections_;
    std::thread thread_;
};

/// Messages of a stream: each continues.
std::string events(const std::vector<nlohmann::json>& parameters);
std::string reply(const nlohmann::json& parameters);
std::string error(const std::string& name, const nlohmann::json& parameters);

struct Finished {
    int status = -1;  // exit status; 128 + signal
    std::string out;
    std::string err;
};
/// Runs the avahictl that was built.
/// \param interrupt_at  when this has been printed, it gets SIGINT
Finished run_avahictl(const std::vector<std::string>& arguments,
                      const std::string& interrupt_at = "");

}  // namespace avahictl::test
