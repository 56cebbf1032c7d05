import {
  to = offboard_drive_ownership.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
