// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// The relay cannot do what it was asked for. The message is a sentence with a remedy; nothing has changed.
public final class SteeringException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SteeringException(String sentence) {
        super(sentence);
    }

    static SteeringException noSubscriber(int id) {
        return new SteeringException("There is no subscriber " + id + "; 'subscriber list' numbers them.");
    }

    static SteeringException noTrack(String name) {
        return new SteeringException("There is no track '" + name + "'; 'track list' names them.");
    }
}
