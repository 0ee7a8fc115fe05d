"""One mail per convocation, change and cancellation (K.b); no address travels in an event."""
