import {
  to = offboard_sessions.jane
  id = "okta/jane@acme.com"
}
