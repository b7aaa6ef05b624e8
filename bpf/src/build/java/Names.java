// SPDX-License-Identifier: Apache-2.0
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/// C names to Java names.
final class Names {
    private Names() {}

    /// `lane_stream` → `LaneStream`.
    static String type(String name) {
        return Arrays.stream(name.split("_+"))
                .filter(word -> !word.isEmpty())
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /// `stream_id` → `streamId`.
    static String field(String name) {
        var type = type(name);
        return Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }

    /// The prefix that every constant of an enum carries, up to and with its last underscore; if they carry none in common,
    /// the last word of the enum's own name (`REASON_` of `enum weir_reason`), which is then taken from those that have it.
    static String prefix(String enumName, Collection<String> constants) {
        var common = constants.stream().reduce(Names::commonStart).orElse("");
        int underscore = common.lastIndexOf('_');
        if (underscore >= 0) {
            return common.substring(0, underscore + 1);
        }
        return enumName.substring(enumName.lastIndexOf('_') + 1).toUpperCase(Locale.ROOT) + "_";
    }

    static String withoutPrefix(String constant, String prefix) {
        return constant.startsWith(prefix) ? constant.substring(prefix.length()) : constant;
    }

    private static String commonStart(String left, String right) {
        int length = 0;
        while (length < Math.min(left.length(), right.length()) && left.charAt(length) == right.charAt(length)) {
            length++;
        }
        return left.substring(0, length);
    }
}
