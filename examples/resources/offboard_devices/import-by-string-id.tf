import {
  to = offboard_devices.jane
  id = "okta/jane@acme.com"
}
