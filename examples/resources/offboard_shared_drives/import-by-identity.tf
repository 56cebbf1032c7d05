import {
  to = offboard_shared_drives.jane
  identity = {
    system = "google"
    person = "jane@acme.com"
  }
}
