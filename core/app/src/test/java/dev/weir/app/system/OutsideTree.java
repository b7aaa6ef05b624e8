// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What builds outside this source tree are made of: copies of its sources, and a Maven repository of their own.
final class OutsideTree {
    /// The clone that the tests run in.
    static final Path ROOT = Path.of(Launcher.script()).toAbsolutePath().normalize().getParent();

    private static final Set<String> NOT_SOURCES = Set.of("target", ".git");
    /// What third parties build policies with, and the parents that these artifacts name.
    private static final List<String> PUBLISHED = List.of(
            ".", "bpf", "core", "core/spi", "core/wire", "core/kernel", "core/engine", "core/testkit");
    private static final Pattern PARENT = Pattern.compile("<parent>.*?</parent>", Pattern.DOTALL);
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
    private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

    private OutsideTree() {}

    /// Copies sources, without what builds have made of them.
    static void copySources(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (NOT_SOURCES.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /// Makes a local Maven repository that has what this build's has, by links, and nothing of Weir; to be removed by
    /// [#removeLinks].
    static Path repositoryWithoutWeir(Path folder) throws IOException {
        Path known = Path.of(System.getProperty("localRepository"));
        Files.createDirectories(folder.resolve("dev/weir"));
        linkAll(known, folder, "dev");
        linkAll(known.resolve("dev"), folder.resolve("dev"), "weir");
        return folder;
    }

    private static void linkAll(Path from, Path to, String except) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                if (!entry.getFileName().toString().equals(except)) {
                    Files.createSymbolicLink(to.resolve(entry.getFileName()), entry.toAbsolutePath());
                }
            }
        }
    }

    /// Removes a repository's links, and so spares JUnit a warning for each when it removes the folder.
    static void removeLinks(Path repository) throws IOException {
        for (Path folder : List.of(repository, repository.resolve("dev"))) {
            try (Stream<Path> entries = Files.list(folder)) {
                for (Path link : entries.filter(Files::isSymbolicLink).toList()) {
                    Files.delete(link);
                }
            }
        }
    }

    /// Puts the published artifacts of this build into a Maven repository: jars and poms, nothing else.
    static void publish(Path repository) throws IOException {
        for (String module : PUBLISHED) {
            Path pom = ROOT.resolve(module).resolve("pom.xml");
            String text = Files.readString(pom);
            String own = PARENT.matcher(text).replaceFirst("");
            String artifact = first(ARTIFACT, own);
            // A module's own version comes before its first dependency; without one it has its parent's.
            String head = own.split("<(dependencies|dependencyManagement|build|properties|modules)>", 2)[0];
            String version = first(VERSION, VERSION.matcher(head).find() ? head : text);
            Path folder = Files.createDirectories(repository.resolve("dev/weir").resolve(artifact).resolve(version));
            String name = artifact + "-" + version;
            Files.copy(pom, folder.resolve(name + ".pom"));
            if (!text.contains("<packaging>pom</packaging>")) {
                Path jar = pom.resolveSibling("target").resolve(name + ".jar");
                assertThat(jar).as("what this build has made").exists();
                Files.copy(jar, folder.resolve(name + ".jar"));
            }
        }
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1);
    }
}
