import {
  to = offboard_shared_secret.jane
  identity = {
    system = "vault"
    person = "jane@acme.com"
  }
}
