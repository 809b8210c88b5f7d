"""What one can be allowed to do. One enum; a view or endpoint declares exactly one."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    HOME = "home"  # one's own desk, one's own account
    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    ORGANISATION_READ = "organisation.read"  # sectors, special committees, offices and groups, with everybody's names
    RECORDS_READ = "records.read"
    RECORDS_OWN = "records.own"  # register and see one's own records
    RECORDS_WRITE = "records.write"  # register for others
    RECORDS_CONFIRM = "records.confirm"
    STANDING_READ = "standing.read"
    STANDING_OWN = "standing.own"
    STANDING_DECIDE = "standing.decide"  # waive a duty, answer an objection
    POLICY_READ = "policy.read"
    POLICY_ADAPT = "policy.adapt"
    POLICY_ADOPT = "policy.adopt"  # register what a body decided about a draft somebody else prepared
    RETURNS_READ = "returns.read"
    RETURNS_CLOSE = "returns.close"
    RETURNS_SIGN = "returns.sign"
    RETURNS_SUBMIT = "returns.submit"
    RETURNS_DECIDE = "returns.decide"  # accept or return what a child sent
    ROLLUP_READ = "rollup.read"
    SIGNING_READ = "signing.read"  # processes, and the steps that are one's own to sign
    SIGNING_DECIDE = "signing.decide"  # enter what a body decided, with meeting and day
    SIGNING_RECORD = "signing.record"  # take steps nobody is named for; enter what was signed on paper
    AUDIT_READ = "audit.read"
    ACCOUNTS_MANAGE = "accounts.manage"  # invite people, change their roles, end their access
    STATEMENT_READ = "statement.read"  # what the committee uses, at ¥0.00
    JOBS_READ = "jobs.read"
    JOBS_CANCEL = "jobs.cancel"  # and start a failed one again
    OPERATE = "operate"  # the bare host
