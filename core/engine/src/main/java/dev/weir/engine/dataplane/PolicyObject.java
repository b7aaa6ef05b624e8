// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.WeirAbi;
import dev.weir.engine.policy.PolicyException;
import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfLinker;
import dev.weir.kernel.BpfSymbol;
import dev.weir.kernel.BpfSymbol.Binding;

/// A policy's own BPF object, as far as it can be judged before it is linked. Immutable.
public final class PolicyObject {
    private static final String ABI = "weir_policy_abi_slot_00";
    private static final String LOOKS = "weir_object_slot_00";
    private static final String DECIDES = "weir_filter_slot_00";
    private static final String OF_THE_SLOT = "slot_00";
    private static final String LICENCE = "LICENSE";

    private final BpfElf elf;

    private PolicyObject(BpfElf elf) {
        this.elf = elf;
    }

    /// Reads an object that was built against `weir/policy.h`.
    ///
    /// @param bytes the ELF file
    /// @throws PolicyException if it was built against another version, decides nothing, or defines more than its slot's names
    /// @throws dev.weir.kernel.KernelException if it is no BPF object
    public static PolicyObject read(byte[] bytes) {
        BpfElf elf = BpfElf.read(bytes, "the policy's object");
        int version = elf.constant(ABI);
        if (version != WeirAbi.POLICY) {
            throw new PolicyException("The policy's object was built for version " + version
                    + " of weir/policy.h, and this relay has version " + WeirAbi.POLICY
                    + "; build it again with the header of this relay.");
        }
        if (!elf.defines(DECIDES)) {
            throw new PolicyException("The policy's object has no WEIR_FILTER; write one, if only to return WEIR_FORWARD.");
        }
        elf.symbols().forEach(PolicyObject::requireOfTheSlot);
        return new PolicyObject(elf);
    }

    /// What a policy defines for others to see would meet the data plane's own names, another slot's hooks, or as a map of its
    /// own be empty again after each change of any policy. A weak hook would give way to the data plane's, which does nothing.
    private static void requireOfTheSlot(BpfSymbol symbol) {
        String name = symbol.name();
        if (symbol.binding() == Binding.UNDEFINED || name.equals(LICENCE)) {
            return;
        }
        if (!name.contains(OF_THE_SLOT)) {
            throw new PolicyException("The policy's object defines " + name + " in " + symbol.section()
                    + " for others to see; make a function or a variable static, and keep state in track and shared instead of"
                    + " in maps.");
        }
        if (symbol.binding() == Binding.WEAK) {
            throw new PolicyException("The policy's object defines " + name + " as weak; leave that word out.");
        }
    }

    /// Whether it has a WEIR_OBJECT.
    public boolean looksAtObjects() {
        return elf.defines(LOOKS);
    }

    /// What is linked into a slot.
    ///
    /// @param slot 1 to 8
    public BpfLinker.Input input(int slot) {
        return new BpfLinker.Input("policy " + slot, elf.withSlot(slot));
    }
}
