package offboard

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// facts are what was learnt when access was last listed and is not for the reviewer's eyes: they travel in
// the resource's private state, from Read into the plan, and with the plan into the apply. That is what
// lets ModifyPlan warn and decide without asking anybody, and decide the same both times.
type facts struct {
	// AsOf is when the list was taken. It is the plan's notion of now.
	AsOf time.Time `json:"as_of"`
	// Names are the account's own, and Aliases lead to it as well; Active says that it can be signed in to.
	Names   []string `json:"names,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
	Active  bool     `json:"active,omitempty"`
	// Pinned says that the configuration named the account.
	Pinned bool `json:"pinned,omitempty"`
	// Unrecorded says that what outlives the account could not be seen any more when it was first looked at.
	Unrecorded bool `json:"unrecorded,omitempty"`
	// Dormant names what could be neither used nor seen in the state that the account was in.
	Dormant []string `json:"dormant,omitempty"`
	// Accounts are, for the account itself as a grant, how it is called and how far it has been brought.
	Accounts map[access.GrantID]standing `json:"accounts,omitempty"`
	// Marks are the versions at which removals were acknowledged.
	Marks access.Marks `json:"marks,omitempty"`
}

type standing struct {
	Label   string             `json:"label"`
	Reached access.Disposition `json:"reached,omitempty"`
}

const factsKey = "facts"

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func recall(ctx context.Context, private privateReader, diags *diag.Diagnostics) facts {
	var f facts
	recallFacts(ctx, private, &f, diags)
	return f
}

// recallFacts reads what rememberFacts wrote, if it did.
func recallFacts(ctx context.Context, private privateReader, into any, diags *diag.Diagnostics) {
	value, d := private.GetKey(ctx, factsKey)
	diags.Append(d...)
	if len(value) == 0 {
		return
	}
	if err := json.Unmarshal(value, into); err != nil {
		diags.Append(errorPrivate(err))
	}
}

func (f facts) remember(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	rememberFacts(ctx, private, f, diags)
}

func rememberFacts(ctx context.Context, private privateWriter, facts any, diags *diag.Diagnostics) {
	value, err := json.Marshal(facts)
	if err != nil {
		diags.AddError("The private state can't be written", err.Error()+".")
		return
	}
	diags.Append(private.SetKey(ctx, factsKey, value)...)
}

// learn takes from a list what is to be remembered of it.
func (f *facts) learn(listed []access.Grant, disposes bool) {
	f.Accounts, f.Dormant = map[access.GrantID]standing{}, nil
	for _, grant := range listed {
		if grant.Dormant {
			f.Dormant = append(f.Dormant, grant.Label)
			continue
		}
		if disposes {
			f.Accounts[grant.ID] = standing{Label: grant.Label, Reached: grant.Reached}
		}
	}
}

// under is what counts as held under a disposition other than the one that access was listed for.
func (f facts) under(d access.Disposition) access.Holdings {
	held := access.Holdings{}
	for id, s := range f.Accounts {
		if len(access.Under([]access.Grant{{ID: id, Reached: s.Reached}}, d)) > 0 {
			held[id] = s.Label
		}
	}
	return held
}
