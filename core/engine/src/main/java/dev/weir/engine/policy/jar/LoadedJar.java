// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.jar.JarInspection.JarFacts;
import dev.weir.spi.FanoutPolicyProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.ExtensionFinder;
import org.pf4j.JarPluginLoader;
import org.pf4j.JarPluginManager;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A jar whose classes are loaded, in a class loader of its own that sees nothing of the relay but the SPI and the JDK's and
/// the jar's own classes. Each jar has a PF4J manager to itself, so that a jar and the one that replaces it can be there at
/// the same time.
final class LoadedJar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedJar.class);
    private static final String NAME = "[a-z][a-z0-9-]{0,39}";

    private final Path copy;
    private final JarFacts facts;
    private final PolicyPlugins plugins;
    private final List<FanoutPolicyProvider<?>> providers;

    private LoadedJar(Path copy, JarFacts facts, PolicyPlugins plugins, List<FanoutPolicyProvider<?>> providers) {
        this.copy = copy;
        this.facts = facts;
        this.plugins = plugins;
        this.providers = providers;
    }

    /// PF4J with the cures it needs here.
    private static final class PolicyPlugins extends JarPluginManager {
        PolicyPlugins(Path folder) {
            super(folder);
            setSystemVersion(SpiVersion.VALUE);
        }

        @Override
        protected PluginLoader createPluginLoader() {
            return new JarPluginLoader(this) {
                @Override
                public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
                    var loader = new PluginClassLoader(pluginManager, descriptor, LoadedJar.class.getClassLoader()) {
                        @Override
                        protected boolean shouldDelegateToParent(String name) {
                            // A jar that packs the SPI must not bring types of its own for it.
                            return super.shouldDelegateToParent(name) || name.startsWith("dev.weir.spi.");
                        }
                    };
                    loader.addFile(path.toFile());
                    return loader;
                }
            };
        }

        /// Extensions are looked up by [LoadedJar] itself, which can say what is wrong with one.
        @Override
        protected ExtensionFinder createExtensionFinder() {
            return new DefaultExtensionFinder(this);
        }
    }

    /// Loads a jar that [JarInspection] has passed.
    ///
    /// @param copy of the jar that nobody changes; deleted at the end
    /// @throws RefusedJarException if it does not fit this relay, or its providers cannot be made
    static LoadedJar load(Path copy, JarFacts facts) throws RefusedJarException {
        var plugins = new PolicyPlugins(copy.getParent());
        boolean loaded = false;
        try {
            if (!plugins.getVersionManager().checkVersionConstraint(SpiVersion.VALUE, facts.requires())) {
                throw new RefusedJarException("it needs the policy SPI " + facts.requires() + ", and this relay has "
                        + SpiVersion.VALUE + "; take another version of the jar or of the relay");
            }
            String id = plugins.loadPlugin(copy);
            PluginState state = plugins.startPlugin(id);
            if (!state.isStarted()) {
                throw new RefusedJarException("it does not start (" + state + "); look into its manifest");
            }
            var jar = new LoadedJar(copy, facts, plugins, providers(plugins.getPluginClassLoader(id), facts));
            loaded = true;
            return jar;
        } catch (PluginRuntimeException | IllegalArgumentException e) {
            throw new RefusedJarException("it cannot be loaded (" + e.getMessage() + "); look into its manifest", e);
        } finally {
            if (!loaded) {
                unload(plugins);
            }
        }
    }

    private static List<FanoutPolicyProvider<?>> providers(ClassLoader loader, JarFacts facts)
            throws RefusedJarException {
        var result = new ArrayList<FanoutPolicyProvider<?>>();
        for (String name : facts.providers()) {
            FanoutPolicyProvider<?> provider = provider(loader, name);
            if (result.stream().anyMatch(other -> nameOf(other).equals(nameOf(provider)))) {
                throw new RefusedJarException(
                        "it has two policies named '" + nameOf(provider) + "'; give one of them another name");
            }
            result.add(provider);
        }
        return List.copyOf(result);
    }

    private static FanoutPolicyProvider<?> provider(ClassLoader loader, String className) throws RefusedJarException {
        try {
            Object made = loader.loadClass(className).getConstructor().newInstance();
            if (!(made instanceof FanoutPolicyProvider<?> provider)) {
                throw new RefusedJarException(
                        "its class " + className + " is no FanoutPolicyProvider; correct the services file");
            }
            check(provider, className);
            return provider;
        } catch (ClassNotFoundException e) {
            throw new RefusedJarException(
                    "its services file names " + className + ", which the jar does not have; build it again", e);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new RefusedJarException("its provider " + className + " cannot be made (" + cause
                    + "); it needs a public constructor without parameters that does not fail", e);
        }
    }

    private static void check(FanoutPolicyProvider<?> provider, String className) throws RefusedJarException {
        String name = provider.name();
        if (name == null || !name.matches(NAME)) {
            throw new RefusedJarException("its provider " + className + " names its policy '" + name
                    + "'; use lower-case letters, digits and hyphens, a letter first, at most 40");
        }
        if (provider.configType() == null || !provider.configType().isRecord()) {
            throw new RefusedJarException(
                    "the configuration type of its policy '" + name + "' is no record; return a record's class");
        }
    }

    private static String nameOf(FanoutPolicyProvider<?> provider) {
        return provider.name();
    }

    JarFacts facts() {
        return facts;
    }

    List<FanoutPolicyProvider<?>> providers() {
        return providers;
    }

    /// Closes the class loader. What was made from it goes on as far as its classes are loaded.
    @Override
    public void close() {
        unload(plugins);
        delete(copy);
    }

    static void delete(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("a copy of a policy jar stays behind");
        }
    }

    /// One by one over a copy: PF4J's own stopPlugins changes the list that it walks.
    private static void unload(PolicyPlugins plugins) {
        for (var plugin : List.copyOf(plugins.getPlugins())) {
            plugins.stopPlugin(plugin.getPluginId());
            plugins.unloadPlugin(plugin.getPluginId());
        }
    }
}
