import {
  to = offboard_group_membership.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
