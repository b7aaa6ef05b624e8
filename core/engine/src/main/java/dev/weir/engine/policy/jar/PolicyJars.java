// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import dev.weir.engine.policy.PolicyCatalog;
import dev.weir.engine.policy.PluginCode;
import dev.weir.engine.policy.PolicyException;
import dev.weir.engine.policy.jar.JarInspection.JarFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The policies that jars in watched folders offer. A jar that is added, replaced or removed counts within two seconds; one
/// that cannot be taken is refused with its reason and harms no other.
///
/// Folders are looked through every [#LOOK_MILLIS] rather than by notification, which network file systems do not have.
public final class PolicyJars implements PolicyCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyJars.class);
    private static final long LOOK_MILLIS = 400;
    private static final long LOAD_SECONDS = 30;

    /// How far a jar has come.
    private enum State {
        /// Its classes are loaded, and not everybody who waits for it has been told yet.
        COMING,
        TAKEN,
        REFUSED,
        /// Refused because of another jar.
        CONFLICT
    }

    /// A jar as it was taken, or refused.
    ///
    /// @param loaded its classes; null if it was refused and nothing of an earlier content is left either
    /// @param refusal empty if it was taken
    private record Jar(Path file, String sha256, @Nullable LoadedJar loaded, State state, String refusal) {
        boolean isRefused() {
            return !refusal.isEmpty();
        }
    }

    private final PolicyJarOptions options;
    private final PolicyConfigurations configurations;
    private final Path copies;
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weir-policy-jars").daemon().factory());
    private final FolderWatch folders;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Path, Jar> jars = new TreeMap<>();
    private volatile @Nullable Listener listener;

    private PolicyJars(PolicyJarOptions options, Map<String, Map<String, Object>> configured, Path copies) {
        this.options = options;
        this.configurations = new PolicyConfigurations(configured);
        this.copies = copies;
        this.folders = new FolderWatch(options.folders());
    }

    /// Takes what is in the folders now, and goes on watching them.
    ///
    /// @param configured what is under `weir.policies.`, by policy name
    public static PolicyJars open(PolicyJarOptions options, Map<String, Map<String, Object>> configured) {
        try {
            return open(options, configured, Files.createTempDirectory("weir-policies"));
        } catch (IOException e) {
            throw new UncheckedIOException("No folder for copies of policy jars can be made; set java.io.tmpdir to one that can be written.", e);
        }
    }

    /// The same with a folder for copies; it is removed in the end.
    static PolicyJars open(PolicyJarOptions options, Map<String, Map<String, Object>> configured, Path copies) {
        var result = new PolicyJars(options, configured, copies);
        result.look();
        result.look();
        result.watcher.scheduleWithFixedDelay(result::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return result;
    }

    /// The watch goes on whatever one jar does, errors of its code included: a scheduled task that throws is never run again.
    private void look() {
        try {
            FolderWatch.Changes changes = folders.look();
            boolean isChanged = false;
            for (Path gone : changes.gone()) {
                isChanged |= withdraw(gone);
            }
            for (Path file : changes.settled()) {
                isChanged |= take(file, false);
            }
            while (isChanged) {
                isChanged = retryConflicts();
            }
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("looking through the policy folders failed");
        }
    }

    /// A jar may have been refused for one that is another now, or gone.
    private boolean retryConflicts() {
        boolean isChanged = false;
        for (Jar jar : all()) {
            if (jar.state == State.CONFLICT) {
                isChanged |= take(jar.file, true);
            }
        }
        return isChanged;
    }

    /// Takes a jar that is new or has changed. If its new content is refused, the policies of the old one stay.
    ///
    /// @param again even if its content is what was judged before
    /// @return whether other policies are on offer now
    private boolean take(Path file, boolean again) {
        Jar before = jar(file);
        LoadedJar old = before == null ? null : before.loaded;
        String sha256 = "";
        try {
            Path copy = Files.createTempFile(copies, "policy", ".jar");
            LoadedJar loaded = null;
            try {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                sha256 = JarFiles.sha256(copy);
                if (before != null && before.sha256.equals(sha256) && !again) {
                    return false;
                }
                loaded = load(file, copy, sha256);
            } finally {
                if (loaded == null) {
                    LoadedJar.delete(copy);
                }
            }
            replace(new Jar(file, sha256, loaded, State.COMING, ""), loaded, old);
            return true;
        } catch (RefusedJarException e) {
            put(new Jar(file, sha256, old, e.isConflict() ? State.CONFLICT : State.REFUSED, e.sentence() + "."));
        } catch (IOException e) {
            put(new Jar(file, sha256, old, State.REFUSED, "it cannot be copied (" + e
                    + "); look at its owner and rights, and at the room in " + copies.getParent() + "."));
            folders.again(file);
        } catch (Throwable e) {
            put(new Jar(file, sha256, old, State.REFUSED, "it cannot be loaded: "
                    + PluginCode.reason(e, "this is a defect of the jar or of the relay, look at the relay's log") + "."));
            LOG.atError().addKeyValue("jar", file).setCause(e).log("taking a policy jar failed");
        }
        return false;
    }

    private LoadedJar load(Path file, Path copy, String sha256) throws RefusedJarException {
        if (!options.allowedSha256().isEmpty() && !options.allowedSha256().contains(sha256)) {
            throw new RefusedJarException("its SHA-256 sum " + sha256 + " is not among weir.plugins.allowed-sha256; add it");
        }
        JarFacts facts = JarInspection.inspect(copy, options);
        for (Jar other : all()) {
            if (other.loaded != null && !other.file.equals(file) && other.loaded.facts().id().equals(facts.id())) {
                throw RefusedJarException.conflict("its Plugin-Id '" + facts.id() + "' is that of "
                        + other.file.getFileName() + " already; remove one of the two");
            }
        }
        LoadedJar loaded = LoadedJar.load(copy, facts);
        for (String policy : loaded.names()) {
            Jar other = offering(policy);
            if (other != null && !other.file.equals(file)) {
                loaded.close();
                throw RefusedJarException.conflict("its policy '" + policy + "' is offered by "
                        + other.file.getFileName() + " already; remove one of the two");
            }
        }
        return loaded;
    }

    /// Lets a jar's policies come into force, and those of its old content go out of it. Whoever waits for the jar goes on then.
    private void replace(Jar jar, LoadedJar now, @Nullable LoadedJar old) {
        put(jar);
        tell(now.names(), old == null ? Set.of() : old.names());
        put(new Jar(jar.file, jar.sha256, now, State.TAKEN, ""));
        if (old != null) {
            old.release();
        }
    }

    private void tell(Set<String> offered, Set<String> before) {
        Listener hearer = listener;
        if (hearer != null) {
            offered.forEach(policy -> tell(hearer::offered, policy));
            before.stream().filter(policy -> !offered.contains(policy)).forEach(policy -> tell(hearer::withdrawn, policy));
        }
    }

    /// Whatever comes of one policy, the others are told of as well.
    private static void tell(Consumer<String> hearer, String policy) {
        try {
            hearer.accept(policy);
        } catch (Throwable e) {
            LOG.atError().addKeyValue("policy", policy).setCause(e).log("putting a policy in force or out of it failed");
        }
    }

    /// @return whether policies have gone with the jar
    private boolean withdraw(Path file) {
        LoadedJar gone = removed(file);
        if (gone == null) {
            return false;
        }
        tell(Set.of(), gone.names());
        gone.release();
        return true;
    }

    private @Nullable LoadedJar removed(Path file) {
        lock.lock();
        try {
            Jar gone = jars.remove(file);
            changed.signalAll();
            return gone == null ? null : gone.loaded;
        } finally {
            lock.unlock();
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
                .filter(jar -> jar.loaded != null && jar.loaded.names().contains(policy))
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
            for (OfferedPolicy<?> policy : jar.loaded.policies()) {
                result.add(new Offer(policy.name(), policy.description(), jar.loaded.facts().version(), name, ""));
            }
        }
        if (jar.isRefused()) {
            result.add(new Offer(name, "", "", name, jar.refusal));
        }
        return result;
    }

    @Override
    public Made create(String policy, Map<String, String> overrides) {
        Jar jar = offering(policy);
        LoadedJar code = jar == null ? null : jar.loaded;
        if (code == null || !code.hold()) {
            throw new PolicyException("There is no policy '" + policy
                    + "'; 'policy list' shows those that there are, and jars that were refused.");
        }
        boolean isMade = false;
        try {
            OfferedPolicy<?> offered = code.policies().stream()
                    .filter(each -> each.name().equals(policy))
                    .findFirst()
                    .orElseThrow();
            var made = new Made(offered.create(configurations, overrides), code::release);
            isMade = true;
            return made;
        } finally {
            if (!isMade) {
                code.release();
            }
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
            String sha256 = JarFiles.sha256(jar);
            if (!Files.exists(target) || !JarFiles.sha256(target).equals(sha256)) {
                JarFiles.copy(jar, target);
            }
            Jar result = await(target, sha256);
            if (result.isRefused()) {
                throw new PolicyException(jar.getFileName() + " was refused: " + result.refusal);
            }
            return offers(result);
        } catch (IOException e) {
            throw new PolicyException("Cannot copy " + jar + " to " + folder + " (" + e.getMessage()
                    + "); name a jar that the relay can read, and let it write to the folder.", e);
        }
    }

    private Jar await(Path file, String sha256) {
        long left = TimeUnit.SECONDS.toNanos(LOAD_SECONDS);
        lock.lock();
        try {
            while (left > 0) {
                Jar jar = jars.get(file);
                if (jar != null && jar.sha256.equals(sha256) && jar.state != State.COMING) {
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
