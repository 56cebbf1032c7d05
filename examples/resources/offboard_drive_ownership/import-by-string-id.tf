import {
  to = offboard_drive_ownership.jane
  id = "google/jane@acme.com"
}
