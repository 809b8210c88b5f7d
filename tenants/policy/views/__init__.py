"""Pages of the policy: what it says, how it compares, our own adaptation, which documents are adopted."""
