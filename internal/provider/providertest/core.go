package providertest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A state is what is kept between commands, by address.
type state map[string]*instance

// An instance is one resource or data source of a state.
type instance struct {
	address, typeName, name, provider string
	data                              bool
	needs                             []string
	value                             cty.Value
	private                           []byte
	identity                          *tfprotov6.ResourceIdentityData
	tainted                           bool
}

func (b *block) instance() *instance {
	return &instance{address: b.address, typeName: b.typeName, name: b.name, provider: b.provider, data: b.data, needs: b.needs}
}

type action int

const (
	noop action = iota
	create
	update
	replace
	destroy
	read
)

func (a action) shown() tfjson.Actions {
	return map[action]tfjson.Actions{
		noop: {tfjson.ActionNoop}, create: {tfjson.ActionCreate}, update: {tfjson.ActionUpdate}, destroy: {tfjson.ActionDelete},
		replace: {tfjson.ActionDelete, tfjson.ActionCreate}, read: {tfjson.ActionRead},
	}[a]
}

// A change is what a plan says of one resource.
type change struct {
	// Whose change it is.
	*instance
	action action
	// prior is what was found by the refresh or the import, nil if there is nothing.
	prior    *instance
	planned  cty.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	imported string
}

func (c *change) before() cty.Value {
	if c.prior == nil {
		return cty.NilVal
	}
	return c.prior.value
}

// A plan is what there is to do, and the state as it was found.
type plan struct {
	changes []*change
	state   state
}

// plan is `terraform plan`: what fails keeps what needs it from being planned, and nothing else.
func (r *runner) plan(refresh, end bool) (*plan, error) {
	c, err := r.begin()
	if err != nil {
		return nil, err
	}
	p, known, failures := &plan{state: state{}}, values{}, map[string]error{}
	for _, b := range r.config.blocks {
		if slices.ContainsFunc(b.needs, func(need string) bool { return failures[need] != nil }) {
			failures[b.address] = errors.New("needs what failed")
			continue
		}
		made, err := c.planOne(p, b, known, refresh, end)
		if err != nil {
			failures[b.address] = err
			continue
		}
		if made != nil {
			p.changes = append(p.changes, made)
			known[b.address] = made.planned
		} else if kept := p.state[b.address]; kept != nil {
			known[b.address] = kept.value
		}
	}
	for _, address := range slices.Sorted(maps.Keys(r.state)) {
		if r.config.block(address) != nil || r.state[address].data {
			continue
		}
		found, err := c.found(r.state[address], refresh)
		if err == nil && found != nil {
			p.state[address] = found
			err = c.planEnd(p, found)
		}
		failures[address] = err
	}
	return p, errors.Join(slices.Collect(maps.Values(failures))...)
}

// planOne plans what is in the configuration. Of a data source that can be read there is nothing to do.
func (c *command) planOne(p *plan, b *block, known values, refresh, end bool) (*change, error) {
	if b.data {
		if end {
			return nil, nil //nolint:nilnil // there is nothing to do
		}
		found, config, err := c.readData(b, known)
		if found == nil && err == nil {
			return &change{instance: b.instance(), action: read, planned: config}, nil
		}
		p.state[b.address] = found
		return nil, err
	}
	var prior *instance
	var imported string
	var err error
	if kept := c.state[b.address]; kept != nil {
		if prior, err = c.found(kept, refresh); prior != nil {
			p.state[b.address] = prior
		}
	} else if b.imports != nil && !end {
		if imported, err = b.importing(known); err == nil {
			prior, err = c.imported(b, imported)
		}
	}
	if err != nil {
		return nil, err
	}
	if end {
		if prior == nil {
			return nil, nil //nolint:nilnil // there is nothing to do
		}
		return nil, c.planEnd(p, prior)
	}
	made, err := c.change(b, prior, known)
	if made != nil {
		made.imported = imported
	}
	return made, err
}

// planEnd plans that a resource goes from the state.
func (c *command) planEnd(p *plan, found *instance) error {
	s := c.servers[found.provider].schemas.resources[found.typeName]
	gone := cty.NullVal(s.object)
	resp, err := c.servers[found.provider].PlanResourceChange(c.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: found.typeName, PriorState: s.wire(found.value), ProposedNewState: s.wire(gone), Config: s.wire(gone),
		PriorPrivate: found.private, PriorIdentity: found.identity,
	})
	if err != nil {
		return err
	}
	p.changes = append(p.changes, &change{instance: found, action: destroy, prior: found, planned: gone, private: resp.PlannedPrivate})
	return failure(found.address, resp.Diagnostics)
}

// readData reads a data source, or returns nil and its configuration if that is not known yet.
func (c *command) readData(b *block, known values) (*instance, cty.Value, error) {
	s, err := c.schema(b)
	if err != nil {
		return nil, cty.NilVal, err
	}
	config, err := decode(s, b.body, known)
	if err != nil || !config.IsWhollyKnown() {
		unknown := map[string]cty.Value{}
		for name, kind := range s.object.AttributeTypes() {
			unknown[name] = cty.UnknownVal(kind)
		}
		return nil, cty.ObjectVal(unknown), err
	}
	resp, err := c.servers[b.provider].ReadDataSource(c.ctx, &tfprotov6.ReadDataSourceRequest{TypeName: b.typeName, Config: s.wire(config)})
	if err != nil {
		return nil, cty.NilVal, err
	}
	if err := failure(b.address, resp.Diagnostics); err != nil {
		return nil, cty.NilVal, err
	}
	made := b.instance()
	made.value, err = s.unwire(resp.State)
	return made, made.value, err
}

// found is an instance of the state as the provider makes it of the JSON in which it was kept and, with refresh, as it
// is now: nil if it is gone.
func (c *command) found(kept *instance, refresh bool) (*instance, error) {
	server := c.servers[kept.provider]
	if server == nil {
		return nil, unsupported("a provider of the state that is not in the configuration")
	}
	s := server.schemas.resources[kept.typeName]
	text, err := ctyjson.Marshal(kept.value, s.object)
	if err != nil {
		return nil, err
	}
	upgraded, err := server.UpgradeResourceState(c.ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: kept.typeName, Version: s.version, RawState: &tfprotov6.RawState{JSON: text},
	})
	if err != nil {
		return nil, err
	}
	if err := failure(kept.address, upgraded.Diagnostics); err != nil {
		return nil, err
	}
	found := *kept
	if found.value, err = s.unwire(upgraded.UpgradedState); err != nil || !refresh {
		return &found, err
	}
	return c.refreshed(&found)
}

func (c *command) refreshed(found *instance) (*instance, error) {
	s := c.servers[found.provider].schemas.resources[found.typeName]
	resp, err := c.servers[found.provider].ReadResource(c.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: found.typeName, CurrentState: s.wire(found.value), Private: found.private, CurrentIdentity: found.identity,
	})
	if err != nil {
		return nil, err
	}
	if err := failure(found.address, resp.Diagnostics); err != nil {
		return nil, err
	}
	value, err := s.unwire(resp.NewState)
	if err != nil || value.IsNull() {
		return nil, err
	}
	if !value.IsWhollyKnown() {
		return nil, fmt.Errorf("%s: what was read is not known. This is a bug in the provider", found.address)
	}
	if err := same(found.address, found.identity, resp.NewIdentity); err != nil {
		return nil, err
	}
	now := *found
	now.value, now.private, now.identity = value, resp.Private, resp.NewIdentity
	return &now, nil
}

// same holds the provider to the identity that a resource once had.
func same(address string, before, after *tfprotov6.ResourceIdentityData) error {
	if before == nil || before.IdentityData == nil || after == nil || after.IdentityData == nil || bytes.Equal(before.IdentityData.MsgPack, after.IdentityData.MsgPack) {
		return nil
	}
	return fmt.Errorf("%s: unexpected identity change. This is a bug in the provider", address)
}

// importing is the id by which a block has a resource imported.
func (b *block) importing(known values) (string, error) {
	id, diags := b.imports.Value(known.context())
	if diags.HasErrors() {
		return "", diags
	}
	if !id.IsKnown() || id.IsNull() || id.Type() != cty.String {
		return "", errors.New("Invalid import id argument") //nolint:staticcheck // core's words
	}
	return id.AsString(), nil
}

func (c *command) imported(b *block, id string) (*instance, error) {
	resp, err := c.servers[b.provider].ImportResourceState(c.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: b.typeName, ID: id})
	if err != nil {
		return nil, err
	}
	if err := failure(b.address, resp.Diagnostics); err != nil {
		return nil, err
	}
	s, err := c.schema(b)
	if err != nil || len(resp.ImportedResources) != 1 {
		return nil, fmt.Errorf("%d resources were imported: %w", len(resp.ImportedResources), err)
	}
	made, from := b.instance(), resp.ImportedResources[0]
	if made.value, err = s.unwire(from.State); err != nil {
		return nil, err
	}
	made.private, made.identity = from.Private, from.Identity
	found, err := c.refreshed(made)
	if err == nil && found == nil {
		err = fmt.Errorf("%s: Cannot import non-existent remote object", b.address)
	}
	return found, err
}

// change plans what becomes of a resource.
func (c *command) change(b *block, prior *instance, known values) (*change, error) {
	s, err := c.schema(b)
	if err != nil {
		return nil, err
	}
	config, err := decode(s, b.body, known)
	if err != nil {
		return nil, err
	}
	made := &change{instance: b.instance(), action: create, prior: prior}
	ask := func(before *instance) (replaced bool, err error) {
		if before == nil {
			before = &instance{value: cty.NullVal(s.object)}
		}
		resp, err := c.servers[b.provider].PlanResourceChange(c.ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: b.typeName, PriorState: s.wire(before.value), ProposedNewState: s.wire(s.proposed(before.value, config)), Config: s.wire(config),
			PriorPrivate: before.private, PriorIdentity: before.identity,
		})
		if err != nil {
			return false, err
		}
		if err := failure(b.address, resp.Diagnostics); err != nil {
			return false, err
		}
		if made.planned, err = s.unwire(resp.PlannedState); err != nil {
			return false, err
		}
		made.private, made.identity = resp.PlannedPrivate, resp.PlannedIdentity
		return len(resp.RequiresReplace) > 0, errors.Join(s.valid(before.value, config, made.planned), same(b.address, before.identity, resp.PlannedIdentity))
	}
	replaced, err := ask(prior)
	switch {
	case err != nil || prior == nil:
		return made, err
	case replaced || prior.tainted:
		made.action = replace
		_, err = ask(nil)
	case made.planned.RawEquals(prior.value):
		made.action = noop
	default:
		made.action = update
	}
	return made, err
}

// apply is `terraform apply` of a plan: what fails keeps what needs it from being applied, and nothing else.
func (r *runner) apply(p *plan) error {
	c, err := r.begin()
	if err != nil {
		return err
	}
	r.state = maps.Clone(p.state)
	known, failures := values{}, map[string]error{}
	for address, instance := range r.state {
		known[address] = instance.value
	}
	// What goes, goes before what it needs.
	for _, change := range slices.Backward(p.changes) {
		if change.action == destroy {
			failures[change.address] = c.end(change.prior, change.private)
		}
	}
	for _, change := range p.changes {
		if slices.ContainsFunc(change.needs, func(need string) bool { return failures[need] != nil }) {
			failures[change.address] = errors.New("needs what failed")
		} else if change.action != destroy {
			failures[change.address] = c.applyOne(change, known)
		}
		if made := r.state[change.address]; made != nil {
			known[change.address] = made.value
		}
	}
	return errors.Join(slices.Collect(maps.Values(failures))...)
}

func (c *command) applyOne(planned *change, known values) error {
	b := c.config.block(planned.address)
	switch planned.action {
	case read:
		found, _, err := c.readData(b, known)
		if found != nil {
			c.state[b.address] = found
		}
		return err
	case noop:
		c.state[b.address] = planned.prior
		return nil
	case replace:
		if err := c.end(planned.prior, nil); err != nil {
			return err
		}
	}
	prior := planned.prior
	if planned.action == replace {
		prior = nil
	} else if prior != nil {
		c.state[b.address] = prior
	}
	// Planned once more, with what is known by now.
	final, err := c.change(b, prior, known)
	if err != nil {
		return err
	}
	if !agrees(planned.planned, final.planned) {
		return fmt.Errorf("%s: Provider produced inconsistent final plan, %v after %v. This is a bug in the provider", b.address, plain(final.planned), plain(planned.planned))
	}
	s, err := c.schema(b)
	if err != nil {
		return err
	}
	config, err := decode(s, b.body, known)
	if err != nil {
		return err
	}
	before := &instance{value: cty.NullVal(s.object)}
	if prior != nil {
		before = prior
	}
	resp, err := c.servers[b.provider].ApplyResourceChange(c.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: b.typeName, PriorState: s.wire(before.value), PlannedState: s.wire(final.planned), Config: s.wire(config),
		PlannedPrivate: final.private, PlannedIdentity: final.identity,
	})
	if err != nil {
		return err
	}
	made := b.instance()
	if made.value, err = s.unwire(resp.NewState); err != nil {
		return err
	}
	made.private, made.identity = resp.Private, resp.NewIdentity
	failed := failure(b.address, resp.Diagnostics)
	if failed == nil && (made.value.IsNull() || !made.value.IsWhollyKnown() || !agrees(final.planned, made.value)) {
		failed = fmt.Errorf("%s: Provider produced inconsistent result after apply, %v for a plan of %v. This is a bug in the provider", b.address, plain(made.value), plain(final.planned))
	}
	if !made.value.IsNull() {
		// A resource that could not be made whole is made anew by the next apply.
		made.tainted = failed != nil && prior == nil
		c.state[b.address] = made
	}
	return errors.Join(failed, same(b.address, before.identity, resp.NewIdentity))
}

// end applies that a resource goes from the state.
func (c *command) end(prior *instance, private []byte) error {
	s := c.servers[prior.provider].schemas.resources[prior.typeName]
	gone := s.wire(cty.NullVal(s.object))
	resp, err := c.servers[prior.provider].ApplyResourceChange(c.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: prior.typeName, PriorState: s.wire(prior.value), PlannedState: gone, Config: gone, PlannedPrivate: private, PlannedIdentity: prior.identity,
	})
	if err != nil {
		return err
	}
	if err := failure(prior.address, resp.Diagnostics); err != nil {
		return err
	}
	delete(c.state, prior.address)
	return nil
}
