import {
  to = offboard_tokens.jane
  id = "okta/jane@acme.com"
}
