# What is left of an exit: the evidence, and somebody who goes on looking.

import {
  for_each = { for person, exit in local.people : person => exit if exit.terminated && exit.case != null }
  to       = module.leaver[each.key].offboard_case.this[0]
  id       = each.key
}

locals {
  bundles = { for person, leaver in module.leaver : person => leaver.case.bundle if leaver.case != null }
}

# One document a person: terraform output -json evidence. Keep it with the ticket, and check it with
# terraform-provider-offboard verify.
output "evidence" {
  sensitive   = true
  value       = length(local.bundles) > 0 ? local.bundles : null # An empty one would be a change of every first plan.
  description = "The bundles of the cases that are closed."
}

# The nightly plan says of a case whether it is still closed: its exit code is 2 if something came back, and 1 if it
# could not look. These say it in words besides, and what will have to be done soon.
check "cases_are_closed" {
  assert {
    condition     = alltrue([for leaver in values(module.leaver) : leaver.case.closed_at != null if leaver.case != null])
    error_message = "A case is open: somebody who has left holds something, or an attestation is missing."
  }
}

check "exceptions_end_later" {
  assert {
    condition = alltrue(flatten([
      for exit in values(local.people) : [
        for exception in try(values(exit.case.exceptions), []) : timecmp(exception.until, timeadd(plantimestamp(), "168h")) > 0
      ]
    ]))
    error_message = "An exception ends within a week: what it allows to stay is outstanding from then on."
  }
}
