# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_account.jane
  id = "okta/jane@acme.com"
}

resource "offboard_account" "jane" {
  system      = "okta"
  person      = "jane@acme.com"
  terminated  = true
  disposition = "deactivate"
}
