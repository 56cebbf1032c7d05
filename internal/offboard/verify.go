package offboard

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
)

// A Verify is the function that says what the bundle of a closed case is.
type Verify struct{}

// NewVerify makes the function.
func NewVerify() function.Function { return Verify{} }

// Metadata names the function.
func (Verify) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "verify"
}

// Definition is its arguments and its result.
func (Verify) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Checks the evidence of a closed case",
		MarkdownDescription: "Says whether the bundle of a closed case is as the holder of a key made it. It calls no system, and needs Terraform 1.8 or OpenTofu 1.7.\n\n" +
			"The result is an object:\n\n" +
			"- `valid`: the key signed exactly this evidence, which does not contradict itself.\n" +
			"- `verdict`: `valid`, `unsigned`, `unknown signer` (there was no key to check with), `another key`, `bad signature`, `altered` (the digest is another), " +
			"`inconsistent`, `malformed` or `truncated`.\n" +
			"- `reason`: the verdict in a sentence.\n" +
			"- `problems`: how the evidence contradicts itself.\n" +
			"- `sha256`: the digest of the evidence, as computed. Null if the bundle can't be read.\n" +
			"- `key`: the fingerprint of the key that signed. Null unless the bundle is valid.\n" +
			"- `person`, `reference`, `approved_by`, `requested_at`, `closed_at`, `coverage`: what the evidence says. Null unless the bundle is `valid`, or `unsigned` or of an " +
			"`unknown signer`, which anybody may have made.\n\n" +
			"A bad bundle is a verdict and never an error; so is a null or empty one, of a case that is not closed. A bad key is an error. OpenTofu 1.12 passes no null to functions of providers: give an empty text there.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "bundle", AllowNullValue: true, MarkdownDescription: "The bundle: `bundle` of `offboard_case`, or the content of the file in which it was kept."},
			function.StringParameter{Name: "public_key", AllowNullValue: true, MarkdownDescription: "The public key that is trusted: Ed25519, in PEM. With null or an empty text the digest is checked alone, and nothing is `valid`."},
		},
		Return: function.ObjectReturn{AttributeTypes: verdictTypes},
	}
}

var countedTypes = map[string]attr.Type{
	"expected": types.Int64Type, "checked": types.Int64Type, "not_available": types.Int64Type, "attested": types.Int64Type, "waived": types.Int64Type,
}

var verdictTypes = map[string]attr.Type{
	"valid": types.BoolType, "verdict": types.StringType, "reason": types.StringType, "problems": types.ListType{ElemType: types.StringType},
	"sha256": types.StringType, "key": types.StringType, "person": types.StringType, "reference": types.StringType, "approved_by": types.StringType,
	"requested_at": types.StringType, "closed_at": types.StringType, "coverage": types.ObjectType{AttrTypes: countedTypes},
}

// Run checks the bundle.
func (Verify) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var bundle, public *string
	if resp.Error = req.Arguments.Get(ctx, &bundle, &public); resp.Error != nil {
		return
	}
	var key *evidence.Key
	if public != nil && *public != "" {
		var err error
		if key, err = evidence.ParseKey([]byte(*public)); err != nil {
			resp.Error = function.NewArgumentFuncError(1, sentence(err.Error()))
			return
		}
	}
	text := ""
	if bundle != nil {
		text = *bundle
	}
	s := evidence.Summarize(evidence.Verify([]byte(text), key))
	resp.Error = resp.Result.Set(ctx, verdictObject(s))
}

func verdictObject(s evidence.Summary) types.Object {
	problems := []attr.Value{}
	for _, problem := range s.Problems {
		problems = append(problems, types.StringValue(problem))
	}
	coverage := types.ObjectNull(countedTypes)
	if c := s.Coverage; c != nil {
		coverage = types.ObjectValueMust(countedTypes, map[string]attr.Value{
			"expected": count(c.Expected), "checked": count(c.Checked), "not_available": count(c.NotAvailable),
			"attested": count(c.Attested), "waived": count(c.Waived),
		})
	}
	return types.ObjectValueMust(verdictTypes, map[string]attr.Value{
		"valid": types.BoolValue(s.Valid), "verdict": types.StringValue(string(s.Verdict)), "reason": types.StringValue(s.Reason),
		"problems": types.ListValueMust(types.StringType, problems),
		"sha256":   optional(s.SHA256), "key": optional(s.Key), "person": optional(s.Person), "reference": optional(s.Reference), "approved_by": optional(s.ApprovedBy),
		"requested_at": stampOf(s.RequestedAt), "closed_at": stampOf(s.ClosedAt), "coverage": coverage,
	})
}

func count(n int) types.Int64 { return types.Int64Value(int64(n)) }

func stampOf(t *time.Time) types.String {
	if t == nil {
		return types.StringNull()
	}
	return stamp(*t)
}
