// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.PolicyCatalog;
import dev.weir.engine.policy.PolicyException;
import dev.weir.engine.policy.jar.JarInspection.JarFacts;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The policies that jars in watched folders offer. A jar that is added, replaced or removed counts within two seconds; one
/// that cannot be taken is refused with its reason and harms no other.
///
/// Folders are looked through every [#LOOK_MILLIS] rather than by notification, which network file systems do not have; a jar is taken
/// once it has stayed the same between two looks, so that one that is still being copied is waited for.
public final class PolicyJars implements PolicyCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyJars.class);
    private static final long LOOK_MILLIS = 400;
    private static final long LOAD_SECONDS = 10;

    /// What a file looked like, without reading it.
    private record Look(long size, long modified, @Nullable Object key) {}

    /// A jar as it was taken, or refused.
    ///
    /// @param loaded its classes; null if it was refused and nothing of an earlier content is left either
    /// @param refusal empty if it was taken
    private record Jar(Path file, String sha256, @Nullable LoadedJar loaded, String refusal) {}

    private final PolicyJarOptions options;
    private final PolicyConfigurations configurations;
    private final Path copies;
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weir-policy-jars").daemon().factory());
    private final Map<Path, Look> seen = new LinkedHashMap<>();
    private final Map<Path, Look> taken = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Path, Jar> jars = new TreeMap<>();
    private volatile @Nullable Listener listener;

    private PolicyJars(PolicyJarOptions options, Map<String, Map<String, Object>> configured, Path copies) {
        this.options = options;
        this.configurations = new PolicyConfigurations(configured);
        this.copies = copies;
    }

    /// Takes what is in the folders now, and goes on watching them.
    ///
    /// @param configured what is under `weir.policies.`, by policy name
    public static PolicyJars open(PolicyJarOptions options, Map<String, Map<String, Object>> configured) {
        try {
            var result = new PolicyJars(options, configured, Files.createTempDirectory("weir-policies"));
            result.look();
            result.look();
            result.watcher.scheduleWithFixedDelay(
                    result::lookSafely, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException("No folder for copies of policy jars can be made; set java.io.tmpdir to one that can be written.", e);
        }
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException | LinkageError e) {
            // The watch must go on whatever one jar does.
            LOG.atError().setCause(e).log("looking through the policy folders failed");
        }
    }

    private void look() {
        Map<Path, Look> now = files();
        for (Path gone : List.copyOf(taken.keySet())) {
            if (!now.containsKey(gone)) {
                taken.remove(gone);
                withdraw(gone);
            }
        }
        now.forEach((file, look) -> {
            if (look.equals(seen.get(file)) && !look.equals(taken.get(file))) {
                taken.put(file, look);
                take(file);
            }
        });
        seen.clear();
        seen.putAll(now);
    }

    private Map<Path, Look> files() {
        var result = new TreeMap<Path, Look>();
        for (Path folder : options.folders()) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.getFileName().toString().endsWith(".jar")).forEach(file -> look(file, result));
            } catch (NoSuchFileException e) {
                LOG.atTrace().log("there is no folder {}", folder);
            } catch (IOException | UncheckedIOException e) {
                LOG.atDebug().setCause(e).log("a policy folder cannot be listed");
            }
        }
        return result;
    }

    private static void look(Path file, Map<Path, Look> into) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                into.put(file, new Look(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey()));
            }
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("a jar went away while it was looked at");
        }
    }

    /// Takes a jar that is new or has changed. If its new content is refused, the policies of the old one stay.
    private void take(Path file) {
        Jar before = jar(file);
        String sha256 = "";
        try {
            Path copy = Files.createTempFile(copies, "policy", ".jar");
            boolean kept = false;
            try {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                sha256 = sha256(copy);
                if (before != null && before.sha256.equals(sha256)) {
                    return;
                }
                LoadedJar loaded = load(file, copy, sha256);
                kept = true;
                put(new Jar(file, sha256, loaded, ""));
                announce(before == null ? null : before.loaded, loaded);
            } finally {
                if (!kept) {
                    LoadedJar.delete(copy);
                }
            }
        } catch (RefusedJarException e) {
            put(new Jar(file, sha256, before == null ? null : before.loaded, e.sentence() + "."));
        } catch (IOException e) {
            put(new Jar(file, sha256, before == null ? null : before.loaded,
                    "it cannot be read (" + e.getMessage() + "); look at its owner and rights."));
        }
    }

    private LoadedJar load(Path file, Path copy, String sha256) throws RefusedJarException {
        if (!options.allowedSha256().isEmpty() && !options.allowedSha256().contains(sha256)) {
            throw new RefusedJarException("its SHA-256 sum " + sha256 + " is not among weir.plugins.allowed-sha256; add it");
        }
        JarFacts facts = JarInspection.inspect(copy, options);
        for (Jar other : all()) {
            if (other.loaded != null && !other.file.equals(file) && other.loaded.facts().id().equals(facts.id())) {
                throw new RefusedJarException("its Plugin-Id '" + facts.id() + "' is that of "
                        + other.file.getFileName() + " already; remove one of the two");
            }
        }
        LoadedJar loaded = LoadedJar.load(copy, facts);
        for (FanoutPolicyProvider<?> provider : loaded.providers()) {
            Jar other = offering(provider.name());
            if (other != null && !other.file.equals(file)) {
                loaded.close();
                throw new RefusedJarException("its policy '" + provider.name() + "' is offered by "
                        + other.file.getFileName() + " already; remove one of the two");
            }
        }
        return loaded;
    }

    /// Tells of a jar's policies, and closes the class loader of its old content once they are in force.
    private void announce(@Nullable LoadedJar before, LoadedJar now) {
        Set<String> offered = names(now);
        Listener hearer = listener;
        if (hearer != null) {
            offered.forEach(hearer::offered);
            if (before != null) {
                Set<String> gone = names(before);
                gone.removeAll(offered);
                gone.forEach(hearer::withdrawn);
            }
        }
        if (before != null) {
            before.close();
        }
    }

    private static Set<String> names(LoadedJar jar) {
        var names = new LinkedHashSet<String>();
        jar.providers().forEach(provider -> names.add(provider.name()));
        return names;
    }

    private void withdraw(Path file) {
        Jar gone;
        lock.lock();
        try {
            gone = jars.remove(file);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (gone == null || gone.loaded == null) {
            retryRefused();
            return;
        }
        Listener hearer = listener;
        if (hearer != null) {
            names(gone.loaded).forEach(hearer::withdrawn);
        }
        gone.loaded.close();
        retryRefused();
    }

    /// A jar may have been refused for one that is gone now.
    private void retryRefused() {
        for (Jar jar : all()) {
            if (!jar.refusal.isEmpty()) {
                lock.lock();
                try {
                    jars.put(jar.file, new Jar(jar.file, "", jar.loaded, jar.refusal));
                } finally {
                    lock.unlock();
                }
                take(jar.file);
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private void put(Jar jar) {
        lock.lock();
        try {
            jars.put(jar.file, jar);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Jar jar(Path file) {
        lock.lock();
        try {
            return jars.get(file);
        } finally {
            lock.unlock();
        }
    }

    private List<Jar> all() {
        lock.lock();
        try {
            return List.copyOf(jars.values());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Jar offering(String policy) {
        return all().stream()
                .filter(jar -> jar.loaded != null && names(jar.loaded).contains(policy))
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<Offer> offers() {
        var result = new ArrayList<Offer>();
        all().forEach(jar -> result.addAll(offers(jar)));
        return result;
    }

    private static List<Offer> offers(Jar jar) {
        var result = new ArrayList<Offer>();
        String name = jar.file.getFileName().toString();
        if (jar.loaded != null) {
            for (FanoutPolicyProvider<?> provider : jar.loaded.providers()) {
                result.add(new Offer(
                        provider.name(), provider.description(), jar.loaded.facts().version(), name, ""));
            }
        }
        if (!jar.refusal.isEmpty()) {
            result.add(new Offer(name, "", "", name, jar.refusal));
        }
        return result;
    }

    @Override
    public FanoutPolicy create(String policy, Map<String, String> overrides) {
        Jar jar = offering(policy);
        if (jar == null || jar.loaded == null) {
            throw new PolicyException("There is no policy '" + policy
                    + "'; 'policy list' shows those that there are, and jars that were refused.");
        }
        FanoutPolicyProvider<?> provider = jar.loaded.providers().stream()
                .filter(each -> each.name().equals(policy))
                .findFirst()
                .orElseThrow();
        return create(provider, overrides);
    }

    private <C extends Record> FanoutPolicy create(FanoutPolicyProvider<C> provider, Map<String, String> overrides) {
        C config = configurations.bind(provider.name(), provider.configType(), overrides);
        try {
            return provider.create(config);
        } catch (PolicyConfigurationException | IllegalArgumentException e) {
            throw new PolicyException(
                    "The configuration of policy " + provider.name() + " does not do: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Offer> load(Path jar) {
        if (options.folders().isEmpty()) {
            throw new PolicyException("This relay watches no folder for policy jars; start it with --plugins.");
        }
        Path folder = options.folders().getFirst();
        Path target = folder.resolve(jar.getFileName());
        try {
            Files.createDirectories(folder);
            String sha256 = sha256(jar);
            if (!Files.exists(target) || !sha256(target).equals(sha256)) {
                moveIn(jar, folder, target);
            }
            Jar result = await(target, sha256);
            if (!result.refusal.isEmpty()) {
                throw new PolicyException(jar.getFileName() + " was refused: " + result.refusal);
            }
            return offers(result);
        } catch (IOException e) {
            throw new PolicyException("Cannot copy " + jar + " to " + folder + " (" + e.getMessage()
                    + "); name a jar that the relay can read, and let it write to the folder.", e);
        }
    }

    /// Copies beside the target first, so that the watcher never meets half a jar.
    private static void moveIn(Path jar, Path folder, Path target) throws IOException {
        Path beside = Files.createTempFile(folder, ".weir", ".part");
        try {
            Files.copy(jar, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private Jar await(Path file, String sha256) {
        long left = TimeUnit.SECONDS.toNanos(LOAD_SECONDS);
        lock.lock();
        try {
            while (left > 0) {
                Jar jar = jars.get(file);
                if (jar != null && jar.sha256.equals(sha256)) {
                    return jar;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        throw new PolicyException("The relay did not take " + file.getFileName() + " within " + LOAD_SECONDS
                + " s; look at its log.");
    }

    @Override
    public void listen(Listener hearer) {
        listener = hearer;
    }

    @Override
    public void close() {
        watcher.shutdown();
        try {
            watcher.awaitTermination(LOAD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Jar jar : all()) {
            if (jar.loaded != null) {
                jar.loaded.close();
            }
        }
        LoadedJar.delete(copies);
    }
}
