#include "avahid/dbus/nss.hpp"

#include <sstream>
#include <string>

namespace avahid::dbus {

bool resolves_local_names(std::istream& nsswitch) {
    std::string line;
    while (std::getline(nsswitch, line)) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string word;
        words >> word;
        if (word != "hosts:") continue;
        while (words >> word) {
            if (word == "avahid" || word.starts_with("mdns")) return true;
        }
    }
    return false;
}

}  // namespace avahid::dbus
