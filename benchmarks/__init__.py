"""How fast the bot is on this machine, against a plain way of doing the same: `make bench`."""
