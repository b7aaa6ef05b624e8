/// Tests of the BPF data plane: single functions, and whole packets through `weir_ingress`, by BPF_PROG_TEST_RUN and over real
/// veth devices. What should come out is computed here, by Java code that shares nothing with the C code but the layouts.
@NullMarked
package dev.weir.dataplane;

import org.jspecify.annotations.NullMarked;
