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
  description = "Where people have access: okta, google, github, aws, aws_identity_center and vault, or some of them. The applications in scim are systems too."
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

variable "github" {
  type        = object({ organization = optional(string), enterprise = optional(string), base_url = optional(string) })
  default     = {}
  description = "The organization on GitHub. What is left out comes from GITHUB_OWNER and GITHUB_BASE_URL, and the credentials from GITHUB_TOKEN and GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PEM_FILE."
}

variable "aws" {
  type        = object({ account_id = string, region = optional(string), root_email = optional(string), assume_role = optional(string), endpoint = optional(string) })
  default     = null
  description = "The AWS account whose IAM users leave, and the address of its root user, who must not. The credential comes from the environment, as for the aws provider."
}

variable "aws_identity_center" {
  type        = object({ account_id = string, region = optional(string), assume_role = optional(string), endpoint = optional(string) })
  default     = null
  description = "The management account of the organisation, and the region of its Identity Center."
}

variable "vault" {
  type        = object({ address = optional(string), namespace = optional(string) })
  default     = {}
  description = "Vault or OpenBao. What is left out comes from VAULT_ADDR and VAULT_NAMESPACE, and the credential from VAULT_TOKEN."
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

variable "dispositions" {
  type        = map(string)
  default     = { github = "delete" }
  description = "What becomes of the account in a system that does not have what leavers.yaml says, suspend if nothing: { wiki = \"deactivate\", github = \"delete\" }. An organization on GitHub can only let somebody go; managed users are suspended there, so leave it out for them."
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
  github              = contains(var.systems, "github") ? var.github : null
  aws                 = contains(var.systems, "aws") ? var.aws : null
  aws_identity_center = contains(var.systems, "aws_identity_center") ? var.aws_identity_center : null
  vault               = contains(var.systems, "vault") ? var.vault : null

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
  dispositions       = var.dispositions
  tolerate           = each.value.tolerate
  case               = each.value.case
}
