import {
  to = offboard_group_ownership.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
