import {
  to = offboard_delegations.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
