#include "avahid/file_watch.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace avahid {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// The kernel queues an event before the call that caused it returns, so nothing is waited for but
/// the pause that the watch itself makes: a millisecond here.
class FileWatches : public ::testing::Test {
protected:
    FileWatches() {
        std::string name = testing::TempDir() + "avahid-watch-XXXXXX";
        root_ = fs::canonical(::mkdtemp(name.data()));
    }
    ~FileWatches() override {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    void start(FileWatch::Pace pace = {1ms, 1s}) {
        watch_ = std::make_unique<FileWatch>(
            io_, [this] { ++told_; }, pace);
        ASSERT_EQ(
            watch_->start({root_ / "etc/services", root_ / "etc/more"}, {root_ / "etc/hosts"}), "");
        told();
    }
    /// How often a change was told since the last call.
    int told() {
        const int before = told_;
        // What was noticed keeps a timer running; what was not leaves the queue empty at once.
        while (io_.run_for(30ms) > 0 && told_ == before) {
        }
        io_.restart();
        io_.run_for(5ms);
        return told_ - std::exchange(seen_, told_);
    }
    fs::path services() const { return root_ / "etc/services"; }
    static void write(const fs::path& path, const std::string& text = "x") {
        std::ofstream(path) << text;
    }

    fs::path root_;
    boost::asio::io_context io_{1};
    std::unique_ptr<FileWatch> watch_;
    int told_ = 0;
    int seen_ = 0;
};

TEST_F(FileWatches, TellOfFilesThatComeChangeAndGo) {
    fs::create_directories(services());
    start();
    write(services() / "a.service");
    EXPECT_EQ(told(), 1);
    write(services() / "a.service", "changed");
    EXPECT_EQ(told(), 1);
    fs::rename(services() / "a.service", services() / "b.service");
    EXPECT_EQ(told(), 1);
    fs::permissions(services() / "b.service", fs::perms::none);
    EXPECT_EQ(told(), 1);
    fs::remove(services() / "b.service");
    EXPECT_EQ(told(), 1);
    write(root_ / "etc/hosts");
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, LeaveOtherFilesAlone) {
    fs::create_directories(services());
    start();
    write(services() / "a.service~");
    write(services() / ".a.service.swp");
    write(services() / ".hidden.service");
    write(services() / "4913");
    write(root_ / "etc/passwd");
    write(root_ / "other");
    EXPECT_EQ(told(), 0);
}

TEST_F(FileWatches, SeeAnEditorsRenameAsOneChange) {
    fs::create_directories(services());
    write(services() / "a.service");
    start({20ms, 1s});
    write(services() / "a.service.new");
    fs::rename(services() / "a.service", services() / "a.service~");
    fs::rename(services() / "a.service.new", services() / "a.service");
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, WaitForTheEndOfAFileThatIsBeingWritten) {
    fs::create_directories(services());
    start();
    std::ofstream file(services() / "a.service");
    file << "half" << std::flush;
    EXPECT_EQ(told(), 0);
    file.close();
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, PutOffOtherNewsUntilItIsWhole) {
    fs::create_directories(services());
    start();
    std::ofstream file(services() / "a.service");
    file << "half" << std::flush;
    write(services() / "b.service");
    EXPECT_EQ(told(), 0);
    file.close();
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, PutOffEarlierNewsUntilItIsWhole) {
    fs::create_directories(services());
    start({20ms, 1s});
    write(services() / "b.service");
    io_.run_for(5ms);  // noticed, and not yet told
    std::ofstream file(services() / "a.service");
    file << "half" << std::flush;
    EXPECT_EQ(told(), 0);
    file.close();
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, DoNotWaitForEver) {
    fs::create_directories(services());
    start({10s, 1ms});  // quiet never comes
    write(services() / "a.service");
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, FollowFoldersThatDoNotExistYet) {
    start();
    fs::create_directory(root_ / "etc");
    EXPECT_EQ(told(), 1);
    fs::create_directory(services());
    EXPECT_EQ(told(), 1);
    write(services() / "a.service");
    EXPECT_EQ(told(), 1);
    write(root_ / "etc/hosts");
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, FollowFoldersThatAreReplaced) {
    fs::create_directories(services());
    fs::create_directories(root_ / "etc/new");
    start();
    fs::rename(services(), root_ / "etc/old");
    fs::rename(root_ / "etc/new", services());
    EXPECT_GE(told(), 1);
    write(root_ / "etc/old/a.service");
    EXPECT_EQ(told(), 0);
    write(services() / "a.service");
    EXPECT_EQ(told(), 1);
    fs::remove_all(root_ / "etc");  // all the way up, and again
    EXPECT_GE(told(), 1);
    fs::create_directories(services());
    EXPECT_GE(told(), 1);
    write(services() / "a.service");
    EXPECT_EQ(told(), 1);
}

TEST_F(FileWatches, FollowSymbolicLinks) {
    fs::create_directories(root_ / "usr/one");
    fs::create_directories(root_ / "usr/two");
    fs::create_directories(services());
    write(root_ / "usr/one/target");
    start();
    fs::create_symlink(root_ / "usr/one/target", services() / "a.service");
    EXPECT_EQ(told(), 1);
    write(root_ / "usr/one/target", "changed");
    EXPECT_EQ(told(), 1);
    fs::create_directory_symlink("../usr/one", root_ / "etc/more");  // a whole folder, relative
    EXPECT_EQ(told(), 1);
    write(root_ / "usr/one/b.service");
    EXPECT_EQ(told(), 1);
    fs::remove(root_ / "etc/more");
    fs::create_directory_symlink("../usr/two", root_ / "etc/more");
    EXPECT_GE(told(), 1);
    write(root_ / "usr/two/c.service");
    EXPECT_EQ(told(), 1);
    write(root_ / "usr/one/d.service");
    EXPECT_EQ(told(), 0);
    fs::create_symlink("loop.service", services() / "loop.service");
    EXPECT_EQ(told(), 1);
}

}  // namespace
}  // namespace avahid
