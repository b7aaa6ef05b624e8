// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import dev.weir.app.AppProperties;
import dev.weir.app.ConfigurationException;
import dev.weir.engine.Policies;
import dev.weir.engine.policy.LaneClassTable;
import dev.weir.engine.policy.PolicyException;
import dev.weir.engine.policy.PolicyService;
import dev.weir.engine.policy.jar.PolicyJarOptions;
import dev.weir.engine.policy.jar.PolicyJars;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A relay's policies as its configuration wants them.
public final class RelayPolicies {
    private RelayPolicies() {}

    /// The configured lane classes.
    ///
    /// @throws ConfigurationException if one cannot be
    public static LaneClassTable classes(AppProperties properties) {
        try {
            return new LaneClassTable(properties.classes().stream()
                    .map(each -> new LaneClassTable.LaneClass(each.name(), each.addresses()))
                    .toList());
        } catch (PolicyException e) {
            throw new ConfigurationException("weir.classes: " + e.getMessage(), e);
        }
    }

    /// Loads the jars and puts the configured assignments in force. What cannot be is told by `policy list`.
    ///
    /// @param folder the operator's own jars
    /// @throws ConfigurationException if the configuration itself is wrong
    public static PolicyService start(Policies policies, AppProperties properties, Path folder) {
        AppProperties.Plugins plugins = properties.plugins();
        var options = new PolicyJarOptions(
                folders(folder), plugins.requireSignature(), trusted(plugins.trustedCertificates()), Set.copyOf(plugins.allowedSha256()));
        PolicyJars jars = PolicyJars.open(options, properties.policies());
        try {
            return PolicyService.start(policies, jars, properties.assignments().stream()
                    .map(each -> new PolicyService.Wanted(each.policy(), each.tracks(), each.classes(), each.configuration()))
                    .toList());
        } catch (PolicyException e) {
            jars.close();
            throw new ConfigurationException("weir.assignments: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> trusted(@Nullable Path file) {
        try {
            return file == null ? List.of() : List.of(RelayIdentity.readChain(file));
        } catch (BadInputException e) {
            throw new ConfigurationException("weir.plugins.trusted-certificates: " + e.getMessage(), e);
        }
    }

    /// The operator's folder, and that of the policies that come with Weir.
    private static List<Path> folders(Path own) {
        return List.of(own, bundled());
    }

    /// The folder of the policies that come with Weir: beside its own jar.
    ///
    /// @return the folder, which may be missing
    public static Path bundled() {
        try {
            Path application = Path.of(RelayPolicies.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return application.resolveSibling("plugins");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of a class is no URI", e);
        }
    }
}
