import {
  to = offboard_sessions.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
