# What a person holds is adopted and shown in the same plan, however late they are added to leavers.yaml.
# An import block of what is in the state already does nothing.

locals {
  # { "okta/jane@acme.com" = { person = "jane@acme.com", system = "okta", … } }
  accounts = merge([
    for person, exit in local.people : {
      for system in local.systems : "${system}/${person}" => {
        person      = person
        system      = system
        identity    = contains(local.identity_providers, system)
        disposition = lookup(var.dispositions, system, exit.disposition == "delete" ? "suspend" : exit.disposition)
        deleted     = exit.disposition == "delete" && !contains(keys(var.dispositions), system)
      }
    }
  ]...)

  # Those in the systems that have each kind of access.
  having = {
    for kind in distinct(flatten([for kinds in values(local.kinds) : tolist(kinds)])) :
    kind => { for id, account in local.accounts : id => account if contains(local.kinds[account.system], kind) }
  }
}

import {
  for_each = { for id, account in lookup(local.having, "authenticators", {}) : id => account if account.identity }
  to       = module.leaver[each.value.person].offboard_authenticators.identity[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in lookup(local.having, "authenticators", {}) : id => account if !account.identity }
  to       = module.leaver[each.value.person].offboard_authenticators.this[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in lookup(local.having, "sessions", {}) : id => account if account.identity }
  to       = module.leaver[each.value.person].offboard_sessions.identity[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in lookup(local.having, "sessions", {}) : id => account if !account.identity }
  to       = module.leaver[each.value.person].offboard_sessions.this[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in local.accounts : id => account if account.identity && account.disposition == "suspend" }
  to       = module.leaver[each.value.person].offboard_account.identity[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in local.accounts : id => account if account.disposition != "delete" && !(account.identity && account.disposition == "suspend") }
  to       = module.leaver[each.value.person].offboard_account.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "tokens", {})
  to       = module.leaver[each.value.person].offboard_tokens.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "delegations", {})
  to       = module.leaver[each.value.person].offboard_delegations.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "group_ownership", {})
  to       = module.leaver[each.value.person].offboard_group_ownership.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "keys", {})
  to       = module.leaver[each.value.person].offboard_keys.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "group_membership", {})
  to       = module.leaver[each.value.person].offboard_group_membership.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "role_assignments", {})
  to       = module.leaver[each.value.person].offboard_role_assignments.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "app_assignments", {})
  to       = module.leaver[each.value.person].offboard_app_assignments.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "devices", {})
  to       = module.leaver[each.value.person].offboard_devices.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "drive_ownership", {})
  to       = module.leaver[each.value.person].offboard_drive_ownership.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "calendar_ownership", {})
  to       = module.leaver[each.value.person].offboard_calendar_ownership.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "dashboard_ownership", {})
  to       = module.leaver[each.value.person].offboard_dashboard_ownership.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "received_delegations", {})
  to       = module.leaver[each.value.person].offboard_received_delegations.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "shared_drives", {})
  to       = module.leaver[each.value.person].offboard_shared_drives.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "shared_secret", {})
  to       = module.leaver[each.value.person].offboard_shared_secret.this[each.value.system]
  id       = each.key
}

import {
  for_each = lookup(local.having, "licenses", {})
  to       = module.leaver[each.value.person].offboard_licenses.this[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in local.accounts : id => account if account.disposition == "delete" }
  to       = module.leaver[each.value.person].offboard_account.only_deleted[each.value.system]
  id       = each.key
}

import {
  for_each = { for id, account in local.accounts : id => account if account.deleted }
  to       = module.leaver[each.value.person].offboard_account.deleted[each.value.system]
  id       = each.key
}
