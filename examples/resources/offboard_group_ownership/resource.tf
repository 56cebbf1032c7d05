# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_group_ownership.jane
  id = "okta/jane@acme.com"
}

resource "offboard_group_ownership" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
  successor  = "maria@acme.com"
}
