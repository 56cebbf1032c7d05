package aws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/hashicorp/go-cleanhttp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// A connection is what both systems are built on.
type connection struct {
	login     Login
	transport *transport.Transport
	clock     clock.Clock
	sdk       sdk.Config
	sts       *sts.Client
	own       memo.Once[*identity]
	// base is whose credential assumes the role, and nil where none is assumed.
	base    *sts.Client
	assumer memo.Once[*identity]
}

// sessionName is how a role's session of ours is called, in CloudTrail too.
const sessionName = "terraform-provider-offboard"

// connect makes the SDK's configuration: of what LoadDefaultConfig finds only the credential and the region are taken, and
// nothing at all where an access key is given.
func connect(ctx context.Context, l Login) (*connection, error) {
	keys, region := sdk.CredentialsProvider(credentials.NewStaticCredentialsProvider(l.AccessKey, l.SecretKey, l.Token)), l.Region
	if l.AccessKey == "" {
		options := []func(*config.LoadOptions) error{config.WithRegion(l.Region)}
		if l.Profile != "" {
			options = append(options, config.WithSharedConfigProfile(l.Profile))
		}
		loaded, err := config.LoadDefaultConfig(ctx, options...)
		switch {
		case err != nil:
			return nil, system.Wrong("profile", "AWS's configuration files can't be used: "+err.Error())
		case loaded.Region == "":
			return nil, system.Wrong("region", "the profile names no region: set region")
		}
		keys, region = loaded.Credentials, loaded.Region
	}
	c := &connection{login: l, clock: l.Clock}
	if l.AssumeRole != "" {
		_, base := c.over(keys, region)
		c.base = sts.NewFromConfig(base)
		keys = sdk.NewCredentialsCache(stscreds.NewAssumeRoleProvider(c.base, l.AssumeRole, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = sessionName
		}))
	}
	c.transport, c.sdk = c.over(keys, region)
	c.sts = sts.NewFromConfig(c.sdk)
	return c, nil
}

// over is a transport that signs with these keys, and the SDK's configuration over it.
func (c *connection) over(keys sdk.CredentialsProvider, region string) (*transport.Transport, sdk.Config) {
	t := transport.New(transport.Options{
		Vendor: vendor, Clock: c.clock, ReadOnly: c.login.ReadOnly, Log: c.login.Log,
		Secrets: []string{c.login.SecretKey, c.login.Token},
		Base:    signer{keys, c.clock, cleanhttp.DefaultPooledTransport()},
	})
	made := sdk.Config{
		Region: region, Credentials: keys, HTTPClient: t.Client(), AppID: "",
		Retryer: func() sdk.Retryer { return sdk.NopRetryer{} },
	}
	if c.login.UserAgent != "" {
		name, version, _ := strings.Cut(c.login.UserAgent, "/")
		made.APIOptions = append(made.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
	if c.login.Endpoint != "" {
		made.BaseEndpoint = sdk.String(c.login.Endpoint)
	}
	return t, made
}

// A signer signs each attempt as it is sent. The SDK signs a request once, before the transport, where it may wait for
// longer than a signature is good for, which is five minutes (and than temporary credentials are).
type signer struct {
	keys  sdk.CredentialsProvider
	clock clock.Clock
	next  http.RoundTripper
}

// RoundTrip signs for the region and the service that the SDK signed for.
func (s signer) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	_, scope, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) != 5 {
		return nil, errors.New("a request that the SDK did not sign")
	}
	keys, err := s.keys.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	var body []byte
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	signed := req.Clone(ctx)
	signed.Body, signed.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		signed.Header.Del(name)
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, keys, signed, hex.EncodeToString(hash[:]), parts[3], parts[2], s.clock.Now()); err != nil {
		return nil, err
	}
	return s.next.RoundTrip(signed)
}

// vendor is what the transport has to know of AWS.
var vendor = transport.Vendor{
	Name: "AWS",
	Hint: "Check that no proxy or login page answers in AWS's place, and endpoint if it is set.",
	// "All AWS SSO APIs have a throttle limit maximum of 20 TPS" (aws.md section 2). What IAM takes it does not say.
	Apart: func(r *http.Request) (string, time.Duration) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "SWBExternalService.") {
			return "sso", time.Second / 20
		}
		return "", 0
	},
	Transient: func(_ int, body []byte) bool { return notNow[errorCode(body)] },
	Wrong:     wrong,
	// The SDK puts the operation's name into the context of the request. Where there is none it may be anything.
	Harmless: func(r *http.Request) bool {
		name := awsmiddleware.GetOperationName(r.Context())
		for _, prefix := range []string{"Get", "List", "Describe", "Simulate"} {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return name == "AssumeRole"
	},
}

// notNow are the codes of errors after which AWS says to try again (aws.md section 1).
var notNow = map[string]bool{
	"Throttling": true, "ThrottlingException": true, "TooManyRequestsException": true, "RequestLimitExceeded": true,
	"ConcurrentModification": true, "EntityTemporarilyUnmodifiable": true, "ConflictException": true,
}

// limited are those of them that come of too many calls.
var limited = map[string]bool{
	"Throttling": true, "ThrottlingException": true, "TooManyRequestsException": true, "RequestLimitExceeded": true,
}

// errorCode is the code of an error answer, in whichever protocol.
func errorCode(body []byte) string {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '<' {
		var answer struct {
			Error struct{ Code string }
		}
		_ = xml.Unmarshal(trimmed, &answer) // what is no error has no code
		return answer.Error.Code
	}
	var answer struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(body, &answer)
	return answer.Type[strings.LastIndex(answer.Type, "#")+1:]
}

// wrong reads an answer: XML of the query protocol, which always carries the request's id, or an object in JSON. Success with
// nothing in it is none of AWS's, though the SDK takes it for an empty list (aws.md section 0.6).
func wrong(status int, media string, body []byte) string {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "nothing"
	case media == "text/xml" || media == "application/xml":
		if !wholeXML(body) {
			return "XML that breaks off or is of something else"
		}
	case media == "application/x-amz-json-1.1" || media == "application/x-amz-json-1.0" || media == "application/json":
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return "JSON that breaks off or is no object"
		}
	default:
		return media + " where XML or JSON was expected"
	}
	if status >= 400 && errorCode(body) == "" {
		return "an error without a code"
	}
	return ""
}

// wholeXML says that a document ends, is a response, and says of which request.
func wholeXML(body []byte) bool {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	root, id, depth := "", false, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return depth == 0 && strings.HasSuffix(root, "Response") && id
		}
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				root = token.Name.Local
			}
			id = id || token.Name.Local == "RequestId"
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

// An identity is who AWS says that the credential is of.
type identity struct {
	account, arn, id string
}

// identity asks once, and refuses an account other than the one that was meant. It comes before every other call.
// sts:GetCallerIdentity needs no permission.
func (c *connection) identity(ctx context.Context) (*identity, error) {
	return c.own.Get(ctx, func() (*identity, error) {
		found, err := c.whose(ctx, c.sts)
		if err != nil {
			return nil, err
		}
		if c.login.AccountID != "" && found.account != c.login.AccountID {
			return nil, &access.Error{
				Kind: access.Denied, Op: asksWhose.what,
				Reason: "the credential is of the account " + found.account + ", and account_id is " + c.login.AccountID,
				Fix:    "Nothing was read or changed. Use a credential of the account that is meant, or correct account_id.",
			}
		}
		return found, nil
	})
}

var asksWhose = op{"find out whose the credential is", "sts:GetCallerIdentity"}

func (c *connection) whose(ctx context.Context, client *sts.Client) (*identity, error) {
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err = c.explain(ctx, asksWhose, err); err != nil {
		return nil, err
	}
	found := &identity{account: sdk.ToString(out.Account), arn: sdk.ToString(out.Arn), id: sdk.ToString(out.UserId)}
	if found.account == "" || found.arn == "" || found.id == "" {
		return nil, malformed(asksWhose, "an identity that is not whole")
	}
	return found, nil
}

// identities are the identity, and that of the credential with which its role is assumed: without that one there is no other.
func (c *connection) identities(ctx context.Context) ([]*identity, error) {
	own, err := c.identity(ctx)
	if err != nil || c.base == nil {
		return []*identity{own}, err
	}
	assumer, err := c.assumer.Get(ctx, func() (*identity, error) { return c.whose(ctx, c.base) })
	return []*identity{own, assumer}, err
}

// assumed is the role and the session of the credential, where it is of a role.
func (i *identity) assumed() (role, session string, ok bool) {
	_, path, ok := strings.Cut(i.arn, ":assumed-role/")
	if !ok {
		return "", "", false
	}
	role, session, ok = strings.Cut(path, "/")
	return role, session, ok
}
