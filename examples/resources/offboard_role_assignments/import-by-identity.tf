import {
  to = offboard_role_assignments.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
