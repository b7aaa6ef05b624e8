// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;

/// What became of a track's frames since the track began, or of all frames since the relay began.
///
/// @param track full track name, fields with slashes between them; empty for all tracks, those that are gone included
/// @param id tells tracks apart that had the same name one after the other
/// @param subscriptions that objects flow to
/// @param counts those that are not 0
public record TrackCopies(String track, long id, int subscriptions, List<CopyCount> counts) {}
