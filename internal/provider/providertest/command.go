package providertest

import (
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// A command has servers of its own, as each run of a CLI has.
type command struct {
	*runner
	servers map[string]*server
}

// A server is one provider, and what it has.
type server struct {
	tfprotov6.ProviderServer
	schemas *schemas
}

type schemas struct {
	provider        *schema
	resources, data map[string]*schema
}

// begin starts the servers, validates the configuration with whatever it refers to unknown, and configures them.
func (r *runner) begin() (*command, error) {
	c := &command{runner: r, servers: map[string]*server{}}
	bodies := maps.Clone(r.config.providers)
	for _, b := range r.config.blocks {
		if bodies[b.provider] == nil {
			bodies[b.provider] = &hclsyntax.Body{}
		}
	}
	later := values{}
	for name := range bodies {
		if err := c.start(name); err != nil {
			return nil, err
		}
	}
	for _, b := range r.config.blocks {
		s, err := c.schema(b)
		if err != nil {
			return nil, err
		}
		later[b.address] = cty.UnknownVal(s.object)
	}
	var failures []error
	configs := map[string]*tfprotov6.DynamicValue{}
	for name, body := range bodies {
		server := c.servers[name]
		config, err := decode(server.schemas.provider, body, nil)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		configs[name] = server.schemas.provider.wire(config)
		resp, err := server.ValidateProviderConfig(r.ctx, &tfprotov6.ValidateProviderConfigRequest{Config: configs[name]})
		failures = append(failures, err)
		if resp != nil {
			failures = append(failures, failure("provider."+name, resp.Diagnostics))
		}
	}
	for _, b := range r.config.blocks {
		failures = append(failures, c.validate(b, later))
	}
	if err := errors.Join(failures...); err != nil || len(r.config.blocks)+len(r.state) == 0 {
		return c, err
	}
	for name, config := range configs {
		resp, err := c.servers[name].ConfigureProvider(r.ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: config})
		failures = append(failures, err)
		if resp != nil {
			failures = append(failures, failure("provider."+name, resp.Diagnostics))
		}
	}
	return c, errors.Join(failures...)
}

func (c *command) start(name string) error {
	serve, ok := c.providers[name]
	if !ok {
		return unsupported("the provider " + name)
	}
	started, err := serve()
	if err != nil {
		return err
	}
	if c.known[name] == nil {
		// They are the same for every server.
		resp, err := started.GetProviderSchema(c.ctx, &tfprotov6.GetProviderSchemaRequest{})
		if err != nil {
			return err
		}
		if err := failure("provider."+name, resp.Diagnostics); err != nil {
			return err
		}
		has := &schemas{provider: schemaOf(resp.Provider), resources: map[string]*schema{}, data: map[string]*schema{}}
		for typeName, s := range resp.ResourceSchemas {
			has.resources[typeName] = schemaOf(s)
		}
		for typeName, s := range resp.DataSourceSchemas {
			has.data[typeName] = schemaOf(s)
		}
		c.known[name] = has
	}
	c.servers[name] = &server{ProviderServer: started, schemas: c.known[name]}
	return nil
}

func (c *command) schema(b *block) (*schema, error) {
	of := c.servers[b.provider].schemas.resources
	if b.data {
		of = c.servers[b.provider].schemas.data
	}
	if of[b.typeName] == nil {
		return nil, fmt.Errorf("Invalid resource type: The provider %s does not support %q.", b.provider, b.typeName) //nolint:staticcheck // core's words
	}
	return of[b.typeName], nil
}

func (c *command) validate(b *block, later values) error {
	s, err := c.schema(b)
	if err != nil {
		return err
	}
	config, err := decode(s, b.body, later)
	if err != nil {
		return err
	}
	var diags []*tfprotov6.Diagnostic
	if b.data {
		resp, err := c.servers[b.provider].ValidateDataResourceConfig(c.ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: b.typeName, Config: s.wire(config)})
		if err != nil {
			return err
		}
		diags = resp.Diagnostics
	} else {
		resp, err := c.servers[b.provider].ValidateResourceConfig(c.ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: b.typeName, Config: s.wire(config)})
		if err != nil {
			return err
		}
		diags = resp.Diagnostics
	}
	return failure(b.address, diags)
}

// failure has the errors among diagnostics, or is nil.
func failure(of string, diags []*tfprotov6.Diagnostic) error {
	var failures []error
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			failures = append(failures, fmt.Errorf("Error: %s\n\n  with %s,\n\n%s\n", d.Summary, of, d.Detail)) //nolint:staticcheck // as the CLI prints it
		}
	}
	return errors.Join(failures...)
}
