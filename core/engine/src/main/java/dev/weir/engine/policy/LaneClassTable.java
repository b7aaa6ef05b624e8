// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import dev.weir.engine.LaneClassifier;
import dev.weir.spi.LaneView;
import dev.weir.spi.plan.LaneClasses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// The lane classes that an operator has configured, and the addresses that belong to each. Immutable.
public final class LaneClassTable implements LaneClassifier {
    /// A configured class.
    ///
    /// @param name lower-case letters, digits and hyphens
    /// @param addresses ranges in CIDR notation; empty: given by hand only
    public record LaneClass(String name, List<String> addresses) {
        public LaneClass {
            addresses = List.copyOf(addresses);
        }
    }

    private record Entry(String name, List<AddressRange> ranges) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /// @param classes beside the default class, in the order in which they are looked through
    /// @throws PolicyException if a name or a range is wrong, or there are too many
    public LaneClassTable(List<LaneClass> classes) {
        names.add(LaneView.DEFAULT_CLASS);
        for (LaneClass each : classes) {
            if (!each.name().matches("[a-z][a-z0-9-]{0,39}")) {
                throw new PolicyException("A lane class cannot be named '" + each.name()
                        + "'; use lower-case letters, digits and hyphens, a letter first, at most 40.");
            }
            if (names.contains(each.name())) {
                throw new PolicyException("There are two lane classes '" + each.name() + "'; give one of them another name.");
            }
            names.add(each.name());
            entries.add(new Entry(
                    each.name(), each.addresses().stream().map(AddressRange::parse).toList()));
        }
        if (names.size() > LaneClasses.MOST) {
            throw new PolicyException("There are " + names.size() + " lane classes with the default one, and at most "
                    + LaneClasses.MOST + " can be told apart; unite some.");
        }
    }

    @Override
    public String classOf(InetAddress address) {
        for (Entry entry : entries) {
            if (entry.ranges.stream().anyMatch(range -> range.contains(address))) {
                return entry.name;
            }
        }
        return LaneView.DEFAULT_CLASS;
    }

    @Override
    public List<String> names() {
        return List.copyOf(names);
    }
}
