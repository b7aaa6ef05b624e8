// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// The test loads BPF programs: it is skipped, with the reason, where the process or the kernel cannot.
/// Where the environment says `CI=true` a missing requirement is a failure instead.
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BpfCondition.class)
public @interface RequiresBpf {}
