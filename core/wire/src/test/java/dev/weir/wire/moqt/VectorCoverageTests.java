// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every line of the vector file is of a kind that a test takes.
class VectorCoverageTests {
    /// Objects of FETCH streams, which this codec neither reads nor writes: only their streams are refused as a whole.
    private static final Set<String> NOT_READ = Set.of("fetch-object");

    @Test
    void noVectorIsSkippedSilently() {
        Set<String> tested = Set.of(
                ControlVectorTests.KIND,
                ControlVectorTests.UNSUPPORTED,
                ControlVectorTests.UNSPOKEN,
                ObjectDatagramTests.KIND,
                SubgroupHeaderTests.KIND,
                SubgroupHeaderTests.OTHER_STREAM,
                SubgroupObjectTests.KIND,
                SubgroupObjectTests.STREAM);
        Set<String> kinds = Vectors.all().stream().map(Vectors.Vector::kind).collect(Collectors.toSet());

        assertThat(Vectors.all()).hasSize(Vectors.COUNT);
        assertThat(kinds).isEqualTo(union(tested, NOT_READ));
        assertThat(Vectors.ofKind("fetch-object")).hasSize(6);
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        return Stream.concat(a.stream(), b.stream()).collect(Collectors.toSet());
    }
}
