package offboard

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A LegalHold is the resource that puts a person on legal hold. Its rows are the other way round from those of a
// Resource: they are there to stay. Read looks at each hold; what somebody has lifted is a row that is missing, and that
// the plan puts back. A row goes only when the configuration says so.
//
// Unlike access, a hold that is new to the state is placed at once: nothing is taken from anybody, and what it is to
// keep may be gone by the next plan.
type LegalHold struct {
	// systems are the names of those in which somebody can be put on hold.
	systems Systems
	env     *Environment
}

var (
	_ resource.ResourceWithConfigure   = (*LegalHold)(nil)
	_ resource.ResourceWithModifyPlan  = (*LegalHold)(nil)
	_ resource.ResourceWithImportState = (*LegalHold)(nil)
	_ resource.ResourceWithIdentity    = (*LegalHold)(nil)
)

// NewLegalHold returns the factory of the resource, for the systems that have a Custodian.
func NewLegalHold(systems Systems) func() resource.Resource {
	return func() resource.Resource { return &LegalHold{systems: systems} }
}

// Metadata names the resource type.
func (r *LegalHold) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_legal_hold"
}

// Configure takes the provider's Environment. Validation runs without one.
func (r *LegalHold) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.env = environment(req.ProviderData, &resp.Diagnostics)
}

// custodian returns the configured system, which has a Custodian.
func (r *LegalHold) custodian(name string) (*System, error) {
	system, err := r.env.system(name)
	if err == nil && system.Custodian == nil {
		err = &access.Error{
			Kind: access.NotAvailable, Op: "place a legal hold in " + name, Reason: "it has none", Fix: "These have: " + strings.Join(r.systems.Names, ", ") + ".",
		}
	}
	return system, err
}

// A hold is the resource's attributes as Terraform has them: any may be null or unknown.
type hold struct {
	System     types.String   `tfsdk:"system"`
	Person     types.String   `tfsdk:"person"`
	Account    types.String   `tfsdk:"account"`
	Data       types.Set      `tfsdk:"data"`
	Matter     types.String   `tfsdk:"matter"`
	MatterID   types.String   `tfsdk:"matter_id"`
	MatterName types.String   `tfsdk:"matter_name"`
	Released   types.Bool     `tfsdk:"released"`
	Holds      types.Map      `tfsdk:"holds"`
	Since      types.Map      `tfsdk:"since"`
	CoveredBy  types.Map      `tfsdk:"covered_by"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

// whole is a plan, a state or a configuration.
type whole interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

func readHold(ctx context.Context, from whole, diags *diag.Diagnostics) hold {
	var h hold
	diags.Append(from.Get(ctx, &h)...)
	return h
}

func (h hold) person() access.Person {
	return access.Person(strings.ToLower(h.Person.ValueString()))
}
func (h hold) account() access.AccountID { return access.AccountID(h.Account.ValueString()) }
func (h hold) matter() access.MatterID   { return access.MatterID(h.MatterID.ValueString()) }

// what names what a resource is about: "legal hold of jane@acme.com in google".
func (h hold) what() string {
	return "legal hold of " + h.Person.ValueString() + " in " + h.System.ValueString()
}

// wanted are the kinds of data that are to be on hold.
func (h hold) wanted() (wanted []access.Data) {
	if h.Released.ValueBool() {
		return nil
	}
	for _, element := range h.Data.Elements() {
		if s, ok := element.(types.String); ok {
			wanted = append(wanted, access.Data(s.ValueString()))
		}
	}
	slices.Sort(wanted)
	return wanted
}

// rows are what is on hold, and by which hold.
func (h hold) rows() map[access.Data]string { return texts[access.Data](h.Holds) }

func texts[K ~string](m types.Map) map[K]string {
	texts := map[K]string{}
	for key, element := range m.Elements() {
		if s, ok := element.(types.String); ok {
			texts[K(key)] = s.ValueString()
		}
	}
	return texts
}

func textMap[K ~string](texts map[K]string) types.Map {
	elements := make(map[string]attr.Value, len(texts))
	for key, text := range texts {
		elements[string(key)] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, elements)
}

func sorted[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// label is a hold as a row has it. That it holds a part only is told, unless that was so when it was adopted.
func label(h access.Hold) string {
	if h.Part == "" {
		return h.Name
	}
	return h.Name + " (" + h.Part + ")"
}

func since(h access.Hold) string {
	if h.Since.IsZero() {
		return ""
	}
	return h.Since.UTC().Format(time.RFC3339)
}

// custodyFacts are what was learnt of the holds when they were last looked at, and is not for the reviewer's eyes.
type custodyFacts struct {
	// Holds are those that this resource placed or adopted, whether or not they are still there.
	Holds map[access.Data]kept `json:"holds,omitempty"`
	// Open says that the matter was, and Gone that the account was not there.
	Open bool `json:"open,omitempty"`
	Gone bool `json:"gone,omitempty"`
	// Adopting says that the resource is being imported, and takes what there is.
	Adopting bool `json:"adopting,omitempty"`
}

// kept is a hold of ours.
type kept struct {
	ID access.HoldID `json:"id"`
	// Part is what of the data it held when it was adopted, and Now what it does. Ours begin with all.
	Part string `json:"part,omitempty"`
	Now  string `json:"now,omitempty"`
}

// narrowed says that somebody has made the hold hold less since it became ours.
func (k kept) narrowed() bool { return k.Now != "" && k.Now != k.Part }

func (f custodyFacts) ids() map[access.Data]access.HoldID {
	ids := map[access.Data]access.HoldID{}
	for data, k := range f.Holds {
		ids[data] = k.ID
	}
	return ids
}

func recallCustody(ctx context.Context, private privateReader, diags *diag.Diagnostics) custodyFacts {
	var f custodyFacts
	recallFacts(ctx, private, &f, diags)
	if f.Holds == nil {
		f.Holds = map[access.Data]kept{}
	}
	return f
}

func (f custodyFacts) remember(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	rememberFacts(ctx, private, f, diags)
}

func identifyHold(ctx context.Context, identity *tfsdk.ResourceIdentity, h hold, diags *diag.Diagnostics) {
	if identity == nil {
		return
	}
	diags.Append(identity.SetAttribute(ctx, path.Root(attrSystem), h.System)...)
	diags.Append(identity.SetAttribute(ctx, path.Root(attrPerson), string(h.person()))...)
	diags.Append(identity.SetAttribute(ctx, path.Root(attrMatter), h.Matter)...)
}
