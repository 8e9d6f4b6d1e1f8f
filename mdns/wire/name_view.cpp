#include <array>

#include "mdns/wire/fold.hpp"
#include "mdns/wire/label_cursor.hpp"
#include "mdns/wire/name.hpp"
#include "mdns/wire/siphash.hpp"

namespace mdns::wire {

Name NameView::to_name() const {
    std::string labels;
    LabelCursor cursor(message_, offset_);
    for (Bytes label = cursor.next(); !label.empty(); label = cursor.next()) {
        labels += static_cast<char>(label.size());
        labels.append(label.begin(), label.end());
    }
    return Name(std::move(labels));
}

bool NameView::equals(const Name& name) const { return equals(NameView(name.wire(), 0)); }

bool NameView::equals(const NameView& other) const {
    LabelCursor left(message_, offset_);
    LabelCursor right(other.message_, other.offset_);
    for (;;) {
        const Bytes label = left.next();
        if (!fold_equal(label, right.next())) return false;
        if (label.empty()) return true;
    }
}

void NameView::append_to(std::vector<std::uint8_t>& out) const {
    LabelCursor cursor(message_, offset_);
    for (Bytes label = cursor.next(); !label.empty(); label = cursor.next()) {
        out.push_back(static_cast<std::uint8_t>(label.size()));
        out.insert(out.end(), label.begin(), label.end());
    }
    out.push_back(0);
}

std::uint64_t hash(const NameView& name, const HashKey& key) {
    std::array<std::uint8_t, max_name> folded;
    std::size_t size = 0;
    LabelCursor cursor(name.message_, name.offset_);
    for (Bytes label = cursor.next(); !label.empty(); label = cursor.next()) {
        folded[size++] = static_cast<std::uint8_t>(label.size());
        for (const std::uint8_t byte : label) folded[size++] = fold(byte);
    }
    folded[size++] = 0;
    return siphash13(Bytes(folded).first(size), key);
}

}  // namespace mdns::wire
