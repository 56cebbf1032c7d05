package aws

import (
	"net/http"
	"strings"
	"time"
)

var stsOperations = map[string]operation{
	"GetCallerIdentity": {serve: (*call).callerIdentity},
	"AssumeRole":        {serve: (*call).assumeRole},
}

func (c *call) callerIdentity() (object, *failure) {
	var id string
	if c.by.user != nil {
		id = c.by.user.ID
	} else {
		id = c.by.role.ID + ":" + c.by.session
	}
	return object{"Account": c.state.Account, "UserId": id, "Arn": c.callerARN()}, nil
}

// assumeRole is for anybody whose policies allow it: the sandbox does not read trust policies.
func (c *call) assumeRole() (object, *failure) {
	name := c.text("RoleArn")[strings.LastIndex(c.text("RoleArn"), "/")+1:]
	r := c.state.Roles[name]
	if r == nil || c.state.arn("role", r.Path, r.Name) != c.text("RoleArn") {
		return nil, fail(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.callerARN(), c.text("RoleArn"))
	}
	key := c.state.id("ASIA", name)[:20]
	s := &session{
		Role: name, Name: c.text("RoleSessionName"), Secret: "secret-of-" + key, Token: "token-of-" + key, Expires: c.now.Add(time.Hour),
	}
	c.state.Sessions[key] = s
	return object{
		"Credentials": object{"AccessKeyId": key, "SecretAccessKey": s.Secret, "SessionToken": s.Token, "Expiration": s.Expires},
		"AssumedRoleUser": object{
			"AssumedRoleId": r.ID + ":" + s.Name, "Arn": "arn:aws:sts::" + c.state.Account + ":assumed-role/" + name + "/" + s.Name,
		},
	}, nil
}
