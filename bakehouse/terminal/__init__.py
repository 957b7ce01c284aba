"""The command line's subcommands and how they print."""
