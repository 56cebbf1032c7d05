data "offboard_access" "jane" {
  person = "jane@acme.com"
}

# How much she holds of what, and where nothing was checked.
output "holds" {
  value = { for place in data.offboard_access.jane.checked : place => length([
    for held in data.offboard_access.jane.access : held.id if "${held.system}/${held.kind}" == place
  ]) }
}

output "unchecked" {
  value = merge(data.offboard_access.jane.not_available, data.offboard_access.jane.left_out)
}

# Watch the groups she is in, in each system that has groups. What she holds now is no good for_each: the resource would
# go with the last group, and nobody would see one come back.
locals {
  systems = toset([for place in data.offboard_access.jane.checked : split("/", place)[0] if endswith(place, "/group_membership")])
}

import {
  for_each = local.systems
  to       = offboard_group_membership.jane[each.key]
  id       = "${each.key}/jane@acme.com"
}

resource "offboard_group_membership" "jane" {
  for_each = local.systems
  system   = each.key
  person   = "jane@acme.com"
}
