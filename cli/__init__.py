"""The `fieldtrail` command."""
