package aws

import (
	"cmp"
	"regexp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Login says which account to speak to, and with which credential: an access key, a profile of the shared configuration
// files, or what the SDK finds in its environment; and with a role that is assumed with it, or without.
type Login struct {
	// Region is where Secrets Manager and Identity Center are, such as eu-central-1. IAM is global.
	Region string
	// Profile is one of ~/.aws/config and ~/.aws/credentials.
	Profile string
	// AccessKey and SecretKey are an access key, with Token a temporary one.
	AccessKey, SecretKey, Token string
	// AssumeRole is the ARN of a role to assume.
	AssumeRole string
	// AccountID is the number of the account that the credential has to be of.
	AccountID string
	// Endpoint is where all APIs are, in place of AWS's own. Plain http is accepted for loopback only.
	Endpoint string
	system.Run
}

// An IAMConfig is the configuration of an IAM.
type IAMConfig struct {
	Login
	// EmailTag is the tag of a user that has the work email of its holder. email if empty.
	EmailTag string
	// RootEmail is the address that the account's root user signs in with, where it is told: IAM does not say, and lists no root
	// user.
	RootEmail string
	// RevokeRoleSessions are the names of roles whose older sessions are to be ended, everybody's.
	RevokeRoleSessions []string
}

// An IdentityCenterConfig is the configuration of an IdentityCenter.
type IdentityCenterConfig struct {
	Login
	// InstanceARN and IdentityStoreID say which instance. They are looked up where there is only one.
	InstanceARN, IdentityStoreID string
}

var (
	accountNumber = regexp.MustCompile(`^[0-9]{12}$`)
	roleARN       = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/[\w+=,.@/-]+$`)
	roleName      = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	tagKey        = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	instanceARN   = regexp.MustCompile(`^arn:aws[a-z-]*:sso:::instance/(sso)?ins-[0-9a-zA-Z-.]{16}$`)
	storeID       = regexp.MustCompile(`^d-[0-9a-f]{10}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	// regionName is what regions look like: us-gov-west-1.
	regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
)

// WithEnvironment fills an empty region from the variables that AWS's own tools read. The credential the SDK looks for by
// itself, where the configuration names none.
func (l Login) WithEnvironment(getenv func(string) string) Login {
	l.Region = cmp.Or(l.Region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))
	return l
}

// validate says what is wrong with the configuration, as far as can be told without asking AWS, and returns it in the form in
// which it is used.
func (l Login) validate() (Login, error) {
	if l.Endpoint != "" {
		endpoint, err := system.BaseURL("endpoint", l.Endpoint, "https://vpce-1234.iam.us-east-1.vpce.amazonaws.com")
		if err != nil {
			return l, err
		}
		l.Endpoint = endpoint
	}
	named := roleARN.FindStringSubmatch(l.AssumeRole)
	switch {
	case l.AccessKey == "" && (l.SecretKey != "" || l.Token != ""):
		return l, system.Wrong("access_key", "secret_key or token is set and access_key is not: they belong together")
	case l.AccessKey != "" && l.SecretKey == "":
		return l, system.Wrong("secret_key", "access_key is set and secret_key is not: they belong together")
	case l.AccessKey != "" && l.Profile != "":
		return l, system.Wrong("profile", "a profile and an access key exclude each other: give one of them")
	case l.AssumeRole != "" && named == nil:
		return l, system.Wrong("assume_role", l.AssumeRole+" is not the ARN of a role, such as arn:aws:iam::111122223333:role/offboarding")
	case l.AccountID != "" && !accountNumber.MatchString(l.AccountID):
		return l, system.Wrong("account_id", l.AccountID+" is not the number of an account, 12 digits")
	case named != nil && l.AccountID != "" && l.AccountID != named[1]:
		return l, system.Wrong("account_id", "the role of assume_role is in the account "+named[1]+", and not in "+l.AccountID)
	case named != nil:
		l.AccountID = named[1]
	}
	switch {
	case l.AccountID == "" && l.AccessKey == "" && l.Profile == "":
		return l, system.Wrong("account_id", "the credential is whatever the environment has: say which account it has to be of, or name a profile, "+
			"an access key or a role")
	case l.Region == "" && l.Profile == "":
		return l, system.Wrong("region", "in which region are Secrets Manager and Identity Center? Set region, or AWS_REGION")
	case l.Region != "" && !regionName.MatchString(l.Region):
		return l, system.Wrong("region", l.Region+" is not a region such as eu-central-1")
	}
	return l, nil
}

// Validate says what is wrong with the configuration.
func (c IAMConfig) Validate() (_ IAMConfig, err error) {
	if c.Login, err = c.validate(); err != nil {
		return c, err
	}
	c.EmailTag = cmp.Or(c.EmailTag, "email")
	if !tagKey.MatchString(c.EmailTag) {
		return c, system.Wrong("email_tag", c.EmailTag+" can't be the key of a tag")
	}
	if c.RootEmail != "" {
		root, err := access.ParsePerson(c.RootEmail)
		if err != nil {
			return c, system.Wrong("root_email", err.Error())
		}
		c.RootEmail = string(root)
	}
	for _, name := range c.RevokeRoleSessions {
		if !roleName.MatchString(name) {
			return c, system.Wrong("revoke_role_sessions", name+" is not the name of a role: give the name, without the ARN and without a path")
		}
	}
	return c, nil
}

// Validate says what is wrong with the configuration.
func (c IdentityCenterConfig) Validate() (_ IdentityCenterConfig, err error) {
	if c.Login, err = c.validate(); err != nil {
		return c, err
	}
	switch {
	case c.InstanceARN != "" && !instanceARN.MatchString(c.InstanceARN):
		return c, system.Wrong("instance_arn", c.InstanceARN+" is not an instance, such as arn:aws:sso:::instance/ssoins-1234567890abcdef")
	case c.IdentityStoreID != "" && !storeID.MatchString(c.IdentityStoreID):
		return c, system.Wrong("identity_store_id", c.IdentityStoreID+" is not an identity store, such as d-1234567890")
	}
	return c, nil
}
