import {
  to = offboard_tokens.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
