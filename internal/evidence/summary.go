package evidence

import "time"

// A Summary is a verdict as programs read it. What the evidence says is there only where the bundle is intact.
type Summary struct {
	Valid    bool     `json:"valid"`
	Verdict  Status   `json:"verdict"`
	Reason   string   `json:"reason"`
	Problems []string `json:"problems,omitempty"`
	SHA256   string   `json:"sha256,omitempty"`
	// Key is the fingerprint of the key that signed, only where it is the trusted one.
	Key         string     `json:"key,omitempty"`
	Person      string     `json:"person,omitempty"`
	Reference   string     `json:"reference,omitempty"`
	ApprovedBy  string     `json:"approved_by,omitempty"`
	RequestedAt *time.Time `json:"requested_at,omitempty"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	Coverage    *Coverage  `json:"coverage,omitempty"`
}

// Summarize makes the summary of a verdict.
func Summarize(v Verdict) Summary {
	s := Summary{Valid: v.Status == Valid, Verdict: v.Status, Reason: v.Reason, Problems: v.Problems, SHA256: v.SHA256}
	if s.Valid {
		s.Key = v.Key
	}
	if e := v.Evidence; e != nil {
		s.Person, s.Reference, s.ApprovedBy = e.Person, e.Reference, e.ApprovedBy
		s.RequestedAt, s.ClosedAt, s.Coverage = &e.RequestedAt, &e.ClosedAt, &e.Coverage
	}
	return s
}
