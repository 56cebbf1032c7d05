import {
  to = offboard_keys.jane
  id = "okta/jane@acme.com"
}
