// SPDX-License-Identifier: Apache-2.0
import java.util.List;
import java.util.Map;

/// One type of a BTF section.
///
/// @param kind one of the `BTF_KIND_*` numbers below
/// @param name empty for an anonymous type
/// @param size bytes, of types that have a size
/// @param reference the type that a typedef, a qualifier or an array is made of
/// @param elements of an array
/// @param members of a struct
/// @param values of an enum, in order of declaration
record BtfType(int kind, String name, int size, int reference, int elements, List<Member> members, Map<String, Long> values) {
    static final int INT = 1;
    static final int POINTER = 2;
    static final int ARRAY = 3;
    static final int STRUCT = 4;
    static final int UNION = 5;
    static final int ENUM = 6;
    static final int TYPEDEF = 8;
    static final int VOLATILE = 9;
    static final int CONST = 10;
    static final int RESTRICT = 11;
    static final int FUNC_PROTO = 13;
    static final int VARIABLE = 14;
    static final int DATASEC = 15;
    static final int DECL_TAG = 17;
    static final int TYPE_TAG = 18;
    static final int ENUM64 = 19;

    /// @param offset bytes from the start of the struct
    record Member(String name, int type, int offset) {}

    boolean isEnum() {
        return kind == ENUM;
    }

    boolean isStruct() {
        return kind == STRUCT;
    }

    /// Whether this type only gives another name or quality to the type it refers to.
    boolean isTransparent() {
        return kind == TYPEDEF || kind == VOLATILE || kind == CONST || kind == RESTRICT || kind == TYPE_TAG;
    }
}
