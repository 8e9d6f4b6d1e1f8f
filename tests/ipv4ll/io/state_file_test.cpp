#include "ipv4ll/io/state_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace ipv4ll::io {
namespace {

using wire::Ipv4;
using wire::Mac;

constexpr Mac mac = {0x02, 0xAB, 0, 0, 0, 0x01};
const Ipv4 address{{169, 254, 7, 7}};

class Ipv4llStateFile : public testing::Test {
protected:
    Ipv4llStateFile() {
        std::string name = (std::filesystem::temp_directory_path() / "ipv4ll-XXXXXX").string();
        directory = ::mkdtemp(name.data());
        file = directory / "ipv4ll-02ab00000001";
    }
    ~Ipv4llStateFile() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    void write(std::string_view content) const { std::ofstream(file, std::ios::binary) << content; }

    std::filesystem::path directory;
    std::filesystem::path file;
};

TEST_F(Ipv4llStateFile, GivesBackWhatWasStored) {  // RFC3927-§2.1-06 RFC3927-§V-06
    StateFile state{directory};
    EXPECT_FALSE(state.store(mac, Ipv4{{169, 254, 1, 1}}));
    EXPECT_FALSE(state.store(mac, address));
    EXPECT_EQ(StateFile{directory}.load(mac), address);
    EXPECT_TRUE(std::filesystem::is_regular_file(file));
}

TEST_F(Ipv4llStateFile, KeepsOneAddressPerMac) {  // RFC3927-§2.1-06
    const Mac other = {0x02, 0xAB, 0, 0, 0, 0x02};
    StateFile state{directory};
    state.store(mac, address);
    EXPECT_FALSE(state.load(other));
    state.store(other, Ipv4{{169, 254, 8, 8}});
    EXPECT_EQ(state.load(mac), address);
}

TEST_F(Ipv4llStateFile, LeavesNoOtherFile) {
    StateFile state{directory};
    state.store(mac, address);
    const std::filesystem::directory_iterator files{directory};
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(Ipv4llStateFile, IgnoresWhatMayNotBeClaimed) {  // RFC3927-§2.1-02
    for (const char* content : {"169.254.0.7\n", "169.254.255.7\n", "10.0.0.1\n", "0.0.0.0\n"}) {
        write(content);
        EXPECT_FALSE(StateFile{directory}.load(mac)) << content;
    }
}

TEST_F(Ipv4llStateFile, IgnoresGarbage) {
    for (const std::string& content :
         {std::string{}, std::string{"\n"}, std::string{"169.254.7."}, std::string{"169.254.7.7"},
          std::string{"169.254.7.7x\n"}, std::string{"169.254.7.7\n\n"},
          std::string{"169.254.7.7\0\n", 13}, std::string(5000, '1'), std::string(40, '\0')}) {
        write(content);
        EXPECT_FALSE(StateFile{directory}.load(mac)) << content;
    }
}

TEST_F(Ipv4llStateFile, IgnoresWhatIsNoFile) {
    EXPECT_FALSE(StateFile{directory}.load(mac));  // nothing there
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);    // would make us wait
    EXPECT_FALSE(StateFile{directory}.load(mac));
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    EXPECT_FALSE(StateFile{directory}.load(mac));
}

TEST_F(Ipv4llStateFile, DoesNotFollowALink) {
    const auto target = directory / "elsewhere";
    std::ofstream(target) << "169.254.7.7\n";
    std::filesystem::create_symlink(target, file);
    EXPECT_FALSE(StateFile{directory}.load(mac));
}

TEST_F(Ipv4llStateFile, ReportsAFailureOnce) {
    StateFile state{directory / "missing"};
    EXPECT_TRUE(state.store(mac, address));
    EXPECT_FALSE(state.store(mac, address));
    std::filesystem::create_directory(directory / "missing");
    EXPECT_FALSE(state.store(mac, address));
    EXPECT_EQ(state.load(mac), address);
    std::filesystem::remove_all(directory / "missing");
    EXPECT_TRUE(state.store(mac, address));
}

TEST_F(Ipv4llStateFile, AFailureKeepsTheOldAddress) {
    StateFile state{directory};
    state.store(mac, address);
    std::filesystem::create_directory(directory / "ipv4ll-02ab00000001.new");
    EXPECT_TRUE(state.store(mac, Ipv4{{169, 254, 8, 8}}));
    EXPECT_EQ(state.load(mac), address);
}

}  // namespace
}  // namespace ipv4ll::io
