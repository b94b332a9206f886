"""Every write of the room, a file for each kind of record."""
