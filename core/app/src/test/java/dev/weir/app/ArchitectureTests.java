// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Who may know whom (DESIGN §5). The Maven modules hold most of it; these rules hold what a dependency alone does not.
@AnalyzeClasses(packages = {"dev.weir", "tech.kwik"}, importOptions = {DoNotIncludeTests.class, ArchitectureTests.WithoutKwikItself.class})
class ArchitectureTests {
    @ArchTest
    static final ArchRule springOnlyInApp = noClasses()
            .that().resideOutsideOfPackage("dev.weir.app..")
            .should().dependOnClassesThat().resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule kwikOnlyInItsAdapterAndItsTestPeers = noClasses()
            .that().resideOutsideOfPackages("dev.weir.quic..", "dev.weir.testkit.peer..", "tech.kwik..")
            .should().dependOnClassesThat().resideInAPackage("tech.kwik..");

    @ArchTest
    static final ArchRule pf4jOnlyWherePolicyJarsAreLoaded = noClasses()
            .that().resideOutsideOfPackage("dev.weir.engine.policy.jar..")
            .should().dependOnClassesThat().resideInAPackage("org.pf4j..");

    @ArchTest
    static final ArchRule jacksonNotInTheDataPath = noClasses()
            .that().resideInAnyPackage("dev.weir.engine", "dev.weir.engine.dataplane..", "dev.weir.wire..", "dev.weir.kernel..", "dev.weir.quic..")
            .should().dependOnClassesThat().resideInAPackage("tools.jackson..");

    @ArchTest
    static final ArchRule linkerOnlyInFfi = noClasses()
            .that().resideOutsideOfPackage("dev.weir.kernel.ffi..")
            .should().dependOnClassesThat().haveFullyQualifiedName("java.lang.foreign.Linker");

    @ArchTest
    static final ArchRule wireHasNoSocketAndNoClock = noClasses()
            .that().resideInAPackage("dev.weir.wire..")
            .should().dependOnClassesThat().resideInAnyPackage("java.net..", "java.nio.channels..", "java.time..")
            .orShould().dependOnClassesThat().areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule engineHasNoSocket = noClasses()
            .that().resideInAPackage("dev.weir.engine..")
            .should().dependOnClassesThat().resideInAPackage("java.nio.channels..")
            .orShould().dependOnClassesThat().haveSimpleNameEndingWith("Socket");

    @ArchTest
    static final ArchRule spiKnowsOnlyTheJdk = noClasses()
            .that().resideInAPackage("dev.weir.spi..")
            .should().dependOnClassesThat().resideOutsideOfPackages("java..", "dev.weir.spi..", "org.jspecify..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule wireKnowsOnlyTheJdkAndSpi = noClasses()
            .that().resideInAPackage("dev.weir.wire..")
            .should().dependOnClassesThat()
            .resideOutsideOfPackages("java..", "javax.crypto..", "dev.weir.wire..", "dev.weir.spi..", "org.jspecify..");

    @ArchTest
    static final ArchRule kernelKnowsNoEngine = noClasses()
            .that().resideInAPackage("dev.weir.kernel..")
            .should().dependOnClassesThat().resideInAnyPackage("dev.weir.engine..", "dev.weir.quic..", "dev.weir.wire..", "dev.weir.spi..");

    @ArchTest
    static final ArchRule engineKnowsNoAdapter = noClasses()
            .that().resideInAPackage("dev.weir.engine..")
            .should().dependOnClassesThat().resideInAnyPackage("dev.weir.quic..", "dev.weir.app..", "dev.weir.bench..", "dev.weir.testkit..");

    /// Kwik's own jar is not ours to judge; classes of ours in its packages (for package-private access) are.
    static final class WithoutKwikItself implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/kwik-") && !location.contains("/agent15-");
        }
    }
}
