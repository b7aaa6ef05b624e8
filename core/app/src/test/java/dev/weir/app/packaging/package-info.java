// SPDX-License-Identifier: Apache-2.0
/// What users install: the distribution and the containers.
@NullMarked
package dev.weir.app.packaging;

import org.jspecify.annotations.NullMarked;
