"""What becomes of a flow, there and back, and why it is lost: read by the engine for one packet and by the one for all."""
