package aws_test

import (
	"errors"
	"testing"

	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

func TestWhatIsWrongWithTheConfigurationIsToldByItsArgument(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change   func(*aws.IAMConfig)
		argument string // empty where nothing is wrong
	}{
		"nothing":                              {func(*aws.IAMConfig) {}, ""},
		"a role, whose account it then is":     {func(c *aws.IAMConfig) { c.AccountID, c.AssumeRole = "", sandboxaws.RoleARN }, ""},
		"a secret key alone":                   {func(c *aws.IAMConfig) { c.AccessKey = "" }, "access_key"},
		"an access key alone":                  {func(c *aws.IAMConfig) { c.SecretKey = "" }, "secret_key"},
		"a key and a profile":                  {func(c *aws.IAMConfig) { c.Profile = "acme" }, "profile"},
		"a role by its name":                   {func(c *aws.IAMConfig) { c.AssumeRole = sandboxaws.Role }, "assume_role"},
		"a role of another account":            {func(c *aws.IAMConfig) { c.AssumeRole, c.AccountID = sandboxaws.RoleARN, sandboxaws.Other }, "account_id"},
		"an account by its name":               {func(c *aws.IAMConfig) { c.AccountID = "acme" }, "account_id"},
		"whatever the environment has":         {func(c *aws.IAMConfig) { c.AccessKey, c.SecretKey, c.AccountID = "", "", "" }, "account_id"},
		"no region":                            {func(c *aws.IAMConfig) { c.Region = "" }, "region"},
		"a zone for a region":                  {func(c *aws.IAMConfig) { c.Region = "eu-central-1a" }, "region"},
		"http to somewhere else":               {func(c *aws.IAMConfig) { c.Endpoint = "http://iam.acme.example" }, "endpoint"},
		"a tag that can't be":                  {func(c *aws.IAMConfig) { c.EmailTag = "e{mail" }, "email_tag"},
		"a role to revoke by its ARN":          {func(c *aws.IAMConfig) { c.RevokeRoleSessions = []string{sandboxaws.RoleARN} }, "revoke_role_sessions"},
		"a root email that is no address":      {func(c *aws.IAMConfig) { c.RootEmail = "root" }, "root_email"},
		"a root email with a name in front":    {func(c *aws.IAMConfig) { c.RootEmail = "Root <aws@acme.example>" }, "root_email"},
		"a root email in letters of any case":  {func(c *aws.IAMConfig) { c.RootEmail = "AWS@acme.example" }, ""},
		"a region of a government's partition": {func(c *aws.IAMConfig) { c.Region = "us-gov-west-1" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := aws.IAMConfig{Login: aws.Login{
				Region: sandboxaws.Region, AccessKey: sandboxaws.AccessKey, SecretKey: sandboxaws.SecretKey, AccountID: sandboxaws.Number,
			}}
			c.change(&config)
			valid, err := config.Validate()
			wrong, _ := errors.AsType[*system.ConfigError](err)
			switch {
			case c.argument == "" && (err != nil || valid.AccountID != sandboxaws.Number || valid.EmailTag != "email"):
				t.Errorf("got %+v, %v", valid, err)
			case c.argument != "" && (wrong == nil || wrong.Argument != c.argument):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnIdentityCenterIsNamedByItsOwnIds(t *testing.T) {
	t.Parallel()
	for argument, c := range map[string]aws.IdentityCenterConfig{
		"":                  {InstanceARN: sandboxaws.Instance, IdentityStoreID: sandboxaws.Store},
		"instance_arn":      {InstanceARN: sandboxaws.RoleARN},
		"identity_store_id": {IdentityStoreID: "acme"},
	} {
		c.Login = aws.Login{Region: sandboxaws.Region, AccessKey: sandboxaws.AccessKey, SecretKey: sandboxaws.SecretKey}
		_, err := c.Validate()
		wrong, _ := errors.AsType[*system.ConfigError](err)
		if argument == "" && err != nil || argument != "" && (wrong == nil || wrong.Argument != argument) {
			t.Errorf("%s: got %v", argument, err)
		}
	}
}
