// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WordsTests {
    @Test
    void quotesKeepBlanksTogether() {
        assertThat(Words.of("policy apply chat 'live/** x' --set a=\"b c\" d\\ e"))
                .containsExactly("policy", "apply", "chat", "live/** x", "--set", "a=b c", "d e");
        assertThat(Words.of("kick 7 --reason='it''s' '' \"a\\\"b\" 'c\\d'")).containsExactly("kick", "7", "--reason=its", "", "a\"b", "c\\d");
    }

    @Test
    void blankLinesAndCommentsAreNothing() {
        assertThat(Words.of("")).isEmpty();
        assertThat(Words.of("   ")).isEmpty();
        assertThat(Words.of("  # list tracks")).isEmpty();
    }

    @Test
    void anOpenQuoteIsASentence() {
        assertThatThrownBy(() -> Words.of("track show 'live")).isInstanceOf(UsageException.class).hasMessageContaining("A quote is not closed");
    }
}
