// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.WeirAbi;
import dev.weir.engine.policy.PolicyException;
import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfLinker;

/// A policy's own BPF object, as far as it can be judged before it is linked. Immutable.
public final class PolicyObject {
    private static final String ABI = "weir_policy_abi_slot_00";
    private static final String LOOKS = "weir_object_slot_00";
    private static final String DECIDES = "weir_filter_slot_00";

    private final BpfElf elf;

    private PolicyObject(BpfElf elf) {
        this.elf = elf;
    }

    /// Reads an object that was built against `weir/policy.h`.
    ///
    /// @param bytes the ELF file
    /// @throws PolicyException if it was built against another version, or decides nothing
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
        return new PolicyObject(elf);
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
