"""One dialog for every command."""
