package aws

import (
	"net/http"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

var secretOperations = map[string]operation{
	"ListSecrets":       {serve: (*call).listSecrets},
	"DescribeSecret":    {serve: (*call).describeSecret},
	"GetResourcePolicy": {serve: (*call).getResourcePolicy},
	"RotateSecret":      {writes: true, serve: (*call).rotateSecret},
}

func (x *secret) describe() object {
	described := object{
		"ARN": x.ARN, "Name": x.Name, "CreatedDate": x.Created, "LastChangedDate": x.Changed, "Tags": tags(x.Tags),
		"DeletedDate": when(x.Deleted), "OwningService": orNothing(x.Owner), "Description": orNothing(x.Description),
	}
	if x.Rotates {
		described["RotationEnabled"] = true
	}
	return described
}

// stages are the versions with the labels that they carry.
func (x *secret) stages() object {
	stages := object{}
	for i, version := range x.Versions {
		switch len(x.Versions) - i {
		case 1:
			stages[version.ID] = []string{"AWSCURRENT"}
		case 2:
			stages[version.ID] = []string{"AWSPREVIOUS"}
		}
	}
	return stages
}

func (c *call) listSecrets() (object, *failure) {
	list := []object{}
	for _, x := range sandbox.Sorted(c.state.Secrets) {
		if !x.Deleted.IsZero() && c.params["IncludePlannedDeletion"] != true {
			continue
		}
		c.turn(x)
		described := x.describe()
		described["SecretVersionsToStages"] = x.stages()
		list = append(list, described)
	}
	return tokened(c, "SecretList", list), nil
}

func (c *call) secret() (*secret, *failure) {
	for _, x := range c.state.Secrets {
		if c.text("SecretId") == x.Name || c.text("SecretId") == x.ARN {
			return x, nil
		}
	}
	return nil, resourceNotFound("", "Secrets Manager can't find the specified secret.")
}

// turn has a rotation that is under way come to its end.
func (c *call) turn(x *secret) {
	if x.Rotating == 0 {
		return
	}
	if x.Rotating--; x.Rotating == 0 {
		x.Versions = append(x.Versions, secretVersion{ID: c.state.uuid(x.Name), Created: c.now})
		x.Changed = c.now
	}
}

func (c *call) describeSecret() (object, *failure) {
	x, failed := c.secret()
	if failed != nil {
		return nil, failed
	}
	c.turn(x)
	described := x.describe()
	described["VersionIdsToStages"] = x.stages()
	return described, nil
}

func (c *call) getResourcePolicy() (object, *failure) {
	x, failed := c.secret()
	if failed != nil {
		return nil, failed
	}
	return object{"ARN": x.ARN, "Name": x.Name, "ResourcePolicy": orNothing(x.Policy)}, nil
}

// rotateSecret begins a rotation, which takes a while.
func (c *call) rotateSecret() (object, *failure) {
	x, failed := c.secret()
	switch {
	case failed != nil:
		return nil, failed
	case !x.Deleted.IsZero():
		return nil, fail(http.StatusBadRequest, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
	case !x.Rotates:
		return nil, fail(http.StatusBadRequest, "InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
	}
	if x.Rotating == 0 {
		x.Rotating = 2
	}
	return object{"ARN": x.ARN, "Name": x.Name}, nil
}
