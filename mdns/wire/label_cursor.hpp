// mdns/wire/label_cursor.hpp: walks the labels of a name that Reader has checked, over its
// pointers.
#pragma once

#include <cstddef>

#include "mdns/wire/name.hpp"

namespace mdns::wire {

class LabelCursor {
public:
    LabelCursor(Bytes message, std::size_t offset) : message_(message), position_(offset) {}

    /// \return the next label; empty at the end of the name, and for the name of a default NameView
    Bytes next() {
        while (position_ < message_.size() && message_[position_] >= 0xc0) {
            position_ = (message_[position_] & 0x3fU) << 8 | message_[position_ + 1];
        }
        if (position_ >= message_.size()) return {};
        const Bytes label = message_.subspan(position_ + 1, message_[position_]);
        position_ += 1 + label.size();
        return label;
    }

private:
    Bytes message_;
    std::size_t position_;
};

}  // namespace mdns::wire
