// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.congestionpriority;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `congestion-priority`: the limit of priority that a subscriber gets follows its connection: how full the congestion window
/// is, how much longer than at best the round trips take, and how much they vary. Kernel form: a program;
/// [CongestionPriority] says what it does.
public final class CongestionPriorityProvider implements FanoutPolicyProvider<CongestionPriorityProvider.Config> {
    /// Key frames of `weir publish --subgroups by-layer` have priority 64.
    private static final int USUAL_FLOOR = 65;
    /// First the droppable frames (192) go, then the reference frames (128), then everything but key frames.
    private static final List<Integer> USUAL_LIMITS = List.of(192, 128, 65);
    private static final List<Double> USUAL_FILLS = List.of(0.75, 0.9, 0.98);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int PER_MILLE = 1_000;

    /// @param alwaysBelow objects of priorities below it always pass, 0 to 256; 65 if not configured
    /// @param limits of levels 1, 2 and 3: objects of priorities below the level's limit pass, 0 to 256, falling; 192, 128, 65
    /// if empty
    /// @param fills share of the congestion window in flight above which the pressure is 1, 2, 3; growing, 0 to 1; 0.75, 0.9,
    /// 0.98 if empty
    /// @param delay queueing delay above which the pressure is 1 (2 above three times, 3 above six times of it), but at least
    /// half the path's own round-trip time; 100 ms if not configured
    /// @param jitter jitter above which the pressure is 1; 30 ms if not configured
    /// @param onset how long pressure other than queueing delay must last for level 1; four times that for level 2, sixteen times for
    /// level 3; 100 ms if not configured
    public record Config(
            @Nullable Integer alwaysBelow,
            List<Integer> limits,
            List<Double> fills,
            @Nullable Duration delay,
            @Nullable Duration jitter,
            @Nullable Duration onset) {
        /// @throws PolicyConfigurationException if a value is out of range
        public Config {
            alwaysBelow = alwaysBelow == null ? Integer.valueOf(USUAL_FLOOR) : alwaysBelow;
            limits = limits.isEmpty() ? USUAL_LIMITS : List.copyOf(limits);
            fills = fills.isEmpty() ? USUAL_FILLS : List.copyOf(fills);
            delay = checked("delay", delay == null ? Duration.ofMillis(100) : delay);
            jitter = checked("jitter", jitter == null ? Duration.ofMillis(30) : jitter);
            onset = checked("onset", onset == null ? Duration.ofMillis(100) : onset);
            if (alwaysBelow < 0 || alwaysBelow > CongestionPriority.NO_LIMIT) {
                throw new PolicyConfigurationException("always-below of congestion-priority cannot be " + alwaysBelow
                        + "; write a number from 0 (nothing always passes) to 256.");
            }
            if (!fall(limits)) {
                throw new PolicyConfigurationException("The limits of congestion-priority must be three numbers from 256 to 0"
                        + " that do not grow, one for each level; " + limits + " are not. Write for example 192, 128, 65.");
            }
            if (!grow(fills)) {
                throw new PolicyConfigurationException("The fills of congestion-priority must be three shares from 0 to 1 that"
                        + " do not fall, one for each level; " + fills + " are not. Write for example 0.75, 0.9, 0.98.");
            }
        }

        private static Duration checked(String name, Duration time) {
            if (time.isNegative() || time.compareTo(LONGEST) > 0) {
                throw new PolicyConfigurationException("The " + name + " of congestion-priority cannot be " + time
                        + "; write a time from 0s to 1m, for example 50ms.");
            }
            return time;
        }

        private static boolean fall(List<Integer> limits) {
            return limits.size() == CongestionPriority.LAST_LEVEL
                    && limits.get(0) <= CongestionPriority.NO_LIMIT
                    && limits.get(1) <= limits.get(0)
                    && limits.get(2) <= limits.get(1)
                    && limits.get(2) >= 0;
        }

        private static boolean grow(List<Double> fills) {
            return fills.size() == CongestionPriority.LAST_LEVEL
                    && fills.get(0) >= 0
                    && fills.get(1) >= fills.get(0)
                    && fills.get(2) >= fills.get(1)
                    && fills.get(2) <= 1;
        }

        Thresholds thresholds() {
            return new Thresholds(
                    alwaysBelow,
                    limits,
                    fills.stream().map(fill -> (int) Math.round(fill * PER_MILLE)).toList(),
                    delay.toNanos(),
                    jitter.toNanos(),
                    onset.toNanos());
        }
    }

    @Override
    public String name() {
        return "congestion-priority";
    }

    @Override
    public String description() {
        return "what a congested subscriber gets follows headroom, delay and jitter of its connection";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new CongestionPriority(config.thresholds());
    }
}
