// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.engine.PolicyPlane.ProgramSet;
import dev.weir.kernel.BpfLinker;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// Links policies' objects with the data plane's own and loads the result with the maps that are in use.
///
/// For one thread at a time.
final class PolicyPrograms {
    private final byte[] core;
    private final LoadedObject maps;
    private final ToLongFunction<LoadedObject> inForce;

    /// @param core the data plane's own object
    /// @param maps the object whose maps are in use for ever
    /// @param inForce puts another object's program on all devices, lets go of the one before, and says how long the first took
    PolicyPrograms(byte[] core, LoadedObject maps, ToLongFunction<LoadedObject> inForce) {
        this.core = core;
        this.maps = maps;
        this.inForce = inForce;
    }

    ProgramSet link(Map<Integer, ProgramVariant> objects) {
        var inputs = new ArrayList<BpfLinker.Input>();
        inputs.add(new BpfLinker.Input("weir_ingress.bpf.o", core));
        var looks = new HashMap<Integer, Boolean>();
        for (var entry : new TreeMap<>(objects).entrySet()) {
            int slot = entry.getKey();
            PolicyObject object = PolicyObject.read(entry.getValue().object());
            looks.put(slot, object.looksAtObjects());
            inputs.add(object.input(slot));
        }
        byte[] linked = BpfLinker.link(inputs);
        try (BpfObjectFile file = BpfObjectFile.open(linked, "weir_ingress.bpf.o")) {
            return new Linked(file.reuse(maps).load(), looks);
        }
    }

    /// The data plane with the programs, loaded.
    private final class Linked implements ProgramSet {
        private final LoadedObject object;
        private final Map<Integer, Boolean> looks;

        Linked(LoadedObject object, Map<Integer, Boolean> looks) {
            this.object = object;
            this.looks = looks;
        }

        @Override
        public boolean looksAtObjects(int slot) {
            return looks.getOrDefault(slot, false);
        }

        @Override
        public String check(int index, ProgramVariant variant, LaneClasses classes) {
            return new VectorCheck(object, maps, index, variant, classes).run();
        }

        @Override
        public long putInForce() {
            return inForce.applyAsLong(object);
        }

        @Override
        public void discard() {
            object.close();
        }
    }
}
