// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Has tshark decrypt a capture with a key log, and sums up what it says.
///
/// Captures must hold the handshakes (tshark follows connection IDs from there), without Retry: tshark 4.0 does not find
/// the keys of a connection that began with one.
public final class TsharkOracle {
    private static final String SEPARATOR = "\t";
    private static final String LONG_HEADER = "1";
    private static final String RETRY = "3";
    private static final String BAD = "0";
    private static final int LISTED = 5;

    /// In the order of the columns that [Columns] names.
    private static final List<String> FIELDS = List.of("frame.number", "quic.connection.number", "ip.src", "ipv6.src",
            "udp.srcport", "quic.header_form", "quic.long.packet_type", "quic.packet_number", "quic.decryption_failed",
            "quic.protocol_violation", "quic.cc.error_code", "quic.cc.error_code.app", "_ws.malformed",
            "ip.checksum.status", "udp.checksum.status", "frame.time_relative", "udp.length");

    private enum Columns {
        FRAME, CONNECTION, IPV4, IPV6, PORT, HEADER_FORM, LONG_TYPE, PACKET_NUMBER, DECRYPTION_FAILED,
        PROTOCOL_VIOLATION, TRANSPORT_ERROR, APPLICATION_ERROR, MALFORMED, IP_CHECKSUM, UDP_CHECKSUM, TIME, UDP_LENGTH
    }

    private final Set<String> numbersSeen = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private final List<String> unopened = new ArrayList<>();
    private int datagrams;
    private int packets;
    private int decrypted;
    private int malformed;
    private int duplicates;
    private int badChecksums;

    private TsharkOracle() {}

    /// Judges a capture.
    ///
    /// @param pcap the capture
    /// @param keyLog TLS secrets in the format of SSLKEYLOGFILE, of every connection in it
    /// @param port UDP port of the relay
    /// @return what tshark says
    /// @throws TestkitException if tshark is missing or cannot read a file
    public static TsharkReport check(Path pcap, Path keyLog, int port) {
        return check(pcap, keyLog, port, "udp.port==" + port);
    }

    /// Judges what the relay sent in a capture of both directions; what its peers sent is none of its business.
    ///
    /// @param pcap the capture
    /// @param keyLog TLS secrets in the format of SSLKEYLOGFILE, of every connection in it
    /// @param port UDP port of the relay
    /// @return what tshark says
    /// @throws TestkitException if tshark is missing or cannot read a file
    public static TsharkReport checkRelay(Path pcap, Path keyLog, int port) {
        return check(pcap, keyLog, port, "udp.srcport==" + port);
    }

    private static TsharkReport check(Path pcap, Path keyLog, int port, String shown) {
        var command = new ArrayList<>(List.of("tshark", "-n", "-r", pcap.toString(), "-o", "tls.keylog_file:" + keyLog,
                "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-d", "udp.port==" + port + ",quic",
                "-Y", shown + " && !icmp && !icmpv6",
                "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        var oracle = new TsharkOracle();
        CommandResult.run(Duration.ofMinutes(2), command).orThrow().output().lines().forEach(oracle::judge);
        return oracle.report();
    }

    private TsharkReport report() {
        return new TsharkReport(datagrams, packets, decrypted, packets - decrypted, unopened, malformed, duplicates, badChecksums, violations);
    }

    private void judge(String line) {
        String[] row = Arrays.copyOf((line + SEPARATOR + "end").split(SEPARATOR, -1), FIELDS.size());
        datagrams++;
        List<String> forms = values(row, Columns.HEADER_FORM);
        List<String> types = values(row, Columns.LONG_TYPE);
        List<String> numbers = values(row, Columns.PACKET_NUMBER);
        int unencrypted = (int) types.stream().filter(RETRY::equals).count();
        // What is no QUIC packet at all on the relay's port counts as one that cannot be opened.
        int encrypted = Math.max(forms.size(), 1) - unencrypted;
        packets += encrypted;
        int opened = Math.max(0, numbers.size() - values(row, Columns.DECRYPTION_FAILED).size());
        decrypted += opened;
        if (opened < encrypted && unopened.size() < LISTED) {
            unopened.add("Captured frame " + row[Columns.FRAME.ordinal()] + ", after " + row[Columns.TIME.ordinal()] + " s, has packets that cannot be opened: "
                    + row[Columns.UDP_LENGTH.ordinal()] + " bytes from port " + row[Columns.PORT.ordinal()] + ", header forms " + forms
                    + ", long types " + types + ", numbers " + numbers + ".");
        }
        if (numbers.size() == forms.size()) {
            noteNumbers(row, forms, types, numbers);
        }
        malformed += values(row, Columns.MALFORMED).isEmpty() ? 0 : 1;
        badChecksums += values(row, Columns.IP_CHECKSUM).contains(BAD) || values(row, Columns.UDP_CHECKSUM).contains(BAD) ? 1 : 0;
        noteViolations(row);
    }

    /// Packet number spaces: Initial, Handshake, and 0-RTT together with 1-RTT (RFC 9000 §12.3).
    private void noteNumbers(String[] row, List<String> forms, List<String> types, List<String> numbers) {
        String sender = String.join(" ", row[Columns.CONNECTION.ordinal()], row[Columns.IPV4.ordinal()],
                row[Columns.IPV6.ordinal()], row[Columns.PORT.ordinal()]);
        int longHeaders = 0;
        for (int i = 0; i < forms.size(); i++) {
            String type = forms.get(i).equals(LONG_HEADER) && longHeaders < types.size() ? types.get(longHeaders++) : "";
            String space = switch (type) {
                case "0" -> "Initial";
                case "2" -> "Handshake";
                default -> "application data";
            };
            if (!numbersSeen.add(sender + " " + space + " " + numbers.get(i))) {
                duplicates++;
            }
        }
    }

    private void noteViolations(String[] row) {
        String frame = row[Columns.FRAME.ordinal()];
        if (!values(row, Columns.PROTOCOL_VIOLATION).isEmpty()) {
            violations.add("Captured frame " + frame + " violates the protocol in tshark's judgement.");
        }
        for (Columns column : List.of(Columns.TRANSPORT_ERROR, Columns.APPLICATION_ERROR)) {
            values(row, column).stream().filter(code -> !code.equals("0")).forEach(code -> violations.add(
                    "Captured frame " + frame + " closes the connection with " + column.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + code + "."));
        }
    }

    private static List<String> values(String[] row, Columns column) {
        String cell = row[column.ordinal()];
        return cell.isEmpty() ? List.of() : List.of(cell.split(","));
    }
}
