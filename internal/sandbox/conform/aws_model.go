package conform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// An awsModel is what an API model of AWS's (api-2.json) says of one service, as far as it is checked.
type awsModel struct {
	Metadata struct {
		APIVersion   string
		Protocol     string // query or json
		TargetPrefix string
		XMLNamespace string
	}
	Operations map[string]*awsOperation
	Shapes     map[string]*awsShape
}

type awsOperation struct {
	Name   string
	Input  *awsRef
	Output *awsRef
	Errors []awsRef
}

// An awsRef is a use of a shape.
type awsRef struct {
	Shape         string
	ResultWrapper string
}

// An awsShape is a type: structure, list, map, string, boolean, integer, long, double, timestamp, blob.
type awsShape struct {
	Type      string
	Required  []string
	Members   map[string]*awsRef
	Member    *awsRef
	Value     *awsRef
	Enum      []string
	Pattern   string
	Min, Max  *float64
	Union     bool
	Document  bool
	Exception bool
	Error     struct {
		Code           string
		HTTPStatusCode int
	}
}

// loadAWS reads the models of some services out of a module, by their folders.
func loadAWS(module string, services ...string) ([]*awsModel, error) {
	dir, err := moduleDir(module)
	if err != nil {
		return nil, err
	}
	var models []*awsModel
	for _, service := range services {
		m := &awsModel{}
		data, err := os.ReadFile(filepath.Join(dir, "models", "apis", service, "api-2.json"))
		if err == nil {
			err = json.Unmarshal(data, m)
		}
		if err == nil && (len(m.Operations) == 0 || len(m.Shapes) == 0) {
			err = fmt.Errorf("it has no operations")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", service, err)
		}
		models = append(models, m)
	}
	return models, nil
}

// correctAWS adds what AWS has added since the last version of that module, v1.55.8 of July 2025, as the types of
// aws-sdk-go-v2 have it: service/iam v1.64.8 and service/identitystore v1.49.7.
func correctAWS(models []*awsModel) error {
	for _, added := range []struct {
		operation, shape, member, of string
	}{
		{"ListServiceSpecificCredentials", "ListServiceSpecificCredentialsRequest", "Marker", "markerType"},
		{"ListServiceSpecificCredentials", "ListServiceSpecificCredentialsRequest", "MaxItems", "maxItemsType"},
		{"ListServiceSpecificCredentials", "ListServiceSpecificCredentialsRequest", "AllUsers", "booleanType"},
		{"ListServiceSpecificCredentials", "ListServiceSpecificCredentialsResponse", "Marker", "responseMarkerType"},
		{"ListServiceSpecificCredentials", "ListServiceSpecificCredentialsResponse", "IsTruncated", "booleanType"},
		{"ListServiceSpecificCredentials", "ServiceSpecificCredentialMetadata", "ServiceCredentialAlias", "serviceName"},
		{"ListServiceSpecificCredentials", "ServiceSpecificCredentialMetadata", "ExpirationDate", "dateType"},
		{"DescribeGroupMembership", "User", "UserStatus", "SensitiveStringType"},
		{"DescribeGroupMembership", "DescribeUserResponse", "UserStatus", "SensitiveStringType"},
	} {
		m := modelWith(models, added.operation)
		if m == nil || m.Shapes[added.shape] == nil || m.Shapes[added.of] == nil {
			return fmt.Errorf("nothing to correct in %s", added.shape)
		}
		if m.Shapes[added.shape].Members[added.member] != nil {
			return fmt.Errorf("%s of %s is there: it needs no correction any more", added.member, added.shape)
		}
		m.Shapes[added.shape].Members[added.member] = &awsRef{Shape: added.of}
	}
	// A credential has either of them: Bedrock's has an alias, and no user name of the service.
	m := modelWith(models, "ListServiceSpecificCredentials")
	metadata := m.Shapes["ServiceSpecificCredentialMetadata"]
	for i, name := range metadata.Required {
		if name == "ServiceUserName" {
			metadata.Required = append(metadata.Required[:i:i], metadata.Required[i+1:]...)
			break
		}
	}
	return nil
}

// modelWith is the model that has an operation which no other has.
func modelWith(models []*awsModel, operation string) *awsModel {
	for _, m := range models {
		if m.Operations[operation] != nil {
			return m
		}
	}
	return nil
}
