// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.WeirApplication;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.shell.core.command.CommandRegistry;

/// Values that an option does not take end a command with exit code 2 and a sentence that names the option, before it does anything.
class BadValuesTests {
    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        context = new SpringApplicationBuilder(WeirApplication.class).web(WebApplicationType.NONE).run("--version");
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    /// The last option is the one that is wrong.
    @ParameterizedTest
    @ValueSource(strings = {
        "serve --lease 19", "serve --lease -1", "serve --lease 60001", "serve --lease 9223372036854775807", "serve --lease 1e3",
        "serve --listen nowhere", "serve --path fast",
        "publish --relay a:1 --seconds 0", "publish --relay a:1 --seconds 86401", "publish --relay a:1 --wait 0",
        "publish --relay a:1 --settle 3601", "publish --relay a:1 --rate 0", "publish --relay a:1 --rate 2147483647",
        "publish --relay a:1 --size 1", "publish --relay a:1 --size 65536", "publish --relay a:1 --codec vp8", "publish --relay a:0",
        "publish --relay a:70000",
        "subscribe --relay a:1 --subscribers 0", "subscribe --relay a:1 --subscribers 257", "subscribe --relay a:1 --seconds 0",
        "subscribe --relay a:1 --connection-id-length 21", "subscribe --relay a:1 --layers 4", "subscribe --relay a:1 --wait -1",
        "demo --subscribers 0", "demo --seconds 3601", "demo --loss 91", "demo --loss NaN", "demo --loss 1 --burst 17",
        "bench path --subscribers 0", "bench path --subscribers 1,x", "bench path --seconds 3601", "bench path --rate 0", "bench path --size 0",
        "bench policy --seconds 3", "bench policy --runs 101", "bench policy --bottleneck 9", "bench policy --rtt 2001",
        "bench policy --queue 9", "bench policy --deadline 49", "bench policy --rounds -1",
        "compare run --seconds 0", "compare run --repetitions 101", "compare run --delay 2001", "compare run --loss -1",
        "soak --minutes 0", "soak --minutes -5", "soak --minutes 99999999", "soak --minutes 99999999999", "soak --seconds 9",
        "soak --seconds 604801", "soak --subscribers 65", "soak --rate 1001", "soak --seed many",
        "impair --device none --loss 101", "impair --device none --loss NaN", "impair --device none --burst 0",
        "impair --device none --duplicate -1", "impair --device none --corrupt 1e9", "impair --device none --blackhole 1e300",
        "impair --device none --blackhole 1 --period -1", "impair --device none --port 70000", "impair --device none --seconds 86401",
        "top --interval 99", "trace start --folder /tmp --seconds 3601", "relay drain --seconds -1", "relay drain --seconds 2147483647"})
    void endWithASentence(String line) {
        List<String> words = List.of(line.split(" "));
        var errors = new ArrayList<String>();

        int exitCode = context.getBean(LineRunner.class).run(words, context.getBean(CommandRegistry.class), new PrintWriter(new StringWriter()), errors::add);

        // The testkit, which impair hands its values to, knows no options; its sentences name the values in words.
        String option = words.getFirst().equals("impair") && !words.contains("--seconds") ? "" : words.get(words.size() - 2);
        assertThat(errors).singleElement().satisfies(error -> assertThat(error).contains(option).endsWith("."));
        assertThat(exitCode).as(errors.toString()).isEqualTo(2);
    }
}
