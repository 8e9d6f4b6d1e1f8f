#include "tools/avahictl/interrupt.hpp"

namespace avahictl {

namespace {

volatile std::sig_atomic_t seen = 0;
sigset_t mask_before;

void on_signal(int) { seen = 1; }

}  // namespace

void catch_interrupts() {
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, &mask_before);
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return seen != 0; }

const sigset_t* wait_mask() { return &mask_before; }

}  // namespace avahictl
