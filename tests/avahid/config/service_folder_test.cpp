#include "avahid/config/service_folder.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "matchers.hpp"

namespace avahid::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServiceFolders : public ::testing::Test {
protected:
    ServiceFolders() {
        std::string name = testing::TempDir() + "avahid-services-XXXXXX";
        root_ = ::mkdtemp(name.data());
        std::filesystem::create_directories(root_ + "/one");
        std::filesystem::create_directories(root_ + "/two");
    }
    ~ServiceFolders() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(root_ + "/" + name) << text;
    }
    void write_service(const std::string& name, const std::string& instance) {
        write(name, "<service-group><name>" + instance +
                        "</name><service><type>_a._tcp</type><port>1</port></service>"
                        "</service-group>");
    }
    ServiceFolder load() {
        const std::vector<std::string> folders{root_ + "/one", root_ + "/two"};
        return load_service_folders(folders);
    }
    static std::vector<std::string> names(const ServiceFolder& folder) {
        std::vector<std::string> out;
        for (const auto& file : folder.files) out.push_back(file.group.name);
        return out;
    }
    std::string root_;
};

TEST_F(ServiceFolders, FilesComeByFolderAndName) {
    write_service("two/a.service", "A2");
    write_service("one/c.service", "C");
    write_service("one/b.service", "B");
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("B", "C", "A2"));
    EXPECT_EQ(loaded.files[0].path, root_ + "/one/b.service");
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST_F(ServiceFolders, AnEarlierFolderHidesFilesOfTheSameName) {
    write_service("one/a.service", "mine");
    write_service("two/a.service", "hidden");
    EXPECT_THAT(names(load()), ElementsAre("mine"));
}

TEST_F(ServiceFolders, OtherFilesAreNotRead) {
    write("one/readme.txt", "x");
    write("one/.hidden.service", "x");
    write("one/a.service~", "x");
    write("one/a.service.dpkg-old", "x");
    const auto loaded = load();
    EXPECT_THAT(loaded.files, IsEmpty());
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST_F(ServiceFolders, OneBadFileDoesNotDisturbTheOthers) {
    write_service("one/a.service", "A");
    write("one/b.service", "<service-group>\n<name>");
    std::filesystem::create_directory(root_ + "/one/c.service");
    ::mkfifo((root_ + "/one/d.service").c_str(), 0600);  // must not wait for a writer
    std::filesystem::create_symlink("nowhere", root_ + "/one/e.service");
    write("one/f.service", std::string(2 << 20, ' '));
    write_service("one/g.service", "G");
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("A", "G"));
    EXPECT_THAT(lines(loaded.diagnostics),
                ElementsAre(HasSubstr("/one/b.service:2: not well-formed XML"),
                            HasSubstr("/one/c.service: cannot be read: Is a directory"),
                            HasSubstr("/one/d.service: cannot be read: Invalid argument"),
                            HasSubstr("/one/e.service: cannot be read: No such file or directory"),
                            HasSubstr("/one/f.service: cannot be read: File too large")));
}

TEST_F(ServiceFolders, AMissingFolderIsANote) {
    std::filesystem::remove(root_ + "/two");
    write_service("one/a.service", "A");
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("A"));
    EXPECT_THAT(lines(loaded.diagnostics),
                ElementsAre("note " + root_ + "/two: cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace avahid::config
