package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

// A columnOf is a system, S, as a column of the two tables: what connects each kind, and what traces, nil where it has none.
type columnOf[S any] struct {
	// name is the system's.
	name  string
	kind  func(Row) func(*S) access.Connector
	trace func(Trace) func(*S) access.Tracer
}

// The columns, by the names of their systems.
const (
	systemOkta           = "okta"
	systemGoogle         = "google"
	systemGitHub         = "github"
	systemAWS            = "aws"
	systemIdentityCenter = "aws_identity_center"
	systemVault          = "vault"
)

var (
	inOkta = columnOf[okta.Okta]{
		systemOkta,
		func(r Row) func(*okta.Okta) access.Connector { return r.Okta },
		func(t Trace) func(*okta.Okta) access.Tracer { return t.Okta },
	}
	inGoogle = columnOf[google.Google]{
		systemGoogle,
		func(r Row) func(*google.Google) access.Connector { return r.Google },
		func(t Trace) func(*google.Google) access.Tracer { return t.Google },
	}
	inGitHub = columnOf[github.GitHub]{
		systemGitHub,
		func(r Row) func(*github.GitHub) access.Connector { return r.GitHub },
		tracesNothing[github.GitHub],
	}
	inAWS = columnOf[aws.IAM]{
		systemAWS,
		func(r Row) func(*aws.IAM) access.Connector { return r.AWS },
		tracesNothing[aws.IAM],
	}
	inIdentityCenter = columnOf[aws.IdentityCenter]{
		systemIdentityCenter,
		func(r Row) func(*aws.IdentityCenter) access.Connector { return r.IdentityCenter },
		tracesNothing[aws.IdentityCenter],
	}
	inVault = columnOf[vault.Vault]{
		systemVault,
		func(r Row) func(*vault.Vault) access.Connector { return r.Vault },
		tracesNothing[vault.Vault],
	}
)

// tracesNothing is for systems in which all that is somebody's is their account's.
func tracesNothing[S any](Trace) func(*S) access.Tracer { return nil }

// A column is a columnOf, whatever its system.
type column interface {
	system() string
	// idle is the connector of a row with no system behind it, for what connectors say without a call; nil where there is none.
	idle(row Row) access.Connector
	traces(trace Trace) bool
}

// columns are all of them, in the order in which people read of them.
var columns = []column{inOkta, inGoogle, inGitHub, inAWS, inIdentityCenter, inVault}

func (c columnOf[S]) system() string { return c.name }

func (c columnOf[S]) idle(row Row) access.Connector {
	if connect := c.kind(row); connect != nil {
		return connect(new(S))
	}
	return nil
}

func (c columnOf[S]) traces(trace Trace) bool { return c.trace(trace) != nil }

// connect is a configured system with the connectors and tracers of its column.
func (c columnOf[S]) connect(p *offboardProvider, connected *S, directory access.Directory) *offboard.System {
	system := &offboard.System{Directory: directory, Connectors: map[string]access.Connector{}, Tracers: map[string]access.Tracer{}}
	for _, trace := range p.Traces {
		if tracer := c.trace(trace); tracer != nil {
			system.Tracers[trace.Name] = tracer(connected)
		}
	}
	for _, row := range p.Kinds {
		if connector := c.kind(row); connector != nil {
			system.Connectors[row.Name] = connector(connected)
		}
	}
	return system
}

// Systems are those that have the kind.
func (r Row) Systems() offboard.Systems {
	systems := having(func(c column) bool { return c.idle(r) != nil })
	systems.Applications = r.SCIM != nil
	return systems
}

// Systems are those in which it is traced.
func (t Trace) Systems() offboard.Systems {
	return having(func(c column) bool { return c.traces(t) })
}

func having(has func(column) bool) (systems offboard.Systems) {
	for _, c := range columns {
		if has(c) {
			systems.Names = append(systems.Names, c.system())
		} else {
			systems.Without = append(systems.Without, c.system())
		}
	}
	return systems
}

// run is what every system's configuration has of the provider's.
func (p *offboardProvider) run(all settings) system.Run {
	return system.Run{
		ReadOnly: all.ReadOnly.ValueBool(), Clock: p.Clock, UserAgent: "terraform-provider-offboard/" + p.Version,
		Log: func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) },
	}
}

// unusable says why a system can't be used as it is configured, at the argument that is wrong: at is that of its block, and
// called its name for people.
func unusable(diags *diag.Diagnostics, at path.Path, called string, err error) {
	where, reason := at.String(), err.Error()
	if wrong, ok := errors.AsType[*system.ConfigError](err); ok {
		at = at.AtName(wrong.Argument)
	}
	diags.AddAttributeError(at, called+" can't be used as configured", fmt.Sprintf("In %s, %s.", where, reason))
}
