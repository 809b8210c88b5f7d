"""What is written at the desk: notices, and what becomes of them."""

from tenants.desk.actions.notices import put, settle

__all__ = ["put", "settle"]
