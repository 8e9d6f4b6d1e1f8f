#include "avahid/ops/memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace avahid::ops {
namespace {

constexpr int big_block = 128 * 1024;  // the C library's own first choice

/// Code and constants of one program file: what no process may write has nothing to lose.
int forget_segments(dl_phdr_info* file, std::size_t, void*) {
    const auto page = static_cast<ElfW(Addr)>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < file->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = file->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const ElfW(Addr) begin = (file->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const ElfW(Addr) end = file->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses is what the loader gives
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void keep_little_memory() {
    ::mallopt(M_MMAP_THRESHOLD, big_block);
    ::mallopt(M_TRIM_THRESHOLD, big_block);
}

void forget_startup() {
    ::malloc_trim(0);
    ::dl_iterate_phdr(forget_segments, nullptr);
}

}  // namespace avahid::ops
