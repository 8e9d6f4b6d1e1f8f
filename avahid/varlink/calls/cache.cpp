// CacheShow and CacheFlush. A cache can be megabytes: it goes out as fast as the client reads.
#include <algorithm>

#include "avahid/varlink/calls/calls.hpp"

namespace avahid::varlink::calls {

using nlohmann::json;

namespace {

constexpr std::size_t records_per_reply = 64;

class CacheShow : public Activity {
public:
    CacheShow(Caller& caller, std::vector<mdns::engine::CachedRecordInfo> records)
        : Activity(caller), records_(std::move(records)) {}

    void on_event(Instant, const dnssd::Event&) override {}

    void on_room() override {
        while (!over_ && caller().has_room()) {
            json records = take_some();
            over_ = next_ == records_.size();
            if (over_) return caller().reply({{"records", std::move(records)}});
            caller().notify({{"records", std::move(records)}});
        }
    }

private:
    json take_some() {
        const std::size_t end = std::min(next_ + records_per_reply, records_.size());
        json some = json::array();
        for (; next_ < end; ++next_) {
            const auto& info = records_[next_];
            some.push_back(to_json(info.record, info.link, info.remaining, caller().name_of()));
        }
        return some;
    }

    std::vector<mdns::engine::CachedRecordInfo> records_;
    std::size_t next_ = 0;
    bool over_ = false;
};

}  // namespace

Started cache_show(Instant, Caller& caller, Parameters& parameters) {
    if (refused(caller, parameters)) return nullptr;
    auto show = std::make_unique<CacheShow>(caller, caller.machine().cache());
    show->on_room();
    return show;
}

Started cache_flush(Instant, Caller& caller, Parameters& parameters) {
    if (refused(caller, parameters)) return nullptr;
    if (!caller.session().may_manage(caller.client())) {
        return failed(caller, session::Errc::not_permitted);
    }
    caller.machine().flush_cache();
    return done(caller);
}

}  // namespace avahid::varlink::calls
