// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A guide in Markdown as what it asks its reader to do.
///
/// @param commands the blocks of language `bash`, in their order
/// @param snippets the blocks of languages `java` and `c`
/// @param links targets of relative links
record Guide(List<Command> commands, List<String> snippets, List<String> links) {
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)([^\\n]*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)=\"([^\"]+)\"");
    private static final Pattern LINK = Pattern.compile("]\\(([^):#]+)\\)");

    /// One block of shell commands.
    ///
    /// @param text the commands
    /// @param until the reader leaves it running in a terminal of its own, and goes on when a line begins like this; null: it
    /// ends by itself
    /// @param prints expression for something that it prints; null: anything
    /// @param fails whether it exits with another code than 0
    record Command(String text, @Nullable String until, @Nullable String prints, boolean fails) {}

    static Guide read(Path file) throws IOException {
        String text = Files.readString(file);
        List<MatchResult> blocks = BLOCK.matcher(text).results().toList();
        return new Guide(
                blocks.stream().filter(block -> block.group(1).equals("bash")).map(Guide::command).toList(),
                blocks.stream().filter(block -> block.group(1).matches("java|c")).map(block -> block.group(3)).toList(),
                LINK.matcher(text).results().map(link -> link.group(1)).toList());
    }

    /// What comes after the language, which readers do not see, says what the command does.
    private static Command command(MatchResult block) {
        Map<String, String> attributes = ATTRIBUTE.matcher(block.group(2)).results()
                .collect(Collectors.toMap(attribute -> attribute.group(1), attribute -> attribute.group(2)));
        return new Command(block.group(3).strip(), attributes.get("until"), attributes.get("prints"), block.group(2).startsWith(" fails"));
    }
}
