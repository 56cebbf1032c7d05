// Package providertest runs the steps of terraform-plugin-testing without a CLI: a small Terraform core that drives the
// provider through its protocol server, in the tests' own process and in the order of the CLI.
//
// A step with the CLI is seven processes or more, which is two seconds of a core's time before anything is tested; here
// it is milliseconds. What a core does with a provider is done in full: the configuration is decoded by the schema and
// validated before the provider is configured, each command has a server of its own, state goes through JSON from one to
// the next, resources are imported, refreshed, planned and, in the order of what they refer to, planned again and
// applied; and what the provider answers is held to what core holds it to: a plan has to be what was configured, the
// second plan what the first one said, and what was applied what was planned, or else it is "a bug in the provider".
//
// It knows the blocks provider, resource, data and import (by id), the meta-arguments depends_on and provider, and
// references between them. What is the CLI's own (modules, functions, locals, outputs, files, what it prints) it refuses:
// such tests run the CLI. Resources are visited one after the other, where the CLI visits ten at once.
package providertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// Providers are the servers of the providers by their names, each made anew for each command.
type Providers = map[string]func() (tfprotov6.ProviderServer, error)

// Run runs the steps as resource.UnitTest does, and destroys what they leave.
func Run(t *testing.T, providers Providers, steps ...resource.TestStep) {
	t.Helper()
	r := &runner{ctx: t.Context(), providers: providers, state: state{}, known: map[string]*schemas{}}
	for i, step := range steps {
		if step.PreConfig != nil {
			step.PreConfig()
		}
		if len(step.ConfigStateChecks)+len(step.RefreshPlanChecks.PostRefresh) > 0 || step.ImportStateCheck != nil || step.Config == "" && r.config == nil {
			t.Fatalf("step %d/%d: checks are made by Check and ConfigPlanChecks, and the first step has a configuration", i+1, len(steps))
		}
		run := r.step
		switch {
		case step.ImportState:
			run = r.importState
		case step.RefreshState:
			run = r.refreshState
		}
		err := run(step)
		var unsupported unsupported
		switch {
		case errors.As(err, &unsupported):
			t.Fatalf("step %d/%d: %v", i+1, len(steps), err)
		case step.ExpectError == nil && err != nil:
			t.Fatalf("step %d/%d: %v", i+1, len(steps), err)
		case step.ExpectError != nil && err == nil:
			t.Fatalf("step %d/%d: expected an error but got none", i+1, len(steps))
		case step.ExpectError != nil && !step.ExpectError.MatchString(err.Error()):
			t.Fatalf("step %d/%d: expected an error with the pattern %s, no match on: %v", i+1, len(steps), step.ExpectError, err)
		}
	}
	if len(r.state) == 0 {
		return
	}
	destroy, err := r.plan(false, true)
	if err == nil {
		err = r.apply(destroy)
	}
	if err != nil {
		t.Fatalf("destroying what the steps left: %v", err)
	}
}

// A runner is what lasts from one step to the next.
type runner struct {
	ctx       context.Context //nolint:containedctx // of one test, for all its commands
	providers Providers
	config    *config
	state     state
	// known are the schemas of the providers by their names.
	known map[string]*schemas
}

func (r *runner) step(step resource.TestStep) error {
	config, err := parse(step.Config)
	if err != nil {
		return err
	}
	r.config = config
	if !step.PlanOnly {
		before, err := r.plan(true, step.Destroy)
		if err != nil {
			return fmt.Errorf("Error running pre-apply plan: %w", err)
		}
		if err := check(r.ctx, before, step.ConfigPlanChecks.PreApply); err != nil {
			return fmt.Errorf("pre-apply plan check: %w", err)
		}
		was := r.state
		if err := r.apply(before); err != nil {
			return fmt.Errorf("Error running apply: %w", err)
		}
		if step.Check != nil {
			checked := r.state
			if step.Destroy {
				checked = was
			}
			if err := step.Check(checked.shown()); err != nil {
				return fmt.Errorf("check: %w", err)
			}
		}
	}
	// What was applied is not planned again: neither from the state, nor after another look.
	for _, refresh := range []bool{false, true} {
		after, err := r.plan(refresh, step.Destroy)
		if err != nil {
			return fmt.Errorf("the plan that follows, refresh %v: %w", refresh, err)
		}
		checks := step.ConfigPlanChecks.PostApplyPreRefresh
		if refresh {
			checks = step.ConfigPlanChecks.PostApplyPostRefresh
		}
		if err := check(r.ctx, after, checks); err != nil {
			return fmt.Errorf("check of the plan that follows, refresh %v: %w", refresh, err)
		}
		if !after.empty() && !step.ExpectNonEmptyPlan {
			return fmt.Errorf("the plan that follows, refresh %v, is not empty: %s", refresh, after)
		}
		if refresh && after.empty() && step.ExpectNonEmptyPlan {
			return errors.New("expected a non-empty plan, but got an empty refresh plan")
		}
	}
	return nil
}

// refreshState is a step that refreshes the state of the step before, and plans.
func (r *runner) refreshState(step resource.TestStep) error {
	found, err := r.plan(true, false)
	if err != nil {
		return err
	}
	r.state = found.state
	if step.Check != nil {
		if err := step.Check(r.state.shown()); err != nil {
			return fmt.Errorf("check: %w", err)
		}
	}
	after, err := r.plan(true, false)
	if err != nil {
		return err
	}
	if after.empty() == step.ExpectNonEmptyPlan {
		return fmt.Errorf("the plan after the refresh is not what was expected: %s", after)
	}
	return nil
}

// importState is a step that imports a resource by its id, beside the state, and with ImportStateVerify compares it to
// the one in the state.
func (r *runner) importState(step resource.TestStep) error {
	b := r.config.block(step.ResourceName)
	if b == nil {
		return unsupported("importing what is not in the configuration")
	}
	c, err := r.begin()
	if err != nil {
		return err
	}
	made, err := c.imported(b, step.ImportStateId)
	if err != nil || !step.ImportStateVerify {
		return err
	}
	kept, now := r.state.shown().RootModule().Resources[b.address].Primary.Attributes, state{b.address: made}.shown().RootModule().Resources[b.address].Primary.Attributes
	for _, attributes := range []map[string]string{kept, now} {
		maps.DeleteFunc(attributes, func(key, _ string) bool {
			// An empty collection is as good as none.
			empty := attributes[key] == "0" && (strings.HasSuffix(key, ".%") || strings.HasSuffix(key, ".#"))
			return key == "%" || empty || slices.ContainsFunc(step.ImportStateVerifyIgnore, func(ignored string) bool {
				return key == ignored || strings.HasPrefix(key, ignored+".")
			})
		})
	}
	if !maps.Equal(kept, now) {
		return fmt.Errorf("%s was imported as %v and is %v in the state", b.address, now, kept)
	}
	return nil
}

func check(ctx context.Context, p *plan, checks []plancheck.PlanCheck) error {
	if len(checks) == 0 {
		return nil
	}
	shown := p.shown()
	var failed []error
	for _, check := range checks {
		var resp plancheck.CheckPlanResponse
		check.CheckPlan(ctx, plancheck.CheckPlanRequest{Plan: shown}, &resp)
		failed = append(failed, resp.Error)
	}
	return errors.Join(failed...)
}

func (p *plan) empty() bool {
	return !slices.ContainsFunc(p.changes, func(c *change) bool { return c.action != noop })
}

func (p *plan) String() (text string) {
	for _, change := range p.changes {
		if change.action != noop {
			text += fmt.Sprintf("\n%s %v\n- %v\n+ %v", change.address, change.action.shown(), plain(change.before()), plain(change.planned))
		}
	}
	return text
}

// shown is the plan as `terraform show -json` has it, as far as plan checks look.
func (p *plan) shown() *tfjson.Plan {
	shown := &tfjson.Plan{}
	for _, c := range p.changes {
		mode := tfjson.ManagedResourceMode
		if c.data {
			mode = tfjson.DataResourceMode
		}
		changed := &tfjson.Change{Actions: c.action.shown(), Before: plain(c.before()), After: plain(c.planned)}
		if c.imported != "" {
			changed.Importing = &tfjson.Importing{ID: c.imported}
		}
		shown.ResourceChanges = append(shown.ResourceChanges, &tfjson.ResourceChange{
			Address: c.address, Mode: mode, Type: c.typeName, Name: c.name, Change: changed,
		})
	}
	return shown
}
