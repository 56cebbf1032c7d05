# One person's exit, in the order in which it is safe: locked out first; then what needs an account that is still
# active; then the account; then what has to go to somebody; and what it held last. depends_on is the order. Terraform
# keeps it for everybody in the plan together: what fails for one person holds up the later steps of all.

terraform {
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

locals {
  # The systems that have each kind of access.
  having = {
    for kind in [
      "account", "app_assignments", "authenticators", "calendar_ownership", "dashboard_ownership", "delegations", "devices", "drive_ownership",
      "group_membership", "group_ownership", "keys", "licenses", "received_delegations", "role_assignments", "sessions", "shared_drives",
      "shared_secret", "tokens",
    ] :
    kind => toset([for system, kinds in var.kinds : system if contains(kinds, kind)])
  }

  # What becomes of the account in each system. A deletion takes along what nobody has been given yet, and is refused until
  # then: the account is suspended in its place in the order, and deleted at the end. Where dispositions says delete there is
  # nothing to suspend: it waits for what it would take along in that system, and for no transfer.
  disposition  = { for system in var.systems : system => lookup(var.dispositions, system, var.disposition == "delete" ? "suspend" : var.disposition) }
  only_deleted = toset([for system in var.systems : system if local.disposition[system] == "delete"])
  deleted      = toset([for system in var.systems : system if var.disposition == "delete" && !contains(keys(var.dispositions), system)])

  # Suspending an account takes nothing along, so an identity provider does it at once. What is harsher may end accounts
  # in the systems behind it too, and waits for what needs those to be active.
  suspended_first = toset([for system in var.identity_providers : system if local.disposition[system] == "suspend"])
}

# 1. Locked out where people sign in to everything else. This waits for no other system, and for none that fails.
# The second factors and the password come first: Okta promises to change them of an active account only.

resource "offboard_authenticators" "identity" {
  for_each = setintersection(local.having["authenticators"], var.identity_providers)

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "authenticators", null)
}

resource "offboard_sessions" "identity" {
  for_each = setintersection(local.having["sessions"], var.identity_providers)

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "sessions", null)

  depends_on = [offboard_authenticators.identity]
}

resource "offboard_account" "identity" {
  for_each = local.suspended_first

  system      = each.key
  person      = var.person
  terminated  = var.terminated
  disposition = local.disposition[each.key]
  tolerate    = lookup(var.tolerate, "account", null)

  depends_on = [offboard_sessions.identity]
}

# 2. Locked out everywhere else, at the same time. Google changes backup codes and 2-step verification of an active
# account only, so its account has to wait.

resource "offboard_authenticators" "this" {
  for_each = setsubtract(local.having["authenticators"], var.identity_providers)

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "authenticators", null)
}

resource "offboard_sessions" "this" {
  for_each = setsubtract(local.having["sessions"], var.identity_providers)

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "sessions", null)

  depends_on = [offboard_authenticators.this]
}

# 3. What acts for them without signing in, and what needs an account that is still active: Google shows and changes
# the settings of a mailbox only then.

resource "offboard_tokens" "this" {
  for_each = local.having["tokens"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "tokens", null)

  depends_on = [offboard_account.identity, offboard_sessions.identity, offboard_sessions.this]
}

resource "offboard_delegations" "this" {
  for_each = local.having["delegations"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "delegations", null)

  depends_on = [offboard_account.identity, offboard_sessions.identity, offboard_sessions.this]
}

# 4. The account.

resource "offboard_account" "this" {
  for_each = setsubtract(setsubtract(var.systems, local.suspended_first), local.only_deleted)

  system      = each.key
  person      = var.person
  terminated  = var.terminated
  disposition = local.disposition[each.key]
  tolerate    = lookup(var.tolerate, "account", null)

  depends_on = [offboard_tokens.this, offboard_delegations.this]
}

# 5. What goes to somebody else. Groups first: the only owner of a group in Google stays in it.

resource "offboard_group_ownership" "this" {
  for_each = local.having["group_ownership"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "group_ownership", null)

  depends_on = [offboard_account.this]
}

resource "offboard_shared_drives" "this" {
  for_each = local.having["shared_drives"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "shared_drives", null)

  depends_on = [offboard_account.this]
}

# 6. What it held. Roles and applications that come with a group go with the group.

resource "offboard_keys" "this" {
  for_each = local.having["keys"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "keys", null)

  depends_on = [offboard_account.this]
}

resource "offboard_group_membership" "this" {
  for_each = local.having["group_membership"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "group_membership", null)

  depends_on = [offboard_group_ownership.this]
}

resource "offboard_role_assignments" "this" {
  for_each = local.having["role_assignments"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "role_assignments", null)

  depends_on = [offboard_group_membership.this]
}

resource "offboard_app_assignments" "this" {
  for_each = local.having["app_assignments"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "app_assignments", null)

  depends_on = [offboard_group_membership.this]
}

resource "offboard_devices" "this" {
  for_each = local.having["devices"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "devices", null)

  depends_on = [offboard_account.this]
}

resource "offboard_received_delegations" "this" {
  for_each = local.having["received_delegations"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "received_delegations", null)

  depends_on = [offboard_account.this]
}

resource "offboard_account" "only_deleted" {
  for_each = local.only_deleted

  system      = each.key
  person      = var.person
  terminated  = var.terminated
  disposition = "delete"
  tolerate    = lookup(var.tolerate, "account", null)

  depends_on = [offboard_app_assignments.this, offboard_keys.this, offboard_role_assignments.this]
}

# 7. What they know. A new version is made when they can't read it any more, by what they signed in to or by a key. Nothing but the
# proof waits for this: what can't be changed from here stays until somebody does.

resource "offboard_shared_secret" "this" {
  for_each = local.having["shared_secret"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "shared_secret", null)

  depends_on = [offboard_keys.this, offboard_role_assignments.this]
}

# 8. What moves by itself once it has begun, and takes as long as it takes: only the licences wait for it. Google advises to
# suspend an account first, so that nothing is added meanwhile.

resource "offboard_drive_ownership" "this" {
  for_each = local.having["drive_ownership"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "drive_ownership", null)

  depends_on = [offboard_account.this]
}

resource "offboard_calendar_ownership" "this" {
  for_each = local.having["calendar_ownership"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "calendar_ownership", null)

  depends_on = [offboard_account.this]
}

resource "offboard_dashboard_ownership" "this" {
  for_each = local.having["dashboard_ownership"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  successor  = var.successor
  tolerate   = lookup(var.tolerate, "dashboard_ownership", null)

  depends_on = [offboard_account.this]
}

# 9. The licences, last: what has not been transferred could be lost with them.

resource "offboard_licenses" "this" {
  for_each = local.having["licenses"]

  system     = each.key
  person     = var.person
  terminated = var.terminated
  tolerate   = lookup(var.tolerate, "licenses", null)

  depends_on = [offboard_drive_ownership.this, offboard_calendar_ownership.this, offboard_dashboard_ownership.this]
}

# 10. The account itself, where it is to be deleted: when there is nothing left that it could take along.

resource "offboard_account" "deleted" {
  for_each = local.deleted

  system      = each.key
  person      = var.person
  terminated  = var.terminated
  disposition = "delete"
  tolerate    = lookup(var.tolerate, "account", null)

  depends_on = [
    offboard_app_assignments.this, offboard_devices.this, offboard_keys.this, offboard_licenses.this, offboard_received_delegations.this,
    offboard_role_assignments.this, offboard_shared_drives.this,
  ]
}

# 11. What no system can be asked about: somebody says so.

resource "offboard_attestation" "this" {
  for_each = var.case == null ? {} : var.case.attestations

  person      = var.person
  application = each.value.application
  owner       = each.value.owner
  statement   = each.value.statement
  attested_by = each.value.attested_by
  attested_at = each.value.attested_at
  reference   = each.value.reference
}

# 12. The proof. It looks at everything itself, so it comes after everything.

resource "offboard_case" "this" {
  count = var.terminated && var.case != null ? 1 : 0

  person       = var.person
  requested_at = var.case.requested_at
  approved_by  = var.case.approved_by
  approved_at  = var.case.approved_at
  reference    = var.case.reference
  sla          = var.case.sla
  successor    = var.successor
  systems      = var.systems
  attestations = offboard_attestation.this
  exceptions   = var.case.exceptions

  depends_on = [
    offboard_authenticators.identity, offboard_sessions.identity, offboard_account.identity, offboard_authenticators.this,
    offboard_sessions.this, offboard_tokens.this, offboard_delegations.this, offboard_account.this,
    offboard_group_ownership.this, offboard_shared_drives.this, offboard_keys.this, offboard_group_membership.this,
    offboard_role_assignments.this, offboard_app_assignments.this, offboard_devices.this, offboard_received_delegations.this,
    offboard_drive_ownership.this, offboard_calendar_ownership.this, offboard_dashboard_ownership.this, offboard_licenses.this,
    offboard_shared_secret.this, offboard_account.only_deleted, offboard_account.deleted,
  ]
}
