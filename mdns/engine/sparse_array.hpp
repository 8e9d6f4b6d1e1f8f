// mdns/engine/sparse_array.hpp: values by number, of which most were never set. A link has to do
// with few of a host's records where links are many, each with its own addresses, and with all of
// them where there is one: memory is taken a page at a time, and given back with the page's last
// value. References stay good until their own page goes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace mdns::engine {

/// \tparam T  small; equal to T{} is the same as never set
template <class T>
class SparseArray {
public:
    /// Null when nothing near it was ever set; what it points to may still be T{}.
    const T* find(std::uint64_t index) const {
        const std::size_t at = place(index / page_size);
        return is_at(at, index / page_size) ? &(*pages_[at].values)[index % page_size] : nullptr;
    }
    T* find(std::uint64_t index) {
        return const_cast<T*>(static_cast<const SparseArray*>(this)->find(index));
    }

    T& operator[](std::uint64_t index) {
        const std::uint64_t number = index / page_size;
        const std::size_t at = place(number);
        if (!is_at(at, number)) {
            pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(at),
                          Page{number, std::make_unique<Values>()});
        }
        return (*pages_[at].values)[index % page_size];
    }

    void reset(std::uint64_t index) {
        const std::size_t at = place(index / page_size);
        if (!is_at(at, index / page_size)) return;
        Values& values = *pages_[at].values;
        values[index % page_size] = T{};
        const bool empty = std::ranges::all_of(values, [](const T& one) { return one == T{}; });
        if (!empty) return;
        pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(at));
        if (pages_.empty()) pages_.shrink_to_fit();
    }

    /// All of the pages there are, in order: also what was never set.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const Page& page : pages_) {
            for (std::size_t at = 0; at < page_size; ++at)
                visit(page.number * page_size + at, (*page.values)[at]);
        }
    }

    std::size_t pages() const { return pages_.size(); }
    static constexpr std::size_t page_size = 8;

private:
    using Values = std::array<T, page_size>;
    struct Page {
        std::uint64_t number;
        std::unique_ptr<Values> values;
    };

    bool is_at(std::size_t at, std::uint64_t number) const {
        return at < pages_.size() && pages_[at].number == number;
    }
    /// Where the page is, or belongs. Before it are at most as many as its number says, and just as
    /// many where none is missing.
    std::size_t place(std::uint64_t number) const {
        if (number < pages_.size() && pages_[number].number == number) return number;
        const auto end = pages_.begin() + static_cast<std::ptrdiff_t>(
                                              std::min<std::uint64_t>(number, pages_.size()));
        return static_cast<std::size_t>(
            std::ranges::lower_bound(pages_.begin(), end, number, {}, &Page::number) -
            pages_.begin());
    }

    std::vector<Page> pages_;  // by number
};

}  // namespace mdns::engine
