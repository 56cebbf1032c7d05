import {
  to = offboard_shared_secret.jane
  id = "vault/jane@acme.com"
}
