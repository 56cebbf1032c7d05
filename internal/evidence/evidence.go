// Package evidence is what is left of an exit when it is over: who left, what they held, how it is known to be gone, what
// is still tolerated and until when. It knows no vendor and nothing of Terraform. The same facts give the same bytes on any
// machine, so that a digest and a signature of them can be checked by somebody who trusts neither.
package evidence

import "time"

// Type names this form of evidence, and its version.
const Type = "https://github.com/offboard/terraform-provider-offboard/evidence/v1"

// An Evidence is the record of one person's exit, made when the case is closed. Times are in UTC, to the second;
// durations are in whole seconds. Lists are in order: of controls by ID, of grants by ID.
type Evidence struct {
	Type string `json:"type"`
	// Program is what looked: its name and version.
	Program string `json:"program"`
	// Person is who left, by work email.
	Person string `json:"person"`
	// Reference is the ticket or pull request of the exit.
	Reference  string `json:"reference"`
	ApprovedBy string `json:"approved_by"`
	// Successor is who receives what goes to somebody else. Empty if nobody was named.
	Successor   string     `json:"successor,omitempty"`
	RequestedAt time.Time  `json:"requested_at"`
	ApprovedAt  *time.Time `json:"approved_at,omitempty"`
	ClosedAt    time.Time  `json:"closed_at"`
	// SLASeconds is how long an exit may take from RequestedAt.
	SLASeconds int64 `json:"sla_seconds"`
	// Systems are those in which the person was looked for.
	Systems  []System  `json:"systems"`
	Coverage Coverage  `json:"coverage"`
	Controls []Control `json:"controls"`
}

// A System is how one system knows the person, and who looked.
type System struct {
	Name string `json:"name"`
	// Account is the system's own id of the person's account. Empty says that the system answered that it has none.
	Account string `json:"account,omitempty"`
	// Status is the system's own word for the state of the account.
	Status string `json:"status,omitempty"`
	// Reader is the account whose credential looked. Empty for a service application, which is none.
	Reader string `json:"reader,omitempty"`
}

// A Coverage counts controls: Expected is the sum of the others.
type Coverage struct {
	Expected int `json:"expected"`
	// Checked were looked at, and all that was found is settled.
	Checked int `json:"checked"`
	// NotAvailable are kinds that a system does not have as it is set up or licensed.
	NotAvailable int `json:"not_available"`
	// Attested have no API: somebody says so.
	Attested int `json:"attested"`
	// Waived were not looked at, and somebody accepts that until a date.
	Waived int `json:"waived"`
}

// A Control is one place where access is looked for: one kind in one system, or an application without an API.
type Control struct {
	// ID is "system/kind", or "attestation/name".
	ID string `json:"id"`
	// Title is for the reader: "Group membership in okta".
	Title string `json:"title"`
	// Assurance is the weakest of what is known of its grants: observed, acknowledged, attested or waived; "not available"
	// where the system does not have the kind.
	Assurance string `json:"assurance"`
	// CheckedAt is when it was last looked at and nothing unsettled found. Nil where nobody looked.
	CheckedAt *time.Time `json:"checked_at,omitempty"`
	// ElapsedSeconds is from the request until the last of its grants was gone. Nil where there was nothing to go.
	ElapsedSeconds *int64 `json:"elapsed_seconds,omitempty"`
	// WithinSLA is nil where ElapsedSeconds is.
	WithinSLA *bool `json:"within_sla,omitempty"`
	// Reason is why it is not available.
	Reason string `json:"reason,omitempty"`
	// Tags are the controls of standards that this one is evidence for: "SOC 2 CC6.2".
	Tags []string `json:"tags"`
	// Grants are what the person held there, or what is attested.
	Grants []Grant `json:"grants,omitempty"`
	// Dormant stand for what can be neither used nor seen in the state that the account is in: nothing of it is said to be
	// gone.
	Dormant []string `json:"dormant,omitempty"`
	// Exception is who accepts that nobody looked, where Assurance is waived and there are no Grants.
	Exception *Exception `json:"exception,omitempty"`
}

// A Grant is one piece of access that the person held, and what became of it.
type Grant struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Assurance is observed, acknowledged, attested or waived.
	Assurance string `json:"assurance"`
	// RemovedAt is when whoever removed it found it gone. Nil where nothing of this configuration did.
	RemovedAt *time.Time `json:"removed_at,omitempty"`
	// RemovedBy is the resource that did: "offboard_group_membership".
	RemovedBy string `json:"removed_by,omitempty"`
	// AbsentAt is when the case looked itself and did not find it. Nil where that can't be seen.
	AbsentAt *time.Time `json:"absent_at,omitempty"`
	// ElapsedSeconds is from the request until it was gone; for what somebody attests, until they did. Nil where it is waived.
	ElapsedSeconds *int64 `json:"elapsed_seconds,omitempty"`
	WithinSLA      *bool  `json:"within_sla,omitempty"`
	// Successor is who received it.
	Successor string `json:"successor,omitempty"`
	// Attestation is who says so, where Assurance is attested.
	Attestation *Attestation `json:"attestation,omitempty"`
	// Exception is who accepts that it stays, where Assurance is waived.
	Exception *Exception `json:"exception,omitempty"`
}

// An Attestation is the word of somebody, for want of an API.
type Attestation struct {
	// Owner answers for the application; By said it.
	Owner     string     `json:"owner"`
	Statement string     `json:"statement"`
	By        string     `json:"by"`
	At        time.Time  `json:"at"`
	Reference string     `json:"reference,omitempty"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// An Exception is what somebody accepts until a date.
type Exception struct {
	Owner  string    `json:"owner"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// A Bundle is what an auditor is given: evidence, the digest of its canonical form, and whose word it is.
type Bundle struct {
	Evidence Evidence `json:"evidence"`
	// SHA256 is the digest of the canonical form (RFC 8785) of Evidence, in lower-case hexadecimal.
	SHA256 string `json:"sha256"`
	// Signature is Ed25519 (RFC 8032) over the canonical form, in standard Base64. Empty where no key was given.
	Signature string `json:"signature,omitempty"`
	// Key says which key signed: the SHA-256 of its public half as SubjectPublicKeyInfo in DER, in lower-case hexadecimal.
	Key string `json:"key,omitempty"`
}
