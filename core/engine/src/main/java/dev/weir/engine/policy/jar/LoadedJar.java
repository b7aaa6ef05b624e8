// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.jar.JarInspection.JarFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.ExtensionFinder;
import org.pf4j.JarPluginLoader;
import org.pf4j.JarPluginManager;
import org.pf4j.Plugin;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A jar whose classes are loaded, in a class loader of its own that sees nothing but the jar's own classes and those of
/// [SpiClassLoader]. Each jar has a PF4J manager to itself, so that a jar and the one that replaces it can be there at the same
/// time.
///
/// Who makes policies of it holds it: the folder that it was found in does so from the beginning, and every policy that may still
/// be asked something. With the last hold it is unloaded.
final class LoadedJar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedJar.class);

    private final Path copy;
    private final JarFacts facts;
    private final PolicyPlugins plugins;
    private final List<OfferedPolicy<?>> policies;
    private final AtomicInteger holds = new AtomicInteger(1);

    private LoadedJar(Path copy, JarFacts facts, PolicyPlugins plugins, List<OfferedPolicy<?>> policies) {
        this.copy = copy;
        this.facts = facts;
        this.plugins = plugins;
        this.policies = policies;
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
                    var loader = new PluginClassLoader(pluginManager, descriptor, SpiClassLoader.INSTANCE) {
                        /// A jar that packs the SPI must not bring types of its own for it.
                        @Override
                        protected boolean shouldDelegateToParent(String name) {
                            return SpiClassLoader.isShared(name);
                        }
                    };
                    loader.addFile(path.toFile());
                    return loader;
                }
            };
        }

        /// A policy jar needs no class for PF4J, and sees none of PF4J's.
        @Override
        protected PluginFactory createPluginFactory() {
            return wrapper -> new Plugin();
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
            var jar = new LoadedJar(copy, facts, plugins, policies(plugins.getPluginClassLoader(id), facts));
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

    private static List<OfferedPolicy<?>> policies(ClassLoader loader, JarFacts facts) throws RefusedJarException {
        var result = new LinkedHashMap<String, OfferedPolicy<?>>();
        for (String className : facts.providers()) {
            OfferedPolicy<?> policy = OfferedPolicy.of(loader, className);
            if (result.putIfAbsent(policy.name(), policy) != null) {
                throw new RefusedJarException(
                        "it has two policies named '" + policy.name() + "'; give one of them another name");
            }
        }
        return List.copyOf(result.values());
    }

    JarFacts facts() {
        return facts;
    }

    List<OfferedPolicy<?>> policies() {
        return policies;
    }

    /// The names of its policies.
    Set<String> names() {
        return policies.stream().map(OfferedPolicy::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// Keeps its classes loadable until [#release].
    ///
    /// @return false if it is unloaded already
    boolean hold() {
        return holds.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /// Gives up a hold. With the last one the class loader closes; what was made from it goes on as far as its classes are loaded.
    void release() {
        if (holds.updateAndGet(count -> Math.max(count - 1, 0)) == 0) {
            close();
        }
    }

    /// Closes the class loader, whoever holds it.
    @Override
    public void close() {
        holds.set(0);
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
