"""What an installation does now and has done in the last hour, for who operates it: on a page and in the terminal."""
