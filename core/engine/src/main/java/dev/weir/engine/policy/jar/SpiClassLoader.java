// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

/// What every policy jar sees beside its own classes: the JDK's, the policy SPI's, and the annotations that the SPI uses. No class
/// of the relay or of its libraries, so that a jar can bring another version of one, and none works by accident with this
/// relay alone.
///
/// It keeps mistakes apart, not attackers: a JVM has no sandbox, and code of a policy runs with the relay's rights.
final class SpiClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    static final SpiClassLoader INSTANCE = new SpiClassLoader();

    private SpiClassLoader() {
        super("weir-policy-spi", ClassLoader.getPlatformClassLoader());
    }

    static boolean isShared(String className) {
        return className.startsWith("dev.weir.spi.") || className.startsWith("org.jspecify.annotations.");
    }

    /// Asked for what the JDK does not have.
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (isShared(name)) {
            return SpiClassLoader.class.getClassLoader().loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
