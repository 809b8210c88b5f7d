"""Pages of contacts, claims and constituents."""
