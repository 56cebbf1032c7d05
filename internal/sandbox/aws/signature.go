package aws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A principal is whose credentials a request is signed with: a user, or a session of a role.
type principal struct {
	user    *user
	role    *role
	session string
}

// skew is how old a signature may be, and how far in the future.
const skew = 5 * time.Minute

// authenticate checks the signature of a request (Signature Version 4): that its key is known and active, that it was made
// just now, for this service, and that it is the one that comes out when the request is signed again.
func (c *call) authenticate(ctx context.Context, r *http.Request, body []byte) *failure {
	credential, signed, ok := scope(r.Header.Get("Authorization"))
	if !ok {
		return fail(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	secret, failed := c.secretOf(credential[0], r.Header.Get("X-Amz-Security-Token"))
	if failed != nil {
		return failed
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || c.now.Sub(at).Abs() > skew {
		return fail(http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: %s is now not within %v of %s", r.Header.Get("X-Amz-Date"), skew,
			c.now.UTC().Format("20060102T150405Z"))
	}
	if credential[3] != c.service {
		return fail(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to correct service: %s", c.service)
	}
	again, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.Host+"/", bytes.NewReader(body))
	if err != nil {
		return fail(http.StatusBadRequest, "IncompleteSignature", "no host")
	}
	again.ContentLength = int64(len(body))
	for _, name := range signed {
		if values := r.Header.Values(name); len(values) > 0 && name != "x-amz-date" {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	hash := sha256.Sum256(body)
	keys := sdk.Credentials{AccessKeyID: credential[0], SecretAccessKey: secret, SessionToken: r.Header.Get("X-Amz-Security-Token")}
	err = v4.NewSigner().SignHTTP(ctx, keys, again, hex.EncodeToString(hash[:]), c.service, credential[2], at)
	if err != nil || again.Header.Get("Authorization") != r.Header.Get("Authorization") {
		return fail(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	}
	return nil
}

// scope takes the header Authorization apart: key id, date, region, service and the last word, and the headers that are
// signed.
func scope(header string) (credential, signed []string, ok bool) {
	rest, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	if !ok {
		return nil, nil, false
	}
	fields := url.Values{}
	for _, field := range strings.Split(rest, ", ") {
		name, value, _ := strings.Cut(field, "=")
		fields.Set(name, value)
	}
	credential = strings.Split(fields.Get("Credential"), "/")
	return credential, strings.Split(fields.Get("SignedHeaders"), ";"), len(credential) == 5
}

// secretOf is the secret of an access key, whose principal is then the caller.
func (c *call) secretOf(id, token string) (string, *failure) {
	invalid := fail(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	if s := c.state.Sessions[id]; s != nil {
		switch {
		case s.Token != token:
			return "", invalid
		case !c.now.Before(s.Expires):
			return "", fail(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
		}
		c.by = principal{role: c.state.Roles[s.Role], session: s.Name}
		return s.Secret, nil
	}
	for _, u := range c.state.Users {
		for _, key := range u.Keys {
			if key.ID == id && key.Status == active && key.Secret != "" && token == "" {
				c.by = principal{user: u}
				return key.Secret, nil
			}
		}
	}
	return "", invalid
}

// authorize checks that the caller's policies allow the operation. Resources are not told apart: what is allowed has to be
// allowed over everything, except for AssumeRole.
func (c *call) authorize() *failure {
	action, resource := c.service+":"+c.operation, "*"
	switch c.operation {
	case "GetCallerIdentity":
		return nil
	case "AssumeRole":
		resource = c.text("RoleArn")
	case "ListSecrets", "DescribeSecret", "RotateSecret", "GetResourcePolicy":
		action = "secretsmanager:" + c.operation
	}
	var documents []string
	if c.by.user != nil {
		documents = c.state.policiesOf(c.by.user)
	} else {
		documents = c.state.policiesOfRole(c.by.role)
	}
	if evaluate(documents, action, resource, c.context()) == allowed {
		return nil
	}
	code, status := "AccessDenied", http.StatusForbidden
	if _, query := namespaces[c.service]; !query {
		code, status = "AccessDeniedException", http.StatusBadRequest
	}
	return fail(status, code, "User: %s is not authorized to perform: %s because no identity-based policy allows the %s action",
		c.callerARN(), action, action)
}

// context are the keys of a request that conditions ask for.
func (c *call) context() map[string]string {
	if c.by.role != nil {
		return map[string]string{"aws:TokenIssueTime": c.now.UTC().Format(time.RFC3339)}
	}
	return map[string]string{}
}

func (c *call) callerARN() string {
	if c.by.user != nil {
		return c.state.userARN(c.by.user)
	}
	return "arn:aws:sts::" + c.state.Account + ":assumed-role/" + c.by.role.Name + "/" + c.by.session
}
