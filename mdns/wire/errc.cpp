#include "mdns/wire/errc.hpp"

namespace mdns::wire {

const char* to_string(Errc errc) {
    switch (errc) {
        case Errc::ok:
            return "ok";
        case Errc::truncated:
            return "a count or length runs past the end";
        case Errc::bad_label:
            return "a label is empty, longer than 63 bytes or of a reserved type";
        case Errc::bad_pointer:
            return "a compression pointer does not point to an earlier name";
        case Errc::name_too_long:
            return "the name is longer than 255 bytes";
        case Errc::bad_escape:
            return R"("\" must be followed by a character or by three digits up to 255)";
        case Errc::bad_rdata:
            return "the rdata does not fit its type";
    }
    return "unknown error";
}

}  // namespace mdns::wire
