#include "avahid/ops/pid_file.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace avahid::ops {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using boost::system::errc::device_or_resource_busy;
using boost::system::errc::no_such_file_or_directory;

class PidFiles : public ::testing::Test {
protected:
    PidFiles() {
        std::string name = testing::TempDir() + "avahid-pid-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        path_ = folder_ / "pid";
    }
    ~PidFiles() override {
        end_other();
        fs::remove_all(folder_);
    }
    /// Another process that has the file, until end_other().
    void start_other() {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        other_ = ::fork();
        if (other_ == 0) {
            const auto file = PidFile::create(path_);
            [[maybe_unused]] const auto told = ::write(ends[1], file ? "y" : "n", 1);
            for (;;) ::pause();
        }
        ::close(ends[1]);
        char answer = 0;
        ASSERT_EQ(::read(ends[0], &answer, 1), 1);
        ::close(ends[0]);
        EXPECT_EQ(answer, 'y');
    }
    void end_other() {
        if (other_ <= 0) return;
        ::kill(other_, SIGKILL);
        ::waitpid(std::exchange(other_, 0), nullptr, 0);
    }
    std::string content() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    fs::path folder_;
    fs::path path_;
    pid_t other_ = 0;
};

TEST_F(PidFiles, SayWhoRunsAndGoWithIt) {
    EXPECT_EQ(running(path_).error(), no_such_file_or_directory);
    start_other();
    EXPECT_EQ(content(), std::to_string(other_) + "\n");
    EXPECT_EQ(*running(path_), other_);
    EXPECT_EQ(PidFile::create(path_).error(), device_or_resource_busy);
    {
        const auto own = PidFile::create(folder_ / "own");
        ASSERT_TRUE(own);
        EXPECT_TRUE(fs::exists(folder_ / "own"));
    }
    EXPECT_FALSE(fs::exists(folder_ / "own"));
}

TEST_F(PidFiles, LeftByACrashAreNobodys) {
    start_other();
    end_other();
    EXPECT_TRUE(fs::exists(path_));
    EXPECT_EQ(running(path_).error(), no_such_file_or_directory);
    EXPECT_EQ(signal_running(path_, SIGTERM).error(), no_such_file_or_directory);
    // Even when the number is somebody's now.
    std::ofstream(path_) << ::getppid() << "\n";
    EXPECT_EQ(running(path_).error(), no_such_file_or_directory);
    const auto taken = PidFile::create(path_);
    ASSERT_TRUE(taken);
    EXPECT_EQ(content(), std::to_string(::getpid()) + "\n");
}

TEST_F(PidFiles, OverwriteNothingThatIsLinkedThere) {
    std::ofstream(folder_ / "precious") << "kept";
    fs::create_symlink(folder_ / "precious", path_);
    EXPECT_TRUE(PidFile::create(path_));
    fs::create_hard_link(folder_ / "precious", path_);
    EXPECT_TRUE(PidFile::create(path_));
    std::ifstream precious(folder_ / "precious");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(precious), {}), "kept");
}

TEST_F(PidFiles, EndWhoRunsAndWaitForIt) {
    start_other();
    EXPECT_TRUE(signal_running(path_, SIGTERM, 10s));
    EXPECT_EQ(running(path_).error(), no_such_file_or_directory);
}

TEST_F(PidFiles, WaitNoLongerThanTold) {
    start_other();
    EXPECT_EQ(signal_running(path_, SIGCHLD, 1ms).error(), boost::system::errc::timed_out);
}

TEST_F(PidFiles, LeaveAFileThatAnotherHasMade) {
    {
        const auto own = PidFile::create(path_);
        ASSERT_TRUE(own);
        fs::remove(path_);
        std::ofstream(path_) << "another's";
    }
    EXPECT_EQ(content(), "another's");
}

}  // namespace
}  // namespace avahid::ops
