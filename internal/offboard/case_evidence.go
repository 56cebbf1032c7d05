package offboard

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/evidence"
)

// readers are the accounts whose credentials look, by system. A service application is none.
func (r *Case) readers(ctx context.Context) (map[string]access.AccountID, error) {
	readers := map[string]access.AccountID{}
	for name, system := range r.env.Systems {
		caller, owned, err := system.Directory.Caller(ctx)
		if err != nil {
			return nil, err
		}
		if owned {
			readers[name] = caller
		}
	}
	return readers, nil
}

// evidence is the record of a case of which nothing is outstanding. Sealing it puts it in order, and its times in UTC.
func (r *Case) evidence(v caseValues, now caseFacts, readers map[string]access.AccountID) evidence.Evidence {
	requested, _ := moment(v.RequestedAt)
	record := evidence.Evidence{
		Type: evidence.Type, Program: r.env.Program, Person: string(v.person()), Reference: v.Reference.ValueString(), ApprovedBy: v.ApprovedBy.ValueString(),
		Successor: strings.ToLower(v.Successor.ValueString()), RequestedAt: requested, ApprovedAt: momentOrNil(v.ApprovedAt), ClosedAt: now.AsOf,
		SLASeconds: int64(v.sla() / time.Second),
	}
	for name, account := range now.Accounts {
		system := evidence.System{Name: name, Account: string(account.ID), Status: account.Status, Reader: string(readers[name])}
		if account.Gone {
			system.Status = "deleted"
		}
		record.Systems = append(record.Systems, system)
	}
	for name, control := range now.Controls {
		record.Controls = append(record.Controls, r.control(v, name, control))
	}
	for name, a := range v.attestations() {
		record.Controls = append(record.Controls, attestedControl(v, now, name, a))
	}
	record.Coverage = evidence.Count(record.Controls)
	return record
}

// control is what is known of one place.
func (r *Case) control(v caseValues, name string, fact controlFact) evidence.Control {
	system, kind, _ := strings.Cut(name, "/")
	control := evidence.Control{
		ID: name, Title: title(kind) + " in " + system, Tags: r.tags(kind), Dormant: fact.Dormant,
	}
	exceptions := v.exceptions()
	if fact.NotAvailable != "" {
		control.Assurance, control.Reason = evidence.NotAvailable, fact.NotAvailable
		return control
	}
	for id, grant := range fact.Grants {
		row := evidence.Grant{ID: string(id), Label: grant.Label}
		accepted := exceptions[keyOf(name, id)]
		if place := exceptions[name]; place.until.After(accepted.until) {
			accepted = place // The other may have ended.
		}
		removed := grant.removed()
		switch {
		case grant.unsettled():
			row.Assurance, row.Exception = string(access.Waived), exceptionOf(accepted)
		case grant.Acknowledged:
			row.Assurance = string(access.Acknowledged)
		case !grant.AbsentAt.IsZero():
			row.Assurance, row.AbsentAt = string(access.Observed), &grant.AbsentAt
		case removed != nil:
			// Gone by the word of the resource that took it away, and not to be seen since.
			row.Assurance = string(removed.Assurance)
		}
		if removed != nil && !grant.unsettled() {
			row.RemovedAt, row.RemovedBy, row.Successor = &removed.At, removed.By, removed.Successor
			if removed.Assurance == access.Acknowledged {
				row.Assurance = string(access.Acknowledged)
			}
		}
		if gone := cmp.Or(row.RemovedAt, row.AbsentAt); gone != nil {
			row.ElapsedSeconds, row.WithinSLA = v.elapsed(*gone)
			if control.ElapsedSeconds == nil || *row.ElapsedSeconds > *control.ElapsedSeconds {
				control.ElapsedSeconds, control.WithinSLA = row.ElapsedSeconds, row.WithinSLA
			}
		}
		control.Grants = append(control.Grants, row)
	}
	control.Assurance = evidence.Weakest(control.Grants)
	if fact.Waived {
		control.Assurance, control.Exception = string(access.Waived), exceptionOf(exceptions[name])
	} else {
		control.CheckedAt = &fact.CheckedAt
	}
	return control
}

// attestedControl is what somebody says, or accepts that nobody does.
func attestedControl(v caseValues, now caseFacts, name string, a attestation) evidence.Control {
	control := evidence.Control{ID: attestationPrefix + name, Title: a.Application.ValueString(), Tags: baseControls}
	if a.status(now.AsOf) != attested {
		control.Assurance, control.Exception = string(access.Waived), exceptionOf(v.exceptions()[control.ID])
		return control
	}
	said, _ := moment(a.AttestedAt)
	row := evidence.Grant{
		ID: name, Label: a.Statement.ValueString(), Assurance: string(access.Attested),
		Attestation: &evidence.Attestation{
			Owner: a.Owner.ValueString(), Statement: a.Statement.ValueString(), By: a.AttestedBy.ValueString(), At: said,
			Reference: a.Reference.ValueString(), ExpiresAt: momentOrNil(a.ExpiresAt),
		},
	}
	row.ElapsedSeconds, row.WithinSLA = v.elapsed(said)
	control.Assurance, control.ElapsedSeconds, control.WithinSLA, control.Grants = row.Assurance, row.ElapsedSeconds, row.WithinSLA, []evidence.Grant{row}
	return control
}

// baseControls are those of standards that the end of any access is evidence for.
var baseControls = []string{"ISO 27001 A.5.18", "NIST CSF 2.0 PR.AA-05", "NIST SP 800-53 PS-4", "SOC 2 CC6.2", "SOC 2 CC6.3"}

// tags are the controls of standards that a kind of access is evidence for, in order.
func (r *Case) tags(kind string) []string {
	tags := slices.Clone(baseControls)
	for _, row := range r.table {
		if row.Name == kind {
			tags = append(tags, row.Controls...)
		}
	}
	return tags
}

func title(kind string) string {
	words := strings.ReplaceAll(kind, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// elapsed is how long it took from the request, and whether that was in time.
func (v caseValues) elapsed(gone time.Time) (*int64, *bool) {
	requested, _ := moment(v.RequestedAt)
	took := evidence.Elapsed(requested, gone)
	within := took <= int64(v.sla()/time.Second)
	return &took, &within
}

func exceptionOf(e exception) *evidence.Exception {
	return &evidence.Exception{Owner: e.owner, Reason: e.reason, Until: e.until}
}

func momentOrNil(s types.String) *time.Time {
	if at, ok := moment(s); ok {
		return &at
	}
	return nil
}

// seal sets what a closed case shows of its evidence.
func (v *caseValues) seal(bundle evidence.Bundle) error {
	canonical, err := evidence.Canonical(bundle.Evidence)
	if err != nil {
		return err
	}
	whole, err := bundle.JSON()
	if err != nil {
		return err
	}
	v.Evidence, v.SHA256, v.Signature, v.Bundle = types.StringValue(string(canonical)), types.StringValue(bundle.SHA256), optional(bundle.Signature), types.StringValue(string(whole))
	return nil
}

// unseen are the lines to say of places that could not be looked at, in order.
func (f caseFacts) unseen() (lines []string) {
	for _, name := range sorted(f.Controls) {
		if reason := f.Controls[name].Unseen; reason != "" {
			lines = append(lines, "  - "+name+": "+reason)
		}
	}
	return lines
}

// dormant are the labels of what can be neither used nor seen, in order.
func (f caseFacts) dormant() (labels []string) {
	for _, name := range sorted(f.Controls) {
		for _, label := range f.Controls[name].Dormant {
			labels = append(labels, "  - "+name+": "+label)
		}
	}
	return labels
}
