import {
  to = offboard_devices.jane
  identity = {
    system = "okta"
    person = "jane@acme.com"
  }
}
