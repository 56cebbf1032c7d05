# One person's exit, in the order in which it is safe: locked out first, with what needs an account that is
# still active; then the account; then what has to go to somebody; and what it held last. depends_on is the
# order.

terraform {
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

# 1. Locked out. Authenticators are changed only while the account is active: all of Okta's, and of Google's the
# backup codes and 2-step verification.

resource "offboard_authenticators" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "authenticators", null)
}

resource "offboard_sessions" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "sessions", null)

  depends_on = [offboard_authenticators.this]
}

resource "offboard_tokens" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "tokens", null)

  depends_on = [offboard_authenticators.this]
}

# 2. The account.

resource "offboard_account" "this" {
  for_each = var.systems

  system      = each.key
  person      = var.person
  terminated  = var.terminated
  disposition = var.disposition
  tolerate    = lookup(var.tolerate, "account", null)

  depends_on = [offboard_sessions.this, offboard_tokens.this]
}

# 3. What goes to somebody else. Groups first: the only owner of a group in Google stays in it.

resource "offboard_group_ownership" "this" {
  for_each = setsubtract(var.systems, [for system, kinds in var.without : system if contains(kinds, "group_ownership")])

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "group_ownership", null)

  depends_on = [offboard_account.this]
}

resource "offboard_delegations" "this" {
  for_each = setsubtract(var.systems, [for system, kinds in var.without : system if contains(kinds, "delegations")])

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "delegations", null)

  depends_on = [offboard_account.this]
}

# 4. What it held. Roles and applications that come with a group go with the group.

resource "offboard_keys" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "keys", null)

  depends_on = [offboard_account.this]
}

resource "offboard_group_membership" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "group_membership", null)

  depends_on = [offboard_group_ownership.this]
}

resource "offboard_role_assignments" "this" {
  for_each = var.systems

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "role_assignments", null)

  depends_on = [offboard_group_membership.this]
}

resource "offboard_app_assignments" "this" {
  for_each = setsubtract(var.systems, [for system, kinds in var.without : system if contains(kinds, "app_assignments")])

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "app_assignments", null)

  depends_on = [offboard_group_membership.this]
}

resource "offboard_devices" "this" {
  for_each = setsubtract(var.systems, [for system, kinds in var.without : system if contains(kinds, "devices")])

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "devices", null)

  depends_on = [offboard_account.this]
}
