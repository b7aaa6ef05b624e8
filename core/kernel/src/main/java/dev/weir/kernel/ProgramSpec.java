// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// A program as an object file declares it.
///
/// @param name of the C function
/// @param section its ELF section, which says what kind of program it is: `tc`
public record ProgramSpec(String name, String section) {}
