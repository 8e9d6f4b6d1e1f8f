// STYLE: warm, reading and writing allocate nothing. This program counts what operator new does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "mdns/wire/writer.hpp"
#include "tests/mdns/wire/bytes.hpp"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
// g++ 12, at -O1, inlines one of the pair and not the other, and takes them for a mismatch.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mdns::wire::test {
namespace {

struct Workload {
    Name type = name("_http._tcp.local");
    Name instance = name("A web server with a long name._http._tcp.local");
    Rdata ptr = make_name(instance);
    Rdata srv = make_srv({0, 0, 80, name("a-host-with-a-long-name.local")});
    HashKey key{1, 2};
    Writer writer;
    Message message;
    Rdata rdata;

    bool run() {
        writer.begin({}, 1472);
        bool good = writer.question(type, type::ptr, class_in) &&
                    writer.record(Section::answer, type, type::ptr, class_in, 4500, ptr) &&
                    writer.record(Section::additional, instance, type::srv, class_in, 120, srv);
        good = good && message.decode(writer.finish()) == Errc::ok;
        good = good && message.questions()[0].name.equals(type) &&
               hash(message.questions()[0].name, key) == hash(type, key);
        good = good && message.additionals()[0].rdata_equals(srv) &&
               same_rdata(type::srv, srv, srv) && compare_rdata(srv, ptr) != 0;
        message.additionals()[0].canonical_rdata(rdata);
        return good && rdata == srv;
    }
};

TEST(WireAllocation, NoneWhenWarm) {
    Workload workload;
    ASSERT_TRUE(workload.run());
    EXPECT_GT(allocations, 0U);  // they are counted
    allocations = 0;
    const bool good = workload.run();
    const std::size_t counted = allocations;
    EXPECT_TRUE(good);
    EXPECT_EQ(counted, 0U);
}

}  // namespace
}  // namespace mdns::wire::test
