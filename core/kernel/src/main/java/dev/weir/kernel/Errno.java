// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.util.Map;

/// The kernel's error numbers, those that are told apart or explained here. Numbers are those of x86-64 and AArch64.
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int E2BIG = 7;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int ENOSYS = 38;
    static final int ENOLINK = 67;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int EHOSTUNREACH = 113;

    private static final Map<Integer, String> MEANINGS = Map.ofEntries(
            Map.entry(EPERM, "EPERM: not permitted"),
            Map.entry(ENOENT, "ENOENT: no such entry"),
            Map.entry(3, "ESRCH: no such object"),
            Map.entry(EINTR, "EINTR: interrupted"),
            Map.entry(E2BIG, "E2BIG: full, or too large"),
            Map.entry(9, "EBADF: file descriptor not open"),
            Map.entry(EAGAIN, "EAGAIN: not now"),
            Map.entry(ENOMEM, "ENOMEM: out of memory"),
            Map.entry(EACCES, "EACCES: refused"),
            Map.entry(14, "EFAULT: bad address"),
            Map.entry(EBUSY, "EBUSY: busy"),
            Map.entry(EEXIST, "EEXIST: exists already"),
            Map.entry(ENODEV, "ENODEV: no such device"),
            Map.entry(EINVAL, "EINVAL: invalid argument"),
            Map.entry(24, "EMFILE: too many open files"),
            Map.entry(ENOSPC, "ENOSPC: no space left"),
            Map.entry(ENOSYS, "ENOSYS: no such system call"),
            Map.entry(ENOLINK, "ENOLINK: the device is gone"),
            Map.entry(95, "EOPNOTSUPP: not supported"),
            Map.entry(524, "ENOTSUPP: not supported"),
            Map.entry(ENETDOWN, "ENETDOWN: network down"),
            Map.entry(ENETUNREACH, "ENETUNREACH: no route"),
            Map.entry(EHOSTUNREACH, "EHOSTUNREACH: host unreachable"));

    private Errno() {}

    /// @param errno positive
    /// @return its name and meaning, in few words
    static String describe(int errno) {
        return MEANINGS.getOrDefault(errno, "errno " + errno);
    }

    /// @param errno positive
    /// @return whether it says that privileges are missing
    static boolean isPrivilege(int errno) {
        return errno == EPERM;
    }
}
