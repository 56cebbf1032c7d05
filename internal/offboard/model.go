package offboard

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// source is a plan, a state or a configuration.
type source interface {
	GetAttribute(ctx context.Context, at path.Path, target any) diag.Diagnostics
}

// target is a plan or a state.
type target interface {
	SetAttribute(ctx context.Context, at path.Path, value any) diag.Diagnostics
}

// values are a resource's attributes as Terraform has them: any may be null or unknown.
type values struct {
	System, Person, Account types.String
	Terminated              types.Bool
	Tolerate                types.Map
	Access, Removed         types.Map
	Notes, Stays            types.Map
	Disposition, Successor  types.String
	Timeouts                timeouts.Value
}

func (r *Resource) read(ctx context.Context, from source, diags *diag.Diagnostics) values {
	var v values
	fields := map[string]any{
		attrSystem: &v.System, attrPerson: &v.Person, attrAccount: &v.Account, attrTerminated: &v.Terminated,
		attrTolerate: &v.Tolerate, attrAccess: &v.Access, attrNotes: &v.Notes, attrStays: &v.Stays,
		attrRemoved: &v.Removed, attrTimeouts: &v.Timeouts,
	}
	if r.kind.Disposes {
		fields[attrDisposition] = &v.Disposition
	}
	if r.kind.Transfers {
		fields[attrSuccessor] = &v.Successor
	}
	for name, field := range fields {
		diags.Append(from.GetAttribute(ctx, path.Root(name), field)...)
	}
	return v
}

// person is the person in the form in which people are compared. The configuration was validated.
func (v values) person() access.Person { return access.Person(strings.ToLower(v.Person.ValueString())) }

func (v values) successor() access.Person {
	return access.Person(strings.ToLower(v.Successor.ValueString()))
}

func (v values) account() access.AccountID { return access.AccountID(v.Account.ValueString()) }

// disposition is the end state chosen. State imported by an older version may have none.
func (v values) disposition() access.Disposition {
	if d := v.Disposition.ValueString(); d != "" {
		return access.Disposition(d)
	}
	return access.Suspend
}

// held is access as the model has it. Null, as in state that was imported and not read yet, is empty.
func (v values) held() access.Holdings {
	held := access.Holdings{}
	for id, label := range v.Access.Elements() {
		if s, ok := label.(types.String); ok {
			held[access.GrantID(id)] = s.ValueString()
		}
	}
	return held
}

func (v values) intent() access.Intent {
	intent := access.Intent{Terminated: v.Terminated.ValueBool(), Tolerate: map[access.GrantID]time.Time{}}
	for id, until := range v.Tolerate.Elements() {
		if s, ok := until.(types.String); ok {
			// What is not a time tolerates nothing; the validator has said so already.
			if at, err := time.Parse(time.RFC3339, s.ValueString()); err == nil {
				intent.Tolerate[access.GrantID(id)] = at
			}
		}
	}
	return intent
}

func holdings(h access.Holdings) types.Map {
	elements := make(map[string]attr.Value, len(h))
	for id, label := range h {
		elements[string(id)] = types.StringValue(label)
	}
	return types.MapValueMust(types.StringType, elements)
}

// remarks are what there is to say of single grants that are held: what else their removal means, and why some will
// not go.
func remarks(listed []access.Grant, held access.Holdings) (notes, stays types.Map) {
	note, stay := access.Holdings{}, access.Holdings{}
	for _, grant := range listed {
		if _, ok := held[grant.ID]; !ok || grant.Dormant {
			continue
		}
		if grant.Note != "" {
			note[grant.ID] = grant.Note
		}
		if grant.Stays != nil {
			stay[grant.ID] = sentence(grant.Stays.Advice())
		}
	}
	return holdings(note), holdings(stay)
}

// remarksOn are those of the remarks that are about what is held. State that an older version wrote has none, and
// stays so until it is read.
func remarksOn(held access.Holdings, remarks types.Map) types.Map {
	if remarks.IsNull() || remarks.IsUnknown() {
		return types.MapNull(types.StringType)
	}
	elements := map[string]attr.Value{}
	for id, text := range remarks.Elements() {
		if _, ok := held[access.GrantID(id)]; ok {
			elements[id] = text
		}
	}
	return types.MapValueMust(types.StringType, elements)
}

var removalTypes = map[string]attr.Type{"label": types.StringType, "at": types.StringType, "assurance": types.StringType}

// removals adds what is gone to what was gone before.
func removals(before types.Map, gone map[access.GrantID]access.Removal) types.Map {
	elements := map[string]attr.Value{}
	for id, removal := range before.Elements() {
		elements[id] = removal
	}
	for id, removal := range gone {
		elements[string(id)] = types.ObjectValueMust(removalTypes, map[string]attr.Value{
			"label":     types.StringValue(removal.Label),
			"at":        types.StringValue(removal.At.UTC().Format(time.RFC3339)),
			"assurance": types.StringValue(string(removal.Assurance)),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: removalTypes}, elements)
}

// readRemovals are the removals that an attribute tells of. One whose time is not known yet is none.
func readRemovals(m types.Map) map[access.GrantID]access.Removal {
	removals := map[access.GrantID]access.Removal{}
	for id, element := range m.Elements() {
		text := textsIn(element)
		if at, ok := moment(text("at")); ok {
			removals[access.GrantID(id)] = access.Removal{
				Label: text("label").ValueString(), At: at, Assurance: access.Assurance(text("assurance").ValueString()),
			}
		}
	}
	return removals
}

// textsIn gives the texts among the attributes of an object by their names: null for what is none.
func textsIn(value attr.Value) func(name string) types.String {
	object, _ := value.(types.Object)
	attributes := object.Attributes()
	return func(name string) types.String {
		s, _ := attributes[name].(types.String)
		return s
	}
}

// plannedRemovals is what removed will be after these have gone. With no history it is unknown as a whole,
// which a plan shows on one line. With one, only the new entries are: a plan would show an unknown map as
// the loss of every entry it had, among the rows that really go.
func plannedRemovals(before types.Map, going access.Holdings) types.Map {
	switch {
	case len(going) == 0:
		return removals(before, nil)
	case len(before.Elements()) == 0:
		return types.MapUnknown(types.ObjectType{AttrTypes: removalTypes})
	}
	elements := removals(before, nil).Elements()
	for id, label := range going {
		elements[string(id)] = types.ObjectValueMust(removalTypes, map[string]attr.Value{
			"label": types.StringValue(label), "at": types.StringUnknown(), "assurance": types.StringUnknown(),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: removalTypes}, elements)
}

// optional is a string attribute that may be absent.
func optional[S ~string](s S) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(string(s))
}

func set(ctx context.Context, to target, diags *diag.Diagnostics, attributes map[string]any) {
	for name, value := range attributes {
		diags.Append(to.SetAttribute(ctx, path.Root(name), value)...)
	}
}
