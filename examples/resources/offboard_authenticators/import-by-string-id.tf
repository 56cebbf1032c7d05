import {
  to = offboard_authenticators.jane
  id = "okta/jane@acme.com"
}
