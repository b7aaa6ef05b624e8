// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/// The terminal of this process, for the prompt and for `top`; there can be only one. Opened when it is first wanted, and put back
/// into the state that it was in at the end.
@Component
class ShellTerminal implements DisposableBean {
    private @Nullable Terminal terminal;

    /// @throws CommandFailedException if there is none
    synchronized Terminal open() {
        Terminal present = terminal;
        if (present == null) {
            try {
                present = TerminalBuilder.builder().name("weir").system(true).nativeSignals(true).build();
            } catch (IOException e) {
                throw CommandFailedException.because("The terminal cannot be used (" + e.getMessage()
                        + "); run the command from a terminal, or use 'shell --script'", e);
            }
            terminal = present;
        }
        return present;
    }

    @Override
    public synchronized void destroy() throws IOException {
        if (terminal != null) {
            terminal.close();
            terminal = null;
        }
    }
}
