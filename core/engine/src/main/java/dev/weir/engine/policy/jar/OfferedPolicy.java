// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.PluginCode;
import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// A policy that a jar offers. What its provider says of it is asked for once, when the jar is loaded.
///
/// For any number of threads; the provider meets one at a time.
///
/// @param <C> the policy's configuration
final class OfferedPolicy<C extends Record> {
    private static final String NAME = "[a-z][a-z0-9-]{0,39}";
    private static final String AUTHORS = "this is a defect of the policy, tell its author";

    private final FanoutPolicyProvider<C> provider;
    private final ClassLoader loader;
    private final String name;
    private final String description;
    private final Class<C> configType;
    private final ReentrantLock calling = new ReentrantLock();

    private OfferedPolicy(
            FanoutPolicyProvider<C> provider, ClassLoader loader, String name, String description, Class<C> configType) {
        this.provider = provider;
        this.loader = loader;
        this.name = name;
        this.description = description;
        this.configType = configType;
    }

    /// Makes a provider and asks it what it offers.
    ///
    /// @param loader of the jar
    /// @throws RefusedJarException if there is no such class, it is no provider, it fails, or says what cannot be
    static OfferedPolicy<?> of(ClassLoader loader, String className) throws RefusedJarException {
        try {
            return PluginCode.call(loader, () -> {
                Object made = loader.loadClass(className).getConstructor().newInstance();
                if (!(made instanceof FanoutPolicyProvider<?> provider)) {
                    throw new RefusedJarException(
                            "its class " + className + " is no FanoutPolicyProvider; correct the services file");
                }
                return ask(provider, loader, className);
            });
        } catch (RefusedJarException e) {
            throw e;
        } catch (ClassNotFoundException e) {
            throw new RefusedJarException(
                    "its services file names " + className + ", which the jar does not have; build it again", e);
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
            throw new RefusedJarException("its provider " + className
                    + " cannot be made: it has no public constructor without parameters, or is no public class itself; give it one", e);
        } catch (Throwable e) {
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            throw new RefusedJarException(
                    "its provider " + className + " cannot be made: " + PluginCode.reason(cause, AUTHORS), e);
        }
    }

    private static <C extends Record> OfferedPolicy<C> ask(
            FanoutPolicyProvider<C> provider, ClassLoader loader, String className) throws RefusedJarException {
        String name = provider.name();
        if (name == null || !name.matches(NAME)) {
            throw new RefusedJarException("its provider " + className + " names its policy '" + name
                    + "'; use lower-case letters, digits and hyphens, a letter first, at most 40");
        }
        String description = provider.description();
        if (description == null || description.lines().count() > 1) {
            throw new RefusedJarException("the description of its policy '" + name + "' is not one line; return one line of text");
        }
        Class<C> configType = provider.configType();
        if (configType == null || !configType.isRecord()) {
            throw new RefusedJarException(
                    "the configuration type of its policy '" + name + "' is no record; return a record's class");
        }
        return new OfferedPolicy<>(provider, loader, name, description, configType);
    }

    String name() {
        return name;
    }

    String description() {
        return description;
    }

    /// Makes a policy.
    ///
    /// @param overrides take the place of what is configured
    /// @throws PolicyException if the configuration is wrong, or the provider fails
    FanoutPolicy create(PolicyConfigurations configurations, Map<String, String> overrides) {
        calling.lock();
        try {
            return PluginCode.call(loader, () -> made(configurations.bind(name, configType, overrides)));
        } catch (PolicyException e) {
            throw e;
        } catch (PolicyConfigurationException | IllegalArgumentException e) {
            throw new PolicyException("The configuration of policy " + name + " does not do: " + PluginCode.message(e), e);
        } catch (Throwable e) {
            throw new PolicyException("Policy " + name + " cannot be made: " + PluginCode.reason(e, AUTHORS) + ".", e);
        } finally {
            calling.unlock();
        }
    }

    private FanoutPolicy made(C configuration) {
        FanoutPolicy made = provider.create(configuration);
        if (made == null) {
            throw new PolicyException("Policy " + name + " cannot be made: create() returns null; " + AUTHORS + ".");
        }
        return made;
    }
}
