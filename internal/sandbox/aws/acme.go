package aws

import (
	"fmt"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The people that tests speak of, by their work email, and what is there by name.
const (
	Jane   = "jane.doe@acme.example"
	Mei    = "mei.tanaka@acme.example"
	Omar   = "omar.haddad@acme.example"
	Noah   = "noah.fischer@acme.example" // has a user, and nothing attached to it
	Victor = "victor.almeida@acme.example"
	Kofi   = "kofi.mensah@acme.example"
	Sam    = "sam.reed@acme.example"           // two users carry this address
	Quinn  = "quinn.abbott@acme.example"       // has no user
	Own    = "svc-terraform@acme.example"      // whose access key the provider uses
	Break  = "breakglass@acme.example"         // an administrator, for emergencies
	Store  = "d-9067e2f1a0"                    // the identity store
	Role   = "offboarding"                     // may do what the provider needs, and be assumed by Own
	Region = "eu-central-1"                    // where Secrets Manager and Identity Center are
	Number = "111122223333"                    // the account's
	Other  = "222233334444"                    // another account of the organisation
	Third  = "333344445555"                    // and another
	Nobody = "99999999-0000-4000-8000-0000000" // begins like the id of somebody, and is nobody's
)

// AccessKey and SecretKey are those of Own.
const (
	AccessKey = "AKIASVCTERRAFORM0001"
	SecretKey = "sandbox/SecretAccessKeyOfSvcTerraform+01"
)

// RoleARN is that of Role.
const RoleARN = "arn:aws:iam::" + Number + ":role/" + Role

// Instance is the Identity Center instance.
const Instance = "arn:aws:sso:::instance/ssoins-7223f1a0b2c3d4e5"

// NewCloud is the account of the company, as it is on any morning.
func NewCloud(company *sandbox.Company, clk clock.Clock) *Cloud {
	b := &builder{now: clk.Now(), state: &state{
		Account: Number, Users: map[string]*user{}, Groups: map[string]*group{}, Policies: map[string]*policy{}, Roles: map[string]*role{},
		Devices: map[string]*device{}, Secrets: map[string]*secret{}, Sessions: map[string]*session{}, Deleted: map[string]string{},
		Made: map[string]int{},
		Center: center{
			Instance: Instance, Store: Store, Owner: Number, Users: map[string]*person{}, Groups: map[string]*directoryGroup{},
			Sets: map[string]*permissionSet{}, Applications: map[string]string{}, ApplicationTags: map[string]map[string]string{}, Requests: map[string]*request{}, Deleted: map[string]string{},
		},
	}}
	b.policies()
	b.roles()
	b.users(company)
	b.secrets()
	b.center(company)
	return newCloud(clk, b.state)
}

// NewIAM is the account as the system aws has it, and NewCenter its organisation as aws_identity_center does.
func NewIAM(company *sandbox.Company, clk clock.Clock) IAM { return IAM{NewCloud(company, clk)} }

// NewCenter is NewIAM for Identity Center.
func NewCenter(company *sandbox.Company, clk clock.Clock) Center {
	return Center{NewCloud(company, clk)}
}

// A builder puts a state together.
type builder struct {
	now   time.Time
	state *state
}

// ago is a moment so many days before now.
func (b *builder) ago(days int) time.Time { return b.now.AddDate(0, 0, -days) }

// AmazonManaged is the ARN of one of AWS's own policies.
func AmazonManaged(name string) string { return "arn:aws:iam::aws:policy/" + name }

// Managed is the ARN of one of the account's.
func Managed(name string) string { return "arn:aws:iam::" + Number + ":policy/" + name }

// allow and deny are policies of one statement.
func allow(actions ...string) string { return single("Allow", "*", actions) }

func deny(actions ...string) string { return single("Deny", "*", actions) }

func single(effect, resource string, actions []string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":["%s"],"Resource":%q}]}`, effect, strings.Join(actions, `","`), resource)
}

func (b *builder) policies() {
	for arn, document := range map[string]string{
		AmazonManaged("AdministratorAccess"):   allow("*"),
		AmazonManaged("ReadOnlyAccess"):        allow("ec2:Describe*", "s3:Get*", "s3:List*", "logs:Get*"),
		AmazonManaged("AmazonEC2FullAccess"):   allow("ec2:*"),
		AmazonManaged("AWSDenyAll"):            deny("*"),
		AmazonManaged("IAMUserChangePassword"): allow("iam:ChangePassword"),
		Managed("acme-deploy"):                 allow("ecs:UpdateService", "ecr:*"),
		Managed("developer-boundary"):          allow("ec2:*", "s3:*", "ecs:*", "ecr:*", "secretsmanager:*", "logs:*"),
		Managed("no-billing"):                  deny("aws-portal:*", "budgets:*"),
		Managed("root-in-all-but-name"):        allow("*"),
		Managed("terraform-offboard"):          allow(Rights...),
		Managed("terraform-offboard-of-role"):  allow(Rights...),
	} {
		p := &policy{ARN: arn, Name: arn[strings.LastIndex(arn, "/")+1:], Document: document, Created: b.ago(900), Version: 1, Tags: map[string]string{}}
		p.ID = b.state.id("ANPA", p.Name)
		b.state.Policies[arn] = p
	}
	b.state.Policies[Managed("acme-deploy")].Tags = map[string]string{"ManagedBy": "terraform", "team": "platform"}
}

// Rights are what the provider needs of the systems aws and aws_identity_center, all kinds of them.
var Rights = append(append([]string{"iam:Get*", "iam:List*", "iam:SimulatePrincipalPolicy",
	"secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
	"sso:Describe*", "sso:Get*", "sso:List*", "identitystore:Describe*", "identitystore:List*", "identitystore:GetGroupMembershipId"}, Writes...), "sts:AssumeRole")

// Writes are those of Rights that change something.
var Writes = []string{
	"iam:DeleteLoginProfile", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", "iam:DeleteAccessKey", "iam:DeleteSigningCertificate",
	"iam:DeleteSSHPublicKey", "iam:DeleteServiceSpecificCredential", "iam:RemoveUserFromGroup", "iam:DetachUserPolicy", "iam:DeleteUserPolicy",
	"iam:PutUserPolicy", "iam:PutRolePolicy", "iam:DeleteUser", "secretsmanager:RotateSecret",
	"sso:DeleteAccountAssignment", "sso:DeleteApplicationAssignment", "identitystore:DeleteGroupMembership", "identitystore:DeleteUser",
}

const trustAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + Number + `:root"},"Action":"sts:AssumeRole"}]}`

func (b *builder) roles() {
	for _, r := range []*role{
		{Name: "deploy", Path: "/", Trust: trustAccount, Attached: []string{Managed("acme-deploy")}},
		{Name: "analytics", Path: "/", Trust: trustAccount, Attached: []string{AmazonManaged("ReadOnlyAccess")}},
		{Name: Role, Path: "/", Trust: trustAccount, Attached: []string{Managed("terraform-offboard-of-role")}},
		{
			Name: "AWSReservedSSO_ReadOnlyAccess_0f1e2d3c4b5a6978", Path: "/aws-reserved/sso.amazonaws.com/", Attached: []string{AmazonManaged("ReadOnlyAccess")},
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + Number + `:saml-provider/AWSSSO"},"Action":"sts:AssumeRoleWithSAML"}]}`,
		},
		{
			Name: "AWSServiceRoleForSupport", Path: "/aws-service-role/support.amazonaws.com/", Attached: []string{AmazonManaged("ReadOnlyAccess")},
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"support.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		},
	} {
		r.ID, r.Created, r.Inline, r.Tags = b.state.id("AROA", r.Name), b.ago(800), map[string]string{}, map[string]string{}
		b.state.Roles[r.Name] = r
	}
}

// user adds a user with a tag email, and with a group membership for each group named.
func (b *builder) user(name, email string, groups ...string) *user {
	u := &user{ID: b.state.id("AIDA", name), Name: name, Path: "/", Created: b.ago(700), Tags: map[string]string{}, Inline: map[string]string{}}
	if email != "" {
		u.Tags["email"] = email
	}
	b.state.Users[u.ID] = u
	for _, name := range groups {
		g := b.state.groupByName(name)
		g.Members = append(g.Members, u.ID)
	}
	return u
}

func (b *builder) group(name string, arns ...string) *group {
	g := &group{ID: b.state.id("AGPA", name), Name: name, Path: "/", Created: b.ago(800), Attached: arns, Inline: map[string]string{}}
	b.state.Groups[g.ID] = g
	return g
}

func (b *builder) key(u *user, status string, days int) {
	u.Keys = append(u.Keys, credential{ID: b.state.id("AKIA", u.Name)[:20], Status: status, Created: b.ago(days), Secret: "secret of " + u.Name})
}

func (b *builder) users(company *sandbox.Company) {
	b.group("administrators", AmazonManaged("AdministratorAccess"))
	b.group("developers", AmazonManaged("ReadOnlyAccess"), Managed("no-billing")).Inline["ecs-exec"] = allow("ecs:ExecuteCommand")
	b.group("on-call", AmazonManaged("AmazonEC2FullAccess"))

	jane := b.user("jane.doe", "Jane.Doe@acme.example", "developers", "on-call")
	jane.Password, jane.PasswordLastUsed, jane.Boundary = b.ago(650), b.ago(1), Managed("developer-boundary")
	b.key(jane, active, 400)
	b.key(jane, "Inactive", 640)
	jane.Certificates = []credential{{ID: "TA7SMP42TDN5Z26OBPJE7EXAMPLE", Status: active, Created: b.ago(300)}}
	jane.SSHKeys = []credential{{ID: b.state.id("APKA", "jane.doe"), Status: active, Created: b.ago(620)}}
	jane.Services = []credential{
		{ID: b.state.id("ACCA", "jane.doe"), Status: active, Created: b.ago(610), Service: "codecommit.amazonaws.com"},
		{ID: b.state.id("ACCA", "jane.doe"), Status: active, Created: b.ago(30), Service: "bedrock.amazonaws.com", Alias: "BedrockAPIKey-jane"},
	}
	phone := "arn:aws:iam::" + Number + ":mfa/jane-phone"
	jane.MFA = []enabled{{phone, b.ago(640)}, {"arn:aws:iam::" + Number + ":u2f/user/jane.doe/yubikey-R1V2B3", b.ago(600)}}
	b.state.Devices[phone] = &device{Serial: phone, Owner: jane.ID, Since: b.ago(640)}
	jane.Attached = []string{Managed("acme-deploy"), Managed("no-billing")}
	jane.Inline["prod-secrets"] = single("Allow", "arn:aws:secretsmanager:"+Region+":"+Number+":secret:prod/*", []string{"secretsmanager:GetSecretValue"})
	jane.Inline["never-the-audit-trail"] = deny("cloudtrail:StopLogging")

	mei := b.user(Mei, "", "developers")
	mei.Password = b.ago(500)
	b.key(mei, active, 200)
	omar := b.user("omar", Omar, "developers")
	b.key(omar, active, 100)
	omar.Tags["ManagedBy"] = "terraform"
	omar.Inline["payments"] = single("Allow", "arn:aws:secretsmanager:"+Region+":"+Number+":secret:payments/*", []string{"secretsmanager:GetSecretValue"})
	b.user("noah.fischer", Noah)
	b.user("victor.almeida", Victor, "administrators").Password = b.ago(600)
	b.user("kofi.mensah-adm", "kofi.mensah-adm@acme.example").Attached = []string{Managed("root-in-all-but-name")}
	kofi := b.user("kofi.mensah", Kofi)
	kofi.Attached, kofi.Password = []string{AmazonManaged("AdministratorAccess")}, b.ago(600)
	b.user("sam.reed", Sam)
	b.user(Sam, "")
	b.user("breakglass", Break).Password = b.ago(800)
	own := b.user("svc-terraform", Own)
	own.Attached = []string{Managed("terraform-offboard")}
	own.Keys = []credential{{ID: AccessKey, Status: active, Created: b.ago(90), Secret: SecretKey}}
	for i := range company.People {
		// The rest of engineering has users of its own, so that lists have pages.
		if p := company.People[i]; p.Department == "Engineering" && b.state.userByName(strings.Split(p.Email, "@")[0]) == nil && p.Email != Mei && p.Email != Omar {
			b.user(strings.Split(p.Email, "@")[0], p.Email, "developers")
		}
	}
}

func (b *builder) secrets() {
	for _, x := range []secret{
		{Name: "prod/db", Rotates: true, Tags: map[string]string{"owner": "platform team"}},
		{Name: "prod/cache", Rotates: true, Tags: map[string]string{}},
		{Name: "payments/stripe", Tags: map[string]string{"owner": "payments team"}},
		{Name: "finance/payroll", Tags: map[string]string{}},
	} {
		x.ARN = "arn:aws:secretsmanager:" + Region + ":" + Number + ":secret:" + x.Name + "-a1B2c3"
		x.Created, x.Changed = b.ago(365), b.ago(120)
		x.Versions = []secretVersion{{b.state.uuid(x.Name), b.ago(365)}, {b.state.uuid(x.Name), b.ago(120)}}
		b.state.Secrets[x.Name] = &x
	}
}

func (b *builder) center(company *sandbox.Company) {
	n := &b.state.Center
	for i := range company.People {
		p := company.People[i]
		id := "90672f" + b.state.uuid(p.Email)[6:]
		n.Users[id] = &person{ID: id, UserName: p.Email, Email: p.Email, Name: p.Name(), Status: "ENABLED"}
		if p.Department == "Engineering" {
			n.Users[id].External = "00u-" + p.Email
		}
	}
	jane, mei, admins := n.byEmail(Jane).ID, n.byEmail(Mei).ID, []string{n.byEmail(Victor).ID, n.byEmail(Kofi).ID}
	for _, g := range []struct {
		name, external string
		members        []string
	}{{"Engineering", "00g-engineering", []string{jane, mei}}, {"On-call", "", []string{jane}}, {"Security", "", []string{mei}}, {"Cloud administrators", "", admins}} {
		id := "90672f" + b.state.uuid("group " + g.name)[6:]
		n.Groups[id] = &directoryGroup{ID: id, Name: g.name, External: g.external, Members: map[string]string{}}
		for _, member := range g.members {
			n.Groups[id].Members[member] = "90672f" + b.state.uuid("membership " + g.name)[6:]
		}
	}
	for _, name := range []string{"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess"} {
		arn := strings.Replace(Instance, "instance/", "permissionSet/", 1) + "/ps-" + strings.ToLower(b.state.id("", name)[:16])
		n.Sets[arn] = &permissionSet{ARN: arn, Name: name, Created: b.ago(500), Tags: map[string]string{}, Attached: []string{AmazonManaged(name)}}
	}
	n.set("PowerUserAccess").Tags["aws:cloudformation:stack-name"] = "sso-baseline"
	n.Assignments = []assignment{
		{Other, n.set("PowerUserAccess").ARN, "USER", jane}, {Third, n.set("ReadOnlyAccess").ARN, "USER", jane},
		{Other, n.set("ReadOnlyAccess").ARN, "GROUP", n.group("Engineering").ID}, {Other, n.set("AdministratorAccess").ARN, "USER", mei},
		{Number, n.set("AdministratorAccess").ARN, "GROUP", n.group("Cloud administrators").ID},
	}
	for _, name := range []string{"Grafana", "PagerDuty"} {
		arn := "arn:aws:sso::" + Number + ":application/ssoins-7223f1a0b2c3d4e5/apl-" + strings.ToLower(b.state.id("", name)[:16])
		n.Applications[arn] = name
	}
	n.AppAssignments = []appAssignment{{n.application("Grafana"), "USER", jane}, {n.application("PagerDuty"), "GROUP", n.group("On-call").ID}}
}
