"""Where the house is put together: settings, addresses, the access table, the command line."""
