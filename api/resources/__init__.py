"""One module per resource: its shape, its query, its bodies, its endpoints."""
