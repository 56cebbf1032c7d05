package conform

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// awsModels are AWS's API models, read once in a test process.
var awsModels = sync.OnceValues(func() ([]*awsModel, error) {
	models, err := loadAWS("github.com/aws/aws-sdk-go", "iam/2010-05-08", "sts/2011-06-15", "sso-admin/2020-07-20", "identitystore/2020-06-15",
		"secretsmanager/2017-10-17")
	if err != nil {
		return nil, err
	}
	return models, correctAWS(models)
})

// AWS returns a check of single exchanges against AWS's API models, to be given to Server.Observe. What they do not have fails
// the test: an operation, a member, a type, an error; and what they require and is not there. Exchanges that a fault has tampered
// with are let through.
//
// The models do not list the errors that every service has, such as AccessDenied: those are commonAWS.
func AWS(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	models, err := awsModels()
	if err != nil {
		t.Fatalf("AWS's API models: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		for _, wrong := range checkAWS(models, exchange) {
			t.Errorf("%s: %s", awsName(exchange), wrong)
		}
	}
}

func awsName(exchange sandbox.Exchange) string {
	if target := exchange.Header.Get("X-Amz-Target"); target != "" {
		return target
	}
	form, err := url.ParseQuery(string(exchange.Body))
	if err != nil {
		return "a request that is no form"
	}
	return form.Get("Action")
}

// An awsCheck collects what is wrong with one exchange.
type awsCheck struct {
	model *awsModel
	wrong []string
}

func (c *awsCheck) say(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(c.wrong, line) {
		c.wrong = append(c.wrong, line)
	}
}

// checkAWS returns what is wrong with an exchange.
func checkAWS(models []*awsModel, exchange sandbox.Exchange) []string {
	if exchange.Faulted {
		return nil
	}
	if exchange.Method != http.MethodPost || exchange.URL.Path != "/" || exchange.URL.RawQuery != "" {
		return []string{"every API takes a POST to / without a query"}
	}
	if !strings.HasPrefix(exchange.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=") {
		return []string{"request: it is not signed"}
	}
	prefix, name, targeted := strings.Cut(exchange.Header.Get("X-Amz-Target"), ".")
	if targeted {
		return checkAWSJSON(models, exchange, prefix, name)
	}
	return checkAWSQuery(models, exchange)
}

func checkAWSJSON(models []*awsModel, exchange sandbox.Exchange, prefix, name string) []string {
	c := &awsCheck{}
	for _, m := range models {
		if m.Metadata.Protocol == "json" && m.Metadata.TargetPrefix == prefix {
			c.model = m
		}
	}
	if c.model == nil || c.model.Operations[name] == nil {
		return []string{"the models have no such operation"}
	}
	op := c.model.Operations[name]
	for where, header := range map[string]http.Header{"request": exchange.Header, "answer": exchange.AnswerHeader} {
		if got := header.Get("Content-Type"); got != "application/x-amz-json-1.1" {
			c.say("%s: Content-Type is %q", where, got)
		}
	}
	var asked, answered any
	if json.Unmarshal(exchange.Body, &asked) != nil || json.Unmarshal(exchange.Answer, &answered) != nil {
		c.say("request or answer: it is not JSON")
		return c.wrong
	}
	c.ref("request", op.Input, asked)
	where := fmt.Sprintf("answer %d", exchange.Status)
	if exchange.Status == http.StatusOK {
		c.answer(where, op, answered)
		return c.wrong
	}
	body, _ := answered.(map[string]any)
	code, _ := body["__type"].(string)
	shape := c.refusal(where, op, code, exchange.Status)
	if shape == nil {
		return c.wrong
	}
	for field := range body {
		if field == "__type" || field == "message" && shape.Members["Message"] != nil {
			continue
		}
		if shape.Members[field] == nil {
			c.say("%s: %s: %s has no such member", where, field, code)
		}
	}
	return c.wrong
}

func (c *awsCheck) answer(where string, op *awsOperation, value any) {
	if op.Output == nil {
		if object, ok := value.(map[string]any); !ok || len(object) > 0 {
			c.say("%s: the operation answers with nothing", where)
		}
		return
	}
	c.ref(where, op.Output, value)
}

// commonAWS are the errors of every service, with their status (docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and
// those of the other services).
var commonAWS = map[string]int{
	"AccessDenied": http.StatusForbidden, "AccessDeniedException": http.StatusBadRequest, "Throttling": http.StatusBadRequest,
	"ThrottlingException": http.StatusBadRequest, "ValidationError": http.StatusBadRequest, "InvalidClientTokenId": http.StatusForbidden,
	"MissingAuthenticationToken": http.StatusForbidden, "SignatureDoesNotMatch": http.StatusForbidden, "ExpiredToken": http.StatusForbidden,
	"InvalidAction": http.StatusBadRequest,
}

// refusal checks that an operation has this error, with this status, and returns its shape where it has one of its own.
func (c *awsCheck) refusal(where string, op *awsOperation, code string, status int) *awsShape {
	for _, e := range op.Errors {
		shape := c.model.Shapes[e.Shape]
		if e.Shape != code && (shape == nil || shape.Error.Code != code) {
			continue
		}
		want := shape.Error.HTTPStatusCode
		if want == 0 {
			want = http.StatusBadRequest
		}
		if status != want {
			c.say("%s: %s has the status %d", where, code, want)
		}
		return shape
	}
	want, common := commonAWS[code]
	switch {
	case !common:
		c.say("%s: the operation has no error %q", where, code)
	case want != status:
		c.say("%s: %s has the status %d", where, code, want)
	}
	return nil
}
