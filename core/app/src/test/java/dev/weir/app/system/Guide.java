// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A guide in Markdown as what it asks its reader to do.
///
/// @param commands the blocks of language `bash`, in their order
/// @param snippets the blocks of languages `java` and `c`
/// @param links targets of relative links
record Guide(List<Command> commands, List<String> snippets, List<String> links) {
    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)([^\\n]*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern UNTIL = Pattern.compile("until=\"([^\"]+)\"");
    private static final Pattern LINK = Pattern.compile("]\\(([^):#]+)\\)");

    /// One block of shell commands.
    ///
    /// @param text the commands
    /// @param until the reader leaves it running in a terminal of its own, and goes on when a line begins like this; null: it
    /// ends by itself
    /// @param fails whether the guide says that it fails
    record Command(String text, @Nullable String until, boolean fails) {}

    static Guide read(Path file) throws IOException {
        String text = Files.readString(file);
        List<MatchResult> blocks = BLOCK.matcher(text).results().toList();
        return new Guide(
                blocks.stream().filter(block -> block.group(1).equals("bash")).map(Guide::command).toList(),
                blocks.stream().filter(block -> block.group(1).matches("java|c")).map(block -> block.group(3)).toList(),
                LINK.matcher(text).results().map(link -> link.group(1)).toList());
    }

    private static Command command(MatchResult block) {
        var until = UNTIL.matcher(block.group(2));
        return new Command(block.group(3).strip(), until.find() ? until.group(1) : null, block.group(2).contains("fails"));
    }
}
