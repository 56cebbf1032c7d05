import {
  to = offboard_app_assignments.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
