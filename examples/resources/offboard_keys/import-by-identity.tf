import {
  to = offboard_keys.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
