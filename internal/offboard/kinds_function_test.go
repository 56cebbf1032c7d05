package offboard

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestTheKindsOfASystemAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	kinds := NewKinds([]TableRow{
		{Kind: Kind{Name: "visits"}, Systems: Systems{Names: []string{"doors"}, Without: []string{"school"}}},
		{Kind: Kind{Name: "badges"}, Systems: Systems{Names: []string{"doors", "school"}, Applications: true}},
		{Kind: Kind{Name: "robots"}, Systems: Systems{Names: []string{"doors"}, Without: []string{"school"}}, Indirect: true},
	})()
	for system, want := range map[string][]string{"doors": {"badges", "visits"}, "school": {"badges"}, "canteen": {"badges"}} {
		if got, err := kindsOf(t, kinds, system); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v (%v), want %v", system, got, err, want)
		}
	}
	none := NewKinds([]TableRow{{Kind: Kind{Name: "visits"}, Systems: Systems{Names: []string{"doors"}}}})()
	if got, err := kindsOf(t, none, "door"); err == nil || !strings.Contains(err.Text, `no system "door". It has "doors"`) {
		t.Errorf("a system that there isn't has %v (%v)", got, err)
	}
}

func kindsOf(t *testing.T, f function.Function, system string) (kinds []string, err *function.FuncError) {
	t.Helper()
	resp := function.RunResponse{Result: function.NewResultData(types.SetUnknown(types.StringType))}
	f.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.StringValue(system)})}, &resp)
	if resp.Error != nil {
		return nil, resp.Error
	}
	set, ok := resp.Result.Value().(types.Set)
	if !ok {
		t.Fatalf("the result is %v", resp.Result.Value())
	}
	kinds = members(set)
	slices.Sort(kinds)
	return kinds, nil
}
