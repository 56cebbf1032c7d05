# What a person holds is adopted and shown in the same plan, however late they are added to leavers.yaml.
# An import block of what is in the state already does nothing.

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_authenticators.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_sessions.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_tokens.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_account.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_keys.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_group_membership.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.accounts
  to       = module.leaver[each.value.person].offboard_role_assignments.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.having["app_assignments"]
  to       = module.leaver[each.value.person].offboard_app_assignments.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.having["devices"]
  to       = module.leaver[each.value.person].offboard_devices.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.having["delegations"]
  to       = module.leaver[each.value.person].offboard_delegations.this[each.value.system]
  id       = each.key
}

import {
  for_each = local.having["group_ownership"]
  to       = module.leaver[each.value.person].offboard_group_ownership.this[each.value.system]
  id       = each.key
}
