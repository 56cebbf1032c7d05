import {
  to = offboard_authenticators.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
