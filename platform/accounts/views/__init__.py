"""Pages of accounts: signing in and out, one's own account, the office's list."""
