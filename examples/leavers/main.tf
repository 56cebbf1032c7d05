terraform {
  required_version = ">= 1.8" # functions of providers
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

variable "systems" {
  type        = set(string)
  default     = ["okta", "google"]
  description = "Where people have access: okta, google, or both. The applications in scim are systems too."
}

variable "okta_org_url" {
  type        = string
  default     = null
  description = "The Okta org, such as https://acme.okta.com. The credential comes from OKTA_API_TOKEN, or OKTA_API_CLIENT_ID and OKTA_API_PRIVATE_KEY."
}

variable "google_admin" {
  type        = string
  default     = null
  description = "The administrator in whose name the service account acts, such as offboarding@acme.com. The credential comes from GOOGLE_IMPERSONATE_SERVICE_ACCOUNT, or GOOGLEWORKSPACE_CREDENTIALS."
}

variable "google_endpoint" {
  type        = string
  default     = null
  description = "The URL of the sandbox, to try this on it. Google's own if it is left out."
}

variable "google_license_products" {
  type        = set(string)
  default     = null
  description = "The ids of the products of Google's that were bought. null asks for each that there is, which takes a second a product."
}

variable "scim" {
  type        = map(object({ url = string, profile = optional(string) }))
  default     = {}
  description = "Applications that speak SCIM: { slack = { url = \"https://api.slack.com/scim/v2\", profile = \"slack\" } }. The token comes from OFFBOARD_SCIM_SLACK_TOKEN."
}

variable "without" {
  type        = map(set(string))
  default     = {}
  description = "What a system does not have as it is set up or licensed: { okta = [\"group_ownership\"] } for an org without Identity Governance, { okta = [\"devices\", \"group_ownership\"] } for one on Classic Engine."
}

variable "sweep" {
  type        = set(string)
  default     = []
  description = "The systems in which everybody is asked what they have let the leavers into: [\"google\"]. It takes minutes in a big company."
}

provider "offboard" {
  okta = contains(var.systems, "okta") ? { org_url = var.okta_org_url } : null
  google = contains(var.systems, "google") ? {
    admin            = var.google_admin
    endpoint         = var.google_endpoint
    license_products = var.google_license_products
  } : null
  scim      = var.scim
  protected = ["breakglass@acme.example"]
}

locals {
  systems = setunion(var.systems, keys(var.scim))

  people = {
    for person, exit in merge(local.leavers_by_roster, yamldecode(file("${path.module}/leavers.yaml"))) :
    person => merge({ terminated = false, successor = null, disposition = "suspend", tolerate = {}, case = null }, try(local.leavers_by_roster[person], {}), exit)
  }

  # Where people sign in to everything else.
  identity_providers = setintersection(var.systems, ["okta"])

  # The kinds of access that each system has, but for what var.without says of yours.
  kinds = {
    for system in local.systems : system => setsubtract(
      provider::offboard::kinds(system), setunion(lookup(var.without, system, []), contains(var.sweep, system) ? [] : ["received_delegations"]),
    )
  }
}

module "leaver" {
  source   = "./modules/leaver"
  for_each = local.people

  person             = each.key
  systems            = local.systems
  identity_providers = local.identity_providers
  kinds              = local.kinds
  terminated         = each.value.terminated
  successor          = each.value.successor
  disposition        = each.value.disposition
  tolerate           = each.value.tolerate
  case               = each.value.case
}
