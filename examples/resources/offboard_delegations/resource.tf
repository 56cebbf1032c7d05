# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_delegations.jane
  id = "okta/jane@acme.com"
}

resource "offboard_delegations" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}
