"""Reads of the policy in force: the resolved stack, and what its pages show."""

from tenants.policy.queries.stack import (
    DATA_ENTRY,
    Binding,
    NoPolicy,
    binding_on,
    data_entry_on,
    digest_by,
    documents,
    has_any,
    has_policy,
    in_force_ids,
    is_own_document,
    layers_on,
    parent_policy_on,
    policies_over,
    policy_of,
    policy_on,
)

__all__ = [
    "DATA_ENTRY",
    "Binding",
    "NoPolicy",
    "binding_on",
    "data_entry_on",
    "digest_by",
    "documents",
    "has_any",
    "has_policy",
    "in_force_ids",
    "is_own_document",
    "layers_on",
    "parent_policy_on",
    "policies_over",
    "policy_of",
    "policy_on",
]  # fmt: skip
