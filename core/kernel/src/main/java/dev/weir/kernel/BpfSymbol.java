// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// A name that an object shows to those it is linked with.
///
/// @param name as in C
/// @param kind what it names
/// @param binding whether another object's definition may take its place
/// @param section where it is defined: `.text`, `.rodata`, `.maps`; empty if it is undefined or in no section
public record BpfSymbol(String name, Kind kind, Binding binding, String section) {
    /// What a symbol names (`STT_*`).
    public enum Kind {
        /// Code.
        FUNCTION,
        /// Data, maps among them.
        OBJECT,
        /// Anything else; what is undefined says no more.
        OTHER;

        static Kind of(int type) {
            return switch (type) {
                case 1 -> OBJECT;
                case 2 -> FUNCTION;
                default -> OTHER;
            };
        }
    }

    /// How a symbol meets one of the same name in another object.
    public enum Binding {
        /// The only definition, or the linker refuses.
        STRONG,
        /// Gives way to a strong definition.
        WEAK,
        /// Defined elsewhere: by another object or by the kernel.
        UNDEFINED
    }
}
