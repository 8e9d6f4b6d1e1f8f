// avahid/ops/background.hpp: `avahid -D`: a daemon of its own, without terminal, whose start was
// waited for.
#pragma once

#include <optional>

namespace avahid::ops {

/// The daemon's end of a pipe to the process that was started from the shell.
class Background {
public:
    Background() = default;
    explicit Background(int descriptor) : descriptor_(descriptor) {}
    Background(Background&& other) noexcept;
    Background& operator=(Background&& other) noexcept;
    ~Background();

    /// Lets that process end with this status: the daemon is ready (0), or has failed. Once.
    void report(int status);

private:
    int descriptor_ = -1;
};

struct Fork {
    std::optional<int> leave;  // in the process that was started: how it ends
    Background background;     // in the daemon
};
/// Forks. The daemon has no terminal, its standard streams are /dev/null, its folder is /, and no
/// other file is open. \return in the process that was started: when report() was called or the
/// daemon is dead
Fork go_to_background();

}  // namespace avahid::ops
