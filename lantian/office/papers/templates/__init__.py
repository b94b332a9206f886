"""Templates that come with the program; an office replaces one by uploading its own version."""
