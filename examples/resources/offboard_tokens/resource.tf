# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_tokens.jane
  id = "okta/jane@acme.com"
}

resource "offboard_tokens" "jane" {
  system     = "okta"
  person     = "jane@acme.com"
  terminated = true
}
