"""The border to the unit's calendar at Google: a small base, the real one, one in memory."""
