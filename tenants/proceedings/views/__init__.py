"""The pages of the sign-off runtime."""
