variable "person" {
  type        = string
  description = "Who leaves, by work email."
}

variable "systems" {
  type        = set(string)
  description = "Where they have access."
}

variable "identity_providers" {
  type        = set(string)
  default     = []
  description = "Those of the systems through which people sign in to others."
}

variable "kinds" {
  type        = map(set(string))
  description = "The kinds of access that each of the systems has."
}

variable "terminated" {
  type        = bool
  default     = false
  description = "false watches; true is the exit."
}

variable "successor" {
  type        = string
  default     = null
  description = "Who receives what has to go to somebody, by work email."
}

variable "disposition" {
  type        = string
  default     = "suspend"
  description = "What becomes of the account: suspend, delete, or what else all of the systems have (Okta: deactivate; Google: archive)."
}

variable "dispositions" {
  type        = map(string)
  default     = {}
  description = "What becomes of it in single systems instead."
}

variable "tolerate" {
  type        = map(map(string))
  default     = {}
  description = "Known exceptions by kind: { group_membership = { \"00g1\" = \"2026-12-31T00:00:00Z\" } }."
}

variable "case" {
  type = object({
    requested_at = string
    approved_by  = string
    reference    = string
    approved_at  = optional(string)
    sla          = optional(string)
    attestations = optional(map(object({
      application = string
      owner       = string
      statement   = string
      attested_by = optional(string)
      attested_at = optional(string)
      reference   = optional(string)
    })), {})
    exceptions = optional(map(object({
      owner  = string
      reason = string
      until  = string
    })), {})
  })
  default     = null
  description = "Who asked for the exit and who approved it, what somebody has to attest, and what somebody accepts for a while. null is an exit without a case, and so without evidence."
}
