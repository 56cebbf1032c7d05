# Whoever leaves loses what there is of devices, in each system that has any.
resource "offboard_devices" "jane" {
  for_each = toset([for system in ["okta", "google"] : system if contains(provider::offboard::kinds(system), "devices")])

  system     = each.key
  person     = "jane@acme.com"
  terminated = true
}
