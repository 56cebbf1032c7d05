terraform {
  required_version = ">= 1.7" # import blocks with for_each
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

variable "okta_org_url" {
  type        = string
  description = "The Okta org, such as https://acme.okta.com. The credential comes from OKTA_API_TOKEN, or OKTA_API_CLIENT_ID and OKTA_API_PRIVATE_KEY."
}

variable "without" {
  type        = map(set(string))
  default     = {}
  description = "What a system does not have as it is set up or licensed: { okta = [\"group_ownership\"] } for an org without Identity Governance, { okta = [\"devices\", \"group_ownership\"] } for one on Classic Engine."
}

provider "offboard" {
  okta = { org_url = var.okta_org_url }
  # google  = { admin = "offboarding@acme.example" } # and "google" among the systems below
  protected = ["breakglass@acme.example"]
}

locals {
  people  = yamldecode(file("${path.module}/leavers.yaml"))
  systems = ["okta"]

  # { "okta/jane@acme.com" = { person = "jane@acme.com", system = "okta" } }
  accounts = merge([
    for person in keys(local.people) : {
      for system in local.systems : "${system}/${person}" => { person = person, system = system }
    }
  ]...)

  # The kinds of access that a system does not have, in addition to what var.without says of yours.
  lacks   = { google = ["app_assignments", "delegations", "devices"] }
  without = { for system in local.systems : system => setunion(lookup(local.lacks, system, []), lookup(var.without, system, [])) }
  having = {
    for kind in ["app_assignments", "delegations", "devices", "group_ownership"] :
    kind => { for id, account in local.accounts : id => account if !contains(local.without[account.system], kind) }
  }
}

module "leaver" {
  source   = "./modules/leaver"
  for_each = local.people

  person      = each.key
  systems     = local.systems
  without     = local.without
  terminated  = try(each.value.terminated, false)
  successor   = try(each.value.successor, null)
  disposition = try(each.value.disposition, "suspend")
  tolerate    = try(each.value.tolerate, {})
}
