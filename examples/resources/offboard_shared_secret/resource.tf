# Adopted and shown in one plan: the rows of access that go, as "-" lines.
import {
  to = offboard_shared_secret.jane
  id = "vault/jane@acme.com"
}

resource "offboard_shared_secret" "jane" {
  system     = "vault"
  person     = "jane@acme.com"
  terminated = true
}
